"""Strategic merge patches: what a patch brings stands in the patch, the rest where it stood."""

from pathlib import Path

from tests.trace.traced import Traced

DEPLOYMENT = """
        --- base.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web  #: name
          labels: {app: web}  #: labels
        spec:
          replicas: 1  #: replicas
          template:
            spec:
              containers:
              - name: web  #: web-name
                image: web:1  #: web-image
                env:
                - name: A  #: A-name
                  value: base  #: A-value
                ports:
                - containerPort: 80  #: port
              - name: side  #: side-name
                image: side:1  #: side-image
              tolerations:
              - key: base  #: toleration
              volumes:
              - name: tmp  #: tmp-name
                emptyDir: {}  #: tmp-dir
"""
POD = ("spec", "template", "spec")


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


def test_lists_merge_by_their_keys_and_new_elements_come_first(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- kustomization.yaml
        resources: [base.yaml]
        patches:
        - path: patch.yaml
        --- patch.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          template:
            spec:
              containers:
              - name: new  #: new-name
                image: new:1  #: new-image
              - name: web  #: patch-name
                env:
                - name: B  #: B-name
                  value: "2"  #: B-value
                - name: A  #: patch-A-name
                  value: patch  #: patch-A-value
                ports:
                - containerPort: 81  #: patch-port
                  protocol: TCP  #: protocol
        """,
    )
    assert traced.places("Deployment/web", *POD, "containers") == {
        "[0].name": "new-name (patch)",
        "[0].image": "new-image (patch)",
        "[1].name": "patch-name (patch)",
        "[1].image": "web-image (resource)",
        "[1].env[0].name": "B-name (patch)",
        "[1].env[0].value": "B-value (patch)",
        "[1].env[1].name": "patch-A-name (patch)",
        "[1].env[1].value": "patch-A-value (patch)",
        "[1].ports[0].containerPort": "patch-port (patch)",
        "[1].ports[0].protocol": "protocol (patch)",
        "[1].ports[1].containerPort": "port (resource)",
        "[2].name": "side-name (resource)",
        "[2].image": "side-image (resource)",
    }
    value = (*POD, "containers", 1, "env", 1, "value")
    assert traced.overrides("Deployment/web", *value) == [("A-value", "base")]


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


def test_lists_without_a_merge_key_are_replaced(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- kustomization.yaml
        resources: [base.yaml, widget.yaml]
        patchesStrategicMerge:
        - patch.yaml
        --- widget.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {{name: w}}
        spec:
          containers:
          - name: a  #: widget-a
          kept: 1  #: kept
        --- patch.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: web}}
        spec: {{template: {{spec: {{tolerations: [{{key: patch}}]}}}}}}  #: tolerations
        ---
        apiVersion: example.com/v1
        kind: Widget
        metadata: {{name: w}}
        spec:
          containers:
          - name: b  #: widget-b
        """,
    )
    assert traced.places("Deployment/web", *POD, "tolerations") == {
        "[0].key": "tolerations (patch)"
    }
    assert traced.places("Widget/w", "spec") == {
        "containers[0].name": "widget-b (patch)",
        "kept": "kept (resource)",
    }


def test_deletions(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- kustomization.yaml
        resources: [base.yaml, gone.yaml]
        patches:
        - path: patch.yaml
        --- gone.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {{name: gone}}
        --- patch.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: web}}
        spec:
          replicas: null  #: no-replicas
          template:
            spec:
              containers:
              - name: side
                $patch: delete
              volumes:
              - $patch: replace
              - name: only  #: only-name
                emptyDir: {{}}  #: only-dir
        ---
        $patch: delete
        apiVersion: v1
        kind: ConfigMap
        metadata: {{name: gone}}
        """,
    )
    assert [resource.ref.slug for resource in traced.resources] == ["Deployment/web"]
    assert traced.places("Deployment/web", "spec") == {
        "template.spec.containers[0].name": "web-name (resource)",
        "template.spec.containers[0].image": "web-image (resource)",
        "template.spec.containers[0].env[0].name": "A-name (resource)",
        "template.spec.containers[0].env[0].value": "A-value (resource)",
        "template.spec.containers[0].ports[0].containerPort": "port (resource)",
        "template.spec.tolerations[0].key": "toleration (resource)",
        "template.spec.volumes[0].name": "only-name (patch)",
        "template.spec.volumes[0].emptyDir": "only-dir (patch)",
    }
    assert traced.place("Deployment/web", "spec", "replicas") == "no-replicas (patch)"


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


def test_repeated_elements_of_a_merged_list(tmp_path: Path) -> None:
    """Any patch of an object makes Kustomize keep one of them, with the content of the last."""
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [pod.yaml]
        patches:
        - patch: |
            apiVersion: v1
            kind: Pod
            metadata: {name: p}
            spec: {hostname: h}
        --- pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: p}
        spec:
          containers:
          - name: c
            env:
            - name: A  #: first-name
              value: first
            - name: B  #: B-name
              value: b  #: B-value
            - name: A
              value: last  #: last-value
        """,
    )
    assert traced.places("Pod/p", "spec", "containers", 0, "env") == {
        "[0].name": "first-name (resource)",
        "[0].value": "last-value (resource)",
        "[1].name": "B-name (resource)",
        "[1].value": "B-value (resource)",
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


def test_a_schema_of_our_own_says_which_lists_merge(tmp_path: Path) -> None:
    """It stands for all that Kustomize knows by itself: lists of a Deployment are then replaced."""
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- kustomization.yaml
        resources: [base.yaml, widget.yaml]
        openapi: {{path: schema.yaml}}
        patches:
        - path: patch.yaml
        --- schema.yaml
        definitions:
          widget:
            x-kubernetes-group-version-kind:
            - {{group: example.com, version: v1, kind: Widget}}
            properties:
              spec: {{$ref: "#/definitions/spec"}}
          spec:
            type: object
            properties:
              rules:
                type: array
                items: {{type: object}}
                x-kubernetes-patch-strategy: merge
                x-kubernetes-patch-merge-key: id
        --- widget.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {{name: w}}
        spec:
          rules:
          - id: one  #: one
            value: base  #: one-value
        --- patch.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {{name: w}}
        spec:
          rules:
          - id: two  #: two
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: web}}
        spec:
          template:
            spec:
              containers:
              - name: only  #: only
        """,
    )
    assert traced.places("Widget/w", "spec", "rules") == {
        "[0].id": "two (patch)",
        "[1].id": "one (resource)",
        "[1].value": "one-value (resource)",
    }
    assert traced.places("Deployment/web", *POD, "containers") == {"[0].name": "only (patch)"}


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


def test_of_a_key_that_stands_twice_in_a_patch_the_first_counts(tmp_path: Path) -> None:
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
        spec: {size: 1}
        --- patch.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          size: 2  #: first
          size: 3
        """,
    )
    assert traced.place("Widget/w", "spec", "size") == "first (patch)"


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
