"""Which YAML documents are meant for a cluster, among those that lie beside manifests."""

from collections.abc import Collection

from tools.kubernetes.objects import Read, objects_in
from tools.source.document import Document

_TOOLS = (
    "skaffold", "kind.x-k8s.io", "k3d.io", "tilt.dev", "backstage.io", "kuttl.dev", "kpt.dev",
    "chainsaw.kyverno.io", "cli.kyverno.io", "kustomize.config.k8s.io", "builtin",
)  # fmt: skip
"""API groups of configuration that tools read and nobody applies."""

_ENTRIES = {
    "argoproj.io": ("Application", "ApplicationSet", "AppProject"),
    "kustomize.toolkit.fluxcd.io": ("Kustomization",),
}
"""Kinds that are applied from outside the folder that they bring in."""


def is_manifest(document: Document, kinds: Collection[str] = ()) -> bool:
    """Whether a document holds an object, or a patch of one, that is deployed from where it lies.

    `kinds` are what is known to be deployed from there; Argo CD's and Flux's own kinds are usually
    applied from elsewhere and count only if they are among them.
    """
    data = document.data
    if isinstance(data, list):
        return any(isinstance(step, dict) and "op" in step and "path" in step for step in data)
    return any(isinstance(o, Read) and _is_deployed(o, kinds) for o in objects_in([document]))


def is_for_tools(document: Document) -> bool:
    """Whether a document has the form of an object and is configuration of a tool, or an entry."""
    return any(
        isinstance(found, Read) and not _is_deployed(found) for found in objects_in([document])
    )


def _is_deployed(found: Read, kinds: Collection[str] = ()) -> bool:
    group, kind = found.data["apiVersion"].partition("/")[0], found.data["kind"]
    if group in _TOOLS or "metadata" not in found.data:
        return False
    return kind not in _ENTRIES.get(group, ()) or kind in kinds
