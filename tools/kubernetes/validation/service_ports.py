"""The ports of a Service.

Follows validateServicePort and the checks for duplicates in validateService of
pkg/apis/core/validation, and the allocation of node ports in pkg/registry/core/service/storage.
Whether a node port is free, and in the range of the cluster, is not judged.
https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    dns_label,
    enumeration,
    port,
    port_number,
    qualified_name,
    unique,
)

PROTOCOLS = ("SCTP", "TCP", "UDP")


def service_ports(spec: Field) -> Refusals:
    ports = spec["ports"].items()
    for each in ports:
        yield from _port(each, named=len(ports) > 1)
    yield from unique([each["name"] for each in ports if each["name"].text])
    yield from _repeated(ports)
    yield from _node_ports(spec, ports)
    yield from _health_check(spec, ports)


def _port(field: Field, *, named: bool) -> Refusals:
    if field["name"].text:
        yield from dns_label(field["name"])
    elif named:
        yield field["name"].required("each of several ports has one")
    yield from port_number(field["port"])
    if field["protocol"].text:
        yield from enumeration(field["protocol"], PROTOCOLS)
    if not field["targetPort"].is_empty:
        yield from port(field["targetPort"])
    if field["appProtocol"].is_set:
        yield from qualified_name(field["appProtocol"])


def _protocol(field: Field) -> str:
    return field["protocol"].text or "TCP"


def _repeated(ports: list[Field]) -> Refusals:
    seen = set()
    for each in ports:
        key = (_protocol(each), each["port"].number or 0)
        if key in seen:
            sentence = f"{each} repeats {key[0]} port {key[1]}, which may stand there once"
            refusal = each["port"].refused(sentence, "Delete one, or change its port or protocol.")
            yield refusal.named(each)
        seen.add(key)


def _node_ports(spec: Field, ports: list[Field]) -> Refusals:
    given = [each for each in ports if each["nodePort"].number]
    if spec["type"].text in ("NodePort", "LoadBalancer"):
        yield from _allocated(given)
        return
    seen = set()
    for each in given:
        if spec["type"].text == "ClusterIP":
            yield each["nodePort"].forbidden("with `type: ClusterIP`")
        key = (_protocol(each), each["nodePort"].number)
        if key in seen:
            yield each["nodePort"].duplicate()
        seen.add(key)


def _allocated(given: list[Field]) -> Refusals:
    """Several protocols of one port may share a node port, different ports may not."""
    of_port: dict[int, int] = {}
    taken: set[int] = set()
    for each in given:
        field, served = each["nodePort"], each["port"].number or 0
        number = field.number or 0
        if of_port.get(served) == number:
            continue
        if number in taken:
            yield field.refused(f"{field} is {number}, which another port has already")
        of_port.setdefault(served, number)
        taken.add(number)


def _health_check(spec: Field, ports: list[Field]) -> Refusals:
    field = spec["healthCheckNodePort"]
    number = field.number
    if not number:
        return
    policy = spec["externalTrafficPolicy"].text
    if (spec["type"].text, policy) != ("LoadBalancer", "Local"):
        yield field.forbidden("without `type: LoadBalancer` and `externalTrafficPolicy: Local`")
        return
    yield from port_number(field)
    if any(each["nodePort"].number == number for each in ports):
        yield field.refused(f"{field} is {number}, which one of the ports has as its nodePort")
