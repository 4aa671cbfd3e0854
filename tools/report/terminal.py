"""Styled lines on standard output: colours on a terminal, plain text anywhere else."""

import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """A piece of a line in one style (a style of rich, "" for none)."""

    text: str
    style: str = ""


class Line(NamedTuple):
    """One line of a report."""

    spans: Sequence[Span]

    @property
    def text(self) -> str:
        """The line without its styles."""
        return "".join(span.text for span in self.spans).rstrip()


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines, coloured by rich (which heeds NO_COLOR) if standard output is a terminal."""
    if not sys.stdout.isatty():
        sys.stdout.writelines(f"{line.text}\n" for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*((span.text, span.style) for span in line.spans)))
