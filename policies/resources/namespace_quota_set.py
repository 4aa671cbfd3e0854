"""Every namespace has a ResourceQuota and a LimitRange.

Without a quota one namespace can take the whole cluster: a wrong replica count or an autoscaler
gone wild starves everybody else. Without a LimitRange a container that states nothing, such as
one for debugging, runs unbounded, or is refused because the quota wants an amount from it.

Looks at the Namespace objects of the target, and for objects of both kinds with that
`metadata.namespace` next to them; those without one count where nothing in the target names the
namespace. A namespace that somebody else creates is not judged: whoever creates it gives it its
bounds. What the quota allows is `quota-fits`.

https://kubernetes.io/docs/concepts/policy/resource-quotas/
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.OBJECT,
    kinds=("Namespace",),
    severity=Severity.WARNING,
    remedy="Add a ResourceQuota and a LimitRange with this metadata.namespace.",
)
def check(namespace: Resource, target: Target, options: None) -> Iterator[Problem]:
    bounds = target.resources.of_kind("ResourceQuota", "LimitRange")
    # Where nothing names the namespace, whoever applies the objects decides where they go.
    named = any(resource.namespace == namespace.name for resource in target.resources)
    own = (namespace.name,) if named else (namespace.name, "")
    present = {resource.kind for resource in bounds if resource.namespace in own}
    missing = [kind for kind in ("ResourceQuota", "LimitRange") if kind not in present]
    if missing:
        problem = Problem(
            ("metadata", "name"),
            f"namespace {namespace.name!r} has no {' and no '.join(missing)}",
            remedy=f"Add a {' and a '.join(missing)} with metadata.namespace {namespace.name}.",
        )
        yield problem._replace(kustomization="resources")
