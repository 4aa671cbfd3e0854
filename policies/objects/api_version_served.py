"""Every object has an apiVersion and kind that each target version of Kubernetes serves.

APIs are removed: the first sync after an upgrade of the cluster then fails with `no matches for
kind`, and Argo CD can no longer compare or delete the objects. A misspelt apiVersion or kind fails
the same way, right after the merge.

Looks at the rendered objects of Kubernetes' own API groups, in every version that policies.yaml
names under `kubernetes`, and at objects whose CustomResourceDefinition is part of the target. A
removed, misspelt or too new API is an error. One that is deprecated is a warning that names the
version of its removal, and so is one that clusters serve only when they are told to (alpha and
beta versions). Kinds of other groups are for schema-valid.

https://kubernetes.io/docs/reference/using-api/deprecation-guide/
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.kubernetes.served import is_builtin, objection
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

_UNSERVED = "Set `served: true` for a version of its CustomResourceDefinition."


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    remedy="Write an apiVersion that every version under `kubernetes` in policies.yaml serves.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    ref = resource.ref
    if is_builtin(ref.api_version, ref.kind):
        found = objection(ref.api_version, ref.kind, target.kubernetes)
        if found:
            severity = Severity.WARNING if found.served else None
            yield Problem(found.path, found.sentence, remedy=found.remedy, severity=severity)
    else:
        yield from _custom(resource, target)


def _custom(resource: Resource, target: Target) -> Iterator[Problem]:
    """A kind that a CustomResourceDefinition of the same target defines."""
    ref = resource.ref
    defined = target.schemas.own.get((ref.group, ref.kind))
    if defined is None:
        return
    served = sorted(f"{custom.group}/{custom.version}" for custom in defined if custom.served)
    if ref.api_version not in served:
        known = f"it serves {', '.join(served)}" if served else "it serves no version"
        message = (
            f"{ref.api_version} is not served by the kind's own CustomResourceDefinition; {known}"
        )
        remedy = f"Write `apiVersion: {served[-1]}`." if served else _UNSERVED
        yield Problem(("apiVersion",), message, remedy=remedy)
