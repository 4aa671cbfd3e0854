"""Secrets: how they reach the cluster, and that their values are nowhere else."""
