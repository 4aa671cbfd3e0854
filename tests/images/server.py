"""A registry of a few lines, on this machine, that can be told to misbehave."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.images.made import MadeImage, MadeIndex

Misbehaviour = Callable[["Exchange"], bool]
"""Answers a request in its own way, or returns False to have it answered as it should be."""


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self._exchange(b"")

    def do_POST(self) -> None:
        self._exchange(self.rfile.read(int(self.headers["Content-Length"])))

    def _exchange(self, body: bytes) -> None:
        self.body = body
        self.server.seen.append((self.path, self.headers.get("Authorization", "")))
        if not any(misbehave(self) for misbehave in self.server.misbehaviours):
            self._serve()

    def _serve(self) -> None:
        reference = urlsplit(self.path).path.rpartition("/")[2]
        if "/manifests/" in self.path and reference in self.server.manifests:
            reference, media_type = self.server.manifests[reference]
        else:
            media_type = "application/octet-stream"
        content = self.server.blobs.get(reference)
        if content is None:
            self.answer(404, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}')
        else:
            self.answer(200, content, {"Content-Type": media_type})

    def answer(self, status: int, content: bytes = b"", headers: Mapping[str, str] = {}) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """`seen` has the path and the Authorization header of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, str]] = {}
        self.misbehaviours: list[Misbehaviour] = []
        self.seen: list[tuple[str, str]] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def hold(self, tag: str, image: MadeImage | MadeIndex) -> None:
        """Serve an image under a tag and by its digests, in any repository."""
        self.blobs |= image.blobs
        media_type = str(image.descriptor["mediaType"])
        self.manifests[tag] = (image.digest, media_type)
        self.manifests[image.digest] = (image.digest, media_type)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests want."""


@contextmanager
def serving() -> Iterator[Server]:
    """A server that runs as long as it is needed."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
