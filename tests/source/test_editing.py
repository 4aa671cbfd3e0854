"""A value is set in a YAML file, and nothing else of it changes."""

from textwrap import dedent

import pytest

from tools.source.editing import edited
from tools.source.place import FieldPath, Place, SourceError

FILE = "kustomization.yaml"


def test_new_keys_come_last_and_comments_stay_where_they_are() -> None:
    before = """\
    # About this file.
    images:   # all of them
      # the web
      - name: web   # by its name
        newTag: "1.0"   # quoted
        # about the next

      - {name: api,   newTag: v1} # on one line
      - newTag: v2
        digest: sha256:o # replaced
        name: job
    # the end

    resources: [a.yaml,
      b.yaml]
    empty:
    text: |
      several
       lines
    """
    after = """\
    # About this file.
    images:   # all of them
      # the web
      - name: web   # by its name
        newTag: "1.0"   # quoted
        digest: sha256:1
        # about the next

      - {name: api,   newTag: v1} # on one line
      - newTag: v2
        digest: sha256:2 # replaced
        name: job
    # the end

    resources: [a.yaml,
      b.yaml]
    empty:
    text: |
      several
       lines
    """
    values: dict[FieldPath, str] = {
        ("images", 0, "digest"): "sha256:1",
        ("images", 2, "digest"): "sha256:2",
    }
    assert edited(dedent(before), FILE, values) == dedent(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("images:\n- name: web\n", "images:\n- name: web\n  digest: D\n"),
        ("images:\n- name: web", "images:\n- name: web\n  digest: D"),
        ("images:\n    -   name: web\n", "images:\n    -   name: web\n        digest: D\n"),
        ("images: [{name: web, newTag: a}]\n", "images: [{name: web, newTag: a, digest: D}]\n"),
        ("images:\r\n- name: web\r\n", "images:\r\n- name: web\r\n  digest: D\r\n"),
        (
            "# first\n---\nimages:\n- name: web\n",
            "# first\n---\nimages:\n- name: web\n  digest: D\n",
        ),
        ("---\nimages:\n- name: web\n", "---\nimages:\n- name: web\n  digest: D\n"),
        # Two ways to indent lists in one file.
        (
            "resources:\n- a\nimages:\n  - name: web\n    # x\nlabels:\n- y: z\n",
            "resources:\n- a\nimages:\n  - name: web\n    digest: D\n    # x\nlabels:\n- y: z\n",
        ),
        # Strings that other readers would take for something else stay quoted.
        (
            "images:\n- newTag: '1.10'\n  name: 'on'\n",
            "images:\n- newTag: '1.10'\n  name: 'on'\n  digest: D\n",
        ),
    ],
)
def test_the_form_of_a_file_is_kept(before: str, after: str) -> None:
    assert edited(before, FILE, {("images", 0, "digest"): "D"}) == after


def test_a_file_that_would_come_out_otherwise_is_left_to_the_reader() -> None:
    text = "images: [{name:\n  web,\n newTag: 1}]\n"
    with pytest.raises(SourceError) as raised:
        edited(text, FILE, {("images", 0, "digest"): "D"})
    assert raised.value.sentence == (
        "this file cannot be edited without changing how it is written; set images.0.digest: D"
    )
    assert raised.value.place == Place(FILE, 1, 1)
