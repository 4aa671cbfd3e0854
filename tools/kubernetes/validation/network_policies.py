"""NetworkPolicy.

Follows ValidateNetworkPolicy of pkg/apis/networking/validation.
https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from tools.kubernetes.validation.addresses import address_block, parse_block
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    dns_subdomain,
    enumeration,
    port_name,
    port_number,
)
from tools.kubernetes.validation.metadata import label_selector, object_meta

_PROTOCOLS = ("TCP", "UDP", "SCTP")
_TYPES = ("Ingress", "Egress")


def network_policy(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)
    spec = obj["spec"]
    yield from label_selector(spec["podSelector"])
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for rule in spec[direction].items():
            for port in rule["ports"].items():
                yield from _port(port)
            for peer in rule[peers].items():
                yield from _peer(peer)
    types = spec["policyTypes"].items()
    if len(types) > len(_TYPES):
        yield spec["policyTypes"].too_many(len(_TYPES))
        return
    for kind in types:
        yield from enumeration(kind, _TYPES)


def _port(field: Field) -> Refusals:
    port, end = field["port"], field["endPort"]
    if field["protocol"].is_set:
        yield from enumeration(field["protocol"], _PROTOCOLS)
    if isinstance(port.value, str):
        yield from port_name(port)
    elif port.is_set:
        yield from port_number(port)
    if not end.is_set:
        return
    if port.number is None:
        yield end.forbidden("without a number in port")
        return
    if (end.number or 0) < port.number:
        yield end.must(f"be at least port, {port.number}").contradicting(port)
    yield from port_number(end)


def _peer(field: Field) -> Refusals:
    selectors = field.set_among(("podSelector", "namespaceSelector"))
    block = field["ipBlock"]
    for selector in selectors:
        yield from label_selector(selector)
    if block.is_set:
        yield from _block(block)
        if selectors:
            sentence = f"{field} has ipBlock and a selector, one of the two is allowed"
            yield field.refused(sentence, "Make two entries of it.")
    elif not selectors:
        yield field.required("a peer has a selector or ipBlock")


def _block(field: Field) -> Refusals:
    cidr = field["cidr"]
    if not cidr.text:
        yield cidr.required("an ipBlock has it")
        return
    yield from address_block(cidr)
    whole = parse_block(cidr.text)
    for without in field["except"].items() if whole else ():
        yield from address_block(without)
        part = parse_block(without.text)
        if whole and part and not whole.holds(part):
            yield without.must(f"be inside of cidr, {cidr.text}, and smaller")
