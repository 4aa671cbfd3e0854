"""Credentials in the files of a repository, found by the detectors of Kingfisher.

It knows some hundred kinds of tokens and keys by the forms that their issuers gave them, checks
what surrounds them, and looks into Base64. Only its scanner is used, which works offline. Its
Validator and Revoker, which show a credential to its issuer, are never called.
https://github.com/mongodb/kingfisher
"""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tools.source.cache import cache_folder
from tools.source.place import Place, SourceError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from kingfisher_sdk import Finding, Scanner

    from tools.source.tracked import File, Tracked


class Leak(NamedTuple):
    """A credential in a file: what it is in the words of its detectors, and how long.

    `text` is that of the file: whoever keeps a leak keeps the credential.
    """

    place: Place
    kind: str
    length: int
    text: str


@lru_cache(maxsize=1)
def load_detectors() -> "Future[Scanner]":
    """Begin to load the detectors, in a thread: that takes longer than to search the files."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1).submit(_scanner)


def _scanner() -> "Scanner":
    try:
        from kingfisher_sdk import Rules, Scanner
    except ImportError as error:
        sentence = f"kingfisher-secret-scanner cannot be loaded ({error}); install it"
        raise SourceError(sentence) from error
    folder = cache_folder(os.environ)
    compiled = folder / "detectors" if folder else None
    return Scanner(Rules(cache=compiled is not None, cache_dir=compiled))


def leaks_of(tracked: "Tracked") -> Iterator[Leak]:
    """The credentials in the files of a repository. Raises SourceError."""
    scanner = load_detectors().result()
    from kingfisher_sdk import ScanInput

    for file in tracked.files():
        yield from _leaks(file, scanner.scan_input(ScanInput(file.name, data=file.content)))


def _leaks(file: "File", found: "list[Finding]") -> Iterator[Leak]:
    """What several detectors see in one place is one leak, and so is what lies inside another."""
    kinds: dict[tuple[int, int], list[Finding]] = {}
    for finding in found:
        if finding.visible and finding.rule_id not in _LEFT_OUT and not _is_sample(finding):
            at = finding.location
            kinds.setdefault((at["start_offset"], -at["end_offset"]), []).append(finding)
    last = -1
    for (start, negative), findings in sorted(kinds.items(), key=lambda item: item[0]):
        if -negative > last:
            last = -negative
            yield _leak(file, start, findings)


def _leak(file: "File", start: int, findings: "list[Finding]") -> Leak:
    line = findings[0].location["line"]
    before = file.content[file.content.rfind(b"\n", 0, start) + 1 : start]
    column = len(before.decode("utf-8", "replace")) + 1
    kinds = sorted({_KIND.sub("", finding.rule_id) for finding in findings})
    length = max(len(finding.secret) for finding in findings)
    text = file.content.decode("utf-8", "replace")
    return Leak(Place(file.name, line, column), " or ".join(kinds), length, text)


def _is_sample(finding: "Finding") -> bool:
    """Whether the password of a URL is one that documentation and tests write."""
    captures = {name: text.casefold() for name, text in finding.captures.items()}
    password, host = captures.get("password"), captures.get("host")
    if password is None or host is None:
        return False
    demonstrates = password in _SAMPLES or password == captures.get("username")
    return demonstrates or re.search(_NO_HOST, host) is not None


_KIND = re.compile(r"^(?:[a-z]+\.)?(?:secrets/)?")
_LEFT_OUT = frozenset(
    # Secrets among manifests have a rule of their own.
    {"betterleaks.kubernetes-secret-yaml"}
    # These go by the command around a word, in whose place documentation writes anything.
    | {"betterleaks.curl-auth-header", "betterleaks.curl-auth-user"}
)
_SAMPLES = frozenset(
    {"admin", "changeit", "changeme", "example", "guest", "mysecretpassword", "pass", "password"}
    | {"passwd", "postgres", "pw", "pwd", "root", "secret", "test", "token", "user", "xxx"}
)
_NO_HOST = (
    r"(?:^|\.)(?:localhost|example(?:\.(?:com|net|org))?|test|invalid)(?::\d+)?$"
    r"|^127\.|^\[::1\]|^host(?:name)?(?::\d+)?$"
)
"""Hosts that are nobody's: https://www.rfc-editor.org/rfc/rfc2606"""
