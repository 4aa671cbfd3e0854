"""YAML as Kubernetes reads it, and where each value stands."""

import pytest

from tools.source.document import Document, parse
from tools.source.place import Place, SourceError


def only(text: str) -> Document:
    [document] = parse(text, "f.yaml")
    return document


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", True),
        ("y", True),
        ("off", False),
        ("'on'", "on"),
        ("~", None),
        ("", None),
        ("1:30", "1:30"),
        ("2026-01-02", "2026-01-02"),
        ("1e3", 1000.0),
        ("0755", 493),
        ("0o755", 493),
        ("0x1F", 31),
        ("0b11", 3),
        ("1_000", 1000),
        (".5", 0.5),
        ("1.10", 1.1),
        ("08", 8.0),
        ("500m", "500m"),
        ("-3", -3),
        ("v1", "v1"),
        ("=", "="),
        ("!!str 5", "5"),
    ],
)
def test_a_scalar_is_read_as_go_reads_it(written: str, value: object) -> None:
    found = only(f"key: {written}\n").data["key"]
    assert (found, type(found)) == (value, type(value))


def test_a_value_is_placed_where_it_stands_and_a_block_at_its_key() -> None:
    document = only(
        "metadata:\n"
        "  labels: {app: web}\n"
        "spec:\n"
        "  args:\n"
        "    - one\n"
        "    - name: two\n"
        "  text: |\n"
        "    line\n"
    )
    assert {path: tuple(document.place(path) or ()) for path in document.parts} == {
        (): ("f.yaml", 1, 1),
        ("metadata",): ("f.yaml", 1, 1),
        ("metadata", "labels"): ("f.yaml", 2, 11),
        ("metadata", "labels", "app"): ("f.yaml", 2, 17),
        ("spec",): ("f.yaml", 3, 1),
        ("spec", "args"): ("f.yaml", 4, 3),
        ("spec", "args", 0): ("f.yaml", 5, 7),
        ("spec", "args", 1): ("f.yaml", 6, 7),
        ("spec", "args", 1, "name"): ("f.yaml", 6, 13),
        ("spec", "text"): ("f.yaml", 7, 9),
    }


def test_a_missing_field_is_placed_at_its_nearest_parent() -> None:
    document = only("spec:\n  containers:\n    - name: web\n")
    assert document.nearest(("spec", "containers", 0, "resources", "limits")) == (
        ("spec", "containers", 0),
        Place("f.yaml", 3, 7),
    )


def test_an_aliased_value_stands_at_its_anchor_and_merge_keys_give_way() -> None:
    document = only("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n")
    assert document.data["b"] == {"x": 1, "y": 3}
    assert document.place(("b", "x")) == Place("f.yaml", 1, 11)
    assert document.place(("b", "y")) == Place("f.yaml", 4, 6)


def test_a_duplicate_key_is_noted_and_the_last_one_wins() -> None:
    document = only("a: 1\na: 2\n")
    assert document.data == {"a": 2}
    assert [(quirk.what, quirk.place) for quirk in document.quirks] == [
        ("the key 'a' stands twice", Place("f.yaml", 2, 1))
    ]


def test_empty_documents_are_left_out() -> None:
    documents = parse("---\n# nothing\n---\na: 1\n---\n", "f.yaml")
    assert [document.data for document in documents] == [{"a": 1}]


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "sentence", "line"),
    [
        ("a: [1,\n", "not valid YAML: did not find expected node content", 2),
        ("a:\n\tb: 1\n", "not valid YAML: found character that cannot start any token", 2),
        ("a: \x07\n", "not valid YAML: unacceptable character #x0007", 1),
        ("[" * 5000, "YAML is nested deeper than 200 levels", 1),
        ("- " * 5000, "YAML is nested deeper than 200 levels", 1),
        ("".join(" " * n + f"k{n}:\n" for n in range(400)), "YAML is nested deeper", 1),
        ("a: &a [*a]\n", "an alias refers to a value that contains it", 1),
        (BOMB, "aliases expand this document beyond", 1),
        ("{[1]: 2}\n", "a map key must be plain text", 1),
        ("a: *b\n", "not valid YAML: found undefined alias", 1),
    ],
    ids=[
        *("unclosed", "tab", "control", "flow", "compact"),
        *("indented", "cycle", "bomb", "key", "alias"),
    ],
)
def test_bad_text_is_refused_in_one_sentence_with_its_line(
    text: str, sentence: str, line: int
) -> None:
    with pytest.raises(SourceError) as refusal:
        parse(text, "f.yaml")
    assert refusal.value.sentence.startswith(sentence)
    assert "\n" not in refusal.value.sentence
    assert refusal.value.place is not None
    if line > 1:
        assert refusal.value.place.line == line
