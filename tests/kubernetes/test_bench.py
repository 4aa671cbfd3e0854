"""Judging an object takes about a millisecond, and nothing is loaded that is not needed."""

from tests.kubernetes.bench import OBJECT, loading, of_each_kind

SLOWER_MACHINE = 3


def test_an_object_of_each_kind_is_judged_in_about_a_millisecond() -> None:
    limit = SLOWER_MACHINE * OBJECT
    slow = {kind: spent for kind, spent in of_each_kind().items() if spent > limit}
    assert slow == {}


def test_cel_is_not_loaded_for_kinds_that_have_none() -> None:
    *_, cel = loading()
    assert not cel
