"""Quantities as apimachinery 0.36 reads and writes them.

The canonical spellings follow the comments and the code of ParseQuantity and CanonicalizeBytes:
https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go.
"""

from decimal import Decimal
from typing import Any

import pytest

from tools.kubernetes.quantity import (
    canonical_quantity,
    format_quantity,
    meant_by,
    parse_quantity,
    spelling_of,
    suffix_of,
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("500m", "0.5"),
        ("1.5Gi", str(1536 * 1024 * 1024)),
        ("2k", "2000"),
        ("100n", "0.0000001"),
        ("1e3", "1000"),
        ("1E3", "1000"),
        ("1E", "1000000000000000000"),
        ("-1", "-1"),
        ("+.5", "0.5"),
        ("5.", "5"),
        (" 1Gi ", str(1024**3)),
        (1, "1"),
        (0.1, "0.1"),
        ("Mi", "0"),
    ],
)
def test_numbers(value: Any, number: str) -> None:
    assert parse_quantity(value) == Decimal(number)


@pytest.mark.parametrize(
    "value",
    ["", "1g", "1MB", "1 Gi", "one", "1e", "1Kie3", "٣", "1" * 257, "1\n2", True, None, [], {},
     float("inf"), float("nan")],
)  # fmt: skip
def test_what_is_no_quantity(value: Any) -> None:
    assert parse_quantity(value) is None
    assert canonical_quantity(value, milli=True) is None
    assert suffix_of(value) is None
    assert spelling_of(value) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("256K", ["256Ki", "256k"]),
        ("512MB", ["512Mi", "512M"]),
        ("512 MiB", ["512Mi"]),
        ("0.5 GB", ["0.5Gi", "0.5G"]),
        ("1 gigabyte", []),
        ("1kb", ["1Ki", "1k"]),
        ("1 Gi", ["1Gi"]),
        ("1g", ["1Gi", "1G"]),
        ("64 bytes", ["64"]),
        ("0,5", ["0.5"]),
        ("2 cores", ["2"]),
        ("500 millicores", ["500m"]),
        ("one", []),
        ("", []),
    ],
)
def test_what_somebody_meant_who_wrote_no_quantity(text: str, meant: list[str]) -> None:
    assert meant_by(text) == meant
    assert all(parse_quantity(right) is not None for right in meant)


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        # the suffix is as large as possible without a fraction
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1.5", "1500m"),
        ("1024Mi", "1Gi"),
        ("3072Mi", "3Gi"),
        ("1536Mi", "1536Mi"),
        ("1.5Gi", "1536Mi"),
        ("1000k", "1M"),
        ("1500", "1500"),
        ("12000", "12k"),
        ("134217728", "134217728"),
        ("0m", "0"),
        ("-0.1", "-100m"),
        # less than 1024 of a binary unit's smallest has no binary spelling
        ("0.5Ki", "512"),
        ("1.1Ki", "1126400m"),
        # exponents stay exponents, in steps of three
        ("1e3", "1e3"),
        ("1e2", "100"),
        ("12e6", "12e6"),
        ("0.1e3", "100"),
        # more than int64 is capped for binary units only
        ("9Ei", "9223372036854775807"),
        # what looks canonical to the fast path is kept as it is
        ("1.500", "1.500"),
        ("+5Mi", "+5Mi"),
        ("040", "040"),
        # numbers without quotes
        (1000, "1k"),
        (1.0, "1"),
        (0.25, "250m"),
    ],
)
def test_canonical_spelling(value: Any, canonical: str) -> None:
    assert canonical_quantity(value, milli=True) == canonical


def test_only_resource_lists_are_rounded_up_to_thousandths() -> None:
    assert canonical_quantity("100u", milli=True) == "1m"
    assert canonical_quantity("100u", milli=False) == "100u"
    assert canonical_quantity("0.1n", milli=False) == "1n"


@pytest.mark.parametrize(
    ("amount", "binary", "text"),
    [
        ("16896", False, "16896"),
        ("8.25", False, "8250m"),
        (str(16896 * 1024**2), True, "16896Mi"),
        (str(33 * 1024**3), True, "33Gi"),
        ("0.512", True, "512m"),
        ("0", True, "0"),
        ("-1500", False, "-1500"),
    ],
)
def test_sums_are_written_canonically(amount: str, binary: bool, text: str) -> None:
    assert format_quantity(Decimal(amount), binary=binary) == text


def test_units() -> None:
    values = ("512m", "512Mi", "5M", "12", "1e3", 12, 0.5)
    assert [suffix_of(value) for value in values] == ["m", "Mi", "M", "", "", "", ""]
    assert [spelling_of(v) for v in ("1.0", 1.0, 1e-7, " 1")] == ["1.0", "1", "1e-07", " 1"]
