"""Names, label keys and values, and annotation keys are such as the API server accepts.

What it refuses, it refuses during the sync, when half of the objects are applied. Some names it
accepts and the controllers fail on them later: the pods of a StatefulSet whose name is longer
than 52 characters cannot be made, because a label of theirs would be too long.

Each kind has its own rule: most names are DNS subdomains (253 characters: lower case letters,
digits, `-` and `.`); Namespaces and StatefulSets are DNS labels (63, no dot), and so are Services,
which must also begin with a letter before Kubernetes 1.36; RBAC names may hold nearly anything;
Jobs have 63 and CronJobs 52 characters, because more is appended. Custom resources follow the
general rule. Judged are the metadata of each object and of its pod template. A name that is
missing is found for the kinds of Kubernetes itself; values that are no text are left to the schema.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""

from collections.abc import Iterator

from tools.kubernetes.names import (
    ANNOTATION_BYTES,
    key_objection,
    label_objection,
    name_objection,
    value_objection,
)
from tools.kubernetes.resource import Resource
from tools.kubernetes.scope import built_in, group_kind
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

NAME_REMEDY = (
    "Use letters, digits, '-', '_' and '.', 63 at most, with a letter or digit at both ends."
)


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    remedy="Use lower case letters, digits and '-', with a letter or digit at both ends.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    yield from _name(resource, target)
    namespace = resource.namespace
    if namespace and (objection := label_objection(namespace)):
        message = f"namespace {namespace!r} is not valid: {objection}"
        yield Problem(("metadata", "namespace"), message)
    pod = target.pod(resource)
    templates = [pod.template] if pod and pod.template else []
    for above in ((), *templates):
        yield from _labels(resource, (*above, "metadata", "labels"))
        yield from _annotations(resource, (*above, "metadata", "annotations"))


def _name(resource: Resource, target: Target) -> Iterator[Problem]:
    known = group_kind(resource) in built_in()
    kind = resource.kind if known else ""
    for field, prefix in (("name", False), ("generateName", True)):
        value = resource.get("metadata", field)
        if isinstance(value, str) and value:
            if objection := name_objection(kind, value, target.kubernetes, prefix):
                yield Problem(("metadata", field), f"{field} {value!r} is not valid: {objection}")
            return
        if value:
            return
    if known:
        yield Problem(("metadata", "name"), f"the {kind} has no name", remedy="Set metadata.name.")


def _labels(resource: Resource, path: FieldPath) -> Iterator[Problem]:
    for key, value in resource.map(*path).items():
        if objection := key_objection(key):
            message = f"label key {key!r} is not valid: {objection}"
            yield Problem((*path, key), message, remedy=NAME_REMEDY)
        elif isinstance(value, str) and (objection := value_objection(value)):
            message = f"value {value!r} of label {key!r} is not valid: {objection}"
            yield Problem((*path, key), message, remedy=NAME_REMEDY)


def _annotations(resource: Resource, path: FieldPath) -> Iterator[Problem]:
    annotations = resource.map(*path)
    for key in annotations:
        if objection := key_objection(key, annotation=True):
            message = f"annotation key {key!r} is not valid: {objection}"
            yield Problem((*path, key), message, remedy=NAME_REMEDY)
    size = sum(len(f"{key}{value}".encode()) for key, value in annotations.items())
    if size > ANNOTATION_BYTES:
        message = f"the annotations have {size} bytes, {ANNOTATION_BYTES} are allowed"
        yield Problem(path, message, remedy="Move what is large into a ConfigMap.")
