"""A layer is unpacked to be counted, whoever made it."""

import gzip
import io
import tarfile
from collections.abc import Iterator

import pytest

from tests.images.made import sha256, tar_of, zstd
from tools.images.failure import Untrustworthy
from tools.images.layers import Measured, measure

TAR = tar_of({"etc/hosts": b"x" * 700, "bin/web": b"y" * 3000, "empty": b""})
SKIPPED = b"\x50\x2a\x4d\x18\x04\x00\x00\x00note"
"""A frame that zstd passes over."""


def pieces(content: bytes, size: int = 100) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


@pytest.mark.parametrize(
    "packed",
    [
        TAR,
        gzip.compress(TAR),
        gzip.compress(TAR[:512]) + gzip.compress(TAR[512:]),
        zstd.compress(TAR),
        zstd.compress(TAR[:512]) + zstd.compress(TAR[512:]),
        SKIPPED + zstd.compress(TAR) + SKIPPED,
    ],
    ids=["plain", "gzip", "gzip in parts", "zstd", "zstd in parts", "zstd with notes"],
)
def test_the_bytes_of_files_are_counted_however_they_are_packed(packed: bytes) -> None:
    assert measure(pieces(packed)) == Measured(sha256(TAR), 3700)


def test_only_files_take_room() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for kind, name in (
            (tarfile.DIRTYPE, "etc"),
            (tarfile.SYMTYPE, "link"),
            (tarfile.LNKTYPE, "hard"),
            (tarfile.CHRTYPE, "null"),
            (tarfile.REGTYPE, ".wh.gone"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "x" * 300
            tar.addfile(info)
        info = tarfile.TarInfo("n" * 400)
        info.size = 5
        tar.addfile(info, io.BytesIO(b"hello"))
    assert measure([stream.getvalue()]).unpacked == 5


def test_the_size_of_an_extended_header_is_the_size_of_the_next_file_alone() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, headers in (("ä" * 200, {"size": "6", "comment": "long"}), ("b", {})):
            info = tarfile.TarInfo(name)
            info.pax_headers = headers
            info.size = 6
            tar.addfile(info, io.BytesIO(b"sixbyt"))
    assert measure([stream.getvalue()]).unpacked == 12


def test_what_lies_behind_the_archive_belongs_to_its_digest() -> None:
    padded = TAR + b"\0" * 5000
    taken: list[bytes] = []

    def chunks() -> Iterator[bytes]:
        for piece in [*pieces(gzip.compress(padded)), b"\0" * 10]:
            taken.append(piece)
            yield piece

    assert measure(chunks()) == Measured(sha256(padded), 3700)
    assert taken[-1] == b"\0" * 10, "whoever checks the digest of the chunks sees them all"


def test_an_empty_layer_has_no_files() -> None:
    assert measure([tar_of({})]).unpacked == 0


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (gzip.compress(TAR)[:-20], "cannot be unpacked"),
        (zstd.compress(TAR)[:-20], "cannot be unpacked"),
        (TAR[:2300], "cannot be unpacked: it is cut off"),
        (TAR[:2000], "cannot be unpacked: truncated header"),
        (TAR[:600], "cannot be unpacked: it is cut off"),
        (b"no archive at all" * 100, "cannot be unpacked"),
        (gzip.compress(b"no archive at all" * 100), "cannot be unpacked"),
        (gzip.compress(TAR)[:40] + b"\xff" * 200, "cannot be unpacked"),
        (zstd.compress(TAR)[:12] + b"\xff" * 200, "cannot be unpacked"),
    ],
)
def test_what_is_no_layer_is_said(packed: bytes, words: str) -> None:
    with pytest.raises(Untrustworthy, match=words):
        measure(pieces(packed))


def test_a_bomb_is_let_go_of_at_the_limit() -> None:
    bomb = gzip.compress(tar_of({"zeros": b"\0" * 2_000_000}))
    with pytest.raises(Untrustworthy, match="more than an image may take"):
        measure([bomb], limit=1_000_000)


def test_a_header_that_would_fill_the_memory_is_refused() -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 1 << 33
    with pytest.raises(Untrustworthy, match="larger than any header"):
        measure([info.tobuf(tarfile.GNU_FORMAT), b"\0" * 1024])


@pytest.mark.parametrize("records", [b"nonsense", b"0 size=1\n", b"99 size=1\n", b"-4 a\n"])
def test_a_damaged_header_ends_it(records: bytes) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, len(records)
    archive = info.tobuf(tarfile.GNU_FORMAT) + records.ljust(512, b"\0")
    with pytest.raises(Untrustworthy, match="cannot be unpacked"):
        measure([archive])
