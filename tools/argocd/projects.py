"""What an AppProject permits, decided as Argo CD decides it.

`pkg/apis/application/v1alpha1/app_project_types.go` and `types.go` of
https://github.com/argoproj/argo-cd/tree/v3.5.1; cluster lists know `name` since Argo CD 3.3.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.argocd.glob import glob_answer, path_match
from tools.argocd.urls import IN_CLUSTER, IN_CLUSTER_NAME, normalized
from tools.argocd.versions import Version
from tools.kubernetes.resource import Resource, as_list

NAMED_SINCE = (3, 3)


class Cluster(NamedTuple):
    """Where an Application deploys to; None for what only Argo CD's own settings tell."""

    server: str | None
    name: str | None


class Denial(NamedTuple):
    """Why a project says no: the field that decides, and a few words about it."""

    path: tuple[str | int, ...]
    why: str


class Project:
    """One AppProject. `version` is the Argo CD that reads it."""

    def __init__(self, resource: Resource, version: Version) -> None:
        self.resource = resource
        self._version = version

    @property
    def name(self) -> str:
        return self.resource.name

    def denies_source(self, address: str) -> Denial | None:
        """Why an Application may not take its manifests from an address; None if it may.

        Raises Undecided where Argo CD fails at a pattern; so do the others.
        """
        wanted = normalized(address)
        path = ("spec", "sourceRepos")
        permitted = False
        for index, pattern in _texts(self.resource, path):
            is_denied = pattern.startswith("!")
            asked = "!" + normalized(pattern[1:]) if is_denied else normalized(pattern)
            if _matches(asked, wanted, "/"):
                permitted = True
            elif asked.startswith("!"):
                return Denial((*path, index), f"{pattern!r} excludes it")
        return None if permitted else Denial(path, "no entry of sourceRepos matches it")

    def denies_destination(self, cluster: Cluster, namespace: str) -> Denial | None:
        """Why nothing may be deployed to a namespace of a cluster; None if it may.

        Raises Undecided if that hangs on the name or address of a cluster that Git does not tell.
        """
        path = ("spec", "destinations")
        every = [
            (where, _destination(item, cluster, namespace))
            for where, item in self.resource.maps(*path)
        ]
        for where, verdicts in every:
            if verdicts == {"deny"}:
                return Denial(where, "an entry of destinations excludes it")
        if not any("allow" in verdicts for _, verdicts in every):
            return Denial(path, "no entry of destinations matches it")
        if any("deny" in v for _, v in every) or not any(v == {"allow"} for _, v in every):
            known, lacking = ("server", "name") if cluster.server else ("name", "server")
            raise Undecided(
                f"the project names clusters by {lacking}, the Application by {known}; which "
                "belong together only Argo CD knows"
            )
        if self.resource.get("spec", "permitOnlyProjectScopedClusters") is True:
            raise Undecided("the project permits only its own clusters, which only Argo CD knows")
        return None

    def denies_object(self, resource: Resource, namespaced: bool) -> Denial | None:
        """Why an object may not be deployed, whatever its namespace; None if it may."""
        side = "namespace" if namespaced else "cluster"
        blacklist, whitelist = f"{side}ResourceBlacklist", f"{side}ResourceWhitelist"
        for where, item in self.resource.maps("spec", blacklist):
            if self.lists(item, resource, namespaced):
                return Denial(where, f"this entry of {blacklist} forbids it")
        if namespaced and self.resource.get("spec", whitelist) is None:
            return None
        for _, item in self.resource.maps("spec", whitelist):
            if self.lists(item, resource, namespaced):
                return None
        return Denial(("spec", whitelist), f"no entry of {whitelist} permits it")

    def lists(self, item: Mapping[str, Any], resource: Resource, namespaced: bool) -> bool:
        """Whether an entry of a resource list is about an object."""
        name = item.get("name") if self._version >= NAMED_SINCE and not namespaced else None
        return (
            path_match(_text(item.get("kind")), resource.kind)
            and path_match(_text(item.get("group")), resource.ref.group)
            and (not name or path_match(_text(name), resource.name))
        )

    def admits_namespace(self, namespace: str) -> bool:
        """Whether `sourceNamespaces` lets Applications live in a namespace that is not Argo CD's.

        An entry between slashes is a regular expression as well as a glob. Raises Undecided for
        one that Python may read otherwise than Argo CD.
        """
        from tools.argocd.expression import found

        for _, pattern in _texts(self.resource, ("spec", "sourceNamespaces")):
            is_expression = len(pattern) > 1 and pattern[0] == pattern[-1] == "/"
            verdict = found(pattern[1:-1], namespace) if is_expression else False
            if verdict is None:
                raise Undecided(f"the expression {pattern!r} of the project is not read here")
            if verdict or _takes(pattern, namespace):
                return True
        return False


class Undecided(Exception):
    """The manifests do not say enough; the text says what they lack."""


BUILT_IN = Project(
    Resource(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": "default"},
            "spec": {
                "sourceRepos": ["*"],
                "destinations": [{"server": "*", "namespace": "*"}],
                "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
            },
        }
    ),
    (0,),
)
"""The project `default` as Argo CD makes it where nobody else does."""


def cluster_of(destination: Mapping[str, Any]) -> Cluster:
    """The cluster of `spec.destination`, as far as that says."""
    server, name = _text(destination.get("server")).rstrip("/"), _text(destination.get("name"))
    if server == IN_CLUSTER or (name == IN_CLUSTER_NAME and not server):
        return Cluster(IN_CLUSTER, IN_CLUSTER_NAME)
    return Cluster(server or None, name or None)


def _destination(item: Mapping[str, Any], cluster: Cluster, namespace: str) -> set[str]:
    """What one entry says, `allow`, `deny` or `pass`; all that it may say of an unknown cluster."""
    name, server = _text(item.get("name")), _text(item.get("server"))
    wanted = _text(item.get("namespace"))
    is_inside = _matches(wanted, namespace)

    def verdict(by_name: bool, by_server: bool) -> str:
        if (by_name or by_server) and is_inside:
            return "allow"
        is_denied = (
            (not by_name and name.startswith("!"))
            or (not by_server and server.startswith("!") and is_inside)
            or (not is_inside and wanted.startswith("!") and by_server)
        )
        return "deny" if is_denied else "pass"

    return {
        verdict(by_name, by_server)
        for by_name in _known(name, cluster.name)
        for by_server in _known(server, cluster.server)
    }


def _known(pattern: str, value: str | None) -> set[bool]:
    if value is not None:
        return {_matches(pattern, value)}
    return {pattern == "*"} if pattern in ("", "*", "!*") else {False, True}


def _matches(pattern: str, value: str, separator: str = "") -> bool:
    """`globMatch` with negation."""
    if pattern.startswith("!"):
        return not _takes(pattern[1:], value, separator)
    return pattern == "*" or _takes(pattern, value, separator)


def _takes(pattern: str, value: str, separator: str = "") -> bool:
    taken = glob_answer(pattern, value, separator)
    if taken is None:
        raise Undecided(f"Argo CD fails at the pattern {pattern!r} of the project")
    return taken


def _texts(resource: Resource, path: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for index, item in enumerate(as_list(resource.get(*path))):
        if isinstance(item, str):
            yield index, item


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
