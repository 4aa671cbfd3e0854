"""The Applications that ApplicationSets make without a cluster."""

from pathlib import Path
from typing import Any

import pytest

from tools.argocd.reading import applications_of
from tools.argocd.templates import Unrenderable, fill
from tools.kubernetes.resource import Resource
from tools.source.document import parse
from tools.source.repository import Repository

GO = '  goTemplate: true\n  goTemplateOptions: ["missingkey=error"]\n'


def made(root: Path, generators: str, name: str, path: str = "x", more: str = "") -> list[str]:
    """`name path` of each Application, and after a `-` why a generator made none."""
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\n"
        f"spec:\n{more}  generators: {generators}\n  template:\n"
        f"    metadata: {{name: '{name}'}}\n    spec: {{source: {{path: '{path}'}}}}\n"
    )
    found = applications_of([Resource(parse(text, "set.yaml")[0].data)], Repository(root))
    lines = [f"{a.name} {a.sources[0].text('path')}" for a in found.all]
    return lines + [f"- {unmade.reason}" for _, unmade in found.unmade]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with folders and parameter files."""
    for folder in ("apps/web", "apps/api", "apps/api/base", "apps/legacy", ".git/x"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "apps/web/config.json").write_text('{"env": {"name": "prod", "size": 3}}')
    (tmp_path / "apps/api/config.json").write_text(
        '[{"env": {"name": "a"}}, {"env": {"name": "b"}}]'
    )
    (tmp_path / "apps/api/base/config.json").write_text('{"env": {"name": "deep"}}')
    return tmp_path


def test_a_list(root: Path) -> None:
    one = "[{list: {elements: [{env: dev, values: {size: 1}}, {env: prod}]}}]"
    assert made(root, one, "shop-{{env}}", "o/{{ env }}-{{values.size}}") == [
        "shop-dev o/dev-1",
        "shop-prod o/prod-{{values.size}}",
    ]
    go = "[{list: {elements: [{env: dev, count: 2}]}}]"
    assert made(root, go, "shop-{{ .env }}-{{ .count }}", more=GO) == ["shop-dev-2 x"]


def test_folders_of_git(root: Path) -> None:
    folders = "[{git: {directories: [{path: apps/*}, {path: apps/legacy, exclude: true}]}}]"
    assert made(root, folders, "{{path.basename}}-{{path[0]}}", "{{path}}") == [
        "api-apps apps/api",
        "web-apps apps/web",
    ]
    name = "{{ .path.basenameNormalized }}-{{ index .path.segments 0 }}"
    assert made(root, folders, name, "{{ .path.path }}", GO) == [
        "api-apps apps/api",
        "web-apps apps/web",
    ]


def test_files_of_git(root: Path) -> None:
    files = "[{git: {files: [{path: 'apps/*/config.json'}]}}]"
    assert made(root, files, "{{env.name}}", "{{path}}") == [
        "a apps/api",
        "b apps/api",
        "prod apps/web",
    ]
    deep = "[{git: {files: [{path: 'apps/**/config.json'}], values: {own: 'v-{{.env.name}}'}}}]"
    name = "{{ .values.own }}-{{ .path.filenameNormalized }}"
    assert made(root, deep, name, "{{ .path.path }}", GO) == [
        "v-deep-config.json apps/api/base",
        "v-a-config.json apps/api",
        "v-b-config.json apps/api",
        "v-prod-config.json apps/web",
    ]


def test_a_matrix_fills_its_second_generator_in(root: Path) -> None:
    matrix = (
        "[{matrix: {generators: [{list: {elements: [{app: web}, {app: api}]}},"
        " {git: {directories: [{path: 'apps/{{app}}'}]}}]}}]"
    )
    assert made(root, matrix, "{{app}}", "{{path}}") == ["web apps/web", "api apps/api"]


def test_a_merge_lays_later_parameters_over_the_first(root: Path) -> None:
    merge = (
        "[{merge: {mergeKeys: [env], generators: [{list: {elements: [{env: dev, size: '1'},"
        " {env: prod, size: '1'}]}}, {list: {elements: [{env: prod, size: '9'}, {env: x}]}}]}}]"
    )
    assert made(root, merge, "{{env}}", "{{size}}") == ["dev 1", "prod 9"]


@pytest.mark.parametrize(
    ("generators", "reason"),
    [
        ("[{clusters: {}}]", "the generator 'clusters' asks what is outside of Git"),
        (
            "[{matrix: {generators: [{list: {}, selector: {matchLabels: {a: b}}}, {list: {}}]}}]",
            "selector inside",
        ),
        (
            "[{list: {}, selector: {matchExpressions: [{key: a, operator: Is, values: [b]}]}}]",
            "'Is'",
        ),
        ("[{list: {elementsYaml: '{{x}}'}}]", "elementsYaml"),
        ("[{list: {elements: [{count: 2}]}}]", "no text"),
        ("[{matrix: {generators: [{list: {elements: []}}]}}]", "exactly two"),
        ("[{merge: {generators: [{list: {}}, {list: {}}]}}]", "mergeKeys"),
    ],
)
def test_what_cannot_be_followed_says_why(root: Path, generators: str, reason: str) -> None:
    (line,) = made(root, generators, "shop")
    assert line.startswith("- ")
    assert reason in line


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ .a }}", "x"),
        ("{{.a}}-{{ .b.c }}", "x-7"),
        ("{{ .a | upper | quote }}", '"X"'),
        ('{{ default "none" .missing }}', "none"),
        ('{{ if eq .a "x" }}yes{{ else }}no{{ end }}', "yes"),
        ('{{ if eq .a "y" }}one{{ else if .b }}two{{ else }}three{{ end }}', "two"),
        ("a  {{- .a -}}  b", "axb"),
        ("{{ with .b }}{{ .c }}{{ end }}", "7"),
        ("{{/* a comment */}}x", "x"),
        ('{{ replace "x" "z" .a }}', "z"),
        ('{{ (index .list 1) | trimPrefix "s" }}', "econd"),
        ("{{ .missing }}", "<no value>"),
        ("{{ .b }}", "map[c:7]"),
        ("{{ $x := .a }}{{ $x }}-{{ $.a }}", "x-x"),
        ("{{ range .list }}{{ . }},{{ end }}", "first,second,"),
        ("{{ range $i, $e := .list }}{{ $i }}={{ $e }} {{ end }}", "0=first 1=second "),
        ("{{ range $key, $value := .b }}{{ $key }}:{{ $value }}{{ end }}", "c:7"),
        ("{{ range .none }}x{{ else }}nothing{{ end }}", "nothing"),
        ('{{ range .list }}{{ if eq . "second" }}{{ break }}{{ end }}{{ . }}{{ end }}', "first"),
        ("{{ with $x := .b.c }}{{ $x }}{{ end }}", "7"),
        ('{{ ternary "yes" "no" (has "first" .list) }}', "yes"),
        ('{{ regexReplaceAll "^(.)(.*)" "shop" "${2}$1" }}', "hops"),
        ('{{ dict "k" .list | toYaml }}', "k:\n- first\n- second"),
        ('{{ (fromYaml "a: [1, 2]").a | join "," }}', "1,2"),
        ('{{ printf "%s-%03d" .a (len .list) }}', "x-002"),
        ('{{ slugify 8 true "Shop of Todo!" }}', "shop-of"),
        ("{{ 1000000 }} {{ .million }}", "1000000 1e+06"),
        ("no action", "no action"),
    ],
)
def test_go_templates(template: str, text: str) -> None:
    parameters: dict[str, Any] = {
        "a": "x",
        "b": {"c": 7},
        "list": ["first", "second"],
        "million": 10**6,
    }
    assert fill(template, parameters, go=True) == text


@pytest.mark.parametrize(
    "template",
    ["{{ range .a }}{{ end }}", "{{ $y }}", "{{ required .a }}", "{{ .a", "{{ if .a }}x",
     "{{ end }}", "{{ .a.b.c }}", "{{ upper }}", "{{ now }}", "{{ .a ? }}", "{{ index .a 0 }}",
     "{{ " + "(" * 2000 + ".a" + ")" * 2000 + " }}"],
)  # fmt: skip
def test_what_is_not_rendered_is_not_guessed(template: str) -> None:
    with pytest.raises(Unrenderable):
        fill(template, {"a": "x", "b": {"c": 7}}, go=True)


def test_a_missing_key_is_an_error_where_that_is_asked_for() -> None:
    with pytest.raises(Unrenderable):
        fill("{{ .missing }}", {}, go=True, options=["missingkey=error"])


def test_a_patch_changes_everything_but_the_project(root: Path) -> None:
    patch = """
  templatePatch: |
    metadata: {finalizers: [more], labels: {team: null}}
    spec:
      project: other
      syncPolicy:
        automated: {{ if .auto }}{prune: true}{{ else }}null{{ end }}
        syncOptions:
    {{- range .options }}
        - {{ . }}=true
    {{- end }}
