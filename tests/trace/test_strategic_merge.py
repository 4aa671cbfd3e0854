"""Strategic merge patches: what a patch brings stands in the patch, the rest where it stood."""

from pathlib import Path

from tests.trace.one_deployment import DEPLOYMENT
from tests.trace.traced import Traced


def test_of_two_equal_keys_the_first_counts(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- kustomization.yaml
        resources: [base.yaml]
        patches:
        - patch: |-
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
            spec:
              replicas: 2  #: first
              replicas: 3
        """,
    )
    assert traced.resource("Deployment/web").data["spec"]["replicas"] == 2
    assert traced.place("Deployment/web", "spec", "replicas") == "first (patch)"


def test_the_object_keeps_its_identity(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- kustomization.yaml
        resources: [base.yaml]
        patches:
        - target: {{kind: Deployment}}
          patch: |
            apiVersion: v1
            kind: Ignored
            metadata:
              name: ignored
              namespace: ignored
              labels:
                app: patched  #: patched
        """,
    )
    assert traced.places("Deployment/web", "metadata") == {
        "name": "name (resource)",
        "labels.app": "patched (patch)",
    }
    assert traced.place("Deployment/web", "kind") == "base.yaml:2 (resource)"


def test_a_replaced_map_stands_in_the_patch(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - path: patch.yaml
        --- widget.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          replaced: {a: 1, b: 2}
          merged: {a: 1, b: 2}  #: merged
        --- patch.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          replaced: {$patch: replace, a: 3}  #: patch-replaced
          merged: {b: 4}  #: patch-merged
        """,
    )
    assert traced.places("Widget/w", "spec") == {
        "replaced.a": "patch-replaced (patch)",
        "merged.a": "merged (resource)",
        "merged.b": "patch-merged (patch)",
    }


def test_a_patch_with_a_target_changes_every_object_that_it_selects(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [maps.yaml]
        patches:
        - target: {kind: ConfigMap, name: (one|two)}
          path: patch.yaml
        --- maps.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: one}
        data: {a: base}  #: one
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: two}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: three}
        data: {a: base}  #: three
        --- patch.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: any}
        data: {a: patch}  #: patch
        """,
    )
    names = ("one", "two", "three")
    assert [traced.place(f"ConfigMap/{name}", "data", "a") for name in names] == [
        "patch (patch)",
        "patch (patch)",
        "three (resource)",
    ]
    assert traced.overrides("ConfigMap/one", "data", "a") == [("one", "base")]
    assert traced.overrides("ConfigMap/two", "data", "a") == []


def test_a_null_label_in_a_patch_with_a_target_is_a_text(tmp_path: Path) -> None:
    """Kustomize reads labels and annotations of such a patch as texts, so that nothing goes."""
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [map.yaml]
        patches:
        - target: {kind: ConfigMap}
          patch: |
            kind: ConfigMap
            metadata:
              name: m
              labels:
                a: null  #: patch-a
                b: 1  #: patch-b
        --- map.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: m, labels: {a: x}}  #: map
        """,
    )
    assert traced.places("ConfigMap/m", "metadata", "labels") == {
        "a": "patch-a (patch)",
        "b": "patch-b (patch)",
    }
    assert traced.overrides("ConfigMap/m", "metadata", "labels", "a") == [("map", "x")]


def test_two_patches_of_one_field(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- kustomization.yaml
        resources: [base.yaml]
        patches:
        - patch: |
            apiVersion: apps/v1
            kind: Deployment
            metadata: {{name: web}}
            spec: {{replicas: 2}}  #: second
        - patch: |
            apiVersion: apps/v1
            kind: Deployment
            metadata: {{name: web}}
            spec: {{replicas: 3}}  #: third
        """,
    )
    assert traced.place("Deployment/web", "spec", "replicas") == "third (patch)"
    assert traced.overrides("Deployment/web", "spec", "replicas") == [
        ("replicas", 1),
        ("second", 2),
    ]


def test_renaming_by_a_patch(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [map.yaml]
        patches:
        - target: {name: old}
          path: patch.yaml
          options: {allowNameChange: true, allowKindChange: true}
        --- map.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: old}  #: old
        --- patch.yaml
        kind: Secret  #: kind
        metadata: {name: new}  #: new
        """,
    )
    assert traced.place("Secret/new", "kind") == "kind (patch)"
    assert traced.place("Secret/new", "metadata", "name") == "new (patch)"
    assert traced.overrides("Secret/new", "metadata", "name") == [("old", "old")]


def test_replacing_a_whole_object_does_nothing(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [map.yaml]
        patches:
        - target: {kind: ConfigMap}
          patch: |
            $patch: replace
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: ignored}
            data: {new: "1"}
        --- map.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: m, labels: {a: b}}  #: metadata
        data: {old: "1"}  #: old
        """,
    )
    assert traced.places("ConfigMap/m", "metadata") == {
        "name": "metadata (resource)",
        "labels.a": "metadata (resource)",
    }
    assert traced.places("ConfigMap/m", "data") == {"old": "old (resource)"}
    (application,) = traced.applied("patch")
    assert (application.matched, application.changed) == (1, False)


def test_a_number_in_place_of_a_text_in_quotes_becomes_a_text(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - path: patch.yaml
        --- widget.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          quoted: "1"
          plain: one
          number: 1
        --- patch.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          quoted: 2  #: quoted
          plain: 2  #: plain
          number: "2"  #: number
        """,
    )
    assert traced.resource("Widget/w").data["spec"] == {"number": "2", "plain": 2, "quoted": "2"}
    assert traced.places("Widget/w", "spec") == {
        "number": "number (patch)",
        "plain": "plain (patch)",
        "quoted": "quoted (patch)",
    }


def test_a_map_that_a_patch_empties_is_empty_because_of_it(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [widget.yaml]
        patches:
        - path: patch.yaml
        --- widget.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          emptied: {gone: 1}
          empty: {}  #: empty
        --- patch.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          emptied:
            gone: null  #: removal
        """,
    )
    assert traced.places("Widget/w", "spec") == {
        "emptied": "removal (patch)",
        "empty": "empty (resource)",
    }
