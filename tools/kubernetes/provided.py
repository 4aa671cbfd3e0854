"""Who brings a Secret or a ConfigMap into the cluster, and which keys it will have.

Either it stands in the manifests, or a controller makes it of another object:
https://external-secrets.io/latest/api/externalsecret/,
https://github.com/bitnami-labs/sealed-secrets#readme,
https://cert-manager.io/docs/reference/api-docs/.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.resource import Resource, as_map, lookup
from tools.source.place import FieldPath

Keys = Mapping[str, FieldPath]

SECRET = "Secret"
CONFIG_MAP = "ConfigMap"


class Provided(NamedTuple):
    """A Secret or ConfigMap that the cluster will have, and where the manifests say so.

    `path` of `resource` states its name; `keys` are its keys, each with the field that gives it,
    None if they cannot be told from the manifests. `merges` says that keys are only added to a
    Secret that has to exist already. `namespace` is "" where it may be any.
    """

    kind: str
    namespace: str
    name: str
    resource: Resource
    path: FieldPath
    keys: Keys | None
    merges: bool = False


def provided_by(resource: Resource) -> Iterator[Provided]:
    """The Secrets and ConfigMaps that an object is, or that its controller makes of it."""
    group_kind = (resource.ref.group, resource.kind)
    if group_kind in _CONTROLLERS:
        yield from _CONTROLLERS[group_kind](resource)
    path = _NAMED_BY_FIELD.get(group_kind)
    name = resource.get(*path) if path else None
    if path and isinstance(name, str) and name:
        yield Provided(SECRET, resource.namespace, name, resource, path, None)


def _config_map(resource: Resource) -> Iterator[Provided]:
    keys: dict[str, FieldPath] | None = _keys(resource, ("data",), ("binaryData",))
    annotation = resource.annotations.get("service.beta.openshift.io/inject-cabundle")
    label = resource.labels.get("config.openshift.io/inject-trusted-cabundle")
    if annotation == "true" or label == "true":
        keys = None
    yield _own(resource, CONFIG_MAP, keys)


def _secret(resource: Resource) -> Iterator[Provided]:
    keys: Keys | None = _keys(resource, ("data",), ("stringData",))
    if resource.get("type") == "kubernetes.io/service-account-token":
        # The token controller fills it in.
        keys = {**dict.fromkeys(("token", "ca.crt", "namespace"), ("type",)), **(keys or {})}
    yield _own(resource, SECRET, keys)


def _sealed(resource: Resource) -> Iterator[Provided]:
    keys = _keys(resource, ("spec", "encryptedData"), ("spec", "template", "data"))
    yield _own(resource, SECRET, keys or None)


def _external(resource: Resource) -> Iterator[Provided]:
    name = resource.get("spec", "target", "name")
    yield from _of_external(resource, ("spec",), name or resource.name, resource.namespace)


def _cluster_external(resource: Resource) -> Iterator[Provided]:
    """It makes one ExternalSecret in each namespace that its selectors match, which may be any."""
    spec = ("spec", "externalSecretSpec")
    name = resource.get(*spec, "target", "name") or resource.get("spec", "externalSecretName")
    yield from _of_external(resource, spec, name or resource.name, "")


def _of_external(
    resource: Resource, spec: FieldPath, name: Any, namespace: str
) -> Iterator[Provided]:
    target = resource.map(*spec, "target")
    if not isinstance(name, str) or target.get("creationPolicy") == "None":
        return
    kind = lookup(target, ("manifest", "kind")) or SECRET
    stated = (*spec, "target", "name") if target.get("name") else ("metadata", "name")
    merges = target.get("creationPolicy") == "Merge"
    keys = _external_keys(resource, spec)
    yield Provided(str(kind), namespace, name, resource, stated, keys, merges)


def _external_keys(resource: Resource, spec: FieldPath) -> Keys | None:
    """The fetched keys; where a template has data of its own, those unless it says Merge."""
    template = resource.map(*spec, "target", "template")
    if template.get("templateFrom"):
        return None
    templated = _keys(resource, (*spec, "target", "template", "data"))
    if templated and template.get("mergePolicy") != "Merge":
        return templated
    if resource.get(*spec, "dataFrom"):
        return None
    fetched = {
        str(entry.get("secretKey")): (*path, "secretKey")
        for path, entry in resource.maps(*spec, "data")
    }
    return {**fetched, **templated}


def _certificate(resource: Resource) -> Iterator[Provided]:
    path = ("spec", "secretName")
    name = resource.get(*path)
    if isinstance(name, str):
        extra = resource.get("spec", "keystores") or resource.get("spec", "additionalOutputFormats")
        keys = None if extra else dict.fromkeys(("tls.crt", "tls.key", "ca.crt"), path)
        yield Provided(SECRET, resource.namespace, name, resource, path, keys)


def _ingress(resource: Resource) -> Iterator[Provided]:
    """cert-manager makes the certificates of Ingresses that one of its annotations marks."""
    if _has_issuer(resource):
        for path, tls in resource.maps("spec", "tls"):
            if isinstance(tls.get("secretName"), str):
                yield _issued(resource, (*path, "secretName"), tls["secretName"])


def _gateway(resource: Resource) -> Iterator[Provided]:
    if _has_issuer(resource):
        for path, _ in resource.maps("spec", "listeners"):
            for certificate, reference in resource.maps(*path, "tls", "certificateRefs"):
                if isinstance(reference.get("name"), str):
                    yield _issued(resource, (*certificate, "name"), reference["name"])


def _issued(resource: Resource, path: FieldPath, name: str) -> Provided:
    keys = dict.fromkeys(("tls.crt", "tls.key", "ca.crt"), path)
    return Provided(SECRET, resource.namespace, name, resource, path, keys)


def _has_issuer(resource: Resource) -> bool:
    return not _ISSUERS.isdisjoint(resource.annotations)


def _bundle(resource: Resource) -> Iterator[Provided]:
    """trust-manager writes a Bundle into each namespace, under the Bundle's own name."""
    for field, kind in (("configMap", CONFIG_MAP), ("secret", SECRET)):
        path = ("spec", "target", field, "key")
        if isinstance(resource.get(*path), str):
            yield Provided(kind, "", resource.name, resource, ("metadata", "name"), None)


