"""What an Application writes into a kustomization renders as what Argo CD makes of it."""

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.miniature import plant
from tools.argocd.inline.edit import edited
from tools.argocd.inline.fault import Unedited
from tools.argocd.inline.variables import environment, substituted
from tools.render.binary import kustomize
from tools.render.build import RenderFailed
from tools.render.starts import Start, Starts
from tools.rules.config import Config
from tools.rules.fleet import fleet_of
from tools.rules.gate import Gate
from tools.rules.neighbours import Surroundings
from tools.source.branches import Origin
from tools.source.edited import Edited
from tools.source.place import FieldPath
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget, every_target

VARIABLES = environment(
    "shop", "argocd", "prod", "team", {"path": "overlay", "targetRevision": "main"}
)

FILES = """
    --- base/kustomization.yaml
    resources: [deployment.yaml, service.yaml]
    --- base/deployment.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {app: web}}
    spec:
      replicas: 1
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - {name: web, image: "shop/web:1", args: ["--port=80"]}
          - {name: side, image: side}
    --- base/service.yaml
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    --- part/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1alpha1
    kind: Component
    commonAnnotations: {part: "yes"}
    --- other/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1alpha1
    kind: Component
    images: [{name: side, newTag: "7"}]
    --- overlay/more.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: any}
    spec: {minReadySeconds: 3}
    """

OVERLAYS = (
    "resources: [../base]\n",
    """\
# What production adds.
namespace: was  # here
namePrefix: a-
resources:
- ../base
images:
- name: shop/web
  newName: registry.example.com/web
  newTag: "2"
# between
- {name: side, digest: "sha256:12"}
replicas: [{name: web, count: 4}]
patches:
- target: {kind: Deployment}
  patch: |-
    # a comment
    - op: add
      path: /metadata/annotations
      value: {"multi": "a: b # c"}
- path: more.yaml
  target: {kind: Deployment, name: web}
components: [../part]
labels:
- includeSelectors: true
  pairs: {tier: front}
- pairs: {plain: "1"}
commonLabels: {old: "yes"}
commonAnnotations:
  long: >
    folded
    text
  both: "é\\u2028"
configMapGenerator:
- name: settings
  literals: ["A=1"]
""",
    '{"resources": ["../base"], "images": [{"name": "side", "newTag": "3"}], "nameSuffix": "-z"}\n',
    """\
x: &image {name: side, newTag: "5"}
""".replace("x: &image", "images:\n- &image")
    + """\
- name: shop/web
  newTag: "9"
generatorOptions: {annotations: &notes {a: b}}
commonAnnotations: *notes
bases: [../base]
Resources: []
labels:
- pairs: {x: "1"}
  includeTemplates: true
""",
    "resources: [../base]\nimageTags:\n- name: side\n  newTag: '4'\nnamespace: old\n"
    "patches:\n- patch: |+\n    - {op: remove, path: /spec/replicas}\n\n"
    "  target: {kind: Deployment}\n",
)

IMAGES = (
    "shop/web:3", "shop/web=registry.example.com/shop:4", "side@sha256:ab", "side=x/y:1@sha256:cd",
    "side=*:8", "shop/web=new:*", "shop/web=*@*", "new=other", "side", "localhost:5000/side:2",
    "side:$ARGOCD_APP_SOURCE_TARGET_REVISION", "side:${ARGOCD_APP_NAME}-$$x", "a=b=c:1", "=side:1",
)  # fmt: skip
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
PATCH += "spec:\n  template:\n    spec:\n      containers:\n      - name: web\n        tty: true\n"
PATCHES: tuple[dict[str, Any], ...] = (
    {"target": {"kind": "Deployment"}, "patch": PATCH},
    {"target": {"kind": "Service"}, "patch": '- {op: add, path: /spec/type, value: "A\\tB"}'},
    {"path": "more.yaml", "target": {"kind": "Deployment", "labelSelector": "app=web"}},
    {"target": {"kind": "Nothing"}, "patch": "\n- op: remove\n  path: /spec\n\n"},
    {
        "target": {"name": ".*", "kind": "Service"},
        "patch": "apiVersion: v1\nkind: Service\nmetadata: {name: renamed}\n",
        "options": {"allowNameChange": True},
    },
)
LABELS = {"team": "a", "tier": "x", "plain": "2", "old": '"no"', "x": "$ARGOCD_APP_NAMESPACE"}


