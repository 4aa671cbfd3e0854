"""The traffic of a target as data."""

from collections.abc import Sequence
from typing import Any

from tools.kubernetes.traffic.spans import each_port
from tools.report.flow_rows import Party, Row


def flow_data(path: str, rows: Sequence[Row], silent: Sequence[Party] = ()) -> dict[str, Any]:
    """`{"version": 1, "target": …, "flows": […], "silent": […]}`; docs/traffic.md describes it."""
    return {
        "version": 1,
        "target": path,
        "flows": [_flow(row) for row in rows],
        "silent": [_party(party) for party in silent],
    }


def _flow(row: Row) -> dict[str, Any]:
    numbered = [
        {"protocol": span.protocol, "first": span.first, "last": span.last}
        for span in each_port(row.ports)
    ]
    named = [{"protocol": protocol, "name": name} for protocol, name in sorted(row.names)]
    return {
        "source": _party(row.source),
        "destination": _party(row.destination),
        "state": row.state,
        "ports": [*numbered, *named],
        "through": row.through,
        "opened": [
            {
                "direction": opened.direction,
                "policy": opened.policy or None,
                "source": opened.place._asdict() if opened.place else None,
            }
            for opened in row.opened
        ],
    }


def _party(party: Party) -> dict[str, str | None]:
    return {
        "kind": party.kind or None,
        "namespace": party.namespace or None,
        "name": party.name,
    }
