"""Write the schemas of custom kinds that come with the gate.

Run it with `python -m tools.kubernetes.import_crds`. The schemas are made from the
CustomResourceDefinitions in the Go modules named below, which `go mod download` puts into Go's own
cache and checks against its checksum database. The same input gives the same bytes.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tools.kubernetes.crds import custom_kinds
from tools.kubernetes.schema_folders import BUNDLED, Kind
from tools.source.document import parse

_SHARED = 120
"""Characters from which on a schema that occurs again is written once and referred to."""


class Release(NamedTuple):
    """One release of a product: its Go module, and the files of the kinds that are wanted."""

    folder: str
    title: str
    module: str
    files: tuple[str, ...]


_ARGOCD = tuple(
    f"manifests/crds/{n}-crd.yaml" for n in ("application", "applicationset", "appproject")
)
_EXTERNAL_SECRETS = tuple(
    f"config/crds/bases/external-secrets.io_{name}.yaml"
    for name in ("clustersecretstores", "externalsecrets", "secretstores")
)
RELEASES = (
    Release("argo-cd-3.2.11", "Argo CD 3.2.11", "github.com/argoproj/argo-cd/v3@v3.2.11", _ARGOCD),
    Release("argo-cd-3.5.1", "Argo CD 3.5.1", "github.com/argoproj/argo-cd/v3@v3.5.1", _ARGOCD),
    Release("external-secrets-1.3.2", "External Secrets 1.3.2",
            "github.com/external-secrets/external-secrets@v1.3.2", _EXTERNAL_SECRETS),
)  # fmt: skip


def main() -> int:
    """Write every schema and say which; 1 with Go's own words if a module cannot be had."""
    for release in RELEASES:
        try:
            folder = _module(release.module)
        except subprocess.CalledProcessError as error:
            print(f"{release.module}: {error.stdout}{error.stderr}", file=sys.stderr)
            return 1
        for name, schema in _schemas(release, folder):
            file = BUNDLED / release.folder / name
            _write(file, schema)
            print(f"{file.relative_to(BUNDLED)}: {file.stat().st_size} bytes")
    return 0


def _module(module: str) -> Path:
    """Where Go keeps the module's files."""
    command = ["go", "mod", "download", "-json", module]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    return Path(json.loads(done.stdout)["Dir"])


def _schemas(release: Release, folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The file name and the schema of every served version of every wanted kind."""
    for name in release.files:
        for document in parse((folder / name).read_text("utf-8"), name):
            for custom in custom_kinds(document.data):
                if custom.served:
                    kind = Kind(custom.group, custom.version, custom.kind)
                    yield next(kind.files), {"$comment": release.title, **shared(custom.schema)}


def shared(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema, in which what occurs more than once stands in `$defs`, numbered.

    An ApplicationSet repeats the template of an Application in each of its generators.
    """
    counts: Counter[str] = Counter()
    _count(schema, counts)
    names: dict[str, str] = {}
    definitions: dict[str, Any] = {}

    def short(part: Mapping[str, Any]) -> Mapping[str, Any]:
        text = _text(part)
        if counts[text] == 1 or len(text) < _SHARED:
            return _mapped(part, short)
        if text not in names:
            body = _mapped(part, short)
            names[text] = str(len(names))
            definitions[names[text]] = body
        return {"$ref": f"#/$defs/{names[text]}"}

    root = _mapped(schema, short)
    return {**root, "$defs": definitions} if definitions else root


def _count(schema: Mapping[str, Any], counts: Counter[str]) -> None:
    """How often each part occurs, once those that hold it are written once."""
    text = _text(schema)
    counts[text] += 1
    if counts[text] == 1:
        _mapped(schema, lambda part: _count(part, counts))


def _mapped(schema: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """A schema with each schema directly inside of it changed."""
    changed = dict(schema)
    for keyword, value in schema.items():
        if keyword == "properties":
            changed[keyword] = {name: change(field) for name, field in value.items()}
        elif keyword in ("allOf", "anyOf", "oneOf"):
            changed[keyword] = [change(part) for part in value]
        elif keyword in ("items", "additionalProperties", "not") and isinstance(value, dict):
            changed[keyword] = change(value)
    return changed


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _write(file: Path, schema: Mapping[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(".new")
    scratch.write_text(_text(schema) + "\n", "utf-8")
    scratch.replace(file)


if __name__ == "__main__":
    sys.exit(main())
