"""PodDisruptionBudget.

Follows ValidatePodDisruptionBudget of pkg/apis/policy/validation, which leaves the metadata to what
holds for every object: nearly any name will do.
https://kubernetes.io/docs/tasks/run-application/configure-pdb/
"""

import re

from tools.kubernetes.validation.field import KEEP_ONE, Field, Refusals
from tools.kubernetes.validation.formats import (
    enumeration,
    number_or_percent,
    path_segment_name,
)
from tools.kubernetes.validation.metadata import label_selector, object_meta

_POLICIES = ("AlwaysAllow", "IfHealthyBudget")
_SHARE = re.compile(r"0*([0-9]{1,2}|100)%", re.ASCII)


def pod_disruption_budget(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], path_segment_name, namespaced=True, any_finalizer=True)
    spec = obj["spec"]
    amounts = spec.set_among(("minAvailable", "maxUnavailable"))
    if len(amounts) > 1:
        sentence = f"{spec} has minAvailable and maxUnavailable, one is allowed"
        yield amounts[1].refused(sentence, KEEP_ONE).contradicting(amounts[0]).named(spec)
    for amount in amounts:
        mistakes = list(number_or_percent(amount))
        yield from mistakes
        if isinstance(amount.value, str) and not mistakes and not _SHARE.fullmatch(amount.text):
            yield amount.must("be at most 100%")
    yield from label_selector(spec["selector"])
    if spec["unhealthyPodEvictionPolicy"].is_set:
        yield from enumeration(spec["unhealthyPodEvictionPolicy"], _POLICIES)
