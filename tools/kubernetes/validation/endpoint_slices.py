"""EndpointSlice.

Follows ValidateEndpointSliceCreate of pkg/apis/discovery/validation.
https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
"""

from tools.kubernetes.validation.addresses import (
    address,
    canonical_address,
    endpoint_address,
    is_ipv6,
    parse_address,
)
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    dns_label,
    dns_subdomain,
    enumeration,
    label_value,
    qualified_name,
)
from tools.kubernetes.validation.metadata import object_meta
from tools.kubernetes.validation.service_ports import PROTOCOLS

_ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
_MOST_PORTS = 20000
_MOST_ENDPOINTS = 1000
_MOST_ADDRESSES = 100
_MOST_HINTS = 8
_FOR_NODES_SINCE = 34


def endpoint_slice(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)
    kind = obj["addressType"]
    if kind.text:
        yield from enumeration(kind, _ADDRESS_TYPES)
    else:
        yield kind.required("it says what the addresses are")
    yield from _ports(obj["ports"])
    endpoints = obj["endpoints"].items()
    if len(endpoints) > _MOST_ENDPOINTS:
        yield obj["endpoints"].too_many(_MOST_ENDPOINTS)
        return
    for endpoint in endpoints:
        yield from _endpoint(endpoint, kind.text)


def _ports(field: Field) -> Refusals:
    ports = field.items()
    if len(ports) > _MOST_PORTS:
        yield field.too_many(_MOST_PORTS)
        return
    names = set()
    for port in ports:
        name = port["name"]
        if name.text:
            yield from dns_label(name)
        if name.text in names:
            yield name.refused(f"{name} repeats {name.text!r}, each port has a name of its own")
        names.add(name.text)
        if port["protocol"].is_set:
            yield from enumeration(port["protocol"], PROTOCOLS)
        if port["appProtocol"].is_set:
            yield from qualified_name(port["appProtocol"])


def _endpoint(field: Field, kind: str) -> Refusals:
    addresses = field["addresses"]
    if addresses.is_empty:
        yield addresses.required("an endpoint has at least one")
    elif len(addresses.items()) > _MOST_ADDRESSES:
        yield addresses.too_many(_MOST_ADDRESSES)
    for each in addresses.items():
        yield from _address(each, addresses, kind)
    if field["nodeName"].is_set:
        yield from dns_subdomain(field["nodeName"])
    if field["hostname"].is_set:
        yield from dns_label(field["hostname"])
    yield from _hints(field["hints"])


def _address(field: Field, addresses: Field, kind: str) -> Refusals:
    if kind == "FQDN":
        yield from _domain_name(field)
    elif kind in ("IPv4", "IPv6"):
        yield from address(field) if kind == "IPv4" else canonical_address(field)
        if parse_address(field.text) and is_ipv6(field.text) is not (kind == "IPv6"):
            yield field.must(f"be an address of {kind}").named(addresses)
        yield from endpoint_address(field)


def _domain_name(field: Field) -> Refusals:
    name = field.text.removesuffix(".")
    if not field.text:
        yield field.required("an address of type FQDN is a domain name")
        return
    mistakes = [
        *dns_subdomain(field.with_value(name)),
        *(each for label in name.split(".") for each in dns_label(field.with_value(label))),
    ]
    if mistakes:
        yield mistakes[0]
    elif "." not in name:
        yield field.must("be a domain name of two parts at least")


def _hints(field: Field) -> Refusals:
    zones, nodes = field["forZones"], field["forNodes"]
    if len(zones.items()) > _MOST_HINTS:
        yield zones.too_many(_MOST_HINTS)
        return
    yield from _unique_names(zones)
    for zone in zones.items():
        yield from label_value(zone["name"])
    if nodes.is_empty or not nodes.release.at_least(_FOR_NODES_SINCE):
        return
    if len(nodes.items()) > _MOST_HINTS:
        yield nodes.too_many(_MOST_HINTS)
        return
    yield from _unique_names(nodes)
    for node in nodes.items():
        yield from dns_subdomain(node["name"])


def _unique_names(field: Field) -> Refusals:
    names = set()
    for each in field.items():
        if each["name"].text in names:
            yield each["name"].duplicate()
        names.add(each["name"].text)
