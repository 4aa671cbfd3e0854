"""Argo CD's core beside a control plane: the application controller, the repo-server and a Redis.

Ports: each program is told to take a free one and prints which it took, so that none is guessed.
Nothing reads metrics; those of the controller have no address to set, so that is amended
(programs.py).

https://argo-cd.readthedocs.io/en/stable/operator-manual/core/
"""

import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.build import binary, module_folder
from tests.cluster.control_plane import ControlPlane, NotInTime, wait_until
from tests.cluster.programs import ARGOCD, REDIS
from tools.render.binary import kustomize

NAMESPACE = "argocd"
VERSION = "argoproj.io/v1alpha1"
_RESYNC = 5
_REFRESH = "argocd.argoproj.io/refresh"
_LOGS = ("--logformat=text", "--loglevel=info")

Object = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """What Argo CD says of one Application."""

    sync: str = ""
    health: str = ""
    phase: str = ""
    """The phase of its last operation."""
    message: str = ""
    """What that operation came to say."""
    revision: str = ""
    conditions: tuple[tuple[str, str], ...] = ()
    """The type and message of each condition."""

    @property
    def refused(self) -> bool:
        """Whether Argo CD says that something is wrong with the Application."""
        wrong = any(kind.endswith("Error") for kind, _ in self.conditions)
        return wrong or self.phase in ("Failed", "Error")


@dataclass(frozen=True)
class ArgoCD:
    """An Argo CD that runs on a control plane."""

    plane: ControlPlane

    def path(self, kind: str, name: str = "") -> str:
        return self.plane.api.path(VERSION, kind, name, namespace=NAMESPACE)

    def states(self) -> dict[str, State]:
        """Every Application by name."""
        found = self.plane.api.get(self.path("Application")).body["items"]
        return {each["metadata"]["name"]: _state(each) for each in found}

    def state(self, name: str) -> State:
        return _state(self.plane.api.get(self.path("Application", name)).body)

    def refresh(self, *names: str, hard: bool = True) -> None:
        """Have Argo CD compare these Applications now."""
        how = "hard" if hard else "normal"
        patch = {"metadata": {"annotations": {_REFRESH: how}}}
        for name in names:
            answer = self.plane.api.patch(self.path("Application", name), patch)
            if not answer.accepted:
                raise ValueError(answer.message)

    def sync(self, name: str, revision: str, options: Collection[str] = ()) -> None:
        """What `argocd app sync` asks for: one operation, with the Application's own options."""
        wanted: dict[str, Any] = {"revision": revision, "prune": True}
        if options:
            wanted["syncOptions"] = list(options)
        patch = {"operation": {"initiatedBy": {"username": "tests"}, "sync": wanted}}
        answer = self.plane.api.patch(self.path("Application", name), patch)
        if not answer.accepted:
            raise ValueError(answer.message)

    def wait(
        self, names: Collection[str], settled: Callable[[State], bool], seconds: float = 120
    ) -> dict[str, State]:
        """The states once all of them are settled; raises NotInTime with those that are not."""
        deadline = time.monotonic() + seconds
        while True:
            states = self.states()
            mine = {name: states.get(name, State()) for name in names}
            open_ = {name: state for name, state in mine.items() if not settled(state)}
            if not open_:
                return mine
            if time.monotonic() > deadline:
                raise NotInTime(f"not settled after {seconds:g} seconds: {open_}")
            time.sleep(0.5)


@contextmanager
def argocd(plane: ControlPlane, settings: Mapping[str, str] | None = None) -> Iterator[ArgoCD]:
    """Start it and wait until it reads Applications; `settings` are the data of `argocd-cm`.

    Ends with the context. Raises ProgramUnavailable, ProcessEnded or NotInTime.
    """
    program, redis = binary(ARGOCD), binary(REDIS)
    _prepare(plane, settings or {})
    folder = plane.processes.folder / "argocd"
    environment = _environment(plane, folder)
    started = []

    def start(name: str, command: list[str], said: str) -> str:
        """Start a program; what the group of an expression matches in its log once it is there."""
        role = {"ARGOCD_BINARY_NAME": name}
        plane.processes.start(name, command, {**environment, **role})
        started.append(name)
        return _said(plane, name, said)

    try:
        cache = start(REDIS.name, [str(redis)], r"^(127\.0\.0\.1:\d+)$")
        common = [str(program), f"--redis={cache}", *_LOGS]
        server = [*common, "--address=127.0.0.1", "--port=0", "--disable-tls"]
        server += ["--metrics-address=127.0.0.1", "--metrics-port=0"]
        address = start("argocd-repo-server", server, r"listening on (127\.0\.0\.1:\d+)")
        controller = [*common, f"--namespace={NAMESPACE}", f"--repo-server={address}"]
        controller += ["--repo-server-plaintext", "--metrics-port=0"]
        controller += [f"--app-resync={_RESYNC}", "--app-resync-jitter=0"]
        start("argocd-application-controller", controller, r"(informer synced)")
        yield ArgoCD(plane)
    finally:
        for name in reversed(started):
            plane.processes.stop(name)


