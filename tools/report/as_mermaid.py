"""The traffic of a target as a Mermaid graph, which code hosts draw in Markdown."""

from collections.abc import Iterator, Mapping, Sequence

from tools.report.flow_groups import Digest, digest
from tools.report.flow_rows import DECLARED, EXTRA, MAYBE, MISSING, OPEN, Party, Row
from tools.report.picture.parts import note_words, plural, shown_ports
from tools.report.printable import printable

_ARROWS = {DECLARED: "-->", OPEN: "-->", EXTRA: "==>", MISSING: "-.->", MAYBE: "-.->"}
_COLOURS = {EXTRA: "#c8420a", MISSING: "#c8420a", MAYBE: "#6b7280"}
_NOTES = {EXTRA: "not declared", MISSING: "shut", MAYBE: "maybe"}


def mermaid(rows: Sequence[Row], silent: Sequence[Party] = ()) -> str:
    """The text of a flowchart from left to right; a box for each namespace."""
    return "\n".join(_lines(digest(rows, silent)))


def _lines(found: Digest) -> Iterator[str]:
    # Whoever is outside stands at the left as a source, and once more at the right as a target.
    nodes = {(party, side): f"n{i}" for i, (party, side) in enumerate(_sides(found))}
    inner = [party for party, _ in nodes if party.is_workload]
    yield "flowchart LR"
    for namespace in dict.fromkeys(party.namespace for party in inner):
        yield f'  subgraph {_id(namespace)}["{_text(namespace or "no namespace")}"]'
        for party in inner:
            if party.namespace == namespace:
                yield f'    {nodes[party, ""]}["{_label(party, found)}"]'
        yield "  end"
    for (party, _), name in nodes.items():
        if not party.is_workload:
            yield f'  {name}(["{_text(party.name)}"])'
    yield from _arrows(found, nodes)


def _arrows(found: Digest, nodes: Mapping[tuple[Party, str], str]) -> Iterator[str]:
    arrows: list[tuple[Row, str, str]] = []
    for row in found.rows:
        source, destination = (nodes[end] for end in _ends(row))
        arrows.append((row, source, destination))
    arrows += [_shared(alike, nodes) for alike in found.shared]
    colours = []
    for number, (row, source, destination) in enumerate(arrows):
        label = "<br/>".join(map(_text, shown_ports(row))) + _note(row)
        yield f'  {source} {_ARROWS[row.state]}|"{label}"| {destination}'
        if row.state in _COLOURS:
            colours.append(f"  linkStyle {number} stroke:{_COLOURS[row.state]}")
    yield from colours


def _shared(alike: Sequence[Row], nodes: Mapping[tuple[Party, str], str]) -> tuple[Row, str, str]:
    """An arrow between a namespace and somebody whom all of its workloads share."""
    row, (source, destination) = alike[0], _ends(alike[0])
    if row.source.is_workload:
        return row, _id(row.source.namespace), nodes[destination]
    return row, nodes[source], _id(row.destination.namespace)


def _ends(row: Row) -> tuple[tuple[Party, str], tuple[Party, str]]:
    source = row.source, "" if row.source.is_workload else "in"
    return source, (row.destination, "" if row.destination.is_workload else "out")


def _sides(found: Digest) -> list[tuple[Party, str]]:
    rows = [*found.rows, *(row for alike in found.shared for row in alike)]
    sides = [_ends(row)[0] for row in rows] + [_ends(row)[1] for row in rows]
    return list(dict.fromkeys([*sides, *((party, "") for party in found.workloads)]))


def _label(party: Party, found: Digest) -> str:
    names = "<br/>".join(map(_text, party.members or [party.name]))
    many = len(party.members)
    kind = f"{many} {plural(party.kind)}" if many else party.kind
    notes = "".join(f"<br/>{_text(note_words(note))}" for note in found.notes.get(party, ()))
    return f"<b>{names}</b><br/>{_text(kind)}{notes}"


def _note(row: Row) -> str:
    return f"<br/>{_NOTES[row.state]}" if row.state in _NOTES else ""


def _id(namespace: str) -> str:
    return "ns_" + "".join(c if c.isalnum() else "_" for c in namespace)


def _text(text: str) -> str:
    """A text in which nothing means anything to Mermaid."""
    escapes = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "#": "#35;", "|": "#124;"}
    return "".join(escapes.get(character, character) for character in printable(text))
