"""Objects as files hold them: whatever the YAML looks like, a value stands where it is written."""

from pathlib import Path

from tests.trace.traced import Traced


def test_several_documents_with_comments_and_separators(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [objects.yaml]
        --- objects.yaml
        # A comment, and a separator before the first document.
        ---

        apiVersion: v1  #: first-version
        kind: ConfigMap  #: first-kind
        metadata:
          # A comment between key and value.
          name: first  #: first-name
        ---
        # Nothing but a comment.
        ---
        kind: ConfigMap  #: second-kind
        metadata: {name: second}  #: second-name
        apiVersion: v1  #: second-version
        """,
    )
    assert traced.places("ConfigMap/first") == {
        "apiVersion": "first-version (resource)",
        "kind": "first-kind (resource)",
        "metadata.name": "first-name (resource)",
    }
    assert traced.places("ConfigMap/second") == {
        "apiVersion": "second-version (resource)",
        "kind": "second-kind (resource)",
        "metadata.name": "second-name (resource)",
    }


def test_every_style_of_scalar_and_collection(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [widget.yaml]
        --- widget.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          number: 8080  #: number
          text: "8080"  #: text
          float: 1.0  #: float
          octal: 010  #: octal
          truth: true  #: truth
          quoted: 'true'  #: quoted
          norwegian: no  #: norwegian
          date: 2024-01-31  #: date
          nothing: null  #: nothing
          literal: |  #: literal
            two
            lines
          folded: >-  #: folded
            one
            line
          below:
            a plain text below its key  #: below
          emptyMap: {}  #: empty-map
          emptyList: []  #: empty-list
          flow: {a: [1, {b: 2}], c: 3}  #: flow
          list:
          - first  #: list-first
          - - nested  #: nested
        """,
    )
    assert traced.places("Widget/w", "spec") == {
        "number": "number (resource)",
        "text": "text (resource)",
        "float": "float (resource)",
        "octal": "octal (resource)",
        "truth": "truth (resource)",
        "quoted": "quoted (resource)",
        "norwegian": "norwegian (resource)",
        "date": "date (resource)",
        "nothing": "nothing (resource)",
        "literal": "literal (resource)",
        "folded": "folded (resource)",
        "below": "below (resource)",
        "emptyMap": "empty-map (resource)",
        "emptyList": "empty-list (resource)",
        "flow.a[0]": "flow (resource)",
        "flow.a[1].b": "flow (resource)",
        "flow.c": "flow (resource)",
        "list[0]": "list-first (resource)",
        "list[1][0]": "nested (resource)",
    }


def test_the_column_is_that_of_the_value(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [widget.yaml]
        --- widget.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w, labels: {app: "x"}}
        spec:
          list: [1, {b: 2}]
        """,
    )
    paths: list[tuple[str | int, ...]] = [
        ("metadata", "name"),
        ("metadata", "labels", "app"),
        ("spec", "list", 1, "b"),
        ("spec", "list"),
        ("spec",),
    ]
    columns = [traced.location("Widget/w", *path).place for path in paths]
    assert [place and place[1:] for place in columns] == [
        (3, 18),
        (3, 35),
        (5, 17),
        (5, 9),
        (4, 1),
    ]


def test_lists_and_json(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [list.yaml, object.json, mixed.yaml]
        --- list.yaml
        apiVersion: v1
        kind: List
        items:
        - apiVersion: v1
          kind: ConfigMap
          metadata: {name: in-list}  #: in-list
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: in-flow}}  #: in-flow
        --- object.json
        {
          "apiVersion": "v1",
          "kind": "ConfigMap",
          "metadata": {
            "name": "in-json"
          }
        }
        --- mixed.yaml
        apiVersion: v1
        kind: ConfigMapList
        items:
        - apiVersion: v1
          kind: ConfigMap
          metadata: {name: member}  #: member
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: beside}  #: beside
        """,
    )
    names = [resource.name for resource in traced.resources]
    assert {name: traced.place(f"ConfigMap/{name}", "metadata", "name") for name in names} == {
        "beside": "beside (resource)",
        "in-flow": "in-flow (resource)",
        "in-json": "object.json:5 (resource)",
        "in-list": "in-list (resource)",
        "member": "member (resource)",
    }


def test_anchors_aliases_and_merge_keys_point_at_what_is_written(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [widget.yaml]
        --- widget.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          common: &common
            a: 1  #: common-a
            b: 2  #: common-b
          more: &more {c: 3, a: 9}  #: more
          once: *common
          merged:
            <<: [*common, *more]
            b: 5  #: own-b
          word: &word shared  #: word
          again: *word
        """,
    )
    assert traced.places("Widget/w", "spec") == {
        "common.a": "common-a (resource)",
        "common.b": "common-b (resource)",
        "more.a": "more (resource)",
        "more.c": "more (resource)",
        "once.a": "common-a (resource)",
        "once.b": "common-b (resource)",
        "merged.a": "common-a (resource)",
        "merged.b": "own-b (resource)",
        "merged.c": "more (resource)",
        "word": "word (resource)",
        "again": "word (resource)",
    }


def test_windows_line_ends(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_bytes(
        b"apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: crlf\r\ndata:\r\n"
        b"  text: |\r\n    a\r\n    b\r\n  key: value\r\n"
    )
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [map.yaml]
        """,
    )
    assert traced.places("ConfigMap/crlf", "data") == {
        "text": "map.yaml:6 (resource)",
        "key": "map.yaml:9 (resource)",
    }


def test_bases_of_bases(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- top/kustomization.yaml
        resources: [../middle]
        --- middle/kustomization.yml
        resources: [../bottom, own.yaml]
        --- middle/own.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: own}  #: own
        --- bottom/Kustomization
        resources: [deep/map.yaml]
        --- bottom/deep/map.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: deep}  #: deep
        """,
        "top",
    )
    assert traced.place("ConfigMap/own", "metadata", "name") == "own (resource)"
    assert traced.place("ConfigMap/deep", "metadata", "name") == "deep (resource)"


def test_annotations_become_texts_and_an_empty_map_of_them_goes(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [maps.yaml]
        --- maps.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: one
          annotations:
            flag: true  #: flag
            none: ~  #: none
            number: 1.0  #: number
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: two, annotations: {}}
        """,
    )
    assert traced.places("ConfigMap/one", "metadata", "annotations") == {
        "flag": "flag (resource)",
        "none": "none (resource)",
        "number": "number (resource)",
    }
    assert traced.places("ConfigMap/two", "metadata", "annotations") == {}
