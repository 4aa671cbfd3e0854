"""Debian's docker-registry, started for a test, and skopeo to push into it."""

import base64
import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.images.made import MadeImage, MadeIndex, layout

USER, PASSWORD = "ann", "made-up"
HTPASSWD = f"{USER}:$2b$05$abcdefghijklmnopqrstuupNZbhxYdC58esayGQAPkXUkZfWQoYFG\n"
SECONDS = 20


class RealRegistry:
    """A registry that runs; `skopeo` gets `options` to talk to it."""

    def __init__(self, host: str, folder: Path, options: Sequence[str]) -> None:
        self.host = host
        self.folder = folder
        self.options = tuple(options)
        self._pushes = 0

    def push(self, name: str, image: MadeImage | MadeIndex) -> None:
        """Push an image, with all of its platforms, as `shop/web:1.0.0`."""
        self._pushes += 1
        source = layout(self.folder / f"push{self._pushes}", {"it": image})
        skopeo(
            "copy",
            "--all",
            "--preserve-digests",
            *(f"--dest-{option}" for option in self.options),
            f"oci:{source}:it",
            f"docker://{self.host}/{name}",
        )

    def digest(self, name: str) -> str:
        """What skopeo says is the digest of a tag."""
        said = skopeo(
            "inspect",
            *(f"--{option}" for option in self.options),
            "--format={{.Digest}}",
            f"docker://{self.host}/{name}",
        )
        return said.strip()

    def delete(self, name: str) -> None:
        skopeo(
            "delete", *(f"--{option}" for option in self.options), f"docker://{self.host}/{name}"
        )


def skopeo(*arguments: str) -> str:
    """Run skopeo, which must succeed."""
    done = subprocess.run(
        ["skopeo", "--insecure-policy", *arguments],
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@contextmanager
def registry(
    folder: Path,
    auth: Mapping[str, Any] | None = None,
    certificate: tuple[Path, Path] | None = None,
    options: Sequence[str] = (),
) -> Iterator[RealRegistry]:
    """A registry on a free port of this machine, with its files in a folder."""
    port = _free_port()
    http: dict[str, Any] = {"addr": f"127.0.0.1:{port}", "secret": "made-up"}
    if certificate:
        http["tls"] = {"certificate": str(certificate[0]), "key": str(certificate[1])}
    config = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {
            "filesystem": {"rootdirectory": str(folder / "storage")},
            "delete": {"enabled": True},
        },
        "http": http,
        **({"auth": auth} if auth else {}),
    }
    file = folder / "registry.yml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(file)],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        try:
            _wait(port, process)
            tls = [] if certificate else ["tls-verify=false"]
            yield RealRegistry(f"localhost:{port}", folder, [*tls, *options])
        finally:
            process.terminate()
            process.wait(SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the registry ended at once"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the registry does not answer")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for `localhost` that only whoever is told so trusts, and its key."""
    found = folder / "registry.crt", folder / "registry.key"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-out", str(found[0]), "-keyout", str(found[1]),
        ],
        check=True, capture_output=True, timeout=SECONDS,
    )  # fmt: skip
    return found


def docker_config(folder: Path, host: str, password: str = PASSWORD) -> str:
    """A folder with a login as `docker login` writes it, for DOCKER_CONFIG."""
    folder.mkdir(exist_ok=True)
    encoded = base64.b64encode(f"{USER}:{password}".encode()).decode()
    text = json.dumps({"auths": {host: {"auth": encoded}}})
    (folder / "config.json").write_text(text, encoding="utf-8")
    return str(folder)
