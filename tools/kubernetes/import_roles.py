"""Write the roles that every API server creates for itself.

Run it with `python -m tools.kubernetes.import_roles`. They are taken from the test data of
Kubernetes' own Go module, which `go mod download` puts into Go's cache and checks against its
checksum database. The same input gives the same bytes.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.kubernetes.builtin_roles import FILE
from tools.kubernetes.objects import Read, objects_in
from tools.source.document import parse

MODULE = "k8s.io/kubernetes@v1.36.3"
_FOLDER = "plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata"
_FILES = ("cluster-roles-featuregates.yaml", "controller-roles.yaml", "namespace-roles.yaml")
_KEPT = ("apiVersion", "kind", "metadata", "aggregationRule", "rules")
_SAME_EVERYWHERE = "kubernetes.io/bootstrapping"


def main() -> int:
    """Write the file and say so; 1 with Go's own words if the module cannot be had."""
    command = ["go", "mod", "download", "-json", MODULE]
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        print(f"{MODULE}: {error.stdout}{error.stderr}", file=sys.stderr)
        return 1
    folder = Path(json.loads(done.stdout)["Dir"]) / _FOLDER
    lines = [json.dumps(role, separators=(",", ":")) for role in _roles(folder)]
    temporary = FILE.with_name(f".{FILE.name}.new")
    temporary.write_text("\n".join(lines) + "\n", "utf-8")
    temporary.replace(FILE)
    print(f"{FILE.name}: {len(lines)} roles")
    return 0


def _roles(folder: Path) -> Iterator[Mapping[str, Any]]:
    for name in _FILES:
        for found in objects_in(parse((folder / name).read_text("utf-8"), name)):
            if isinstance(found, Read):
                role = {field: found.data[field] for field in _KEPT if found.data.get(field)}
                yield {**role, "metadata": _identity(role["metadata"])}


def _identity(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name and namespace, and the labels by which other roles take their rules from it."""
    labels = {k: v for k, v in metadata.get("labels", {}).items() if k != _SAME_EVERYWHERE}
    kept = {field: metadata[field] for field in ("name", "namespace") if field in metadata}
    return {**kept, "labels": labels} if labels else kept


if __name__ == "__main__":
    sys.exit(main())
