"""`source.kustomize` of an Application: what Argo CD writes into a kustomization before the build.

Argo CD runs `kustomize edit` in the checkout, field by field in one order, and appends the patches
itself: `util/kustomize/kustomize.go` of Argo CD 3.2.11 and `kustomize/commands/edit` of Kustomize
5.8.1. The same is done here to a draft of the kustomization.
"""
