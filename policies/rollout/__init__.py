"""Rolling updates, replicas, autoscaling, disruption and data."""
