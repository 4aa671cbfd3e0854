"""What a template consists of."""

from dataclasses import dataclass, field


class Missing:
    """The value of a key that a map does not have."""

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


@dataclass(slots=True)
class Constant:
    """Text, a number, true, false or nil as they stand."""

    value: str | int | float | bool | None


@dataclass(slots=True)
class Dot:
    """`.`"""


@dataclass(slots=True)
class Fields:
    """Fields of the dot, of a variable, or of what is in parentheses: `.a.b`, `$x.a`, `(…).a`."""

    names: list[str]
    variable: str | None = None
    pipe: "Pipe | None" = None


@dataclass(slots=True)
class Function:
    """The name of a function."""

    name: str


Operand = Constant | Dot | Fields | Function


@dataclass(slots=True)
class Pipe:
    """Commands, each given the value of the one before, and variables that take the last value."""

    commands: list[list[Operand]]
    variables: list[str] = field(default_factory=list)
    assigns: bool = False


@dataclass(slots=True)
class Branch:
    """`if`, `with` or `range`."""

    word: str
    pipe: Pipe
    body: "list[Node]"
    otherwise: "list[Node]"


@dataclass(slots=True)
class Jump:
    """`break` or `continue`."""

    word: str


@dataclass(slots=True)
class Call:
    """`template "name" pipeline`."""

    name: str
    pipe: Pipe | None


Node = str | Pipe | Branch | Jump | Call
