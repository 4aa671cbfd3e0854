"""The field paths in what the API server says, in each of the forms in which it says them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.cluster.answer import Answer
from tools.source.place import FieldPath

_STRICT = re.compile(r'(?:unknown|duplicate) field "((?:[^"\\]|\\.)*)"')
_GO_FIELD = re.compile(r"Go struct field (\w*)\.([\w.\-/]+) of type")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_METADATA = frozenset({"ObjectMeta", "OwnerReference", "ManagedFieldsEntry"})
_STATE_CODES = frozenset({403, 404, 409, 429, 503, 504})
_STATE = re.compile(
    r"failed to allocate|is not in the valid range|already allocated|no service account|"
    r"The range of valid IPs is"
)


_MAPS_OF_SCHEMAS = frozenset({"properties", "patternProperties", "definitions"})


class Named(NamedTuple):
    """A field that the server names, with dots between all parts: keys may have dots of their own.

    `counts` says whether it numbers the entries of lists. Go's JSON decoder does not, and it names
    no keys of maps, so that of a wrong value in a map it names only the map.
    """

    path: str
    counts: bool

    def is_ours(self, path: FieldPath) -> bool:
        """Whether one of our field paths is the same field."""
        if self.counts:
            return ".".join(map(str, path)) == self.path
        return ".".join(_of_structs(path)) == self.path


def _of_structs(path: FieldPath) -> Iterator[str]:
    """The parts that are fields of structs, below which only schemas have maps of structs."""
    parts = (part for part in path if isinstance(part, str))
    for part in parts:
        yield part
        if part in _MAPS_OF_SCHEMAS:
            next(parts, None)


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
            yield Named(dotted(text), counts=True)
    if answer.code == 400:
        yield from _of_decoder(answer.message)


def _of_decoder(message: str) -> Iterator[Named]:
    for match in _STRICT.finditer(message):
        yield Named(dotted(match[1]), counts=True)
    for match in _GO_FIELD.finditer(message):
        # Go names embedded structs too: spec.PersistentVolumeSource.cinder.
        parts = [part for part in match[2].split(".") if not part[:1].isupper()]
        if match[1] in _METADATA and "metadata" not in parts:
            # Of custom objects, metadata is decoded by itself.
            parts.insert(0, "metadata")
        yield Named(".".join(parts), counts=False)


def dotted(text: str) -> str:
    """`spec.containers.0.resources.limits.a.b` for `spec.containers[0].resources.limits[a.b]`."""
    parts = _BRACKETS.sub(r".\1", text)
    return parts.removeprefix(".") if text.startswith("[") else parts


def shape(message: str) -> str:
    """A message without the values in it, so that messages about the same mistake are the same."""
    line = re.sub(r'"(?:[^"\\]|\\.)*"', '"…"', message.replace("\n", " "))
    line = re.sub(r"^\S+ … is invalid: ", "", line)
    return re.sub(r"\d+", "#", line)[:160]
