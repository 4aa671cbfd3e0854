"""Every address of a Service that a container is given leads to that Service and one of its ports.

`http://todo-api:8080` for a Service that is called `api`, or whose port is 80, is a fine text. The
program starts, becomes ready, and fails at its first request, often in a function that is rarely
used. The usual causes: the Service was renamed, the port is the container's and not the Service's,
the namespace of another environment was copied along.

Looks at URLs and at `host:port` in the variables of every container (literals, and what comes from
ConfigMaps of the target, with `$(VAR)` replaced), in `command` and `args`, and in ConfigMaps that
are mounted as files. A host name is taken for a Service if it ends in `.svc` or
`.svc.cluster.local` (option `clusterDomain`), if it is a name with a namespace of the target, or
a single label. A variable called `…_HOST` or so may hold the host alone.

A Service that is there must also let its pods be reached: the NetworkPolicies of the target, those
for the egress of the pod and those for the ingress of all pods behind the Service, have to open the
port: where they open it for some of them, every so many requests hang. What they open for certain
or maybe is computed as for `network-flows-exact`.

Found are: a Service that does not exist in a namespace of the target; one that exists in another
namespace than the one named; a single label that is nearly, or a part of, the name of a Service; a
single label with a port in a URL, if the target brings other Services of the namespace (an error
for http and https where it makes the namespace, too, otherwise a warning); a port that the Service
does not have (80 and 443 are those of http and https); `https` to a port that is called `http`,
and the other way round. Behind a headless Service clients reach the pods themselves, so the ports
are the pods'. ExternalName Services have none to compare.

Exempt are `kubernetes.default` and the cluster's DNS, and what `facts.services` in
`policies.yaml` declares. A Service in a namespace of which the target holds nothing, and any other
single label that is like no Service, are not judged. In files, which have names of their own (an
`upstream` of nginx), only names below `.svc` and exact names of Services with a port count; a
number below 53 behind a colon is taken for the tag of an image.

https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.kubernetes.addresses import DEFAULT_PORTS, service_name
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.resource import Resource, as_list
from tools.kubernetes.service_addresses import answered_ports, near_service, protocol_of
from tools.kubernetes.spelling import closest
from tools.kubernetes.traffic.entrances import targets
from tools.kubernetes.traffic.policy import Direction
from tools.kubernetes.traffic.spans import Spans, port_words
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

if TYPE_CHECKING:
    from tools.kubernetes.traffic.ends import End
    from tools.kubernetes.traffic.matrix import Matrix

OPEN = "Open the port in the policies of both, or do not give the pod this address."
BUILT_IN = frozenset({("kubernetes", "default"), ("kube-dns", "kube-system")})


class Options(RuleOptions):
    cluster_domain: str = "cluster.local"
    """The domain of the cluster, behind `.svc.`."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Name a Service of the pod's namespace (or service.namespace) and a port it has, or "
    "declare it in facts.services.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    seen: set[tuple[object, ...]] = set()
    for address in target.references.via(Via.ADDRESS):
        written = (id(address.resource), address.path, address.host, address.port, address.scheme)
        if written not in seen:
            seen.add(written)
            yield from _judge(address, target, options)
        pod = (*written, id(address.pod))
        if pod not in seen:
            seen.add(pod)
            yield from _cut(address, target)


def _cut(address: Reference, target: Target) -> Iterator[Problem]:
    """That policies keep the pod from the Service it names, if they do."""
    service, matrix = target.references.resolve(address), target.traffic
    source = matrix.end(address.pod.workload) if address.pod else None
    if service is None or source is None or target.is_part or matrix.other_policies:
        return
    port = DEFAULT_PORTS.get(address.scheme) if address.port is None else address.port
    if not isinstance(port, int) or port not in (answered_ports(service, target.pods) or (port,)):
        return  # That the Service has no such port is said already.
    behind = {end: there for end, there in targets(service, matrix.ends, port).items() if there}
    flows = [(matrix.flow(source, end), wanted) for end, wanted in behind.items()]
    shut = [flow for flow, wanted in flows if not wanted.intersection(flow.all_ports)]
    if shut:
        words = port_words(behind[shut[0].destination])
        also = "" if len(shut) == len(flows) else "also "
        to = f"{shut[0].destination.slug} ({words})"
        why = f"leads {also}to {to}, which policies keep {source.slug} from"
        problem = _problem(address, why, service, ("metadata", "name"))
        closed = tuple(_gaps(matrix, source, shut[0].destination, behind[shut[0].destination]))
        yield problem._replace(related=(*problem.related, *closed), remedy=OPEN)


def _gaps(
    matrix: "Matrix", source: "End", destination: "End", wanted: Spans
) -> Iterator[tuple[Resource, FieldPath, str]]:
    """The policy, and the field of it, that each closed side would have to open."""
    from tools.kubernetes.traffic.remedies import gap

    sides = ((source, Direction.EGRESS, destination), (destination, Direction.INGRESS, source))
    for end, direction, other in sides:
        *_, possible = matrix.opened(end, direction, other)
        found = gap(matrix, end, direction, other, wanted)
        if found and not wanted.intersection(possible):
            words = f"for the {direction.field} of {end.slug} this policy {found.words}"
            yield found.policy.resource, found.path, words


