"""Where something stands in the repository. This module imports nothing of ours."""

from typing import NamedTuple

FieldPath = tuple[str | int, ...]
"""Map keys and list indexes from the root of an object: `("spec", "containers", 0, "image")`."""


class Place(NamedTuple):
    """A position in a tracked file.

    `file` is relative to the repository root with `/` separators; `line` and `column` count from 1.
    """

    file: str
    line: int
    column: int


class SourceError(Exception):
    """Something in Git that cannot be read or must not be rendered: one sentence and its place."""

    def __init__(self, sentence: str, place: Place | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.place = place


def dotted(path: FieldPath) -> str:
    """A field path as people write it: `spec.containers[0].image`, `metadata.labels['a.b/c']`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("-", "").replace("_", "").isalnum():
            text += f".{part}" if text else part
        else:
            text += f"[{part!r}]"
    return text
