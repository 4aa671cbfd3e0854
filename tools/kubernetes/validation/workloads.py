"""ReplicationController, Deployment, StatefulSet, DaemonSet, ReplicaSet."""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_label, dns_subdomain
from tools.kubernetes.validation.metadata import object_meta


def replication_controller(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)


def deployment(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)


def stateful_set(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_label, namespaced=True)


def daemon_set(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)


def replica_set(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)
