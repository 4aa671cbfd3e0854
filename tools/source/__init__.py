"""What Git holds: YAML with positions, kustomizations and what they refer to."""
