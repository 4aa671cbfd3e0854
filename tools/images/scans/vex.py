"""OpenVEX documents: which vulnerabilities do not matter in which image, and who says so.

https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md, v0.2.0, and the v0.0.1 before it, in
which vulnerabilities, products and subcomponents were plain texts.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

from tools.images.scans.fields import child, moment, text, texts
from tools.images.scans.report import Identity, Unusable, Vulnerability

CONTEXT = "https://openvex.dev/ns"
STATUSES = ("not_affected", "affected", "fixed", "under_investigation")
HARMLESS = ("not_affected", "fixed")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ALGORITHMS = {"sha-256": "sha256", "sha-512": "sha512"}
_OCI = "pkg:oci/"
_HUB = "index.docker.io/"


class Product(NamedTuple):
    """What a statement is about. `parts` are packages in it, None if it is about all of it; one
    that cannot be understood is "", and is no package.
    """

    purls: tuple[str, ...]
    digests: frozenset[str]
    parts: tuple[str, ...] | None


class Statement(NamedTuple):
    """One statement of a document."""

    file: str
    vulnerabilities: frozenset[str]
    products: tuple[Product, ...]
    status: str
    made: datetime

    @property
    def is_harmless(self) -> bool:
        """Whether the vulnerability does not matter, because of what was said."""
        return self.status in HARMLESS


class Vex:
    """All statements that a repository trusts. Later ones replace earlier ones about the same."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements = sorted(statements, key=lambda statement: statement.made)

    def last(self, found: Vulnerability, image: Identity) -> Statement | None:
        """The last statement about a vulnerability of an image."""
        about = [
            statement
            for statement in self.statements
            if not statement.vulnerabilities.isdisjoint(found.names)
            and any(_covers(product, found, image) for product in statement.products)
        ]
        return about[-1] if about else None


def statements(data: object, file: str) -> Iterator[Statement]:
    """The statements of a document. Raises Unusable for what is none."""
    if not text(data, "@context").startswith(CONTEXT):
        raise Unusable("is no OpenVEX document: its @context is another")
    made = moment(data, "timestamp") or _LONG_AGO
    entries = child(data, "statements")
    if not isinstance(entries, list) or not entries:
        raise Unusable("has no statements")
    for number, entry in enumerate(entries, 1):
        status = text(entry, "status")
        if status not in STATUSES:
            known = ", ".join(STATUSES)
            raise Unusable(f"has a statement, number {number}, whose status is none of {known}")
        reasons = ("justification", "impact_statement")
        if status == "not_affected" and not any(text(entry, name) for name in reasons):
            raise Unusable(f"has a statement, number {number}, that says not_affected and not why")
        yield Statement(
            file,
            frozenset(_names(child(entry, "vulnerability"))),
            tuple(_products(entry)),
            status,
            moment(entry, "timestamp") or made,
        )


def _names(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    yield from filter(None, (text(data, "name"), text(data, "@id").rpartition("/")[2]))
    yield from texts(data, "aliases")


def _products(entry: object) -> Iterator[Product]:
    listed = child(entry, "products")
    # Where everything was text, the parts were those of all products together.
    shared = _parts(entry)
    for product in listed if isinstance(listed, list) else ():
        if isinstance(product, str):
            yield Product((product,), frozenset(), shared)
        elif isinstance(product, dict):
            named = (text(product, "@id"), text(product, "identifiers", "purl"))
            own = _parts(product)
            parts = shared if own is None else own
            yield Product(tuple(filter(None, named)), frozenset(_hashes(product)), parts)


def _parts(data: object) -> tuple[str, ...] | None:
    listed = child(data, "subcomponents")
    if listed is None or listed == []:
        return None
    return tuple(map(_part, listed)) if isinstance(listed, list) else ("",)


def _part(data: object) -> str:
    if isinstance(data, str):
        return data
    return text(data, "identifiers", "purl") or text(data, "@id")


def _hashes(product: object) -> Iterator[str]:
    hashes = child(product, "hashes")
    for algorithm, value in hashes.items() if isinstance(hashes, dict) else ():
        if algorithm in _ALGORITHMS and isinstance(value, str):
            yield f"{_ALGORITHMS[algorithm]}:{value}"


def _covers(product: Product, found: Vulnerability, image: Identity) -> bool:
    """Whether a product is the image, and its parts, if it names any, have the package.

    The product may also be the package itself, in whatever image it is.
    """
    is_image = not product.digests.isdisjoint(image.digests) or any(
        _is_image(purl, image) for purl in product.purls
    )
    if is_image:
        parts = product.parts
        return parts is None or any(_same_package(part, found.purl) for part in parts)
    packages = (purl for purl in product.purls if not purl.startswith(_OCI))
    return product.parts is None and any(_same_package(purl, found.purl) for purl in packages)


def _is_image(purl: str, image: Identity) -> bool:
    """`pkg:oci/web@sha256%3A…?repository_url=registry.example.com/shop/web`; a digest decides.

    https://github.com/package-url/purl-spec, type oci
    """
    bare, _, query = purl.partition("#")[0].partition("?")
    called, _, version = unquote(bare).removeprefix(_OCI).partition("@")
    given = {name: values[0] for name, values in parse_qs(query).items()}
    if not purl.startswith(_OCI) or not _lives_there(given.get("repository_url", ""), image):
        return False
    if "arch" in given and not _runs_only_on(given["arch"], image):
        return False
    if version:
        return version in image.digests
    is_tag = given.get("tag", image.reference.tag) == image.reference.tag
    is_named = image.reference.name.rpartition("/")[2] == called
    return "repository_url" in given and is_tag and is_named


def _lives_there(url: str, image: Identity) -> bool:
    """Whether a repository, with the image's last name or without it, is the image's own."""
    where = url.rstrip("/")
    if where.startswith(_HUB):
        where = "docker.io/" + where.removeprefix(_HUB)
    name = image.reference.name
    return where in ("", name, name.rpartition("/")[0])


def _runs_only_on(architecture: str, image: Identity) -> bool:
    found = {platform.split("/")[1] for platform in image.platforms if "/" in platform}
    return found == {architecture}


def _same_package(part: str, purl: str) -> bool:
    """Whether a part is the package, qualifiers such as the architecture aside.

    One without a version stands for all versions.
    """
    one, other = (unquote(given.partition("#")[0].partition("?")[0]) for given in (part, purl))
    if not one.startswith("pkg:") or not other:
        return False
    return one == other or ("@" not in one.rpartition("/")[2] and one == other.rpartition("@")[0])
