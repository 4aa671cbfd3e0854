"""YAML that its readers do not all read alike."""

import pytest

from tools.source.ambiguity import Ambiguity, ambiguities, words_for_flags
from tools.source.document import parse
from tools.source.place import Place


def found(text: str, kustomize: bool = False) -> list[Ambiguity]:
    [document] = parse(text, "f.yaml")
    return list(ambiguities(document, kustomize))


def about(key: str, value: str, kustomize: bool = False) -> str:
    """What is said of one value under a key of a map called `annotations`, "" if nothing is."""
    said = found(f"annotations:\n  {key}: {value}\n", kustomize)
    assert all(ambiguity.place == Place("f.yaml", 2, len(key) + 5) for ambiguity in said)
    return "; ".join(ambiguity.sentence for ambiguity in said)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("yes", "yes is true to some YAML readers and text to others"),
        ("On", "On is true to some YAML readers and text to others"),
        ("n", "n is false to some YAML readers and text to others"),
        ("OFF", "OFF is false to some YAML readers and text to others"),
        ("0123", "0123 is 83 to some YAML readers and 123 to others"),
        ("-017", "-017 is -15 to some YAML readers and -17 to others"),
        ("00", "00 begins with a zero, which some YAML readers drop and others keep as text"),
        ("089", "089 begins with a zero, which some YAML readers drop and others keep as text"),
        ("0o17", "0o17 is 15 to some YAML readers and text to others"),
        ("0b101", "0b101 is 5 to some YAML readers and text to others"),
        ("1_000", "1_000 is 1000 to some YAML readers and text to others"),
        ("-.inf", "-.inf is no number that JSON has, so no API server takes it"),
        (".nan", ".nan is no number that JSON has, so no API server takes it"),
        ("22:22", "22:22 is a number to base 60 to some YAML readers and text to others"),
        ("1:30:00", "1:30:00 is a number to base 60 to some YAML readers and text to others"),
        ("1.10", "1.10 is a number where text belongs, and becomes 1.1"),
        ("1e3", "1e3 is a number where text belongs, and becomes 1000"),
        ("+5", "+5 is a number where text belongs, and becomes 5"),
        ("0x1F", "0x1F is a number where text belongs, and becomes 31"),
    ],
)
def test_what_is_read_in_two_ways(value: str, sentence: str) -> None:
    assert about("key", value) == sentence


@pytest.mark.parametrize(
    "value",
    [
        "true", "False", "null", "~", "", "yesterday", "north", "'yes'", '"0123"', "!!str on",
        "!!str 22:22", "0", "-1", "10", "1.5", "0.5", "8080:80", "22:60", "08:30", "1.2.3", "v1.10",
        "10.0.0.0/8", "5m", "0s", "007-bond", "|\n    yes", ">-\n    0123",
    ],
)  # fmt: skip
def test_what_everybody_reads_alike(value: str) -> None:
    assert about("key", value, kustomize=True) == ""


@pytest.mark.parametrize("value", ["2026-01-02", "2026-1-2", "2026-01-02 03:04:05"])
def test_only_kustomize_takes_dates_for_dates(value: str) -> None:
    sentence = f"{value} is a date to Kustomize, which renders it with a time of day"
    assert about("key", value, kustomize=True) == sentence
    assert about("key", value) == ""


@pytest.mark.parametrize("value", ["2026-13-02", "2026-02-30", "2026-01-02T03:04:05Z", "2026-01"])
def test_what_is_no_date_or_stays_as_it_is(value: str) -> None:
    assert about("key", value, kustomize=True) == ""


@pytest.mark.parametrize("key", ["mode", "defaultMode", "dirMode", "umask"])
def test_octal_numbers_are_how_file_modes_are_written(key: str) -> None:
    assert about(key, "0644") == about(key, "0o644") == ""
    assert about(key, "yes") != ""


@pytest.mark.parametrize("value", ["1.10", "1e3", "0x1F", "+5"])
def test_a_number_where_numbers_belong_may_be_written_as_one_likes(value: str) -> None:
    assert found(f"spec: {{cpu: {value}}}") == []


def test_two_equal_keys() -> None:
    assert found("spec:\n  a: 1\n  b: 2\n  a: 3\n") == [
        Ambiguity(
            Place("f.yaml", 4, 3),
            "the key 'a' stands twice in one map: some take the last, others refuse",
            "Delete one of the two.",
            Place("f.yaml", 2, 3),
        )
    ]


def test_a_key_may_replace_a_merged_one_and_stand_in_other_maps() -> None:
    assert found("a: &a {b: 1}\nc: {<<: *a, b: 2}\nd: [{b: 1}, {b: 2}]\n") == []


def test_what_an_alias_repeats_is_said_once() -> None:
    assert [a.place.line for a in found("a: &a {b: yes}\nc: *a\nd: [*a, *a]\n")] == [1]


@pytest.mark.parametrize(
    ("key", "plain", "kustomize"),
    [
        ("on", *["the key on is true to some YAML readers"] * 2),
        ("8080", "", "Kustomize stops at the key 8080, which is not text"),
        ("true", "", "Kustomize stops at the key true, which is not text"),
        ("0017", *["the key 0017 is 15 to some YAML readers"] * 2),
        ("'on'", "", ""),
        ("a.b/c", "", ""),
    ],
)
def test_a_key_that_is_no_text(key: str, plain: str, kustomize: str) -> None:
    text = f"data: {{{key}: a}}"
    assert "".join(ambiguity.sentence for ambiguity in found(text)) == plain
    assert "".join(ambiguity.sentence for ambiguity in found(text, kustomize=True)) == kustomize


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [
        ("spec:\n  podSelector:\n", True),
        ("spec:\n  podSelector:\n    matchLabels:\n", True),
        ("kind: NetworkPolicy\nspec: {ingress: [{from: }]}\n", True),
        ("kind: HTTPRoute\nspec: {from: }\n", False),
        ("spec:\n  podSelector: {}\n", False),
        ("spec:\n  podSelector: null\n", False),
        ("spec:\n  emptyDir:\n  annotations:\n", False),
    ],
)
def test_a_selector_with_nothing_behind_it(text: str, ambiguous: bool) -> None:
    assert bool(found(text)) is ambiguous


def test_tabs_between_what_is_written() -> None:
    text = (
        "a:\t1\n"
        "b: x\ty\n"
        "c: |\n"
        "  a\tb\n"
        'd: "e\tf"\t# g\th\n'
        "i: 1\t\n"
        "# \tj\n"
        "k\t: 1\n"
        "l: [1,\t2]\n"
        "ü: 1 #\tm\n"
    )
    assert [ambiguity.place for ambiguity in found(text)] == [
        Place("f.yaml", 1, 3),
        Place("f.yaml", 8, 2),
        Place("f.yaml", 9, 7),
    ]


def test_tabs_of_another_document_are_not_repeated() -> None:
    first, second = parse("a:\t1\n---\nb: 1\n---\nc:\t1\n", "f.yaml")[::2]
    assert [ambiguity.place.line for ambiguity in ambiguities(first, False)] == [1]
    assert [ambiguity.place.line for ambiguity in ambiguities(second, False)] == [5]


def test_flags_are_true_or_false() -> None:
    [document] = parse("a: {flag: yes, other: yes}\nflag: true\nb: {flag: 'no'}\n", "f.yaml")
    assert [a.place for a in words_for_flags(document, frozenset({"flag"}))] == [
        Place("f.yaml", 1, 11)
    ]
