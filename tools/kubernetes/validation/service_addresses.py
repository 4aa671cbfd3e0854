"""The addresses of a Service and their families.

Follows ValidateServiceClusterIPsRelatedFields of pkg/apis/core/validation and initIPFamilyFields of
pkg/registry/core/service/storage, for a cluster that serves IPv4 alone, as a server does that is
not told otherwise. Whether an address is in the cluster's range, and free, is not judged.
https://kubernetes.io/docs/concepts/services-networking/dual-stack/
"""

from tools.kubernetes.validation.addresses import address, is_ipv6
from tools.kubernetes.validation.field import Field, Refusal, Refusals
from tools.kubernetes.validation.formats import enumeration, unique

_FAMILIES = ("IPv4", "IPv6")
_POLICIES = ("SingleStack", "PreferDualStack", "RequireDualStack")
_NONE = "None"
_WITHOUT = "the cluster serves IPv4 alone"
_ANY = "Write `ipFamilyPolicy: PreferDualStack`."
_MOST = 2


def is_headless(spec: Field) -> bool:
    """Whether the Service has no address, on purpose."""
    given = [item.text for item in spec["clusterIPs"].items()] or [spec["clusterIP"].text]
    return given == [_NONE]


def cluster_addresses(spec: Field) -> Refusals:
    """All that the fields about addresses say, of a Service that is no ExternalName."""
    yield from _in_step(spec)
    yield from _families(spec)
    mistakes = list(_addresses(spec))
    yield from mistakes
    if not mistakes:
        yield from _pairs(spec)
        yield from _of_cluster(spec)
    if spec["type"].text in ("LoadBalancer", "NodePort") and is_headless(spec):
        sentence = f"a Service of type {spec['type'].text} has an address, 'None' is not allowed"
        yield _first(spec, sentence)


def _given(spec: Field) -> list[Field]:
    """clusterIPs, which the server fills in from clusterIP; with its path, to edit where it is."""
    many, one = spec["clusterIPs"], spec["clusterIP"]
    if many.is_empty and one.text:
        return many.with_value([one.text]).items()
    return many.items()


def _at(spec: Field, refusal: Refusal) -> Refusal:
    """The refusal of an address, which stands in clusterIP if clusterIPs is not there."""
    if spec["clusterIPs"].is_empty:
        return refusal._replace(place=spec["clusterIP"].path)
    return refusal


def _first(spec: Field, sentence: str) -> Refusal:
    return _at(spec, _given(spec)[0].refused(sentence))


def _in_step(spec: Field) -> Refusals:
    one, many = spec["clusterIP"], spec["clusterIPs"]
    addresses = many.items()
    if not addresses:
        return
    if not one.text:
        yield many.forbidden("without clusterIP", "Write its first address in clusterIP too.")
    elif addresses[0].text != one.text:
        yield many.refused(f"{many} does not begin with clusterIP, {one.text}")


def _families(spec: Field) -> Refusals:
    for family in spec["ipFamilies"].items():
        yield from enumeration(family, _FAMILIES)
    yield from unique(spec["ipFamilies"].items())
    if spec["ipFamilyPolicy"].is_set:
        yield from enumeration(spec["ipFamilyPolicy"], _POLICIES)


def _addresses(spec: Field) -> Refusals:
    many = spec["clusterIPs"]
    given = _given(spec)
    for index, ip in enumerate(given):
        if index == 0 and ip.text == _NONE:
            if len(given) > 1:
                yield ip.refused(f"{many} has 'None' and more, 'None' stands alone").named(many)
        else:
            yield from (_at(spec, refusal) for refusal in address(ip))
    if len(given) > _MOST:
        yield many.too_many(_MOST)


def _pairs(spec: Field) -> Refusals:
    """Each address fits its family, and there is one of each at most."""
    given = _given(spec)
    if len({is_ipv6(ip.text) for ip in given}) < len(given):
        many = spec["clusterIPs"]
        yield many.refused(f"{many} has more than one address of a family, one is allowed")
    if is_headless(spec):
        return
    for ip, family in zip(given, spec["ipFamilies"].items(), strict=False):
        if family.text in _FAMILIES and (family.text == "IPv6") is not is_ipv6(ip.text):
            what = f"be of the family that {family} names, {family.text}"
            yield _at(spec, ip.must(what))


def _of_cluster(spec: Field) -> Refusals:
    """What a cluster without IPv6 refuses."""
    policy, families = spec["ipFamilyPolicy"], spec["ipFamilies"].items()
    # Whoever makes the endpoints of such a Service knows their families.
    is_free = is_headless(spec) and spec["selector"].is_empty
    if policy.text == "SingleStack" or not (policy.is_set or is_free):
        yield from _single(policy, len(_given(spec)), len(families))
    for ip in _given(spec)[len(families) :]:
        if is_ipv6(ip.text):
            yield _at(spec, ip.refused(f"{ip} is an address of IPv6, {_WITHOUT}"))
    if is_free:
        return
    if policy.text == "RequireDualStack":
        yield policy.refused(f"{policy} is RequireDualStack, {_WITHOUT}", _ANY)
    for family in families:
        if family.text == "IPv6":
            yield family.refused(f"{family} is IPv6, {_WITHOUT}", "Write IPv4.")


def _single(policy: Field, addresses: int, families: int) -> Refusals:
    for count, what in ((addresses, "addresses"), (families, "families")):
        if count == _MOST:
            stands = f"{policy} is SingleStack" if policy.is_set else f"without {policy}"
            sentence = f"{stands}, two {what} are not allowed"
            yield policy.refused(sentence, _ANY)
