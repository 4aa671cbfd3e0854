"""When Argo CD applies an object: its phase and its wave.

`pkg/sync/sync_tasks.go`, `pkg/sync/hook` and `pkg/sync/syncwaves` of gitops-engine, as in Argo CD
3.2 to 3.5.
"""

import re
from typing import NamedTuple

from tools.argocd.versions import HOOK, SYNC_WAVE, words
from tools.kubernetes.resource import Resource

HELM_HOOK = "helm.sh/hook"
HELM_WEIGHT = "helm.sh/hook-weight"
ORDERING = (HOOK, SYNC_WAVE, HELM_HOOK, HELM_WEIGHT)
"""The annotations by which an object is a hook, or of another wave than 0."""
MAX_WAVE = 2**63 - 1
_ORDER = ("PreSync", "Sync", "PostSync")
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


def is_hook(resource: Resource) -> bool:
    """Whether Argo CD takes an object for a hook of whatever phase, even of none."""
    return isinstance(resource.annotations.get(HOOK), str) or bool(_helm(resource))


def moments(resource: Resource) -> list[Moment]:
    """When an object is applied in an ordinary sync; [] for one that is not.

    Hooks of several phases are applied in each.
    """
    wave = wave_of(resource)
    if not is_hook(resource):
        return [Moment(_ORDER.index("Sync"), wave)]
    phases = {word for word in words(resource, HOOK) if word in _ORDER} or _helm(resource)
    return [Moment(order, wave) for order, phase in enumerate(_ORDER) if phase in phases]


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
