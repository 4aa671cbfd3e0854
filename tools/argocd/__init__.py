"""What Argo CD knows: which folders it deploys."""
