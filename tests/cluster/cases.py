"""Applications and projects that are right, or wrong in one thing, and what the gate says of them.

The table is `argocd_cases.yaml`; its first lines say what its fields mean.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import read_config
from tools.rules.gate import Gate
from tools.source.repository import Repository
from tools.source.targets import every_target

TABLE = Path(__file__).with_name("argocd_cases.yaml")
CLUSTER = "https://kubernetes.default.svc"
NOT_RENDERED = "-"
# What decides whether Argo CD does what was meant. The others are about what is prudent.
RULES = (
    "api-version-served",
    "application-destination-valid",
    "application-name-unique",
    "application-owns-alone",
    "application-project-permits",
    "application-source-resolves",
    "argocd-annotation-known",
    "data-survives",
    "hook-dependencies-ready",
    "hook-known",
    "ignore-difference-valid",
    "object-unique",
    "port-valid",
    "project-valid",
    "schema-valid",
    "sync-can-finish",
    "sync-option-known",
    "wave-integer",
)
_SETTINGS = {
    "kubernetes": ["1.36"],
    "argocd": "3.2",
    "rules": {
        "sync-can-finish": {"ingressAddresses": False, "loadBalancers": False, "metrics": False},
        "data-survives": {"argocd": True},
    },
}
_RETRIED = {"limit": 1, "backoff": {"duration": "1s"}}
_SETTINGS_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}

Object = dict[str, Any]
Tree = dict[str, str]


@dataclass(frozen=True)
class Case:
    """One Application with its project and what it deploys."""

    name: str
    argo: str
    application: Object
    project: Object
    files: Mapping[str, Object]
    rule: str = ""
    differs: str = ""
    creates: bool = False
    """Whether the namespace is left to Argo CD."""
    shows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    """Files that a second commit takes out."""
    drifts: bool = False
    """Whether the field `a` of the ConfigMap is changed in the cluster after the sync."""
    rules: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the gate for what is deployed."""

    @property
    def namespace(self) -> str:
        return _namespace(self.name)

    @property
    def folder(self) -> str:
        return f"deployed/{self.name}"

    def tree(self, *, afterwards: bool = False) -> Tree:
        """Its files; `afterwards` without those that go."""
        texts = {
            f"argocd/{self.name}/application.yaml": self.application,
            f"argocd/{self.name}/project.yaml": self.project,
        }
        for name, object_ in self.files.items():
            if not (afterwards and name in self.gone):
                texts[f"{self.folder}/{name}"] = object_
        return {name: yaml.safe_dump(o, sort_keys=False) for name, o in texts.items()}


@dataclass(frozen=True)
class Said:
    """What the gate says of one case."""

    rules: tuple[str, ...] = ()
    """The rules with a finding, in the order of the alphabet."""
    open: bool = False
    """Whether something was not judged."""
    messages: tuple[str, ...] = ()


def cases(repository: str) -> list[Case]:
    """Every case of the table, for a repository at this address."""
    with TABLE.open(encoding="utf-8") as stream:
        return [_case(entry, repository) for entry in yaml.load(stream, yaml.CSafeLoader)]


def _case(entry: Object, repository: str) -> Case:
    name = entry["name"]
    words = {
        "NAMESPACE": _namespace(name),
        "REPOSITORY": repository,
        "BARE": repository.removesuffix(".git"),
        "CLUSTER": CLUSTER,
        "NAME": name,
    }
    given = _filled(entry, words)
    files = merged({"settings.yaml": _SETTINGS_MAP}, given.pop("files", {}), 1)
    application = merged(_application(name, repository), given.pop("application", {}))
    project = merged(_project(name, repository), given.pop("project", {}))
    gone = tuple(given.pop("gone", ()))
    return Case(application=application, project=project, files=files, gone=gone, **given)


def _application(name: str, repository: str) -> Object:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": name,
            "source": {
                "repoURL": repository,
                "targetRevision": "main",
                "path": f"deployed/{name}",
            },
            "destination": {"server": CLUSTER, "namespace": _namespace(name)},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}, "retry": _RETRIED},
        },
    }


def _project(name: str, repository: str) -> Object:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "sourceRepos": [repository],
            "destinations": [{"server": CLUSTER, "namespace": _namespace(name)}],
            "namespaceResourceWhitelist": [{"group": "", "kind": "ConfigMap"}],
        },
    }


def _namespace(name: str) -> str:
    return f"on-{name}"


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, words): _filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, words) for item in value]
    if isinstance(value, str):
        for word, text in words.items():
            value = value.replace(word, text)
    return value


def merged(base: Any, patch: Any, depth: int = -1) -> Any:
    """A JSON merge patch applied, down to a depth."""
    if not isinstance(patch, dict) or not isinstance(base, dict) or not depth:
        return deepcopy(patch)
    result = deepcopy(base)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key, {}), value, depth - 1)
    return result


def judged(every: Sequence[Case], root: Path) -> dict[str, Said]:
    """What the gate says of a repository with all of these cases, by the name of the case.

    In a clone of that repository, `root`, it knows the revisions too.
    """
    for case in every:
        for name, text in case.tree().items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
    environments = {c.name: {"targets": [c.folder], "rules": c.rules} for c in every if c.rules}
    settings = yaml.safe_dump({**_SETTINGS, "environments": environments})
    (root / "policies.yaml").write_text(settings, encoding="utf-8")
    found: dict[str, list[tuple[str, str]]] = {case.name: [] for case in every}
    open_ = set()
    for name, rule, text in _outcomes(Repository(root)):
        if rule:
            found[name].append((rule, text))
        else:
            open_.add(name)
    return {
        name: Said(tuple(sorted({r for r, _ in of})), name in open_, tuple(t for _, t in of))
        for name, of in found.items()
    }


def _outcomes(repository: Repository) -> Iterator[tuple[str, str, str]]:
    """The case, rule and message of each finding; without a rule for what is not judged."""
    every = discover()
    rules = {name: every[name] for name in RULES}
    config = read_config(repository, rules, None)
    targets = every_target(repository, ["policies.yaml"])
    gate = Gate(repository, rules, config, config.kubernetes, whole=False, today=date(2026, 6, 1))
    *_, report = gate.run(Starts(repository, targets, 2))
    for target in report.targets:
        if target.reason:
            yield _name(target.path), NOT_RENDERED, target.reason
    for finding in report.findings:
        place = finding.source.file if finding.source else finding.target
        yield _name(place), finding.rule, finding.message
    for entry in report.not_judged:
        place = entry.source.file if entry.source else entry.target
        yield _name(place), "", entry.reason


def _name(path: str) -> str:
    return path.split("/")[1]
