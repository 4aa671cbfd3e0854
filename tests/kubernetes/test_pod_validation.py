"""What servers have against pods where it depends on the version, or on what they fill in."""

from typing import Any

import pytest
import yaml

from tools.kubernetes.validation.kinds import refusals
from tools.source.place import dotted

VERSIONS = ("1.33", "1.34", "1.35", "1.36")


def refused(spec: str, metadata: str = "") -> dict[str, tuple[str, ...]]:
    """The fields of a Pod that servers name, each with their versions."""
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", **(yaml.safe_load(metadata) or {})},
        "spec": yaml.safe_load(spec),
    }
    found: dict[str, tuple[str, ...]] = {}
    for refusal, by in refusals("v1", "Pod", pod, VERSIONS):
        name = dotted(refusal.path)
        found[name] = tuple(sorted({*found.get(name, ()), *by}))
    return found


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param(
            "containers: [{name: a, image: i, restartPolicy: Sometimes}]",
            {"spec.containers[0].restartPolicy": ("1.33", "1.35", "1.36")},
            id="a restartPolicy of a container: forbidden, dropped, then checked",
        ),
        pytest.param(
            """
            containers: [{name: a, image: i}]
            initContainers:
              - name: b
                image: i
                restartPolicy: Always
                restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]
            """,
            {"spec.initContainers[0].restartPolicyRules": ("1.35",)},
            id="rules of a sidecar: dropped, forbidden, then allowed",
        ),
        pytest.param(
            """
            containers: [{name: a, image: i, resources: {requests: {cpu: 2}}}]
            resources: {limits: {cpu: 1}, requests: {cpu: 1}}
            """,
            {"spec.resources.requests.cpu": ("1.34", "1.35", "1.36")},
            id="resources of a pod: dropped, then checked",
        ),
        pytest.param(
            "{containers: [{name: a, image: i}], hostAliases: [{ip: 010.0.0.1}]}",
            {"spec.hostAliases[0].ip": ("1.36",)},
            id="leading zeros of an address",
        ),
        pytest.param(
            "{containers: [{name: a, image: i}], hostnameOverride: Web}",
            {"spec.hostnameOverride": ("1.35", "1.36")},
            id="a hostnameOverride: dropped, then checked",
        ),
    ],
)
def test_versions_differ(spec: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert refused(spec) == expected


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(
            "containers: [{name: a, image: i, resources: {limits: {example.com/gpu: 1}}}]",
            id="a request that is missing equals the limit",
        ),
        pytest.param(
            "{hostNetwork: true, containers: [{name: a, image: i, ports: [{containerPort: 80}]}]}",
            id="a port in the network of the node is one of the node",
        ),
        pytest.param(
            """
            terminationGracePeriodSeconds: -5
            containers: [{name: a, image: i, lifecycle: {preStop: {sleep: {seconds: 1}}}}]
            """,
            id="a negative grace is one second",
        ),
        pytest.param(
            """
            resources: {limits: {cpu: 1}}
            containers: [{name: a, image: i, resources: {requests: {cpu: 500m}}}]
            """,
            id="a request of the pod that is missing is that of its containers",
        ),
        pytest.param(
            "containers: [{name: a, image: i, resources: {limits: {cpu: 1e100}}}]",
            id="a quantity larger than anything",
        ),
    ],
)
def test_the_server_fills_in(spec: str) -> None:
    assert refused(spec) == {}


def test_ports_of_the_node_that_are_filled_in_meet() -> None:
    spec = """
    hostNetwork: true
    containers:
      - {name: a, image: i, ports: [{containerPort: 80}]}
      - {name: b, image: i, ports: [{containerPort: 80}]}
    """
    expected = {"spec.containers[1].ports[0].hostPort": VERSIONS}
    assert refused(spec) == expected


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        pytest.param("localhost/other", {}, id="a valid annotation becomes the container's field"),
        pytest.param(
            "localhost/",
            {"spec.containers[0].securityContext.appArmorProfile.type": VERSIONS},
            id="a wrong one is held against the profile of the pod",
        ),
    ],
)
def test_app_armor_of_a_pod_and_an_annotation(
    annotation: str, expected: dict[str, tuple[str, ...]]
) -> None:
    metadata = f"annotations: {{container.apparmor.security.beta.kubernetes.io/a: {annotation}}}"
    spec = """
    containers: [{name: a, image: i}]
    securityContext: {appArmorProfile: {type: RuntimeDefault}}
    """
    assert refused(spec, metadata) == expected


def test_a_volume_that_is_refused_cannot_be_mounted() -> None:
    spec = """
    containers: [{name: a, image: i, volumeMounts: [{name: v, mountPath: /v}]}]
    volumes: [{name: v, secret: {}}]
    """
    assert refused(spec) == {
        "spec.volumes[0].secret.secretName": VERSIONS,
        "spec.containers[0].volumeMounts[0].name": VERSIONS,
    }


def test_values_of_any_type_are_read_as_none() -> None:
    """What type a value must have is for the schema to say."""
    spec = "{containers: {a: 1}, volumes: text, resources: [1], affinity: 3, hostNetwork: [x]}"
    assert refused(spec) == {}
