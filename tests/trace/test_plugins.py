"""Builtin transformers and generators that are configured in files, folders or inline."""

from pathlib import Path

from tests.trace.traced import Traced

OBJECTS = """
        --- objects.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}  #: web
        spec:
          replicas: 1
          template:
            spec:
              containers:
              - {name: c, image: "app:1"}  #: container
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: given}  #: service
"""


def test_transformers_in_files(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- kustomization.yaml
        resources: [objects.yaml]
        transformers: [transformers.yaml, folder]
        --- folder/kustomization.yaml
        resources: [annotations.yaml]
        --- folder/annotations.yaml
        apiVersion: builtin
        kind: AnnotationsTransformer
        metadata: {{name: annotations}}
        annotations: {{note: folder}}  #: annotation
        fieldSpecs: [{{path: metadata/annotations, create: true}}]
        --- transformers.yaml
        apiVersion: builtin
        kind: ImageTagTransformer
        metadata: {{name: images}}
        imageTag: {{name: app, newTag: "2"}}  #: image
        fieldSpecs: [{{path: "spec/template/spec/containers[]/image"}}]
        ---
        apiVersion: builtin
        kind: ReplicaCountTransformer
        metadata: {{name: replicas}}
        replica: {{name: web, count: 5}}  #: replicas
        fieldSpecs: [{{path: spec/replicas, create: true, kind: Deployment}}]
        ---
        apiVersion: builtin
        kind: LabelTransformer
        metadata: {{name: labels}}
        labels: {{team: x}}  #: label
        fieldSpecs: [{{path: metadata/labels, create: true, kind: Deployment}}]
        ---
        apiVersion: builtin
        kind: PatchTransformer
        metadata: {{name: patch}}
        target: {{kind: Deployment}}
        patch: |
          - {{op: add, path: /spec/paused, value: true}}  #: patch
        ---
        apiVersion: builtin
        kind: NamespaceTransformer
        metadata: {{name: namespace, namespace: filled}}  #: namespace
        unsetOnly: true
        ---
        apiVersion: builtin
        kind: PrefixTransformer
        metadata: {{name: prefix}}
        prefix: p-  #: prefix
        fieldSpecs: [{{path: metadata/name}}]
        """,
    )
    assert traced.places("Deployment/p-web", "metadata") == {
        "annotations.note": "annotation (annotations)",
        "labels.team": "label (labels)",
        "name": "prefix (name)",
        "namespace": "namespace (namespace)",
    }
    assert traced.places("Deployment/p-web", "spec") == {
        "paused": "patch (patch)",
        "replicas": "replicas (replicas)",
        "template.spec.containers[0].name": "container (resource)",
        "template.spec.containers[0].image": "image (images)",
    }
    assert traced.place("Service/p-web", "metadata", "namespace") == "service (resource)"


def test_inline_plugins(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- kustomization.yaml
        resources: [objects.yaml]
        generators:
        - |-
          apiVersion: builtin
          kind: ConfigMapGenerator  #: plugin-kind
          metadata: {{name: made}}  #: made
          literals: [A=1]  #: literal
          options: {{disableNameSuffixHash: true}}
        transformers:
        - |-
          apiVersion: builtin
          kind: PatchTransformer
          metadata: {{name: patch}}
          target: {{kind: Service}}
          patch: |-
            - op: add
              path: /metadata/labels
              value: {{deep: inside}}  #: deep
        """,
    )
    assert traced.places("ConfigMap/made") == {
        "apiVersion": "plugin-kind (generator)",
        "kind": "plugin-kind (generator)",
        "metadata.name": "made (generator)",
        "data.A": "literal (generator)",
    }
    assert traced.places("Service/web", "metadata", "labels") == {"deep": "deep (patch)"}


def test_what_is_not_followed_has_no_place(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- kustomization.yaml
        resources: [objects.yaml]
        transformers:
        - |-
          apiVersion: builtin
          kind: ValueAddTransformer
          metadata: {{name: add}}
          value: added
          targets:
          - {{selector: {{kind: Service}}, fieldPath: metadata/labels/added}}
        """,
    )
    reason = "nowhere: the replay of the build does not arrive at this field"
    assert traced.place("Service/web", "metadata", "labels", "added") == reason
    assert traced.place("Service/web", "metadata", "name") == "service (resource)"
    (application,) = traced.applied("transformer")
    assert application.unknown == "the transformer ValueAddTransformer is not followed"
