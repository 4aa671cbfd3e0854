"""Lists that are merged by a key hold each key once, in the files.

Containers, their variables, ports and mounts, volumes and the ports of a Service are lists of which
a patch changes the element with the same name, number or path. Of two such elements Kustomize lets
only one through as soon as a patch touches the list, and says nothing; which of them the program
then gets depends on whether there is a patch. `kubectl apply` and server-side apply stumble over
the second one as well.

Looks at the objects and strategic merge patches in the source, because what Kustomize has dropped
is not in the render any more: lists that Kustomize 5.8.1 merges, with the keys by which it does.
An element with `$patch: delete` counts: one of the same name behind it in the patch is gone with
what it deletes. Where the element is still there twice in the render, the rule that knows the list
better says so (env-name-valid, port-valid, server-accepts).

https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/#notes-on-the-strategic-merge-patch
"""

from collections.abc import Iterator
from typing import Any

from tools.kubernetes.resource import as_list, as_map
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.document import Document
from tools.source.place import FieldPath, dotted
from tools.trace.merge_keys import Schema, schema_of

_DEFAULTS = {"protocol": "TCP"}


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    defers_to=("env-name-valid", "port-valid", "server-accepts"),
    remedy="Delete one of the two.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    for document in target.documents:
        data = as_map(document.data)
        schema = schema_of(str(data.get("apiVersion")), str(data.get("kind")))
        if schema:
            yield from _below(document, data, schema, ())


def _below(
    document: Document, value: Any, schema: Schema, path: FieldPath
) -> Iterator[SourceProblem]:
    """What is wrong in the lists of a map, and in those of the elements of its lists."""
    for name, field in schema.below.items():
        inner = as_map(value).get(name)
        if field.keys and field.keys != ("",):
            yield from _repeated(document, inner, field.keys, (*path, name))
            for index, element in enumerate(as_list(inner)):
                yield from _below(document, element, field, (*path, name, index))
        else:
            yield from _below(document, inner, field, (*path, name))


def _repeated(
    document: Document, elements: Any, keys: tuple[str, ...], path: FieldPath
) -> Iterator[SourceProblem]:
    first: dict[tuple[str, ...], FieldPath] = {}
    for index, element in enumerate(as_list(elements)):
        given = as_map(element)
        if given.get(keys[0]) is None:
            continue
        identity = tuple(str(given.get(key, _DEFAULTS.get(key, ""))) for key in keys)
        where = (*path, index, keys[0])
        if identity in first:
            sentence = f"{keys[0]} {given[keys[0]]!r} stands twice in {dotted(path)}"
            other = document.nearest(first[identity])[1]
            place = document.nearest(where)[1]
            message = f"{sentence}, of which a patch leaves one"
            yield SourceProblem(place, message, related=((other, "the first one"),))
        first.setdefault(identity, where)
