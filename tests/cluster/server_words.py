"""The field paths in what the API server says, in each of the forms in which it says them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.cluster.answer import Answer
from tools.source.place import FieldPath

_STRICT = re.compile(r'(?:unknown|duplicate) field "((?:[^"\\]|\\.)*)"')
_GO_FIELD = re.compile(r"Go struct field \w*\.([\w.\-/]+) of type")
_PART = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]|([^.\[\]]+)")
_STATE_CODES = frozenset({403, 404, 409, 429, 503, 504})
_STATE = re.compile(
    r"failed to allocate|is not in the valid range|already allocated|no service account|"
    r"The range of valid IPs is"
)


class Named(NamedTuple):
    """A field that the server names. `counts` says whether it numbers the entries of lists.

    Go's JSON decoder names neither entries of lists nor keys of maps.
    """

    path: tuple[str, ...]
    counts: bool

    def is_ours(self, path: FieldPath) -> bool:
        """Whether one of our field paths is the same field."""
        if self.counts:
            return tuple(map(str, path)) == self.path
        plain = tuple(part for part in path if isinstance(part, str))
        return plain == self.path


def named(answer: Answer) -> list[Named]:
    """Every field that a refusal names; [] if it names none.

    A number that cannot be a quantity, a time that is none and bad base64 are refused by decoders
    that do not know which field they are at.
    """
    return list(dict.fromkeys(_named(answer)))


def depends_on_state(answer: Answer) -> bool:
    """Whether the answer depends on what is in the cluster, or on how that was set up.

    403 of the admission of pods, for a ServiceAccount, PriorityClass or RuntimeClass that is not
    there; 404 of a namespace; 409 of a name that is taken; an address outside of the range that the
    API server was started with, or a port that another Service has. No tool without the cluster can
    know these, so they count neither as agreement nor as disagreement.
    """
    return answer.code in _STATE_CODES or (
        not answer.accepted and bool(_STATE.search(answer.message))
    )


def _named(answer: Answer) -> Iterator[Named]:
    for text in answer.fields:
        if text not in ("", "<nil>"):
            yield Named(path_of(text), counts=True)
    if answer.code == 400:
        yield from _of_decoder(answer.message)


def _of_decoder(message: str) -> Iterator[Named]:
    for match in _STRICT.finditer(message):
        yield Named(path_of(match[1]), counts=True)
    for match in _GO_FIELD.finditer(message):
        # Go names embedded structs too: spec.PersistentVolumeSource.cinder.
        parts = (part for part in match[1].split(".") if not part[:1].isupper())
        yield Named(tuple(parts), counts=False)


def path_of(text: str) -> tuple[str, ...]:
    """`spec.containers[0].resources.limits[a.b]` in its parts."""
    return tuple(inside or name for inside, name in _PART.findall(text))


def shape(message: str) -> str:
    """A message without the values in it, so that messages about the same mistake are the same."""
    line = re.sub(r'"(?:[^"\\]|\\.)*"', '"…"', message.replace("\n", " "))
    line = re.sub(r"^\S+ … is invalid: ", "", line)
    return re.sub(r"\d+", "#", line)[:160]
