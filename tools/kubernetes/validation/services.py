"""Service.

Follows ValidateServiceCreate of pkg/apis/core/validation and SetDefaults_Service of
pkg/apis/core/v1; addresses and ports that the server has to allocate are in `service_addresses`
and `service_ports`.
https://kubernetes.io/docs/concepts/services-networking/service/
"""

from tools.kubernetes.names import RELAXED_SERVICE_NAMES
from tools.kubernetes.validation.addresses import address, address_block, endpoint_address
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    dns_1035_label,
    dns_1035_objection,
    dns_label,
    dns_subdomain,
    enumeration,
    qualified_name,
    within,
)
from tools.kubernetes.validation.metadata import labels, object_meta
from tools.kubernetes.validation.service_addresses import cluster_addresses, is_headless
from tools.kubernetes.validation.service_ports import service_ports

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_BALANCER = "unless `type` is LoadBalancer"
_HINTS = "service.kubernetes.io/topology-aware-hints"
_MODE = "service.kubernetes.io/topology-mode"
_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_LONGEST_AFFINITY = 86400
_NEAR_SINCE = 34


def service(obj: Field) -> Refusals:
    spec = _typed(obj["spec"])
    yield from object_meta(obj["metadata"], service_name, namespaced=True, generation=True)
    yield from _hints(obj.at("metadata", "annotations"))
    yield from enumeration(spec["type"], _TYPES)
    if spec["type"].text == "ExternalName":
        yield from _external_name(spec)
    else:
        if not spec["ports"].items() and not is_headless(spec):
            yield spec["ports"].required("a Service that is not headless has them")
        yield from cluster_addresses(spec)
    yield from service_ports(spec)
    yield from labels(spec["selector"])
    yield from _affinity(spec)
    for ip in spec["externalIPs"].items():
        yield from address(ip)
        yield from endpoint_address(ip)
    yield from _source_ranges(spec, obj.at("metadata", "annotations")[_RANGES])
    yield from _balancer_only(spec)
    yield from _traffic(spec)


def service_name(field: Field) -> Refusals:
    """The name of a Service, also where others refer to it."""
    if dns_1035_objection(field.text) and not field.release.at_least(RELAXED_SERVICE_NAMES):
        yield from dns_1035_label(field)
    else:
        yield from dns_label(field)


def _typed(spec: Field) -> Field:
    """The spec with its type filled in."""
    if spec["type"].text:
        return spec
    fields = spec.value if isinstance(spec.value, dict) else {}
    return spec.with_value({**fields, "type": "ClusterIP"})


def _hints(annotations: Field) -> Refusals:
    hints, mode = annotations[_HINTS], annotations[_MODE]
    if hints.is_set and mode.is_set and hints.text != mode.text:
        yield mode.must(f"say what {_HINTS} says, {hints.text!r}", "Delete the other annotation.")


def _external_name(spec: Field) -> Refusals:
    why = "with `type: ExternalName`, which is a name alone"
    if not spec["clusterIPs"].is_empty:
        yield spec["clusterIPs"].forbidden(why)
    elif spec["clusterIP"].text:
        yield spec["clusterIP"].forbidden(why).named(spec["clusterIPs"])
    if not spec["ipFamilies"].is_empty:
        yield spec["ipFamilies"].forbidden(why)
    if spec["ipFamilyPolicy"].is_set:
        yield spec["ipFamilyPolicy"].forbidden(why)
    name = spec["externalName"]
    if not name.text.removesuffix("."):
        yield name.required("`type: ExternalName` needs it")
    else:
        yield from dns_subdomain(name.with_value(name.text.removesuffix(".")))


def _affinity(spec: Field) -> Refusals:
    affinity = spec["sessionAffinity"]
    if affinity.text:
        yield from enumeration(affinity, ("ClientIP", "None"))
    timeout = spec.at("sessionAffinityConfig", "clientIP", "timeoutSeconds")
    if affinity.text == "ClientIP" and timeout.is_set:
        yield from within(timeout, 1, _LONGEST_AFFINITY)


def _source_ranges(spec: Field, annotation: Field) -> Refusals:
    ranges = spec["loadBalancerSourceRanges"]
    if not ranges.is_empty:
        # The server spells this field with a capital letter.
        for refusal in _ranges(ranges):
            path = ("spec", "LoadBalancerSourceRanges", *refusal.path[len(ranges.path) :])
            yield refusal._replace(path=path, place=refusal.path)
        if spec["type"].text != "LoadBalancer":
            refusal = ranges.forbidden(_BALANCER)
            yield refusal._replace(path=("spec", "LoadBalancerSourceRanges"), place=refusal.path)
    elif annotation.is_set:
        if spec["type"].text != "LoadBalancer":
            yield annotation.forbidden(_BALANCER)
        for text in annotation.text.split(",") if annotation.text.strip() else ():
            yield from address_block(annotation.with_value(text.strip()))


def _ranges(ranges: Field) -> Refusals:
    for item in ranges.items():
        yield from address_block(item.with_value(item.text.strip()))


def _balancer_only(spec: Field) -> Refusals:
    chosen = spec["loadBalancerClass"]
    if spec["type"].text == "LoadBalancer":
        if chosen.is_set:
            yield from qualified_name(chosen)
        return
    for field in spec.set_among(("allocateLoadBalancerNodePorts", "loadBalancerClass")):
        yield field.forbidden(_BALANCER)


def _traffic(spec: Field) -> Refusals:
    external, internal = spec["externalTrafficPolicy"], spec["internalTrafficPolicy"]
    if external.text and not _is_reached_from_outside(spec):
        yield external.forbidden("where nothing comes in from outside the cluster")
    elif external.text:
        yield from enumeration(external, ("Cluster", "Local"))
    if internal.is_set:
        yield from enumeration(internal, ("Cluster", "Local"))
    distribution = spec["trafficDistribution"]
    if distribution.is_set and distribution.text != "PreferClose":
        near = ("PreferClose", "PreferSameZone", "PreferSameNode")
        known = near if distribution.release.at_least(_NEAR_SINCE) else near[:1]
        yield from enumeration(distribution, known)


def _is_reached_from_outside(spec: Field) -> bool:
    kind = spec["type"].text
    return kind in ("LoadBalancer", "NodePort") or (
        kind == "ClusterIP" and not spec["externalIPs"].is_empty
    )
