"""Fields of JSON that other programs wrote: whatever is not as documented counts as absent."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tools.kubernetes.image_reference import InvalidImage, parse_image

_MOST = 600
"""Characters of a text: more than the longest name of an image has."""
_ALGORITHMS = ("sha256:", "sha512:")


def child(data: object, *names: str) -> Any:
    """What stands below some names, None where the way ends."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def text(data: object, *names: str) -> str:
    """The text below some names on one line, cut where it is very long; "" without one."""
    found = child(data, *names)
    return " ".join(found.split())[:_MOST] if isinstance(found, str) else ""


def texts(data: object, *names: str) -> list[str]:
    """The texts of the list below some names."""
    found = child(data, *names)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def maps(data: object, *names: str) -> Iterator[Mapping[str, Any]]:
    """The objects of the list below some names; nothing for what is no list."""
    found = child(data, *names)
    if isinstance(found, list):
        yield from (item for item in found if isinstance(item, dict))


def moment(data: object, *names: str) -> datetime | None:
    """The time below some names, in UTC; None for what is none, or has no zone."""
    try:
        found = datetime.fromisoformat(text(data, *names))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def day(data: object, *names: str) -> str:
    """The day of the time below some names, "" for none."""
    found = moment(data, *names)
    return found.date().isoformat() if found else ""


def digests_in(*references: str) -> frozenset[str]:
    """The digests of references such as `registry.example.com/web@sha256:…`, or bare ones."""
    ends = (reference.rpartition("@")[2] for reference in references)
    return frozenset(end for end in ends if end.startswith(_ALGORITHMS))


def names_in(*references: str) -> frozenset[str]:
    """Where the images of references live, without tags and digests."""
    found = set()
    for reference in references:
        try:
            found.add(parse_image(reference).name)
        except InvalidImage:
            continue  # a path of an archive, or a bare digest
    return frozenset(found)