"""
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\n"
        f"spec:\n{GO}  generators:\n  - list: {{elements: [{{auto: true, options: [A, B]}}]}}\n"
        "  template:\n    metadata: {name: one, labels: {team: a, tier: b}}\n"
        f"    spec: {{project: own, syncPolicy: {{syncOptions: [C=true]}}}}{patch}"
    )
    (one,) = applications_of([Resource(parse(text, "set.yaml")[0].data)], Repository(root)).all
    assert one.project == "own"
    assert one.sync_options == ["A=true", "B=true"]
    assert one.automated == {"prune": True}
    assert one.metadata["labels"] == {"tier": "b"}
    assert one.metadata["finalizers"] == ["resources-finalizer.argocd.argoproj.io", "more"]


def test_one_template_that_fails_leaves_the_others(root: Path) -> None:
    elements = "[{list: {elements: [{name: a}, {nome: b}, {name: c}]}}]"
    assert made(root, elements, "{{ .name }}", more=GO) == [
        "a x",
        "c x",
        "- no generator sets .name",
    ]


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://git.example.com/shop.git", ["api x", "legacy x", "web x"]),
        ("git@git.example.com:fork/Shop", ["api x", "legacy x", "web x"]),
        (
            "https://git.example.com/other.git",
            ["- no remote of this clone is https://git.example.com/shop"],
        ),
    ],
)
def test_folders_of_another_repository_are_not_known(
    root: Path, remote: str, expected: list[str]
) -> None:
    (root / ".git/config").write_text(f'[remote "origin"]\n\turl = {remote}\n')
    git = "[{git: {repoURL: https://git.example.com/shop, directories: [{path: apps/*}]}}]"

    assert made(root, git, "{{path.basename}}") == expected


STAGES = """[{list: {elements: [
  {name: a, stage: prod}, {name: b, stage: test}, {name: c}]}, selector: %s}]"""


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("{matchLabels: {stage: prod}}", ["a"]),
        ("{matchLabels: {stage: prod, name: b}}", []),
        ("{matchExpressions: [{key: stage, operator: In, values: [prod, test]}]}", ["a", "b"]),
        ("{matchExpressions: [{key: stage, operator: NotIn, values: [prod]}]}", ["b", "c"]),
        ("{matchExpressions: [{key: stage, operator: Exists}]}", ["a", "b"]),
        ("{matchExpressions: [{key: stage, operator: DoesNotExist}]}", ["c"]),
        ("{}", ["a", "b", "c"]),
    ],
)
def test_a_selector_leaves_parameters_out(root: Path, selector: str, names: list[str]) -> None:
    assert made(root, STAGES % selector, "{{name}}") == [f"{name} x" for name in names]


def test_a_selector_sees_what_is_deeper_in_dotted_words(root: Path) -> None:
    files = (
        "[{git: {files: [{path: apps/web/*.json}]}, selector: {matchLabels: "
        "{env.name: prod, env.size: '3', path.basename: web, path.segments.0: apps}}}]"
    )
    assert made(root, files, "{{ .env.name }}", more=GO) == ["prod x"]
