"""The picture of traffic: everything in view, nothing upon another, and nothing left out."""

from collections.abc import Sequence
from itertools import combinations
from random import Random

import pytest

from tools.kubernetes.traffic.spans import EVERY_PORT, ports
from tools.report.flow_groups import Digest, digest
from tools.report.flow_rows import DECLARED, EXTRA, MISSING, OPEN, Party, Row
from tools.report.picture.labels import Label, labels
from tools.report.picture.layout import picture
from tools.report.picture.parts import Picture
from tools.report.picture.paths import curves

INTERNET = Party("internet")
DNS = Party("cluster-dns")
LONGEST = "a-name-as-long-as-the-names-of-objects-can-be-with-63-characters"[:63]


def workloads(many: int, namespace: str = "shop") -> list[Party]:
    return [Party(f"service-{number:02}", "Deployment", namespace) for number in range(many)]


def row(source: Party, destination: Party, port: int = 80, state: str = DECLARED) -> Row:
    return Row(source, destination, state, ports("TCP", port))


def some_rows(many: int, seed: int = 1) -> list[Row]:
    """A chain of services that also call a few others, in two namespaces."""
    random = Random(seed)
    parties = [*workloads(many // 2), *workloads(many - many // 2, LONGEST)]
    rows = [row(INTERNET, parties[0], 8080)]
    for number, party in enumerate(parties):
        rows.append(row(party, DNS, 53))
        later = parties[number + 1 :]
        for other in random.sample(later, min(2, len(later))):
            state = random.choice([DECLARED, DECLARED, EXTRA, MISSING])
            rows.append(row(party, other, random.choice([80, 443, 8080]), state))
    return rows


def alike(rows: Sequence[Row], silent: Sequence[Party] = ()) -> Digest:
    return digest(list(rows), list(silent))


def drawn(rows: Sequence[Row], silent: Sequence[Party] = ()) -> Picture:
    return picture(alike(rows, silent))


@pytest.mark.parametrize("many", [1, 2, 10, 40])
def test_boxes_are_in_view_and_beside_each_other(many: int) -> None:
    made = drawn(some_rows(many))
    boxes = [Label(b.x, b.y, b.width, b.height) for b in made.boxes if b.party]
    for box in boxes:
        assert box.x >= 0 and box.x + box.width <= made.width
        assert box.y >= 0 and box.y + box.height <= made.height
    for one, other in combinations(boxes, 2):
        assert not one.overlap(other), (one, other)


@pytest.mark.parametrize("many", [1, 2, 10])
def test_labels_cover_no_box_and_no_other_label(many: int) -> None:
    made = drawn(some_rows(many))
    boxes = [Label(b.x, b.y, b.width, b.height) for b in made.boxes if b.party]
    spots = [spot for _, _, spot in labels(made, curves(made))]
    for one in spots:
        assert not any(one.overlap(box, room=0) for box in boxes), one
    for one, other in combinations(spots, 2):
        assert not one.overlap(other, room=0), (one, other)


def test_only_what_all_of_a_namespace_share_hangs_at_its_frame() -> None:
    one, other, third = workloads(3)
    between = [row(one, other), row(other, third, 81)]
    names = [row(party, DNS, 53) for party in (one, other, third)]
    found = alike([*between, *names])
    assert [[r.source.name for r in rows] for rows in found.shared] == [
        [one.name, other.name, third.name]
    ]
    assert alike([*between, *names[:2]]).shared == []


def test_the_name_of_a_namespace_has_room_in_a_narrow_frame() -> None:
    made = drawn([row(INTERNET, Party("web", "Deployment", LONGEST))])
    assert made.frames[0].width >= 7 * len(LONGEST)


def test_frames_are_around_their_boxes_and_as_wide_as_the_name_of_the_namespace() -> None:
    made = drawn(some_rows(10))
    assert sorted(frame.namespace for frame in made.frames) == sorted(["shop", LONGEST])
    for frame in made.frames:
        assert frame.width >= 7 * len(frame.namespace)
        inner = [b for b in made.boxes if b.party and b.party.namespace == frame.namespace]
        for box in inner:
            assert frame.x < box.x and box.x + box.width < frame.x + frame.width
            assert frame.y < box.y and box.y + box.height < frame.y + frame.height


def test_long_names_are_broken_and_their_boxes_wide_enough() -> None:
    made = drawn([row(INTERNET, Party(LONGEST, "Deployment", "shop"))])
    box = next(b for b in made.boxes if b.party and b.party.is_workload)
    assert len(box.lines) == 3
    assert "".join(box.lines) == LONGEST
    assert box.width > 7.5 * max(map(len, box.lines))
    assert box.height >= 16 * (len(box.lines) + 1)


def test_an_arrow_runs_beside_the_boxes_between_its_ends() -> None:
    """From the first to the last of a chain: past both in the middle, not through them."""
    first, second, third, last = workloads(4)
    chain = [row(first, second), row(second, third), row(third, last)]
    made = drawn([*chain, row(INTERNET, first), row(first, last, 81)])
    long = next(arrow for arrow in made.arrows if arrow.row.ports == ports("TCP", 81))
    points = [piece.at(t / 20) for piece in curves(made)[id(long)] for t in range(21)]
    for box in made.boxes:
        if box.party in (second, third):
            within = Label(box.x, box.y, box.width, box.height)
            assert not any(within.holds(point) for point in points), box.party


def test_forty_workloads_without_policies_are_one_box() -> None:
    parties = workloads(40)
    rows = [Row(one, other, OPEN, EVERY_PORT) for one in parties for other in parties]
    made = drawn(rows)
    assert len([b for b in made.boxes if b.party]) == 1
    assert not made.arrows
    (box,) = made.boxes
    assert ", ".join(box.lines) == ", ".join(party.name for party in parties)
    assert box.kind == "40 Deployments"


def test_groups_stand_for_every_row_and_for_nothing_else() -> None:
    """The rows of a digest, with its groups, notes and shared rows told one by one, are the rows.

    Over random rows of few workloads, in which many are alike.
    """
    for seed in range(300):
        random = Random(seed)
        parties = [*workloads(random.randrange(2, 6)), Party("db", "StatefulSet", "bank")]
        ends = [*parties, INTERNET]
        share = random.choice([0.2, 0.6, 0.9, 1.0])
        rows = [
            row(one, other, random.choice([80, 80, 80, 81]))
            for one in ends
            for other in ends
            if (one.is_workload or other.is_workload) and random.random() < share
        ]
        told = told_by(alike(rows))
        assert sorted(told) == sorted(
            (r.source.name, r.destination.name, *r.port_list) for r in rows
        ), seed
        assert sum(r.count for r in rows) == len(told)


def told_by(found: Digest) -> list[tuple[str, ...]]:
    told = [pair for r in found.rows for pair in pairs(r.source, r.destination, r)]
    told += [p for rows in found.shared for r in rows for p in pairs(r.source, r.destination, r)]
    for own, notes in found.notes.items():
        for note in notes:
            others = [end for end in note.ends if end != own]
            if note.who.startswith("↻") or " others" not in note.who:
                told += pairs(own, own, note.row)
            for other in others:
                ends = (own, other) if note.who.startswith("→") else (other, own)
                told += pairs(*ends, note.row)
    return told


def pairs(source: Party, destination: Party, told: Row) -> list[tuple[str, ...]]:
    return [
        (one, other, *told.port_list)
        for one in source.members or (source.name,)
        for other in destination.members or (destination.name,)
    ]
