"""What is known of rules without importing them: remembered, and forgotten when a file changes."""

import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

import pytest

from tools.rules.catalogue import discover
from tools.rules.rule import BrokenRule, Rule

ROOT = Path(__file__).parent.parent.parent
MODULE = '''\
    """Nothing is {word}.

    https://example.com/
    """

    from collections.abc import Iterator

    from tools.rules.rule import Judges, Problem, Severity, rule


    @rule(
        judges=Judges.OBJECT,
        severity=Severity.{severity},
        remedy="Mend it.",
        kinds=("ConfigMap",),
        fields=("{word}",),
    )
    def check(resource: object, target: object, options: None) -> Iterator[Problem]:
        yield Problem(("data",), "it is {word}")
    '''


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of rules of its own, beside an empty cache."""
    import policies

    folder = tmp_path / "policies"
    (folder / "made").mkdir(parents=True)
    monkeypatch.setattr(policies, "__path__", [str(folder)])
    monkeypatch.setenv("GITOPS_GATE_CACHE", str(tmp_path / "cache"))
    for name in [name for name in sys.modules if name.startswith("policies.")]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def write(folder: Path, name: str, severity: str = "ERROR", word: str = "wrong") -> Path:
    file = folder / "made" / f"{name}.py"
    file.write_text(dedent(MODULE).format(severity=severity, word=word), "utf-8")
    return file


def declared(rule: Rule) -> dict[str, object]:
    return {f.name: getattr(rule, f.name) for f in fields(rule) if f.name != "define"}


def forget() -> None:
    for name in [name for name in sys.modules if name.startswith("policies.made")]:
        del sys.modules[name]


def test_the_second_run_imports_a_rule_when_it_is_asked(policies: Path) -> None:
    write(policies, "never_wrong")
    [first] = discover().values()
    forget()
    [second] = discover().values()
    assert "policies.made.never_wrong" not in sys.modules
    assert declared(second) == declared(first)
    assert (second.summary, second.remedy) == ("Nothing is wrong.", "Mend it.")
    assert "policies.made.never_wrong" in sys.modules


def test_a_rule_that_changed_is_read_anew(policies: Path) -> None:
    file = write(policies, "never_wrong")
    assert [rule.fields for rule in discover().values()] == [{"wrong"}]
    forget()
    write(policies, "never_wrong", word="worse")
    os.utime(file, ns=(1, 1))  # whatever the clock of the file system tells apart
    assert [rule.fields for rule in discover().values()] == [{"worse"}]


def test_a_rule_that_came_or_went_is_noticed(policies: Path) -> None:
    write(policies, "never_wrong")
    assert list(discover()) == ["never-wrong"]
    other = write(policies, "never_bad", word="bad")
    assert list(discover()) == ["never-bad", "never-wrong"]
    other.unlink()
    assert list(discover()) == ["never-wrong"]


@pytest.mark.parametrize(
    "content", ["", "{}", "[1, 2]", '["", [["no-rule"]]]', "nonsense", "[[], {}]"]
)
def test_an_index_that_is_none_is_made_anew(policies: Path, tmp_path: Path, content: str) -> None:
    write(policies, "never_wrong")
    expected = {name: declared(rule) for name, rule in discover().items()}
    [index] = (tmp_path / "cache" / "rules").iterdir()
    good = index.read_bytes()
    index.write_text(content, "utf-8")
    assert {name: declared(rule) for name, rule in discover().items()} == expected
    assert index.read_bytes() == good


def test_an_index_cannot_leave_a_rule_out(policies: Path, tmp_path: Path) -> None:
    write(policies, "never_bad", word="bad")
    write(policies, "never_wrong")
    discover()
    [index] = (tmp_path / "cache" / "rules").iterdir()
    signature, rows = json.loads(index.read_bytes())
    index.write_text(json.dumps([signature, rows[:1]]), "utf-8")
    assert list(discover()) == ["never-bad", "never-wrong"]


def test_the_cache_serves_the_toolkits_that_ran_last(
    policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import policies as package

    write(policies, "never_wrong")
    for number in range(20):
        folder = tmp_path / f"toolkit-{number}"
        folder.symlink_to(policies)
        monkeypatch.setattr(package, "__path__", [str(folder)])
        forget()
        assert list(discover()) == ["never-wrong"]
    kept = list((tmp_path / "cache" / "rules").iterdir())
    assert len(kept) == 16
    newest = max(kept, key=lambda file: file.stat().st_mtime_ns)
    before = newest.stat().st_mtime_ns
    discover()
    assert newest.stat().st_mtime_ns == before, "the last one is remembered"


def test_without_a_cache_that_can_be_written_the_rules_are_imported(
    policies: Path, tmp_path: Path
) -> None:
    write(policies, "never_wrong")
    (tmp_path / "cache").write_text("a file stands in its place", "utf-8")
    assert list(discover()) == ["never-wrong"]
    assert list(discover()) == ["never-wrong"]


def test_a_module_that_breaks_later_is_said_when_it_is_asked(policies: Path) -> None:
    """Its file is the same, but what it imports is not: a run then lists it as not judged."""
    file = write(policies, "never_wrong")
    status = file.stat()
    discover()
    forget()
    text = file.read_text("utf-8")
    file.write_text(text.replace("Judges, Problem", "Judgez, Problem"), "utf-8")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    for cached in file.parent.rglob("*.pyc"):
        cached.unlink()
    [rule] = discover().values()
    with pytest.raises(BrokenRule, match="never_wrong cannot be imported"):
        _ = rule.check


def test_a_target_without_pods_imports_no_rule_about_pods(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n", "utf-8")
    code = (
        "import sys; from tools.validate import main; main([sys.argv[1]]); "
        "print(sum(n.startswith('policies.pods.') for n in sys.modules), file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(file)]
    for _ in range(2):
        ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert ended.stderr.splitlines()[-1] == "2", "those that judge targets, not pods"
