"""What kustomize makes of this repository's own manifests."""

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.render.binary import kustomize

ROOT = Path(__file__).parents[2]

# One rendered object, in Kubernetes' own shape. Renders are shared: read only.
Object = dict[str, Any]
Objects = Sequence[Object]


@cache
def build(folder: Path) -> Objects:
    """The objects of a folder, which must render without an error or a warning."""
    run = subprocess.run(
        [kustomize(), "build", folder], capture_output=True, text=True, check=False, timeout=60
    )
    assert (run.returncode, run.stderr) == (0, "")
    return tuple(yaml.safe_load_all(run.stdout))


def overlay(environment: str) -> Objects:
    return build(ROOT / "overlays" / environment)


def with_components(tree: Path, below: str, *names: str) -> Objects:
    """The render of components on top of `below`, by a new overlay in a copy of the manifests."""
    for copied in ("base", "components", "overlays"):
        shutil.copytree(ROOT / copied, tree / copied)
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "todo-local",
        "resources": [f"../../{below}"],
        "components": [f"../../components/{name}" for name in names],
    }
    folder = tree / "overlays" / "try"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return build(folder)


def of_kind(objects: Objects, *kinds: str) -> dict[str, Object]:
    """The objects of these kinds by name."""
    return {o["metadata"]["name"]: o for o in objects if o["kind"] in kinds}


def container(workload: Object) -> Object:
    """The only container of a workload."""
    (only,) = workload["spec"]["template"]["spec"]["containers"]
    assert isinstance(only, dict)
    return only
