"""HorizontalPodAutoscaler.

Follows ValidateHorizontalPodAutoscaler of pkg/apis/autoscaling/validation and the defaults of
pkg/apis/autoscaling/v2; what autoscaling/v1 becomes is in `autoscaling_v1`.
https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
"""

from tools.kubernetes.validation.autoscaling_metrics import described_object, metric
from tools.kubernetes.validation.autoscaling_v1 import behavior_of_v1, metrics_of_v1
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    at_least,
    dns_subdomain,
    enumeration,
    quantity_not_negative,
    within,
)
from tools.kubernetes.validation.metadata import object_meta

_SELECT = ("Disabled", "Max", "Min")
_POLICIES = ("Percent", "Pods")
_LONGEST_WINDOW = 3600
_LONGEST_PERIOD = 1800
_TOLERANCE_SINCE = 35


def horizontal_pod_autoscaler(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True, generation=True)
    spec = obj["spec"]
    yield from _bounds(spec["minReplicas"], spec["maxReplicas"])
    target = spec["scaleTargetRef"]
    yield from described_object(target, core=target["kind"].text == "ReplicationController")
    if obj["apiVersion"].text == "autoscaling/v1":
        yield from _of_v1(obj)
        return
    for each in spec["metrics"].items():
        yield from metric(each)
    yield from _behavior(spec["behavior"], filled_in=True)


def _of_v1(obj: Field) -> Refusals:
    """What v1 keeps elsewhere; the server names the fields that v2 has for it."""
    for each, place in metrics_of_v1(obj):
        yield from _from(place, metric(each))
    behavior, place = behavior_of_v1(obj)
    yield from _from(place, _behavior(behavior, filled_in=False))


def _from(place: Field, refusals: Refusals) -> Refusals:
    for refusal in refusals:
        sentence = f"{place} says that {refusal.sentence}"
        yield refusal._replace(sentence=sentence, place=place.path)


def _bounds(least: Field, most: Field) -> Refusals:
    if least.is_set:
        yield from at_least(least, 1)
    if not most.number:
        yield most.required("it must be 1 or more")
    elif most.number < 0:
        yield most.must("be at least 1")
    bound = least.number if least.is_set else 1
    if (most.number or 0) < (bound or 0):
        refusal = most.must(f"be at least minReplicas, {bound}")
        yield refusal.contradicting(least) if least.is_set else refusal


def _behavior(behavior: Field, *, filled_in: bool) -> Refusals:
    for name in ("scaleUp", "scaleDown"):
        if behavior[name].is_set:
            yield from _rules(behavior[name], filled_in)


def _rules(rules: Field, filled_in: bool) -> Refusals:
    if rules["stabilizationWindowSeconds"].is_set:
        yield from within(rules["stabilizationWindowSeconds"], 0, _LONGEST_WINDOW)
    if rules["selectPolicy"].is_set:
        yield from enumeration(rules["selectPolicy"], _SELECT)
    policies = rules["policies"]
    if policies.is_empty and (policies.is_set or not filled_in):
        yield policies.required("at least one says how fast")
    for policy in policies.items():
        yield from enumeration(policy["type"], _POLICIES)
        yield from at_least(policy["value"], 1)
        yield from within(policy["periodSeconds"], 1, _LONGEST_PERIOD)
    tolerance = rules["tolerance"]
    if tolerance.is_set and tolerance.release.at_least(_TOLERANCE_SINCE):
        yield from quantity_not_negative(tolerance)
