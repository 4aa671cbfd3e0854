"""Names, label keys and values, and other keys are such as the API server accepts.

What it refuses, it refuses during the sync, when half of the objects are applied. Some names it
accepts and the controllers fail on them later: the pods of a StatefulSet whose name is longer
than 52 characters cannot be made, because a label of theirs would be too long.

Each kind has its own rule: most names are DNS subdomains (253 characters: lower case letters,
digits, `-` and `.`); Namespaces and StatefulSets are DNS labels (63, no dot), and so are Services,
which must also begin with a letter before Kubernetes 1.36; names in RBAC and of
PodDisruptionBudgets may hold nearly anything; Jobs have 63 and CronJobs 52 characters, because more
is appended. Custom resources follow the general rule. Judged are the metadata of each object and of
its pod template, and the keys of ConfigMaps and Secrets, each of which can become a file. A name
that is missing is found for the kinds of Kubernetes itself; values that are no text are left to the
schema.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""

from collections.abc import Callable, Iterator

from tools.kubernetes.names import (
    ANNOTATION_BYTES,
    annotation_objection,
    entry_objection,
    key_objection,
    label_objection,
    name_objection,
    right_spelling,
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
_ENTRIES = {"ConfigMap": ("data", "binaryData"), "Secret": ("data", "stringData")}


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
        remedy = right_spelling(namespace, objection, label_objection)
        yield Problem(("metadata", "namespace"), message, remedy=remedy)
    pod = target.pod(resource)
    templates = [pod.template] if pod and pod.template else []
    for above in ((), *templates):
        yield from _labels(resource, (*above, "metadata", "labels"))
        yield from _annotations(resource, (*above, "metadata", "annotations"))
    for field in _ENTRIES.get(resource.kind, ()):
        yield from _keys(f"key of {field}", resource, (field,), entry_objection)


def _name(resource: Resource, target: Target) -> Iterator[Problem]:
    known = group_kind(resource) in built_in()
    kind = resource.kind if known else ""
    for field, prefix in (("name", False), ("generateName", True)):
        value = resource.get("metadata", field)
        if isinstance(value, str) and value:

            def objection_to(name: str, prefix: bool = prefix) -> str:
                return name_objection(kind, name, target.kubernetes, prefix)

            if objection := objection_to(value):
                tail = "-" if prefix and value.endswith("-") else ""
                remedy = right_spelling(value, objection, objection_to, tail)
                message = f"{field} {value!r} is not valid: {objection}"
                yield Problem(("metadata", field), message, remedy=remedy)
            return
        if value:
            return
    if known:
        yield Problem(("metadata", "name"), f"the {kind} has no name", remedy="Set metadata.name.")


def _labels(resource: Resource, path: FieldPath) -> Iterator[Problem]:
    yield from _keys("label key", resource, path, key_objection)
    for key, value in resource.map(*path).items():
        if isinstance(value, str) and (objection := value_objection(value)):
            message = f"value {value!r} of label {key!r} is not valid: {objection}"
            remedy = right_spelling(value, objection, value_objection) or NAME_REMEDY
            remedy += " An annotation may hold any text."
            yield Problem((*path, key), message, remedy=remedy)


def _annotations(resource: Resource, path: FieldPath) -> Iterator[Problem]:
    yield from _keys("annotation key", resource, path, annotation_objection)
    size = sum(len(f"{key}{value}".encode()) for key, value in resource.map(*path).items())
    if size > ANNOTATION_BYTES:
        message = f"the annotations have {size} bytes, {ANNOTATION_BYTES} are allowed"
        yield Problem(path, message, remedy="Move what is large into a ConfigMap.")


def _keys(
    what: str, resource: Resource, path: FieldPath, objection_to: Callable[[str], str]
) -> Iterator[Problem]:
    for key in resource.map(*path):
        if objection := objection_to(key):
            message = f"{what} {key!r} is not valid: {objection}"
            remedy = right_spelling(key, objection, objection_to) or NAME_REMEDY
            yield Problem((*path, key), message, remedy=remedy, at_key=True)
