"""What a rendered Deployment states, in the shape of the tables in `system`."""

import re
from typing import Any

from tests.manifests.rendered import Object, container
from tests.manifests.system import PROBES

CONFIG_MAP = re.compile(r"todo-chatbot-config-[a-z0-9]{10}")


def workload(deployment: Object) -> dict[str, Any]:
    """Every fact of the tables, read from the Deployment."""
    spec, main = deployment["spec"], container(deployment)
    pod, rolling = spec["template"]["spec"], spec["strategy"]["rollingUpdate"]
    requests, limits = main["resources"]["requests"], main["resources"]["limits"]
    return {
        "namespace": deployment["metadata"]["namespace"],
        "component": deployment["metadata"]["labels"]["app.kubernetes.io/component"],
        "replicas": spec.get("replicas"),
        "strategy": (spec["strategy"]["type"], rolling["maxSurge"], rolling["maxUnavailable"]),
        "image": main["image"],
        "pull": (main["imagePullPolicy"], [s["name"] for s in pod.get("imagePullSecrets", [])]),
        "command": main.get("command", []) + main.get("args", []),
        "ports": {port["name"]: port["containerPort"] for port in main["ports"]},
        "config": set(taken(main, "configMapKeyRef")),
        "secrets": taken(main, "secretKeyRef"),
        "written": written(pod, main),
        "probes": {name: probe(main[name]) for name in PROBES},
        "resources": (requests["cpu"], requests["memory"], limits["cpu"], limits["memory"]),
        "account": (pod["serviceAccountName"], pod["automountServiceAccountToken"]),
        "spread": [spread(deployment, c) for c in pod.get("topologySpreadConstraints", [])],
    }


def taken(main: Object, kind: str) -> dict[str, bool]:
    """The keys that references of this kind take, each into a variable of its own name."""
    assert "envFrom" not in main
    assert all("valueFrom" in variable for variable in main["env"])
    references = {v["name"]: v["valueFrom"][kind] for v in main["env"] if kind in v["valueFrom"]}
    for name, reference in references.items():
        assert reference["key"] == name
        if kind == "configMapKeyRef":
            assert CONFIG_MAP.fullmatch(reference["name"])
        else:
            assert reference["name"] == "todo-chatbot-secrets"
    return {name: reference.get("optional", False) for name, reference in references.items()}


def written(pod: Object, main: Object) -> dict[str, str]:
    """The directories that the program may write to, with the size that each may reach."""
    sizes = {volume["name"]: volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"]}
    return {mount["mountPath"]: sizes[mount["name"]] for mount in main["volumeMounts"]}


def probe(given: Object) -> tuple[str, int, int, int]:
    """Path, initial delay, period and allowed failures of a probe of the named port."""
    assert given["httpGet"]["port"] == "http"
    assert given["timeoutSeconds"] < given["periodSeconds"]
    numbers = ("initialDelaySeconds", "periodSeconds", "failureThreshold")
    delay, period, failures = (given[name] for name in numbers)
    return given["httpGet"]["path"], delay, period, failures


def spread(deployment: Object, constraint: Object) -> str:
    """The key over which a constraint spreads this Deployment's own pods."""
    assert constraint["labelSelector"] == deployment["spec"]["selector"]
    return str(constraint["topologyKey"])
