"""Rules about which connections NetworkPolicies let pass."""
