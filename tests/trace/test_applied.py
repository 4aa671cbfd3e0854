"""The log of a replay: what each entry selected, and whether it changed anything."""

from pathlib import Path
from typing import Any

from tests.trace.traced import Traced

OBJECTS = """
        --- objects.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
          labels: {app: web, tier: front}
          annotations: {team: a}
        spec:
          replicas: 1
          template: {spec: {containers: [{name: c, image: "app:1"}]}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: worker
          namespace: own
          labels: {app: worker}
        spec:
          template: {spec: {containers: [{name: c, image: "app:1"}]}}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        data: {a: "1"}
"""


def done(traced: Traced, kind: str) -> dict[str, tuple[Any, ...]]:
    """By the line of each entry: how many objects it matched, whether it changed any."""
    return {traced.line(a.place): (a.matched, a.changed) for a in traced.applied(kind)}


def test_selectors(tmp_path: Path) -> None:
    selectors = {
        "kind": "{kind: Deployment}",
        "part-of-a-kind": "{kind: Deploy}",
        "expression": "{kind: Deploy.*|ConfigMap}",
        "name": "{name: w.*}",
        "group": "{group: apps, version: v1}",
        "other-group": "{group: batch}",
        "namespace": "{namespace: own}",
        "no-namespace": "{namespace: default}",
        "label": "{labelSelector: 'app=web'}",
        "labels": "{labelSelector: 'app in (web, worker), !tier'}",
        "no-label": "{labelSelector: 'app!=web'}",
        "annotation": "{annotationSelector: team}",
        "everything": "{}",
    }
    patches = "".join(
        f"""
        - target: {selector}  #: {mark}
          patch: '{{"kind": "x", "metadata": {{"name": "x", "labels": {{"{mark}": "on"}}}}}}'"""
        for mark, selector in selectors.items()
    )
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- kustomization.yaml
        resources: [objects.yaml]
        patches:{patches}
        """,
    )
    matched = {mark: traced_matched for mark, (traced_matched, _) in done(traced, "patch").items()}
    assert matched == {
        "kind": 2,
        "part-of-a-kind": 0,
        "expression": 3,
        "name": 3,
        "group": 2,
        "other-group": 0,
        "namespace": 1,
        "no-namespace": 2,
        "label": 1,
        "labels": 1,
        "no-label": 2,
        "annotation": 1,
        "everything": 3,
    }
    rendered = {
        mark: sum(mark in resource.labels for resource in traced.resources) for mark in selectors
    }
    assert rendered == matched


def test_an_object_is_selected_by_the_name_it_had(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- base/kustomization.yaml
        namePrefix: p-
        resources: [objects.yaml]
        --- kustomization.yaml
        resources: [base]
        patches:
        - target: {{kind: ConfigMap, name: web}}  #: first-name
          patch: '[{{"op": "add", "path": "/data/b", "value": "2"}}]'
        - target: {{kind: ConfigMap, name: p-web}}  #: name-of-now
          patch: '[{{"op": "add", "path": "/data/c", "value": "3"}}]'
        """.replace("--- objects.yaml", "--- base/objects.yaml"),
    )
    assert done(traced, "patch") == {"first-name": (1, True), "name-of-now": (1, True)}


