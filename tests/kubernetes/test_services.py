"""Which pods a Service selects, and which of their ports it leads to."""

from typing import Any

import pytest

from tools.kubernetes.pod import Pod, pod_of
from tools.kubernetes.programs import same_program
from tools.kubernetes.resource import Resource
from tools.kubernetes.services import (
    declares,
    labels_match,
    mentions,
    pod_ports,
    selects,
    service_ports,
)


def service(selector: Any, **more: Any) -> Resource:
    spec = {"selector": selector, **more.pop("spec", {})}
    metadata = {"name": "web", "namespace": "shop"}
    data = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
    return Resource({**data, **more})


def pod(kind: str = "Deployment", labels: Any = None, **container: Any) -> Pod:
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"template": template}
    if kind == "CronJob":
        spec = {"jobTemplate": {"spec": spec}}
    metadata = {"name": "store", "namespace": "shop"}
    found = pod_of(Resource({"kind": kind, "metadata": metadata, "spec": spec}))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ({"app": "web"}, True),
        ({"app": "web", "tier": "front"}, True),
        ({"app": "web", "tier": "back"}, False),
        ({"app": "web", "track": "stable"}, False),
        ({}, False),
        (None, False),
        (["app"], False),
    ],
)
def test_all_labels_of_the_selector_are_needed(selector: Any, selected: bool) -> None:
    assert selects(service(selector), pod(labels={"app": "web", "tier": "front"})) is selected


def test_only_services_that_send_somewhere_select() -> None:
    web = pod(labels={"app": "web"})
    wanted = {"app": "web"}
    assert selects(service(wanted, spec={"clusterIP": "None"}), web)
    assert not selects(service(wanted, spec={"type": "ExternalName"}), web)
    assert not selects(service(wanted, apiVersion="serving.knative.dev/v1"), web)
    assert not selects(service(wanted, metadata={"name": "web", "namespace": "bank"}), web)
    assert labels_match(service(wanted, metadata={"name": "web", "namespace": "bank"}), web)


@pytest.mark.parametrize(
    ("kind", "key", "value", "selected"),
    [
        ("StatefulSet", "statefulset.kubernetes.io/pod-name", "store-0", True),
        ("StatefulSet", "statefulset.kubernetes.io/pod-name", "store-12", True),
        ("StatefulSet", "statefulset.kubernetes.io/pod-name", "store", False),
        ("StatefulSet", "statefulset.kubernetes.io/pod-name", "stores-0", False),
        ("Deployment", "statefulset.kubernetes.io/pod-name", "store-0", False),
        ("StatefulSet", "apps.kubernetes.io/pod-index", "0", True),
        ("Deployment", "pod-template-hash", "5d8f9c7b6d", True),
        ("DaemonSet", "pod-template-hash", "5d8f9c7b6d", False),
        ("Job", "batch.kubernetes.io/job-name", "store", True),
        ("Job", "job-name", "stores", False),
        ("CronJob", "job-name", "store-29012345", True),
        ("CronJob", "job-name", "store", False),
    ],
)
def test_labels_that_controllers_add_count(kind: str, key: str, value: str, selected: bool) -> None:
    assert selects(service({key: value}), pod(kind, {"app": "store"})) is selected


def test_a_label_set_on_running_pods_counts_beside_one_of_the_manifest() -> None:
    store = pod(labels={"app": "store"})
    wanted = {"app": "store", "role": "master"}
    assert not labels_match(service(wanted), store)
    assert labels_match(service(wanted), store, granted=["role"])
    assert not labels_match(service({"role": "master"}), store, granted=["role"])
    other = pod(labels={"app": "store", "role": "replica"})
    assert not labels_match(service(wanted), other, granted=["role"])


@pytest.mark.parametrize(
    ("port", "found"),
    [
        ({"port": 80, "targetPort": "http"}, True),
        ({"port": 80, "targetPort": 8080}, True),
        ({"port": 8080}, True),
        ({"port": 8080, "targetPort": 0}, True),
        ({"port": 80}, False),
        ({"port": 80, "targetPort": "8080"}, False),
        ({"port": 8080, "protocol": "UDP"}, False),
        ({"port": 53, "protocol": "UDP"}, True),
        ({"port": 53}, False),
    ],
)
def test_a_port_leads_to_a_declared_one(port: dict[str, Any], found: bool) -> None:
    declared = [
        {"name": "http", "containerPort": 8080},
        {"containerPort": 53, "protocol": "UDP"},
    ]
    (wanted,) = service_ports(service({"app": "web"}, spec={"ports": [port]}))
    assert any(declares(own, wanted) for own in pod_ports(pod(ports=declared))) is found


@pytest.mark.parametrize(
    ("container", "found"),
    [
        ({"args": ["--listen=:8080"]}, True),
        ({"command": ["serve", "8080"]}, True),
        ({"env": [{"name": "PORT", "value": "8080"}]}, True),
        ({"readinessProbe": {"httpGet": {"port": 8080}}}, True),
        ({"args": ["--listen=:18080", "v8080.1"]}, False),
        ({"image": "web:8080"}, False),
        ({}, False),
    ],
)
def test_a_number_may_stand_in_what_the_program_is_given(
    container: dict[str, Any], found: bool
) -> None:
    assert mentions(pod(**container).containers[0], 8080) is found


WEB = {"image": "reg.example.com:5000/shop/web:1.0"}


@pytest.mark.parametrize(
    ("container", "same"),
    [
        ({"image": "other.example.com/web@sha256:" + 64 * "0"}, True),
        ({**WEB, "args": ["--verbose"]}, True),
        ({"image": "shop/api:1.0"}, False),
        ({**WEB, "command": ["celery", "worker"]}, False),
        ({**WEB, "args": ["worker"]}, False),
        ({"image": None}, True),
        ({"image": "$(IMAGE)"}, True),
        ({}, True),
    ],
)
def test_versions_of_one_program_are_the_same(container: dict[str, Any], same: bool) -> None:
    assert same_program(pod(**WEB), pod(**container)) is same


def test_scripts_of_a_shell_are_not_told_apart() -> None:
    one = pod(**WEB, command=["/bin/sh", "-c", "serve a"])
    assert same_program(one, pod(**WEB, command=["/bin/sh", "-c", "serve b"]))
    assert not same_program(one, pod(**WEB, command=["/bin/bash", "-c", "serve a"]))


def test_a_job_is_never_what_keeps_running() -> None:
    assert not same_program(pod(**WEB), pod("Job", **WEB))
    assert same_program(pod("CronJob", **WEB), pod("Job", **WEB))
