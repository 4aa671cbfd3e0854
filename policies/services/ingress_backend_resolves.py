"""Every backend of an Ingress is a Service that exists, and a port that it has.

Ingress controllers accept a backend that is not there and answer 503 for its paths; some drop the
whole Ingress. The usual slip is the port: an Ingress asks for a port of the Service, by name or
by number, and not for that of the container or of the node.

Judged are all paths and the default backend; the Service has to be in the Ingress's namespace.
Services that exist without standing in the manifests are declared under `facts.services`. Backends
of kind `resource`, and the port name `use-annotation`, with which the AWS controller marks a
backend that is an annotation, are skipped.

Not judged is a backend whose Service may come from where nobody can look: if the target holds no
Service in that namespace, if the namespace is not stated, or if the namespace holds objects of
custom kinds for which an operator may make it. kube-score reports an Ingress that stands in its
file alone.

https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource
"""

from collections.abc import Iterator

from tools.kubernetes.ingress import is_ingress
from tools.kubernetes.operators import maker_in
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.resource import Resource
from tools.kubernetes.services import service_ports
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

ANNOTATED = "use-annotation"


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Ingress",),
    remedy="Name a Service of this namespace and one of its ports, by name or number.",
    defers_to=["port-valid"],
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    for backend in target.references.via(Via.BACKEND):
        if not is_ingress(backend.resource) or backend.kind != "Service":
            continue
        if backend.port == ANNOTATED:
            continue
        service = target.references.resolve(backend)
        if service is None:
            yield from _missing(backend, target)
        elif service.get("spec", "type") != "ExternalName" or service.items("spec", "ports"):
            yield from _port(backend, service)


def _missing(backend: Reference, target: Target) -> Iterator[Problem | Unjudged]:
    name, namespace = backend.name, backend.namespace
    if target.facts.exists(target.facts.services, namespace, name):
        return
    services = [s for s in target.resources.of_kind("Service") if not s.ref.group]
    elsewhere = [s.namespace for s in services if s.name == name]
    around = [s for s in services if s.namespace == namespace]
    maker = maker_in(target.resources, namespace, target.pod_templates)
    if elsewhere:
        message = f"Service {name!r} is in namespace {elsewhere[0]!r}, the Ingress is not"
        yield Problem(backend.path, message, backend.resource)
    elif not around or maker:
        why = ", nor any other of its namespace"
        if around and maker:
            why = f": the operator of {maker.ref.slug!r} may make it"
        reason = f"Service {name!r} is not in this target{why}"
        yield Unjudged(reason, backend.resource, backend.path)
    else:
        yield Problem(
            backend.path, f"there is no Service {name!r} in its namespace", backend.resource
        )


def _port(backend: Reference, service: Resource) -> Iterator[Problem]:
    ports = list(service_ports(service))
    field = "name" if isinstance(backend.port, str) else "number"
    if backend.port is None:
        path = (*backend.path[:-1], "port")
        yield Problem(path, f"the backend {backend.name!r} names no port", backend.resource)
    elif backend.port not in [getattr(port, field) for port in ports]:
        known = ", ".join(f"{port.number} {port.name}".strip() for port in ports) or "none"
        behind = [port for port in ports if port.target == backend.port]
        hint = f"; {backend.port!r} is that of its pods" if behind else ""
        message = f"Service {service.name!r} has no port {backend.port!r}, but {known}{hint}"
        related = ((service, ("spec", "ports"), "the ports of the Service"),)
        yield Problem(backend.place, message, backend.resource, related=related)
