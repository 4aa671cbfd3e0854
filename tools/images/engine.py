"""The images of a Docker engine that runs on this machine, exported by it.

https://docs.docker.com/reference/api/engine/ (`GET /images/{name}/get`). Podman's service answers
to the same.
"""

import http.client
import os
import socket
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

from tools.images.examine import Wish
from tools.images.failure import NoSuchImage, Unreachable, Untrustworthy
from tools.images.files import Archive
from tools.images.layers import MAX_UNPACKED
from tools.images.lock import Entry
from tools.images.saved import Saved
from tools.images.transport import is_loopback
from tools.kubernetes.image_reference import HUB, ImageReference

_SOCKET = "unix:///var/run/docker.sock"
_PORT = 2375
_CHUNK = 1 << 18
_OK, _NOT_FOUND = 200, 404


class Engine:
    """The engine that `DOCKER_HOST` names, else the one behind Docker's own socket."""

    def __init__(
        self, environment: Mapping[str, str] | None = None, patience: float = 120.0
    ) -> None:
        known = os.environ if environment is None else environment
        self._address = known.get("DOCKER_HOST") or _SOCKET
        self._patience = patience

    def entries(self, reference: ImageReference, wish: Wish) -> list[Entry]:
        """The entry of an image. Raises NoSuchImage if the engine does not have it."""
        with tempfile.TemporaryDirectory(prefix="gitops-gate-") as folder:
            file = Path(folder, "image.tar")
            self._export(reference, file)
            return Saved(Archive(file, "the engine's export")).entries(reference, wish)

    def _export(self, reference: ImageReference, file: Path) -> None:
        # An engine knows its own images by the short name that people type.
        name = str(reference).removeprefix(f"{HUB}/library/").removeprefix(f"{HUB}/")
        try:
            with closing(self._connection()) as connection:
                connection.request("GET", f"/images/{quote(name, safe='')}/get")
                answer = connection.getresponse()
                if answer.status != _OK:
                    raise _refusal(answer.status)
                _write(answer, file)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"no Docker engine answers at {self._address}") from error

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._address)
        if parts.scheme == "unix":
            return _UnixConnection(parts.path, self._patience)
        if parts.scheme in ("tcp", "http") and is_loopback(self._address):
            port = parts.port or _PORT
            return http.client.HTTPConnection(parts.hostname or "", port, timeout=self._patience)
        raise Unreachable(
            f"DOCKER_HOST {self._address} is no engine on this machine; save the image there with "
            "docker save, and name the archive by --from"
        )


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _refusal(status: int) -> NoSuchImage | Unreachable:
    if status == _NOT_FOUND:
        return NoSuchImage("the Docker engine does not have it")
    return Unreachable(f"the Docker engine answers {status}")


def _write(answer: http.client.HTTPResponse, file: Path) -> None:
    received = 0
    with file.open("wb") as stream:
        while chunk := answer.read(_CHUNK):
            received += len(chunk)
            if received > MAX_UNPACKED:
                raise Untrustworthy("the Docker engine exports more than an image may take")
            stream.write(chunk)
