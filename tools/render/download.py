"""One file from a web server, with a limit on everything that a server can do to us."""

import hashlib
import queue
import threading
import time
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

_CHUNK = 1 << 16
_BYTES_PER_SECOND = 16 * 1024
_LATE = "no answer in time"


class Unreachable(Exception):
    """The server did not deliver the file; the text says why in a few words."""


class TooLarge(Exception):
    """The server sent more than the limit."""


def download(url: str, target: Path, patience: float, limit: int) -> str:
    """Write what is at the URL to `target` and return its SHA-256 in hexadecimal.

    A server that does not answer, or stops sending, costs `patience` seconds each; one that only
    trickles, little more. Raises Unreachable, TooLarge beyond `limit` bytes, and OSError if
    `target` cannot be written.
    """
    digest = hashlib.sha256()
    started, received = time.monotonic(), 0
    with _answer(url, patience) as response, target.open("wb") as file:
        expected = response.length
        while chunk := _next(response):
            received += len(chunk)
            if received > limit:
                raise TooLarge(f"more than {limit:,} bytes")
            digest.update(chunk)
            file.write(chunk)
            elapsed = time.monotonic() - started
            if elapsed > 1.5 * patience and received < elapsed * _BYTES_PER_SECOND:
                raise Unreachable(f"it sent less than {_BYTES_PER_SECOND:,} bytes per second")
    if expected is not None and received < expected:
        raise Unreachable(f"the connection ended after {received:,} of {expected:,} bytes")
    return digest.hexdigest()


def _answer(url: str, patience: float) -> HTTPResponse:
    """The response, with its body unread.

    In a thread that is given up when time is over: neither the look-up of a host name nor headers
    that arrive byte by byte heed a socket's timeout.
    """
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()

    def open_url() -> None:
        try:
            answers.put(urlopen(url, timeout=patience))
        except (OSError, HTTPException, ValueError) as error:
            answers.put(error)

    threading.Thread(target=open_url, daemon=True).start()
    try:
        answer = answers.get(timeout=patience)
    except queue.Empty:
        raise Unreachable(_LATE) from None
    if isinstance(answer, Exception):
        raise Unreachable(_reason(answer)) from answer
    if not isinstance(answer, HTTPResponse):
        raise Unreachable("it leads to an address that is not HTTP")
    return answer


def _next(response: HTTPResponse) -> bytes:
    try:
        return response.read1(_CHUNK)
    except (OSError, HTTPException) as error:
        raise Unreachable(f"the connection broke: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        error.close()
        return f"it answered {error.code}"
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return _LATE
    return str(getattr(cause, "strerror", None) or cause)
