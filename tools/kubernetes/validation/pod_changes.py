"""What may not change of a Pod, and of the pod template of a Job.

https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement; exactly,
ValidatePodUpdate of pkg/apis/core/validation and ValidateJobUpdate of pkg/apis/batch/validation.
A suspended Job is taken for one that has not started.
"""

from collections.abc import Mapping
from typing import Any

from tools.kubernetes.resource import as_list, as_map
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.sameness import fixed, pulled

_JOB_REMEDY = (
    "Give the Job another name, or have Argo CD replace it: make it a hook, or add the annotation "
    "argocd.argoproj.io/sync-options: Force=true,Replace=true."
)
_IMAGE_FIELDS = frozenset({"image", "imagePullPolicy"})
_GATED = frozenset({"nodeSelector", "affinity"})
_MUTABLE = frozenset({"tolerations", "schedulingGates", "activeDeadlineSeconds"})
_DIRECTIVES = 36
"""The version since which a suspended Job's resources may change too."""


def pod(old: Field, new: Field) -> Refusals:
    before, after = old["spec"], new["spec"]
    for name in ("containers", "initContainers"):
        if len(before[name].items()) != len(after[name].items()):
            yield after[name].refused(f"{after[name]} gains or loses containers, which pods cannot")
            return
    yield from _deadline(before["activeDeadlineSeconds"], after["activeDeadlineSeconds"])
    yield from _tolerations(before["tolerations"], after["tolerations"])
    known = {gate["name"].text for gate in before["schedulingGates"].items()}
    for gate in after["schedulingGates"].items():
        if gate["name"].text not in known:
            yield gate["name"].refused(f"{gate['name']} is a new gate; they can only be taken away")
    if known:
        yield from _node_selector(before["nodeSelector"], after["nodeSelector"])
    loose = _MUTABLE | (_GATED if known else frozenset())
    for name in sorted((as_map(before.value).keys() | as_map(after.value).keys()) - loose):
        was, now = before[name], after[name]
        if name in ("containers", "initContainers"):
            was, now = _imageless(was, now)
        why = "of a Pod only images and few other fields may change"
        yield from (refusal.named(after) for refusal in fixed(was, now, why))


def _node_selector(before: Field, after: Field) -> Refusals:
    """That of a gated Pod only grows."""
    for key, value in before.entries():
        if after[key].value != value.value:
            sentence = f"{after[key]} changes from {value.text!r}; the selector only grows"
            yield after[key].refused(sentence).named(after)


def _imageless(before: Field, after: Field) -> tuple[Field, Field]:
    """The containers of both without their images.

    When to pull is compared only where the new container says so: else it stays as it is.
    """
    was: list[Mapping[str, Any]] = []
    now: list[Mapping[str, Any]] = []
    for old, new in zip(before.items(), after.items(), strict=True):
        states = new["imagePullPolicy"].is_set
        for field, kept in ((old, was), (new, now)):
            rest = {k: v for k, v in as_map(field.value).items() if k not in _IMAGE_FIELDS}
            kept.append(
                {**rest, "imagePullPolicy": pulled(as_map(field.value)) if states else None}
            )
    return before.with_value(was), after.with_value(now)


def _deadline(before: Field, after: Field) -> Refusals:
    if before.number is None:
        return
    if after.number is None:
        yield after.refused(f"{after} is taken away, which is not possible")
    elif after.number > before.number:
        yield after.must(f"be at most {before.number}, as it was")


def _tolerations(before: Field, after: Field) -> Refusals:
    """They may be added, and last for another time."""
    there = [_lasting(item) for item in as_list(after.value)]
    for toleration in before.items():
        if _lasting(toleration.value) not in there:
            yield after.refused(f"{after} lacks one that the Pod has; they can only be added")
            return


def _lasting(toleration: Any) -> Mapping[str, Any]:
    return {k: v for k, v in as_map(toleration).items() if k != "tolerationSeconds"}


def job(old: Field, new: Field) -> Refusals:
    """Beside the fields that are always immutable: the completions, and the template."""
    before, after = old["spec"], new["spec"]
    yield from _completions(before, after)
    first, second = before["template"], after["template"]
    why = "a Job keeps its template"
    if before["suspend"].is_true:
        first, second = (f.with_value(_settled(f.value)) for f in (first, second))
        if first.release.at_least(_DIRECTIVES):
            first, second = (f.with_value(_resourceless(f.value)) for f in (first, second))
            below = after.at("template", "spec")
            why = "of a suspended Job's template only scheduling and resources may change"
            yield from (r.named(below) for r in fixed(first, second, why, _JOB_REMEDY))
            return
    yield from fixed(first, second, why, _JOB_REMEDY)


def _completions(before: Field, after: Field) -> Refusals:
    """Immutable, but for an indexed Job that changes its parallelism along."""
    old, new = before["completions"], after["completions"]
    indexed = after["completionMode"].text == "Indexed"
    # One of them says what the other one is, for a Job that states none.
    first = old.number if old.is_set or before["parallelism"].is_set else 1
    second = new.number if new.is_set or after["parallelism"].is_set else 1
    if first == second or (indexed and new.number is None):
        return
    if indexed:
        if new.number != (1 if (p := after["parallelism"].number) is None else p):
            yield new.refused(f"{new} changes, and parallelism does not become the same")
    else:
        yield new.refused(f"{new} changes, and it is immutable", _JOB_REMEDY)


def _settled(template: Any) -> Mapping[str, Any]:
    """What of the template of a suspended Job may not change."""
    spec = as_map(as_map(template).get("spec"))
    loose = {"nodeSelector", "tolerations", "schedulingGates", "affinity"}
    kept = {key: value for key, value in spec.items() if key not in loose}
    affinity = {k: v for k, v in as_map(spec.get("affinity")).items() if k != "nodeAffinity"}
    metadata = as_map(as_map(template).get("metadata"))
    meta = {k: v for k, v in metadata.items() if k not in ("labels", "annotations")}
    return {"metadata": meta, "spec": {**kept, "affinity": affinity}}


def _resourceless(template: Any) -> Mapping[str, Any]:
    spec = dict(as_map(as_map(template).get("spec")))
    for name in ("containers", "initContainers"):
        spec[name] = [
            {k: v for k, v in as_map(container).items() if k != "resources"}
            for container in as_list(spec.get(name))
        ]
    return {**as_map(template), "spec": spec}
