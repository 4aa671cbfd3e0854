"""The roles that every API server creates for itself: cluster-admin, admin, edit, view, system:*.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings, as
Kubernetes 1.36 has them with all of its features on; `import_roles` writes the file.
"""

import json
from functools import cache
from pathlib import Path

from tools.kubernetes.resource import Resource, ResourceSet

FILE = Path(__file__).parent / "roles" / "kubernetes-1.36.jsonl"

USER_FACING = ("cluster-admin", "admin", "edit", "view")
"""The ClusterRoles that are meant to be bound to people."""


@cache
def builtin_roles() -> ResourceSet:
    """Every built-in Role and ClusterRole."""
    lines = FILE.read_text("utf-8").splitlines()
    return ResourceSet([Resource(json.loads(line)) for line in lines])


def is_reserved(name: str) -> bool:
    """Whether only Kubernetes, or the distribution that a cluster comes from, makes such a role."""
    return name in USER_FACING or name.startswith("system:")
