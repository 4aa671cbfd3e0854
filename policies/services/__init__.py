"""Services and Ingresses: what they send where, and what they open."""
