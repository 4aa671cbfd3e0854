"""What was found about images, as lines of text and as data."""

from collections.abc import Iterator, Sequence
from typing import Any

from tools.images.checking import Result, State
from tools.images.lock import Entry, shared_bytes
from tools.report.printable import printable
from tools.report.terminal import Line, Span

_MEGABYTE = 1_000_000
_MARKS = {
    State.LOCKED: ("✓", "green"),
    State.SAME: ("✓", "green"),
    State.OTHER: ("✗", "red"),
    State.MISSING: ("✗", "red"),
    State.UNKNOWN: ("!", "red"),
    State.UNSEEN: ("-", "dim"),
    State.UNUSED: ("✗", "yellow"),
}
_SHORT = 19
"""Characters of a digest that tell it from others: `sha256:` and twelve more."""


def lock_lines(results: Sequence[Result]) -> Iterator[Line]:
    """Each image with its platforms and sizes, what is wrong with it, and a summary."""
    for result in results:
        mark, style = _MARKS[result.state]
        yield Line([Span(f"{mark} ", style), Span(printable(result.image), "bold")])
        for entry in result.entries:
            yield Line([Span(f"    {_entry(entry)}", "dim")])
        for reason in result.reasons:
            yield Line([Span(f"    {printable(reason)}", style)])
    yield Line([Span(summary(results))])


def summary(results: Sequence[Result]) -> str:
    """How many images there are of each state, and how large they are together."""
    if not results:
        return "no manifest names an image"
    states = [result.state for result in results]
    counts = [f"{states.count(s)} {s.value}" for s in State if s in states]
    platforms = {entry.platform for result in results for entry in result.entries}
    sums = []
    for platform in sorted(platforms):
        entries = [e for result in results for e in result.entries if e.platform == platform]
        sums.append(f"{_size(shared_bytes(entries))} unpacked together on {platform}")
    return "; ".join([*counts, *sums])


def lock_data(results: Sequence[Result], code: int) -> dict[str, Any]:
    """The same as data, for `--format json`."""
    return {
        "version": 1,
        "exit": code,
        "images": [
            {
                "reference": result.image,
                "state": result.state.name.lower(),
                "reasons": list(result.reasons),
                "platforms": [
                    {
                        "platform": entry.platform,
                        "digest": entry.pinned or None,
                        "compressed": entry.compressed,
                        "unpacked": entry.unpacked,
                        "measured": entry.measured,
                    }
                    for entry in result.entries
                ],
            }
            for result in results
        ],
    }


def _entry(entry: Entry) -> str:
    digest = entry.pinned or entry.config_digest
    unpacked = f"{_size(entry.unpacked)} unpacked" + ("" if entry.measured else ", not measured")
    pulled = f"{_size(entry.compressed)} pulled"
    return f"{printable(entry.platform)}  {digest[:_SHORT]}  {pulled}, {unpacked}"


def _size(size: int | None) -> str:
    return "unknown" if size is None else f"{size / _MEGABYTE:.1f} MB"
