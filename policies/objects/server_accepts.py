"""Every object passes the API server's own validation in each Kubernetes version it is meant for.

A schema knows little over half of what the server refuses: that names, ports, quantities and paths
have a certain form, that of some fields only one may be set, that a selector matches its template,
that a list has no duplicates, that a mount names a volume. What the server refuses stops the sync,
after the objects of earlier waves are applied.

Looks at the rendered objects of Kubernetes' own kinds as the server sees them on creation: decoded,
filled in with its defaults, then held against the validation of its source. Of custom resources it
checks the metadata, lists that are sets or maps, objects inside of them, and the rules in CEL of
their CustomResourceDefinition; expressions that cannot be evaluated here are listed as not judged.
The path of a finding is
the one that the server would name; the line is that of the value to change. Of two fields of which
an object may have one, as when a patch sets `persistentVolumeClaim` and the base `emptyDir`, it is
the one that was set last. Where only some of the
versions that policies.yaml names refuse an object, the finding says which. How often the verdict is
that of a real server is measured by `make prove-server`.

Not judged here: unknown fields and wrong types (schema-valid; of an object with a value that the
server cannot read nothing else is said), kinds that are not served
(api-version-served), changes that the server refuses for an object that is already there
(change-allowed), and what depends on other objects of the cluster, such as a ServiceAccount or
PriorityClass that does not exist, quotas, and webhooks. Nor are the cluster's ranges of addresses
and node ports; but of Services it is assumed that the cluster serves IPv4 alone, as most do.

https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.kubernetes.served import is_builtin, served_by
from tools.kubernetes.shape import UnusableSchema
from tools.kubernetes.validation.field import Refusal
from tools.kubernetes.validation.kinds import refusals
from tools.rules.rule import Cause, Consequences, Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath, dotted

_WITH_EXPRESSIONS = ("CustomResourceDefinition", "ValidatingAdmissionPolicy")
KUSTOMIZE = "kustomize.config.k8s.io"
"""The group of Kustomize's own files, which never reach a cluster."""


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    defers_to=(
        *("schema-valid", "name-valid", "port-valid"),
        *("ingress-class-set", "quantity-unit-sane", "rbac-binding-resolves"),
        *("selector-matches-template", "volume-resolves", "requests-within-limits"),
        "container-image-set",
        "replicas-in-range",
    ),
    remedy="Write what the API reference says of this field; `kubectl explain` shows it.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    ref = resource.ref
    if not is_builtin(ref.api_version, ref.kind):
        if "." in ref.group and ref.group != KUSTOMIZE:
            yield from _custom(resource, target)
        return
    if ref.kind in _WITH_EXPRESSIONS and not _can_compile():
        yield Unjudged("its expressions in CEL: cel-expr-python is not installed", resource)
    served = served_by(ref.api_version, ref.kind, target.kubernetes)
    refused = refusals(ref.api_version, ref.kind, resource.data, served)
    if refused and _is_unreadable(resource, target):
        return
    for refusal, versions in refused:
        note = "" if len(versions) == len(served) else f" (Kubernetes {' and '.join(versions)})"
        yield _problem(resource, refusal, note)


def _is_unreadable(resource: Resource, target: Target) -> bool:
    """Whether a value has a type that the server cannot read: it looks no further then.

    A field that is unknown, or is missing, does not keep it from seeing the others here.
    """
    found = target.schemas.violations(resource)
    return any(not violation.is_unknown and not violation.is_missing for violation in found)


def _can_compile() -> bool:
    from tools.kubernetes.validation.expressions import can_compile

    return can_compile()


def _custom(resource: Resource, target: Target) -> Iterator[Problem | Unjudged]:
    from tools.kubernetes.validation.custom_objects import custom_object

    try:
        schema = target.schemas.custom_schema(resource)
    except UnusableSchema:
        schema = None  # Told by schema-valid.
    verdict = custom_object(resource.data, schema)
    yield from (_problem(resource, refusal) for refusal in verdict.refusals)
    yield from (Unjudged(reason, resource) for reason in verdict.unjudged)


def _problem(resource: Resource, refusal: Refusal, note: str = "") -> Problem:
    place = refusal.path if refusal.place is None else refusal.place
    return Problem(
        refusal.path,
        refusal.sentence + note,
        remedy=refusal.remedy,
        at_key=refusal.at_key,
        edit=refusal.place,
        causes=tuple(_causes(resource, place, refusal.against)),
        explains=(_explained(resource, place, refusal.at_key),),
    )


def _causes(resource: Resource, place: FieldPath, against: FieldPath | None) -> Iterator[Cause]:
    """The two fields of which one is too many, in words that tell them apart."""
    for path in (place, against) if against else ():
        yield Cause(resource, path, dotted(path))


def _explained(resource: Resource, place: FieldPath, at_key: bool) -> Consequences:
    """What other rules say of a value that has to be another, or of what stands at a wrong key."""
    return Consequences(resource, (place,)) if at_key else Consequences(resource, (), (place,))
