"""The metadata that every object has, labels, annotations and selectors.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/; exactly,
ValidateObjectMeta of k8s.io/apimachinery/pkg/api/validation and LabelSelector's validation of
pkg/apis/meta/v1/validation.
"""

from collections.abc import Callable

from tools.kubernetes.names import (
    ANNOTATION_BYTES,
    annotation_objection,
    key_objection,
    value_objection,
)
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    dns_label,
    label_value,
    not_negative,
    qualified_name,
)
from tools.kubernetes.validation.requirements import values_of_requirement

NameCheck = Callable[[Field], Refusals]

_STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_GENERATED, _GENERATED_FROM = 5, 58
_ORPHAN, _FOREGROUND = "orphan", "foregroundDeletion"


def object_meta(
    metadata: Field,
    name_check: NameCheck,
    *,
    namespaced: bool,
    generation: bool = False,
    any_finalizer: bool = False,
) -> Refusals:
    """The metadata of an object that is to be created; `name_check` is its kind's.

    `generation` says that the server looks at the one that is given: of most kinds it sets it
    itself. `any_finalizer` says that the kind is one of the few whose finalizers may be any name
    without a domain. What managedFields say is replaced before it is looked at.
    """
    yield from _names(metadata, name_check)
    namespace = metadata["namespace"]
    if namespaced and namespace.text:
        yield from dns_label(namespace)
    if generation:
        yield from not_negative(metadata["generation"])
    yield from labels(metadata["labels"])
    yield from annotations(metadata["annotations"])
    yield from _owners(metadata["ownerReferences"])
    yield from _finalizers(metadata["finalizers"])
    for finalizer in metadata["finalizers"].items() if not any_finalizer else ():
        yield from standard_finalizer(finalizer)


def _names(metadata: Field, name_check: NameCheck) -> Refusals:
    name, prefix = metadata["name"], metadata["generateName"]
    mistakes = []
    if prefix.text:
        mistakes = list(name_check(prefix.with_value(without_dash(prefix.text))))
        yield from mistakes
    if name.text:
        yield from name_check(name)
    elif not prefix.text:
        yield name.required("an object has a name or a generateName")
    elif not mistakes:
        for refusal in name_check(prefix.with_value(final_name(metadata))):
            yield refusal.named(name)


def final_name(metadata: Field) -> str:
    """The name that the object will have, of which the server makes up the end, if need be."""
    prefix = metadata["generateName"].text
    if metadata["name"].text or not prefix:
        return metadata["name"].text
    return prefix[:_GENERATED_FROM] + "x" * _GENERATED


def template_meta(metadata: Field) -> Refusals:
    """The metadata of a template, which needs no name."""
    yield from labels(metadata["labels"])
    yield from annotations(metadata["annotations"])
    yield from _finalizers(metadata["finalizers"])


def without_dash(prefix: str) -> str:
    """A prefix as it is judged: what is appended may follow a dash."""
    return prefix[:-2] + "a" if len(prefix) > 1 and prefix.endswith("-") else prefix


def labels(field: Field) -> Refusals:
    """Labels, or the matchLabels of a selector."""
    for key, value in field.entries():
        if objection := key_objection(key):
            sentence = f"label key {key!r} of {field} is not valid: {objection}"
            yield value.refused(sentence, at_key=True).named(field)
        if objection := value_objection(value.text):
            sentence = f"value {value.text!r} of label {key!r} of {field} is not valid: {objection}"
            yield value.refused(sentence).named(field)


def annotations(field: Field) -> Refusals:
    size = 0
    for key, value in field.entries():
        size += len(f"{key}{value.text}".encode())
        if objection := annotation_objection(key):
            sentence = f"annotation key {key!r} of {field} is not valid: {objection}"
            yield value.refused(sentence, at_key=True).named(field)
    if size > ANNOTATION_BYTES:
        yield field.too_long(ANNOTATION_BYTES, "bytes")


def label_selector(field: Field, *, values_checked: bool = True) -> Refusals:
    """A LabelSelector; absent, there is nothing to say."""
    yield from labels(field["matchLabels"])
    for expression in field["matchExpressions"].items():
        yield from _requirement(expression, values_checked)


def _requirement(expression: Field, values_checked: bool) -> Refusals:
    yield from values_of_requirement(expression)
    yield from qualified_name(expression["key"])
    for value in expression["values"].items() if values_checked else ():
        yield from label_value(value)


def _owners(field: Field) -> Refusals:
    """The server names the list, not the entry: `metadata.ownerReferences.name`."""
    controllers = 0
    for owner in _without_copies(field.items()):
        for name in ("apiVersion", "kind", "name", "uid"):
            text = owner[name].text
            if not (text.rpartition("/")[2] if name == "apiVersion" else text):
                yield owner[name].required().named(field[name])
        if (owner["apiVersion"].text, owner["kind"].text) == ("v1", "Event"):
            yield owner.refused(f"{owner} is an Event, which owns nothing").named(field)
        controllers += owner["controller"].is_true
        if owner["controller"].is_true and controllers > 1:
            sentence = f"{owner} is a second owner with `controller: true`, one is allowed"
            yield owner["controller"].refused(sentence).named(field)


def _without_copies(owners: list[Field]) -> list[Field]:
    """The server drops an owner that stands there a second time, word for word."""
    return [
        owner
        for index, owner in enumerate(owners)
        if all(owner.value != earlier.value for earlier in owners[:index])
    ]


def _finalizers(field: Field) -> Refusals:
    names = set()
    for finalizer in field.items():
        names.add(finalizer.text)
        yield from (refusal.named(field) for refusal in qualified_name(finalizer))
    if {_ORPHAN, _FOREGROUND} <= names:
        yield field.refused(f"{field} has both {_ORPHAN!r} and {_FOREGROUND!r}")


def standard_finalizer(finalizer: Field) -> Refusals:
    """A finalizer that Kubernetes knows, or one with a domain."""
    if "/" not in finalizer.text and finalizer.text not in _STANDARD_FINALIZERS:
        yield finalizer.must("have a domain, as in 'example.com/cleanup'")
