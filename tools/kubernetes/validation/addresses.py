"""IP addresses and address blocks as the server reads them.

Until Kubernetes 1.36 it took leading zeros, IPv4 addresses inside of IPv6 ones and bits behind the
prefix; since then it refuses what other programs read in another way.

Follows IsValidIPForLegacyField, IsValidIP and IsValidCIDRForLegacyField of
k8s.io/apimachinery/pkg/util/validation, and ValidateEndpointIP of pkg/apis/core/validation.
https://kubernetes.io/docs/concepts/services-networking/service/#external-ips
"""

import re
from typing import TYPE_CHECKING, NamedTuple

from tools.kubernetes.validation.field import Field, Refusals

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

_STRICT_SINCE = 36
_SIX = 6
_MAPPED_BITS = 96
_ZEROS = re.compile(r"(?<![0-9A-Fa-f])0+(?=[0-9A-Fa-f])")
_PREFIX = re.compile(r"[0-9]{1,6}", re.ASCII)
_MAPPED = "be no IPv4 address inside of an IPv6 one"
_LOCAL_MULTICAST = re.compile(r"224\.0\.0\.|ff[0-9a-f]2:")


class Address(NamedTuple):
    """An address, IPv4 also where it was written as IPv6.

    `objection` continues `must`: what servers have against its spelling since they are strict.
    """

    ip: "IPv4Address | IPv6Address"
    objection: str
    is_mapped: bool


class Block(NamedTuple):
    """An address block, as `Address`; bits behind the prefix may be set."""

    ip: "IPv4Address | IPv6Address"
    prefix: int
    objection: str

    def holds(self, other: "Block") -> bool:
        """Whether another block is inside of this one, and smaller."""
        if self.ip.version != other.ip.version or self.prefix >= other.prefix:
            return False
        hidden = self.ip.max_prefixlen - self.prefix
        return int(self.ip) >> hidden == int(other.ip) >> hidden


def parse_address(text: str) -> Address | None:
    """The address that a text stands for, None if no server reads one in it."""
    ip = _strict(_ZEROS.sub("", text))
    if ip is None:
        return None
    objection = "" if _strict(text) else "have no leading zeros"
    mapped = getattr(ip, "ipv4_mapped", None)
    return Address(mapped or ip, objection or (_MAPPED if mapped else ""), mapped is not None)


def parse_block(text: str) -> Block | None:
    """The address block that a text stands for, None if no server reads one in it."""
    host, slash, length = text.partition("/")
    address = parse_address(host) if slash and _PREFIX.fullmatch(length) else None
    if address is None:
        return None
    prefix = int(length) - (_MAPPED_BITS if address.is_mapped else 0)
    ip, objection, _ = address
    if prefix > ip.max_prefixlen:
        return None
    if length != str(int(length)):
        objection = "have no leading zeros"
    elif not objection and int(ip) & ((1 << (ip.max_prefixlen - prefix)) - 1):
        objection = f"have no bits set behind the first {prefix}"
    return Block(ip, max(prefix, 0), objection)


def address(field: Field) -> Refusals:
    """An IP address in any spelling that this server reads."""
    yield from _spelling(field, parse_address(field.text), "an IP address such as 10.9.8.7")


def address_block(field: Field) -> Refusals:
    """An address block in any spelling that this server reads."""
    yield from _spelling(field, parse_block(field.text), "an address block such as 10.9.8.0/24")


def canonical_address(field: Field) -> Refusals:
    """An IP address in its shortest spelling, whatever the version."""
    found = parse_address(field.text)
    if found is None:
        yield field.must("be an IP address such as 10.9.8.7 or 2001:db8::1")
    elif found.objection:
        yield field.must(found.objection)
    elif field.text != str(found.ip):
        yield field.must(f"be written {str(found.ip)!r}", f"Write `{found.ip}`.")


def endpoint_address(field: Field) -> Refusals:
    """An address that traffic can be sent to from elsewhere; what is none is for `address`."""
    found = parse_address(field.text)
    if found is None:
        return
    ip = found.ip
    if ip.is_unspecified:
        yield field.must("be the address of something, not of everything")
    if ip.is_loopback:
        yield field.must("be no loopback address")
    if ip.is_link_local:
        yield field.must("be no link-local address")
    if _LOCAL_MULTICAST.match(str(ip)):
        yield field.must("be no link-local multicast address")


def is_ipv6(text: str) -> bool:
    """Whether an address is one of IPv6; False for what is no address."""
    found = parse_address(text)
    return found is not None and found.ip.version == _SIX


def _spelling(field: Field, found: Address | Block | None, what: str) -> Refusals:
    if found is None:
        yield field.must(f"be {what}")
    elif found.objection and field.release.at_least(_STRICT_SINCE):
        yield field.must(found.objection)


def _strict(text: str) -> "IPv4Address | IPv6Address | None":
    """An address without what only older servers take."""
    from ipaddress import AddressValueError, IPv4Address, IPv6Address

    try:
        if ":" not in text:
            return IPv4Address(text)
        return None if "%" in text else IPv6Address(text)
    except AddressValueError:
        return None
