"""Applications, projects, and what Argo CD reads in the annotations of objects."""
