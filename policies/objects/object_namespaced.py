"""Objects say which namespace they belong to, all of them or none of them.

An object without a namespace goes wherever the command or the Application that applies it points.
That is sound where it holds for every object. If some of them name a namespace and one does not,
it ends up apart from the rest: a ServiceAccount that its pods do not find, a NetworkPolicy that
guards nothing.

So the namespace is demanded if another object of the target has one; the option `required`
demands it always. `kube-system`, `kube-public`, `kube-node-lease` and `default` do not count,
because an object may belong there wherever the others go. A kind that lives outside of
namespaces must not name one: the API server drops it, and tools that compare by namespace keep
looking for an object that is not there. CustomResourceDefinitions of the target say what holds
for their kinds; other custom kinds are reported as not judged, once per kind, if it matters.
kube-linter asks for a namespace in every manifest, and Kyverno has a policy against `default`; but
manifests may be meant for whichever namespace they are applied to.

https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#not-all-objects-are-in-a-namespace
"""

from collections.abc import Iterator, Mapping

from tools.kubernetes.resource import Resource
from tools.kubernetes.scope import GroupKind, group_kind, scopes
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

NAMESPACE = ("metadata", "namespace")
OF_EVERY_CLUSTER = frozenset({"kube-system", "kube-public", "kube-node-lease", "default"})


class Options(RuleOptions):
    required: bool = False
    """Whether every object of a namespaced kind must name its namespace."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Set metadata.namespace, or `namespace:` in the kustomization.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    known = scopes(target.resources.of_kind("CustomResourceDefinition"))
    model = next((r for r in target.resources if _says_where(r, known)), None)
    told = set()
    for resource in target.resources:
        kind, namespaced = resource.kind, known.get(group_kind(resource))
        if namespaced is False and resource.namespace:
            message = f"a {kind} lives in no namespace, so {resource.namespace!r} is dropped"
            yield Problem(NAMESPACE, message, resource, "Delete metadata.namespace.")
        elif (model or options.required) and resource.get(*NAMESPACE) in (None, ""):
            if namespaced:
                yield _missing(resource, model)
            elif namespaced is None and group_kind(resource) not in told:
                told.add(group_kind(resource))
                reason = f"whether a {kind} has a namespace is unknown without its CRD"
                yield Unjudged(reason, resource)


def _says_where(resource: Resource, known: Mapping[GroupKind, bool]) -> bool:
    """Whether it is in a namespace of its own and not in one of those that every cluster has."""
    own = resource.namespace not in ("", *OF_EVERY_CLUSTER)
    return own and known.get(group_kind(resource), True)


def _missing(resource: Resource, model: Resource | None) -> Problem:
    message = "the object names no namespace"
    problem = Problem(NAMESPACE, message, resource, kustomization="namespace")
    if model is None:
        return problem
    message = f"{message}, {model.kind} {model.name!r} names {model.namespace!r}"
    return problem._replace(message=message, related=((model, NAMESPACE, "named here"),))
