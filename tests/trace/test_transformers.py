"""Labels, annotations, images and replicas: each value at the entry that shapes it."""

from pathlib import Path

from tests.trace.traced import Traced

DEPLOYMENT = """
        --- base/kustomization.yaml
        resources: [deployment.yaml]
        --- base/deployment.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web}}  #: metadata
        spec:
          replicas: 1  #: replicas
          selector: {matchLabels: {app: web}}  #: selector
          template:
            metadata: {labels: {app: web}}  #: template
            spec:
              containers:
              - name: web
                image: registry.example.com:5000/team/web:1.0  #: image
              - name: side
                image: side  #: side
              initContainers:
              - name: init
                image: init:1@sha256:00  #: init
"""


def test_labels_in_all_forms(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- overlay/kustomization.yaml
        resources: [../base]
        labels:
        - pairs: {{plain: a}}  #: plain
        - pairs: {{app: new}}  #: selecting
          includeSelectors: true
        - pairs:
            templated: c  #: templated
          includeTemplates: true
        - pairs: {{custom: d}}  #: custom
          fields:
          - {{path: spec/custom, create: true, kind: Deployment}}
        commonLabels:
          common: e  #: common
        """,
        "overlay",
    )
    assert traced.places("Deployment/web", "metadata", "labels") == {
        "app": "selecting (labels)",
        "common": "common (labels)",
        "custom": "custom (labels)",
        "plain": "plain (labels)",
        "templated": "templated (labels)",
    }
    assert traced.places("Deployment/web", "spec", "selector") == {
        "matchLabels.app": "selecting (labels)",
        "matchLabels.common": "common (labels)",
    }
    assert traced.places("Deployment/web", "spec", "template", "metadata") == {
        "labels.app": "selecting (labels)",
        "labels.common": "common (labels)",
        "labels.templated": "templated (labels)",
    }
    assert traced.places("Deployment/web", "spec", "custom") == {"custom": "custom (labels)"}
    assert traced.overrides("Deployment/web", "metadata", "labels", "app") == [("metadata", "web")]
    assert traced.overrides("Deployment/web", "spec", "selector", "matchLabels", "app") == [
        ("selector", "web")
    ]


def test_a_label_that_kustomize_added_is_one_value_in_three_fields(tmp_path: Path) -> None:
    """Changing it in the labels changes it in the selector and the template: so Kustomize does."""
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- middle/kustomization.yaml
        resources: [../base]
        labels:
        - pairs: {{tier: one}}  #: one
          includeSelectors: true
        --- overlay/kustomization.yaml
        resources: [../middle]
        labels:
        - pairs: {{tier: two}}  #: two
        """,
        "overlay",
    )
    selector = ("spec", "selector", "matchLabels", "tier")
    assert traced.resource("Deployment/web").get(*selector) == "two"
    assert traced.place("Deployment/web", *selector) == "two (labels)"
    assert traced.overrides("Deployment/web", *selector) == [("one", "one")]


def test_common_annotations(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- overlay/kustomization.yaml
        resources: [../base]
        commonAnnotations:
          team: "1"  #: team
        """,
        "overlay",
    )
    assert traced.places("Deployment/web", "metadata", "annotations") == {
        "team": "team (annotations)"
    }
    template = ("spec", "template", "metadata", "annotations")
    assert traced.places("Deployment/web", *template) == {"team": "team (annotations)"}


def test_images_stand_at_the_field_that_shapes_them_most(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- overlay/kustomization.yaml
        resources: [../base]
        images:
        - name: registry.example.com:5000/team/web
          newName: other/web  #: other-name
          newTag: "2"  #: new-tag
        - name: side
          newName: other/side  #: new-name
        - name: init
          newTag: "3"
          digest: sha256:11  #: digest
        """,
        "overlay",
    )
    pod = ("spec", "template", "spec")
    resource = traced.resource("Deployment/web")
    assert {
        kind: [
            (image, traced.place("Deployment/web", *pod, kind, index, "image"))
            for index, image in enumerate(c["image"] for _, c in resource.maps(*pod, kind))
        ]
        for kind in ("containers", "initContainers")
    } == {
        "containers": [
            ("other/web:2", "new-tag (images)"),
            ("other/side", "new-name (images)"),
        ],
        "initContainers": [("init:3@sha256:11", "digest (images)")],
    }
    assert traced.overrides("Deployment/web", *pod, "containers", 0, "image") == [
        ("image", "registry.example.com:5000/team/web:1.0"),
        ("other-name", "other/web:1.0"),
    ]


