"""What all objects that make pods from a template have in common: a selector that matches it, and
pods that are started again.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector; exactly,
ValidatePodTemplateSpecForReplicaSet and its sisters in pkg/apis/apps/validation.
"""

from collections.abc import Mapping
from typing import Any

from tools.kubernetes.selector import unmet
from tools.kubernetes.validation.field import Field, Refusal, Refusals
from tools.kubernetes.validation.metadata import label_selector


def own_selector(selector: Field) -> list[Refusal]:
    """What is wrong with the selector of a workload, which has to be there and not be empty.

    As long as something is, some kinds do not look at their template.
    """
    if not selector.is_set:
        return [selector.required("the workload knows its pods by it")]
    return [*label_selector(selector), *not_empty(selector)]


def not_empty(selector: Field) -> Refusals:
    if not requires(selector):
        yield selector.refused(
            f"{selector} is empty, it would match every pod",
            "Write matchLabels with one or more labels of the pod template.",
        )


def requires(selector: Field) -> bool:
    """Whether a LabelSelector asks for anything."""
    return not (selector["matchLabels"].is_empty and selector["matchExpressions"].is_empty)


def selects(selector: Field, template: Field, labels: Mapping[str, Any]) -> Refusals:
    """That a valid selector matches the labels of the template; one that is missing never does."""
    named = template.at("metadata", "labels")
    if not selector.is_set:
        yield selector.refused(f"{selector} is missing, so that no pod is matched").named(named)
        return
    wanted = selector["matchLabels"].entries()
    if any(not isinstance(value.value, str) for _, value in wanted):
        return
    for requirement in unmet(selector.value, labels):
        field = Field((*selector.path, *requirement.path), None, selector.release)
        sentence = f"{selector} does not match the pod template: {requirement.sentence}"
        remedy = "Give the labels of the template the values of the selector."
        yield field.refused(sentence, remedy).named(named)


def labels_of(template: Field) -> dict[str, Any]:
    return {key: value.value for key, value in template.at("metadata", "labels").entries()}


def always_restarted(template: Field) -> Refusals:
    """The pods of all but Jobs run until they are deleted."""
    policy = template.at("spec", "restartPolicy")
    deadline = template.at("spec", "activeDeadlineSeconds")
    if policy.text not in ("", "Always"):
        yield policy.must("be Always: the pods of this kind are started again")
    if deadline.is_set:
        yield deadline.forbidden("in pods of this kind, which run until they are deleted")
