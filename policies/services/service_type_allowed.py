"""A Service has a type that its environment allows.

A NodePort opens a port on every node, a LoadBalancer an address on the internet that somebody pays
for: around the Ingress with its TLS, and often around NetworkPolicies, whose sources they hide.
On a developer's cluster a NodePort is how the browser gets in; in production it is a mistake that
a patch left behind.

What is allowed is declared in policies.yaml, per environment: `types` for all Services, `services`
for single ones by name, exactly. Without a type, a Service is a ClusterIP, headless ones
included. `externalIPs` take traffic from outside whatever the type, and whoever may set them can
draw the traffic of others to a pod of theirs: where types are declared, each of them must be
among the `addresses`. If nothing is declared, nothing is judged: whether a Service is
meant to be seen from outside is nowhere in the manifests. kube-linter refuses NodePort and
LoadBalancer, which is `types: [ClusterIP, ExternalName]` here.

https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
"""

from collections.abc import Iterator
from dataclasses import field
from typing import Literal

from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

ServiceType = Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]


class Options(RuleOptions):
    """What may be reached from outside of the cluster."""

    types: tuple[ServiceType, ...] | None = None
    """The types that Services may have; undeclared, any."""
    services: dict[str, ServiceType] = field(default_factory=dict)
    """The one type that a Service has, by its name, whatever `types` says."""
    addresses: tuple[str, ...] = ()
    """What may stand in externalIPs of a Service."""


@rule(
    judges=Judges.OBJECT,
    kinds=["Service"],
    severity=Severity.ERROR,
    remedy="Use an allowed type, or declare this Service in the rule's options in policies.yaml.",
    options=Options,
)
def check(service: Resource, target: Target, options: Options) -> Iterator[Problem]:
    if service.ref.group:
        return
    kind = service.get("spec", "type") or "ClusterIP"
    exact = options.services.get(service.name)
    allowed = options.types if exact is None else (exact,)
    if allowed is not None and isinstance(kind, str) and kind not in allowed:
        words = " or ".join(allowed) or "nothing"
        yield Problem(("spec", "type"), f"the Service is a {kind}; allowed is {words}")
    for index, address in enumerate(service.items("spec", "externalIPs")):
        if options.types is not None and address not in options.addresses:
            message = f"the Service takes the traffic of the address {address!r}"
            remedy = "Delete the address; let an Ingress or a LoadBalancer lead to the Service."
            yield Problem(("spec", "externalIPs", index), message, remedy=remedy)
