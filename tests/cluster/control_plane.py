"""A Kubernetes control plane on loopback, as plain processes in a folder of its own.

Ports: each is bound here, with SO_REUSEPORT and without listening, from before its server starts
until after its end. So no other process is given it, two control planes cannot meet on one, and
connections still go to the server, which binds it with the same option.

`python -m tests.cluster.control_plane [NAME …]` starts one, with further programs by name, and
runs it until Enter or Ctrl-C.
"""

import secrets
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.api import ApiServer
from tests.cluster.build import binary
from tests.cluster.layout import Layout
from tests.cluster.processes import ProcessEnded, Processes
from tests.cluster.programs import (
    API_SERVER,
    CONTROLLER_MANAGER,
    ETCD,
    KWOK,
    SCHEDULER,
    Program,
    ProgramUnavailable,
)

_FURTHER = {program.name: program for program in (CONTROLLER_MANAGER, SCHEDULER, KWOK)}
_SECONDS = 90.0
_PAUSE = 0.05


class NotInTime(Exception):
    """Something did not come about within its time."""


@dataclass(frozen=True)
class ControlPlane:
    """One that runs: `processes` keeps all logs, and starts further programs beside it."""

    layout: Layout
    processes: Processes
    api: ApiServer

    @property
    def kubeconfig(self) -> Path:
        return self.layout.kubeconfig

    def connect(self) -> ApiServer:
        """A connection of its own, for another thread or process."""
        return ApiServer(self.layout.url, self.layout.token, self.layout.certificate)

    def add_namespace(self, name: str, labels: Mapping[str, str] | None = None) -> None:
        """A namespace in which pods are admitted: with its default ServiceAccount."""
        metadata = {"name": name, "labels": labels or {}}
        created = self.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        if not created.accepted:
            raise ValueError(created.message)
        self.await_service_account(name)

    def await_service_account(self, namespace: str) -> None:
        """Return when the namespace has its default ServiceAccount.

        The controller manager makes it. Where that does not run, it is made here.
        """
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": namespace},
        }
        path = self.api.path("v1", "ServiceAccount", "default", namespace=namespace)
        controlled = CONTROLLER_MANAGER.name in self.processes.identities

        def there() -> bool:
            # The namespace itself may be to come: the server makes its own after it is ready.
            return (self.api.get(path) if controlled else self.api.create(account)).accepted

        wait_until(there, f"the ServiceAccount default in {namespace}")


@contextmanager
def control_plane(*further: Program, flags: Sequence[str] = ()) -> Iterator[ControlPlane]:
    """etcd, kube-apiserver and further programs, ready when the context is entered.

    `further` are any of CONTROLLER_MANAGER, SCHEDULER and KWOK; `flags` are given to
    kube-apiserver after its own (a server that emulates an older version lacks what the scheduler
    and the controllers of this version ask for). All ends with the context, and with this process.
    Raises ProgramUnavailable, ProcessEnded with the end of a log, or NotInTime.
    """
    binaries = {program: binary(program) for program in (ETCD, API_SERVER, *further)}
    with ExitStack() as stack:
        etcd, peer, own, *others = (
            stack.enter_context(_reserved_port()) for _ in range(3 + len(further))
        )
        processes = stack.enter_context(Processes())
        layout = Layout(processes.folder, etcd, peer, own, secrets.token_hex(16))
        layout.write()
        processes.start(ETCD.name, [str(binaries[ETCD]), *layout.etcd()])
        processes.start(API_SERVER.name, [str(binaries[API_SERVER]), *layout.api_server(), *flags])
        _await_certificate(processes, layout)
        plane = ControlPlane(layout, processes, stack.enter_context(closing(_client(layout))))
        _await_health(plane, API_SERVER, layout.url, "/readyz")
        _start(plane, {program: binaries[program] for program in further}, others)
        plane.await_service_account("default")
        yield plane


def wait_until(condition: Callable[[], bool], what: str, seconds: float = _SECONDS) -> None:
    """Return when the condition holds; raises NotInTime, which names `what` is waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise NotInTime(f"not there after {seconds:g} seconds: {what}")
        time.sleep(_PAUSE)


@contextmanager
def _reserved_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def _client(layout: Layout) -> ApiServer:
    return ApiServer(layout.url, layout.token, layout.certificate)


def _await_certificate(processes: Processes, layout: Layout) -> None:
    def written() -> bool:
        processes.require(ETCD.name)
        processes.require(API_SERVER.name)
        return layout.certificate.exists() and layout.key.exists()

    wait_until(written, "the certificate of kube-apiserver")


def _start(plane: ControlPlane, binaries: Mapping[Program, Path], ports: Sequence[int]) -> None:
    """Start all of them, then wait for each."""
    for (program, path), port in zip(binaries.items(), ports, strict=True):
        plane.processes.start(program.name, [str(path), *_arguments(plane.layout, program, port)])
    for program, port in zip(binaries, ports, strict=True):
        # kwok listens nowhere; that it works shows in the nodes.
        if program != KWOK:
            _await_health(plane, program, f"https://127.0.0.1:{port}", "/healthz")


def _arguments(layout: Layout, program: Program, port: int) -> list[str]:
    if program == KWOK:
        return layout.kwok()
    if program == SCHEDULER:
        return layout.scheduler(port)
    return layout.controller_manager(port)


def _await_health(plane: ControlPlane, program: Program, url: str, path: str) -> None:
    layout = plane.layout
    with closing(ApiServer(url, layout.token, layout.certificate)) as server:

        def healthy() -> bool:
            plane.processes.require(program.name)
            return server.ready(path)

        wait_until(healthy, f"{program.name}, ready")


def main(names: Sequence[str]) -> int:
    """Run one with the programs named until Enter; says on stdout how to reach it."""
    if unknown := [name for name in names if name not in _FURTHER]:
        print(f"cluster tests: {unknown[0]} is none of {', '.join(_FURTHER)}", file=sys.stderr)
        return 2
    try:
        with control_plane(*(_FURTHER[name] for name in names)) as plane:
            print(f"kubeconfig: {plane.kubeconfig}\nlogs: {plane.processes.folder}/*.log")
            print("Enter or Ctrl-C ends it.", flush=True)
            sys.stdin.readline()
    except KeyboardInterrupt:
        return 130
    except (ProgramUnavailable, ProcessEnded, NotInTime) as error:
        print(f"cluster tests: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
