"""Findings to text, JSON and GitHub annotations."""