def _some(source: random.Random, items: Mapping[str, str]) -> dict[str, str]:
    return {key: items[key] for key in source.sample(sorted(items), source.randint(1, 2))}


def _spec(source: random.Random) -> dict[str, Any]:
    """`source.kustomize` of an Application, mostly something that Argo CD takes."""
    choices: dict[str, Any] = {
        "namePrefix": source.choice(("p-", "-q", "0")),
        "nameSuffix": source.choice(("-s", "-true")),
        "namespace": source.choice(("prod", "1")),
        "images": source.sample(IMAGES, source.randint(1, 3)),
        "replicas": [
            {"name": source.choice(("web", "a-web", "none")), "count": source.choice((0, 3, "5"))}
        ],
        "commonLabels": _some(source, LABELS),
        "commonAnnotations": _some(source, {"long": "$ARGOCD_APP_NAME: b", "new": "#", "e": ""}),
        "patches": source.sample(PATCHES, source.randint(1, 2)),
        "components": source.sample(("../part", "../other", "../missing"), source.randint(1, 2)),
    }
    flags = (
        "forceCommonLabels", "forceCommonAnnotations", "labelWithoutSelector",
        "labelIncludeTemplates", "commonAnnotationsEnvsubst", "ignoreMissingComponents",
    )  # fmt: skip
    spec = {key: choices[key] for key in choices if source.random() < 0.4}
    return spec | {flag: True for flag in flags if source.random() < 0.6}


class _Stopped(Exception):
    """Argo CD would stop at a command."""


def _run(folder: Path, *arguments: str) -> str:
    ended = subprocess.run(
        [str(kustomize()), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "PATH": "/nowhere"},
    )
    if ended.returncode:
        raise _Stopped(ended.stderr)
    return ended.stdout


