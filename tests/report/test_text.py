"""The report a person reads."""

import os
import pty
import sys
from pathlib import Path

import pytest

from tests.command import ROOT
from tools.kubernetes.resource import Ref
from tools.report.as_github import to_github
from tools.report.as_text import to_lines
from tools.report.printable import printable
from tools.report.progress import Progress
from tools.rules.finding import Finding, NotJudged, Related
from tools.rules.gate import Report, TargetReport
from tools.rules.rule import Severity
from tools.source.place import FieldPath, Place
from tools.source.repository import Repository

SOURCE = """\
spec:
  image: "nginx:latest" # newest
  args: [--verbose, {a: 1}]
\ttabbed: yes
"""
IMAGE: FieldPath = ("spec", "image")


def a_finding(target: str, line: int = 2, column: int = 10) -> Finding:
    return Finding(
        rule="image-tag-set",
        severity=Severity.ERROR,
        target=target,
        resource=Ref("v1", "Pod", target, "web"),
        path=IMAGE,
        message="image 'nginx:latest' has no fixed tag",
        remedy="Name a version.",
        source=Place("a.yaml", line, column),
    )


def a_report(*findings: Finding, not_judged: tuple[NotJudged, ...] = ()) -> Report:
    names = dict.fromkeys([f.target for f in findings] or ["prod"])
    targets = [TargetReport(name, "judged", None, 4, 70, 0.05) for name in names]
    return Report(("1.36",), targets, list(findings), list(not_judged))


def text(root: Path, report: Report) -> list[str]:
    (root / "a.yaml").write_text(SOURCE, encoding="utf-8")
    return [line.text for line in to_lines(report, Repository(root))]


def test_the_same_finding_of_two_targets_is_told_once(tmp_path: Path) -> None:
    assert text(tmp_path, a_report(a_finding("minikube"), a_finding("prod"))) == [
        "a.yaml:2:10: error: image 'nginx:latest' has no fixed tag [image-tag-set]",
        ' 2 |   image: "nginx:latest" # newest',
        "   |          ^^^^^^^^^^^^^^",
        "   = Pod/web, spec.image in minikube, prod",
        "   = help: Name a version.",
        "",
        "minikube     4 objects    0.05 s  1 error",
        "prod         4 objects    0.05 s  1 error",
        "2 targets, 8 objects, 70 rules, Kubernetes 1.36: 2 errors from 1 cause",
    ]


def test_one_entry_that_sets_many_objects_is_told_once(tmp_path: Path) -> None:
    findings = [
        a_finding("prod")._replace(resource=Ref("v1", "Pod", "prod", name))
        for name in ("web", "api", "db", "cache", "queue")
    ]
    assert text(tmp_path, a_report(*findings))[3:5] == [
        "   = Pod/web, spec.image in prod",
        "   = likewise Pod/api, Pod/db, Pod/cache and 1 more",
    ]
    twice = [a_finding("prod"), a_finding("prod")._replace(path=("spec", "other"))]
    assert text(tmp_path, a_report(*twice))[3:5] == [
        "   = Pod/web, spec.image in prod",
        "   = likewise in 1 other field of it",
    ]


def test_of_many_targets_a_few_are_named(tmp_path: Path) -> None:
    findings = [a_finding(target) for target in ("a", "b", "c", "d", "e")]
    assert (
        text(tmp_path, a_report(*findings))[3] == "   = Pod/web, spec.image in a, b, c and 2 more"
    )


def test_what_differs_in_its_sentence_or_severity_is_told_apart(tmp_path: Path) -> None:
    other = a_finding("prod")._replace(message="another sentence")
    milder = a_finding("minikube")._replace(severity=Severity.WARNING)
    shown = text(tmp_path, a_report(a_finding("prod"), other, milder))
    assert [line.partition(" [")[0] for line in shown if "[image-tag-set]" in line] == [
        "a.yaml:2:10: error: image 'nginx:latest' has no fixed tag",
        "a.yaml:2:10: error: another sentence",
        "a.yaml:2:10: warning: image 'nginx:latest' has no fixed tag",
    ]
    assert shown[-1].endswith(": 2 errors, 1 warning")


