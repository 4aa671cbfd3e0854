"""Namespace, prefix, suffix and hash, and the references that follow them."""

from pathlib import Path

from tests.trace.traced import Traced


def test_namespace(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- overlay/kustomization.yaml
        namespace: prod  #: outer
        resources: [../base]
        --- base/kustomization.yaml
        namespace: inner  #: inner
        resources: [objects.yaml]
        --- base/objects.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: m, namespace: own}  #: own
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: any}  #: namespace-name
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: b}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
        subjects:
        - {kind: ServiceAccount, name: default}  #: default-account
        - {kind: User, name: somebody, namespace: kept}  #: somebody
        """,
        "overlay",
    )
    assert traced.place("ConfigMap/m", "metadata", "namespace") == "outer (namespace)"
    assert traced.overrides("ConfigMap/m", "metadata", "namespace") == [
        ("own", "own"),
        ("inner", "inner"),
    ]
    assert traced.place("Namespace/prod", "metadata", "name") == "outer (namespace)"
    assert traced.places("ClusterRoleBinding/b", "subjects") == {
        "[0].kind": "default-account (resource)",
        "[0].name": "default-account (resource)",
        "[0].namespace": "outer (namespace)",
        "[1].kind": "somebody (resource)",
        "[1].name": "somebody (resource)",
        "[1].namespace": "somebody (resource)",
    }


def test_prefix_and_suffix(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        namePrefix: a-  #: prefix
        nameSuffix: -z  #: suffix
        resources: [objects.yaml]
        --- objects.yaml
        apiVersion: v1
        kind: Service
        metadata: {name: web}  #: web
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: web}
        spec:
          defaultBackend: {service: {name: web}}  #: backend
          tls:
          - secretName: web  #: no-secret
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.com}  #: definition
        """,
    )
    assert traced.place("Service/a-web-z", "metadata", "name") == "suffix (name)"
    assert traced.overrides("Service/a-web-z", "metadata", "name") == [
        ("web", "web"),
        ("prefix", "a-web"),
    ]
    assert traced.places("Ingress/a-web-z", "spec") == {
        "defaultBackend.service.name": "backend (name)",
        "tls[0].secretName": "no-secret (resource)",
    }
    definition = "CustomResourceDefinition/widgets.example.com"
    assert traced.place(definition, "metadata", "name") == "definition (resource)"


def test_one_base_reached_twice(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- top/kustomization.yaml
        resources: [../one, ../two]
        --- one/kustomization.yaml
        namePrefix: one-  #: one
        resources: [../base]
        patches:
        - patch: |
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: m}
            data: {a: patched}  #: patched
        --- two/kustomization.yaml
        namePrefix: two-  #: two
        resources: [../base]
        --- base/kustomization.yaml
        resources: [objects.yaml]
        --- base/objects.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: m}
        data: {a: base}  #: base
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: p}
        spec:
          volumes:
          - name: v
            configMap: {name: m}  #: volume
        """,
        "top",
    )
    assert {
        prefix: (
            traced.place(f"ConfigMap/{prefix}-m", "metadata", "name"),
            traced.place(f"ConfigMap/{prefix}-m", "data", "a"),
            traced.resource(f"Pod/{prefix}-p").get("spec", "volumes", 0, "configMap", "name"),
            traced.place(f"Pod/{prefix}-p", "spec", "volumes", 0, "configMap", "name"),
        )
        for prefix in ("one", "two")
    } == {
        "one": ("one (name)", "patched (patch)", "one-m", "volume (name)"),
        "two": ("two (name)", "base (resource)", "two-m", "volume (name)"),
    }


def test_a_hash_keeps_the_place_of_the_name_and_says_what_it_is(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        resources: [pod.yaml]
        configMapGenerator:
        - name: settings  #: generator
          literals: ["A=<1> & 2"]
        secretGenerator:
        - name: keys  #: secret
          literals: [K=v]
        --- pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: p}
        spec:
          containers:
          - name: c
            envFrom:
            - configMapRef: {name: settings}  #: reference
            - secretRef: {name: keys}  #: secret-reference
            - configMapRef: {name: other}  #: other
        """,
    )
    (made,) = [r for r in traced.resources if r.kind == "ConfigMap"]
    location = traced.trace.locate(made, ("metadata", "name"))
    assert traced.said(location) == "generator (hash)"
    assert location.reason == "Kustomize appends a hash of the content to the name"
    assert traced.places("Pod/p", "spec", "containers", 0, "envFrom") == {
        "[0].configMapRef.name": "reference (hash)",
        "[1].secretRef.name": "secret-reference (hash)",
        "[2].configMapRef.name": "other (resource)",
    }


def test_references_of_role_bindings_and_autoscalers(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        namespace: prod  #: namespace
        nameSuffix: -s
        resources: [objects.yaml]
        --- objects.yaml
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: runner}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: r}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: b}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}  #: role
        subjects:
        - kind: ServiceAccount  #: kind
          name: runner  #: runner
          namespace: default  #: subject-namespace
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: d}
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: h}
        spec: {scaleTargetRef: {kind: Deployment, name: d}}  #: target
        """,
    )
    assert traced.place("RoleBinding/b-s", "roleRef", "name") == "role (name)"
    assert traced.places("RoleBinding/b-s", "subjects", 0) == {
        "kind": "kind (resource)",
        "name": "runner (name)",
        "namespace": "namespace (namespace)",
    }
    target = ("spec", "scaleTargetRef", "name")
    assert traced.resource("HorizontalPodAutoscaler/h-s").get(*target) == "d-s"
    assert traced.place("HorizontalPodAutoscaler/h-s", *target) == "target (name)"
