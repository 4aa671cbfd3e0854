"""Styled lines on standard output: colours on a terminal, plain text anywhere else."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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


class Unwritten(Exception):
    """Something that could not be written where it belongs: one sentence."""


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Let whoever reads standard output stop reading (`| head`) without an error.

    Raises Unwritten if standard output takes nothing for another reason.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _write_no_more()
    except OSError as error:
        _write_no_more()
        raise Unwritten(f"standard output cannot be written: {error.strerror}") from error


def _write_no_more() -> None:
    """Python flushes once more at its end; that must not fail a second time."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines, coloured by rich (which heeds NO_COLOR) if standard output is a terminal."""
    with reader_may_leave():
        if sys.stdout.isatty():
            _print_coloured(lines)
        else:
            sys.stdout.writelines(f"{line.text}\n" for line in lines)


def _print_coloured(lines: Iterable[Line]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*((span.text, span.style) for span in line.spans)))
