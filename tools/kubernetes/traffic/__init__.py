"""Who may connect to whom: NetworkPolicies, pods, Services and Ingresses as one traffic matrix."""
