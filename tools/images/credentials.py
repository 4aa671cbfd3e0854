"""The logins that Docker, Podman and Skopeo keep, read where they keep them.

https://docs.docker.com/reference/cli/docker/login/#credential-stores and
https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md. A login is only handed
to the client that asks for its registry; none is ever printed.
"""

import base64
import binascii
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tools.images.failure import AccessDenied
from tools.kubernetes.image_reference import HUB, ImageReference

_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HELPER_SECONDS = 30
_HUB_KEYS = (f"https://index.{HUB}/v1/", f"index.{HUB}", HUB)
_TOKEN_USER = "<token>"
_NOTHING_STORED = ("credentials not found", "no credentials")
_MAX_FILE = 1 << 20


class Credential(NamedTuple):
    """A login; `identity` is a token that stands for it. Its text says nothing of its content."""

    user: str
    password: str
    identity: str = ""

    def __repr__(self) -> str:
        return "Credential(…)"

    @property
    def basic(self) -> str:
        """The value of an `Authorization` header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


class Keychain:
    """The logins of whoever runs the command. Files and helpers are asked when one is needed."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = dict(os.environ if environment is None else environment)

    def find(self, reference: ImageReference) -> Credential | None:
        """The login for the registry of an image, None to ask without one.

        Raises AccessDenied if a file or a helper that should know it cannot be used.
        """
        for file in self._files():
            if file.is_file():
                found = self._in(file, reference)
                if found:
                    return found
        return None

    def _files(self) -> Iterator[Path]:
        get = self._environment.get
        if named := get("REGISTRY_AUTH_FILE"):
            yield Path(named)
            return
        if folder := get("XDG_RUNTIME_DIR"):
            yield Path(folder, "containers/auth.json")
        home = get("HOME", "")
        if folder := get("XDG_CONFIG_HOME") or (home and f"{home}/.config"):
            yield Path(folder, "containers/auth.json")
        if folder := get("DOCKER_CONFIG") or (home and f"{home}/.docker"):
            yield Path(folder, "config.json")

    def _in(self, file: Path, reference: ImageReference) -> Credential | None:
        data = _read(file)
        helpers, logins = _map(data.get("credHelpers")), _map(data.get("auths"))
        for key in _keys(reference):
            if isinstance(helpers.get(key), str):
                return self._ask(helpers[key], key)
        for key in _keys(reference):
            entry = next((_map(v) for k, v in logins.items() if _plain(k) == _plain(key)), None)
            found = _login(entry, file) if entry else None
            if found:
                return found
        store = data.get("credsStore")
        if isinstance(store, str) and store:
            for key in _store_keys(reference):
                if found := self._ask(store, key):
                    return found
        return None

    def _ask(self, helper: str, registry: str) -> Credential | None:
        """What a credential helper says; its words stay out of every message."""
        if not _HELPER.fullmatch(helper):
            raise AccessDenied("the name of a credential helper in Docker's configuration is none")
        program = f"docker-credential-{helper}"
        try:
            done = subprocess.run(
                [program, "get"],
                input=registry.encode(),
                capture_output=True,
                timeout=_HELPER_SECONDS,
                check=False,
                env=self._environment,
            )
        except FileNotFoundError as error:
            raise AccessDenied(f"the login is kept by {program}, which is not on PATH") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AccessDenied(f"the login is kept by {program}, which did not answer") from error
        if done.returncode:
            said = done.stdout[:1000].decode("utf-8", "replace").lower()
            if any(words in said for words in _NOTHING_STORED):
                return None
            raise AccessDenied(f"the login is kept by {program}, which failed")
        return _from_helper(done.stdout, program)


def _from_helper(answer: bytes, program: str) -> Credential | None:
    try:
        data = _map(json.loads(answer))
    except ValueError as error:
        raise AccessDenied(f"{program} answered with what is no JSON") from error
    user, secret = data.get("Username"), data.get("Secret")
    if not isinstance(user, str) or not isinstance(secret, str) or not secret:
        return None
    return Credential("", "", secret) if user == _TOKEN_USER else Credential(user, secret)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        with file.open("rb") as stream:
            data = json.loads(stream.read(_MAX_FILE))
    except OSError as error:
        raise AccessDenied(f"{file} with the logins cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise AccessDenied(f"{file} with the logins is no JSON") from error
    return _map(data)


def _keys(reference: ImageReference) -> Iterator[str]:
    """The names under which a login may stand, the most specific first."""
    parts = reference.name.split("/")
    yield from ("/".join(parts[:end]) for end in range(len(parts), 1, -1))
    yield from _HUB_KEYS if reference.registry == HUB else (reference.registry,)


def _store_keys(reference: ImageReference) -> tuple[str, ...]:
    return _HUB_KEYS[:1] if reference.registry == HUB else (reference.registry,)


def _plain(key: str) -> str:
    """A registry as it is meant, of the ways in which it has been written over the years."""
    bare = re.sub(r"^https?://", "", key).rstrip("/")
    return re.sub(r"/v[12]$", "", bare)


def _login(entry: Mapping[str, Any], file: Path) -> Credential | None:
    identity = entry.get("identitytoken")
    if isinstance(identity, str) and identity:
        return Credential("", "", identity)
    user, password = entry.get("username"), entry.get("password")
    if isinstance(user, str) and isinstance(password, str) and user:
        return Credential(user, password)
    encoded = entry.get("auth")
    return _decoded(encoded, file) if isinstance(encoded, str) and encoded else None


def _decoded(encoded: str, file: Path) -> Credential:
    try:
        user, colon, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user = colon = password = ""
    if not colon:
        raise AccessDenied(f"a login in {file} is damaged; log in again")
    return Credential(user, password.rstrip("\0"))


def _map(data: Any) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}
