"""An object is defined once in a target.

Two definitions of one object overwrite each other: `kubectl apply` keeps the one that comes last,
which depends on the order of file names, and Argo CD reports a repeated resource and applies one
of them, so that it never settles. Whoever edits the other one changes nothing.

Objects are the same if API group, kind, namespace and name are. The version does not count:
`autoscaling/v1` and `autoscaling/v2` are two views of one HorizontalPodAutoscaler. Nor does the
namespace of kinds that live outside of namespaces. Objects with `generateName` are new each time.
A namespace that is left out is not taken to be any other one.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.kubernetes.scope import group_kind, scopes
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

NAME = ("metadata", "name")


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Delete one of the definitions, or give it another name or namespace.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    known = scopes(target.resources.of_kind("CustomResourceDefinition"))
    seen: dict[tuple[str, ...], Resource] = {}
    for resource in target.resources:
        if not isinstance(resource.get(*NAME), str):
            continue
        namespace = resource.namespace if known.get(group_kind(resource), True) else ""
        key = (*group_kind(resource), namespace, resource.name)
        first = seen.setdefault(key, resource)
        if first is not resource:
            yield Problem(
                NAME,
                f"{resource.kind} {resource.name!r} is defined a second time",
                resource,
                related=((first, NAME, "defined first here"),),
            )
