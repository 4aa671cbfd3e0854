"""What objects of unknown kinds seem to name: by convention, the names of fields tell.

https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#object-references
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.kubernetes.reference import CONFIG_MAP, SECRET, Reference, Via, What
from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath

_SECRET = re.compile(r"secret(s|name|names|ref|refs|keyref|selector|reference)?$", re.I)
_CONFIG_MAP = re.compile(r"configmap(s|name|names|ref|refs|keyref|selector|reference)?$", re.I)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_KNOWN = frozenset({"ExternalSecret", "SealedSecret"})
_SELECTOR = frozenset({"name", "key"})
_DEEP = 40


def custom_references(resource: Resource) -> Iterator[Reference]:
    """The Secrets and ConfigMaps that an object of a kind from outside Kubernetes seems to name."""
    if is_custom(resource) and resource.kind not in _KNOWN:
        yield from _below(resource, ("spec",), resource.get("spec"))


def is_custom(resource: Resource) -> bool:
    """Whether an object is of a kind from outside Kubernetes."""
    group = resource.ref.group
    return "." in group and not group.endswith(".k8s.io")


def _below(resource: Resource, path: FieldPath, value: Any) -> Iterator[Reference]:
    if isinstance(value, list) and len(path) < _DEEP:
        for index, item in enumerate(value):
            yield from _below(resource, (*path, index), item)
    elif isinstance(value, dict) and len(path) < _DEEP:
        for field, item in value.items():
            if isinstance(field, str):
                what = _what(field, item)
                if what:
                    yield from _named(resource, (*path, field), item, what)
                yield from _below(resource, (*path, field), item)


def _what(field: str, value: Any) -> What | None:
    if _SECRET.search(field):
        return SECRET
    if _CONFIG_MAP.search(field):
        return CONFIG_MAP
    is_selector = isinstance(value, dict) and _SELECTOR <= set(value) <= _SELECTOR | {"optional"}
    return SECRET if is_selector else None


def _named(resource: Resource, path: FieldPath, value: Any, what: What) -> Iterator[Reference]:
    """The value is a name, a map with a name and perhaps a key, or a list of such."""
    if isinstance(value, str) and _NAME.fullmatch(value):
        yield _reference(resource, path, value, what, {})
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _named(resource, (*path, index), item, what)
    elif isinstance(value, dict):
        for field in ("name", "secretName"):
            name = value.get(field)
            if isinstance(name, str) and name:
                yield _reference(resource, (*path, field), name, what, value)


def _reference(
    resource: Resource, path: FieldPath, name: str, what: What, data: Mapping[str, Any]
) -> Reference:
    key, namespace = data.get("key"), data.get("namespace")
    stated = isinstance(key, str)
    return Reference(
        Via.CUSTOM,
        resource,
        path,
        what.kind,
        name,
        namespace if isinstance(namespace, str) else resource.namespace,
        what.group,
        key=key if stated else None,
        part_path=(*path[:-1], "key") if stated else (),
        whole=not stated,
    )
