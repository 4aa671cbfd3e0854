"""How a pod is called, and how it finds others.

https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/; exactly,
validatePodDNSConfig, ValidateHostAliases, validatePodHostName and validateHostUsers.
"""

import re

from tools.kubernetes.names import SUBDOMAIN_LENGTH
from tools.kubernetes.validation.addresses import address
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_label, dns_subdomain
from tools.kubernetes.validation.pod_context import PodContext

_MOST_SERVERS = 3
_MOST_SEARCHES = 32
_MOST_SEARCH_BYTES = 2048
_MOST_HOSTNAME = 64
_OVERRIDE_SINCE = 35
_SEGMENT = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SEARCH = re.compile(rf"{_SEGMENT}(\.{_SEGMENT})*")


def dns_config(spec: Field) -> Refusals:
    field = spec["dnsConfig"]
    servers, searches = field["nameservers"], field["searches"]
    if spec["dnsPolicy"].text == "None" and servers.is_empty:
        missing = servers if field.is_set else field
        yield missing.required("dnsPolicy 'None' needs a name server")
        return
    if len(servers.items()) > _MOST_SERVERS:
        yield servers.too_many(_MOST_SERVERS)
    for server in servers.items():
        yield from address(server)
    yield from _searches(searches)
    for option in field["options"].items():
        if not option["name"].text:
            yield option["name"].required().named(option)


def _searches(field: Field) -> Refusals:
    domains = field.items()
    if len(domains) > _MOST_SEARCHES:
        yield field.too_many(_MOST_SEARCHES)
    if len(" ".join(domain.text for domain in domains).encode()) > _MOST_SEARCH_BYTES:
        yield field.too_long(_MOST_SEARCH_BYTES, "bytes in all")
    for domain in domains:
        name = domain.text.removesuffix(".")
        if domain.text != "." and not (len(name) <= SUBDOMAIN_LENGTH and _SEARCH.fullmatch(name)):
            yield domain.must("be the name of a domain")


def host_aliases(field: Field) -> Refusals:
    for alias in field.items():
        yield from address(alias["ip"])
        for name in alias["hostnames"].items():
            yield from dns_subdomain(name)


def host_names(spec: Field) -> Refusals:
    """hostname, subdomain and hostnameOverride."""
    for name in ("hostname", "subdomain"):
        if spec[name].text:
            yield from dns_label(spec[name])
    override = spec["hostnameOverride"]
    if not override.is_set or not override.release.at_least(_OVERRIDE_SINCE):
        return
    for name in ("setHostnameAsFQDN", "hostNetwork"):
        if spec[name].is_true:
            yield override.forbidden(f"because {name} is true")
    if len(override.text.encode()) > _MOST_HOSTNAME:
        yield override.too_long(_MOST_HOSTNAME, "bytes")
    yield from dns_subdomain(override)


def own_users(context: PodContext) -> Refusals:
    """A pod with users of its own shares nothing else with its node."""
    if context.shares_users:
        return
    spec = context.spec
    # The server writes two of them with a capital letter.
    for name, theirs in (("hostNetwork",) * 2, ("hostPID", "HostPID"), ("hostIPC", "HostIPC")):
        if spec[name].is_true:
            wrong = spec[name].must("be false, because hostUsers is false")
            yield wrong.elsewhere(spec[theirs].path)
    for container in context.containers():
        if not container["volumeDevices"].is_empty:
            yield container["volumeDevices"].forbidden("because hostUsers is false")
