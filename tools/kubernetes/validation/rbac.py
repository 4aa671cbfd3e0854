"""ClusterRole, ClusterRoleBinding, Role, RoleBinding."""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import path_segment_name
from tools.kubernetes.validation.metadata import object_meta


def cluster_role(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], path_segment_name, namespaced=False)


def cluster_role_binding(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], path_segment_name, namespaced=False)


def role(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], path_segment_name, namespaced=True)


def role_binding(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], path_segment_name, namespaced=True)
