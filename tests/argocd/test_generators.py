"""The Applications that ApplicationSets make without a cluster."""

import subprocess
from pathlib import Path

import pytest

from tools.argocd.git_files import files
from tools.argocd.reading import applications_of
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
    one = "[{list: {elements: [{env: dev, values: {size: '1'}}, {env: prod}]}}]"
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
        "deep apps/api/base",
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


PATTERNS = (
    "apps/*/config.json", "apps/**/config.json", "apps/api", "apps/api/*", "*", "**", "*.json",
    "apps/?eb/config.json", "apps/[aw]*/config.json", "apps/[!w]*", "apps/[[:alpha:]]pi/*.json",
    "apps/[^a]*/config.json", "./apps/web/*", "config.json", "apps/we\\b/*", "apps?web*",
    "apps/web/", "none/*",
)  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_for_files_are_pathspecs_of_git(root: Path, pattern: str) -> None:
    """Argo CD asks `git ls-files`, and so do we here, in the folder where it does."""
    subprocess.run(["git", "init", "--quiet", root], check=True)
    subprocess.run(["git", "-C", root, "add", "."], check=True)
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "--full-name", "-z", "--", pattern],
        check=True, capture_output=True, text=True,
    ).stdout.split("\0")[:-1]  # fmt: skip
    assert files(Repository(root), [{"path": pattern}]) == sorted(listed)


def cloned(root: Path) -> Path:
    """The repository as a clone of example.test/team/shop, with everything committed."""
    git = ("git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.test")
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("remote", "add", "origin", "git@example.test:team/shop.git"),
        ("add", "."),
        ("commit", "--quiet", "--message=all"),
        ("tag", "old"),
    ):
        subprocess.run([*git, *arguments], check=True)
    return root


@pytest.mark.parametrize(
    ("address", "what", "stops"),
    [
        ("https://example.test/team/shop", "directories", True),
        ("git@example.test:team/shop.git", "files", True),
        ("https://example.test/team/other.git", "directories", False),
    ],
)
def test_a_pattern_that_finds_nothing(root: Path, address: str, what: str, stops: bool) -> None:
    """In this repository it is a mistake; of another one nothing is known."""
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n"
        "  generators:\n  - matrix: {generators: [{list: {elements: [{a: b}]}},"
        f" {{git: {{repoURL: '{address}', {what}: [{{path: aps/*}}]}}}}]}}\n"
    )
    found = applications_of([Resource(parse(text, "set.yaml")[0].data)], Repository(cloned(root)))
    ((_, unmade),) = found.unmade
    assert unmade.stops is stops
    if stops:
        place = ("spec", "generators", 0, "matrix", "generators", 1, "git", what)
        assert unmade.path == place
        word = "folder" if what == "directories" else "file"
        assert unmade.reason == f"no {word} of this repository matches 'aps/*'"


def test_a_matrix_fills_its_second_generator_in(root: Path) -> None:
    matrix = (
        "[{matrix: {generators: [{list: {elements: [{app: web}, {app: api}]}},"
        " {git: {directories: [{path: 'apps/{{app}}'}]}}]}}]"
    )
    assert made(root, matrix, "{{app}}", "{{path}}") == ["web apps/web", "api apps/api"]


def test_in_go_templates_the_first_generator_of_a_matrix_wins(root: Path) -> None:
    matrix = (
        "[{matrix: {generators: [{list: {elements: [{app: web, at: {a: x}}]}},"
        " {list: {elements: [{app: api, at: {a: y, b: z}}]}}]}}]"
    )
    assert made(root, matrix, "{{ .app }}", "{{ .at.a }}{{ .at.b }}", GO) == ["web xz"]


def test_a_selector_lets_some_through(root: Path) -> None:
    """It sees nested parameters by their names with dots, also those of matrix and merge."""
    some = (
        "[{list: {elements: [{app: web, at: {env: prod, n: 1}}, {app: api, at: {env: dev, n: 2}}]},"
        " selector: {matchExpressions: [{key: at.env, operator: NotIn, values: [dev]},"
        " {key: at.n, operator: In, values: ['1']}]}}]"
    )
    assert made(root, some, "{{ .app }}", more=GO) == ["web x"]
    nested = (
        "[{matrix: {generators: [{list: {elements: [{app: web}, {app: api}]},"
        " selector: {matchLabels: {app: api}}}, {list: {elements: [{env: dev}]}}]}}]"
    )
    assert made(root, nested, "{{app}}-{{env}}") == ["api-dev x"]


