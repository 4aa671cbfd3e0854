"""The traffic of a target as a Mermaid graph, which code hosts draw in Markdown."""

from collections.abc import Iterator, Sequence

from tools.report.flow_rows import DECLARED, EXTRA, MAYBE, MISSING, OPEN, Party, Row
from tools.report.printable import printable

_ARROWS = {DECLARED: "-->", OPEN: "-->", EXTRA: "==>", MISSING: "-.->", MAYBE: "-.->"}
_COLOURS = {EXTRA: "#c62828", MISSING: "#c62828", MAYBE: "#8a6d00"}


def mermaid(rows: Sequence[Row]) -> str:
    """The text of a flowchart from left to right; a box for each namespace."""
    return "\n".join(_lines(rows))


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    parties = list(dict.fromkeys(p for row in rows for p in (row.source, row.destination)))
    # Whoever is outside stands at the left as a source, and once more at the right as a target.
    nodes = {(party, side): f"n{i}" for i, (party, side) in enumerate(_sides(rows))}
    yield "flowchart LR"
    for namespace in dict.fromkeys(party.namespace for party in parties if party.is_workload):
        yield f'  subgraph {_id(namespace)}["{_text(namespace or "no namespace")}"]'
        for (party, _), name in nodes.items():
            if party.is_workload and party.namespace == namespace:
                yield f'    {name}["<b>{_text(party.name)}</b><br/>{_text(party.kind)}"]'
        yield "  end"
    for (party, _), name in nodes.items():
        if not party.is_workload:
            yield f'  {name}(["{_text(party.name)}"])'
    colours = []
    for number, row in enumerate(rows):
        source = nodes[row.source, "" if row.source.is_workload else "in"]
        destination = nodes[row.destination, "" if row.destination.is_workload else "out"]
        label = "<br/>".join(map(_text, row.port_list)) + _note(row)
        yield f'  {source} {_ARROWS[row.state]}|"{label}"| {destination}'
        if row.state in _COLOURS:
            colours.append(f"  linkStyle {number} stroke:{_COLOURS[row.state]}")
    yield from colours


def _sides(rows: Sequence[Row]) -> list[tuple[Party, str]]:
    found = [(row.source, "" if row.source.is_workload else "in") for row in rows]
    found += [(row.destination, "" if row.destination.is_workload else "out") for row in rows]
    return list(dict.fromkeys(found))


def _note(row: Row) -> str:
    notes = {EXTRA: "not declared", MISSING: "shut", MAYBE: "maybe"}
    return f"<br/>{notes[row.state]}" if row.state in notes else ""


def _id(namespace: str) -> str:
    return "ns_" + "".join(c if c.isalnum() else "_" for c in namespace)


def _text(text: str) -> str:
    """A text in which nothing means anything to Mermaid."""
    escapes = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "#": "#35;", "|": "#124;"}
    return "".join(escapes.get(character, character) for character in printable(text))
