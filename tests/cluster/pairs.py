"""Pairs of objects, an old one and a new one of the same name, and what comes of the change."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any, NamedTuple

from tests.cluster.answer import Answer
from tests.cluster.api import ApiServer
from tests.cluster.mutants import Mutant, mutant
from tests.cluster.sites import VERSION, correct_objects
from tests.cluster.verdicts import Finding, Judged, ours
from tools.kubernetes.resource import Resource
from tools.kubernetes.validation.changes import change_refusals

_OTHER = 0.35
"""How often the new object is another correct one, and not a mutant of the old one."""
_OF_APPLY = (
    "failed to create typed patch object",
    "metadata.managedFields must be nil",
    "only dynamically provisioned pvc can be resized",
)
_NOT_RENAMED = frozenset({"CustomResourceDefinition", "Gadget"})
"""Kinds whose names follow from what is in them, and what only they make possible."""


class Pair(NamedTuple):
    """`new` says which object it was made of, and how."""

    old: Mapping[str, Any]
    new: Mutant


def pairs(seed: int, count: int) -> Iterator[Pair]:
    """Pairs of all kinds in turn, of which the new object is good by itself as far as we know."""
    kinds = [kind for kind in correct_objects() if kind not in _NOT_RENAMED]
    number = found = 0
    while found < count:
        pair = _pair(seed, number, kinds[number % len(kinds)])
        number += 1
        if _is_named(pair.new.data) and not ours(pair.new.data):
            found += 1
            yield pair


def _pair(seed: int, number: int, kind: str) -> Pair:
    random = Random(f"pair {seed} {number} {kind}")
    objects = correct_objects()[kind]
    changed = mutant(seed, number, kind)
    old = objects[changed.original]
    if random.random() < _OTHER:
        changed = changed._replace(changes=(), data=random.choice(objects))
    name = f"pair-{seed}-{number}"
    return Pair(_named(old, name), changed._replace(data=_named(changed.data, name)))


def _is_named(data: Mapping[str, Any]) -> bool:
    """Whether it says which object it is: a LimitRange need not, and is given a name."""
    metadata = data.get("metadata")
    return isinstance(metadata, dict) and bool(metadata.get("name"))


def _named(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    copy: dict[str, Any] = deepcopy(dict(data))
    metadata = copy.get("metadata")
    if isinstance(metadata, dict):
        copy["metadata"] = {k: v for k, v in metadata.items() if k != "generateName"}
        copy["metadata"]["name"] = name
    return copy


def answered(server: ApiServer, pair: Pair) -> Judged | None:
    """What the server says to the change; None if it does not even take the old object.

    Both are applied as Argo CD does it, by server-side apply that takes fields over. The old object
    is there for real, and deleted afterwards.
    """
    old = pair.old
    if not server.apply(old).accepted:
        return None
    path = server.path(old["apiVersion"], old["kind"], old["metadata"]["name"])
    try:
        if old["kind"] == "PersistentVolumeClaim":
            size = old["spec"]["resources"]["requests"]["storage"]
            status = {"status": {"phase": "Bound", "capacity": {"storage": size}}}
            server.patch(f"{path}/status", status)
        options = {"dryRun": "All", "fieldValidation": "Strict"}
        return Judged(pair.new, server.apply(pair.new.data, options=options))
    finally:
        server.delete(path)


def depends_on_apply(answer: Answer) -> bool:
    """Whether a refusal is about the merge, which knows lists by the keys of their entries."""
    return not answer.accepted and any(words in answer.message for words in _OF_APPLY)


def against(pair: Pair) -> Sequence[Finding]:
    """What we have against the change, and against the new object by itself."""
    refused = change_refusals(Resource(pair.old), Resource(pair.new.data), [VERSION])
    return [
        *(Finding(refusal.path, refusal.sentence) for refusal, _ in refused),
        *ours(pair.new.data),
    ]
