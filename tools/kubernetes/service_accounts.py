"""Which ServiceAccount a pod runs as, whether it gets its token, and who is granted rights.

https://kubernetes.io/docs/concepts/security/service-accounts/
"""

from typing import NamedTuple

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import ResourceSet
from tools.kubernetes.subjects import is_binding, subjects_of
from tools.source.place import FieldPath

DEFAULT = "default"
"""The ServiceAccount that every namespace has and that a pod without a name of one gets."""


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
        for binding in filter(is_binding, resources):
            for subject in subjects_of(binding):
                if subject.kind == "ServiceAccount":
                    self._namespaces.setdefault(subject.name, set()).add(subject.namespace)

    def include(self, namespace: str, name: str) -> bool:
        """Whether some binding names this ServiceAccount.

        A namespace that a manifest leaves to whoever applies it may be any.
        """
        found = self._namespaces.get(name, set())
        return bool(found) and (namespace in found or "" in found or not namespace)
