"""The judge of the trace: change exactly what it names, render again, and look what moved.

`python -m tests.trace.perturbation FOLDER ...` judges every value of these kustomizations.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tools.kubernetes.resource import Ref, Resource, lookup
from tools.render.build import RenderFailed, start
from tools.source.document import parse
from tools.source.place import FieldPath, Place, dotted
from tools.source.repository import Repository
from tools.source.root import repository_of
from tools.source.tree import Tree
from tools.trace.location import Location
from tools.trace.trace import Trace

NAMED, MOVED = 0.99, 0.995
"""The shares of values that must have a place, and of places that must move their values."""
_ABSENT = object()
_BOOLEANS = {"true": "false", "false": "true"}
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_PLAIN_IN_FLOW = re.compile(r"[^,\[\]{}\n]*?(?=\s*(?:: |:$|,|\]|\}|\s#|$))", re.MULTILINE)
_PLAIN = re.compile(r"[^\n]*?(?=\s*(?:: |:$|\s#|$))", re.MULTILINE)


class NothingThere(Exception):
    """A place at which no scalar begins."""


class Value(NamedTuple):
    """A rendered value and where the trace says that it is set."""

    ref: Ref
    path: FieldPath
    value: Any
    location: Location

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
    before = _by_object(found)
    by_place: dict[Place, list[Value]] = {}
    for value in found:
        if value.location.place is not None:
            by_place.setdefault(value.location.place, []).append(value)
    places = sorted(by_place)
    if at_most is not None:
        places = places[:: max(1, -(-len(places) // at_most))]
    unmoved: list[Value] = []
    stopped = 0
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "tree"
        for one in Tree(Repository(root), folder).kustomizations:
            shutil.copytree(root / one, copy / one, dirs_exist_ok=True)
        for place in places:
            try:
                now = _render_perturbed(copy, folder, place)
            except NothingThere:
                unmoved += by_place[place]
                continue
            if now is None:
                stopped += len(by_place[place])
            else:
                unmoved += _unmoved(by_place[place], now, before)
    unnamed = [value for value in found if value.location.place is None]
    tried = sum(len(by_place[place]) for place in places)
    return Verdict(len(found), unnamed, tried, unmoved, stopped)


def _render_perturbed(root: Path, folder: str, place: Place) -> list[Resource] | None:
    """The render after what stands at a place was changed; the file is put back."""
    file = root / place.file
    original = file.read_bytes()
    text = original.decode(errors="surrogateescape")
    is_yaml = file.suffix in (".yaml", ".yml", ".json") or file.name == "Kustomization"
    changed = perturbed(text, place.line, place.column, is_yaml=is_yaml)
    if changed == text:
        raise NothingThere(place)
    file.write_bytes(changed.encode(errors="surrogateescape"))
    try:
        return render(root / folder)
    finally:
        file.write_bytes(original)


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


def perturbed(text: str, line: int, column: int, *, is_yaml: bool = True) -> str:
    """The text with the one scalar changed that begins at a position, counted from 1.

    Booleans are negated, integers raised by one, anything else gets an end that it had not. In a
    block scalar the first line of its content is changed, in a file that is no YAML the line.
    """
    lines = text.split("\n")
    start = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
    begin, end = _extent(text, start) if is_yaml else _extent_by_eye(text, start)
    return text[:begin] + _other(text[begin:end]) + text[end:]


def _extent(text: str, start: int) -> tuple[int, int]:
    token = _token_at(text, start)
    if token is not None and text[token[0]] not in "|>":
        return token
    begin = token[0] if token else start
    if text[begin : begin + 1] in ("|", ">"):
        content = re.compile(r"\n\s*(\S[^\n]*)").search(text, begin)
        if content is None:
            raise NothingThere(begin)
        return content.span(1)
    return _extent_by_eye(text, begin)


def _extent_by_eye(text: str, start: int) -> tuple[int, int]:
    """Of a scalar in a text that YAML cannot tell: an inline patch, an environment file."""
    if quoted := _QUOTED.match(text, start):
        return quoted.span()
    if text[start : start + 2] in ("{}", "[]"):
        return start, start + 2
    before = text[text.rfind("\n", 0, start) + 1 : start]
    in_flow = before.count("{") + before.count("[") > before.count("}") + before.count("]")
    plain = (_PLAIN_IN_FLOW if in_flow else _PLAIN).match(text, start)
    if plain is None:
        raise NothingThere(start)
    return plain.span()


def _token_at(text: str, start: int) -> tuple[int, int] | None:
    """Begin and end of the scalar or empty collection that YAML sees at an offset."""
    return _tokens(text).get(start)


@lru_cache(maxsize=64)
def _tokens(text: str) -> dict[int, tuple[int, int]]:
    """Begin and end of every scalar and flow collection of a text, by where it begins.

    An anchor or a tag belongs to what follows it.
    """
    found: dict[int, tuple[int, int]] = {}
    begins: list[int] = []
    try:
        for token, following in pairwise(yaml.scan(text, Loader=yaml.CSafeLoader)):
            begins.append(token.start_mark.index)
            if isinstance(token, yaml.AnchorToken | yaml.TagToken):
                continue
            if isinstance(token, yaml.ScalarToken):
                span = (token.start_mark.index, token.end_mark.index)
                found |= dict.fromkeys(begins, span)
            elif isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken):
                span = (token.start_mark.index, following.end_mark.index)
                found |= dict.fromkeys(begins, span)
            begins = []
    except yaml.YAMLError:
        return {}
    return found


def _other(scalar: str) -> str:
    if scalar in _BOOLEANS:
        return _BOOLEANS[scalar]
    if re.fullmatch(r"-?(?:0|[1-9]\d*)", scalar):
        return str(int(scalar) + 1)
    if scalar == "{}":
        return "{perturbed: true}"
    if scalar == "[]":
        return "[perturbed]"
    if _QUOTED.fullmatch(scalar):
        return f"{scalar[:-1]}-x{scalar[-1]}"
    return f"{scalar}-x" if scalar.strip() else f"{scalar} perturbed"


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