def _commands(spec: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The edits of `util/kustomize/kustomize.go` before the patches, in its order."""
    for field, name in (("namePrefix", "nameprefix"), ("nameSuffix", "namesuffix")):
        if field in spec:
            yield "set", name, "--", spec[field]
    if "images" in spec:
        yield "set", "image", *(substituted(image, VARIABLES) for image in spec["images"])
    if "replicas" in spec:
        yield "set", "replicas", *(f"{r['name']}={int(r['count'])}" for r in spec["replicas"])
    if "commonLabels" in spec:
        flags = {
            "--force": "forceCommonLabels",
            "--without-selector": "labelWithoutSelector",
            "--include-templates": "labelIncludeTemplates",
        }
        said = [flag for flag, field in flags.items() if field in spec]
        pairs = [f"{k}:{substituted(v, VARIABLES)}" for k, v in spec["commonLabels"].items()]
        yield "add", "label", *said, *pairs
    if "commonAnnotations" in spec:
        force = ["--force"] if "forceCommonAnnotations" in spec else []
        replaces = "commonAnnotationsEnvsubst" in spec
        values = spec["commonAnnotations"].items()
        pairs = [f"{k}:{substituted(v, VARIABLES) if replaces else v}" for k, v in values]
        yield "add", "annotation", *force, *pairs
    if "namespace" in spec:
        yield "set", "namespace", "--", spec["namespace"]


def _as_argocd(folder: Path, spec: Mapping[str, Any]) -> str:
    for command in _commands(spec):
        _run(folder, "edit", *command)
    if "patches" in spec:
        file = folder / "kustomization.yaml"
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        data["patches"] = [*data.get("patches", []), *spec["patches"]]
        file.write_text(yaml.safe_dump(data), encoding="utf-8")
    components = spec.get("components", [])
    if "ignoreMissingComponents" in spec:
        components = [name for name in components if (folder / name).exists()]
    if components:
        _run(folder, "edit", "add", "component", *components)
    return _run(folder.parent, "build", str(folder))


def _nowhere(path: FieldPath, text: str) -> Origin:
    return lambda line, column: None


def _ours(root: Path, spec: Mapping[str, Any]) -> str:
    repository = Repository(root)
    draft = edited(repository, "overlay", spec, VARIABLES, _nowhere)
    named = NamedTarget("overlay", Kind.KUSTOMIZATION, edited=Edited(repository, draft, "shop"))
    start = Start(repository, named)
    try:
        if start.run is None:
            assert start.tree
            raise Unedited(start.failure or start.tree.refusals[0].sentence)
        return start.run.result().text
    finally:
        start.stop()


@pytest.mark.parametrize("number", range(len(OVERLAYS)))
def test_generated_applications_render_as_argocd_renders_them(tmp_path: Path, number: int) -> None:
    root = plant(tmp_path / "git", FILES)
    (root / "overlay" / "kustomization.yaml").write_text(OVERLAYS[number], encoding="utf-8")
    source = random.Random(number)
    rendered = 0
    for case in range(int(os.environ.get("INLINE_CASES", "12"))):
        spec = _spec(source)
        checkout = tmp_path / f"checkout-{case}"
        shutil.copytree(root, checkout)
        try:
            theirs = _as_argocd(checkout / "overlay", spec)
        except _Stopped as stopped:
            with pytest.raises((Unedited, RenderFailed)):
                _ours(root, spec)
                pytest.fail(f"{spec}: {stopped}")
        else:
            assert _ours(root, spec) == theirs, spec
            rendered += 1
    assert rendered > 3, "enough of them render for this to mean something"
    assert (root / "overlay" / "kustomization.yaml").read_text(encoding="utf-8") == OVERLAYS[number]


FIELDS = """
    --- base/kustomization.yaml
    resources: [web.yaml]
    --- base/web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 1
      template: {spec: {containers: [{name: web, image: "web:1"}]}}
    --- overlay/kustomization.yaml
    resources: [../base]
    nameSuffix: -x
    images:
    - name: web
      newName: example.com/web
    labels: [{pairs: {team: a}}]
    --- overlay/.argocd-source.yaml
    kustomize:
      namePrefix: its-
      commonLabels: {team: null}
    --- argocd/app.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: shop, namespace: argocd}
    spec:
      source:
        repoURL: https://git.example.com/shop
        path: overlay
        kustomize:
          images: ["web=*:2"]
          replicas:
          - name: web
            count: 3
          commonLabels:
            tier: front
          labelWithoutSelector: true
          patches:
          - target: {kind: Deployment}
            patch: |-
              - op: add
                path: /spec/paused
                value: true
    """


def test_each_value_is_placed_where_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    repository = Repository(plant(tmp_path / "git", FIELDS))
    starts = Starts(repository, every_target(repository, ()), 1)
    gate = Gate(repository, {}, Config(), ("1.34",))
    try:
        *_, report = gate.run(starts)
        assert list(scratch.iterdir()) == [], "the copy is removed"
        around = Surroundings(repository, starts, ("1.34",), gate.equip)
        named = starts.named[0]
        made = fleet_of(around.rendered(named).target).edited[0]
        target = around.rendered(made).target
        (web,) = target.resources
        assert target.trace

        def line(*path: str | int) -> str:
            assert target.trace
            place = target.trace.locate(web, path).place
            real = place and around.real(place)
            return f"{real.file}:{real.line}" if real else ""

        image = ("spec", "template", "spec", "containers", 0, "image")
        tag = target.trace.locate(web, image, "tag").place
        assert [t.path for t in report.targets] == ["argocd", "overlay", made.path]
        assert made.path == "overlay as Application shop"
        assert web.get(*image) == "example.com/web:2"
        assert tag and around.real(tag) == ("argocd/app.yaml", 9, 16)
        assert web.name == "its-web-x"
        assert line("metadata", "labels", "team") == "overlay/kustomization.yaml:6"
        assert line("metadata", "labels", "tier") == "argocd/app.yaml:14"
        assert line("spec", "replicas") == "argocd/app.yaml:12"
        assert line("spec", "paused") == "argocd/app.yaml:21"
        assert line("spec", "template", "spec", "containers", 0, "name") == "base/web.yaml:6"
        assert line("metadata", "name") == "overlay/kustomization.yaml:2"
    finally:
        starts.stop()
