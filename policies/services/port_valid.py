"""Every port has a valid number or name, and no port is declared twice.

The API server refuses numbers outside of 1 to 65535 and names that are no service names (15
characters at most, lower case letters, digits and single dashes, at least one letter). The usual
mistake is a number in quotes: `targetPort: "8080"` is a name, and an invalid one. What it does not
refuse is worse: of two ports with the same number in a container, a strategic merge patch and
server-side apply keep one; of two containers that listen on the same port of their pod, the
second fails to start; and a Service that asks for a name finds the first port that has it.

Looks at the ports, probes and hooks of all containers, at Services, at the backends of Ingresses
and at NetworkPolicies. Ports of a Service need different names, which are DNS labels, as soon as
there are two of them, and each number stands once with each protocol. What stands twice in one
container is an error, in two containers that run at the same time a warning, because declaring a
port opens nothing by itself. Init containers come one after the other and may share ports. Values
of a wrong type are left to `schema-valid`.

https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports
https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports
"""

from collections.abc import Iterator

from tools.kubernetes.names import label_objection
from tools.kubernetes.pod import Pod
from tools.kubernetes.ports import Duplicate, duplicates, port_fields
from tools.kubernetes.resource import Resource
from tools.kubernetes.services import container_ports, pod_ports, service_ports
from tools.rules.rule import Consequences, Judges, Problem, Severity, rule
from tools.rules.target import Target

ONCE = "Delete one of the two, or give it another number or name."


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    remedy="Write a number from 1 to 65535, or a name of at most 15 lower case letters, digits "
    "and '-'.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    pod = target.pod(resource)
    for field in port_fields(resource, pod):
        if field.objection:
            message = f"{field.words} is {field.value!r}: {field.objection}"
            yield Problem(field.path, message)
    if pod is not None:
        yield from _repeated(pod)
    elif (resource.kind, resource.ref.group) == ("Service", ""):
        yield from _service(resource)


def _repeated(pod: Pod) -> Iterator[Problem]:
    certain = [twice for c in pod.containers for twice in duplicates(container_ports(c))]
    for twice in certain:
        yield _once(pod.workload, twice)
    for twice in duplicates(pod_ports(pod)):
        if twice.path not in [other.path for other in certain]:
            yield _once(pod.workload, twice)._replace(severity=Severity.WARNING)


def _service(service: Resource) -> Iterator[Problem]:
    several = len(service.items("spec", "ports")) > 1
    for path, port in service.maps("spec", "ports"):
        name = port.get("name")
        if not name and several:
            remedy = "Give every port of the Service a name of its own."
            yield Problem((*path, "name"), "one of several ports has no name", remedy=remedy)
        elif isinstance(name, str) and name and (objection := label_objection(name)):
            yield Problem((*path, "name"), f"port name {name!r} is not valid: {objection}")
    for twice in duplicates(service_ports(service)):
        yield _once(service, twice)


def _once(resource: Resource, twice: Duplicate) -> Problem:
    """What else is there twice with the port follows from it."""
    explains = (Consequences(resource, (twice.whole,)),) if twice.whole else ()
    return Problem(twice.path, twice.sentence, remedy=ONCE, explains=explains)
