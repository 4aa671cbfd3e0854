"""Builtin transformers and generators that are configured in files, folders or inline."""

from pathlib import Path

import pytest

from tests.trace.traced import Traced
from tools.trace.value_add import inserted

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


def test_a_value_is_added_to_fields(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- app/kustomization.yaml
        resources: [../objects]
        transformers: [add.yaml, folder-name.yaml]
        --- app/targets.yaml
        targets:
        - {{selector: {{kind: Service}}, fieldPath: spec/made/deep}}
        --- app/add.yaml
        apiVersion: builtin
        kind: ValueAddTransformer
        metadata: {{name: add}}
        value: added  #: value
        targetFilePath: targets.yaml
        targets:
        - {{fieldPath: metadata/namespace}}
        - selector: {{kind: Deployment}}
          fieldPath: spec/template/spec/containers/[name=c]/image
          filePathPosition: 1
        --- app/folder-name.yaml
        apiVersion: builtin
        kind: ValueAddTransformer
        metadata: {{name: folder}}
        targets: [{{selector: {{kind: Service}}, fieldPath: metadata/annotations/folder}}]
        --- objects/kustomization.yaml
        resources: [objects.yaml]
        """.replace("--- objects.yaml", "--- objects/objects.yaml"),
        "app",
    )
    web, service = "Deployment/web", "Service/web"
    assert traced.place(web, "metadata", "namespace") == "value (namespace)"
    assert traced.place(service, "spec", "made", "deep") == "value (replacement)"
    image = ("spec", "template", "spec", "containers", 0, "image")
    assert traced.place(web, *image) == "value (replacement)"
    assert traced.overrides(web, *image) == [("container", "app:1")]
    folder = traced.place(service, "metadata", "annotations", "folder")
    assert folder == "nowhere: it is the name of the folder, because the transformer has no value"


@pytest.mark.parametrize(
    ("path", "position", "expected"),
    [
        ("", 0, "X"), ("/", 0, "/X"), ("pie", 0, "X/pie"), ("/pie", 0, "/X/pie"),
        ("raw", 1, "raw/X"), ("/raw", 9, "/raw/X"), ("/a/nice/pie", 2, "/a/nice/X/pie"),
    ],
)  # fmt: skip
def test_a_part_is_inserted_into_a_file_path(path: str, position: int, expected: str) -> None:
    assert inserted(path, position, "X") == expected


def test_the_hash_transformer_adds_one_hash_more(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        configMapGenerator:
        - name: settings  #: name
          literals: [A=1]
        transformers:
        - |-
          apiVersion: builtin
          kind: HashTransformer
          metadata: {name: hash}
        """,
    )
    (found,) = traced.resources
    assert found.name.count("-") == 2
    assert traced.place(found.ref.slug, "metadata", "name") == "name (hash)"


def test_a_service_account_of_an_iam_policy(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        generators: [policy.yaml]
        --- policy.yaml
        apiVersion: builtin
        kind: IAMPolicyGenerator
        metadata: {name: policy}
        cloud: gke
        kubernetesService:
          name: runner  #: name
          namespace: shop  #: namespace
        serviceAccount:
          name: gcp  #: account
          projectId: project
        """,
    )
    annotation = ("metadata", "annotations", "iam.gke.io/gcp-service-account")
    assert traced.place("ServiceAccount/runner", *annotation) == "account (generator)"
    assert traced.place("ServiceAccount/runner", "metadata", "name") == "name (generator)"
    assert traced.place("ServiceAccount/runner", "metadata", "namespace") == "namespace (generator)"
    fixed = "nowhere: an IAMPolicyGenerator makes nothing but ServiceAccounts"
    assert traced.place("ServiceAccount/runner", "kind") == fixed


def test_the_old_field_env_means_nothing_to_a_generator_in_a_file(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        generators: [settings.yaml]
        --- settings.yaml
        apiVersion: builtin
        kind: ConfigMapGenerator
        metadata:
          name: settings  #: name
        env: some.env
        literals: [A=1]  #: literal
        --- some.env
        B=2
        """,
    )
    (found,) = traced.resources
    assert found.data["data"] == {"A": "1"}
    assert traced.place(found.ref.slug, "metadata", "name") == "name (hash)"
