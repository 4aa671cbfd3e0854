"""Both overlays render the system that the tables describe: nothing less, and nothing more."""

import pytest
import yaml

from tests.manifests import stated, system
from tests.manifests.capacity import MINIKUBE_NODE, amount, exceeded, peak, quota
from tests.manifests.rendered import ROOT, build, container, of_kind, overlay
from tests.manifests.system import COMPONENTS, ENVIRONMENTS, PART_OF, PROTECTED, SERVICES

each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)


@each_environment
def test_deployments_state_what_the_tables_say(environment: str) -> None:
    deployments = of_kind(overlay(environment), "Deployment")
    assert {name: stated.workload(d) for name, d in deployments.items()} == {
        name: system.workload(environment, name) for name in SERVICES
    }


@each_environment
def test_every_pod_is_hardened(environment: str) -> None:
    for deployment in of_kind(overlay(environment), "Deployment").values():
        assert deployment["spec"]["template"]["spec"]["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "runAsGroup": 1000,
            "fsGroup": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert container(deployment)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@each_environment
def test_time_limits_leave_room_for_each_other(environment: str) -> None:
    for deployment in of_kind(overlay(environment), "Deployment").values():
        pod, main = deployment["spec"]["template"]["spec"], container(deployment)
        drain = main["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] > drain > 0
        # The startup probe gives a program 10 s and then 30 times 5 s.
        assert deployment["spec"]["progressDeadlineSeconds"] > 160


@each_environment
def test_services_lead_to_their_pods(environment: str) -> None:
    objects, node_ports = overlay(environment), system.NODE_PORTS[environment]
    deployments = of_kind(objects, "Deployment")
    assert {name: service["spec"] for name, service in of_kind(objects, "Service").items()} == {
        name: {
            "type": "NodePort" if name in node_ports else "ClusterIP",
            "selector": deployments[name]["spec"]["selector"]["matchLabels"],
            "ports": [
                {"name": "http", "targetPort": "http", "protocol": "TCP"}
                | {"port": system.EVERYWHERE[name]["ports"]["http"]}
                | ({"nodePort": node_ports[name]} if name in node_ports else {})
            ],
        }
        for name in SERVICES
    }


@each_environment
def test_the_configuration_is_one_immutable_hashed_map_without_an_unused_key(
    environment: str,
) -> None:
    ((name, config),) = of_kind(overlay(environment), "ConfigMap").items()
    assert stated.CONFIG_MAP.fullmatch(name)
    assert config["immutable"] is True
    assert config["data"] == system.CONFIG[environment]
    assert set(config["data"]) == set().union(*(s["config"] for s in system.EVERYWHERE.values()))


@pytest.mark.parametrize(
    ("folder", "address"),
    [
        ("overlays/minikube", "192.168.49.2"),
        ("overlays/prod", "todo.example.com"),
        ("argocd", "git.example.com"),
    ],
)
def test_an_address_stands_in_one_place(folder: str, address: str) -> None:
    files = (ROOT / folder).rglob("*.yaml")
    assert sum(file.read_text(encoding="utf-8").count(address) for file in files) == 1


@each_environment
def test_no_secret_is_rendered(environment: str) -> None:
    assert of_kind(overlay(environment), "Secret") == {}


def test_prod_delivers_exactly_the_secret_keys_that_its_pods_take() -> None:
    (external,) = of_kind(overlay("prod"), "ExternalSecret").values()
    taken = set().union(*(service["secrets"] for service in system.EVERYWHERE.values()))
    assert external["apiVersion"] == "external-secrets.io/v1"
    assert external["spec"]["target"]["name"] == "todo-chatbot-secrets"
    assert {e["secretKey"]: e["remoteRef"]["property"] for e in external["spec"]["data"]} == {
        key: key for key in taken
    }


@each_environment
def test_the_busiest_moment_fits_the_quota(environment: str) -> None:
    objects = overlay(environment)
    bounded = {"pods", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"}
    assert set(quota(objects)) == bounded
    assert exceeded(peak(objects), quota(objects)) == {}


def test_the_busiest_moment_and_even_the_whole_quota_fit_the_minikube_node() -> None:
    objects = overlay("minikube")
    assert exceeded(peak(objects), MINIKUBE_NODE) == {}
    assert exceeded(quota(objects), MINIKUBE_NODE) == {}


@each_environment
def test_every_container_fits_the_limit_range(environment: str) -> None:
    objects = overlay(environment)
    (only,) = of_kind(objects, "LimitRange").values()
    (greatest,) = [limit["max"] for limit in only["spec"]["limits"] if limit["type"] == "Container"]
    for deployment in of_kind(objects, "Deployment").values():
        limits = container(deployment)["resources"]["limits"]
        assert set(limits) == set(greatest) == {"cpu", "memory", "ephemeral-storage"}
        assert [key for key in limits if amount(limits[key]) > amount(greatest[key])] == []


@each_environment
def test_every_object_and_every_pod_is_labelled(environment: str) -> None:
    for rendered in overlay(environment):
        template = rendered.get("spec", {}).get("template", {}).get("metadata")
        for metadata in filter(None, (rendered["metadata"], template)):
            labels = metadata["labels"]
            assert PART_OF.items() <= labels.items()
            assert labels["app.kubernetes.io/name"].startswith("todo-")
            assert labels["app.kubernetes.io/component"]


@each_environment
def test_the_namespace_is_restricted_and_survives(environment: str) -> None:
    ((name, namespace),) = of_kind(overlay(environment), "Namespace").items()
    assert name == system.NAMESPACES[environment]
    assert namespace["metadata"]["annotations"] == PROTECTED
    assert {
        f"pod-security.kubernetes.io/{mode}{suffix}": value
        for mode in ("enforce", "audit", "warn")
        for suffix, value in (("", "restricted"), ("-version", "v1.34"))
    }.items() <= namespace["metadata"]["labels"].items()


def test_prod_scales_every_service() -> None:
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    autoscalers = of_kind(overlay("prod"), "HorizontalPodAutoscaler")
    assert {name: autoscaler["spec"] for name, autoscaler in autoscalers.items()} == {
        name: {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": 2,
            "maxReplicas": 10,
            "metrics": [{"type": "Resource", "resource": cpu}],
        }
        for name in SERVICES
    }


def test_prod_lets_a_node_be_drained_one_pod_of_a_service_at_a_time() -> None:
    objects = overlay("prod")
    budgets = of_kind(objects, "PodDisruptionBudget")
    assert {name: budget["spec"] for name, budget in budgets.items()} == {
        name: {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": deployment["spec"]["selector"],
        }
        for name, deployment in of_kind(objects, "Deployment").items()
    }


def test_every_file_is_used() -> None:
    folders = [ROOT / "argocd", *(ROOT / "overlays" / name for name in ENVIRONMENTS)]
    folders += [ROOT / "components" / name for name in COMPONENTS]
    used = set()
    while folders:
        kustomization = folders.pop() / "kustomization.yaml"
        used.add(kustomization)
        given = yaml.safe_load(kustomization.read_text(encoding="utf-8"))
        named = given["resources"] + given.get("components", [])
        named += [patch["path"] for patch in given.get("patches", [])]
        paths = {(kustomization.parent / path).resolve() for path in named}
        folders += [path for path in paths if path.is_dir()]
        used |= {path for path in paths if path.is_file()}
    tops = [ROOT / top for top in ("argocd", "base", "components", "overlays")]
    assert used == {file for top in tops for file in top.rglob("*") if file.is_file()}


def test_kustomize_renders_the_base_alone() -> None:
    assert {o["metadata"]["labels"]["app.kubernetes.io/part-of"] for o in build(ROOT / "base")} == {
        "todo-chatbot"
    }
