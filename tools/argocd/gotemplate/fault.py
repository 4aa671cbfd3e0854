"""Why a template gives no text."""

from tools.source.place import FieldPath


class Unrenderable(Exception):
    """What a template needs and cannot be had here; the text names it.

    `stops` says that Argo CD gets no text either, and shows an error instead; `path` leads to the
    text, as far as that is known.
    """

    def __init__(self, reason: str, stops: bool = False) -> None:
        super().__init__(reason)
        self.stops = stops
        self.path: FieldPath = ()


def stop(reason: str) -> Unrenderable:
    """What makes Argo CD stop as well."""
    return Unrenderable(reason, True)
