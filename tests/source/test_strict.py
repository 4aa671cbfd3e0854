"""What is found in a document that is held against the fields it may have."""

from tools.source.document import parse
from tools.source.kustomization_fields import KUSTOMIZATION, REPLACEMENT
from tools.source.place import Place
from tools.source.strict import Fault, faults


def place(line: int, column: int) -> Place:
    return Place("f.yaml", line, column)


def found(text: str) -> list[Fault]:
    [document] = parse(text, "f.yaml")
    return list(faults(document, KUSTOMIZATION))


def test_a_field_that_does_not_exist() -> None:
    assert found("images:\n  - name: web\n    tag: '1'\n") == [
        Fault(
            "unknown field 'tag' in images[0]",
            "Correct the name, or delete the field.",
            place(3, 5),
            "tag",
            ("name", "newName", "tagSuffix", "newTag", "digest"),
        )
    ]


def test_a_field_in_another_case() -> None:
    assert found("NAMESPACE: shop\n") == [
        Fault(
            "the field 'namespace' is written 'NAMESPACE'",
            "Write 'namespace', with these capitals.",
            place(1, 1),
        )
    ]


def test_a_field_that_stands_twice_whatever_its_case() -> None:
    assert found("resources: [a]\nResources: [b]\n") == [
        Fault(
            "'resources' stands twice; Kustomize uses only one of them",
            "Write one 'resources' that holds both.",
            place(2, 1),
            first=place(1, 1),
        )
    ]


def test_values_of_another_type() -> None:
    assert found("namespace: 5\nresources: a\nlabels:\n  - pairs: []\n") == [
        Fault("namespace is the number 5, not text", "Put the value in quotes.", place(1, 12)),
        Fault(
            "resources is the text 'a', not a list",
            "Write a list, each item after `- `.",
            place(2, 12),
        ),
        Fault(
            "labels[0].pairs is a list, not a map",
            "Write a map, its fields indented below this key.",
            place(4, 12),
        ),
    ]


def test_a_word_that_is_ignored() -> None:
    assert found("configMapGenerator:\n  - behavior: mrege\n") == [
        Fault(
            "configMapGenerator[0].behavior is 'mrege', which Kustomize does not know",
            "Write create or merge or replace.",
            place(2, 15),
            "mrege",
            ("create", "merge", "replace"),
        )
    ]


def test_what_a_merge_key_brings_along_is_checked_where_it_stands_and_once() -> None:
    text = "patches:\n  - &one {path: a, targt: {}}\n  - {<<: *one, path: b}\n"
    [fault] = found(text)
    assert (fault.sentence, fault.place) == ("unknown field 'targt' in patches[0]", place(2, 20))


def test_null_and_empty_text_leave_a_field_as_it_is() -> None:
    assert found("namespace:\nimages: ~\nsortOptions: {order: ''}\n") == []


def test_equal_keys_may_be_left_to_others() -> None:
    [document] = parse("sourceValue: a\nsourceValue: b\n", "f.yaml")
    assert list(faults(document, REPLACEMENT, duplicates=False)) == []
