"""What images are made of: indexes over platforms, manifests, configurations.

OCI's formats, and Docker's older ones, which have the same fields:
https://github.com/opencontainers/image-spec/blob/main/manifest.md,
https://distribution.github.io/distribution/spec/manifest-v2-2/. What a source delivers is read as
something that anybody may have written.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tools.images.failure import Untrustworthy

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"

MAX_DOCUMENT = 4 * 1024 * 1024
"""Bytes of a manifest, the limit that registries themselves apply, and of a configuration."""
MAX_MANIFESTS = 200
MAX_LAYERS = 500

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_PORT = re.compile(r"(?P<number>[1-9][0-9]{0,4})(?:/(?P<protocol>tcp|udp|sctp))?", re.IGNORECASE)
_TIME = re.compile(
    r"(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?P<fraction>\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)"
)
_PART = re.compile(r"[a-z0-9_.]{1,32}")
_HIGHEST_PORT = 65535
_SCHEMA = 2


class Descriptor(NamedTuple):
    """What a document says about another one; `platform` is "" where it says nothing of it."""

    media_type: str
    digest: str
    size: int
    platform: str = ""
    annotations: Mapping[str, str] = {}

    @property
    def is_attestation(self) -> bool:
        """Whether it only tells about an image beside it, as BuildKit's `unknown/unknown` do."""
        return "vnd.docker.reference.type" in self.annotations or self.platform == "unknown/unknown"


class Index(NamedTuple):
    """The images of several platforms under one name."""

    manifests: tuple[Descriptor, ...]


class Manifest(NamedTuple):
    """One image: its configuration, and its layers from the bottom up."""

    config: Descriptor
    layers: tuple[Descriptor, ...]


class Config(NamedTuple):
    """What an image says about itself; ports are `8000/tcp`, `diff_ids` digests of its layers."""

    platform: str
    ports: tuple[str, ...]
    user: str
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    created: str
    labels: Mapping[str, str]
    diff_ids: tuple[str, ...]


def parse_manifest(content: bytes, media_type: str) -> Index | Manifest:
    """An index or a manifest. Raises Untrustworthy for anything else."""
    data = _map(content, "the manifest")
    stated = str(data.get("mediaType") or media_type)
    if data.get("schemaVersion") != _SCHEMA or "signatures" in data:
        raise Untrustworthy(
            "its manifest has a format that Docker has given up; push it again with a tool of today"
        )
    if stated in (INDEX, DOCKER_LIST) or "manifests" in data:
        return Index(_descriptors(data.get("manifests"), "manifests", MAX_MANIFESTS))
    config = descriptor(data.get("config"), "config")
    if config.media_type not in (CONFIG, DOCKER_CONFIG):
        raise Untrustworthy(f"it is no image: its configuration is {config.media_type[:100]!r}")
    return Manifest(config, _descriptors(data.get("layers"), "layers", MAX_LAYERS))


def descriptor(data: Any, where: str) -> Descriptor:
    """A descriptor of a document. Raises Untrustworthy if it lacks what it must have."""
    entry = data if isinstance(data, dict) else {}
    digest, size = entry.get("digest"), entry.get("size")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise Untrustworthy(f"its manifest has no digest that can be checked in {where}")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise Untrustworthy(f"its manifest states no size in {where}")
    annotations = entry.get("annotations")
    return Descriptor(
        str(entry.get("mediaType") or ""),
        digest,
        size,
        platform_of(entry.get("platform")),
        _texts(annotations) if isinstance(annotations, dict) else {},
    )


def _descriptors(data: Any, where: str, most: int) -> tuple[Descriptor, ...]:
    if not isinstance(data, list) or len(data) > most:
        raise Untrustworthy(f"its manifest has no list of {where}, or one of more than {most}")
    return tuple(descriptor(entry, f"{where}[{number}]") for number, entry in enumerate(data))


def parse_config(content: bytes) -> Config:
    """An image's configuration. Raises Untrustworthy for what cannot be one."""
    data = _map(content, "the configuration")
    platform = platform_of(data)
    if not platform:
        raise Untrustworthy("its configuration does not say for which platform it is")
    rootfs = data.get("rootfs")
    diff_ids = _words(rootfs.get("diff_ids") if isinstance(rootfs, dict) else None)
    if not all(map(_DIGEST.fullmatch, diff_ids)):
        raise Untrustworthy("its configuration names layers by what are no digests")
    run = data.get("config")
    run = run if isinstance(run, dict) else {}
    ports, labels, user = run.get("ExposedPorts"), run.get("Labels"), run.get("User")
    return Config(
        platform,
        _ports(ports if isinstance(ports, dict) else {}),
        user if isinstance(user, str) else "",
        _words(run.get("Entrypoint")),
        _words(run.get("Cmd")),
        _time(data.get("created")),
        _texts(labels) if isinstance(labels, dict) else {},
        diff_ids,
    )


def platform_of(data: Any) -> str:
    """`linux/arm64/v8` of the three fields that say so, "" without them."""
    if not isinstance(data, dict):
        return ""
    parts = [data.get(name) for name in ("os", "architecture", "variant")]
    system, architecture, variant = (part if isinstance(part, str) else "" for part in parts)
    if not _PART.fullmatch(system) or not _PART.fullmatch(architecture):
        return ""
    found = f"{system}/{architecture}"
    return f"{found}/{variant}" if _PART.fullmatch(variant) else found


def is_for(platform: str, wanted: Sequence[str]) -> bool:
    """Whether a platform is among those wanted; `linux/arm64` wants all of its variants."""
    return not wanted or any(platform == one or platform.startswith(f"{one}/") for one in wanted)


def _map(content: bytes, what: str) -> Mapping[str, Any]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Untrustworthy(f"{what} is no JSON") from error
    if not isinstance(data, dict):
        raise Untrustworthy(f"{what} is no JSON object")
    return data


def _words(data: Any) -> tuple[str, ...]:
    return tuple(word for word in data if isinstance(word, str)) if isinstance(data, list) else ()


def _texts(data: Mapping[Any, Any]) -> dict[str, str]:
    return {key: data[key] for key in sorted(data) if isinstance(data[key], str)}


def _ports(data: Mapping[str, Any]) -> tuple[str, ...]:
    """`8000/tcp`, by number; what is no port stays out, as the runtimes leave it out."""
    found = set()
    for text in data:
        match = _PORT.fullmatch(text)
        if match and int(match["number"]) <= _HIGHEST_PORT:
            found.add((int(match["number"]), (match["protocol"] or "tcp").lower()))
    return tuple(f"{number}/{protocol}" for number, protocol in sorted(found))


def _time(data: Any) -> str:
    """A time in UTC; "" for what is none."""
    match = _TIME.fullmatch(data) if isinstance(data, str) else None
    if match is None:
        return ""
    try:
        moment = datetime.fromisoformat(match["second"] + match["zone"].replace("Z", "+00:00"))
        utc = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return f"{utc:%Y-%m-%dT%H:%M:%S}{match['fraction'] or ''}Z"
