"""The index of references: every way in which objects name each other."""

from tools.kubernetes.pod import pod_of
from tools.kubernetes.provided import Provided
from tools.kubernetes.reference import Reference
from tools.kubernetes.references import References
from tools.kubernetes.resource import Resource, ResourceSet
from tools.source.document import parse
from tools.source.place import dotted


def index(text: str) -> References:
    resources = ResourceSet([Resource(d.data, i) for i, d in enumerate(parse(text, "t.yaml"))])
    pods = [pod for pod in map(pod_of, resources) if pod]
    return References(resources, pods)


def words(reference: Reference) -> str:
    """`field -> Kind namespace/name`, with what else a reference says."""
    namespace = f"{reference.namespace}/" if reference.namespace else ""
    more = [
        f"key {reference.key}" if reference.key is not None else "",
        f"port {reference.port}" if reference.port is not None else "",
        "whole" if reference.whole else "",
        "optional" if reference.optional else "",
        f"container {reference.container.name}" if reference.container else "",
    ]
    group = f".{reference.group}" if reference.group else ""
    called = f"{reference.kind}{group} {namespace}{reference.name}"
    return ", ".join([f"{dotted(reference.path)} -> {called}", *filter(None, more)])


def named(text: str) -> list[str]:
    return [words(reference) for reference in index(text)]


def test_a_pod_names_what_it_runs_as_and_with() -> None:
    assert named("""
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  imagePullSecrets: [{name: registry}, null, {}]
  serviceAccountName: web
  priorityClassName: urgent
  runtimeClassName: gvisor
  resourceClaims:
    - {name: gpu, resourceClaimName: gpu}
    - {name: any, resourceClaimTemplateName: any-gpu}
""") == [
        "spec.imagePullSecrets[0].name -> Secret shop/registry",
        "spec.serviceAccountName -> ServiceAccount shop/web",
        "spec.priorityClassName -> PriorityClass.scheduling.k8s.io urgent",
        "spec.runtimeClassName -> RuntimeClass.node.k8s.io gvisor",
        "spec.resourceClaims[0].resourceClaimName -> ResourceClaim.resource.k8s.io shop/gpu",
        "spec.resourceClaims[1].resourceClaimTemplateName -> "
        "ResourceClaimTemplate.resource.k8s.io shop/any-gpu",
    ]


def test_a_container_names_where_its_variables_come_from() -> None:
    assert named("""
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
    - name: first
      envFrom: [{configMapRef: {name: all}}, {secretRef: {name: all, optional: true}}]
  containers:
    - name: web
      env:
        - {name: A, valueFrom: {configMapKeyRef: {name: settings, key: A}}}
        - {name: B, valueFrom: {secretKeyRef: {name: passwords, key: B, optional: true}}}
        - {name: C, value: $(A)}
      args: [--b=$(B)]
""") == [
        "spec.initContainers[0].envFrom[0].configMapRef.name -> ConfigMap all, "
        "whole, container first",
        "spec.initContainers[0].envFrom[1].secretRef.name -> Secret all, "
        "whole, optional, container first",
        "spec.containers[0].env[0].valueFrom.configMapKeyRef.name -> ConfigMap settings, "
        "key A, container web",
        "spec.containers[0].env[1].valueFrom.secretKeyRef.name -> Secret passwords, "
        "key B, optional, container web",
        "spec.containers[0].env[2].value -> Pod web, key A, container web",
        "spec.containers[0].args[0] -> Pod web, key B, container web",
    ]


def test_volumes_name_whole_objects_or_the_keys_that_are_mounted() -> None:
    assert named("""
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: web
      volumeMounts:
        - {name: whole, mountPath: /whole}
        - {name: whole, mountPath: /one, subPath: one.yaml}
        - {name: picked, mountPath: /two, subPath: ./two.yaml}
  volumes:
    - {name: whole, configMap: {name: whole}}
    - {name: picked, secret: {secretName: picked, optional: true}}
    - {name: items, configMap: {name: items, items: [{key: a, path: b}]}}
    - name: projected
      projected:
        sources:
          - configMap: {name: settings}
          - secret: {name: passwords, items: [{key: c, path: d}]}
          - serviceAccountToken: {path: token}
          - clusterTrustBundle: {name: company, path: ca}
    - {name: claim, persistentVolumeClaim: {claimName: data}}
    - {name: own, ephemeral: {volumeClaimTemplate: {spec: {storageClassName: fast}}}}
    - name: driver
      csi:
        nodePublishSecretRef: {name: driver}
        volumeAttributes: {secretProviderClass: vault}
    - {name: old, iscsi: {secretRef: {name: old}}}
""") == [
        "spec.volumes[0].configMap.name -> ConfigMap whole, whole",
        "spec.containers[0].volumeMounts[1].subPath -> ConfigMap whole, "
        "key one.yaml, container web",
        "spec.volumes[1].secret.secretName -> Secret picked, optional",
        "spec.containers[0].volumeMounts[2].subPath -> Secret picked, "
        "key two.yaml, optional, container web",
        "spec.volumes[2].configMap.name -> ConfigMap items, key a",
        "spec.volumes[3].projected.sources[0].configMap.name -> ConfigMap settings, whole",
        "spec.volumes[3].projected.sources[1].secret.name -> Secret passwords, key c",
        "spec.volumes[3].projected.sources[2].serviceAccountToken -> ServiceAccount default",
        "spec.volumes[3].projected.sources[3].clusterTrustBundle.name -> "
        "ClusterTrustBundle.certificates.k8s.io company",
        "spec.volumes[4].persistentVolumeClaim.claimName -> PersistentVolumeClaim data",
        "spec.volumes[5].ephemeral.volumeClaimTemplate.spec.storageClassName -> "
        "StorageClass.storage.k8s.io fast",
        "spec.volumes[6].csi.nodePublishSecretRef.name -> Secret driver",
        "spec.volumes[6].csi.volumeAttributes.secretProviderClass -> "
        "SecretProviderClass.secrets-store.csi.x-k8s.io vault",
        "spec.volumes[7].iscsi.secretRef.name -> Secret old",
    ]


