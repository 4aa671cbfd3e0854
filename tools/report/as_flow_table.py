"""The traffic of a target as a table for people."""

from collections.abc import Iterator, Sequence

from tools.report.flow_groups import grouped, groups
from tools.report.flow_rows import DECLARED, EXTRA, MAYBE, MISSING, OPEN, Opened, Party, Row
from tools.report.printable import printable
from tools.report.terminal import Line, Span

MARKS = {
    DECLARED: ("✓", "green"),
    OPEN: ("•", ""),
    EXTRA: ("+", "red"),
    MISSING: ("-", "red"),
    MAYBE: ("?", "yellow"),
}
"""What stands before a row, and its colour."""

MEANINGS = {
    DECLARED: "declared and open",
    OPEN: "open",
    EXTRA: "open, and declared nowhere",
    MISSING: "declared, and shut",
    MAYBE: "for the cluster to say",
}
WIDEST = 44


class Names:
    """The shortest names that still tell the workloads apart."""

    def __init__(self, rows: Sequence[Row]) -> None:
        parties = {party for row in rows for party in (row.source, row.destination)}
        self._workloads = [party for party in parties if party.is_workload]

    def of(self, party: Party) -> str:
        """`web`, or as much of `shop/Deployment/web` as is needed."""
        namesakes = [p for p in self._workloads if p.name == party.name and p != party]
        if not party.is_workload or not namesakes:
            return party.name
        parts = [party.kind, party.name]
        if any(p.namespace != party.namespace for p in namesakes):
            parts.insert(0, party.namespace)
        return "/".join(filter(None, parts))


def flow_table(
    path: str, rows: Sequence[Row], silent: Sequence[Party] = (), places: bool = True
) -> Iterator[Line]:
    """A line for each row: the ends, the ports, and where it is opened.

    Workloads for which the same policies open the same are one; all of a group are told below.
    """
    members = groups(rows, by_policy=True)
    rows = grouped(rows, members)
    names = Names(rows)
    cells = [(printable(names.of(r.source)), printable(names.of(r.destination))) for r in rows]
    first = min(max((len(one) for one, _ in cells), default=0), WIDEST)
    second = min(max((len(other) for _, other in cells), default=0), WIDEST)
    ports = [", ".join(row.port_list) for row in rows]
    third = min(max(map(len, ports), default=0), WIDEST)
    yield Line((Span(printable(path), "bold"),))
    section = ""
    for row, (source, destination), port in zip(rows, cells, ports, strict=True):
        if (heading := _SECTIONS[row.section]) != section:
            section = heading
            yield Line(())
            yield Line((Span(f"  {section}", "bold"),))
        mark, style = MARKS[row.state]
        quiet = "" if row.state in (DECLARED, OPEN) else style
        yield Line(
            (
                Span(f"  {mark} ", style),
                Span(f"{source:<{first}}", quiet or _colour(row.source)),
                Span("  →  ", "dim"),
                Span(f"{destination:<{second}}", quiet or _colour(row.destination)),
                Span(f"  {printable(port):<{third}}", quiet or "bold"),
                Span(f"  {'; '.join(_opened(row)) if places else ''}", "dim"),
            )
        )
    yield Line(())
    for group in dict.fromkeys(members.values()):
        listed = ", ".join(map(printable, group.members))
        yield Line((Span(f"  {printable(group.name)}: ", "cyan"), Span(listed, "dim")))
    if silent:
        listed = ", ".join(printable(party.name) for party in silent)
        yield Line((Span("  nothing to or from: ", "dim"), Span(listed, "cyan")))
    if members or silent:
        yield Line(())
    yield from _legend(rows, bool(silent))


_SECTIONS = ("from the outside", "between workloads", "to the outside")


def _colour(party: Party) -> str:
    return "cyan" if party.is_workload else "magenta"


def _opened(row: Row) -> Iterator[str]:
    """`web (base/web.yaml:12)` for each policy, and what leads there."""
    if row.through:
        yield "by " + ", ".join(map(printable, row.through))
    for opened in row.opened:
        yield _policy(opened)


def _policy(opened: Opened) -> str:
    if not opened.policy:
        return f"no policy restricts {opened.direction}"
    where = f" {opened.place.file}:{opened.place.line}" if opened.place else ""
    return printable(f"{opened.direction} {opened.policy}{where}")


def _legend(rows: Sequence[Row], has_pods: bool) -> Iterator[Line]:
    """What the marks mean, with how many rows have them."""
    spans = [Span("  ")]
    for state, meaning in MEANINGS.items():
        if many := sum(row.count for row in rows if row.state == state):
            mark, style = MARKS[state]
            spans += [Span(f"{mark} ", style), Span(f"{many} {meaning}   ", "dim")]
    nothing = "nothing flows" if has_pods else "nothing flows: there are no pods"
    yield Line(spans if rows else (Span(f"  {nothing}", "dim"),))