def _postgres_cluster(resource: Resource) -> Iterator[Provided]:
    for suffix in ("app", "superuser", "ca", "server", "replication"):
        yield _own(resource, SECRET, None)._replace(name=f"{resource.name}-{suffix}")


def _under_own_name(resource: Resource) -> Iterator[Provided]:
    yield _own(resource, SECRET, None)


def _own(resource: Resource, kind: str, keys: Keys | None) -> Provided:
    path = ("metadata", "name")
    return Provided(kind, resource.namespace, resource.name, resource, path, keys)


def _keys(resource: Resource, *maps: FieldPath) -> dict[str, FieldPath]:
    return {str(key): (*path, key) for path in maps for key in as_map(resource.get(*path))}


_ISSUERS = frozenset(
    {"cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme"}
    | {"certmanager.k8s.io/issuer", "certmanager.k8s.io/cluster-issuer"}
)

_CONTROLLERS: Mapping[tuple[str, str], Callable[[Resource], Iterable[Provided]]] = {
    ("", "ConfigMap"): _config_map,
    ("", "Secret"): _secret,
    ("bitnami.com", "SealedSecret"): _sealed,
    ("external-secrets.io", "ExternalSecret"): _external,
    ("external-secrets.io", "ClusterExternalSecret"): _cluster_external,
    ("cert-manager.io", "Certificate"): _certificate,
    ("networking.k8s.io", "Ingress"): _ingress,
    ("gateway.networking.k8s.io", "Gateway"): _gateway,
    ("trust.cert-manager.io", "Bundle"): _bundle,
    ("postgresql.cnpg.io", "Cluster"): _postgres_cluster,
    ("onepassword.com", "OnePasswordItem"): _under_own_name,
    ("kafka.strimzi.io", "KafkaUser"): _under_own_name,
}

_NAMED_BY_FIELD: Mapping[tuple[str, str], FieldPath] = {
    ("secrets.hashicorp.com", "VaultStaticSecret"): ("spec", "destination", "name"),
    ("secrets.hashicorp.com", "VaultDynamicSecret"): ("spec", "destination", "name"),
    ("secrets.hashicorp.com", "VaultPKISecret"): ("spec", "destination", "name"),
    ("secrets.doppler.com", "DopplerSecret"): ("spec", "managedSecret", "name"),
    ("secrets.infisical.com", "InfisicalSecret"): (
        "spec", "managedSecretReference", "secretName",
    ),
    ("spv.no", "AzureKeyVaultSecret"): ("spec", "output", "secret", "name"),
}  # fmt: skip
