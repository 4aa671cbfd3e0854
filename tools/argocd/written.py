"""Fields that a manifest states and something in the cluster writes as well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tools.argocd.operators import made_secrets
from tools.argocd.projects import Cluster
from tools.kubernetes.autoscaling import AUTOSCALERS, ScaleTarget, identity, target_of
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


class Writers:
    """What writes fields of other objects, by what it writes: autoscalers, and what operators read.

    Objects without a namespace are in that of the destination.
    """

    def __init__(self) -> None:
        self._scalers: dict[tuple[Cluster, ScaleTarget], Resource] = {}
        self._makers: dict[tuple[Cluster, str, str], Resource] = {}

    def add(self, resources: Iterable[Resource], cluster: Cluster, namespace: str) -> None:
        """Take in what a destination is given; of two writers of one thing the first one counts."""
        for resource in resources:
            if resource.kind in AUTOSCALERS:
                scaled = _placed(target_of(resource), namespace)
                self._scalers.setdefault((cluster, scaled), resource)
            for name in made_secrets(resource):
                key = (cluster, resource.namespace or namespace, name)
                self._makers.setdefault(key, resource)

    def of(self, resource: Resource, cluster: Cluster, namespace: str) -> Iterator[Written]:
        """The fields of an object of a destination that are stated and written."""
        what = f"{resource.kind} {resource.name!r}"
        scaler = self._scalers.get((cluster, _placed(identity(resource), namespace)))
        if scaler and has(resource.data, _REPLICAS):
            sentence = f"{scaler.kind} {scaler.name!r} writes the replicas of {what}"
            yield Written(resource, _REPLICAS, sentence)
        maker = self._makers.get((cluster, resource.namespace or namespace, resource.name))
        if resource.kind == "Secret" and maker and has(resource.data, "/data"):
            sentence = f"{maker.kind} {maker.name!r} writes the data of {what}"
            yield Written(resource, "/data", sentence)


def _placed(target: ScaleTarget, namespace: str) -> ScaleTarget:
    return target if target.namespace else target._replace(namespace=namespace)


def written_by_itself(
    resource: Resource, declared: Mapping[str, Sequence[str]]
) -> Iterator[Written]:
    """The fields of an object that its annotations give away, or `declared` by `Kind.group`."""
    what, group = f"{resource.kind} {resource.name!r}", resource.ref.group
    bundle = _CA_BUNDLES.get(resource.kind)
    injected = any(key.startswith(_INJECTION) for key in resource.annotations)
    if bundle and injected and has(resource.data, bundle):
        yield Written(resource, bundle, f"cert-manager writes the caBundle of {what}")
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
