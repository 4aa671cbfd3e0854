"""What Kustomize makes of the source: the binary, the run, the rendered objects."""