def _prepare(plane: ControlPlane, settings: Mapping[str, str]) -> None:
    """What must exist before Argo CD starts. Its installation makes all of it."""
    folder = module_folder(ARGOCD) / "manifests" / "crds"
    for kind in ("application", "appproject", "applicationset"):
        add_definition(plane, _read(folder / f"{kind}-crd.yaml"))
    part = {"app.kubernetes.io/part-of": "argocd"}
    for object_ in (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        _object("ConfigMap", "argocd-cm", part, data=dict(settings)),
        _object("Secret", "argocd-secret", part),
    ):
        applied = plane.api.apply(object_)
        if not applied.accepted:
            raise ValueError(applied.message)


def _object(kind: str, name: str, labels: Object, **fields: Any) -> Object:
    metadata = {"name": name, "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **fields}


def add_definition(plane: ControlPlane, definition: Object) -> None:
    """Create a CustomResourceDefinition and return when its kind is served."""
    applied = plane.api.apply(definition)
    if not applied.accepted:
        raise ValueError(applied.message)
    spec = definition["spec"]
    for version in spec["versions"]:
        path = f"/apis/{spec['group']}/{version['name']}/{spec['names']['plural']}"
        wait_until(partial(_is_served, plane, path), f"{path}, served")


def _is_served(plane: ControlPlane, path: str) -> bool:
    return plane.api.get(path).accepted


def _read(file: Path) -> Any:
    with file.open("rb") as stream:
        return yaml.load(stream, yaml.CSafeLoader)


def _environment(plane: ControlPlane, folder: Path) -> dict[str, str]:
    programs = folder / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    link = programs / "kustomize"
    if not link.is_symlink():
        link.symlink_to(kustomize())
    scratch = {
        "ARGOCD_TLS_DATA_PATH": "tls",
        "ARGOCD_SSH_DATA_PATH": "ssh",
        "ARGOCD_APP_CONF_PATH": "configuration",
        "ARGOCD_PLUGINSOCKFILEPATH": "plugins",
        "TMPDIR": "checkouts",
        "HOME": "home",
    }
    for name in scratch.values():
        (folder / name).mkdir(exist_ok=True)
    return {
        **{variable: str(folder / name) for variable, name in scratch.items()},
        "PATH": f"{programs}:{os.environ.get('PATH', os.defpath)}",
        "KUBECONFIG": str(plane.kubeconfig),
        # What https://kubernetes.default.svc stands for outside of a pod.
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_ASK_PASS_SOCK": str(folder / "ask"),
        # Settings of the person who runs the tests are none of Git's business here.
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }


def _said(plane: ControlPlane, name: str, expression: str) -> str:
    log = plane.processes.folder / f"{name}.log"
    found: list[str] = []

    def said() -> bool:
        plane.processes.require(name)
        text = log.read_text(encoding="utf-8", errors="replace")
        if matched := re.search(expression, text, re.MULTILINE):
            found.append(matched[1])
        return bool(found)

    wait_until(said, f"{name}, listening")
    return found[0]


def _state(application: Object) -> State:
    status = application.get("status") or {}
    operation = status.get("operationState") or {}
    return State(
        sync=(status.get("sync") or {}).get("status", ""),
        health=(status.get("health") or {}).get("status", ""),
        phase=operation.get("phase", ""),
        message=operation.get("message", ""),
        revision=(status.get("sync") or {}).get("revision", ""),
        conditions=tuple((c["type"], c["message"]) for c in status.get("conditions") or ()),
    )
