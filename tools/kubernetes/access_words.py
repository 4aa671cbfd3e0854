"""Sentences about access: who has a role, where it holds, and where to look."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tools.kubernetes.access import Access, Grant, Holder
from tools.kubernetes.resource import Resource
from tools.kubernetes.service_accounts import account_of
from tools.kubernetes.subjects import Subject
from tools.source.place import FieldPath

_FEW = 3
"""So many names fit into a sentence."""


class Related(NamedTuple):
    """A field that matters to what is said, with a few words."""

    resource: Resource
    path: FieldPath
    words: str


def listed(words: Iterable[str]) -> str:
    """`a, b and c`; of more than a few words the first ones, and how many there are besides."""
    known = list(dict.fromkeys(words))
    if len(known) > _FEW:
        known[_FEW - 1 :] = [f"{len(known) - _FEW + 1} more"]
    return " and ".join(filter(None, (", ".join(known[:-1]), *known[-1:])))


def role_words(role: Resource) -> str:
    """`Role 'reader'`."""
    return f"{role.kind} {role.name!r}"


def who(access: Access, holders: Sequence[Holder]) -> str:
    """The subjects that have a role, with the workloads that run as them; or that none is known."""
    known = [_subject(access, holder.subject) for holder in holders if holder.subject]
    through = [repr(holder.binding.name) for holder in holders if not holder.subject]
    if through:
        known.append(f"whoever is bound to ClusterRole {listed(through)}")
    return listed(known) or "whoever is bound to it"


def _subject(access: Access, subject: Subject) -> str:
    pods = access.workloads(subject)
    if pods:
        return f"{subject.words} ({listed(pod.workload.ref.slug for pod in pods)})"
    return f"{subject.words}{' (no pod here)' if subject.kind == 'ServiceAccount' else ''}"


def where(grant: Grant, holders: Sequence[Holder]) -> str:
    """`in namespace 'shop'`, `in every namespace`; "" where that depends on who applies it."""
    namespaces = {holder.namespace for holder in holders}
    if not holders and grant.role.kind == "Role":
        namespaces = {grant.role.namespace}
    if None in namespaces:
        return " in every namespace"
    names = sorted(repr(name) for name in namespaces if name)
    return f" in namespace {listed(names)}" if names else ""


def dormant(holders: Sequence[Holder]) -> str:
    """What to add to a sentence about a role that nobody is known to have."""
    return "" if holders else "; no binding here gives it to anybody"


def chain(access: Access, holders: Iterable[Holder]) -> Iterator[Related]:
    """The subjects that a role is given to, and where the first pod of each names its account."""
    for holder in holders:
        subject = holder.subject
        if subject is None:
            continue
        given = f"{holder.binding.kind} {holder.binding.name!r} gives it to {subject.words}"
        yield Related(holder.binding, subject.path, given)
        for pod in access.workloads(subject)[:1]:
            runs = f"{pod.workload.ref.slug} runs as {account_of(pod).name!r}"
            yield Related(pod.workload, account_of(pod).path, runs)
