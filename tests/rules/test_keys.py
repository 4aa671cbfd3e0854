"""A key that is wrong is shown itself, not the value behind it."""

from pathlib import Path

import pytest

from tests.miniature import plant
from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import Config
from tools.rules.gate import Gate
from tools.source.place import Place
from tools.source.repository import Repository
from tools.source.targets import every_target

RULES = discover()
MARK = "§"
HEAD = "--- a.yaml\napiVersion: v1\nkind: ConfigMap\n"
PATCHED = """\
--- kustomization.yaml
resources: [a.yaml]
patches: [{path: patch.yaml}]
--- a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
--- patch.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
"""
IN_A_POINTER = """\
--- kustomization.yaml
resources: [a.yaml]
patches:
  - target: {kind: ConfigMap}
    patch: |-
      - op: add
        path: /data
        value: {}
      - op: add
        path: /data/c d
        value: §e
--- a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
"""
QUALIFIED = "only letters, digits, '-', '_' and '.', with a letter or digit at both ends"


def found(root: Path, rule: str) -> list[tuple[Place | None, str, str]]:
    repository = Repository(root)
    targets = every_target(repository, ())
    gate = Gate(repository, {rule: RULES[rule]}, Config(), Config().kubernetes)
    *_, report = gate.run(Starts(repository, targets, 1))
    return [(f.source, f.message, f.remedy) for f in report.findings]


def marked(root: Path) -> Place:
    """The place of the mark, which is taken away."""
    for file in root.iterdir():
        before, mark, after = file.read_text(encoding="utf-8").partition(MARK)
        if mark:
            file.write_text(before + after, encoding="utf-8")
            line = before.count("\n") + 1
            return Place(file.name, line, len(before) - before.rfind("\n"))
    raise AssertionError("no key is marked")


@pytest.mark.parametrize(
    ("text", "rule", "message", "remedy"),
    [
        (
            HEAD + "metadata: {name: a, §lables: {app: web}}\n",
            "schema-valid",
            "unknown field 'lables' in metadata; did you mean 'labels'?",
            "Write `labels`.",
        ),
        (
            PATCHED + "§dta: {a: b}\n",
            "schema-valid",
            "unknown field 'dta'; did you mean 'data'?",
            "Write `data`.",
        ),
        (
            HEAD + "metadata: {name: a, labels: {§team a: web}}\n",
            "name-valid",
            f"label key 'team a' is not valid: {QUALIFIED}",
            "Write `team-a`, for example.",
        ),
        (
            HEAD + 'metadata: {name: a, annotations: {§"team a": web}}\n',
            "name-valid",
            f"annotation key 'team a' is not valid: {QUALIFIED}",
            "Write `team-a`, for example.",
        ),
        (
            HEAD + "metadata: {name: a}\ndata: {a: b, §c d: e}\n",
            "name-valid",
            "key of data 'c d' is not valid: only letters, digits, '-', '_' and '.'",
            "Write `c-d`, for example.",
        ),
        (
            PATCHED + "binaryData:\n  §..a: Yg==\n",
            "name-valid",
            "key of binaryData '..a' is not valid: it begins with '..', or is '.'",
            "Write `a`, for example.",
        ),
        (
            HEAD + "metadata: {name: a}\ndata: {a: b, §a: c}\n",
            "yaml-unambiguous",
            "the key 'a' stands twice in one map: some take the last, others refuse",
            "Delete one of the two.",
        ),
    ],
)
def test_the_place_is_that_of_the_key(
    tmp_path: Path, text: str, rule: str, message: str, remedy: str
) -> None:
    root = plant(tmp_path, text)
    place = marked(root)
    assert found(root, rule) == [(place, message, remedy)]


def test_a_key_that_no_file_spells_as_one_is_found_at_its_value(tmp_path: Path) -> None:
    root = plant(tmp_path, IN_A_POINTER)
    place = marked(root)
    assert [found_at for found_at, *_ in found(root, "name-valid")] == [place]