def test_patches_that_change_nothing(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- kustomization.yaml
        resources: [objects.yaml]
        patches:
        - patch: |  #: same
            apiVersion: apps/v1
            kind: Deployment
            metadata: {{name: web, labels: {{tier: front}}}}
            spec: {{replicas: 1}}
        - patch: |  #: quoted-in-the-base
            apiVersion: v1
            kind: ConfigMap
            metadata: {{name: web}}
            data: {{a: 1}}
        - patch: |  #: other-type
            apiVersion: apps/v1
            kind: Deployment
            metadata: {{name: web}}
            spec: {{replicas: "1"}}
        - target: {{kind: Deployment, name: web}}  #: back-to-a-number
          patch: '[{{"op": "replace", "path": "/spec/replicas", "value": 1}}]'
        - target: {{kind: Deployment, name: web}}  #: there-and-back
          patch: |
            - {{op: remove, path: /spec/replicas}}
            - {{op: add, path: /spec/replicas, value: 1}}
        - target: {{kind: Nothing}}  #: nothing
          patch: '[{{"op": "remove", "path": "/spec"}}]'
        """,
    )
    assert done(traced, "patch") == {
        "same": (1, False),
        "quoted-in-the-base": (1, False),
        "other-type": (1, True),
        "back-to-a-number": (1, True),
        "there-and-back": (1, False),
        "nothing": (0, False),
    }


def test_images_replicas_replacements_and_pairs(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- kustomization.yaml
        resources: [objects.yaml]
        images:
        - {{name: app, newTag: "1"}}  #: same-tag
        - {{name: app, newTag: "2"}}  #: new-tag
        - {{name: other, newTag: "2"}}  #: other-image
        replicas:
        - {{name: web, count: 1}}  #: same-count
        labels:
        - pairs:
            app: web  #: app
            new: x  #: new
        replacements:
        - source: {{kind: ConfigMap, fieldPath: data.a}}
          targets:
          - select: {{kind: Deployment, name: web}}  #: selecting
            fieldPaths: [spec.replicas]
          - select: {{kind: StatefulSet}}  #: selecting-nothing
            fieldPaths: [spec.replicas]
        """,
    )
    assert done(traced, "images") == {
        "same-tag": (2, False),
        "new-tag": (2, True),
        "other-image": (0, False),
    }
    assert done(traced, "replicas") == {"same-count": (1, False)}
    assert done(traced, "labels") == {"app": (3, True), "new": (3, True)}
    assert done(traced, "replacement") == {
        "selecting": (1, False),
        "selecting-nothing": (0, False),
    }


def test_a_component_of_two_kustomizations_is_one_entry(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [one, two]
        --- one/kustomization.yaml
        namePrefix: one-
        resources: [map.yaml]
        components: [../component]
        --- one/map.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: m}
        --- two/kustomization.yaml
        components: [../component]
        configMapGenerator: [{name: other}]
        --- component/kustomization.yaml
        apiVersion: kustomize.config.k8s.io/v1alpha1
        kind: Component
        patches:
        - target: {name: m}  #: patch
          patch: '[{"op": "add", "path": "/data", "value": {"a": "1"}}]'
        """,
    )
    assert done(traced, "patch") == {"patch": (1, True)}


def test_the_objects_of_an_entry_are_those_of_the_render(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        configMapGenerator:
        - {name: kept, literals: [A=1]}
        - {name: gone, literals: [A=1]}
        patches:
        - patch: '{"$patch": "delete", "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "gone"}}'
        """,
    )
    kept, gone = traced.applied("configMapGenerator")
    (made,) = kept.objects
    assert traced.trace.rendered(made) is traced.resources[0]
    assert made.hashed
    assert gone.objects == ()
    assert kept.entry == {"name": "kept", "literals": ["A=1"]}


def test_what_a_patch_is(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- overlay/kustomization.yaml
        resources: [../base]
        patches:
        - path: patch.yaml
        --- overlay/patch.yaml
        # A comment.
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: web}}
        spec: {{replicas: 2}}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {{name: web}}
        data: {{b: "2"}}
        --- base/kustomization.yaml
        resources: [objects.yaml]
        """.replace("--- objects.yaml", "--- base/objects.yaml"),
        "overlay",
    )
    first, second = traced.applied("patch")
    assert first.patch is not None and second.patch is not None
    assert (first.folder, first.field, first.patch.file, first.patch.inline) == (
        "overlay",
        "patches",
        "overlay/patch.yaml",
        False,
    )
    assert [patch.place.line for patch in (first.patch, second.patch)] == [2, 7]
    assert first.patch.target[1:] == ("apps", "v1", "Deployment", "web", "", "", "")
    assert second.patch.merge == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web"},
        "data": {"b": "2"},
    }
