"""Which objects never become Healthy in a sync, as far as their manifests tell.

`pkg/health` of gitops-engine and `resource_customizations` of Argo CD 3.2.11; what 3.5 does
otherwise is said where it matters.
"""

from collections.abc import Callable, Iterator, Mapping

from tools.argocd.late import api_service, autoscaler, claim, later
from tools.argocd.phases import Moment, is_hook, moments
from tools.argocd.states import Condition, Rendered, State
from tools.kubernetes.resource import Resource, as_map
from tools.source.place import FieldPath


def conditions(resource: Resource, target: Rendered) -> Iterator[State]:
    """Every reason why an object may stay unhealthy; of one that is not applied there is none."""
    when = moments(resource)
    known = _KINDS.get((resource.ref.group, resource.kind))
    if when and known:
        yield from known(resource, target, when[0])


def _deployment(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    if resource.get("spec", "paused") is True:
        yield State(("spec", "paused"), "is paused, which Argo CD calls Suspended")


def _job(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    if resource.get("spec", "suspend") is True:
        yield State(("spec", "suspend"), "is suspended")
    if resource.get("spec", "parallelism") == 0:
        yield State(("spec", "parallelism"), "runs no pod with parallelism 0")
    elif resource.get("spec", "ttlSecondsAfterFinished") == 0 and not is_hook(resource):
        # Argo CD puts a finalizer on hooks, and so sees how they end.
        sentence = "is deleted as soon as it has finished, so Argo CD does not see it complete"
        remedy = "Keep it for some minutes, or make it a hook, which Argo CD deletes itself."
        yield State(("spec", "ttlSecondsAfterFinished"), sentence, remedy=remedy)


def _ingress(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    question = "say with ingressAddresses whether a controller does"
    sentence = "is Progressing until a controller writes an address into its status"
    yield State(("spec",), sentence, Condition.INGRESS, question, ", which none does here")


def _service(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    if resource.get("spec", "type") == "LoadBalancer":
        question = "say with loadBalancers whether the cluster gives any"
        sentence = "is Progressing until it gets an address"
        denied = ", which nobody gives it here"
        yield State(("spec", "type"), sentence, Condition.BALANCER, question, denied)


def _gateway(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    question = "say with gateways whether the cluster has one"
    sentence = "is Progressing until a controller has programmed it"
    path = ("spec", "gatewayClassName")
    yield State(path, sentence, Condition.GATEWAYS, question, ", and there is none here")


def _secret(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    path = ("spec", "secretStoreRef")
    yield from later(resource, target.resources, path, "SecretStore", fails=True)


def _certificate(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    yield from later(resource, target.resources, ("spec", "issuerRef"), "Issuer")


def _rollout(resource: Resource, target: Rendered, when: Moment) -> Iterator[State]:
    """A release that stops for somebody to promote it."""
    stays = "waits for somebody to promote each release, which Argo CD calls Suspended"
    strategy: FieldPath = ("spec", "strategy")
    for path, step in resource.maps(*strategy, "canary", "steps"):
        if "pause" in step and not as_map(step["pause"]).get("duration"):
            yield State((*path, "pause"), stays)
            return
    automatic = (*strategy, "blueGreen", "autoPromotionEnabled")
    if resource.get(*automatic) is False:
        yield State(automatic, stays)


_KINDS: Mapping[tuple[str, str], Callable[[Resource, Rendered, Moment], Iterator[State]]] = {
    ("apps", "Deployment"): _deployment,
    ("batch", "Job"): _job,
    ("networking.k8s.io", "Ingress"): _ingress,
    ("", "Service"): _service,
    ("", "PersistentVolumeClaim"): claim,
    ("autoscaling", "HorizontalPodAutoscaler"): autoscaler,
    ("external-secrets.io", "ExternalSecret"): _secret,
    ("cert-manager.io", "Certificate"): _certificate,
    ("apiregistration.k8s.io", "APIService"): api_service,
    ("argoproj.io", "Rollout"): _rollout,
    ("gateway.networking.k8s.io", "Gateway"): _gateway,
}
