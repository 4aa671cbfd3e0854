"""No Secret stands in Git with its values.

Base64 is not encryption: a Secret manifest in a repository is a list of passwords for everybody
who can read it, now or in ten years. What becomes known that way cannot be taken back, only
renewed. A placeholder is no better: it is applied like a value, and one day it is the value.

Looks at `data` and `stringData` of the Secrets that are rendered, of those in the files that the
target is made of, whether or not they reach the render, and, when everything is judged, of those
in YAML files around them that nothing uses; at the literals of each `secretGenerator`, and at its
files, which kustomization-plain reports unless it is off. Accepted are SealedSecrets and
ExternalSecrets, values that SOPS has encrypted, Secrets without values, which a controller fills
(`kubernetes.io/service-account-token`), values that are templates or addresses in a store of
secrets, and repositories of Argo CD without a credential. One Secret is one finding; no report
shows its values.

https://kubernetes.io/docs/concepts/security/secrets-good-practices/
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from tools.kubernetes.objects import Read, objects_in
from tools.kubernetes.resource import Resource, lookup
from tools.kubernetes.secrets import is_encrypted, stated_values
from tools.rules.entries import entries
from tools.rules.rule import Judges, Problem, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.document import Document
from tools.source.place import FieldPath, Place, SourceError
from tools.source.repository import Repository
from tools.source.secret_generators import Literals, secret_sources
from tools.source.tree import Tree
from tools.source.unused import unused_files

LAYOUT = ("base", "bases", "components", "overlays")
MOST_KEYS = 3


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Take the Secret out of Git, renew what it held, and deliver it with an ExternalSecret "
    "or SealedSecret.",
    defers_to=("kustomization-plain",),
    confidential=True,
)
def check(target: Target, options: None) -> Iterator[Problem | SourceProblem]:
    generated = set(_generated(target))
    said: set[Place | None] = set()
    for secret in target.resources.of_kind("Secret"):
        paths = list(stated_values(secret.data))
        if paths and not secret.ref.group and id(secret) not in generated:
            said.update(_places(secret, paths, target))
            yield Problem(paths[0][:1], _sentence(secret.data, paths), secret)
    for found in objects_in(_documents(target)):
        if isinstance(found, Read) and Resource(found.data).ref[:2] == ("v1", "Secret"):
            yield from _in_source(found, said)
    if target.tree is not None:
        yield from _generators(target.tree)


def _sentence(secret: Mapping[str, Any], paths: list[FieldPath]) -> str:
    """Which values stand there, by their keys."""
    keys = [str(path[-1]) for path in paths]
    more = f" and {len(keys) - MOST_KEYS} more" if len(keys) > MOST_KEYS else ""
    name = lookup(secret, ("metadata", "name"))
    return f"Secret {name!r} stands in Git with its values ({', '.join(keys[:MOST_KEYS])}{more})"


def _places(secret: Resource, paths: list[FieldPath], target: Target) -> Iterator[Place | None]:
    """Where a rendered Secret and its values come from."""
    if target.trace is not None:
        for path in (*paths, *{path[:1] for path in paths}):
            yield target.trace.locate(secret, path).place


def _generated(target: Target) -> Iterator[int]:
    """The rendered Secrets that generators make: what is wrong with them stands there."""
    for entry in entries(target, "secretGenerator", "generator"):
        for made in entry.application.objects:
            resource = target.trace.rendered(made) if target.trace else None
            if resource is not None:
                yield id(resource)


def _documents(target: Target) -> Iterator[Document]:
    """The YAML of the target, and in a run over everything what lies around it unused."""
    yield from target.documents
    if target.tracked is not None and target.tree is not None and not target.tree.refusals:
        for unused in unused_files(target.tree, LAYOUT):
            with suppress(SourceError):  # what cannot be read holds no Secret that could be applied
                yield from target.repository.documents(unused.file)


def _in_source(found: Read, said: set[Place | None]) -> Iterator[SourceProblem]:
    paths = list(stated_values(found.data))
    if paths:
        at = [found.document.nearest((*found.path, *path))[1] for path in paths]
        field = found.document.nearest((*found.path, paths[0][0]))[1]
        if said.isdisjoint((*at, field)):
            yield SourceProblem(field, _sentence(found.data, paths))


def _generators(tree: Tree) -> Iterator[SourceProblem]:
    for source in secret_sources(tree):
        if isinstance(source, Literals):
            secret = {"metadata": {"name": source.name}, "stringData": source.values}
            paths = list(stated_values(secret))
            if paths:
                yield SourceProblem(source.place, _sentence(secret, paths))
        elif not _is_sealed(tree.repository, source.file):
            sentence = f"Secret {source.name!r} is made from the tracked file {source.file}"
            yield SourceProblem(source.place, sentence)


def _is_sealed(repository: Repository, file: str) -> bool:
    try:
        return is_encrypted(repository.text(file))
    except SourceError:
        return False
