"""The Secrets that well-known operators make from custom resources, by their documentation."""

from tools.kubernetes.resource import Resource

_PATTERNS = {
    ("postgresql.cnpg.io", "Cluster"): ("{}-app", "{}-ca", "{}-server", "{}-replication"),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"): ("{}-es-elastic-user",),
    ("rabbitmq.com", "RabbitmqCluster"): ("{}-default-user",),
    ("k8s.keycloak.org", "Keycloak"): ("{}-initial-admin",),
    ("kafka.strimzi.io", "KafkaUser"): ("{}",),
}
"""Names that follow from that of the object."""

_FIELDS = {
    ("external-secrets.io", "ExternalSecret"): ("spec", "target", "name"),
    ("bitnami.com", "SealedSecret"): ("spec", "template", "metadata", "name"),
    ("cert-manager.io", "Certificate"): ("spec", "secretName"),
}
"""Fields that say the name, which is that of the object without them."""

_ZALANDO = ("acid.zalan.do", "postgresql")


def made_secrets(resource: Resource) -> list[str]:
    """The names of the Secrets that an operator makes from an object; [] from most."""
    kind = (resource.ref.group, resource.kind)
    if kind in _FIELDS:
        name = resource.get(*_FIELDS[kind])
        return [name if isinstance(name, str) else resource.name]
    if kind == _ZALANDO:
        users = resource.map("spec", "users")
        return [f"{u}.{resource.name}.credentials.postgresql.acid.zalan.do" for u in users]
    return [pattern.format(resource.name) for pattern in _PATTERNS.get(kind, ())]
