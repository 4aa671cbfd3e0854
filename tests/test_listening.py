"""Where a process listens is found, whatever the address; tests of servers rely on it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.listening import Listener, listeners, listening

# Two that listen, and one connection.
TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F92 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 640 1
   1: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 641 1
   2: 0A01A8C0:0050 0B01A8C0:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 642 1
"""
ZEROS = "0" * 32
TCP6 = f"""\
  sl  local_address  remote_address  st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: {ZEROS}:1F92 {ZEROS}:0000 0A 00000000:00000000 00:00000000 00000000     0        0 650 1 0
   1: 00000000000000000000000001000000:0051 {ZEROS}:0000 0A 0:0 00:0 0     0        0 651 1 0
   2: B80D0120000000000000000002000000:0052 {ZEROS}:0000 0A 0:0 00:0 0     0        0 652 1 0
"""
# Says where it listens, then waits for the end of its input.
CHILD = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
bound = socket.socket()
bound.bind(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""
# Starts what it is told, and waits for it.
PARENT = "import subprocess, sys; subprocess.run(sys.argv[1:])"


def test_addresses_are_read_as_the_kernel_writes_them() -> None:
    assert list(listening(TCP, "little")) == [
        ("640", "0.0.0.0", 8082),
        ("641", "127.0.0.1", 80),
    ]
    assert list(listening(TCP6, "little")) == [
        ("650", "::", 8082),
        ("651", "::1", 81),
        ("652", "2001:db8::2", 82),
    ]
    # What the same machine would write if it put the highest byte first.
    assert list(listening(TCP.replace("0100007F", "7F000001"), "big")) == [
        ("640", "0.0.0.0", 8082),
        ("641", "127.0.0.1", 80),
    ]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks in /proc for sockets")
def test_a_program_that_another_one_started_is_found() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        port = int(parent.stdout.readline())
        [found] = listeners(parent.pid)
        assert found == Listener(found.process, "127.0.0.1", port)
        assert found.process not in (parent.pid, os.getpid())
        assert found in listeners(os.getpid())
        parent.communicate()
    assert found not in listeners(os.getpid())
