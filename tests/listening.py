"""Where a process and those that it started listen, as Linux tells in /proc.

https://docs.kernel.org/networking/proc_net_tcp.html
"""

import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
_LISTEN = "0A"
_EXITING = 0x4
"""PF_EXITING of Linux's sched.h, in the ninth field of /proc/PID/stat."""


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
    """A process and all below it that are not ending."""
    started: dict[int, list[int]] = {}
    for file in PROC.glob("[0-9]*/stat"):
        identity = int(file.parent.name)
        if (parent := _parent(identity)) is not None:
            started.setdefault(parent, []).append(identity)
    found = [process]
    for identity in found:
        found += started.get(identity, [])
    return found


def _parent(process: int) -> int | None:
    """None for a process that is gone or going: of those only root may see the sockets."""
    try:
        text = (PROC / f"{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name before the bracket may hold anything.
    _, parent, _, _, _, _, flags, *_ = text.rpartition(")")[2].split()
    return None if int(flags) & _EXITING else int(parent)


def _inodes(process: int) -> Iterator[str]:
    """Those of its sockets; none where it is ending."""
    try:
        targets = [_target(entry) for entry in (PROC / f"{process}/fd").iterdir()]
    except OSError:
        if _parent(process) is None:
            return
        raise
    for target in targets:
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:
        return ""  # it has just been closed
