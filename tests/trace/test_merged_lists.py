"""Strategic merge patches of lists: what a patch changes, adds, deletes and puts first."""

from pathlib import Path

from tests.trace.one_deployment import DEPLOYMENT, POD
from tests.trace.traced import Traced


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
