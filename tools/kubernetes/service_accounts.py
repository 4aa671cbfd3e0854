"""Which ServiceAccount a pod runs as, whether it gets its token, and who is granted rights.

https://kubernetes.io/docs/concepts/security/service-accounts/
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, ResourceSet
from tools.source.place import FieldPath

DEFAULT = "default"
"""The ServiceAccount that every namespace has and that a pod without a name of one gets."""

_USER_PREFIX = "system:serviceaccount:"


class Account(NamedTuple):
    """The name of a pod's ServiceAccount, and the field path that states it or would."""

    name: str
    path: FieldPath


def account_of(pod: Pod) -> Account:
    """The ServiceAccount a pod runs as; `serviceAccount` is the old name of the same field."""
    for field in ("serviceAccountName", "serviceAccount"):
        name = pod.get(field)
        if isinstance(name, str) and name:
            return Account(name, pod.at(field))
    return Account(DEFAULT, pod.at("serviceAccountName"))


class Grants:
    """The ServiceAccounts that RoleBindings and ClusterRoleBindings of a target grant rights."""

    def __init__(self, resources: ResourceSet) -> None:
        self._namespaces: dict[str, set[str]] = {}
        for binding in resources.of_kind("RoleBinding", "ClusterRoleBinding"):
            for namespace, name in _subjects(binding):
                self._namespaces.setdefault(name, set()).add(namespace)

    def include(self, namespace: str, name: str) -> bool:
        """Whether some binding names this ServiceAccount.

        A namespace that a manifest leaves to whoever applies it may be any.
        """
        found = self._namespaces.get(name, set())
        return bool(found) and (namespace in found or "" in found or not namespace)


def _subjects(binding: Resource) -> Iterator[tuple[str, str]]:
    """Namespace and name of the ServiceAccounts that a binding names, also as users."""
    for _, subject in binding.maps("subjects"):
        name = subject.get("name")
        if not isinstance(name, str):
            continue
        if subject.get("kind") == "ServiceAccount":
            yield _namespace(subject, binding), name
        elif subject.get("kind") == "User" and name.startswith(_USER_PREFIX):
            namespace, _, account = name.removeprefix(_USER_PREFIX).partition(":")
            yield namespace, account


def _namespace(subject: Mapping[str, Any], binding: Resource) -> str:
    return str(subject.get("namespace") or binding.namespace)
