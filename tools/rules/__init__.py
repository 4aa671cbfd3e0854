"""What a rule is, where rules come from, how they are configured and waived, the run."""
