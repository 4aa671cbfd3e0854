"""Every field of every kind, once each, with values that a decoder may or may not take.

Fields are found by walking the OpenAPI definitions; a definition that several kinds share is
visited where it is met first. Nothing else of an object is filled in: decoding comes before any
other check, so an object that lacks what it must have is decoded all the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.kubernetes.openapi import openapi

KINDS: tuple[tuple[str, str], ...] = (
    ("v1", "Pod"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("v1", "Service"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "IngressClass"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("discovery.k8s.io/v1", "EndpointSlice"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("autoscaling/v1", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "PersistentVolume"),
    ("storage.k8s.io/v1", "StorageClass"),
    ("v1", "ResourceQuota"),
    ("v1", "LimitRange"),
    ("v1", "Namespace"),
    ("v1", "ReplicationController"),
    ("scheduling.k8s.io/v1", "PriorityClass"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"),
    ("coordination.k8s.io/v1", "Lease"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
)

_BIG = 2**63
ANY: tuple[Any, ...] = (
    None, True, 0, 1, -1, 1.5, 1e3, 2**31, -(2**31) - 1, _BIG, -_BIG - 1, "", "text", "1",
    "true", [], {}, [None], [1], [True], ["text"], [[]], [[None]], [{}], [{"unknownKey": 1}],
    {"unknownKey": "text"}, {"unknownKey": None}, {"unknownKey": 1}, {"unknownKey": True},
    {"unknownKey": []}, {"unknownKey": [None]}, {"unknownKey": ["text"]}, {"unknownKey": {}},
)  # fmt: skip
"""Every type that JSON has, and what a list or map of it may be."""

QUANTITIES: tuple[Any, ...] = (
    " 1", "1 ", "1Ki", "1ki", "1K", "1k", "1m", "1M", "1mi", "1Mi", "Mi", "m", "+1", "-1", "--1",
    "+", "-", ".", "1.", ".5", "1.5.5", "1e3", "1E3", "1E", "1Ei", "1e", "1e+3", "1e-3", "1e3k",
    "0x10", "1_000", "1,5", "1,000", "1n", "1u", "1µ", "1Zi", "1b", "inf", "NaN", "1e999",
    "1e-999", "1E19",
    "9" * 30, "9" * 100, "0.0000000001", "٣", "1\n", "e3", "1e3.5", "1e1000", "100000E",
    "1e--1", 0.5, 1e-9, 12345678901234567890, 1e25,
)  # fmt: skip

TIMES: tuple[Any, ...] = (
    "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.123Z", "2024-01-01T00:00:00.123456Z",
    "2024-01-01T00:00:00.123456789Z", "2024-01-01T00:00:00.000000Z", "2024-01-01T00:00:00+01:00",
    "2024-01-01T00:00:00.000000+01:00", "2024-01-01T00:00:00+0100", "2024-01-01t00:00:00z",
    "2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2024-01-01", "2024-02-30T00:00:00Z",
    "2024-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T23:59:60Z",
    "2024-01-01T00:00:00,5Z", "2024-01-01T00:00:00.Z", "2024-01-01T0:00:00Z", "2024-1-1T00:00:00Z",
    "2024-13-01T00:00:00Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+23:59",
    "2024-01-01T00:00:00+25:00", "2024-01-01T00:00:00+01:60", "2024-01-01T00:00:00-00:00",
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z",
    "-001-01-01T00:00:00Z", "2024-01-01T00:00:00Z ", " 2024-01-01T00:00:00Z", "2024-01-01T00:00Z",
    "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00.1234567Z", "now", "1704067200",
    "2024-01-01T00:00:00,123456Z", "2024-01-01T00:00:00.123456+00:00", "2024-01-00T00:00:00Z",
    "2024-00-01T00:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00z",
    "2024-01-01T3:00:00Z", "2024-01-01T00:00:00.000001Z", "2024-01-01T00:00:00.12345Z",
    "٢024-01-01T00:00:00Z", "2024-01-01T00:00:00.123456Z\n",
)  # fmt: skip

BYTES: tuple[Any, ...] = (
    "YQ==", "YQ", "YQ=", "YQ===", "YWI=", "YWJj", "YW\nJj", "YWJj\n", "\r\nYWJj", "YW Jj", "YW-_",
    "YW+/", "YR==", "YWJ=", "=", "====", "YQ==YQ==", "Y", "YQ=\n=", "YQ==\n", "ä", "YWJj=",
    "\tYWJj", "YQ==\n\n", "YQ\n==", "YWI\n=",
)  # fmt: skip

PORTS: tuple[Any, ...] = ("50%", "-1", "1.5", 2**31 - 1, -(2**31), 80.0, "80", "http", "%")
NUMBERS: tuple[Any, ...] = (2**31 - 1, -(2**31), 2**63 - 1, -(2**63), "0x10", "1e3", 1e18, "1.0")
JSON_VALUES: tuple[Any, ...] = ({"a": {"b": [None, 1, "x", {"c": None}]}}, [{"a": None}], 1e300)

_BY_FORMAT: Mapping[str, tuple[Any, ...]] = {
    "byte": BYTES,
    "double": NUMBERS,
}
_BY_DEFINITION: Mapping[str, tuple[Any, ...]] = {
    "Quantity": QUANTITIES,
    "IntOrString": PORTS,
    "Time": TIMES,
    "MicroTime": TIMES,
    "FieldsV1": JSON_VALUES,
    "RawExtension": JSON_VALUES,
}


class Probe(NamedTuple):
    """A kind with one value at one place; `field` says of which definition it is a field."""

    api_version: str
    kind: str
    field: str
    path: tuple[str | int, ...]
    value: Any

    @property
    def object(self) -> dict[str, Any]:
        """The object: what is around the value, and nothing else."""
        whole: dict[str, Any] = {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "metadata": {"name": "probe"},
        }
        inner: Any = self.value
        for part in reversed(self.path[1:]):
            inner = [inner] if isinstance(part, int) else {part: inner}
        first = str(self.path[0])
        if isinstance(inner, dict) and first == "metadata" and self.path[1:]:
            inner = {"name": "probe", **inner}
        whole[first] = inner
        return whole


def probes(version: str) -> Iterator[Probe]:
    """Each field of each definition behind the kinds with each value."""
    for place in places(version):
        for value in values(place.value):
            yield place._replace(value=value)


def places(version: str) -> Iterator[Probe]:
    """Each field of each definition behind the kinds; the value is the field's schema."""
    seen: set[str] = set()
    for api_version, kind in KINDS:
        schema = raw_schema(version, api_version, kind)
        walk = _Walk(schema["$defs"], seen)
        for field, path, part in walk.fields(f"{api_version}.{kind}", (), schema):
            if path not in (("apiVersion",), ("kind",)):
                yield Probe(api_version, kind, field, path, part)


