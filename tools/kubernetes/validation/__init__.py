"""What kube-apiserver refuses although it fits the schema: its own validation, kind by kind.

One module for each group of kinds, and some for the types that many kinds share. A check follows
the validation of that kind in Kubernetes (`pkg/apis/<group>/validation` and the `+k8s:` tags of the
types), as it stands after decoding and defaulting; `tests/cluster` compares the verdicts with those
of a real server.
"""
