"""Argo CD brings this repository's own folders to a cluster, and updates and prunes them there."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.argocd import VERSION, ArgoCD, State, add_definition, argocd
from tests.cluster.control_plane import ControlPlane, control_plane, wait_until
from tests.cluster.git import BareRepository, bare_repository, tracked
from tests.cluster.programs import CONTROLLER_MANAGER, KWOK, SCHEDULER
from tests.cluster.record import record
from tests.cluster.rollout import Observed, events, observe
from tests.manifests.rendered import ROOT, Object, build

pytestmark = pytest.mark.cluster

ADDRESS = "https://git.example.com/todo/todo-chatbot.git"
FOLDERS = ("argocd", "base", "components", "overlays")
NAMESPACES = {"todo-minikube": "todo-local", "todo-prod": "todo-prod"}
COMPONENTS = 3
COUNTS = ("replicas", "updatedReplicas", "availableReplicas")
EXTERNAL = "external-secrets.io"
KEYS = (
    "DATABASE_URL",
    "BETTER_AUTH_SECRET",
    "OPENAI_API_KEY",
    "CHATKIT_WORKFLOW_ID",
    "COHERE_API_KEY",
)
# The kind as the operator defines it, without a schema: what is in it is not what is judged here.
EXTERNAL_SECRET: Object = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": f"externalsecrets.{EXTERNAL}"},
    "spec": {
        "group": EXTERNAL,
        "scope": "Namespaced",
        "names": {"kind": "ExternalSecret", "plural": "externalsecrets"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}


@dataclass
class Cluster:
    """A cluster with Argo CD, the repository that it deploys, and what others would do there."""

    plane: ControlPlane
    argo: ArgoCD
    repository: BareRepository
    tree: dict[str, str]

    def commit(self, **changes: tuple[str, str]) -> str:
        """Replace one text by another in files, which must hold it, and commit all."""
        for name, (old, new) in changes.items():
            assert self.tree[name].count(old) == 1, (name, old)
            self.tree[name] = self.tree[name].replace(old, new)
        return self.repository.commit(self.tree)

    def bootstrap(self, folder: Path, *names: str) -> None:
        """Apply what is so named of the rendered folder `argocd`; everything without a name."""
        for name, text in self.tree.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        for object_ in sorted(build(folder / "argocd"), key=lambda o: o["kind"] != "AppProject"):
            if not names or object_["metadata"]["name"] in names:
                # Whoever runs kubectl is another manager than Argo CD.
                applied = self.plane.api.apply(object_, "kubectl")
                assert applied.accepted, applied.message

    def settle(self, name: str, revision: str, seconds: float = 120) -> State:
        """Wait until the Application has this revision and is Synced and Healthy."""

        def settled() -> bool:
            self.bring_secrets(NAMESPACES[name])
            state = self.argo.state(name)
            whole = (state.sync, state.health, state.phase) == ("Synced", "Healthy", "Succeeded")
            return whole and state.revision == revision

        self.argo.refresh(name, hard=False)
        wait_until(settled, f"{name}, Synced and Healthy", seconds)
        return self.argo.state(name)

    def bring_secrets(self, namespace: str) -> None:
        """Do what the operator of External Secrets does."""
        api = self.plane.api
        kind = api.path(f"{EXTERNAL}/v1", "ExternalSecret", namespace=namespace)
        for found in api.get(kind).body["items"]:
            if not found.get("status"):
                ready = {"type": "Ready", "status": "True", "reason": "SecretSynced"}
                path = f"{kind}/{found['metadata']['name']}/status"
                assert api.patch(path, {"status": {"conditions": [ready]}}).accepted
                assert api.create(secret(found["spec"]["target"]["name"], namespace)).accepted

    def names(self, version: str, kind: str, namespace: str) -> list[str]:
        found = self.plane.api.get(self.plane.api.path(version, kind, namespace=namespace))
        return sorted(each["metadata"]["name"] for each in found.body["items"])

    def there(self, version: str, kind: str, name: str, namespace: str = "") -> bool:
        path = self.plane.api.path(version, kind, name, namespace=namespace)
        return self.plane.api.get(path).code == 200


def secret(name: str, namespace: str) -> Object:
    metadata = {"name": name, "namespace": namespace}
    values = dict.fromkeys(KEYS, "of no importance")
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": values}


def node(name: str, zone: str) -> Object:
    labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


SYSTEM: Object = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "system", "namespace": "kube-system"},
    "spec": {
        "containers": [
            {
                "name": "main",
                "image": "example.test/system:1",
                "resources": {"requests": {"cpu": "1", "memory": "1G"}},
            }
        ]
    },
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One node, of the size of a minikube machine, half of which the system has taken."""
    folder = tmp_path_factory.mktemp("repository")
    with ExitStack() as stack:
        plane = stack.enter_context(control_plane(CONTROLLER_MANAGER, SCHEDULER, KWOK))
        assert plane.api.create(node("minikube", "home")).accepted
        plane.await_service_account("kube-system")
        assert plane.api.create(SYSTEM).accepted
        add_definition(plane, EXTERNAL_SECRET)
        argo = stack.enter_context(argocd(plane))
        repository = bare_repository(folder / "todo-chatbot.git")
        tree = tracked(ROOT, *FOLDERS)
        whole = Cluster(plane, argo, repository, tree)
        whole.commit(**{"argocd/application-root.yaml": (ADDRESS, repository.url)})
        yield whole


