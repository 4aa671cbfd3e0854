"""Image references taken apart: registry, repository, tag and digest.

As the container runtimes do it (normalize.go and regexp.go of
https://github.com/distribution/reference, v0.6), with go-digest's rules for the digest.
"""

import re
from functools import lru_cache
from typing import NamedTuple

HUB = "docker.io"
LATEST = "latest"

_LEGACY_HUB = "index.docker.io"
_OFFICIAL = "library/"
_MOST_PATH = 255
_MOST = 1024
"""Characters: more than the longest registry, repository, tag and digest have together."""

_HOST = (
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*"
)
_DOMAIN = rf"{_HOST}|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?P<registry>{_DOMAIN})/(?P<repository>{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>[^@]+))?",
    re.ASCII,
)
_DIGEST = re.compile(r"(?P<algorithm>[a-z0-9]+(?:[+._-][a-z0-9]+)*):(?P<hex>[0-9a-f]{32,})")
_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")


class InvalidImage(Exception):
    """A text that names no image; the message says what is wrong with it, as `it has no …`."""


class ImageReference(NamedTuple):
    """An image with its defaults filled in; `tag` and `digest` are "" where the text has none."""

    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """`docker.io/library/nginx`: where the image lives, without tag and digest."""
        return f"{self.registry}/{self.repository}"

    @property
    def is_floating(self) -> bool:
        """Whether it names whatever image is the latest, in words or by leaving them out."""
        return not self.digest and self.tag in ("", LATEST)

    def __str__(self) -> str:
        """The same image is always the same text, with `latest` where nothing else is said."""
        tag = self.tag or ("" if self.digest else LATEST)
        return self.name + (f":{tag}" if tag else "") + (f"@{self.digest}" if self.digest else "")


@lru_cache(maxsize=1024)
def parse_image(text: str) -> ImageReference:
    """Take an image reference apart. Raises InvalidImage."""
    if len(text) > _MOST:
        raise InvalidImage(f"it has {len(text)} characters")
    if _IDENTIFIER.fullmatch(text):
        raise InvalidImage("64 hexadecimal digits are an image's id, which no registry knows")
    registry, rest = _split(text)
    repository = re.split("[:@]", rest, maxsplit=1)[0]
    if repository != repository.lower():
        raise InvalidImage(f"the repository {repository!r} has upper case letters")
    match = _REFERENCE.fullmatch(f"{registry}/{rest}")
    if match is None or len(match["repository"]) > _MOST_PATH:
        raise InvalidImage(
            "it is not of the form registry/repository:tag or registry/repository@digest"
        )
    digest = match["digest"] or ""
    if digest:
        _check(digest)
    return ImageReference(match["registry"], match["repository"], match["tag"] or "", digest)


def _split(text: str) -> tuple[str, str]:
    """The registry, Docker Hub where none is named, and the rest.

    What comes before the first slash is a registry if it has a dot, a colon or an upper case
    letter, or is `localhost`.
    """
    first, slash, rest = text.partition("/")
    if not slash:
        return HUB, _OFFICIAL + text
    if first == _LEGACY_HUB:
        first = HUB
    elif first != "localhost" and not set(".:") & set(first) and first == first.lower():
        first, rest = HUB, text
    return first, _OFFICIAL + rest if first == HUB and "/" not in rest else rest


def _check(digest: str) -> None:
    match = _DIGEST.fullmatch(digest)
    if match is None:
        raise InvalidImage(f"{digest!r} is no digest, which is an algorithm and lower case digits")
    wanted, found = _DIGITS.get(match["algorithm"]), len(match["hex"])
    if wanted is None:
        raise InvalidImage(f"its digest has the unknown algorithm {match['algorithm']!r}")
    if found != wanted:
        words = f"its digest has {found} hexadecimal digits, {match['algorithm']} has {wanted}"
        raise InvalidImage(words)
