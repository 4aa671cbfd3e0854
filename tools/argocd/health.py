"""Which objects can never become Healthy, as far as their manifests tell.

`pkg/health` of gitops-engine and `resource_customizations` of Argo CD 3.2 to 3.5.
"""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple, Protocol

from tools.argocd.needs import makers
from tools.argocd.phases import moments
from tools.argocd.versions import version
from tools.kubernetes.autoscaling import target_of
from tools.kubernetes.resource import Resource, ResourceSet
from tools.source.place import FieldPath

_DEGRADED_WITHOUT_METRICS = (3, 5)


class Condition(Enum):
    """Something of the cluster on which health hangs; the value is the option that tells it."""

    INGRESS = "ingress_addresses"
    BALANCER = "load_balancers"
    METRICS = "metrics"


class State(NamedTuple):
    """Why an object is never Healthy: for certain, or unless the cluster has what it `needs`."""

    path: FieldPath
    sentence: str
    needs: Condition | None = None
    question: str = ""


class Rendered(Protocol):
    """The objects that are applied together, and the Argo CD that applies them."""

    @property
    def resources(self) -> ResourceSet: ...

    @property
    def argocd(self) -> str: ...


def conditions(resource: Resource, target: Rendered) -> Iterator[State]:
    """Every reason why an object may stay unhealthy."""
    if resource.kind == "Deployment" and resource.get("spec", "paused") is True:
        yield State(("spec", "paused"), "is paused, which Argo CD calls Suspended")
    elif resource.kind == "Job" and resource.get("spec", "suspend") is True:
        yield State(("spec", "suspend"), "is suspended")
    elif resource.kind == "Ingress":
        question = "say with ingressAddresses whether a controller does"
        sentence = "is Progressing until somebody writes an address into its status"
        yield State(("spec",), sentence, Condition.INGRESS, question)
    elif resource.kind == "Service" and resource.get("spec", "type") == "LoadBalancer":
        question = "say with loadBalancers whether the cluster does"
        sentence = "is Progressing until somebody gives it an address"
        yield State(("spec", "type"), sentence, Condition.BALANCER, question)
    elif resource.kind == "HorizontalPodAutoscaler":
        yield from _autoscaler(resource, target)
    else:
        yield from _later(resource, target.resources)


def _autoscaler(autoscaler: Resource, target: Rendered) -> Iterator[State]:
    wanted = target_of(autoscaler)
    path = ("spec", "scaleTargetRef", "name")
    same = [r for r in target.resources.of_kind(wanted.kind) if r.namespace == wanted.namespace]
    if same and all(resource.name != wanted.name for resource in same):
        yield State(path, f"scales {wanted.kind} {wanted.name!r}, which is not there")
    elif version(target.argocd) >= _DEGRADED_WITHOUT_METRICS:
        question = "say with metrics whether the cluster has one"
        sentence = "is Degraded without a metrics server"
        yield State(("spec", "metrics"), sentence, Condition.METRICS, question)


_REFERENCES = {
    "ExternalSecret": (("spec", "secretStoreRef"), "SecretStore"),
    "Certificate": (("spec", "issuerRef"), "Issuer"),
}


def _later(resource: Resource, resources: ResourceSet) -> Iterator[State]:
    """A custom resource whose store or issuer is applied after it."""
    if resource.kind not in _REFERENCES:
        return
    path, default = _REFERENCES[resource.kind]
    kind = str(resource.get(*path, "kind") or default)
    name = resource.get(*path, "name")
    namespace = "" if kind.startswith("Cluster") else resource.namespace
    provider = makers(resources.of_kind(kind)).get((kind, namespace, str(name)))
    if provider is None:
        return
    mine, its = moments(resource), moments(provider)
    if mine and its and min(its) > min(mine):
        sentence = f"in {min(mine)} needs {kind} {name!r}, which comes in {min(its)}"
        yield State((*path, "name"), sentence)
