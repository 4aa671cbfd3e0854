"""Whether the API servers that a target is meant for know an apiVersion and kind.

Only for the API groups of Kubernetes itself, and what looks like a misspelling of one: any other
group belongs to a CustomResourceDefinition or an extension server.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tools.kubernetes.deprecations import GROUPS, Deprecation, deprecations, numbers
from tools.kubernetes.openapi import openapi, versions
from tools.kubernetes.spelling import closest
from tools.source.place import FieldPath


class Objection(NamedTuple):
    """What is wrong with an apiVersion or kind: the field at fault, a sentence, and what to write.

    `served` says that the API server takes it all the same, for now.
    """

    path: FieldPath
    sentence: str
    remedy: str | None = None
    served: bool = False


def is_builtin(api_version: str, kind: str) -> bool:
    """Whether the kind is, or is meant to be, one of Kubernetes itself."""
    group, _, version = api_version.rpartition("/")
    if (api_version, kind) in _NOT_FOR_THE_CLUSTER:
        return False
    if not group:
        # Other programs' files have an apiVersion and a kind too, such as `1.0`.
        return not version or bool(_CORE_VERSION.match(version))
    return group in GROUPS or _is_misspelt_group(group, kind)


def served_by(api_version: str, kind: str, wanted: Sequence[str]) -> list[str]:
    """Those of the wanted Kubernetes versions that have the kind."""
    return [version for version in wanted if openapi(version).serves(api_version, kind)]


def objection(api_version: str, kind: str, wanted: Sequence[str]) -> Objection | None:
    """What API servers of the wanted versions have against a kind that `is_builtin`."""
    if not api_version or not kind:
        missing = "kind" if api_version else "apiVersion"
        return Objection((missing,), f"{missing} is missing")
    wanted = sorted({openapi(version).version for version in wanted}, key=numbers)
    there = served_by(api_version, kind, wanted)
    ending = deprecations().get((api_version, kind))
    if len(there) == len(wanted):
        return _fading(api_version, kind, wanted[-1], ending)
    absent = " and ".join(version for version in wanted if version not in there)
    sentence = f"{kind} of {api_version} is not served by Kubernetes {absent}"
    if ending and ending.removed and numbers(wanted[-1]) >= numbers(ending.removed):
        return Objection(_API, f"{sentence}; it was removed in {ending.removed}", _write(ending))
    known = served_by(api_version, kind, versions())
    if not known:
        return _misspelt(api_version, kind, wanted[-1])
    if numbers(known[-1]) < numbers(wanted[-1]):
        return Objection(_API, f"{sentence}; the last version with it is {known[-1]}")
    return Objection(_API, f"{sentence}; it came with {known[0]}")


_API: FieldPath = ("apiVersion",)
_CORE_VERSION = re.compile(r"v\d", re.IGNORECASE)
_NOT_FOR_THE_CLUSTER = frozenset({("v1", "Config")})
"""A kubeconfig looks like an object of the core group."""


def _fading(
    api_version: str, kind: str, newest: str, ending: Deprecation | None
) -> Objection | None:
    """What is to be said about a kind that every wanted version has."""
    subject = f"{kind} of {api_version}"
    if ending and numbers(newest) >= numbers(ending.since):
        when = f"and removed in {ending.removed}" if ending.removed else "and will not be developed"
        sentence = f"{subject} is deprecated since Kubernetes {ending.since} {when}"
        return Objection(_API, sentence, _write(ending), served=True)
    if "alpha" in api_version or "beta" in api_version:
        sentence = f"{subject} is switched off unless the API server is told to serve it"
        remedy = f"Write a stable version, or make sure of --runtime-config={api_version}=true."
        return Objection(_API, sentence, remedy, served=True)
    return None


def _write(ending: Deprecation) -> str:
    api_version, _, kind = ending.replacement.partition(" ")
    if not api_version:
        return "Delete the object; nothing takes its place."
    if kind:
        return f"Write {kind} objects of {api_version} instead."
    return f"Write `apiVersion: {api_version}`, and look up which fields have changed."


def _misspelt(api_version: str, kind: str, version: str) -> Objection:
    """A kind that no version has ever had under this apiVersion."""
    kinds = openapi(version).kinds
    homes = [known for known in kinds if kind in kinds[known]]
    if homes:
        home = closest(api_version, homes, 0) or homes[-1]
        sentence = f"there is no {kind} in {api_version!r}; it belongs to {home!r}"
        return Objection(("apiVersion",), sentence, f"Write `apiVersion: {home}`.")
    own = kinds.get(api_version)
    meant = closest(kind, own or frozenset().union(*kinds.values()))
    sentence = f"there is no kind {kind!r} in {api_version!r}"
    if meant is None:
        return Objection(("kind",), sentence)
    return Objection(("kind",), f"{sentence}; did you mean {meant!r}?", f"Write `kind: {meant}`.")


def _is_misspelt_group(group: str, kind: str) -> bool:
    """Whether a group that Kubernetes does not have stands where one of its own is meant.

    A kind of Kubernetes in a group that nearly is one of Kubernetes'. Without a dot, or below
    k8s.io, no group is anybody else's, but for those of the project's own extensions.
    """
    if "." in group and (not group.endswith(".k8s.io") or group.endswith(".sigs.k8s.io")):
        return False
    first = group.partition(".")[0]
    if not any(known.partition(".")[0] == first for known in GROUPS) and not closest(group, GROUPS):
        return False
    return any(kind in kinds for kinds in openapi(versions()[-1]).kinds.values())