def raw_schema(version: str, api_version: str, kind: str) -> Mapping[str, Any]:
    schema = openapi(version).schema(api_version, kind)
    assert schema is not None, (api_version, kind)
    return schema


def values(part: Mapping[str, Any]) -> Iterator[Any]:
    """The values to try where a schema has a field, and in the list or map that it is."""
    yield from ANY
    items, others = part.get("items"), part.get("additionalProperties")
    if isinstance(items, dict):
        yield from ([value] for value in (*ANY, *_special(items)))
    elif isinstance(others, dict):
        yield from ({"key": value} for value in (*ANY, *_special(others)))
    else:
        yield from _special(part)


def _special(part: Mapping[str, Any]) -> tuple[Any, ...]:
    """Values that only make a difference for this type."""
    special = _BY_FORMAT.get(str(part.get("format")), ())
    special += _BY_DEFINITION.get(str(part.get("$ref", "")).rpartition(".")[2], ())
    return special + NUMBERS if "minimum" in part else special


class _Walk:
    """Goes through the fields of a schema and of the definitions that it refers to."""

    def __init__(self, definitions: Mapping[str, Any], seen: set[str]) -> None:
        self._definitions = definitions
        self._seen = seen

    def fields(
        self, name: str, path: tuple[str | int, ...], schema: Mapping[str, Any]
    ) -> Iterator[tuple[str, tuple[str | int, ...], Mapping[str, Any]]]:
        for field, part in schema.get("properties", {}).items():
            yield f"{name}.{field}", (*path, field), part
            yield from self._below((*path, field), part)

    def _below(
        self, path: tuple[str | int, ...], part: Mapping[str, Any]
    ) -> Iterator[tuple[str, tuple[str | int, ...], Mapping[str, Any]]]:
        if "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            if name not in self._seen:
                self._seen.add(name)
                short = ".".join(name.split(".")[-3:])
                yield from self.fields(short, path, self._definitions[name])
        for keyword, step in (("items", 0), ("additionalProperties", "key")):
            if isinstance(part.get(keyword), dict):
                yield from self._below((*path, step), part[keyword])
