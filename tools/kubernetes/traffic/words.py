"""Ends of connections in words, for findings and tables."""

from collections.abc import Iterator, Mapping

from tools.kubernetes.traffic.ends import Outsider, Region, nowhere
from tools.kubernetes.traffic.label_sets import NAME_LABEL, NAMESPACE, POD, Box, Values
from tools.kubernetes.traffic.spans import EVERY_ADDRESS, IPV4, IPV6, Spans, blocks

FEW = 3


def region_words(region: Region, known: Mapping[str, Outsider]) -> str:
    """Somewhere outside: by the name of whoever stands exactly there, else described."""
    for outsider in reversed(list(known.values())):  # What is declared comes last.
        if _same(region, outsider):
            return outsider.name
    return " and ".join([*map(box_words, region.boxes), *_address_words(region.addresses, known)])


def _same(region: Region, outsider: Outsider) -> bool:
    there = outsider.region
    if there.boxes or region.boxes:
        return there.boxes == region.boxes and not region.addresses
    rest, lacking = region.addresses.minus(nowhere()), there.addresses.minus(region.addresses)
    if rest.minus(there.addresses):
        return False
    if outsider.any_family:
        return not lacking.intersection(IPV4) or not lacking.intersection(IPV6)
    return not lacking.minus(nowhere())


def _address_words(addresses: Spans, known: Mapping[str, Outsider]) -> Iterator[str]:
    rest = addresses.minus(nowhere())
    if not rest:
        return
    every = EVERY_ADDRESS.minus(nowhere())
    for family, words in ((every, "any address"), (every.intersection(IPV4), "any IPv4 address")):
        if not family.minus(rest) and not rest.minus(family):
            yield words
            return
    named = [o.name for o in known.values() if o.addresses and not o.addresses.minus(rest)]
    for name in named[:1]:
        yield name
        rest = rest.minus(known[name].addresses)
    listed = blocks(rest)
    if listed:
        more = f" and {len(listed) - FEW} more blocks" if len(listed) > FEW else ""
        yield ", ".join(listed[:FEW]) + more


def box_words(box: Box) -> str:
    """`pods app=web of namespace shop`, `pods of other namespaces`."""
    pods = _labels(box, POD)
    where = _labels(box, NAMESPACE)
    name = box.get((NAMESPACE, NAME_LABEL))
    if name is not None and not name.but:
        space = "namespace " + " or ".join(sorted(filter(None, name.items)))
    else:
        space = "other namespaces"
    space += f" with {where}" if where else ""
    return f"pods {pods} of {space}" if pods else f"pods of {space}"


def _labels(box: Box, carrier: str) -> str:
    return ", ".join(
        _requirement(key, values)
        for (of, key), values in box.items()
        if of == carrier and (of, key) != (NAMESPACE, NAME_LABEL)
    )


def _requirement(key: str, values: Values) -> str:
    listed = ",".join(sorted(value for value in values.items if value is not None))
    if values.but and not listed:
        return key
    if values.but:
        return f"{key}!={listed}"
    return f"{key}={listed}" if listed else f"!{key}"
