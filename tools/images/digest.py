"""Content that is named by its digest, and must have it.

https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests
"""

import hashlib
from collections.abc import Iterable, Iterator

from tools.images.failure import Untrustworthy

ALGORITHMS = ("sha256", "sha512")


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """The digest of some bytes, as `sha256:…`."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def algorithm_of(digest: str) -> str:
    """The algorithm of a digest. Raises Untrustworthy for one that nothing can be checked with."""
    algorithm = digest.partition(":")[0]
    if algorithm not in ALGORITHMS:
        raise Untrustworthy(f"its digest has the algorithm {algorithm!r}, which cannot be checked")
    return algorithm


def verified(chunks: Iterable[bytes], digest: str, size: int, what: str) -> Iterator[bytes]:
    """The same chunks; at their end, if they do not have the digest, Untrustworthy is raised.

    One byte more than `size` ends it at once: nobody has to read what a source makes up.
    """
    hashed = hashlib.new(algorithm_of(digest))
    received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > size:
            raise Untrustworthy(f"{what} is larger than the {size:,} bytes that are said of it")
        hashed.update(chunk)
        yield chunk
    if received != size:
        raise Untrustworthy(f"{what} has {received:,} bytes and not {size:,}")
    found = f"{digest.partition(':')[0]}:{hashed.hexdigest()}"
    if found != digest:
        raise Untrustworthy(f"{what} should have the digest {digest}, and has {found}")


def checked(content: bytes, digest: str, what: str) -> bytes:
    """The content, if it has the digest. Raises Untrustworthy else."""
    found = digest_of(content, algorithm_of(digest))
    if found != digest:
        raise Untrustworthy(f"{what} should have the digest {digest}, and has {found}")
    return content
