"""What the gate lets through, Argo CD carries out, and what it stops, Argo CD would not have.

Every case of `argocd_cases.yaml` is put before the gate and before a real Argo CD.
"""

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.cluster.argocd import ArgoCD, argocd
from tests.cluster.build import binary
from tests.cluster.cases import Case, Said, cases, judged
from tests.cluster.control_plane import control_plane
from tests.cluster.git import bare_repository
from tests.cluster.observed import Observed, observe, tree
from tests.cluster.programs import CONTROLLER_MANAGER, KWOK, PROJECTS, SCHEDULER
from tests.cluster.record import record

pytestmark = pytest.mark.cluster

# What a case is called and expects does not hang on where the repository is.
CASES = {case.name: case for case in cases("file:///repository.git")}
# What Argo CD says of a case that it carries out, whatever was meant.
CARRIED_OUT = {"synced": "synced", "silent": "synced"}
Verdicts = dict[str, tuple[Said, Observed]]


@pytest.fixture(scope="module")
def argo() -> Iterator[ArgoCD]:
    with (
        control_plane(CONTROLLER_MANAGER, SCHEDULER, KWOK) as plane,
        argocd(plane) as started,
    ):
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "minikube"}}
        assert plane.api.create(node).accepted
        yield started


@pytest.fixture(scope="module")
def verdicts(argo: ArgoCD, tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """What the gate and Argo CD say of each case, by its name."""
    folder = tmp_path_factory.mktemp("cases")
    repository = bare_repository(folder / "repository.git")
    every = cases(repository.url)
    repository.commit(tree(every))
    repository.commit(tree(every))
    said = judged(every, repository.cloned(folder / "judged"))
    observed = observe(argo, repository, every)
    found = {case.name: (said[case.name], observed[case.name]) for case in every}
    differences = [difference(case, *found[case.name]) for case in every]
    open_ = [each for each in differences if each]
    record("argocd", len(every), len(every) - len(open_), open_)
    return found


def difference(case: Case, said: Said, observed: Observed) -> dict[str, str]:
    """How the gate and Argo CD differ about a case; empty where they agree.

    They agree if the gate finds something, and Argo CD does not do what was meant; or neither.
    """
    as_meant = observed.outcome == "synced" and case.argo != "silent"
    if as_meant != bool(said.rules):
        return {}
    gate = ", ".join(said.rules) or ("not judged" if said.open else "nothing")
    why = case.differs or "not explained"
    return {"case": case.name, "gate": gate, "cluster": observed.outcome, "why": why}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_argocd_does_what_is_expected(case: Case, verdicts: Verdicts) -> None:
    _, observed = verdicts[case.name]
    assert observed.outcome == CARRIED_OUT.get(case.argo, case.argo), observed.said
    for name in case.shows.get("present", ()):
        assert name in observed.versions
    for name in case.shows.get("absent", ()):
        assert name not in observed.versions
    order = [observed.versions[name] for name in case.shows.get("order", ())]
    assert order == sorted(order)
    if "data" in case.shows:
        assert list(observed.data.values()) == case.shows["data"]


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_the_gate_says_what_argocd_does(case: Case, verdicts: Verdicts) -> None:
    said, observed = verdicts[case.name]
    if case.rule:
        assert case.rule in said.rules, said.messages
    else:
        assert said.rules == (), said.messages
    assert bool(difference(case, said, observed)) == bool(case.differs)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_what_is_silent_is_shown_to_be_against_the_intention(case: Case) -> None:
    """An effect is named, or it is a project that Argo CD's API server would have refused."""
    if case.argo == "silent":
        assert case.shows or case.rule == "project-valid"


def test_projects_are_refused_as_by_the_api_server_of_argocd(verdicts: Verdicts) -> None:
    """Its controller takes every project; what the function says that it never calls is asked."""
    text = "".join(json.dumps(case.project) + "\n" for case in CASES.values())
    asked = subprocess.run(
        [binary(PROJECTS)], input=text, capture_output=True, check=True, text=True
    )
    lines = asked.stdout.splitlines()
    refused = {name for name, line in zip(CASES, lines, strict=True) if line}
    found = {name for name, (said, _) in verdicts.items() if "project-valid" in said.rules}
    # A pattern that matches nothing is found as well, though nobody refuses it.
    assert "kind-malformed" in found
    found -= {"kind-malformed"}
    differ = [
        {"case": name, "gate": str(name in found), "cluster": str(name in refused), "why": "open"}
        for name in sorted(found ^ refused)
    ]
    record("projects", len(CASES), len(CASES) - len(differ), differ)
    assert found == refused


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 80
    assert {case.argo for case in CASES.values()} == {
        "synced",
        "warned",
        "refused",
        "silent",
        "running",
        "held",
    }
