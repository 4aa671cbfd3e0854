"""The programs of a Kubernetes control plane and of Argo CD, and the Go modules that pin them.

Each folder of `programs/` is a Go module: its go.mod pins the program as a tool, its go.sum the
checksums of everything that goes into it. Code of our own is there where nobody's program does what
the tests need: a Redis that is built like the others, and a question to functions of Argo CD. What
a program does that tests must not, and has no setting for, is amended before it is built.
"""

import re
from pathlib import Path
from typing import NamedTuple

MODULES = Path(__file__).with_name("programs")
_VERSION = "k8s.io/component-base/version"


class ProgramUnavailable(Exception):
    """A program cannot be built; the text says why and what to do."""


class Amendment(NamedTuple):
    """Text of a program's source that is replaced before it is built: `old` stands in `file` once.

    `file` is named from the folder of the Go module whose version is the program's.
    """

    file: str
    old: str
    new: str


class Program(NamedTuple):
    """What `go build` is asked for.

    `module` is the folder of its go.mod, `requires` the Go module whose version is the program's,
    `package` what is built. The linker's flags may name the {version} and its {major} and {minor}.
    `amendments` are made in a copy of the required module: see amended.py.
    """

    name: str
    module: Path
    requires: str
    package: str
    ldflags: str = "-s -w"
    amendments: tuple[Amendment, ...] = ()

    @property
    def version(self) -> str:
        """The version that go.mod requires, such as `1.36.3`."""
        text = (self.module / "go.mod").read_text(encoding="utf-8")
        found = re.search(rf"^(?:require)?\s+{re.escape(self.requires)} v(\S+)", text, re.MULTILINE)
        if found is None:
            raise ProgramUnavailable(f"{self.module / 'go.mod'} does not require {self.requires}")
        return found[1]

    def arguments(self) -> list[str]:
        """What follows `go build -o FILE`."""
        version = self.version
        major, minor = version.split(".")[:2]
        ldflags = self.ldflags.format(version=version, major=major, minor=minor)
        # A copy lies in another folder each time: Go is to know what it compiled all the same.
        paths = ["-trimpath"] if self.amendments else []
        return [*paths, "-mod=readonly", "-ldflags", ldflags, self.package]


def _kubernetes(name: str) -> Program:
    # Without these it calls itself v0.0.0-master+$Format:%H$, which clients cannot parse.
    variables = {"gitVersion": "v{version}", "gitMajor": "{major}", "gitMinor": "{minor}"}
    told = " ".join(f"-X {_VERSION}.{name}={value}" for name, value in variables.items())
    package = f"k8s.io/kubernetes/cmd/{name}"
    return Program(name, MODULES / "kubernetes", "k8s.io/kubernetes", package, f"-s -w {told}")


ETCD = Program("etcd", MODULES / "etcd", "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3")
API_SERVER = _kubernetes("kube-apiserver")
CONTROLLER_MANAGER = _kubernetes("kube-controller-manager")
SCHEDULER = _kubernetes("kube-scheduler")
KWOK = Program("kwok", MODULES / "kwok", "sigs.k8s.io/kwok", "sigs.k8s.io/kwok/cmd/kwok")
ARGOCD = Program(
    "argocd",
    MODULES / "argocd",
    "github.com/argoproj/argo-cd/v3",
    "github.com/argoproj/argo-cd/v3/cmd",
    amendments=(
        # The metrics of the application controller listen on every interface of the machine; its
        # flags and variables set the port only.
        Amendment(
            "controller/appcontroller.go",
            'metricsAddr := fmt.Sprintf("0.0.0.0:%d", metricsPort)',
            'metricsAddr := fmt.Sprintf("127.0.0.1:%d", metricsPort)',
        ),
    ),
)
REDIS = Program(
    "redis", MODULES / "argocd", "github.com/alicebob/miniredis/v2", "gitops-gate/argocd/redis"
)
# Built from the same amended source, it takes from Go's cache what Argo CD has in common with it.
PROJECTS = ARGOCD._replace(name="projects", package="gitops-gate/argocd/projects")
# A module of its own, since what is added to that of Argo CD has Argo CD built again.
PERMITS = ARGOCD._replace(name="permits", module=MODULES / "permits", package=".")

_ALL = (ETCD, API_SERVER, CONTROLLER_MANAGER, SCHEDULER, KWOK, ARGOCD, REDIS, PROJECTS, PERMITS)
PROGRAMS = {program.name: program for program in _ALL}
