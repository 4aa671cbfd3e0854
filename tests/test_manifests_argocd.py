"""Argo CD deploys each overlay into its namespace, and may do nothing else."""

from tests.manifests.rendered import ROOT, Object, build, of_kind
from tests.manifests.system import PART_OF, PROTECTED

REPOSITORY = "https://git.example.com/todo/todo-chatbot.git"
CLUSTER = "https://kubernetes.default.svc"
# Path in the repository and namespace on the cluster. The project has the Application's name.
APPLICATIONS = {
    "todo-minikube": ("overlays/minikube", "todo-local"),
    "todo-prod": ("overlays/prod", "todo-prod"),
    "todo-root": ("argocd", "argocd"),
}
# Controllers make these from what is deployed: granted so that Argo CD may show them.
CHILDREN = {("", "Pod"), ("apps", "ReplicaSet"), ("discovery.k8s.io", "EndpointSlice")}


def applications() -> dict[str, Object]:
    return of_kind(build(ROOT / "argocd"), "Application")


def test_each_application_deploys_one_folder_into_one_namespace() -> None:
    given = {name: application["spec"] for name, application in applications().items()}
    assert {name: (s["project"], s["source"], s["destination"]) for name, s in given.items()} == {
        name: (
            name,
            {"repoURL": REPOSITORY, "targetRevision": "main", "path": path},
            {"server": CLUSTER, "namespace": namespace},
        )
        for name, (path, namespace) in APPLICATIONS.items()
    }


def test_every_application_cleans_up_when_it_is_deleted() -> None:
    for application in applications().values():
        finalizers = application["metadata"]["finalizers"]
        assert finalizers == ["resources-finalizer.argocd.argoproj.io"]


def test_prod_is_synchronised_by_itself_and_retried() -> None:
    assert applications()["todo-prod"]["spec"]["syncPolicy"] == {
        "automated": {"enabled": True, "prune": True, "selfHeal": True, "allowEmpty": False},
        "syncOptions": [
            "ServerSideApply=true",
            "PruneLast=true",
            "PrunePropagationPolicy=foreground",
            "FailOnSharedResource=true",
        ],
        "retry": {"limit": 5, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "3m"}},
    }


def test_minikube_is_synchronised_by_hand() -> None:
    assert "automated" not in applications()["todo-minikube"]["spec"]["syncPolicy"]


def test_each_project_permits_exactly_what_its_application_renders() -> None:
    projects = of_kind(build(ROOT / "argocd"), "AppProject")
    assert {name: project_permits(p["spec"]) for name, p in projects.items()} == {
        name: application_needs(path, namespace) for name, (path, namespace) in APPLICATIONS.items()
    }


Permission = tuple[list[str], list[Object], set[tuple[str, str]], set[tuple[str, str]]]


def project_permits(spec: Object) -> Permission:
    """Repositories, destinations, cluster-scoped kinds and namespaced kinds."""
    return (
        spec["sourceRepos"],
        spec["destinations"],
        {(e["group"], e["kind"]) for e in spec.get("clusterResourceWhitelist", [])},
        {(e["group"], e["kind"]) for e in spec["namespaceResourceWhitelist"]},
    )


def application_needs(path: str, namespace: str) -> Permission:
    kinds = {(o["apiVersion"].rpartition("/")[0], o["kind"]) for o in build(ROOT / path)}
    cluster = kinds & {("", "Namespace")}
    children = CHILDREN if ("apps", "Deployment") in kinds else set()
    destination = {"server": CLUSTER, "namespace": namespace}
    return [REPOSITORY], [destination], cluster, (kinds - cluster) | children


def test_projects_use_no_field_that_argo_cd_3_2_would_drop() -> None:
    for project in of_kind(build(ROOT / "argocd"), "AppProject").values():
        for entry in project["spec"].get("clusterResourceWhitelist", []):
            assert set(entry) == {"group", "kind"}


def test_losing_a_file_of_this_folder_deletes_no_environment() -> None:
    for rendered in build(ROOT / "argocd"):
        assert PROTECTED.items() <= rendered["metadata"]["annotations"].items()
        assert PART_OF.items() <= rendered["metadata"]["labels"].items()
