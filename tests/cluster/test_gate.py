"""What the validation says, the gate says."""

from tests.cluster.gate import reported
from tests.cluster.mutants import mutants
from tests.cluster.sites import correct_objects
from tests.cluster.verdicts import ours


def test_the_gate_reports_what_is_refused_and_nothing_else() -> None:
    differing = [
        (one.kind, one.names, one.data)
        for one in mutants(11, 300)
        if bool(reported(one.data)) != bool(ours(one.data))
    ]
    assert differing == []


def test_the_gate_reports_nothing_of_correct_objects() -> None:
    assert [objects[0] for objects in correct_objects().values() if reported(objects[0])] == []
