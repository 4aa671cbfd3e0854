"""Addresses as servers read them: what all take, what only older ones take, what none takes."""

import pytest

from tools.kubernetes.validation.addresses import parse_address, parse_block

OLDER = "only older servers"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("192.000.02.1", OLDER),
        ("::ffff:192.0.2.1", OLDER),
        ("02001:db8::1", OLDER),
        ("", None),
        ("192.0.2", None),
        ("192.0.2.256", None),
        (" 192.0.2.1", None),
        ("192.0.2.1/32", None),
        ("2001:db8::1%eth0", None),
        ("1::2::3", None),
        ("١٩٢.0.2.1", None),
    ],
)
def test_address(text: str, meaning: str | None) -> None:
    found = parse_address(text)
    assert (found and (OLDER if found.objection else str(found.ip))) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("192.0.2.1/24", OLDER),
        ("192.0.2.0/024", OLDER),
        ("::ffff:192.0.2.0/120", OLDER),
        ("192.0.2.0", None),
        ("192.0.2.0/", None),
        ("192.0.2.0/+24", None),
        ("192.0.2.0/33", None),
        ("2001:db8::/129", None),
    ],
)
def test_block(text: str, meaning: str | None) -> None:
    found = parse_block(text)
    written = found and f"{found.ip}/{found.prefix}"
    assert (found and (OLDER if found.objection else written)) == meaning


@pytest.mark.parametrize(
    ("inner", "inside"),
    [
        ("10.1.0.0/16", True),
        ("10.1.2.3/32", True),
        ("10.0.0.0/8", False),
        ("10.0.0.0/7", False),
        ("192.0.2.0/24", False),
        ("2001:db8::/32", False),
    ],
)
def test_a_block_holds_smaller_ones_inside_of_it(inner: str, inside: bool) -> None:
    outer, other = parse_block("10.0.0.0/8"), parse_block(inner)
    assert outer and other
    assert outer.holds(other) is inside
