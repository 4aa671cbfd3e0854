"""Which objects may become pods that no manifest shows."""

import pytest

from tools.kubernetes.operators import maker_in
from tools.kubernetes.resource import Resource, ResourceSet


def resources(api_version: str, kind: str, namespace: str = "shop") -> ResourceSet:
    metadata = {"name": "x", "namespace": namespace}
    return ResourceSet([Resource({"apiVersion": api_version, "kind": kind, "metadata": metadata})])


@pytest.mark.parametrize(
    ("api_version", "kind", "makes"),
    [
        ("postgresql.cnpg.io/v1", "Cluster", True),
        ("serving.knative.dev/v1", "Service", True),
        ("jobset.x-k8s.io/v1alpha2", "JobSet", True),
        ("monitoring.coreos.com/v1", "Prometheus", True),
        ("monitoring.coreos.com/v1", "ServiceMonitor", False),
        ("gateway.networking.k8s.io/v1", "Gateway", True),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", False),
        ("argoproj.io/v1alpha1", "Rollout", False),
        ("external-secrets.io/v1", "ExternalSecret", False),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot", False),
        ("apps/v1", "Deployment", False),
        ("v1", "ConfigMap", False),
    ],
)
def test_custom_kinds_may_unless_they_are_known(api_version: str, kind: str, makes: bool) -> None:
    assert (maker_in(resources(api_version, kind), "shop") is not None) is makes


def test_it_makes_them_in_its_own_namespace() -> None:
    assert maker_in(resources("example.com/v1", "Thing"), "bank") is None
    assert maker_in(resources("example.com/v1", "Thing", ""), "bank") is not None
    assert maker_in(resources("example.com/v1", "Thing"), "") is not None


def test_what_deploys_applications_deploys_them_anywhere() -> None:
    assert maker_in(resources("argoproj.io/v1alpha1", "Application", "argocd"), "shop") is not None
    assert maker_in(resources("helm.toolkit.fluxcd.io/v2", "HelmRelease", "flux"), "shop")


def test_a_kind_whose_pod_template_is_declared_hides_nothing() -> None:
    assert maker_in(resources("example.com/v1", "Thing"), "shop", known=["Thing"]) is None
