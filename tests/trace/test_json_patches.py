"""JSON 6902 patches: all six operations, whatever the text looks like."""

from pathlib import Path

from tests.trace.traced import Traced

WIDGET = """
        --- widget.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w, labels: {a: x, b: z}}  #: metadata
        spec:
          size: 1  #: size
          args:
          - zero  #: zero
          - one  #: one
          - two  #: two
          moved: {deep: true}  #: moved
"""


def test_every_operation_and_indexes_that_shift(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - target: {{kind: Widget}}
          path: operations.yaml
        --- operations.yaml
        - {{op: test, path: /spec/size, value: 1}}
        - op: add
          path: /spec/args/0
          value: before  #: before
        - op: remove
          path: /spec/args/2
        - op: add
          path: /spec/args/-
          value: end  #: end
        - op: replace
          path: /spec/args/1
          value: replaced  #: replaced
        - op: replace
          path: /spec/size
          value: 2  #: new-size
        - {{op: move, from: /spec/moved, path: /spec/there}}
        - op: copy
          path: /spec/copy
          from: /spec/args/2  #: from
        - op: add
          path: /metadata/annotations/example.com~1a~0b
          value: escaped  #: escaped
        """,
    )
    assert traced.places("Widget/w", "spec") == {
        "size": "new-size (patch)",
        "args[0]": "before (patch)",
        "args[1]": "replaced (patch)",
        "args[2]": "two (resource)",
        "args[3]": "end (patch)",
        "there.deep": "moved (resource)",
        "copy": "from (patch)",
    }
    assert traced.places("Widget/w", "metadata", "annotations") == {
        "['example.com/a~b']": "escaped (patch)"
    }
    assert traced.overrides("Widget/w", "spec", "size") == [("size", 1)]
    assert traced.overrides("Widget/w", "spec", "args", 1) == [("zero", "zero")]


def test_a_scalar_that_is_copied_or_moved_is_set_by_the_operation(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - target: {{kind: Widget}}
          path: operations.yaml
        --- operations.yaml
        - op: copy
          path: /spec/size
          from: /spec/args/0  #: copied
        - op: move
          path: /spec/args/-
          from: /spec/args/1  #: put-last
        - {{op: copy, from: /spec/moved, path: /spec/twin}}
        """,
    )
    assert traced.places("Widget/w", "spec") == {
        "size": "copied (patch)",
        "args[0]": "zero (resource)",
        "args[1]": "two (resource)",
        "args[2]": "put-last (patch)",
        "moved.deep": "moved (resource)",
        "twin.deep": "moved (resource)",
    }
    assert traced.overrides("Widget/w", "spec", "size") == [("size", 1), ("zero", "zero")]
    assert traced.overrides("Widget/w", "spec", "args", 2) == [("one", "one")]


def test_remove_and_add_again(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - target: {{kind: Widget}}
          patch: |-
            - {{op: remove, path: /spec/size}}
            - {{op: add, path: /spec/size, value: 7}}  #: again
        """,
    )
    assert traced.place("Widget/w", "spec", "size") == "again (patch)"
    assert traced.overrides("Widget/w", "spec", "size") == [("size", 1)]


def test_an_operation_without_a_value_sets_null_and_the_others_keep_their_places(
    tmp_path: Path,
) -> None:
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - target: {{kind: Widget}}
          patch: |-
            - op: replace
              path: /spec/size
              value: 7  #: before
            - op: add  #: without
              path: /spec/more
            - op: copy  #: nothing
              from: /spec/none
              path: /spec/copy
            - op: add
              path: /spec/last
              value: 8  #: after
        """,
    )
    assert traced.resource("Widget/w").data["spec"]["more"] is None
    assert traced.place("Widget/w", "spec", "size") == "before (patch)"
    assert traced.place("Widget/w", "spec", "more") == "without (patch)"
    assert traced.place("Widget/w", "spec", "copy") == "nothing (patch)"
    assert traced.place("Widget/w", "spec", "last") == "after (patch)"


def test_only_the_first_list_of_operations_is_applied(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- patch.yaml
        - {{op: replace, path: /spec/size, value: 7}}  #: first
        ---
        - {{op: replace, path: /spec/size, value: 8}}
        --- kustomization.yaml
        resources: [widget.yaml]
        patches: [{{path: patch.yaml, target: {{kind: Widget}}}}]
        """,
    )
    assert traced.place("Widget/w", "spec", "size") == "first (patch)"


def test_a_map_that_is_replaced_as_a_whole(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - target: {{kind: Widget}}
          patch: |-
            - op: replace
              path: /metadata/labels
              value:
                a: new  #: new
        """,
    )
    assert traced.places("Widget/w", "metadata", "labels") == {"a": "new (patch)"}
    assert traced.overrides("Widget/w", "metadata", "labels", "a") == [("metadata", "x")]
    (application,) = traced.applied("patch")
    assert application.patch is not None
    (operation,) = application.patch.operations
    assert (operation.op, operation.tokens, operation.value, list(operation.before)) == (
        "replace",
        ("metadata", "labels"),
        {"a": "new"},
        [{"a": "x", "b": "z"}],
    )


def test_json_text_on_one_line_in_a_file_and_in_quotes(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - target: {{kind: Widget}}
          path: patch.json
        - target: {{kind: Widget}}
          patch: '[{{"op": "add", "path": "/spec/single", "value": "it''s"}}]'
        - target: {{kind: Widget}}
          patch: "[{{\\"op\\": \\"add\\", \\"path\\": \\"/spec/double\\", \\"value\\": 1}}]"
        - target: {{kind: Widget}}
          patch: >-
            [{{"op": "add", "path": "/spec/folded",
            "value": "f"}}]
        --- patch.json
        [{{"op": "replace", "path": "/spec/size", "value": 5}}]
        """,
    )
    found = {
        name: traced.location("Widget/w", "spec", name).place
        for name in ("size", "single", "double", "folded")
    }
    assert {name: place and tuple(place) for name, place in found.items()} == {
        "size": ("patch.json", 1, 51),
        "single": ("kustomization.yaml", 6, 59),
        "double": ("kustomization.yaml", 8, 69),
        "folded": ("kustomization.yaml", 12, 14),
    }


def test_patches_json6902_of_old_kustomizations(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- kustomization.yaml
        resources: [widget.yaml]
        namePrefix: p-
        patchesJson6902:
        - target: {{group: example.com, version: v1, kind: Widget, name: w}}
          path: patch.yaml
        --- patch.yaml
        - op: replace
          path: /spec/size
          value: 3  #: old-style
        """,
    )
    assert traced.place("Widget/p-w", "spec", "size") == "old-style (patch)"


def test_values_of_a_json_patch_are_read_as_yaml_1_1(tmp_path: Path) -> None:
    """`yes` is a text in a resource and true in a JSON 6902 patch."""
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - target: {{kind: Widget}}
          patch: |-
            - {{op: add, path: /spec/on, value: yes}}  #: on
        """,
    )
    assert traced.resource("Widget/w").get("spec", "on") is True
    assert traced.place("Widget/w", "spec", "on") == "on (patch)"


def test_a_map_that_kustomize_makes_stands_where_its_first_entry_does(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{WIDGET}
        --- kustomization.yaml
        namePrefix: p-
        resources: [widget.yaml]
        patches:
        - target: {{kind: Widget}}
          path: operations.yaml
        --- operations.yaml
        - op: add
          path: /metadata/annotations/note
          value: text  #: note
        """,
    )
    assert traced.place("Widget/p-w", "metadata", "annotations") == "note (patch)"