def test_an_ingress_names_services_certificates_and_its_class() -> None:
    assert named("""
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-secret: passwords
    nginx.ingress.kubernetes.io/auth-tls-secret: other/ca
    cert-manager.io/cluster-issuer: letsencrypt
spec:
  ingressClassName: nginx
  tls: [{secretName: web-tls}]
  defaultBackend: {service: {name: default}}
  rules:
    - http:
        paths:
          - backend: {service: {name: web, port: {number: 80}}}
          - backend: {service: {name: api, port: {name: http}}}
          - backend: {resource: {apiGroup: k8s.example.com, kind: Bucket, name: icons}}
          - backend: {serviceName: old, servicePort: 8080}
""") == [
        "spec.ingressClassName -> IngressClass.networking.k8s.io nginx",
        "spec.tls[0].secretName -> Secret shop/web-tls",
        "spec.defaultBackend.service.name -> Service shop/default",
        "spec.rules[0].http.paths[0].backend.service.name -> Service shop/web, port 80",
        "spec.rules[0].http.paths[1].backend.service.name -> Service shop/api, port http",
        "spec.rules[0].http.paths[2].backend.resource.name -> Bucket.k8s.example.com shop/icons",
        "spec.rules[0].http.paths[3].backend.serviceName -> Service shop/old, port 8080",
        "metadata.annotations['nginx.ingress.kubernetes.io/auth-secret'] -> "
        "Secret shop/passwords, whole",
        "metadata.annotations['nginx.ingress.kubernetes.io/auth-tls-secret'] -> "
        "Secret other/ca, whole",
        "metadata.annotations['cert-manager.io/cluster-issuer'] -> "
        "ClusterIssuer.cert-manager.io letsencrypt",
    ]


def test_bindings_name_roles_and_accounts() -> None:
    assert named("""
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
  - {kind: ServiceAccount, name: web}
  - {kind: ServiceAccount, name: api, namespace: other}
  - {kind: User, name: "system:serviceaccount:third:job"}
  - {kind: User, name: anna}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
""") == [
        "roleRef.name -> Role.rbac.authorization.k8s.io shop/reader",
        "subjects[0].name -> ServiceAccount shop/web",
        "subjects[1].name -> ServiceAccount other/api",
        "subjects[2].name -> ServiceAccount third/job",
        "roleRef.name -> ClusterRole.rbac.authorization.k8s.io view",
    ]


def test_autoscalers_statefulsets_claims_and_accounts_name_others() -> None:
    assert named("""
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: api, namespace: shop}
spec:
  scaleTargetRef: {name: api}
  triggers: [{type: redis, authenticationRef: {name: redis}}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: db
  volumeClaimTemplates: [{spec: {storageClassName: fast}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec:
  storageClassName: fast
  volumeName: disk-1
  dataSource: {kind: PersistentVolumeClaim, name: old}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
secrets: [{name: token}]
imagePullSecrets: [{name: registry}]
---
apiVersion: v1
kind: Secret
metadata:
  name: token
  namespace: shop
  annotations: {kubernetes.io/service-account.name: web}
""") == [
        "spec.scaleTargetRef.name -> Deployment.apps shop/web",
        "spec.triggers[0].authenticationRef.name -> TriggerAuthentication.keda.sh shop/redis",
        "spec.scaleTargetRef.name -> Deployment.apps shop/api",
        "spec.serviceName -> Service shop/db",
        "spec.volumeClaimTemplates[0].spec.storageClassName -> StorageClass.storage.k8s.io fast",
        "spec.storageClassName -> StorageClass.storage.k8s.io fast",
        "spec.volumeName -> PersistentVolume disk-1",
        "spec.dataSource.name -> PersistentVolumeClaim shop/old",
        "secrets[0].name -> Secret shop/token",
        "imagePullSecrets[0].name -> Secret shop/registry",
        "metadata.annotations['kubernetes.io/service-account.name'] -> ServiceAccount shop/web",
    ]