def test_values_of_git_are_no_labels_in_every_version(root: Path) -> None:
    beside = (
        "[{git: {directories: [{path: apps/web}], values: {env: prod}},"
        " selector: {matchLabels: {values.env: prod}}}]"
    )
    assert made(root, beside, "{{values.env}}") == ["prod x"]
    (line,) = made(root, beside, "{{ .values.env }}", more=GO)
    assert line == "- a selector beside the `values` of a git generator is not followed"


def test_elements_in_a_text(root: Path) -> None:
    """Written out, or by a matrix out of a file of parameters."""
    written = "[{list: {elements: [{env: dev}], elementsYaml: '[{env: prod}]'}}]"
    assert made(root, written, "{{env}}") == ["dev x", "prod x"]
    (root / "apps/list.json").write_text('{"envs": [{"env": "a"}, {"env": "b"}]}')
    matrix = (
        "[{matrix: {generators: [{git: {files: [{path: apps/list.json}]}},"
        ' {list: {elementsYaml: "{{ .envs | toJson }}"}}]}}]'
    )
    assert made(root, matrix, "{{ .env }}", more=GO) == ["a x", "b x"]


def test_several_generators_in_one_entry_all_count(root: Path) -> None:
    both = "[{git: {directories: [{path: apps/web}]}, list: {elements: [{path: l}]}}]"
    assert made(root, both, "{{path}}") == ["l x", "apps/web x"]


def test_a_template_of_a_generator_says_more(root: Path) -> None:
    """What it says goes before the template, and what is empty there says nothing."""
    one = (
        "[{list: {elements: [{env: dev}], template: {metadata: {name: ''},"
        " spec: {source: {path: own}}}}}]"
    )
    assert made(root, one, "{{env}}", "general") == ["dev own"]


def test_numbers_look_as_go_prints_them(root: Path) -> None:
    (root / "apps/web/config.json").write_text(
        '{"account": 123456789012, "none": null, "on": true}'
    )
    file = "[{git: {files: [{path: apps/web/config.json}]}}]"
    assert made(root, file, "{{account}}/{{none}}/{{on}}") == ["1.23456789012e+11/<nil>/true x"]


def test_an_empty_file_sets_no_parameters(root: Path) -> None:
    (root / "apps/web/config.json").write_text("# nothing yet\n")
    file = "[{git: {files: [{path: apps/web/config.json}]}}]"
    assert made(root, file, "{{path.basename}}") == ["web x"]


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
        ("[{}]", "no generator is named"),
        (
            "[{list: {elements: [{a: b}, {a: c}]}, selector: {matchLabels: {a: d}}}]",
            "the selector lets no set of parameters through, out of 2",
        ),
        (
            "[{list: {elements: [{a: b}]},"
            " selector: {matchExpressions: [{key: a, operator: Is}]}}]",
            "the selector has the operator 'Is', which there is not",
        ),
        ("[{list: {elementsYaml: 'a: b'}}]", "elementsYaml is no list of maps"),
        ("[{list: {elements: [{count: 2}]}}]", "the list element 'count' is no text"),
        (
            "[{list: {elements: [{values: {count: 2}}]}}]",
            "the list element 'values.count' is no text",
        ),
        (
            "[{matrix: {generators: [{list: {elements: []}}]}}]",
            "a matrix needs exactly two generators",
        ),
        (
            "[{matrix: {generators: [{list: {elements: [{a: b}]}},"
            " {list: {elements: [{a: c}]}}]}}]",
            "both generators of the matrix set 'a': 'b' and 'c'",
        ),
        (
            "[{matrix: {generators: [{list: {elements: [{}]}}, {list: {}, git: {}}]}}]",
            "a generator inside of a matrix is exactly one, and this has list and git",
        ),
        (
            "[{merge: {generators: [{list: {}}, {list: {}}]}}]",
            "a merge needs two generators and mergeKeys",
        ),
        (
            "[{merge: {mergeKeys: [a],"
            " generators: [{list: {elements: [{a: b}, {a: b}]}}, {list: {}}]}}]",
            'a generator of the merge gives two sets with the same a: ["b"]',
        ),
        (
            "[{git: {repoURL: https://example.test/x, directories: [{path: none/*}]}}]",
            "https://example.test/x is not known to be this repository",
        ),
    ],
)
def test_what_cannot_be_followed_says_why(root: Path, generators: str, reason: str) -> None:
    assert made(root, generators, "shop") == [f"- {reason}"]


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
