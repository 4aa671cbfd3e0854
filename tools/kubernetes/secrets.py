"""What a Secret among the manifests says about its values, and what its type makes of them.

https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.kubernetes.resource import as_map, lookup
from tools.source.place import FieldPath

FIELDS = ("data", "stringData")


def stated_values(secret: Mapping[str, Any]) -> Iterator[FieldPath]:
    """The fields of a Secret whose values stand in the manifest, readable for everybody.

    Left out are empty ones, which a controller fills in, what is encrypted (SOPS), templates and
    addresses that something else replaces on the way to the cluster, and what Argo CD's
    declarative repositories and clusters say besides credentials.
    """
    metadata = as_map(secret.get("metadata"))
    by_argocd = ARGOCD_TYPE in as_map(metadata.get("labels"))
    filled = any(str(key).startswith(_VAULT) for key in as_map(metadata.get("annotations")))
    for field in FIELDS:
        for key, value in as_map(secret.get(field)).items():
            text = _decoded(value) if field == "data" else value
            if not isinstance(text, str) or not text.strip():
                continue
            elsewhere = re.search(_ELSEWHERE, text) or (filled and re.search(r"<[^<>]+>", text))
            if not elsewhere and not (by_argocd and key in _ARGOCD_KEYS):
                yield field, key


def is_encrypted(text: str) -> bool:
    """Whether SOPS has encrypted the values of a file. https://getsops.io/docs/"""
    return "ENC[AES256_GCM," in text


def _decoded(value: Any) -> Any:
    """The text behind Base64; whatever is not that stays as it is."""
    from base64 import b64decode
    from binascii import Error

    if not isinstance(value, str):
        return value
    try:
        return b64decode(value, validate=True).decode("utf-8", "replace")
    except (Error, ValueError):
        return value


ARGOCD_TYPE = "argocd.argoproj.io/secret-type"
"""The label by which Argo CD finds its repositories and clusters."""
OPAQUE = "Opaque"
TLS = "kubernetes.io/tls"
PRESCRIBED = frozenset({"tls.crt", "tls.key", "ca.crt", ".dockerconfigjson", "ssh-privatekey"})
"""Keys that a type prescribes, and that nobody would give another meaning."""
_OF_CERTIFICATES = frozenset({"Bundle", "Certificate", "Gateway", "Ingress"})
_ARGOCD_KEYS = frozenset(
    {"enableLfs", "enableOCI", "forceHttpBasicAuth", "insecure", "name", "namespaces", "noProxy"}
    | {"clusterResources", "githubAppEnterpriseBaseUrl", "project", "proxy", "server", "shard"}
    | {"depth", "type", "url", "useAzureWorkloadIdentity", "username"}
)
"""https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories"""
_VAULT = "avp.kubernetes.io/"
"""Annotations of the Vault plugin for Argo CD, which fills in what stands in angle brackets."""
_ELSEWHERE = r"^ENC\[|\$\{|\$\(|\{\{|<path:|^\$[A-Za-z_]\w*$|^(?:ref\+|vault:|secretref:)|^op://"


def type_of(secret: Mapping[str, Any]) -> str:
    """The type of the Secret that an object is or becomes; `Opaque` unless it says otherwise.

    Of an object of another kind that becomes a certificate, it is `kubernetes.io/tls`.
    """
    if secret.get("kind") in _OF_CERTIFICATES:
        return TLS
    found = secret.get("type") or lookup(secret, ("spec", "template", "type"))
    found = found or lookup(secret, ("spec", "target", "template", "type"))
    return found if isinstance(found, str) else OPAQUE
