"""What the pods of a render ask for at the busiest moment, and what they may have."""

import re
from collections.abc import Mapping

from tests.manifests.rendered import Object, Objects, container, of_kind

Amounts = Mapping[str, float]

UNITS = {"": 1.0, "m": 1e-3, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30}
# Two CPUs and 4096 MB, less about one CPU and one GB for the system itself.
MINIKUBE_NODE: Amounts = {"requests.cpu": 2 - 1, "requests.memory": 4096e6 - 1e9}


def amount(quantity: str) -> float:
    """The number that a quantity stands for: CPUs, bytes or a count."""
    parts = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", quantity)
    assert parts, quantity
    return float(parts[1]) * UNITS[parts[2]]


def peak(objects: Objects) -> Amounts:
    """The sums when every autoscaler is at its maximum and every Deployment is being updated."""
    scaled = {
        autoscaler["spec"]["scaleTargetRef"]["name"]: autoscaler["spec"]["maxReplicas"]
        for autoscaler in of_kind(objects, "HorizontalPodAutoscaler").values()
    }
    sums = {"pods": 0.0}
    for name, workload in of_kind(objects, "Deployment", "StatefulSet").items():
        count = scaled.get(name, workload["spec"].get("replicas")) + surge(workload)
        sums["pods"] += count
        for side, stated in container(workload)["resources"].items():
            for resource in ("cpu", "memory"):
                key = f"{side}.{resource}"
                sums[key] = sums.get(key, 0) + count * amount(stated[resource])
    return sums


def surge(workload: Object) -> int:
    """Pods beyond the count during an update. A StatefulSet replaces its pods one by one."""
    if workload["kind"] == "StatefulSet":
        return 0
    return int(workload["spec"]["strategy"]["rollingUpdate"]["maxSurge"])


def quota(objects: Objects) -> Amounts:
    (only,) = of_kind(objects, "ResourceQuota").values()
    return {key: amount(value) for key, value in only["spec"]["hard"].items()}


def exceeded(amounts: Amounts, bounds: Amounts) -> dict[str, float]:
    """The amounts that are greater than their bound."""
    return {key: amounts[key] for key in bounds if amounts[key] > bounds[key]}
