"""Which PodDisruptionBudgets guard a pod, and how many pods they let go.

https://kubernetes.io/docs/tasks/run-application/configure-pdb/
"""

from typing import Any

from tools.kubernetes.int_or_percent import scaled
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.selector import matches


def guards(budget: Resource, pod: Pod) -> bool:
    """Whether a budget selects a pod of its namespace.

    An empty selector selects every pod in policy/v1, and none in policy/v1beta1, which is gone.
    """
    selector = budget.get("spec", "selector")
    if budget.namespace != pod.namespace or (
        not selector and budget.ref.api_version == "policy/v1beta1"
    ):
        return False
    return matches(selector, pod.labels)


def budgets_of(pod: Pod, resources: ResourceSet) -> list[Resource]:
    """The budgets that guard a pod, in the order of the render."""
    budgets = resources.of_kind("PodDisruptionBudget")
    return [budget for budget in budgets if guards(budget, pod)]


def evictable(field: str, value: Any, expected: int) -> int | None:
    """How many of the expected pods may be evicted while all of them are healthy.

    `field` is minAvailable or maxUnavailable; both round a percentage up. None if the value is
    neither a number nor a percentage.
    """
    count = scaled(value, expected, round_up=True)
    if count is None:
        return None
    return expected - count if field == "minAvailable" else min(count, expected)
