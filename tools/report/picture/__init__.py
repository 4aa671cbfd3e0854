"""A picture of traffic: its parts, where they stand, how arrows run, and how it looks."""
