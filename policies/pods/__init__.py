"""What a pod may do: the Pod Security Standards and more."""
