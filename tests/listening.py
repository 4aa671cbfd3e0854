"""Where a process and those that it started listen, as Linux tells in /proc.

https://docs.kernel.org/networking/proc_net_tcp.html
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
_LISTEN = "0A"


class Listener(NamedTuple):
    """A TCP socket that takes connections."""

    process: int
    address: str
    port: int


def listeners(process: int) -> list[Listener]:
    """Those of a process, of the processes that it started, and so on."""
    owners = {inode: identity for identity in _family(process) for inode in _inodes(identity)}
    # There is no tcp6 where IPv6 is switched off.
    tables = [file for name in ("tcp", "tcp6") if (file := PROC / "self/net" / name).exists()]
    return sorted(
        Listener(owners[inode], address, port)
        for table in tables
        for inode, address, port in listening(table.read_text())
        if inode in owners
    )


def listening(table: str, byteorder: str = sys.byteorder) -> Iterator[tuple[str, str, int]]:
    """The inode, address and port of each listening socket in the text of /proc/net/tcp or tcp6."""
    for line in table.splitlines()[1:]:
        _, local, _, state, *rest = line.split()
        if state == _LISTEN:
            address, _, port = local.partition(":")
            yield rest[5], _address(address, byteorder), int(port, 16)


def _address(text: str, byteorder: str) -> str:
    """Words of four bytes, each as this machine would print it as a number."""
    words = [bytes.fromhex(text[start : start + 8]) for start in range(0, len(text), 8)]
    if byteorder == "little":
        words = [word[::-1] for word in words]
    return str(ip_address(b"".join(words)))


def _family(process: int) -> list[int]:
    """A process and all below it."""
    started: dict[int, list[int]] = {}
    for file in PROC.glob("[0-9]*/stat"):
        try:
            # The name before the bracket may hold anything.
            parent = int(file.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        started.setdefault(parent, []).append(int(file.parent.name))
    found = [process]
    for identity in found:
        found += started.get(identity, [])
    return found


def _inodes(process: int) -> Iterator[str]:
    """Those of its sockets; of none where it has ended."""
    try:
        entries = list((PROC / f"{process}/fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return
    for entry in entries:
        # What has just been closed leads nowhere.
        with suppress(FileNotFoundError, ProcessLookupError):
            target = str(entry.readlink())
            if target.startswith("socket:["):
                yield target[len("socket:[") : -1]
