"""Fields that a manifest states and something in the cluster writes as well."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tools.argocd.operators import made_secrets
from tools.kubernetes.resource import Resource, as_map
from tools.source.place import FieldPath

_REPLICAS = "/spec/replicas"
_CA_BUNDLES = {
    "MutatingWebhookConfiguration": "/webhooks/*/clientConfig/caBundle",
    "ValidatingWebhookConfiguration": "/webhooks/*/clientConfig/caBundle",
    "APIService": "/spec/caBundle",
    "CustomResourceDefinition": "/spec/conversion/webhook/clientConfig/caBundle",
}
_INJECTION = "cert-manager.io/inject-ca"


class Written(NamedTuple):
    """A field, as a JSON pointer, with words that say who writes it."""

    resource: Resource
    pointer: str
    sentence: str

    @property
    def path(self) -> FieldPath:
        """The field, or the list whose items have it."""
        tokens = self.pointer.partition("/*")[0].split("/")[1:]
        return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def written(
    resources: Sequence[Resource],
    autoscaler_of: Callable[[Resource], Resource | None],
    declared: Mapping[str, Sequence[str]],
) -> Iterator[Written]:
    """Every such field that is rendered; `declared` has more of them by `Kind.group`."""
    secrets = {
        (resource.namespace, name): resource
        for resource in resources
        for name in made_secrets(resource)
    }
    for resource in resources:
        what = f"{resource.kind} {resource.name!r}"
        scaler = autoscaler_of(resource) if has(resource.data, _REPLICAS) else None
        if scaler:
            yield Written(
                resource, _REPLICAS, f"{scaler.kind} {scaler.name!r} writes the replicas of {what}"
            )
        bundle = _CA_BUNDLES.get(resource.kind)
        injected = any(key.startswith(_INJECTION) for key in resource.annotations)
        if bundle and injected and has(resource.data, bundle):
            yield Written(resource, bundle, f"cert-manager writes the caBundle of {what}")
        maker = secrets.get((resource.namespace, resource.name))
        if resource.kind == "Secret" and maker and has(resource.data, "/data"):
            yield Written(
                resource, "/data", f"{maker.kind} {maker.name!r} writes the data of {what}"
            )
        group = resource.ref.group
        for pointer in declared.get(f"{resource.kind}.{group}" if group else resource.kind, ()):
            if has(resource.data, pointer):
                yield Written(resource, pointer, f"something else writes {pointer} of {what}")


def has(data: Any, pointer: str) -> bool:
    """Whether a JSON pointer leads to something; `*` stands for any item of a list."""
    head, _, rest = pointer.removeprefix("/").partition("/")
    key = head.replace("~1", "/").replace("~0", "~")
    if head == "*":
        below = data if isinstance(data, list) else []
    elif isinstance(data, list):
        below = [data[int(key)]] if key.isdigit() and int(key) < len(data) else []
    else:
        below = [as_map(data)[key]] if key in as_map(data) else []
    return any(not rest or has(value, f"/{rest}") for value in below)