@dataclass
class Story:
    """What was seen of one environment: a first sync, then an update of every Deployment."""

    first: State
    revision: str
    updated: State
    update: str
    seen: Observed
    refused: list[str]
    """What the controllers were not allowed to create."""
    images: set[str]
    config_maps: tuple[list[str], list[str]]
    """Before the update and after it."""


def tell(
    cluster: Cluster, name: str, changes: Mapping[str, tuple[str, str]], by_hand: bool
) -> Story:
    """Wait for the first sync, then change the tree and see the update through."""
    namespace = NAMESPACES[name]
    revision = cluster.commit()
    if by_hand:
        cluster.argo.sync(name, revision)
    first = cluster.settle(name, revision)
    deployments = cluster.plane.api.path("apps/v1", "Deployment", namespace=namespace)

    def whole() -> bool:
        found = cluster.plane.api.get(deployments).body["items"]
        wanted = 1 if by_hand else 2
        return all(d["status"].get("availableReplicas", 0) >= wanted for d in found)

    wait_until(whole, f"the pods of {namespace}")
    config_maps = cluster.names("v1", "ConfigMap", namespace)
    with observe(cluster.plane, namespace) as seen:
        update = cluster.commit(**changes)
        if by_hand:
            cluster.argo.sync(name, update)
        updated = cluster.settle(name, update)
        wait_until(lambda: _is_rolled_out(cluster, namespace), f"the update of {namespace}")
    found = cluster.plane.api.get(deployments).body["items"]
    return Story(
        first,
        revision,
        updated,
        update,
        seen,
        events(cluster.plane, namespace, "FailedCreate"),
        {d["spec"]["template"]["spec"]["containers"][0]["image"] for d in found},
        (config_maps, cluster.names("v1", "ConfigMap", namespace)),
    )


def _is_rolled_out(cluster: Cluster, namespace: str) -> bool:
    api = cluster.plane.api
    found = api.get(api.path("apps/v1", "Deployment", namespace=namespace)).body["items"]
    return all(
        deployment["status"].get("observedGeneration") == deployment["metadata"]["generation"]
        and {deployment["status"].get(count, 0) for count in COUNTS}
        == {deployment["spec"]["replicas"]}
        for deployment in found
    )


