"""Exact sets of whole numbers as sorted spans: ports of every protocol, addresses of both families.

Ports and addresses are laid out on a line each, so that one set type serves both: the ports of each
protocol one after the other, the IPv6 addresses behind those of IPv4.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

PROTOCOLS = ("TCP", "UDP", "SCTP")
"""The protocols that NetworkPolicies know."""

HIGHEST_PORT = 65535
_WIDTH = HIGHEST_PORT + 1
_V4_BITS = 32
_V4_END = (1 << _V4_BITS) - 1
_V6_START = 1 << _V4_BITS
_V6_END = _V6_START + (1 << 128) - 1


class Spans(NamedTuple):
    """A set of numbers: disjoint spans in order, first and last number of each included."""

    spans: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.spans)

    def has(self, number: int) -> bool:
        """Whether a number is in the set."""
        return any(first <= number <= last for first, last in self.spans)

    def union(self, *others: "Spans") -> "Spans":
        """Every number of any of the sets."""
        if not others:
            return self
        found: list[tuple[int, int]] = []
        for first, last in sorted([*self.spans, *(s for other in others for s in other.spans)]):
            if found and first <= found[-1][1] + 1:
                found[-1] = (found[-1][0], max(last, found[-1][1]))
            else:
                found.append((first, last))
        return Spans(tuple(found))

    def intersection(self, other: "Spans") -> "Spans":
        """Every number of both sets."""
        both = (
            (max(a, c), min(b, d))
            for a, b in self.spans
            for c, d in other.spans
            if a <= d and c <= b
        )
        return Spans(tuple(sorted(both)))

    def minus(self, other: "Spans") -> "Spans":
        """Every number of this set that is not in the other."""
        rest = list(self.spans)
        for first, last in other.spans:
            cut: list[tuple[int, int]] = []
            for a, b in rest:
                if a < first:
                    cut.append((a, min(b, first - 1)))
                if b > last:
                    cut.append((max(a, last + 1), b))
            rest = cut
        return Spans(tuple(rest))


NOTHING = Spans()
EVERY_PORT = Spans(tuple((i * _WIDTH + 1, i * _WIDTH + HIGHEST_PORT) for i in range(3)))
EVERY_ADDRESS = Spans(((0, _V6_END),))
IPV4 = Spans(((0, _V4_END),))
IPV6 = Spans(((_V6_START, _V6_END),))


def union(sets: Iterable[Spans]) -> Spans:
    """Every number of any of the sets."""
    return NOTHING.union(*sets)


def ports(protocol: str, first: int | None = None, last: int | None = None) -> Spans:
    """The ports of a protocol from `first` to `last`; all of them without `first`.

    None at all for a protocol that policies do not know, and for numbers that are no ports.
    """
    if protocol not in PROTOCOLS:
        return NOTHING
    base = PROTOCOLS.index(protocol) * _WIDTH
    low = 1 if first is None else first
    high = HIGHEST_PORT if first is None else last if last is not None else low
    if not 0 < low <= high <= HIGHEST_PORT:
        return NOTHING
    return Spans(((base + low, base + high),))


class Ports(NamedTuple):
    """Neighbouring ports of one protocol."""

    protocol: str
    first: int
    last: int

    @property
    def words(self) -> str:
        """`TCP 80`, `TCP 8000-8010` or, for all of them, `TCP`."""
        if (self.first, self.last) == (1, HIGHEST_PORT):
            return self.protocol
        numbers = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.protocol} {numbers}"


def each_port(spans: Spans) -> Iterator[Ports]:
    """The ports of a set, span by span."""
    for first, last in spans.spans:
        protocol, low = divmod(first, _WIDTH)
        yield Ports(PROTOCOLS[protocol], low, last % _WIDTH)


def port_words(spans: Spans) -> str:
    """`TCP 80, UDP 53` for people; `every port` if it is every one."""
    if spans == EVERY_PORT:
        return "every port"
    return ", ".join(span.words for span in each_port(spans))


@cache
def addresses(cidr: str) -> Spans:
    """The addresses of a block such as `10.0.0.0/8`, none for what is no block.

    Bits behind the prefix do not count, as the API server has it.
    """
    from ipaddress import ip_network

    try:
        block = ip_network(cidr, strict=False)
    except ValueError:
        return NOTHING
    base = 0 if block.max_prefixlen == _V4_BITS else _V6_START
    return Spans(((base + int(block[0]), base + int(block[-1])),))


def blocks(spans: Spans) -> list[str]:
    """The fewest blocks that make up a set of addresses."""
    from ipaddress import IPv4Address, IPv6Address, summarize_address_range

    found: list[str] = []
    for first, last in spans.intersection(IPV4).spans:
        found += map(str, summarize_address_range(IPv4Address(first), IPv4Address(last)))
    for first, last in spans.intersection(IPV6).spans:
        ends = IPv6Address(first - _V6_START), IPv6Address(last - _V6_START)
        found += map(str, summarize_address_range(*ends))
    return found