@pytest.mark.parametrize(
    ("line", "column", "under"),
    [(1, 1, "spec"), (2, 3, "image"), (3, 10, "--verbose"), (3, 22, "a"), (4, 2, "tabbed")],
)
def test_the_caret_stands_under_the_key_or_the_value(
    tmp_path: Path, line: int, column: int, under: str
) -> None:
    shown = text(tmp_path, a_report(a_finding("prod", line, column)))
    start = shown[2].index("^")
    assert shown[1][start : start + shown[2].count("^")] == under


@pytest.mark.parametrize(
    ("line", "value", "before"),
    [
        ("plain: value", "value", 7),
        ("{漢字: two, b: value}", "value", 15),
        ("{b: 漢字}", "漢字", 4),
        ("{'🚀': value}", "value", 7),
        ("{e\u0301te\u0301: value}", "value", 6),
        ("\t\tb: value", "value", 5),
        ("{\uff42: value}", "value", 5),
        ("{'a\u200b': value}", "value", 12),
    ],
)
def test_the_caret_stands_under_it_on_a_terminal_too(
    tmp_path: Path, line: str, value: str, before: int
) -> None:
    """`before` counts the terminal's columns: two for a wide character, none for an accent."""
    (tmp_path / "b.yaml").write_text(f"{line}\n", encoding="utf-8")
    place = Place("b.yaml", 1, line.index(value) + 1)
    report = a_report(a_finding("prod")._replace(source=place))
    _, shown, carets, *_ = text(tmp_path, report)
    assert shown == f" 1 | {printable(line.replace(chr(9), ' '))}"
    wide = {"漢字": 4}
    assert carets == "   | " + " " * before + "^" * wide.get(value, len(value))


@pytest.mark.parametrize(
    ("line", "under"),
    [
        ("{a b: value}", "a b"),
        ("{a b : value}", "a b"),
        ("'a: b': value", "'a: b'"),
        ("a:b: value", "a:b"),
        ("http://a.b/c d # why", "http://a.b/c d"),
    ],
)
def test_the_caret_covers_a_key_to_its_end(tmp_path: Path, line: str, under: str) -> None:
    (tmp_path / "b.yaml").write_text(f"{line}\n", encoding="utf-8")
    place = Place("b.yaml", 1, line.index(under) + 1)
    carets = text(tmp_path, a_report(a_finding("prod")._replace(source=place)))[2]
    assert carets == "   | " + " " * line.index(under) + "^" * len(under)


def test_what_was_first_set_elsewhere_is_named(tmp_path: Path) -> None:
    related = (Related(Place("base/a.yaml", 7, 3), "set first here"),)
    shown = text(tmp_path, a_report(a_finding("prod")._replace(related=related)))
    assert shown[4] == "   = set first here: base/a.yaml:7:3"


def test_a_finding_without_a_place_names_its_target(tmp_path: Path) -> None:
    shown = text(tmp_path, a_report(a_finding("prod")._replace(source=None)))
    assert shown[:2] == [
        "prod: error: image 'nginx:latest' has no fixed tag [image-tag-set]",
        "   = Pod prod/web, spec.image in prod",
    ]


def test_a_waived_finding_is_only_counted(tmp_path: Path) -> None:
    assert text(tmp_path, a_report(a_finding("prod")._replace(waiver="agreed"))) == [
        "prod     4 objects    0.05 s  clean",
        "1 target, 4 objects, 70 rules, Kubernetes 1.36: 1 waived",
    ]


def test_what_blocks_is_told_one_by_one_and_absent_evidence_once_a_rule(tmp_path: Path) -> None:
    entries = (
        NotJudged(None, "prod", None, Place("a.yaml", 1, 1), "not valid YAML", True),
        NotJudged("writable", "prod", Ref("v1", "Pod", "", "a"), None, "nothing declared", False),
        NotJudged("writable", "prod", Ref("v1", "Pod", "", "b"), None, "nothing declared", False),
    )
    assert text(tmp_path, a_report(not_judged=entries)) == [
        "a.yaml:1:1: not judged: not valid YAML (prod)",
        "prod: not judged: Pod/a: nothing declared (and 1 more) [writable]",
        "",
        "prod     4 objects    0.05 s  not judged in full",
        "1 target, 4 objects, 70 rules, Kubernetes 1.36: 3 not judged (1 blocking)",
    ]


