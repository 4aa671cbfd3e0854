"""Every object fits the schema of its kind in each Kubernetes version it is meant for.

The API server refuses the others, and Argo CD then stops the whole sync: none of the objects of
that wave is applied. A field with a misspelt name is refused as well, because Argo CD and kubectl
ask for strict field validation; with a client that does not, the field is dropped in silence, and
the limit or probe it was meant to be is not there.

Looks at the rendered objects: unknown and missing fields, values of the wrong type or outside of
what the schema allows, in every version that policies.yaml names under `kubernetes`. A null field
counts as absent, as it does for the server, and a quantity is a number or what apimachinery reads:
`256k` or `256Ki`, not `256K`. The schemas of Kubernetes' own kinds are those it publishes, less the
places where the server does not follow them. Custom kinds are held against the
CustomResourceDefinition in the same target, else against the folders that policies.yaml names under
`schemas` (CRDs in YAML, or JSON schemas that are called `<group>/<kind>_<version>.json`), else
against the schemas that come with the gate: those of Argo CD and of External Secrets. A kind
without a schema is not judged, and that stops the gate until a schema is there or
`kindsWithoutSchema` names the kind.

Not judged here: what the server checks beyond its schemas, such as names, words that it does not
know (`imagePullPolicy: Ifnotpresent`), fields that exclude each other, and rules in CEL; that is
for server-accepts. An apiVersion or kind that does not exist is for api-version-served, and a value
that YAML readers read in two ways for yaml-unambiguous.

https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource
from tools.kubernetes.shape import UnusableSchema
from tools.kubernetes.violations import Violation
from tools.rules.rule import Consequences, Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

_KUSTOMIZE = "kustomize.config.k8s.io"
"""The group of Kustomize's own files, which never reach a cluster."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    defers_to=("yaml-unambiguous",),
    remedy="Write what the API reference says of this field; `kubectl explain` shows it.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    yield from _missing_folders(target)
    unknown: dict[tuple[str, str], list[Resource]] = {}
    for resource in target.resources:
        if resource.ref.group == _KUSTOMIZE:
            continue
        try:
            if target.schemas.knows(resource):
                for violation in target.schemas.violations(resource):
                    yield _problem(resource, violation)
            else:
                unknown.setdefault((resource.ref.api_version, resource.kind), []).append(resource)
        except UnusableSchema as error:
            yield Unjudged(str(error), resource, blocking=True)
    yield from (_without_schema(alike, target) for alike in unknown.values())


def _problem(resource: Resource, violation: Violation) -> Problem:
    return Problem(
        violation.path,
        violation.sentence,
        resource,
        violation.remedy or _explain(resource, violation.path),
        at_key=violation.is_unknown,
        edit=violation.edit,
        explains=tuple(_explained(resource, violation)),
    )


def _explained(resource: Resource, violation: Violation) -> Iterator[Consequences]:
    """A field that is missing, or cannot be read, with all that would stand in it.

    It is not there where somebody misspelt it, or wrote it in another place.
    """
    path = violation.meant if violation.is_unknown else violation.place
    value = None if path is None else resource.get(*path)
    is_read = value is not None if violation.is_unknown else isinstance(value, dict | list)
    if path and (violation.is_whole or not is_read):
        yield Consequences(resource, (path,))


def _explain(resource: Resource, path: FieldPath) -> str:
    """Where to look up what a field may hold."""
    fields = ".".join(part for part in path if isinstance(part, str))
    return f"Run `kubectl explain {resource.kind.lower()}.{fields}` to see what it may hold."


def _missing_folders(target: Target) -> Iterator[Unjudged]:
    for folder in target.schema_folders:
        if not target.repository.is_folder(folder):
            sentence = f"policies.yaml names {folder!r} under `schemas`, which is no folder"
            yield Unjudged(sentence, blocking=True)


def _without_schema(alike: list[Resource], target: Target) -> Unjudged:
    """One sentence for all objects of a kind, at the first of them."""
    ref = alike[0].ref
    count = f" ({len(alike)} objects)" if len(alike) > 1 else ""
    subject = f"no schema is known for {ref.kind} of {ref.api_version}{count}"
    name = f"{ref.kind}.{ref.group}"
    if {ref.kind, name} & set(target.kinds_without_schema):
        return Unjudged(f"{subject}; policies.yaml accepts that", alike[0])
    what_to_do = (
        "put its CustomResourceDefinition into a folder that policies.yaml names under `schemas`, "
        f"or list {name} under `kindsWithoutSchema`"
    )
    return Unjudged(f"{subject}; {what_to_do}", alike[0], blocking=True)
