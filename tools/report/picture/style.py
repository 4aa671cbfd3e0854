"""How a picture of traffic looks: classes and their colours, on light and on dark paper.

The colours differ for people who cannot tell red from green: what is as it should be is teal, blue
or purple and drawn thin; what is not is orange or grey, thick or dashed, and marked with a sign.
"""

from collections.abc import Sequence

from tools.report.flow_rows import DECLARED, OPEN, Row

INWARD, BETWEEN, OUTWARD = "inward", "between", "outward"
WAYS = (INWARD, BETWEEN, OUTWARD)
WAY_WORDS = {INWARD: "from outside", BETWEEN: "between workloads", OUTWARD: "to the outside"}
MEANINGS = {
    DECLARED: "declared and open",
    OPEN: "open",
    "extra": "open, not declared",
    "missing": "declared, shut",
    "maybe": "for the cluster to say",
}
_LIGHT = {
    INWARD: "#00755e", BETWEEN: "#2b62a8", OUTWARD: "#7a4fa3",
    "extra": "#c8420a", "missing": "#c8420a", "maybe": "#6b7280",
}  # fmt: skip
_DARK = {
    INWARD: "#3fc7a5", BETWEEN: "#78aef0", OUTWARD: "#c3a0ea",
    "extra": "#ff8f5a", "missing": "#ff8f5a", "maybe": "#a5adba",
}  # fmt: skip
CLASSES = tuple(_LIGHT)

_SHAPE = """
text { font-family: ui-sans-serif, "Segoe UI", "DejaVu Sans", Helvetica, Arial, sans-serif;
       font-size: 12px }
.title { font-size: 18px; font-weight: 600 }
.name { font-size: 13px; font-weight: 600 }
.port { font-size: 11px; font-family: ui-monospace, "DejaVu Sans Mono", Menlo, monospace }
.frame { stroke-dasharray: 4 4 }
.workload { stroke-width: 1.6 }
.outside { stroke-width: 1.2 }
.line { fill: none; stroke-width: 1.8 }
.label { stroke-width: 0.8; stroke-opacity: 0.6 }
.line.extra { stroke-width: 3.4 }
.line.missing { stroke-width: 2.6; stroke-dasharray: 2 6 }
.line.maybe { stroke-dasharray: 9 5 }
"""
_PAPER = """
text { fill: %s } .soft { fill: %s } .paper, .label { fill: %s }
.frame { fill: %s; stroke: %s } .workload { fill: %s; stroke: %s } .outside { fill: %s; stroke: %s }
"""


def style() -> str:
    """The style sheet of a picture."""
    light = _PAPER % (
        "#1f2933", "#566676", "#ffffff", "#f4f7fb", "#b9c7d6", "#ffffff", "#2b62a8", "#f7f3ec",
        "#a08b62",
    )  # fmt: skip
    dark = _PAPER % (
        "#e6ebf1", "#a3b1c0", "#161b22", "#1d242d", "#48566a", "#161b22", "#78aef0", "#2a2620",
        "#a08b62",
    )  # fmt: skip
    night = f"@media (prefers-color-scheme: dark) {{{dark}{_lines(_DARK)}}}\n"
    return f"{_SHAPE}{light}{_lines(_LIGHT)}{night}"


def _lines(colours: dict[str, str]) -> str:
    return "".join(
        f".{name} {{ stroke: {colour} }} .head-{name} {{ fill: {colour} }}\n"
        for name, colour in colours.items()
    )


def class_of(row: Row) -> str:
    """The class of what is as it should be tells which way it goes; the rest is its state's."""
    return row.state if row.state not in (DECLARED, OPEN) else WAYS[row.section]


def total(rows: Sequence[Row]) -> int:
    """How many rows some rows stand for."""
    return sum(row.count for row in rows)
