"""The table of a kustomization's fields against the decoder of the real Kustomize."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.render.build import RenderFailed, start
from tools.source.kustomization import FIELDS
from tools.source.kustomization_fields import KUSTOMIZATION, Choice, ListOf, MapOf, Shape, Word
from tools.source.place import FieldPath, dotted

RIGHT = {Word.TEXT: "text", Word.FLAG: True, Word.NUMBER: 1, Word.ANYTHING: {"any": ["thing"]}}
WRONG = {Word.TEXT: 5, Word.FLAG: "yes", Word.NUMBER: 1.5}
READ_BUT_IGNORED = {("openapi",)}
"""Records in which Kustomize takes any key and looks at the known ones only."""


def example(shape: Shape) -> Any:
    """A value of this shape with every field in it."""
    if isinstance(shape, Choice):
        return shape.words[0]
    if isinstance(shape, Word):
        return RIGHT[shape]
    if isinstance(shape, ListOf):
        return [example(shape.inner)]
    if isinstance(shape, MapOf):
        return {"key": example(shape.inner)}
    return {name: example(inner) for name, inner in shape.items()}


def parts(shape: Shape, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Shape]]:
    """Every scalar and every record of a shape, with a path that leads to it."""
    if isinstance(shape, ListOf):
        yield from parts(shape.inner, (*path, 0))
    elif isinstance(shape, MapOf):
        yield from parts(shape.inner, (*path, "key"))
    else:
        yield path, shape
    if isinstance(shape, Mapping):
        for name, inner in shape.items():
            yield from parts(inner, (*path, name))


def holding(path: FieldPath, value: Any) -> Any:
    """The smallest document with a value at a path."""
    for part in reversed(path):
        value = {part: value} if isinstance(part, str) else [value]
    return value


def answer(folder: Path, kustomization: Any) -> str:
    """What Kustomize says about a kustomization, "" if it renders."""
    (folder / "kustomization.yaml").write_text(json.dumps(kustomization))
    try:
        start(folder).result()
    except RenderFailed as error:
        return error.reason
    return ""


def test_every_field_with_the_right_type_is_decoded(tmp_path: Path) -> None:
    said = answer(tmp_path, example(KUSTOMIZATION))
    assert "unknown field" not in said
    assert "cannot unmarshal" not in said


def test_kustomize_refuses_what_the_table_does_not_have(tmp_path: Path) -> None:
    known = [
        dotted(path)
        for path, shape in parts(KUSTOMIZATION)
        if isinstance(shape, Mapping) and path not in READ_BUT_IGNORED
        if 'unknown field "nonsense"' not in answer(tmp_path, holding((*path, "nonsense"), "x"))
    ]
    assert known == []


@pytest.mark.parametrize("word", [Word.TEXT, Word.FLAG, Word.NUMBER], ids=lambda word: word.name)
def test_kustomize_refuses_another_type(tmp_path: Path, word: Word) -> None:
    taken = [
        dotted(path)
        for path, shape in parts(KUSTOMIZATION)
        if (Word.TEXT if isinstance(shape, Choice) else shape) is word
        if "cannot unmarshal" not in answer(tmp_path, holding(path, WRONG[word]))
    ]
    assert taken == []


def test_the_fields_at_the_top_are_those_of_the_tree() -> None:
    assert set(KUSTOMIZATION) == set(FIELDS)