def _judge(address: Reference, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    if flaw := _flaw(address, options):
        yield _problem(address, flaw, None, ())
        return
    service = target.references.resolve(address)
    if service is not None:
        yield from _port(address, service, target)
    elif not _is_elsewhere(address, target):
        yield _missing(address, target)


def _problem(address: Reference, why: str, service: Resource | None, path: FieldPath) -> Problem:
    """A problem at the text, which names the Service and, if another object, the container."""
    related = [] if service is None else [(service, path, str(service.ref))]
    user = address.container
    if user and user.pod.workload is not address.resource:
        words = f"container {user.name!r} of {user.pod.workload.ref.slug} is given it"
        related.append((user.pod.workload, (*user.path, "name"), words))
    return Problem(
        address.path, f"{address.text!r} {why}", address.resource, related=tuple(related)
    )


def _flaw(address: Reference, options: Options) -> str:
    """What is wrong with the parts of a host name behind the Service, "" if nothing is."""
    stated = service_name(address.host, ())
    domain = options.cluster_domain
    if stated and not stated.namespace and stated.domain:
        return "has no namespace between the Service and 'svc'"
    if stated and stated.domain not in ("", domain) and closest(stated.domain, [domain], 0.8):
        return f"ends in {stated.domain!r}, and the cluster's domain is {domain!r}"
    return ""


def _is_elsewhere(address: Reference, target: Target) -> bool:
    """Whether the host is known although no Service of the target has its name."""
    if target.facts.exists(target.facts.services, address.namespace, address.name):
        return True
    pod = address.pod
    aliases = pod.workload.maps(*pod.at("hostAliases")) if pod else ()
    names = [name for _, alias in aliases for name in as_list(alias.get("hostnames"))]
    return (address.name, address.namespace) in BUILT_IN or address.host in names


def _missing(address: Reference, target: Target) -> Problem | Unjudged:
    """A Service that is not there: which one is meant, or why that cannot be known."""
    services = target.resources.of_kind("Service")
    near = near_service(address, services)
    elsewhere = next((s for s in services if s.name == address.name), None)
    is_bare, severity = "." not in address.host, Severity.ERROR
    namespaces = {resource.namespace for resource in target.resources}
    if elsewhere and (is_bare or closest(address.namespace, [elsewhere.namespace], 0.8)):
        near, why = elsewhere, f"is in namespace {elsewhere.namespace!r}"
    elif near:
        why = f"does not exist; did you mean {near.name!r}?"
    elif is_bare and _is_of_here(address, target):
        where = f" in namespace {address.namespace!r}" if address.namespace else ""
        why, severity = f"does not exist{where}", _severity(address, target)
    elif is_bare or address.namespace not in namespaces or not services:
        reason = f"{address.text!r} may be a Service, but none of this target has that name"
        return Unjudged(reason, address.resource, address.path)
    else:
        why = f"does not exist in namespace {address.namespace!r}"
    why = f"names Service {address.name!r}, which {why}"
    return _problem(address, why, near, ("metadata", "name"))._replace(severity=severity)


def _is_of_here(address: Reference, target: Target) -> bool:
    """Whether a single label is surely a Service that the target would have to bring.

    It stands in a URL with a port, and the target brings other Services of the namespace. What
    only looks like `host:port` may be an image, and a component is not all of its namespace.
    """
    if not address.scheme or address.port is None or target.is_part:
        return False
    services = target.resources.of_kind("Service")
    return any(service.namespace == address.namespace for service in services)


def _severity(address: Reference, target: Target) -> Severity:
    """Who makes the namespace knows its Services; a database may be somebody else's."""
    made = {namespace.name for namespace in target.resources.of_kind("Namespace")}
    is_web = address.scheme in ("http", "https")
    return Severity.ERROR if is_web and address.namespace in made else Severity.WARNING


def _port(address: Reference, service: Resource, target: Target) -> Iterator[Problem]:
    """What is wrong with the port, or the scheme, of an address of a Service that is there."""
    ports = answered_ports(service, target.pods)
    port = DEFAULT_PORTS.get(address.scheme) if address.port is None else address.port
    if ports is None or not isinstance(port, int):
        return
    path = ("spec", "ports")
    if port not in ports:
        there = ", ".join(f"{number} {name}".strip() for number, name in ports.items()) or "none"
        default = "" if address.port else f" (the default of {address.scheme})"
        why = f"asks for port {port}{default} of {service.ref}, which has {there}"
        yield _problem(address, why, service, path)
    elif {address.scheme, protocol_of(service, port)} == {"http", "https"}:
        other = protocol_of(service, port)
        why = f"speaks {address.scheme} to port {port} of {service.ref}, which is for {other}"
        yield _problem(address, why, service, path)
