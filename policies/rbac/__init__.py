"""Roles and bindings: what ServiceAccounts, users and groups may do with the API."""
