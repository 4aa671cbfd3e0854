"""ConfigMap, Secret, ServiceAccount and Namespace.

https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/; exactly,
ValidateConfigMap, ValidateSecret, ValidateServiceAccount and ValidateNamespace of
pkg/apis/core/validation.
"""

import json
import re
from base64 import b64decode
from binascii import Error

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    config_map_key,
    dns_label,
    dns_subdomain,
    enumeration,
    qualified_name,
)
from tools.kubernetes.validation.metadata import object_meta, standard_finalizer

_MOST_BYTES = 2**20
_SSH_AUTH = "kubernetes.io/ssh-auth"
_REQUIRED_KEYS = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    _SSH_AUTH: ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_OWN_NAME = "kubernetes.io/metadata.name"
_LEVELS = ("privileged", "baseline", "restricted")
_SECURITY = "pod-security.kubernetes.io/"
_VERSION = re.compile(r"latest|v1\.(0|[1-9][0-9]{0,17})", re.ASCII)
_TOKEN = "kubernetes.io/service-account-token"
_ACCOUNT = "kubernetes.io/service-account.name"
_BASIC_AUTH = "kubernetes.io/basic-auth"


def config_map(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True, generation=True)
    size, binary = 0, dict(obj["binaryData"].entries())
    for key, value in obj["data"].entries():
        yield from _key(value, key)
        size += len(value.text.encode())
        if key in binary:
            yield value.forbidden("because binaryData has the same key")
    for key, value in binary.items():
        yield from _key(value, key)
        size += len(_decoded(value.text))
    if size > _MOST_BYTES:
        yield Field((), None, obj.release).refused(
            f"data and binaryData have {size} bytes together, {_MOST_BYTES} are allowed",
            "Split it, or keep large files elsewhere.",
        )


def secret(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True, generation=True)
    data = {key: _decoded(value.text) for key, value in obj["data"].entries()}
    data |= {key: value.text.encode() for key, value in obj["stringData"].entries()}
    for key, value in (*obj["data"].entries(), *obj["stringData"].entries()):
        # The server has moved what stood in stringData.
        yield from (refusal.named(obj["data"][key]) for refusal in _key(value, key))
    size = sum(map(len, data.values()))
    if size > _MOST_BYTES:
        yield obj["data"].too_long(_MOST_BYTES, "bytes in all")
    yield from _of_type(obj, obj["type"].text, data)


def service_account(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True, generation=True)


def namespace(obj: Field) -> Refusals:
    metadata = obj["metadata"]
    given = metadata["labels"]
    if metadata["name"].text and given[_OWN_NAME].is_set:
        # The server writes this one.
        rest = {key: value.value for key, value in given.entries() if key != _OWN_NAME}
        metadata = metadata.with_value({**metadata.value, "labels": rest})
    yield from object_meta(metadata, dns_label, namespaced=False, generation=True)
    finalizers = obj.at("spec", "finalizers")
    for finalizer in finalizers.items():
        yield from (refusal.named(finalizers) for refusal in qualified_name(finalizer))
        yield from (refusal.named(finalizers) for refusal in standard_finalizer(finalizer))
    yield from _pod_security(obj.at("metadata", "labels"))


def _pod_security(labels: Field) -> Refusals:
    """What the PodSecurity admission asks of the labels that it reads."""
    for mode in ("enforce", "audit", "warn"):
        level, version = labels[f"{_SECURITY}{mode}"], labels[f"{_SECURITY}{mode}-version"]
        if level.is_set:
            yield from enumeration(level, _LEVELS)
        if version.is_set and not _VERSION.fullmatch(version.text):
            yield version.must("be 'latest' or a version such as 'v1.36'")


def _key(value: Field, key: str) -> Refusals:
    for refusal in config_map_key(value.with_value(key)):
        yield refusal._replace(at_key=True)


def _of_type(obj: Field, kind: str, data: dict[str, bytes]) -> Refusals:
    """What types of Secrets that Kubernetes knows have to hold."""
    for key in _REQUIRED_KEYS.get(kind, ()):
        if key not in data or (kind == _SSH_AUTH and not data[key]):
            missing = obj["data" if obj["data"].is_set else "stringData"][key]
            yield missing.required(f"a Secret of type {kind} has it").named(obj["data"][key])
    for key in (".dockercfg", ".dockerconfigjson"):
        if key in _REQUIRED_KEYS.get(kind, ()) and key in data and not _is_json_map(data[key]):
            yield obj["data"][key].refused(f"data[{key!r}] is no JSON object")
    if kind == _TOKEN and not obj.at("metadata", "annotations")[_ACCOUNT].text:
        account = obj.at("metadata", "annotations")[_ACCOUNT]
        yield account.required(f"a Secret of type {kind} names a ServiceAccount")
    if kind == _BASIC_AUTH and not {"username", "password"} & data.keys():
        yield obj["data"]["username"].required("a Secret of this type has it or a password")
        yield obj["data"]["password"].required("a Secret of this type has it or a username")


def _is_json_map(text: bytes) -> bool:
    try:
        return json.loads(text) is None or isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _decoded(text: str) -> bytes:
    """Base64 as Go reads it; what is none is for the schema to say."""
    try:
        return b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (Error, ValueError):
        return b""
