"""`images.lock` as text, the same for the same entries, and written in one step."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.images.lock import Entry, Layer

_HEAD = """\
# What was found about the images that the manifests name. Written by `python -m tools.images lock`.
# yaml-language-server: $schema=docs/images.lock.schema.json
"""
_HEAD_ELSEWHERE = _HEAD.partition("\n")[0] + "\n"


def lock_text(entries: Iterable[Entry], with_schema: bool = False) -> str:
    """The text of a lock with these entries; `with_schema` names the schema for editors."""
    import yaml

    images = [_data(entry) for entry in sorted(entries, key=order)]
    body = yaml.safe_dump(
        {"version": 1, "images": images}, sort_keys=False, width=1000, allow_unicode=True
    )
    return (_HEAD if with_schema else _HEAD_ELSEWHERE) + str(body)


def order(entry: Entry) -> tuple[str, str]:
    """What entries are sorted by."""
    return str(entry.reference), entry.platform


def replace(file: Path, text: str) -> None:
    """Write a file so that whoever reads it sees the old content or the new one, nothing between.

    Raises OSError.
    """
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.chmod(temporary, file.stat().st_mode if file.exists() else 0o644)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _data(entry: Entry) -> dict[str, Any]:
    """An entry in the order of the schema; what is optional and unknown is left out."""
    reference = str(entry.reference)
    found: dict[str, Any] = {"reference": reference, "platform": entry.platform}
    digests = (
        ("index", entry.index_digest),
        ("digest", entry.digest),
        ("config", entry.config_digest),
    )
    found.update((name, digest) for name, digest in digests if digest)
    found |= {
        "compressed": entry.compressed,
        "unpacked": entry.unpacked,
        "measured": entry.measured,
        "ports": [f"{number}/{protocol.lower()}" for number, protocol in entry.ports],
        "user": entry.user,
    }
    optional: tuple[tuple[str, Any], ...] = (
        ("entrypoint", list(entry.entrypoint)),
        ("command", list(entry.command)),
        ("created", entry.created),
        ("labels", dict(sorted(entry.labels.items()))),
    )
    found.update((name, value) for name, value in optional if value)
    found["layers"] = list(map(_layer, entry.layers))
    return found


def _layer(layer: Layer) -> dict[str, Any]:
    named = {"digest": layer.digest, "diffId": layer.diff_id}
    sizes = {"compressed": layer.compressed, "unpacked": layer.unpacked}
    return {**{name: digest for name, digest in named.items() if digest}, **sizes}
