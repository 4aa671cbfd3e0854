"""What can be set of a rule, declared like a frozen dataclass and as good as one.

Each run imports every rule, and to make a dataclass takes longer than to import a module: it writes
source code and compiles it. A class that inherits from RuleOptions becomes a dataclass when
somebody asks for its fields as one, which a run does not.
"""

from dataclasses import Field, dataclass, field
from typing import Any, dataclass_transform

_FIELDS = "__dataclass_fields__"


class _Fields:
    """Stands where a dataclass keeps its fields, and makes one of a class that is asked for them.

    The dataclass then has fields of its own, so each class asks once.
    """

    def __get__(self, instance: Any, kind: type[Any]) -> Any:
        if kind is RuleOptions:
            return None  # a base that brings no fields
        return getattr(dataclass(frozen=True)(kind), _FIELDS)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class RuleOptions:
    """What the options of a rule inherit from: annotated fields, each with a default.

    Raises TypeError for a value of no field, AttributeError where one is to be changed.
    """

    def __init__(self, **given: Any) -> None:
        kind = type(self)
        values = vars(self)
        for name in kind.__annotations__:
            default = getattr(kind, name, None)
            if name in given:
                values[name] = given.pop(name)
            elif isinstance(default, Field) and callable(default.default_factory):
                values[name] = default.default_factory()
            else:
                values[name] = default
        if given:
            raise TypeError(f"{kind.__name__} has no field {next(iter(given))!r}")
        self.__post_init__()

    def __post_init__(self) -> None:
        """What a class does with what it is given, as of a dataclass."""

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"cannot assign to {name!r}: options are read-only")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({given})"

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))


setattr(RuleOptions, _FIELDS, _Fields())


def names(kind: type[Any]) -> list[str]:
    """The fields of a dataclass, or of options, in their order."""
    return list(kind.__annotations__)


def is_fields(kind: Any) -> bool:
    """Whether a type is a dataclass or options; asking does not make it a dataclass."""
    if not isinstance(kind, type):
        return False
    return _FIELDS in vars(kind) or issubclass(kind, RuleOptions)
