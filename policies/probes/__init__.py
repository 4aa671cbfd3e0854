"""Liveness, readiness and startup."""
