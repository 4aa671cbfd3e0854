"""A server of tokens that docker-registry believes: signed with a key whose certificate it has.

https://distribution.github.io/distribution/spec/auth/jwt/
"""

import base64
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.registry.real import PASSWORD, USER

SERVICE = "the shop's registry"
LOGIN = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class Answers(BaseHTTPRequestHandler):
    server: "TokenServer"

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        is_known = self.headers.get("Authorization") == LOGIN
        content = b"{}"
        if is_known:
            content = json.dumps({"token": self.server.token(query.get("scope", []))}).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class TokenServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, certificate: Path, key: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self._key = key
        lines = certificate.read_text(encoding="ascii").splitlines()
        self._certificate = "".join(line for line in lines if "-----" not in line)

    @property
    def realm(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"

    def token(self, scopes: list[str]) -> str:
        """A token for all that is asked for."""
        access = []
        for scope in scopes:
            kind, name, actions = scope.split(":")
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
        now = int(time.time())
        claims = {
            "iss": "tokens",
            "sub": USER,
            "aud": SERVICE,
            "iat": now,
            "nbf": now - 5,
            "exp": now + 60,
            "jti": str(now),
            "access": access,
        }
        header = {"typ": "JWT", "alg": "RS256", "x5c": [self._certificate]}
        signed = b".".join([_encoded(header), _encoded(claims)])
        done = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self._key)],
            input=signed,
            capture_output=True,
            check=True,
            timeout=20,
        )
        return (signed + b"." + _base64(done.stdout)).decode()


def _encoded(data: Any) -> bytes:
    return _base64(json.dumps(data).encode())


def _base64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


@contextmanager
def tokens(certificate: Path, key: Path) -> Iterator[TokenServer]:
    with TokenServer(certificate, key) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
