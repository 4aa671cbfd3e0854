"""Kustomizations that stand under a field which is for those of the other kind."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.source.kustomization import Kustomization, Reference
from tools.source.tree import Tree


class Misplaced(NamedTuple):
    """A reference, and the kustomization that it must not name there."""

    reference: Reference
    named: Kustomization


def misplaced(tree: Tree) -> Iterator[Misplaced]:
    """Components that stand elsewhere than under `components`, and whatever else stands there.

    Kustomize stops at them. https://kubectl.docs.kubernetes.io/guides/config_management/components/
    """
    for kustomization in tree.kustomizations.values():
        for reference in kustomization.references:
            named = tree.kustomizations.get(tree.resolve(kustomization, reference))
            under_components = reference.field.lower() == "components"
            if named and not reference.is_inline and named.is_component != under_components:
                yield Misplaced(reference, named)
