"""Whom RoleBindings and ClusterRoleBindings name.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
"""

from collections.abc import Iterator
from typing import NamedTuple

from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath

BINDINGS = ("RoleBinding", "ClusterRoleBinding")
RBAC_GROUP = "rbac.authorization.k8s.io"

_USER_PREFIX = "system:serviceaccount:"
_EVERY_ACCOUNT = ("system:serviceaccounts", "system:authenticated")
"""Groups that each ServiceAccount is in; it is in one of its namespace's besides."""


class Subject(NamedTuple):
    """A ServiceAccount, User or Group that a binding names; `path` is its own in the binding.

    A user that is called `system:serviceaccount:<namespace>:<name>` is that ServiceAccount. The
    namespace of a ServiceAccount is the binding's where the subject names none.
    """

    path: FieldPath
    kind: str
    namespace: str
    name: str

    @property
    def words(self) -> str:
        """`ServiceAccount 'shop/web'`, `Group 'system:masters'`."""
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {name!r}"

    @property
    def is_human(self) -> bool:
        """Whether it is somebody whom Kubernetes does not know: neither one of its ServiceAccounts
        nor one of its own users and groups."""
        return self.kind in ("User", "Group") and not self.name.startswith("system:")

    def includes(self, namespace: str, account: str) -> bool:
        """Whether a pod that runs as this ServiceAccount is granted what the subject is.

        A namespace that a manifest leaves to whoever applies it may be any.
        """
        if self.kind == "ServiceAccount":
            same = self.namespace == namespace or not (self.namespace and namespace)
            return same and self.name == account
        groups = (*_EVERY_ACCOUNT, f"{_EVERY_ACCOUNT[0]}:{namespace}")
        return self.kind == "Group" and self.name in groups


def is_binding(resource: Resource) -> bool:
    """Whether it is a binding of Kubernetes' own API, and not another one of the same name."""
    return resource.kind in BINDINGS and resource.ref.group == RBAC_GROUP


def subjects_of(binding: Resource) -> Iterator[Subject]:
    """The subjects of a binding that have a name, in the order of the manifest."""
    for path, data in binding.maps("subjects"):
        kind, name, namespace = data.get("kind"), data.get("name"), data.get("namespace")
        if not isinstance(kind, str) or not isinstance(name, str):
            continue
        if kind == "User" and name.startswith(_USER_PREFIX):
            namespace, _, account = name.removeprefix(_USER_PREFIX).partition(":")
            yield Subject(path, "ServiceAccount", namespace, account)
        elif kind == "ServiceAccount":
            own = namespace if isinstance(namespace, str) else ""
            yield Subject(path, kind, own or binding.namespace, name)
        else:
            yield Subject(path, kind, "", name)
