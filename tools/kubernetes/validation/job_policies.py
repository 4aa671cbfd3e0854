"""When a Job has failed or succeeded.

https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy; exactly,
validatePodFailurePolicy and validateSuccessPolicy of pkg/apis/batch/validation.
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    enumeration,
    not_negative,
    qualified_name,
    unique,
    whole_number,
)

_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
_OPERATORS = ("In", "NotIn")
_STATUSES = ("False", "True", "Unknown")
_MOST_RULES = 20
_MOST_CONDITIONS = 20
_MOST_EXIT_CODES = 255
_INDEXES_BYTES = 64 * 1024


def failure_policy(spec: Field) -> Refusals:
    """The podFailurePolicy of a Job's spec."""
    rules, pod = spec["podFailurePolicy"]["rules"], spec["template"]["spec"]
    containers = [*pod["containers"].items(), *pod["initContainers"].items()]
    names = frozenset(container["name"].text for container in containers)
    if len(rules.items()) > _MOST_RULES:
        yield rules.too_many(_MOST_RULES)
    for rule in rules.items():
        yield from _failure_rule(rule, names)
        if rule["action"].text == "FailIndex" and not spec["backoffLimitPerIndex"].is_set:
            yield rule["action"].must("not be FailIndex without a backoffLimitPerIndex")


def _failure_rule(rule: Field, names: frozenset[str]) -> Refusals:
    codes, conditions = rule["onExitCodes"], rule["onPodConditions"]
    if not rule["action"].text:
        yield rule["action"].required("it says what the failure of a pod means")
    else:
        yield from enumeration(rule["action"], _ACTIONS)
    if codes.is_set:
        yield from _exit_codes(codes, names)
    if codes.is_set and not conditions.is_empty:
        yield conditions.forbidden("beside onExitCodes").named(rule)
    if not codes.is_set and conditions.is_empty:
        yield rule.refused(f"{rule} has neither onExitCodes nor onPodConditions")
    if len(conditions.items()) > _MOST_CONDITIONS:
        yield conditions.too_many(_MOST_CONDITIONS)
    for condition in conditions.items():
        yield from qualified_name(condition["type"])
        if condition["status"].text:
            yield from enumeration(condition["status"], _STATUSES)


def _exit_codes(codes: Field, names: frozenset[str]) -> Refusals:
    operator, values, container = codes["operator"], codes["values"], codes["containerName"]
    if not operator.text:
        yield operator.required()
    else:
        yield from enumeration(operator, _OPERATORS)
    if container.is_set and container.text not in names:
        yield container.must("be the name of a container or initContainer of the template")
    if values.is_empty:
        yield values.required("there must be one or more")
    elif len(values.items()) > _MOST_EXIT_CODES:
        yield values.too_many(_MOST_EXIT_CODES)
    for value in values.items():
        if operator.text == "In" and value.value in (None, 0):
            yield value.must("not be 0: that is success")
    yield from unique([value if value.is_set else value.with_value(0) for value in values.items()])
    numbers = [value.number or 0 for value in values.items()]
    if numbers != sorted(numbers):
        yield values.refused(f"{values} are not in order", "Sort them.")


def success_policy(policy: Field, completions: int | None) -> Refusals:
    """The successPolicy of an indexed Job."""
    rules = policy["rules"]
    if rules.is_empty:
        yield rules.required("there must be one or more")
    if len(rules.items()) > _MOST_RULES:
        yield rules.too_many(_MOST_RULES)
    for rule in rules.items():
        count, indexes = rule["succeededCount"], rule["succeededIndexes"]
        if not count.is_set and not indexes.is_set:
            yield count.required("or succeededIndexes").named(rule)
        if completions is not None:
            yield from _success_rule(count, indexes, completions)


def _success_rule(count: Field, indexes: Field, completions: int) -> Refusals:
    if len(indexes.text.encode()) > _INDEXES_BYTES:
        yield indexes.too_long(_INDEXES_BYTES, "bytes")
    total = number_of_indexes(indexes.text, completions)
    if total is None:
        what = f"be rising indexes below {completions} and ranges of them, as in 0,2-4"
        yield indexes.must(what)
    yield from not_negative(count)
    if (count.number or 0) > completions:
        yield count.must(f"be at most the {completions} completions")
    elif indexes.is_set and (count.number or 0) > (total or 0):
        yield count.must(f"be at most the {total or 0} of succeededIndexes")


def number_of_indexes(text: str, completions: int) -> int | None:
    """How many indexes a list of them and of ranges names, None if it is none."""
    total, last = 0, None
    for interval in text.split(",") if text else ():
        if interval.count("-") > 1:
            return None
        ends = [whole_number(end) for end in interval.split("-")]
        first, final = ends[0], ends[-1]
        if first is None or final is None or max(first, final) >= completions:
            return None
        if (len(ends) > 1 and first >= final) or (last is not None and last >= first):
            return None
        total, last = total + final - first + 1, final
    return total
