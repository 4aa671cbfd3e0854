"""The parts of a picture of traffic: boxes, arrows and frames, not how they look.

Boxes stand in columns: who connects from outside, the workloads in the order in which they call
each other, what is connected to outside. Where an arrow passes a column it gets a place of its own
there, so that it runs around boxes and not through them. What all workloads of a namespace share,
such as the DNS, stands below the frame of the namespace, at the end of one arrow. Workloads whose
traffic is alike share a box.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.report.flow_groups import Note
from tools.report.flow_rows import EXTRA, MAYBE, MISSING, Party, Row

MARKS = {EXTRA: "+ ", MISSING: "- ", MAYBE: "? "}
"""What tells a label apart without colours, as in the table."""

SLOT = 14
LINE_HEIGHT = 16
BOX_HEIGHT = 56
LANE_HEIGHT = 30
BOLD_LETTER = 8.6
LETTER = 7.3
NAMES_IN_A_COLUMN = 14
_LINE_LENGTH = 28
_MOST_NAMES = 42
_MOST_PORTS = 4


@dataclass(eq=False)
class Box:
    """Somebody in the picture, or (without a party) the lane of an arrow that passes a column."""

    party: Party | None
    side: str = ""
    column: int = 0
    band: int = 0
    notes: Sequence[Note] = ()
    x: float = 0
    y: float = 0
    width: float = 0
    weight: float = 0
    arrows: int = 0

    @property
    def height(self) -> float:
        """High enough for its text, and for the arrows of its busier side."""
        if self.party is None:
            return LANE_HEIGHT
        return max(BOX_HEIGHT, self.text_height + 20, SLOT * self.arrows + 12)

    @property
    def text_height(self) -> float:
        """The height of all lines."""
        kind = bool(self.party and self.party.is_workload)
        return LINE_HEIGHT * (len(self.lines) + kind + len(self.notes)) + 4 * bool(self.notes)

    @property
    def lines(self) -> list[str]:
        """The name in lines of a bearable length; a group's names, several to a line if many."""
        if self.party is None:
            return []
        if self.party.members:
            return _listed(self.party.members)
        return wrapped(self.party.name)

    @property
    def kind(self) -> str:
        """What stands below the name of a workload."""
        many = len(self.party.members) if self.party else 0
        kind = self.party.kind if self.party else ""
        return f"{many} {plural(kind)}" if many else kind

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def wanted_width(self) -> float:
        """Wide enough for every line."""
        if self.party is None:
            return 0
        notes = [len(note_words(note)) * LETTER for note in self.notes]
        names = [len(line) * BOLD_LETTER for line in self.lines]
        return max(118, *names, len(self.kind) * LETTER, *notes, 0) + 28


@dataclass(eq=False)
class Arrow:
    """A row, through the boxes that it runs by; `backward` from right to left."""

    row: Row
    via: list[Box]
    backward: bool = False

    @property
    def is_loop(self) -> bool:
        """Whether it stays in its column."""
        return self.via[0].column == self.via[-1].column

    def side(self, is_start: bool) -> str:
        """The side of the box at which it starts or ends."""
        if self.is_loop:
            return "right"
        return "right" if is_start != self.backward else "left"


@dataclass
class Frame:
    """The border around the workloads of a namespace; `shared` are rows of all of them."""

    namespace: str
    shared: list[tuple[Row, Box]]
    x: float
    y: float
    width: float
    height: float


@dataclass
class Picture:
    """Boxes, arrows and frames, each with its place, and the size of it all."""

    boxes: list[Box]
    arrows: list[Arrow]
    frames: list[Frame] = field(default_factory=list)
    width: float = 0
    height: float = 0


def plural(kind: str) -> str:
    """`Deployments`, for several."""
    return kind if kind.endswith("s") else f"{kind}s"


def note_words(note: Note) -> str:
    """`← all here: every port`."""
    mark = MARKS.get(note.row.state, "")
    return f"{mark}{note.who}: {', '.join(shown_ports(note.row))}"


def shown_ports(row: Row) -> list[str]:
    """The ports of a row, the first few if they are many."""
    listed = row.port_list
    if len(listed) <= _MOST_PORTS:
        return listed
    return [*listed[: _MOST_PORTS - 1], f"and {len(listed) - _MOST_PORTS + 1} more"]


def wrapped(name: str) -> list[str]:
    """A name in lines that break at spaces, else behind hyphens and dots."""
    found = [""]
    for word in _words(name):
        if found[-1] and len(found[-1]) + len(word.rstrip()) > _LINE_LENGTH:
            found.append("")
        found[-1] += word
    return [line.rstrip() for line in found]


def _words(name: str) -> list[str]:
    words = [""]
    for character in name:
        words[-1] += character
        if character == " " or (character in "-." and len(name) > _LINE_LENGTH and " " not in name):
            words.append("")
    return [word for word in words if word]


def _listed(names: Sequence[str]) -> list[str]:
    """The names of a group: one to a line, side by side where they are too many for that."""
    shown = list(names[:_MOST_NAMES])
    per_line = -(-len(shown) // NAMES_IN_A_COLUMN)
    lines = [", ".join(shown[first : first + per_line]) for first in range(0, len(shown), per_line)]
    more = len(names) - len(shown)
    return [*lines, f"and {more} more"] if more else lines
