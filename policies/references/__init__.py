"""Rules about objects that name each other."""
