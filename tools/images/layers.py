"""A layer unpacked to be counted: nothing of it is kept.

https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tools.images.failure import Untrustworthy

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from tools.images.lock import Entry

MAX_UNPACKED = 32 * 1024**3
"""Bytes that one layer may unpack to: more than any image that is meant."""

_BLOCK = 512
_CHUNK = 1 << 18
_MOST_HEADER = 1 << 20
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"
"""What frames begin with (after one byte) that zstd skips, such as those of eStargz's successor."""
_EXTENDED = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
_LONG_NAMES = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_LINKS_AND_DEVICES = (
    tarfile.LNKTYPE,
    tarfile.SYMTYPE,
    tarfile.CHRTYPE,
    tarfile.BLKTYPE,
    tarfile.DIRTYPE,
    tarfile.FIFOTYPE,
)
_SPARSE_FLAG, _SPARSE_NEXT = 482, 504


class Measured(NamedTuple):
    """What a layer is once it is unpacked: its digest, and the bytes of its files."""

    diff_id: str
    unpacked: int


def measured_in(entries: Iterable["Entry"]) -> dict[str, Measured]:
    """The layers of a lock that were unpacked when it was written, by their digests."""
    return {
        layer.digest: Measured(layer.diff_id, layer.unpacked)
        for entry in entries
        for layer in entry.layers
        if entry.measured and layer.digest and layer.diff_id and layer.unpacked is not None
    }


class Readable(Protocol):
    """Something that bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


def measure(chunks: Iterable[bytes], limit: int = MAX_UNPACKED) -> Measured:
    """Unpack a layer, however it is compressed, and count the bytes of its files.

    All chunks are taken, so that whoever checks their digest sees them all. Raises Untrustworthy
    for what is no layer, or unpacks to more than `limit`.
    """
    source = _Source(chunks)
    try:
        tar = _Counted(_decompressed(source), limit)
        unpacked = _files(tar)
        tar.drain()
    except (OSError, EOFError, zlib.error, tarfile.HeaderError, ValueError) as error:
        raise Untrustworthy(
            f"a layer cannot be unpacked: {str(error) or 'it is cut off'}"
        ) from error
    source.drain()
    return Measured(f"sha256:{tar.hashed.hexdigest()}", unpacked)


class _Source(io.RawIOBase):
    """Chunks as a file that is read once from front to back."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def peek(self, size: int) -> bytes:
        """The first bytes, which stay to be read."""
        while len(self._rest) < size and (chunk := next(self._chunks, b"")):
            self._rest += chunk
        return self._rest[:size]

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        self._rest = self._rest or next(self._chunks, b"")
        into = memoryview(buffer).cast("B")
        size = min(len(into), len(self._rest))
        into[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def drain(self) -> None:
        """Take what nobody has read."""
        for _ in self._chunks:
            pass


def _decompressed(source: _Source) -> Readable:
    """What a stream unpacks to; its first bytes tell how, whatever its media type says."""
    first = source.peek(4)
    if first.startswith(_GZIP):
        return gzip.GzipFile(fileobj=io.BufferedReader(source, _CHUNK))
    if first == _ZSTD or first[1:4] == _SKIPPABLE:
        return _zstd(source)
    return io.BufferedReader(source, _CHUNK)


def _zstd(source: _Source) -> Readable:
    import sys

    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdError, ZstdFile
    else:
        from backports.zstd import ZstdError, ZstdFile

    class Frames:
        """The unpacked frames, with an error that the rest of Python knows."""

        def __init__(self) -> None:
            self._file = ZstdFile(io.BufferedReader(source, _CHUNK))

        def read(self, size: int, /) -> bytes:
            try:
                return bytes(self._file.read(size))
            except ZstdError as error:
                raise OSError(str(error)) from error

    return Frames()


class _Counted:
    """A stream with its digest, and a limit."""

    def __init__(self, stream: Readable, limit: int) -> None:
        self.hashed = hashlib.sha256()
        self._stream = stream
        self._left = limit

    def read(self, size: int) -> bytes:
        """Exactly so many bytes, fewer only at the end."""
        parts = []
        while size > 0 and (part := self._stream.read(min(size, _CHUNK))):
            self._left -= len(part)
            if self._left < 0:
                raise Untrustworthy("a layer unpacks to more than an image may take")
            self.hashed.update(part)
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Pass over so many bytes. Raises EOFError if there are fewer."""
        while size > 0:
            passed = len(self.read(min(size, _CHUNK)))
            if not passed:
                raise EOFError
            size -= passed

    def drain(self) -> None:
        while self.read(_CHUNK):
            pass


def _files(tar: _Counted) -> int:
    """The bytes of all files of an archive, which is read header by header.

    The library's own iteration keeps every member, and reads extended headers of any size, so that
    a small layer could fill the memory.
    """
    total = 0
    stated: int | None = None
    while block := tar.read(_BLOCK):
        if not block.strip(b"\0"):
            break
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if info.type in _EXTENDED:
            size = _size_in(tar, info)
            # What a global one says of sizes holds for no file that anybody writes.
            stated = stated if size is None or info.type == tarfile.XGLTYPE else size
            continue
        if info.type in _LONG_NAMES:
            tar.skip(_padded(info.size))
            continue
        if info.type == tarfile.GNUTYPE_SPARSE:
            _pass_sparse_map(tar, block)
        size = 0 if info.type in _LINKS_AND_DEVICES else info.size if stated is None else stated
        stated = None
        tar.skip(_padded(size))
        total += size
    return total


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _size_in(tar: _Counted, info: tarfile.TarInfo) -> int | None:
    """The size that an extended header gives the next file, if it does: `19 size=8589934592`."""
    if info.size > _MOST_HEADER:
        raise Untrustworthy("a layer has a header that is larger than any header is")
    records = tar.read(_padded(info.size))[: info.size]
    found = None
    while records.strip(b"\0"):
        length, _, _ = records.partition(b" ")
        if not length.isdigit() or not 0 < int(length) <= len(records):
            raise ValueError("an extended header is damaged")
        key, _, value = records[len(length) + 1 : int(length) - 1].partition(b"=")
        found = int(value) if key == b"size" and value.isdigit() else found
        records = records[int(length) :]
    return found


def _pass_sparse_map(tar: _Counted, block: bytes) -> None:
    """An old sparse file may have more blocks of its map, each saying whether one follows."""
    more = block[_SPARSE_FLAG]
    while more:
        block = tar.read(_BLOCK)
        if len(block) < _BLOCK:
            raise EOFError
        more = block[_SPARSE_NEXT]
