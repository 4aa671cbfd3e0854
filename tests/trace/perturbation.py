"""The judge of the trace: change exactly what it names, render again, and look what moved.

`python -m tests.trace.perturbation FOLDER ...` judges every value of these kustomizations.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.trace.editing import NothingThere, extent, perturbed, takes_mark
from tools.kubernetes.resource import Ref, Resource, lookup
from tools.render.build import RenderFailed, start
from tools.source.document import parse
from tools.source.place import FieldPath, Place, dotted
from tools.source.repository import Repository
from tools.source.root import repository_of
from tools.source.tree import Tree
from tools.trace.location import Location
from tools.trace.trace import Trace

TOGETHER = 10
"""Places that are perturbed in one render, as long as each of them shows in it."""
NAMED, MOVED = 0.99, 0.995
"""The shares of values that must have a place, and of places that must move their values."""
_ABSENT = object()
_IDENTITY = ("apiVersion", "kind", "metadata")


class Value(NamedTuple):
    """A rendered value and where the trace says that it is set."""

    ref: Ref
    path: FieldPath
    value: Any
    location: Location

    @property
    def is_made_by_kustomize(self) -> bool:
        """Whether it has no place for the reason that no line of the sources sets it."""
        return self.location.place is None and "the replay" not in (self.location.reason or "")

    def __str__(self) -> str:
        return f"{self.ref} {dotted(self.path)} = {self.value!r}"


class Verdict(NamedTuple):
    """What became of the values: `unnamed` have no place, `unmoved` one that does not set them.

    `stopped` counts those of the tried ones where the build stopped, because something depends on
    what was changed: a patch no longer finds its object, for example.
    """

    total: int
    unnamed: list[Value]
    tried: int
    unmoved: list[Value]
    stopped: int = 0

    @property
    def named_share(self) -> float:
        return 1 - len(self.unnamed) / self.total if self.total else 1.0

    @property
    def moved_share(self) -> float:
        return 1 - len(self.unmoved) / self.tried if self.tried else 1.0

    @property
    def is_good(self) -> bool:
        return self.named_share >= NAMED and self.moved_share >= MOVED

    def __or__(self, other: "Verdict") -> "Verdict":
        """The verdict on both."""
        return Verdict(
            self.total + other.total,
            self.unnamed + other.unnamed,
            self.tried + other.tried,
            self.unmoved + other.unmoved,
            self.stopped + other.stopped,
        )


NOTHING = Verdict(0, [], 0, [])
"""The verdict on no values."""


def render(folder: Path) -> list[Resource] | None:
    """What kustomize makes of a folder, None if it fails."""
    try:
        text = start(folder).result().text
    except RenderFailed:
        return None
    return [Resource(document.data, i) for i, document in enumerate(parse(text, "render"))]


def trace(root: Path, folder: str) -> tuple[Trace, list[Resource]]:
    """The trace of a kustomization, and its objects."""
    resources = render(root / folder)
    assert resources is not None, f"kustomize cannot build {folder}"
    return Trace(Tree(Repository(root), folder), resources), resources


def values(root: Path, folder: str) -> list[Value]:
    """Every value of a kustomization with the place that the trace names."""
    traced, resources = trace(root, folder)
    return [
        Value(resource.ref, *entry) for resource in resources for entry in traced.entries(resource)
    ]


def judge(root: Path, folder: str, at_most: int | None = None) -> Verdict:
    """Perturb the places of a kustomization, all of them or an even sample of `at_most`."""
    found = values(root, folder)
    by_place: dict[Place, list[Value]] = {}
    for value in found:
        if value.location.place is not None:
            by_place.setdefault(value.location.place, []).append(value)
    places = sorted(by_place)
    if at_most is not None:
        places = places[:: max(1, -(-len(places) // at_most))]
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "tree"
        for one in Tree(Repository(root), folder).kustomizations:
            shutil.copytree(root / one, copy / one, dirs_exist_ok=True)
        judging = _Judging(copy, folder, by_place, _by_object(found))
        judging.try_all(places)
    unnamed = [value for value in found if value.location.place is None]
    tried = sum(len(by_place[place]) for place in places)
    return Verdict(len(found), unnamed, tried, judging.unmoved, judging.stopped)


class _Judging:
    """Perturbs places of a copy of a tree and collects what comes of it."""

    def __init__(
        self,
        root: Path,
        folder: str,
        by_place: Mapping[Place, list[Value]],
        before: Mapping[Ref, Mapping[FieldPath, Any]],
    ) -> None:
        self.root = root
        self.folder = folder
        self.by_place = by_place
        self.before = before
        self.unmoved: list[Value] = []
        self.stopped = 0

    def try_all(self, places: Sequence[Place]) -> None:
        """Perturb every place: alone, or with others as long as each shows a mark of its own."""
        together = [place for place in places if self._takes_mark(place)]
        shown: set[Place] = set()
        for index in range(0, len(together), TOGETHER):
            shown |= self._try_together(together[index : index + TOGETHER])
        for place in places:
            if place not in shown:
                self._try_alone(place)

    def _try_together(self, places: Sequence[Place]) -> set[Place]:
        """The places all whose values show the mark that was put there."""
        marks = {place: f"-x{index}x" for index, place in enumerate(places)}
        now = _render_perturbed(self.root, self.folder, marks) or []
        return {place for place, mark in marks.items() if self._shows(place, mark, now)}

    def _takes_mark(self, place: Place) -> bool:
        text = _text(self.root / place.file)
        try:
            begin, end = extent(text, place.line, place.column, is_yaml=_is_yaml(place.file))
        except NothingThere:
            return False
        identifies = any(
            value.path[0] in _IDENTITY or value.path[-1] == "name" for value in self.by_place[place]
        )
        return not identifies and takes_mark(text[begin:end])

    def _shows(self, place: Place, mark: str, now: list[Resource]) -> bool:
        resources = {resource.ref: resource for resource in now}
        return all(
            value.ref in resources and mark in str(_at(resources[value.ref].data, value.path))
            for value in self.by_place[place]
        )

    def _try_alone(self, place: Place) -> None:
        try:
            now = _render_perturbed(self.root, self.folder, {place: "-x"})
        except NothingThere:
            self.unmoved += self.by_place[place]
            return
        if now is None:
            self.stopped += len(self.by_place[place])
        else:
            self.unmoved += _unmoved(self.by_place[place], now, self.before)


def _render_perturbed(root: Path, folder: str, marks: Mapping[Place, str]) -> list[Resource] | None:
    """The render after what stands at some places was changed; the files are put back."""
    originals: dict[Path, bytes] = {}
    try:
        # From the end, so that the places before it stay where they are.
        for place in sorted(marks, reverse=True):
            file = root / place.file
            originals.setdefault(file, file.read_bytes())
            text = _text(file)
            changed = perturbed(
                text, place.line, place.column, is_yaml=_is_yaml(place.file), mark=marks[place]
            )
            if changed == text:
                raise NothingThere(place)
            file.write_bytes(changed.encode(errors="surrogateescape"))
        return render(root / folder)
    finally:
        for file, content in originals.items():
            file.write_bytes(content)


def _text(file: Path) -> str:
    return file.read_bytes().decode(errors="surrogateescape")


def _is_yaml(file: str) -> bool:
    return file.endswith((".yaml", ".yml", ".json", "Kustomization"))


def _by_object(values: Iterable[Value]) -> dict[Ref, dict[FieldPath, Any]]:
    found: dict[Ref, dict[FieldPath, Any]] = {}
    for value in values:
        found.setdefault(value.ref, {})[value.path] = value.value
    return found


def _unmoved(
    named: Iterable[Value], resources: list[Resource], before: Mapping[Ref, Mapping[FieldPath, Any]]
) -> list[Value]:
    """The values that a new render holds as they were; an object that was renamed is followed."""
    now = {resource.ref: resource for resource in resources}
    new = [resource for ref, resource in now.items() if ref not in before]
    found = []
    for value in named:
        resource = now.get(value.ref) or _likest(before[value.ref], value.ref, new)
        if resource is not None and _same(_at(resource.data, value.path), value.value):
            found.append(value)
    return found


def _likest(old: Mapping[FieldPath, Any], ref: Ref, new: list[Resource]) -> Resource | None:
    """What an object that is gone has become: the new one of its kind that shares most with it."""
    found = [one for one in new if ref.kind == one.kind]

    def shared(one: Resource) -> int:
        return sum(_same(_at(one.data, path), value) for path, value in old.items())

    return max(found, key=shared, default=None)


def _at(data: Any, path: FieldPath) -> Any:
    parent = lookup(data, path[:-1])
    part = path[-1]
    if isinstance(parent, dict):
        return parent.get(str(part), _ABSENT)
    if isinstance(parent, list) and isinstance(part, int) and part < len(parent):
        return parent[part]
    return _ABSENT


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def report(folder: str, verdict: Verdict) -> Iterator[str]:
    """The verdict in lines for a person."""
    yield (
        f"{folder}: {verdict.total} values, {verdict.named_share:.2%} named; "
        f"{verdict.tried} tried, {verdict.moved_share:.2%} of them moved"
    )
    for value in verdict.unnamed:
        yield f"  unnamed  {value} ({value.location.reason})"
    for value in verdict.unmoved:
        place = value.location.place
        assert place is not None
        yield f"  unmoved  {value} at {place.file}:{place.line}:{place.column}"


def main(folders: Sequence[str]) -> int:
    """Judge kustomizations; 1 if a share is too small."""
    failed = False
    for folder in folders:
        path = Path(folder).resolve()
        root = repository_of(path)
        verdict = judge(root, Repository(root).name(path))
        failed |= not verdict.is_good
        print(*report(folder, verdict), sep="\n", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