@pytest.fixture(scope="module")
def minikube(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """On one node, synced by hand, as `argocd/kustomization.yaml` says."""
    cluster.bootstrap(tmp_path_factory.mktemp("bootstrap"), "todo-minikube")
    changes = {
        "overlays/minikube/kustomization.yaml": (
            "name: todo-frontend\n    newTag: phase4\n  - name: todo-backend\n    newTag: phase4",
            "name: todo-frontend\n    newTag: phase5\n  - name: todo-backend\n    newTag: phase5",
        ),
        "base/kustomization.yaml": ("LOG_LEVEL=info", "LOG_LEVEL=debug"),
    }
    return tell(cluster, "todo-minikube", changes, by_hand=True)


@pytest.fixture(scope="module")
def prod(cluster: Cluster, minikube: Story, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """On two more nodes, in two zones, synced by Argo CD itself."""
    for name, zone in (("worker-a", "a"), ("worker-b", "b")):
        assert cluster.plane.api.create(node(name, zone)).accepted
    cluster.bootstrap(tmp_path_factory.mktemp("bootstrap"))
    changes = {
        "overlays/prod/kustomization.yaml": (
            "todo/todo-frontend\n    newTag: 1.0.0",
            "todo/todo-frontend\n    newTag: 1.0.1",
        ),
        "base/kustomization.yaml": ("LOG_LEVEL=debug", "LOG_LEVEL=warning"),
    }
    return tell(cluster, "todo-prod", changes, by_hand=False)


def checks(story: Story) -> dict[str, bool]:
    """What must hold of an environment, and whether it does."""
    whole = ("Synced", "Healthy", "Succeeded", ())
    first, updated = (
        (state.sync, state.health, state.phase, state.conditions)
        for state in (story.first, story.updated)
    )
    before, after = (set(names) for names in story.config_maps)
    return {
        "synced and healthy": first == whole and story.first.revision == story.revision,
        "updated": updated == whole and story.updated.revision == story.update,
        "no moment with too few pods": story.seen.short == set(),
        "within the quota": story.seen.over == set() and story.seen.peak["pods"] > COMPONENTS,
        "every pod created": story.refused == [],
        "the outdated config map pruned": len(before - after) == len(after - before) == 1,
    }


@pytest.fixture(scope="module")
def stories(minikube: Story, prod: Story) -> dict[str, Story]:
    told = {"minikube": minikube, "prod": prod}
    held = {(name, what): ok for name, story in told.items() for what, ok in checks(story).items()}
    failed = [
        {"case": f"{name}: {what}", "gate": "clean", "cluster": "no", "why": "not explained"}
        for (name, what), ok in held.items()
        if not ok
    ]
    record("repository", len(held), len(held) - len(failed), failed)
    return told


@pytest.mark.parametrize("name", ["minikube", "prod"])
def test_an_environment_is_brought_up_updated_and_pruned(
    name: str, stories: dict[str, Story]
) -> None:
    assert stories[name].seen.looks > 10
    assert [what for what, ok in checks(stories[name]).items() if not ok] == []


def test_the_new_version_runs(minikube: Story, prod: Story) -> None:
    assert minikube.images == {"todo-backend:phase5", "todo-frontend:phase5"}
    registry = "registry.example.com/todo"
    assert prod.images == {f"{registry}/todo-backend:1.0.0", f"{registry}/todo-frontend:1.0.1"}


def test_a_rollout_with_too_few_pods_would_have_been_seen(cluster: Cluster, prod: Story) -> None:
    """The observation is no formality: an update that takes pods away first shows in it."""
    metadata = {"name": "careless", "namespace": "careless"}
    pod = {"containers": [{"name": "main", "image": "example.test/careless:1"}]}
    labels = {"app": "careless"}
    careless = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {
            "replicas": 4,
            # Long enough to be seen between two looks.
            "minReadySeconds": 2,
            "strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 4}},
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    cluster.plane.add_namespace("careless")
    assert cluster.plane.api.create(careless).accepted
    wait_until(lambda: _is_rolled_out(cluster, "careless"), "the pods of careless")
    with observe(cluster.plane, "careless") as seen:
        path = cluster.plane.api.path("apps/v1", "Deployment", "careless", namespace="careless")
        patch = {"spec": {"template": {"metadata": {"annotations": {"version": "2"}}}}}
        assert cluster.plane.api.patch(path, patch).accepted
        wait_until(lambda: _is_rolled_out(cluster, "careless"), "the update of careless")
    assert seen.short == {"careless"}


def test_what_leaves_git_is_pruned_and_what_holds_data_is_not(
    cluster: Cluster, prod: Story
) -> None:
    assert cluster.there("policy/v1", "PodDisruptionBudget", "todo-mcp", "todo-prod")
    kustomization = "overlays/prod/kustomization.yaml"
    cluster.commit(**{kustomization: ("  - pdb-mcp-server.yaml\n", "")})
    cluster.commit(**{kustomization: ("  - namespace.yaml\n", "")})
    cluster.argo.refresh("todo-prod", hard=False)

    wait_until(
        lambda: not cluster.there("policy/v1", "PodDisruptionBudget", "todo-mcp", "todo-prod"),
        "the end of the budget",
    )
    wait_until(lambda: cluster.argo.state("todo-prod").phase == "Succeeded", "the sync")
    # It says that something is there which Git does not have, and leaves it.
    assert cluster.argo.state("todo-prod").sync == "OutOfSync"
    assert cluster.there("v1", "Namespace", "todo-prod")


def test_a_database_that_is_switched_off_leaves_its_data(cluster: Cluster, prod: Story) -> None:
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "disk"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/data"},
        },
    }
    assert cluster.plane.api.create(volume).accepted
    project = "argocd/project-minikube.yaml"
    kustomization = "overlays/minikube/kustomization.yaml"
    images, component = "\nimages:\n", "\ncomponents:\n  - ../../components/database\n\nimages:\n"
    permission = "    - group: apps\n      kind: Deployment\n"
    also = permission + "    - group: apps\n      kind: StatefulSet\n"
    on = cluster.commit(**{project: (permission, also), kustomization: (images, component)})
    # The root Application brings the project's new line.
    cluster.argo.refresh("todo-root", hard=False)
    cluster.argo.wait(["todo-root"], lambda state: (state.revision, state.sync) == (on, "Synced"))
    cluster.argo.sync("todo-minikube", on)
    cluster.settle("todo-minikube", on)
    claim = "v1", "PersistentVolumeClaim", "data-todo-database-0", "todo-local"
    assert cluster.there(*claim)

    off = cluster.commit(**{kustomization: (component, images)})
    cluster.argo.sync("todo-minikube", off)
    cluster.settle("todo-minikube", off)
    assert not cluster.there("apps/v1", "StatefulSet", "todo-database", "todo-local")
    assert cluster.there(*claim)


def test_an_application_that_is_deleted_leaves_the_namespace_and_its_data(
    cluster: Cluster, prod: Story
) -> None:
    cluster.argo.plane.api.delete(cluster.argo.path("Application", "todo-root"))
    assert cluster.plane.api.delete(cluster.argo.path("Application", "todo-minikube")).accepted
    wait_until(
        lambda: not cluster.there(VERSION, "Application", "todo-minikube", "argocd"),
        "the end of the Application",
    )
    deployments = cluster.names("apps/v1", "Deployment", "todo-local")
    assert (deployments, cluster.there("v1", "Namespace", "todo-local")) == ([], True)
