"""Templates of Go's `text/template`, read and run as Argo CD runs them in ApplicationSets."""
