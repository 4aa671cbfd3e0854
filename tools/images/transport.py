"""GET over HTTP with a limit on everything that a server can do to us.

No answer may take for ever, be larger than agreed, or lead credentials to another host.
"""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from tools.images.failure import Unreachable, Untrustworthy

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

_CHUNK = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
PASSING = frozenset({429, 500, 502, 503, 504})
"""Answers of a server that may answer otherwise in a moment."""
_LONGEST_WAIT = 60.0
_SLOWEST = 16 * 1024
"""Bytes in a second."""
_PORTS = {"http": 80, "https": 443}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Answer(NamedTuple):
    """A whole answer; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Transport:
    """Connections to registries. `patience` is in seconds, `attempts` the times a server is asked.

    `ca_file` has certificates to trust beside the system's. `sleep` waits between attempts.
    """

    def __init__(
        self,
        patience: float = 30.0,
        attempts: int = 4,
        ca_file: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._patience = patience
        self._attempts = attempts
        self._ca_file = ca_file
        self._sleep = sleep
        self._pools: dict[str, PoolManager] = {}
        self._guard = threading.Lock()

    def get(
        self,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask until there is an answer that is more than a passing failure.

        `form` makes it a POST. Raises Unreachable, and Untrustworthy for more than `limit` bytes.
        """
        for attempt in range(self._attempts - 1):
            after = None
            try:
                answer = self._once(url, headers, limit, form)
                if answer.status not in PASSING:
                    return answer
                after = answer.headers.get("retry-after")
            except Unreachable:
                pass  # told if the last attempt ends the same way
            self._sleep(self._wait(attempt, after, url))
        return self._once(url, headers, limit, form)

    def _once(
        self, url: str, headers: Mapping[str, str], limit: int, form: Mapping[str, str] | None
    ) -> Answer:
        with self._opened(url, headers, form) as response:
            names = {name.lower(): value for name, value in response.headers.items()}
            is_read = response.status not in PASSING
            content = b"".join(self._body(response, limit, url)) if is_read else b""
            return Answer(response.status, names, content)

    @contextmanager
    def stream(
        self, url: str, headers: Mapping[str, str], limit: int
    ) -> Iterator[tuple[int, Mapping[str, str], Iterator[bytes]]]:
        """Ask once; the status, the headers, and the body while it arrives."""
        with self._opened(url, headers, None) as response:
            names = {name.lower(): value for name, value in response.headers.items()}
            yield response.status, names, self._body(response, limit, url)

    def pause(self, attempt: int, headers: Mapping[str, str], url: str) -> None:
        """Wait before another attempt, as long as the server wants."""
        self._sleep(self._wait(attempt, headers.get("retry-after"), url))

    def _wait(self, attempt: int, after: str | None, url: str) -> float:
        """Seconds to wait. Raises Unreachable if the server wants more than anybody has."""
        asked = _seconds(after)
        if asked > _LONGEST_WAIT:
            sentence = f"{host_of(url)} wants to be left alone for {asked:.0f} seconds"
            raise Unreachable(f"{sentence}; try again then")
        # Not to the moment: others were refused at the same time.
        backoff: float = 0.5 * 2.0**attempt * (1 + random.random() / 2)
        return max(asked, backoff)

    @contextmanager
    def _opened(
        self, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> "Iterator[BaseHTTPResponse]":
        """The last answer of a chain of redirects."""
        sent = {**headers, "Accept-Encoding": "identity", "User-Agent": "gitops-gate"}
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._ask(url, sent, form)
            if response.status not in _REDIRECTS or not response.headers.get("Location"):
                break
            _close(response)
            target = _target(url, response.headers["Location"], form is not None)
            if _origin(target) != _origin(url):
                sent.pop("Authorization", None)
            url = target
        else:
            raise Unreachable(f"{host_of(url)} redirects without end")
        try:
            yield response
        finally:
            _close(response)

    def _ask(
        self, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> "BaseHTTPResponse":
        """One answer with its body unread.

        In a thread that is given up when time is over: headers that arrive byte by byte never make
        a socket time out.
        """
        from urllib3.exceptions import HTTPError

        pool = self._pool(url)
        answers: queue.SimpleQueue[BaseHTTPResponse | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(
                    pool.request(
                        "GET" if form is None else "POST",
                        url,
                        body=urlencode(form) if form is not None else None,
                        headers={**headers, **(_FORM if form is not None else {})},
                        redirect=False,
                        retries=False,
                        timeout=self._patience,
                        preload_content=False,
                        decode_content=False,
                    )
                )
            except (HTTPError, OSError, ValueError) as error:
                answers.put(error)

        threading.Thread(target=ask, daemon=True).start()
        try:
            answer = answers.get(timeout=1.5 * self._patience)
        except queue.Empty:
            raise Unreachable(f"{host_of(url)} gives no answer in time") from None
        if isinstance(answer, Exception):
            raise Unreachable(f"{host_of(url)} {_reason(answer)}") from answer
        return answer

    def _body(self, response: "BaseHTTPResponse", limit: int, url: str) -> Iterator[bytes]:
        from urllib3.exceptions import HTTPError

        received, started = 0, time.monotonic()
        try:
            while chunk := response.read1(_CHUNK, decode_content=False):
                received += len(chunk)
                if received > limit:
                    sentence = f"{host_of(url)} answers with more than {limit:,} bytes"
                    raise Untrustworthy(sentence)
                yield chunk
                elapsed = time.monotonic() - started
                if elapsed > self._patience and received < elapsed * _SLOWEST:
                    raise Unreachable(f"{host_of(url)} sends less than {_SLOWEST:,} bytes a second")
        except (HTTPError, OSError) as error:
            raise Unreachable(f"{host_of(url)} {_reason(error)}") from error

    def _pool(self, url: str) -> "PoolManager":
        """The connections for an address: direct, or by the proxy that the environment names."""
        from urllib.request import getproxies, proxy_bypass

        parts = urlsplit(url)
        proxy = getproxies().get(parts.scheme, "")
        if not proxy or proxy_bypass(parts.hostname or "") or is_loopback(url):
            proxy = ""
        with self._guard:
            if proxy not in self._pools:
                self._pools[proxy] = self._made(proxy)
            return self._pools[proxy]

    def _made(self, proxy: str) -> "PoolManager":
        import ssl

        from urllib3 import PoolManager, ProxyManager

        context = ssl.create_default_context()
        if self._ca_file:
            try:
                context.load_verify_locations(self._ca_file)
            except (OSError, ssl.SSLError) as error:
                raise Unreachable(f"{self._ca_file} holds no certificate: {error}") from error
        if proxy:
            return ProxyManager(proxy, ssl_context=context, maxsize=8)
        return PoolManager(ssl_context=context, maxsize=8)


def host_of(url: str) -> str:
    """What may be told of an address: paths and queries can hold signatures."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2]


def is_loopback(url: str) -> bool:
    """Whether an address is on this very machine."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def speaks_tls(host: str) -> bool:
    """Whether a server on this machine, `localhost:5000`, encrypts; nothing is sent to it."""
    import socket
    import ssl

    parts = urlsplit(f"https://{host}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        address = (parts.hostname or "", parts.port or _PORTS["https"])
        with socket.create_connection(address, timeout=2) as connection:
            context.wrap_socket(connection, server_hostname=parts.hostname).close()
    except OSError:
        return False
    return True


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return parts.scheme, parts.hostname or "", port


def _target(url: str, location: str, is_login: bool) -> str:
    """Where a redirect leads. Raises Untrustworthy for a place that nobody should follow to."""
    try:
        target = urljoin(url, location)
        scheme, host, _ = _origin(target)
    except ValueError:
        target, scheme, host = "", "", ""
    if scheme not in _PORTS or not host:
        raise Untrustworthy(f"{host_of(url)} redirects to what is no web address")
    if urlsplit(url).scheme == "https" and scheme != "https":
        raise Untrustworthy(f"{host_of(url)} redirects to {host} without encryption")
    if is_login:
        raise Untrustworthy(f"{host_of(url)} redirects a login to {host}")
    return target


def _seconds(after: str | None) -> float:
    """What `Retry-After` asks for, in seconds or as a date; 0 for nothing that is understood."""
    if after is None:
        return 0.0
    if after.strip().isdigit():
        return float(after)
    try:
        return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
    except ValueError:
        return 0.0


def _close(response: "BaseHTTPResponse") -> None:
    """Give up a connection whose answer nobody read to its end."""
    response.close()


def _reason(error: Exception) -> str:
    from urllib3.exceptions import (
        IncompleteRead,
        NameResolutionError,
        NewConnectionError,
        ProtocolError,
        SSLError,
        TimeoutError,
    )

    cause = getattr(error, "reason", None)
    error = cause if isinstance(cause, Exception) else error
    words: tuple[tuple[type[Exception], str], ...] = (
        (NameResolutionError, "is no host that can be found"),
        (NewConnectionError, "cannot be connected to"),
        (TimeoutError, "gives no answer in time"),
        (IncompleteRead, "ends the connection in the middle of its answer"),
        (SSLError, f"offers no encryption that can be trusted: {_short(error)}"),
        (ProtocolError, "ends the connection in the middle of its answer"),
    )
    for kind, sentence in words:
        if isinstance(error, kind):
            return sentence
    return "cannot be talked to"


def _short(error: Exception) -> str:
    """What the library for encryption says, without the name of its own source file."""
    said = str(error.args[0] if error.args else error)
    verify = said.partition("certificate verify failed: ")[2]
    return (verify or said).partition(" (_ssl")[0][:200]
