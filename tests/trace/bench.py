"""`make bench-trace`: what tracing costs, against `kustomize build` and within a run of the gate.

Two trees are made: overlays of 35 small objects, with and without patches, and 70 objects with
large custom resource definitions, which take Kustomize a second. Exit code 1 if a goal is missed.
"""

import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from tests.bench import ROOT, compared
from tools.render.binary import kustomize

RATIO = 3.0
"""Times `kustomize build` that tracing 35 objects may take, cold."""
SHARE = 0.15
"""Of the time of a run of the gate on a large render, what tracing its findings may add."""
Data = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="bench-trace", description="Measure what tracing costs.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--gate", metavar="FOLDER", help="one run of the gate, its parts timed")
    arguments = parser.parse_args(argv)
    if arguments.gate:
        print(*gate_and_trace(arguments.gate))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        small, large = Path(scratch, "small"), Path(scratch, "large")
        write_tree(small, list(small_objects(5)))
        write_tree(large, list(large_objects(70, 24)))
        # Without merge patches Kustomize need not load its schemas, and takes a third of the time.
        overlays = (small / "overlay", small / "unpatched")
        ratio = max(_trace_and_build(overlay, arguments.rounds) for overlay in overlays)
        share = _share_of_the_gate(large / "overlay", max(3, arguments.rounds // 3))
    print(
        f"ratio {ratio:.2f}, goal at most {RATIO:.1f}; share {share:.1%}, goal at most {SHARE:.0%}"
    )
    return int(ratio > RATIO or share > SHARE)


def _trace_and_build(overlay: Path, rounds: int) -> float:
    folder = str(overlay)
    medians = compared(
        {
            "kustomize build": [str(kustomize()), "build", folder],
            "the trace, cold": [sys.executable, "-m", "tools.trace", folder, "--format", "json"],
            "Python, bare": [sys.executable, "-c", "pass"],
        },
        rounds,
    )
    return medians["the trace, cold"] / medians["kustomize build"]


def _share_of_the_gate(overlay: Path, rounds: int) -> float:
    """What tracing adds to a run of the gate: its time over that of the rest."""
    import subprocess

    command = [sys.executable, "-m", "tests.trace.bench", "--gate", str(overlay)]
    shares = []
    for _ in range(rounds):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        whole, tracing, values = map(float, done.stdout.split())
        shares.append(tracing / (whole - tracing))
        print(f"the gate {whole:6.2f} s, of it tracing {tracing:.3f} s for {values:.0f} places")
    return median(shares)


def gate_and_trace(folder: str) -> tuple[float, float, int]:
    """One run of the gate: the seconds of it all, those of the trace in it, and its questions."""
    from tools.trace import replay
    from tools.trace.trace import Trace
    from tools.validate import main as validate

    clock = _Clock()
    vars(replay)["replay"] = clock.timed(replay.replay)
    for name in ("locate", "applied"):
        known = vars(Trace)[name]
        timed = clock.timed(getattr(known, "fget", known))
        setattr(Trace, name, property(timed) if isinstance(known, property) else timed)
    begin = time.perf_counter()
    with redirect_stdout(StringIO()):
        validate([folder])
    return time.perf_counter() - begin, clock.seconds, clock.calls


class _Clock:
    """Sums up the time that functions take, those that they call left to themselves."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0
        self._inside = False

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any) -> Any:
            if self._inside:
                return function(*arguments)
            self._inside = True
            self.calls += 1
            begin = time.perf_counter()
            try:
                return function(*arguments)
            finally:
                self.seconds += time.perf_counter() - begin
                self._inside = False

        return wrapper


def write_tree(root: Path, objects: list[Data]) -> None:
    """A base with the objects, and two overlays that change them, one of them with patches."""
    base, overlay, unpatched = root / "base", root / "overlay", root / "unpatched"
    for folder in (base, overlay, unpatched):
        folder.mkdir(parents=True)
    files = [f"{number:02}.yaml" for number in range(len(objects))]
    for file, one in zip(files, objects, strict=True):
        (base / file).write_text(yaml.safe_dump(one), encoding="utf-8")
    _write(base, {"resources": files, "labels": [{"pairs": {"app.kubernetes.io/part-of": "shop"}}]})
    web = next(one["metadata"]["name"] for one in objects if one["kind"] == "Deployment")
    patch = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": web},
        "spec": {"template": {"spec": {"containers": [{"name": "main", "image": "app:2"}]}}},
    }
    operations = [{"op": "replace", "path": "/spec/replicas", "value": 4}]
    kustomization = {
        "resources": ["../base"],
        "namespace": "shop",
        "images": [{"name": "app", "newTag": "3"}],
        "replicas": [{"name": web, "count": 3}],
        "configMapGenerator": [{"name": "settings", "literals": ["LEVEL=info"]}],
    }
    _write(unpatched, kustomization)
    patches = [
        {"patch": yaml.safe_dump(patch)},
        {"target": {"kind": "Deployment"}, "patch": yaml.safe_dump(operations)},
    ]
    _write(overlay, {**kustomization, "patches": patches})


def _write(folder: Path, data: Data) -> None:
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")


def small_objects(count: int) -> Iterator[Data]:
    """Seven objects for each of `count` applications; one is generated in the overlay."""
    for number in range(count):
        name = f"app-{number}"
        labels = {"app.kubernetes.io/name": name}
        yield _deployment(name, labels)
        ports = [{"name": "http", "port": 80, "targetPort": "http"}]
        yield _object("v1", "Service", name, spec={"selector": labels, "ports": ports})
        yield _object("v1", "ServiceAccount", name, automountServiceAccountToken=False)
        policy = {"podSelector": {"matchLabels": labels}, "policyTypes": ["Ingress", "Egress"]}
        yield _object("networking.k8s.io/v1", "NetworkPolicy", name, spec=policy)
        budget = {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
        yield _object("policy/v1", "PodDisruptionBudget", name, spec=budget)
        scaled = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
        scaling = {"scaleTargetRef": scaled, "minReplicas": 2, "maxReplicas": 5}
        yield _object("autoscaling/v2", "HorizontalPodAutoscaler", name, spec=scaling)
        if number:
            yield _object("v1", "ConfigMap", f"{name}-files", data={"a.conf": "one\ntwo\n"})


def large_objects(count: int, definitions: int) -> Iterator[Data]:
    """Small objects and custom resource definitions with thousands of lines each."""
    small = small_objects(-(-count // 6))
    for _ in range(count - definitions - 1):
        yield next(small)
    for number in range(definitions):
        yield _definition(f"kind{number}s.example.com", f"Kind{number}")


def _object(api: str, kind: str, name: str, **rest: Any) -> Data:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **rest}


def _deployment(name: str, labels: Data) -> Data:
    resources = {
        "requests": {"cpu": "100m", "memory": "64Mi"},
        "limits": {"cpu": "1", "memory": "64Mi"},
    }
    container = {
        "name": "main",
        "image": "app:1",
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [{"name": f"SETTING_{number}", "value": str(number)} for number in range(6)],
        "resources": resources,
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}},
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    return _object("apps/v1", "Deployment", name, spec=spec)


def _definition(name: str, kind: str) -> Data:
    def fields(depth: int) -> Data:
        if not depth:
            return {"type": "string", "description": "One of many fields, with a sentence on it."}
        below = {f"field{number}": fields(depth - 1) for number in range(7)}
        return {"type": "object", "description": "Fields below a field.", "properties": below}

    plural, _, group = name.partition(".")
    version = {"name": "v1", "served": True, "storage": True}
    version["schema"] = {"openAPIV3Schema": fields(3)}
    names = {"plural": plural, "kind": kind}
    spec = {"group": group, "scope": "Namespaced", "names": names, "versions": [version]}
    return _object("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, spec=spec)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