def test_rules_that_lack_the_same_evidence_say_so_together(tmp_path: Path) -> None:
    image = Ref("v1", "Pod", "", "a"), Place("a.yaml", 2, 10)
    entries = tuple(
        NotJudged(rule, "prod", resource, place, "nothing is known of it", False)
        for rule in ("size", "ports")
        for resource, place in (image, (Ref("v1", "Pod", "", "b"), Place("a.yaml", 3, 3)))
    )
    shown = text(tmp_path, a_report(not_judged=entries))
    assert shown[:2] == [
        "a.yaml:2:10: not judged: Pod/a: nothing is known of it (and 1 more) [size, ports]",
        "",
    ]


def test_one_obstacle_of_several_targets_is_told_once(tmp_path: Path) -> None:
    entries = tuple(
        NotJudged(None, target, None, Place("base/a.yaml", 1, 1), "not valid YAML", True)
        for target in ("minikube", "prod")
    )
    shown = text(tmp_path, a_report(not_judged=entries))
    assert shown[0] == "base/a.yaml:1:1: not judged: not valid YAML (minikube, prod)"


def test_standard_input_has_a_name_and_one_object_is_one(tmp_path: Path) -> None:
    report = a_report()
    report.targets[:] = [TargetReport("-", "judged", None, 1, 70, 0.05)]
    assert text(tmp_path, report) == [
        "standard input      1 object    0.05 s  clean",
        "1 target, 1 object, 70 rules, Kubernetes 1.36: nothing to mend",
    ]


def test_control_characters_are_written_out() -> None:
    assert printable("a\x1b[2Jb\u202ec\n") == "a\\u001b[2Jb\\u202ec\\u000a"


def test_github_properties_and_text_are_escaped() -> None:
    finding = a_finding("prod")._replace(
        message="50%\r::error::x", source=Place("a,b:c.yaml", 1, 2)
    )
    assert to_github(a_report(finding)) == (
        "::error file=a%2Cb%3Ac.yaml,line=1,col=2,title=image-tag-set::"
        "Pod prod/web in prod: 50%25\\u000d::error::x%0AName a version.\n"
    )


def test_github_annotates_one_cause_once() -> None:
    findings = [a_finding("minikube"), a_finding("prod")]
    assert to_github(a_report(*findings)) == (
        "::error file=a.yaml,line=2,col=10,title=image-tag-set::"
        "Pod/web in minikube, prod: image 'nginx:latest' has no fixed tag%0AName a version.\n"
    )


def terminal(tmp_path: Path, **environment: str) -> str:
    """What a run prints on a terminal."""
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: A}\n")
    command = [sys.executable, "-m", "tools.validate", "pod.yaml", "--only", "name-valid"]
    child, master = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        settings = {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **environment}
        os.execve(command[0], command, {**os.environ, **settings})
    out = b""
    try:
        while chunk := os.read(master, 4096):
            out += chunk
    except OSError:  # Linux reports the end of a terminal so
        pass
    os.waitpid(child, 0)
    return out.decode()


def test_a_terminal_gets_colours_and_no_color_holds(tmp_path: Path) -> None:
    coloured = terminal(tmp_path)
    assert "\x1b[1;31merror" in coloured
    assert "name-valid" in coloured
    assert "\x1b[1;31m" not in terminal(tmp_path, NO_COLOR="1")


class _Terminal:
    """A standard error that says it is a terminal and keeps what is written."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.written = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.written += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


def test_progress_appears_on_a_terminal_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("tools.report.progress.DELAY", 0.01)
    with Progress(5) as progress:
        progress.show(2)
        deadline = time.monotonic() + 10
        while "2/5" not in stream.written and time.monotonic() < deadline:
            time.sleep(0.01)
    assert "2/5" in stream.written


def test_a_quick_run_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(5) as progress:
        progress.show(5)
    assert stream.written == ""
