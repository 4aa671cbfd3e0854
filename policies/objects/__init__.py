"""Schemas, API versions, names and labels."""
