"""Which objects may be turned into pods and Services by a controller that the manifests don't show.

An operator makes the pods of a database from one custom object, Argo CD or Flux those of a whole
application. What such an object becomes is not in the render.
https://kubernetes.io/docs/concepts/extend-kubernetes/operator/
"""

from collections.abc import Collection

from tools.kubernetes.resource import Resource, ResourceSet

_MAKERS = {
    "argoproj.io": "Application ApplicationSet CronWorkflow Experiment Workflow WorkflowTemplate",
    "gateway.networking.k8s.io": "Gateway",
    "monitoring.coreos.com": "Alertmanager Prometheus PrometheusAgent ThanosRuler",
    "flagger.app": "Canary",
    "keda.sh": "ScaledJob",
}
"""Groups of which these kinds, and no others, become pods or Services."""

_HARMLESS = (
    "acme.cert-manager.io aquasecurity.github.io bitnami.com cert-manager.io cilium.io"
    " cloud.google.com config.gatekeeper.sh configuration.konghq.com constraints.gatekeeper.sh"
    " crd.projectcalico.org elbv2.k8s.aws extensions.istio.io external-secrets.io getambassador.io"
    " generators.external-secrets.io grafana.integreatly.org image.toolkit.fluxcd.io k8s.nginx.org"
    " karpenter.k8s.aws karpenter.sh kyverno.io linkerd.io metallb.io monitoring.googleapis.com"
    " networking.gke.io networking.istio.io notification.toolkit.fluxcd.io policy.linkerd.io"
    " projectcalico.org projectcontour.io route.openshift.io security.openshift.io"
    " secrets-store.csi.x-k8s.io security.istio.io source.toolkit.fluxcd.io split.smi-spec.io"
    " telemetry.istio.io templates.gatekeeper.sh traefik.containo.us traefik.io"
)
"""Groups whose objects configure what exists, and become neither pods nor Services."""

_KUBERNETES = frozenset({"", "apps", "autoscaling", "batch", "extensions", "policy"})
_ANYWHERE = frozenset(
    {"argoproj.io", "helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "helm.cattle.io"}
)
"""Groups whose objects deploy into other namespaces than their own."""


def maker_in(
    resources: ResourceSet, namespace: str, known: Collection[str] = ()
) -> Resource | None:
    """An object that may become pods or Services in a namespace, None if there is none.

    Every custom kind that nobody knows may; `known` kinds are those whose pods can be seen. A
    namespace that is not stated may be any.
    """
    for resource in resources:
        near = not resource.namespace or not namespace or resource.namespace == namespace
        reaches = (near or resource.ref.group in _ANYWHERE) and resource.kind not in known
        if reaches and _makes(resource):
            return resource
    return None


def _makes(resource: Resource) -> bool:
    group = resource.ref.group
    if group in _MAKERS:
        return resource.kind in _MAKERS[group].split()
    own = group in _KUBERNETES or group.endswith(".k8s.io")
    return not own and group not in _HARMLESS.split()
