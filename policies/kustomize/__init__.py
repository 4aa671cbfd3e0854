"""Kustomizations and their patches, generators and files."""
