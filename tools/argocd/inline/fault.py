"""What stops an edit of a kustomization, and values that have to be of one shape for it."""

from typing import Any

from tools.source.place import FieldPath


class Unedited(Exception):
    """Why a kustomization is not edited: one clause.

    `path` leads to the field below `kustomize` that is at fault; `stops` says that Argo CD cannot
    do it either.
    """

    def __init__(self, reason: str, path: FieldPath = (), stops: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.stops = stops


def text_of(value: Any, field: str) -> str:
    """A text. Raises Unedited."""
    if not isinstance(value, str):
        raise Unedited(f"{field} is no text")
    return value


def texts_of(value: Any, field: str) -> list[str]:
    """A list of texts. Raises Unedited."""
    return [text_of(item, field) for item in list_of(value, field)]


def list_of(value: Any, field: str) -> list[Any]:
    """A list. Raises Unedited."""
    if not isinstance(value, list):
        raise Unedited(f"{field} is no list")
    return value


def map_of(value: Any, field: str) -> dict[str, Any]:
    """A map, such as an entry of a list. Raises Unedited."""
    if not isinstance(value, dict):
        raise Unedited(f"{field} has an entry that is no map")
    return value


def argument_of(text: str, field: str) -> str:
    """A text as an argument of a command, where a dash would begin an option."""
    if text.startswith("-"):
        raise Unedited(f"{field} has {text!r}, which Kustomize takes for an option")
    return text
