"""Registries, asked by the protocol of the Open Container Initiative.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tools.images.access import authorization
from tools.images.credentials import Keychain
from tools.images.digest import algorithm_of, checked, digest_of, verified
from tools.images.failure import AccessDenied, NoSuchImage, Unreachable, Untrustworthy
from tools.images.oci import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEX,
    MANIFEST,
    MAX_DOCUMENT,
    Descriptor,
)
from tools.images.store import Document, document
from tools.images.transport import PASSING, Answer, Transport, is_loopback, speaks_tls
from tools.kubernetes.image_reference import HUB, LATEST, ImageReference

_ACCEPTED = ", ".join((INDEX, MANIFEST, DOCKER_LIST, DOCKER_MANIFEST))
_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404


class Registry:
    """Every registry that references name. `plain` are those that are asked without encryption
    (`registry.test:5000`); those on this machine are if they know no other way, as Docker does it.
    """

    def __init__(
        self,
        transport: Transport,
        keychain: Keychain,
        plain: Sequence[str] = (),
        attempts: int = 3,
    ) -> None:
        self._transport = transport
        self._keychain = keychain
        self._plain = frozenset(plain)
        self._attempts = attempts
        self._tokens: dict[str, str] = {}
        self._encrypted: dict[str, bool] = {}
        self._guard = threading.Lock()

    def manifest(self, reference: ImageReference) -> Document:
        """What a reference names. Raises NoSuchImage if the registry does not know it."""
        wanted = reference.digest or reference.tag or LATEST
        answer = self._get(reference, f"manifests/{wanted}", {"Accept": _ACCEPTED}, MAX_DOCUMENT)
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip()
        stated = reference.digest or answer.headers.get("docker-content-digest", "")
        if stated:
            checked(answer.content, stated, "its manifest")
        digest = reference.digest or digest_of(answer.content)
        return document(answer.content, media_type, digest)

    def part(self, reference: ImageReference, descriptor: Descriptor) -> Document:
        """A manifest that an index names."""
        found = self.manifest(reference._replace(digest=descriptor.digest))
        if len(found.content) != descriptor.size:
            raise Untrustworthy("a manifest has another size than its index says")
        return found

    @contextmanager
    def blob(self, reference: ImageReference, descriptor: Descriptor) -> Iterator[Iterator[bytes]]:
        """A configuration or a layer. Whatever breaks on the way is begun again by `retried`."""
        algorithm_of(descriptor.digest)
        url = self._url(reference, f"blobs/{descriptor.digest}")
        for attempt in range(self._attempts):
            headers = self._headers(reference)
            opened = self._transport.stream(url, headers, descriptor.size)
            with opened as (status, answered, body):
                if status == _OK:
                    what = "a layer or its configuration"
                    yield verified(body, descriptor.digest, descriptor.size, what)
                    return
                answer = Answer(status, answered, b"")
            if attempt < self._attempts - 1:
                if status == _UNAUTHORIZED:
                    self._authorize(reference, answer)
                    continue
                if status in PASSING:
                    self._transport.pause(attempt, answered, url)
                    continue
            break
        raise _refusal(reference, answer, "a layer or its configuration")

    def _get(
        self, reference: ImageReference, path: str, headers: Mapping[str, str], limit: int
    ) -> Answer:
        url = self._url(reference, path)
        for attempt in range(2):
            sent = {**headers, **self._headers(reference)}
            answer = self._transport.get(url, sent, limit)
            if answer.status == _UNAUTHORIZED and not attempt:
                self._authorize(reference, answer)
                continue
            break
        if answer.status != _OK:
            raise _refusal(reference, answer, "the image")
        return answer

    def _headers(self, reference: ImageReference) -> dict[str, str]:
        with self._guard:
            token = self._tokens.get(reference.name)
        return {"Authorization": token} if token else {}

    def _authorize(self, reference: ImageReference, answer: Answer) -> None:
        """Get what the registry's answer wants, for the next request."""
        url = self._url(reference, "")
        credential = self._keychain.find(reference)
        header = answer.headers.get("www-authenticate", "")
        value = authorization(header, reference.repository, url, credential, self._transport)
        with self._guard:
            self._tokens[reference.name] = value

    def _url(self, reference: ImageReference, path: str) -> str:
        # The one registry whose name is not the host that answers for it.
        host = f"registry-1.{HUB}" if reference.registry == HUB else reference.registry
        scheme = "http" if self._is_plain(host) else "https"
        return f"{scheme}://{host}/v2/{reference.repository}/{path}"

    def _is_plain(self, host: str) -> bool:
        """Whether a registry is asked without encryption; on this machine, whether it has any."""
        if host in self._plain or not is_loopback(f"https://{host}"):
            return host in self._plain
        with self._guard:
            if host not in self._encrypted:
                self._encrypted[host] = speaks_tls(host)
            return not self._encrypted[host]


def _refusal(
    reference: ImageReference, answer: Answer, what: str
) -> AccessDenied | NoSuchImage | Unreachable:
    """Why an answer is none."""
    host = reference.registry
    if answer.status in (_UNAUTHORIZED, _FORBIDDEN):
        return AccessDenied(f"{host} refuses {what} to this login")
    if answer.status == _NOT_FOUND:
        unknown = "NAME_UNKNOWN" in _codes(answer.content)
        return NoSuchImage(f"{host} has no {'such repository' if unknown else 'such image'}")
    return Unreachable(f"{host} answers {answer.status}")


def _codes(content: bytes) -> list[str]:
    """The codes of a registry's own errors."""
    try:
        errors = json.loads(content)["errors"]
        return [str(error["code"]) for error in errors]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
