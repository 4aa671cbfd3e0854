"""The waivers of `policies.yaml` themselves."""
