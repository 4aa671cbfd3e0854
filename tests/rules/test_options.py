"""The options of a rule are a frozen dataclass, which is made when somebody asks for its fields."""

from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from typing import Any

import pytest

from tools.rules.options import RuleOptions, is_fields, names


def made() -> Any:
    class Options(RuleOptions):
        most: int = 3
        names: tuple[str, ...] = ("a",)
        each: dict[str, str] = field(default_factory=dict)

    return Options


def test_fields_have_their_defaults_or_what_is_given() -> None:
    kind = made()
    assert vars(kind()) == {"most": 3, "names": ("a",), "each": {}}
    assert vars(kind(most=4)) == {"most": 4, "names": ("a",), "each": {}}
    assert vars(kind())["each"] is not vars(kind())["each"]
    with pytest.raises(TypeError, match=r"^Options has no field 'least'$"):
        kind(least=1)


def test_they_are_shown_as_a_dataclass_is() -> None:
    kind = made()
    assert repr(kind(most=4)) == "Options(most=4, names=('a',), each={})"
    before = repr(kind())
    assert fields(kind), "which makes it one"
    assert repr(kind()).rpartition(".")[2] == before


def test_they_are_read_only_and_compared_by_value() -> None:
    kind = made()
    with pytest.raises(AttributeError):
        kind().most = 4
    assert kind() == kind(most=3) != kind(most=4)
    assert kind() != made()()


def test_asking_whether_it_has_fields_does_not_make_a_dataclass() -> None:
    kind = made()
    assert is_fields(kind)
    assert names(kind) == ["most", "names", "each"]
    assert "__dataclass_fields__" not in vars(kind)
    assert not is_fields(int)
    assert not is_fields(tuple[str, ...])


def test_as_a_dataclass_it_is_what_it_was() -> None:
    kind = made()
    before: Any = kind(most=4)
    assert [(each.name, each.default) for each in fields(kind)[:2]] == [
        ("most", 3),
        ("names", ("a",)),
    ]
    assert replace(before, names=("b",)) == kind(most=4, names=("b",))
    assert kind(most=4) == before
    assert is_dataclass(kind)
    with pytest.raises(FrozenInstanceError):
        before.most = 5


def test_a_class_may_refuse_what_it_is_given() -> None:
    class Options(RuleOptions):
        most: int = 3

        def __post_init__(self) -> None:
            if self.most < 0:
                raise ValueError("less than nothing")

    for _ in range(2):
        with pytest.raises(ValueError, match="less than nothing"):
            Options(most=-1)
        assert len(fields(Options())) == 1
