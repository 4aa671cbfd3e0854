"""Which apiVersions and kinds exist, and what is said of those that do not."""

import pytest

from tools.kubernetes.deprecations import GROUPS, deprecations, numbers
from tools.kubernetes.openapi import openapi, versions
from tools.kubernetes.served import Objection, is_builtin, objection

TARGETS = ("1.34", "1.36")


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        ("apps/v1", "Deployment", None),
        ("autoscaling/v1", "HorizontalPodAutoscaler", None),
        (
            "extensions/v1beta1",
            "Ingress",
            Objection(
                ("apiVersion",),
                "Ingress of extensions/v1beta1 is not served by Kubernetes 1.34 and 1.36; "
                "it was removed in 1.22",
                "Write `apiVersion: networking.k8s.io/v1`, and look up which fields have changed.",
            ),
        ),
        (
            "policy/v1beta1",
            "PodSecurityPolicy",
            Objection(
                ("apiVersion",),
                "PodSecurityPolicy of policy/v1beta1 is not served by Kubernetes 1.34 and 1.36; "
                "it was removed in 1.25",
                "Delete the object; nothing takes its place.",
            ),
        ),
        (
            "storage.k8s.io/v1alpha1",
            "VolumeAttributesClass",
            Objection(
                ("apiVersion",),
                "VolumeAttributesClass of storage.k8s.io/v1alpha1 is not served by Kubernetes "
                "1.36; it was removed in 1.35",
                "Write `apiVersion: storage.k8s.io/v1`, and look up which fields have changed.",
            ),
        ),
        (
            "admissionregistration.k8s.io/v1",
            "MutatingAdmissionPolicy",
            Objection(
                ("apiVersion",),
                "MutatingAdmissionPolicy of admissionregistration.k8s.io/v1 is not served by "
                "Kubernetes 1.34; it came with 1.36",
            ),
        ),
        (
            "scheduling.k8s.io/v1alpha1",
            "Workload",
            Objection(
                ("apiVersion",),
                "Workload of scheduling.k8s.io/v1alpha1 is not served by Kubernetes 1.34 and 1.36; "
                "the last version with it is 1.35",
            ),
        ),
        (
            "v1",
            "Endpoints",
            Objection(
                ("apiVersion",),
                "Endpoints of v1 is deprecated since Kubernetes 1.33 and will not be developed",
                "Write EndpointSlice objects of discovery.k8s.io/v1 instead.",
                served=True,
            ),
        ),
        (
            "networking.k8s.io/v1beta1",
            "IPAddress",
            Objection(
                ("apiVersion",),
                "IPAddress of networking.k8s.io/v1beta1 is deprecated since Kubernetes 1.34 and "
                "removed in 1.37",
                "Write `apiVersion: networking.k8s.io/v1`, and look up which fields have changed.",
                served=True,
            ),
        ),
        (
            "certificates.k8s.io/v1beta1",
            "ClusterTrustBundle",
            Objection(
                ("apiVersion",),
                "ClusterTrustBundle of certificates.k8s.io/v1beta1 is switched off unless the API "
                "server is told to serve it",
                "Write a stable version, or make sure of "
                "--runtime-config=certificates.k8s.io/v1beta1=true.",
                served=True,
            ),
        ),
        (
            "apps/v2",
            "Deployment",
            Objection(
                ("apiVersion",),
                "there is no Deployment in 'apps/v2'; it belongs to 'apps/v1'",
                "Write `apiVersion: apps/v1`.",
            ),
        ),
        (
            "app/v1",
            "Deployment",
            Objection(
                ("apiVersion",),
                "there is no Deployment in 'app/v1'; it belongs to 'apps/v1'",
                "Write `apiVersion: apps/v1`.",
            ),
        ),
        (
            "apps/v1",
            "Deploymnet",
            Objection(
                ("kind",),
                "there is no kind 'Deploymnet' in 'apps/v1'; did you mean 'Deployment'?",
                "Write `kind: Deployment`.",
            ),
        ),
        (
            "v1",
            "configmap",
            Objection(
                ("kind",),
                "there is no kind 'configmap' in 'v1'; did you mean 'ConfigMap'?",
                "Write `kind: ConfigMap`.",
            ),
        ),
        ("v1", "Zebra", Objection(("kind",), "there is no kind 'Zebra' in 'v1'")),
        ("", "Pod", Objection(("apiVersion",), "apiVersion is missing")),
        ("v1", "", Objection(("kind",), "kind is missing")),
    ],
)
def test_a_kind_is_judged(api_version: str, kind: str, expected: Objection | None) -> None:
    assert is_builtin(api_version, kind)
    assert objection(api_version, kind, TARGETS) == expected


def test_the_order_and_spelling_of_the_versions_make_no_difference() -> None:
    kind = ("storage.k8s.io/v1alpha1", "VolumeAttributesClass")
    assert objection(*kind, ("v1.36.2", "1.34")) == objection(*kind, TARGETS)


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"),
        ("metrics.k8s.io/v1beta1", "PodMetrics"),
        ("audit.k8s.io/v1", "Policy"),
        ("scheduling.sigs.k8s.io/v1alpha1", "PodGroup"),
        ("kueue.x-k8s.io/v1beta1", "Workload"),
        ("batch.volcano.sh/v1alpha1", "Job"),
        ("skaffold/v4beta11", "Config"),
        ("v1", "Config"),
        ("0.1.0", "Deployment"),
    ],
)
def test_a_kind_of_others_is_left_to_its_schema(api_version: str, kind: str) -> None:
    assert not is_builtin(api_version, kind)


def test_what_is_removed_is_gone_from_the_schemas_and_was_there_before() -> None:
    """The dates of the table against what the versions really have."""
    known = versions()
    for (api_version, kind), ending in deprecations().items():
        there = [v for v in known if openapi(v).serves(api_version, kind)]
        if ending.removed:
            assert all(numbers(v) < numbers(ending.removed) for v in there), (api_version, kind)
        if numbers(known[0]) < numbers(ending.removed or "9.9") <= numbers(known[-1]):
            before = known[known.index(ending.removed) - 1]
            assert before in there, (api_version, kind)


def test_what_takes_the_place_of_a_removed_api_is_there() -> None:
    newest = openapi(versions()[-1])
    for (_, kind), ending in deprecations().items():
        api_version, _, other = ending.replacement.partition(" ")
        assert not api_version or newest.serves(api_version, other or kind), (api_version, kind)


def test_the_groups_are_those_of_the_schemas_and_of_the_past() -> None:
    current = {
        api_version.rpartition("/")[0] for v in versions() for api_version in openapi(v).kinds
    }
    past = {api_version.rpartition("/")[0] for api_version, _ in deprecations()}
    assert current | past == GROUPS
