"""When Argo CD applies an object: its phase and its wave.

`pkg/sync/sync_tasks.go`, `pkg/sync/hook` and `pkg/sync/syncwaves` of gitops-engine, as in Argo CD
3.2 to 3.5.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tools.argocd.versions import (
    HOOK,
    HOOK_DELETE_POLICIES,
    HOOK_DELETE_POLICY,
    SYNC_WAVE,
    words,
)
from tools.kubernetes.resource import Resource

HELM_HOOK = "helm.sh/hook"
HELM_WEIGHT = "helm.sh/hook-weight"
ORDERING = (HOOK, SYNC_WAVE, HELM_HOOK, HELM_WEIGHT)
"""The annotations by which an object is a hook, or of another wave than 0."""
MAX_WAVE = 2**63 - 1
SYNC_FAIL = "SyncFail"
_ORDER = ("PreSync", "Sync", "PostSync", SYNC_FAIL)
HOOK_SUCCEEDED = "HookSucceeded"
_HELM_POLICIES = {
    "hook-succeeded": HOOK_SUCCEEDED,
    "hook-failed": "HookFailed",
    "before-hook-creation": "BeforeHookCreation",
}
_HELM = {
    "pre-install": "PreSync",
    "pre-upgrade": "PreSync",
    "post-install": "PostSync",
    "post-upgrade": "PostSync",
}


class Moment(NamedTuple):
    """A point of a sync; later ones compare greater."""

    order: int
    wave: int

    @property
    def phase(self) -> str:
        return _ORDER[self.order]

    def __str__(self) -> str:
        return f"wave {self.wave}" if self.phase == "Sync" else f"{self.phase} wave {self.wave}"

    def beside(self, other: "Moment") -> str:
        """The words for it where another one stands beside it, which may be of another phase."""
        return str(self) if self.phase == other.phase else f"{self.phase} wave {self.wave}"


class Applied(NamedTuple):
    """An object, and when a sync applies it; never without a moment."""

    resource: Resource
    moments: list[Moment]


def is_hook(resource: Resource) -> bool:
    """Whether Argo CD takes an object for a hook of whatever phase, even of none."""
    if isinstance(resource.annotations.get(HOOK), str):
        return True
    return resource.annotations.get(HELM_HOOK, "crd-install") != "crd-install"


def moments(resource: Resource) -> list[Moment]:
    """When an object is applied in a sync, if all goes well and (SyncFail) if not; [] for never.

    Hooks of several phases are applied in each.
    """
    wave = wave_of(resource)
    if not is_hook(resource):
        return [Moment(_ORDER.index("Sync"), wave)]
    known = {word for word in words(resource, HOOK) if word in (*_ORDER, "Skip")}
    phases = known or _helm(resource)
    return [Moment(order, wave) for order, phase in enumerate(_ORDER) if phase in phases]


def deletion_policies(resource: Resource) -> set[str]:
    """When Argo CD deletes a hook; nothing for what is none."""
    if not is_hook(resource):
        return set()
    own = {w for w in words(resource, HOOK_DELETE_POLICY) if w in HOOK_DELETE_POLICIES}
    helm = words(resource, "helm.sh/hook-delete-policy")
    known = own | {_HELM_POLICIES[word] for word in helm if word in _HELM_POLICIES}
    return known or {"BeforeHookCreation"}


def schedule(resources: Iterable[Resource]) -> list[Applied]:
    """The objects that a sync applies.

    A Namespace or CustomResourceDefinition comes with the first object that needs it at the
    latest, whatever its own phase and wave (`adjustDeps` in `pkg/sync/sync_tasks.go`).
    """
    applied = [Applied(each, when) for each in resources if (when := moments(each))]
    first: dict[tuple[str, ...], Moment] = {}
    for resource, when in applied:
        for key in ((resource.namespace,), (resource.ref.group, resource.kind)):
            first[key] = min(first.get(key, when[0]), when[0])
    return [
        Applied(each, [min(moment, first.get(_provides(each), moment)) for moment in when])
        for each, when in applied
    ]


def _provides(resource: Resource) -> tuple[str, ...]:
    """What other objects cannot be without: a namespace, or a group and kind."""
    if resource.kind == "Namespace" and not resource.ref.group:
        return (resource.name,)
    if resource.kind == "CustomResourceDefinition":
        names = resource.map("spec", "names")
        return (str(resource.get("spec", "group")), str(names.get("kind")))
    return ()


def wave_of(resource: Resource) -> int:
    """The wave of an object: 0 without one, or with one that is no integer."""
    for annotation in (SYNC_WAVE, HELM_WEIGHT):
        text = resource.annotations.get(annotation)
        if isinstance(text, str) and is_integer(text):
            return int(text)
    return 0


def is_integer(text: str) -> bool:
    """Whether Go's `strconv.Atoi` reads a text."""
    return bool(re.fullmatch(r"[+-]?[0-9]+", text)) and -MAX_WAVE - 1 <= int(text) <= MAX_WAVE


def _helm(resource: Resource) -> set[str]:
    return {_HELM[word] for word in words(resource, HELM_HOOK) if word in _HELM}
