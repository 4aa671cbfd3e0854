"""For a field that is missing: the nearest existing parent, in the file where one would add it."""

from pathlib import Path

from tests.trace.traced import Traced, nearest

TREE = """
        --- overlay/kustomization.yaml
        resources: [../base]
        components: [../component]
        patches:
        - path: patch.yaml
        --- overlay/patch.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          template:
            spec:
              securityContext:  #: pod-security
                runAsNonRoot: true
              containers:
              - name: web
                resources: {limits: {cpu: 100m}}  #: resources
              - name: patched  #: patched
                image: p:1
        --- component/kustomization.yaml
        apiVersion: kustomize.config.k8s.io/v1alpha1
        kind: Component
        configMapGenerator:
        - name: made  #: made
          literals: [A=1]
          options: {disableNameSuffixHash: true}
        --- base/kustomization.yaml
        resources: [deployment.yaml]
        --- base/deployment.yaml
        apiVersion: apps/v1  #: root
        kind: Deployment
        metadata:  #: metadata
          name: web
        spec:  #: spec
          template:  #: template
            spec:  #: pod
              containers:  #: containers
              - name: web  #: web
                image: w:1
                resources: {}
"""
POD = ("spec", "template", "spec")


def test_the_parent_stands_where_it_was_introduced(tmp_path: Path) -> None:
    traced = Traced(tmp_path, TREE, "overlay")
    web = traced.resource("Deployment/web")
    assert [c["name"] for _, c in web.maps(*POD, "containers")] == ["web", "patched"]
    containers = (*POD, "containers")
    security = ("securityContext", "readOnlyRootFilesystem")
    missing: list[tuple[str | int, ...]] = [
        ("spec", "strategy", "type"),
        (*POD, "hostNetwork"),
        (*POD, "securityContext", "fsGroup"),
        (*containers, 0, *security),
        (*containers, 1, *security),
        (*containers, 0, "resources", "limits", "memory"),
        (*containers, 0, "resources", "requests"),
        (*containers, 7),
        ("status",),
    ]
    assert {path: nearest(traced, "Deployment/web", *path) for path in missing} == {
        ("spec", "strategy", "type"): ("spec (resource)", ("spec",)),
        (*POD, "hostNetwork"): ("pod (resource)", POD),
        (*POD, "securityContext", "fsGroup"): (
            "pod-security (patch)",
            (*POD, "securityContext"),
        ),
        (*containers, 0, *security): ("web (resource)", (*containers, 0)),
        (*containers, 1, *security): ("patched (patch)", (*containers, 1)),
        (*containers, 0, "resources", "limits", "memory"): (
            "resources (patch)",
            (*containers, 0, "resources", "limits"),
        ),
        (*containers, 0, "resources", "requests"): (
            "base/deployment.yaml:11 (resource)",
            (*containers, 0, "resources"),
        ),
        (*containers, 7): ("containers (resource)", containers),
        ("status",): ("root (resource)", ()),
    }


def test_a_field_of_a_generated_object_would_be_added_to_its_generator(tmp_path: Path) -> None:
    traced = Traced(tmp_path, TREE, "overlay")
    assert nearest(traced, "ConfigMap/made", "immutable") == ("made (generator)", ())
    assert nearest(traced, "ConfigMap/made", "data", "B") == ("made (generator)", ("data",))


def test_a_map_that_kustomize_made_stands_at_its_first_entry(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [map.yaml]
        namespace: prod
        labels:
        - pairs: {app: x}  #: labels
        --- map.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata:  #: metadata
          name: m
        """,
    )
    labels = ("metadata", "labels")
    assert nearest(traced, "ConfigMap/m", *labels, "other") == ("labels (labels)", labels)
    assert nearest(traced, "ConfigMap/m", "metadata", "annotations", "a") == (
        "metadata (resource)",
        ("metadata",),
    )


def test_maps_and_lists_stand_at_the_key_that_introduces_them(tmp_path: Path) -> None:
    traced = Traced(tmp_path, TREE, "overlay")
    existing: list[tuple[str | int, ...]] = [
        (),
        ("metadata",),
        POD,
        (*POD, "containers"),
        (*POD, "containers", 0),
        (*POD, "securityContext"),
    ]
    assert [traced.place("Deployment/web", *path) for path in existing] == [
        "root (resource)",
        "metadata (resource)",
        "pod (resource)",
        "containers (resource)",
        "web (resource)",
        "pod-security (patch)",
    ]


def test_a_field_that_a_patch_took_away_is_missing_where_the_patch_says_so(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [web.yaml]
        patches:
        - path: patch.yaml
        - target: {kind: Deployment}
          patch: |-
            - op: test
              path: /spec/replicas
              value: 1
            - op: remove  #: remove
              path: /spec/template/spec/containers/0/livenessProbe
        --- patch.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          template:
            spec:
              securityContext:
                runAsNonRoot: null  #: null
              containers:
              - name: web
                resources:  #: directive
                  $patch: delete
        --- web.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          replicas: 1
          template:
            spec:
              securityContext: {runAsNonRoot: true, fsGroup: 1}
              containers:
              - name: web
                image: w:1
                livenessProbe: {httpGet: {path: /, port: 80}}
                resources: {limits: {cpu: 1}}
        """,
    )
    container = (*POD, "containers", 0)
    missing: list[tuple[str | int, ...]] = [
        (*POD, "securityContext", "runAsNonRoot"),
        (*container, "livenessProbe", "httpGet", "path"),
        (*container, "resources", "limits", "cpu"),
    ]
    assert {path: nearest(traced, "Deployment/web", *path) for path in missing} == {
        (*POD, "securityContext", "runAsNonRoot"): ("null (patch)", (*POD, "securityContext")),
        (*container, "livenessProbe", "httpGet", "path"): ("remove (patch)", container),
        (*container, "resources", "limits", "cpu"): ("directive (patch)", container),
    }


def test_an_element_that_a_patch_took_away_is_known_by_its_name(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [web.yaml]
        patches:
        - path: patch.yaml
        - target: {kind: Deployment}
          patch: |-
            - op: remove  #: remove
              path: /spec/template/spec/containers/0/ports/0
            - op: add
              path: /metadata/labels
              value: {}
        --- patch.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          template:
            spec:
              volumes:
              - name: gone
                $patch: delete  #: directive
        --- web.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          template:
            spec:
              volumes:  #: volumes
              - name: gone
                emptyDir: {}
              - name: stays
                emptyDir: {}
              containers:
              - name: web
                image: w:1
                ports:
                - {name: http, containerPort: 80}
                - {name: more, containerPort: 81}
        """,
    )
    ports = (*POD, "containers", 0, "ports")
    missing: list[tuple[str | int, ...]] = [
        (*POD, "volumes", "gone"),
        (*POD, "volumes", "never"),
        (*ports, "http"),
        (*ports, "80"),
    ]
    assert {path: nearest(traced, "Deployment/web", *path) for path in missing} == {
        (*POD, "volumes", "gone"): ("directive (patch)", (*POD, "volumes")),
        (*POD, "volumes", "never"): ("volumes (resource)", (*POD, "volumes")),
        (*ports, "http"): ("remove (patch)", ports),
        (*ports, "80"): ("remove (patch)", ports),
    }
    gone = [traced.location("Deployment/web", *path).removed for path in missing]
    assert gone == [True, False, True, True]
