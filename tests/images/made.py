"""Images that tests make themselves: OCI layouts of a few bytes, and archives of docker save."""

import gzip
import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = [
    "MadeImage",
    "MadeIndex",
    "MadeLayer",
    "layout",
    "layout_files",
    "saved",
    "sha256",
    "tar_of",
    "zstd",
]

OCI = "application/vnd.oci.image"
SUFFIX = {"": "", "gzip": "+gzip", "zstd": "+zstd"}


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def tar_of(files: Mapping[str, bytes]) -> bytes:
    """A tar archive with these files, the same for the same files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


class MadeLayer(NamedTuple):
    """A layer: its archive, and how it is compressed for pulling."""

    tar: bytes
    compression: str = "gzip"

    @property
    def packed(self) -> bytes:
        if self.compression == "gzip":
            return gzip.compress(self.tar, mtime=0)
        return zstd.compress(self.tar) if self.compression == "zstd" else self.tar

    @property
    def media_type(self) -> str:
        return f"{OCI}.layer.v1.tar{SUFFIX[self.compression]}"


class MadeImage:
    """One image: its blobs by digest, and the descriptor of its manifest."""

    def __init__(
        self,
        layers: Sequence[MadeLayer],
        platform: str = "linux/amd64",
        run: Mapping[str, Any] | None = None,
    ) -> None:
        self.layers = tuple(layers)
        self.blobs: dict[str, bytes] = {}
        system, architecture, *variant = platform.split("/")
        config = {
            "created": "2026-01-31T11:00:00.5+01:00",
            "os": system,
            "architecture": architecture,
            **({"variant": variant[0]} if variant else {}),
            "config": dict(run or {}),
            "rootfs": {"type": "layers", "diff_ids": [sha256(layer.tar) for layer in layers]},
        }
        self.platform = {
            key: value for key, value in config.items() if key in ("os", "architecture", "variant")
        }
        self.config = json.dumps(config).encode()
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": self.add(f"{OCI}.config.v1+json", self.config),
            "layers": [self.add(layer.media_type, layer.packed) for layer in layers],
        }
        self.descriptor = self.add(f"{OCI}.manifest.v1+json", json.dumps(manifest).encode())

    def add(self, media_type: str, content: bytes) -> dict[str, Any]:
        """Keep a blob, and describe it."""
        self.blobs[sha256(content)] = content
        return {"mediaType": media_type, "digest": sha256(content), "size": len(content)}

    @property
    def digest(self) -> str:
        return str(self.descriptor["digest"])


class MadeIndex:
    """Images of several platforms under one name, with what BuildKit attests beside them."""

    def __init__(self, images: Sequence[MadeImage], attested: bool = True) -> None:
        self.blobs: dict[str, bytes] = {}
        manifests = []
        for image in images:
            self.blobs |= image.blobs
            manifests.append({**image.descriptor, "platform": image.platform})
        if attested:
            manifests.append(self._attestation())
        index = {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.index.v1+json",
            "manifests": manifests,
        }
        content = json.dumps(index).encode()
        self.blobs[sha256(content)] = content
        self.descriptor = {
            "mediaType": f"{OCI}.index.v1+json",
            "digest": sha256(content),
            "size": len(content),
        }

    def _attestation(self) -> dict[str, Any]:
        note = b"{}"
        self.blobs[sha256(note)] = note
        return {
            "mediaType": f"{OCI}.manifest.v1+json",
            "digest": sha256(note),
            "size": len(note),
            "platform": {"os": "unknown", "architecture": "unknown"},
            "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
        }

    @property
    def digest(self) -> str:
        return str(self.descriptor["digest"])


def layout(folder: Path, images: Mapping[str, MadeImage | MadeIndex]) -> Path:
    """An OCI layout with images by what `org.opencontainers.image.ref.name` calls them."""
    for name, content in layout_files(images).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def layout_files(images: Mapping[str, MadeImage | MadeIndex]) -> dict[str, bytes]:
    manifests = [
        {**image.descriptor, "annotations": {"org.opencontainers.image.ref.name": name}}
        for name, image in images.items()
    ]
    files = {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        "index.json": json.dumps({"schemaVersion": 2, "manifests": manifests}).encode(),
    }
    for image in images.values():
        for digest, content in image.blobs.items():
            files[f"blobs/{digest.replace(':', '/')}"] = content
    return files


def saved(file: Path, images: Mapping[str, MadeImage]) -> Path:
    """An archive as `docker save` writes it, with the images by their tags."""
    files: dict[str, bytes] = {}
    items = []
    for tag, image in images.items():
        config = f"{sha256(image.config).partition(':')[2]}.json"
        layers = [f"{sha256(layer.tar).partition(':')[2]}/layer.tar" for layer in image.layers]
        files[config] = image.config
        contents = (layer.tar for layer in image.layers)
        files.update(zip(layers, contents, strict=True))
        items.append({"Config": config, "RepoTags": [tag], "Layers": layers})
    files["manifest.json"] = json.dumps(items).encode()
    file.write_bytes(tar_of(files))
    return file
