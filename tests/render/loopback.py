"""A release host on loopback, and programs that stand in for kustomize and Go."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools.render.release import Release, platform

KUSTOMIZE = "#!/bin/sh\necho v5.8.1\n"
NAME = f"kustomize_v5.8.1_{platform()}.tar.gz"

Answer = Callable[[BaseHTTPRequestHandler], None]


class Host:
    """What a test sees of the server: its address, and the paths that were asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[str] = []


@contextmanager
def serving(answer: Answer) -> Iterator[Host]:
    """A server that answers every GET by `answer`, on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: standard error is what the tests look at."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of a client that gives up: some tests are about just that."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    # A handler that hangs on purpose must not be waited for.
    server.block_on_close = False
    host = Host(f"http://127.0.0.1:{server.server_port}/releases")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()


def sending(content: bytes, *, length: int | None = None, status: int = 200) -> Answer:
    """Answer with this content; `length` is what the header claims."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(content) if length is None else length))
        request.end_headers()
        request.wfile.write(content)

    return answer


def archive(members: Mapping[str, str], links: Mapping[str, str] | None = None) -> bytes:
    """A .tar.gz of these files and symbolic links."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    return buffer.getvalue()


def pinning(content: bytes, address: str, patience: float = 5.0) -> Release:
    """A release 5.8.1 at this address whose archive for this machine has this content."""
    checksum = hashlib.sha256(content).hexdigest()
    return Release("5.8.1", {platform(): checksum}, address, patience)


def program(path: Path, text: str) -> Path:
    """Write an executable script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def go_that_builds(folder: Path, kustomize: str = KUSTOMIZE) -> Path:
    """A `go` whose `install` puts this kustomize into GOBIN, and that notes each call."""
    text = f"""#!/bin/sh
printf '%s\\n' "$*" >> '{folder}/calls'
printf '%s' '{kustomize}' > "$GOBIN/kustomize"
"""
    return program(folder / "go", text)


def calls_of(go: Path) -> list[str]:
    """The arguments of each call of such a `go`."""
    calls = go.parent / "calls"
    return calls.read_text().splitlines() if calls.exists() else []
