"""What is known of a Secret or ConfigMap that pods read: from the manifests, declared, built in."""

from collections.abc import Mapping
from typing import NamedTuple

from tools.kubernetes.provided import CONFIG_MAP, SECRET, Provided
from tools.kubernetes.references import References
from tools.rules.facts import Facts

_BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "kube-root-ca.crt": ("ca.crt",),
    "openshift-service-ca.crt": ("service-ca.crt",),
    "istio-ca-root-cert": ("root-cert.pem",),
}
"""ConfigMaps that controllers write into every namespace: Kubernetes', OpenShift's, Istio's."""


class Delivery(NamedTuple):
    """A Secret or ConfigMap that the cluster will have.

    `keys` are its known keys, `complete` says that there are no others; `providers` are what
    brings it among the manifests, none if it is declared or built in.
    """

    keys: frozenset[str]
    complete: bool
    providers: tuple[Provided, ...]

    def has(self, key: str) -> bool:
        """Whether it has a key, or may have it."""
        return key in self.keys or not self.complete


def delivery_of(
    kind: str, name: str, namespace: str, references: References, facts: Facts
) -> Delivery | None:
    """How a Secret or ConfigMap comes into the cluster, None if nothing is known to bring it."""
    providers = tuple(references.provided(kind, name, namespace))
    declared = _declared(kind, name, namespace, facts)
    if not providers and declared is None:
        return None
    keys = {key for provider in providers for key in provider.keys or ()} | {*(declared or ())}
    unknown = any(provider.keys is None for provider in providers)
    anything = kind == CONFIG_MAP and declared == ()
    only_added = all(provider.merges for provider in providers) and declared is None
    return Delivery(frozenset(keys), not (unknown or anything or only_added), providers)


def _declared(kind: str, name: str, namespace: str, facts: Facts) -> tuple[str, ...] | None:
    if kind == SECRET:
        declared: Mapping[str, tuple[str, ...]] = facts.secret_keys
    else:
        declared = {**_BUILT_IN, **facts.config_map_keys}
    return declared.get(f"{namespace}/{name}", declared.get(name))
