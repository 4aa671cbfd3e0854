"""ReplicationController, Deployment, DaemonSet, ReplicaSet.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/; exactly, the validation of
pkg/apis/apps/validation and ValidateReplicationController of pkg/apis/core/validation.
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_subdomain, not_negative, whole_number
from tools.kubernetes.validation.metadata import object_meta
from tools.kubernetes.validation.pod import pod_template
from tools.kubernetes.validation.pod_selection import (
    always_restarted,
    labels_of,
    not_empty,
    own_selector,
    selects,
)
from tools.kubernetes.validation.rolling_updates import daemon_set_strategy, deployment_strategy

_PROGRESS_SECONDS = 600
_GENERATION = "deprecated.daemonset.template.generation"
_ROLLBACK = "deprecated.deployment.rollback.to"


def replication_controller(obj: Field) -> Refusals:
    spec, template = obj["spec"], obj.at("spec", "template")
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)
    yield from _counts(spec, "replicas", "minReadySeconds")
    labels = labels_of(template)
    selector = spec["selector"]
    if selector.is_empty:
        selector = selector.with_value(labels)
    if selector.is_empty:
        yield selector.required("the workload knows its pods by it")
    if not template.is_set:
        yield template.required("pods are made from it")
        return
    whole = selector.with_value({"matchLabels": selector.value})
    for refusal in selects(whole, template, labels) if not selector.is_empty else ():
        place = tuple(part for part in refusal.place or () if part != "matchLabels")
        yield refusal._replace(place=place)
    yield from pod_template(template)
    yield from always_restarted(template)


def replica_set(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)
    yield from _counts(obj["spec"], "replicas", "minReadySeconds")
    yield from _selected_template(obj["spec"])


def deployment(obj: Field) -> Refusals:
    spec = obj["spec"]
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)
    yield from _number_in_annotation(obj, _ROLLBACK, empty=True)
    yield from _counts(spec, "replicas", "minReadySeconds", "revisionHistoryLimit")
    yield from _selected_template(spec)
    yield from deployment_strategy(spec["strategy"])
    yield from _progress_deadline(spec)


def _progress_deadline(spec: Field) -> Refusals:
    deadline, ready = spec["progressDeadlineSeconds"], spec["minReadySeconds"]
    yield from not_negative(deadline)
    seconds = deadline.number if deadline.is_set else _PROGRESS_SECONDS
    if seconds is not None and seconds <= (ready.number or 0):
        sentence = f"{deadline} is {seconds}, must be more than minReadySeconds ({ready.number})"
        field = deadline if deadline.is_set else ready
        yield field.refused(sentence).named(deadline)


def daemon_set(obj: Field) -> Refusals:
    spec, template = obj["spec"], obj.at("spec", "template")
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)
    yield from _number_in_annotation(obj, _GENERATION, empty=False)
    selector = spec["selector"]
    found = own_selector(selector) if selector.is_set else []
    yield from found
    if set(found) <= set(not_empty(selector)):
        yield from selects(selector, template, labels_of(template))
    yield from pod_template(template)
    yield from always_restarted(template)
    yield from _counts(spec, "minReadySeconds", "revisionHistoryLimit")
    yield from daemon_set_strategy(spec["updateStrategy"])


def _selected_template(spec: Field) -> Refusals:
    """The server does not look at the template as long as the selector is invalid."""
    selector, template = spec["selector"], spec["template"]
    found = own_selector(selector)
    yield from found
    if selector.is_set and not set(found) <= set(not_empty(selector)):
        return
    yield from selects(selector, template, labels_of(template))
    yield from pod_template(template)
    yield from always_restarted(template)


def _counts(spec: Field, *names: str) -> Refusals:
    for name in names:
        yield from not_negative(spec[name])


def _number_in_annotation(obj: Field, key: str, *, empty: bool) -> Refusals:
    """Annotations that stand for a field of an earlier version, which the server reads."""
    field = obj.at("metadata", "annotations")[key]
    number = whole_number(field.text)
    if not isinstance(field.value, str) or (empty and not field.value):
        return
    if number is None:
        yield field.must("be a whole number")
    elif empty and number < 0:
        yield field.must("be at least 0").elsewhere(("spec", "rollback", "version"))