def test_a_tag_suffix_is_added_twice(tmp_path: Path) -> None:
    """Kustomize applies each entry to containers and to its image fields: here that shows."""
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- overlay/kustomization.yaml
        resources: [../base]
        images:
        - name: registry.example.com:5000/team/web
          tagSuffix: -x  #: suffix
        """,
        "overlay",
    )
    image = ("spec", "template", "spec", "containers", 0, "image")
    assert traced.resource("Deployment/web").get(*image).endswith(":1.0-x-x")
    assert traced.place("Deployment/web", *image) == "suffix (images)"


def test_replicas(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- overlay/kustomization.yaml
        resources: [../base]
        replicas:
        - name: web
          count: 3  #: count
        """,
        "overlay",
    )
    assert traced.place("Deployment/web", "spec", "replicas") == "count (replicas)"
    assert traced.overrides("Deployment/web", "spec", "replicas") == [("replicas", 1)]


def test_components_run_after_resources_and_before_the_transformers_of_their_parent(
    tmp_path: Path,
) -> None:
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- first/kustomization.yaml
        apiVersion: kustomize.config.k8s.io/v1alpha1
        kind: Component
        resources: [map.yaml]
        --- first/map.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {{name: extra}}
        data: {{a: first, b: first}}  #: first
        --- second/kustomization.yaml
        apiVersion: kustomize.config.k8s.io/v1alpha1
        kind: Component
        patches:
        - patch: |
            apiVersion: v1
            kind: ConfigMap
            metadata: {{name: extra}}
            data: {{a: second}}  #: second
        - patch: |
            apiVersion: apps/v1
            kind: Deployment
            metadata: {{name: web}}
            spec: {{replicas: 2}}  #: component-replicas
        --- overlay/kustomization.yaml
        resources: [../base]
        components: [../first, ../second]
        patches:
        - patch: |
            apiVersion: apps/v1
            kind: Deployment
            metadata: {{name: web}}
            spec: {{replicas: 3}}  #: overlay-replicas
        """,
        "overlay",
    )
    assert traced.places("ConfigMap/extra", "data") == {
        "a": "second (patch)",
        "b": "first (resource)",
    }
    assert traced.place("Deployment/web", "spec", "replicas") == "overlay-replicas (patch)"
    assert traced.overrides("Deployment/web", "spec", "replicas") == [
        ("replicas", 1),
        ("component-replicas", 2),
    ]


def test_field_specs_of_our_own(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        namePrefix: p-
        resources: [objects.yaml]
        configurations: [fields.yaml]
        images: [{name: img, newTag: "2"}]  #: images
        --- fields.yaml
        images:
        - {kind: Widget, path: spec/image}
        nameReference:
        - {kind: ConfigMap, version: v1, fieldSpecs: [{kind: Widget, path: spec/settings}]}
        --- objects.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          image: img:1  #: image
          settings: m  #: settings
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: m}
        """,
    )
    assert traced.places("Widget/p-w", "spec") == {
        "image": "images (images)",
        "settings": "settings (name)",
    }


def test_build_metadata(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [map.yaml]
        buildMetadata:
        - managedByLabel  #: managed
        - originAnnotations  #: origin
        --- map.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: m}  #: map
        """,
    )
    assert traced.places("ConfigMap/m", "metadata") == {
        "annotations['config.kubernetes.io/origin']": "origin (annotations)",
        "labels['app.kubernetes.io/managed-by']": "managed (labels)",
        "name": "map (resource)",
    }


def test_the_case_of_keys_does_not_matter(tmp_path: Path) -> None:
    """To Kustomize; a rule of its own objects to it."""
    traced = Traced(
        tmp_path,
        f"""{DEPLOYMENT}
        --- overlay/kustomization.yaml
        Resources: [../base]
        IMAGES:
        - NAME: side
          newtag: "2"  #: new-tag
        """,
        "overlay",
    )
    image = ("spec", "template", "spec", "containers", 1, "image")
    assert traced.place("Deployment/web", *image) == "new-tag (images)"
