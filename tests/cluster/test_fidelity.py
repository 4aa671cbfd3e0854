"""The page about the last run of the cluster tests says what that run found."""

import json
from pathlib import Path

import pytest

from tests.cluster import fidelity
from tests.cluster.cases import cases
from tests.cluster.fidelity import COMPARISONS, PAGE, RECORDED, main, page, versions

OUTCOME = {"cases": 3, "agree": 3, "differences": []}
DIFFERENCE = {"case": "odd", "gate": "nothing", "cluster": "refused", "why": "Nobody can know."}


def recorded(**changes: object) -> dict[str, object]:
    comparisons = {name: changes.get(name, OUTCOME) for name in COMPARISONS}
    return {"versions": {"Kubernetes": "1.2.3", "kwok": "0.1"}, "comparisons": comparisons}


def test_the_page_is_made_of_the_record() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(json.loads(RECORDED.read_text("utf-8")))


def test_the_record_is_of_the_versions_and_cases_of_today() -> None:
    kept = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert kept["versions"] == versions()
    assert kept["comparisons"]["argocd"]["cases"] == len(cases("file:///repository.git"))


def test_everything_that_differs_is_explained() -> None:
    kept = json.loads(RECORDED.read_text(encoding="utf-8"))
    for outcome in kept["comparisons"].values():
        assert outcome["agree"] + len(outcome["differences"]) == outcome["cases"]
        assert [d["case"] for d in outcome["differences"] if not d["why"].endswith(".")] == []


def test_a_difference_has_a_line() -> None:
    text = page(recorded(argocd={"cases": 3, "agree": 2, "differences": [DIFFERENCE]}))
    assert "Versions: Kubernetes 1.2.3, kwok 0.1." in text.splitlines()
    assert "| argocd | `odd` | nothing | refused | Nobody can know. |" in text.splitlines()
    assert "Nothing differs." not in text


def test_without_a_difference_it_says_so() -> None:
    text = page(recorded())
    assert "Nothing differs." in text.splitlines()
    assert "## Every difference" not in text


def test_a_run_that_was_not_whole_is_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "argocd.json").write_text(json.dumps(OUTCOME), encoding="utf-8")
    monkeypatch.setattr(fidelity, "FOLDER", tmp_path)
    assert main([]) == 2
    missing = tmp_path / "projects.json"
    assert capsys.readouterr().err == f"fidelity: {missing} is missing; run: make test-cluster\n"