def test_webhooks_and_routes_name_services() -> None:
    assert named("""
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: defaults}
webhooks:
  - clientConfig: {service: {name: defaults, namespace: system}}
  - clientConfig: {service: {name: defaults, namespace: system, port: 8443}}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.metrics}
spec: {service: {name: metrics, namespace: system}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs: [{name: public, namespace: system}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
""") == [
        "webhooks[0].clientConfig.service.name -> Service system/defaults, port 443",
        "webhooks[1].clientConfig.service.name -> Service system/defaults, port 8443",
        "spec.service.name -> Service system/metrics, port 443",
        "spec.parentRefs[0].name -> Gateway.gateway.networking.k8s.io system/public",
        "spec.rules[0].backendRefs[0].name -> Service shop/web, port 80",
    ]


def test_kinds_that_nobody_knows_name_secrets_by_convention() -> None:
    assert named("""
apiVersion: example.com/v1
kind: Engine
metadata: {name: engine, namespace: shop}
spec:
  oil: {secretKeyRef: {name: oil, key: grade}}
  tlsSecretName: engine-tls
  settings: {configMapRef: {name: settings, namespace: other}}
  basicAuth: {password: {name: login, key: password}}
  secretKey: not-a-name
""") == [
        "spec.oil.secretKeyRef.name -> Secret shop/oil, key grade",
        "spec.tlsSecretName -> Secret shop/engine-tls, whole",
        "spec.settings.configMapRef.name -> ConfigMap other/settings, whole",
        "spec.basicAuth.password.name -> Secret shop/login, key password",
    ]


def test_texts_name_services() -> None:
    found = index("""
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {API: "http://api.other.svc:8080/v1"}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      env:
        - {name: API, valueFrom: {configMapKeyRef: {name: settings, key: API}}}
        - {name: DB_HOST, value: db}
        - {name: DB, value: "postgres://$(DB_HOST)/shop"}
      args: ["--cache=cache:6379"]
""")
    assert [words(one) for one in found if one.host] == [
        "data.API -> Service other/api, port 8080, container web",
        "spec.containers[0].env[1].value -> Service shop/db, container web",
        "spec.containers[0].env[2].value -> Service shop/db, container web",
        "spec.containers[0].args[0] -> Service shop/cache, port 6379, container web",
    ]


def test_an_object_is_found_in_its_own_namespace_first() -> None:
    found = index("""
apiVersion: v1
kind: Secret
metadata: {name: a}
---
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: shop}
---
apiVersion: v1
kind: Secret
metadata: {name: b, namespace: other}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
secrets: [{name: a}, {name: b}]
""")
    a, b = found
    resolved = found.resolve(a)
    assert resolved is not None
    assert resolved.namespace == "shop"
    assert found.resolve(b) is None
    assert found.to("Secret", "a", "") == [a]
    assert found.to("Secret", "a", "other") == []


def provided(text: str, name: str) -> list[Provided]:
    return index(text).provided("Secret", name, "shop")


def keys(text: str, name: str = "s") -> list[set[str] | None]:
    return [one.keys if one.keys is None else set(one.keys) for one in provided(text, name)]


def test_objects_that_deliver_secrets() -> None:
    head = "metadata: {name: s, namespace: shop}\n"
    eso = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n" + head
    fetched = "  data: [{secretKey: A, remoteRef: {key: x}}]\n"
    assert keys(
        "apiVersion: v1\nkind: Secret\n" + head + "stringData: {A: x}\ndata: {B: eA==}"
    ) == [{"A", "B"}]
    assert keys(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n"
        + head
        + "spec: {encryptedData: {A: x}, template: {data: {B: y}}}"
    ) == [{"A", "B"}]
    assert keys(eso + "spec:\n" + fetched) == [{"A"}]
    assert keys(eso + "spec:\n  target: {name: t}\n" + fetched, "t") == [{"A"}]
    assert keys(eso + "spec:\n  dataFrom: [{extract: {key: x}}]\n" + fetched) == [None]
    # A template with data of its own takes the place of what was fetched, unless it is merged.
    template = "spec:\n  target: {template: {data: {B: y}}}\n" + fetched
    assert keys(eso + template) == [{"B"}]
    merged = "spec:\n  target: {template: {mergePolicy: Merge, data: {B: y}}}\n" + fetched
    assert keys(eso + merged) == [{"A", "B"}]
    assert (
        keys(eso + "spec:\n  target: {creationPolicy: None}\n".replace("None", '"None"') + fetched)
        == []
    )
    assert keys(
        "apiVersion: cert-manager.io/v1\nkind: Certificate\n" + head + "spec: {secretName: s}"
    ) == [{"tls.crt", "tls.key", "ca.crt"}]
