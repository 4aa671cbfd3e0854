"""Images: their names, digests and registries, and what is known of their content."""
