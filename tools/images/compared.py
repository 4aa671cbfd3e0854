"""Two looks at the same image compared: what `images.lock` says, and what is there now."""

from collections.abc import Iterator, Sequence

from tools.images.lock import Entry, Layer


def differences(locked: Sequence[Entry], found: Sequence[Entry]) -> Iterator[str]:
    """What is another now, for the platforms that the lock has entries of; one fragment each."""
    now = {entry.platform: entry for entry in found}
    for entry in locked:
        other = now.get(entry.platform)
        if other is None:
            yield f"is no longer there for {entry.platform}"
        elif moved := _moved(entry, other):
            yield moved
        else:
            yield from (f"has {words} on {entry.platform}" for words in _details(entry, other))


def _moved(entry: Entry, other: Entry) -> str:
    """Whether it is another image altogether; what follows from that needs no saying."""
    pairs = (
        ("its digest is", entry.pinned, other.pinned),
        ("its digest is", entry.digest, other.digest),
        ("its configuration is", entry.config_digest, other.config_digest),
    )
    for words, locked, found in pairs:
        if locked and found and locked != found:
            return f"is another image now: {words} {found}, and the lock says {locked}"
    return ""


def _details(entry: Entry, other: Entry) -> Iterator[str]:
    """What the lock says of the very same image, and is not so: somebody edited it."""
    pairs: tuple[tuple[str, object, object], ...] = (
        ("other ports than the lock says", sorted(entry.ports), sorted(other.ports)),
        ("another user than the lock says", entry.user, other.user),
        ("another entry point than the lock says", entry.entrypoint, other.entrypoint),
        ("another command than the lock says", entry.command, other.command),
        ("another time of creation than the lock says", entry.created, other.created),
        ("other labels than the lock says", dict(entry.labels), dict(other.labels)),
    )
    yield from (words for words, locked, found in pairs if locked != found)
    sizes = [("compressed", entry.compressed, other.compressed)]
    if other.measured:
        sizes.append(("unpacked", entry.unpacked, other.unpacked))
    for words, locked, found in sizes:
        if found is not None and locked is not None and locked != found:
            yield f"{found:,} bytes {words}, where the lock says {locked:,},"
    if entry.layers and not _same_layers(entry.layers, other.layers):
        yield "other layers than the lock says"


def _same_layers(locked: Sequence[Layer], found: Sequence[Layer]) -> bool:
    """Whether two lists are of the same layers, as far as both know their digests and sizes."""
    if len(locked) != len(found):
        return False
    pairs = zip(locked, found, strict=True)
    return all(
        one is None or other is None or one in ("", other) or other == ""
        for layer, now in pairs
        for one, other in zip(layer, now, strict=True)
    )
