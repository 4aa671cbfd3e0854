"""Targets compared with each other."""
