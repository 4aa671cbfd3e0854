"""Whether an entry of `ignoreDifferences` can ignore anything in the objects that it is about."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tools.argocd.jq.functions import Failed, Unknown
from tools.argocd.jq.selected import selected
from tools.argocd.jq.steps import Path
from tools.argocd.jq.tree import Node, parse
from tools.argocd.unreached import dead_end, pointer_steps, routes
from tools.kubernetes.openapi import openapi, versions
from tools.kubernetes.resource import Resource
from tools.kubernetes.schema import Schemas
from tools.kubernetes.served import is_builtin
from tools.kubernetes.shape import UnusableSchema

Why = Callable[["Deployed"], str | None]


class Deployed(NamedTuple):
    """A rendered object, and the schemas of the target that renders it."""

    resource: Resource
    schemas: Schemas

    @property
    def what(self) -> str:
        return f"{self.resource.kind} {self.resource.name!r}"


def pointer_miss(pointer: str, objects: Sequence[Deployed]) -> str | None:
    """Why a JSON pointer leads nowhere in any of the objects; None if it leads somewhere or may."""
    steps = pointer_steps(pointer)
    return _in_all(objects, lambda each: _dead_end(steps, each))


def jq_miss(expression: str, objects: Sequence[Deployed]) -> str | None:
    """The same for a jq expression, or how it fails on one that it would change."""
    node = parse(expression)
    if node is None:
        return None
    for each in objects:
        why = _failure(node, each)
        if why:
            return f"fails on {each.what}, so nothing of it is ignored: {why}"
    ways = routes(node)
    if ways is None:
        return None

    def why_not(each: Deployed) -> str | None:
        reasons = [_dead_end(steps, each) for steps in ways]
        return reasons[0] if reasons and all(reasons) else None

    return _in_all(objects, why_not)


def _in_all(objects: Sequence[Deployed], why: Why) -> str | None:
    """The reason for the first of the objects, if there is one for each."""
    first = why(objects[0]) if objects else None
    if first is None or not all(why(each) for each in objects[1:]):
        return None
    return f"ignores nothing of {objects[0].what}: {first}"


def _failure(node: Node, deployed: Deployed) -> str | None:
    """How jq fails on an object in which it would find something but for that."""
    data = deployed.resource.data
    try:
        selected(node, data)
    except Failed as error:
        try:
            found = selected(node, data, forgiving=True)
        except (Failed, Unknown):
            return None
        return str(error) if any(_is_there(data, path) for path in found) else None
    except Unknown:
        return None
    return None


def _is_there(data: Any, path: Path) -> bool:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _dead_end(steps: Sequence[Node], deployed: Deployed) -> str | None:
    found = [dead_end(steps, deployed.resource, schema) for schema in _first(deployed)]
    if not found or found[0] is None:
        return None
    rest = (dead_end(steps, deployed.resource, schema) for schema in _others(deployed))
    return found[0] if all(rest) else None


def _first(deployed: Deployed) -> Iterator[Mapping[str, Any] | None]:
    """The schema of an object's kind, None where none is known; nothing if it is of no use."""
    ref = deployed.resource.ref
    if is_builtin(ref.api_version, ref.kind):
        yield openapi(deployed.schemas.versions[-1]).schema(ref.api_version, ref.kind)
        return
    try:
        yield deployed.schemas.custom_schema(deployed.resource)
    except UnusableSchema:
        return


def _others(deployed: Deployed) -> Iterator[Mapping[str, Any]]:
    """What other versions of Kubernetes know of the kind: a cluster may be newer than declared."""
    ref = deployed.resource.ref
    if is_builtin(ref.api_version, ref.kind):
        for version in versions():
            schema = openapi(version).schema(ref.api_version, ref.kind)
            if schema is not None:
                yield schema
