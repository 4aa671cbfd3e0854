"""What each entry of a kustomization did while the objects were built: the log of a replay."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tools.source.place import Place

if TYPE_CHECKING:
    from tools.trace.objects import Object

Kind = Literal[
    "patch", "images", "replicas", "replacement", "labels", "commonLabels", "commonAnnotations",
    "namespace", "namePrefix", "nameSuffix", "configMapGenerator", "secretGenerator", "generator",
    "transformer", "resource", "document",
]  # fmt: skip
"""What an entry is. `patch` stands for the three fields that hold patches; `generator` and
`transformer` for builtin plugins that are configured in files (one entry each); `resource` for an
entry that brings an object which is there already, and `document` for one whose file holds what is
no complete object; neither for any other entry of `resources`."""

MISSING: Any = object()
"""Stands in `Operation.before` where an operation found nothing at its path."""


class Mistake(NamedTuple):
    """Something wrong with an entry, which the replay came upon.

    `stops` says that Kustomize stops at it; otherwise it goes on and does something else than was
    meant. `certain` says that the text alone shows it; otherwise it follows from the objects as the
    replay has built them. `name` is what was written and `known` what could have been meant, both
    empty where that is no question.
    """

    place: Place
    sentence: str
    remedy: str
    stops: bool = True
    certain: bool = True
    name: str = ""
    known: tuple[str, ...] = ()
    related: tuple[tuple[Place, str], ...] = ()


class Mistaken(Exception):
    """An entry cannot be applied because of a mistake in it."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.sentence)
        self.mistake = mistake


class Target(NamedTuple):
    """The objects a patch or a replacement asks for; "" asks for nothing.

    `place` is where the selector stands; for a strategic merge patch without a selector the
    identity in the patch itself, and then `place` is that of the patch.
    """

    place: Place
    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    labels: str = ""
    annotations: str = ""


class Operation(NamedTuple):
    """One operation of a JSON 6902 patch.

    `path` is the JSON pointer as written, `tokens` its parts unescaped. `before` holds for each
    object that it was applied to what stood at the path just before: plain data, or MISSING.
    """

    op: str
    path: str
    tokens: tuple[str, ...]
    value: Any
    source: str
    place: Place
    before: Sequence[Any]


class Patch(NamedTuple):
    """A patch as it was read: `operations` for JSON 6902, else `merge` holds its plain data.

    `file` is the file that holds the patch: the kustomization itself for an inline one. `place`
    is where the patch begins, `target` what it selects.
    """

    file: str
    inline: bool
    place: Place
    target: Target
    operations: tuple[Operation, ...] = ()
    merge: Any = None

    @property
    def is_json(self) -> bool:
        """Whether it is a JSON 6902 patch; a strategic merge patch otherwise."""
        return self.merge is None


class Application:
    """What one entry of a kustomization did. Entries that ran more than once (a component that
    several kustomizations use) are one Application.

    `place` is the entry in the kustomization, `folder` that kustomization's folder, `field` the
    field of the kustomization that holds the entry (`patches`, `patchesJson6902` ...), `entry`
    the plain data of the entry. For a `patch` whose text holds several documents there is one
    Application per document; for a `replacement` one per target; for labels and annotations
    one per pair.

    `matched` counts the objects that the entry selected, `objects` are these objects as far as
    they are alive at the end (what a generator makes and another one merges with is not: the
    result belongs to the other one). `changed` says whether any field of any of the objects
    differed afterwards, compared field by field. `unknown` gives the reason where the replay could
    not find that out; then `matched` and `changed` say nothing. `mistakes` are those of the entry,
    each once; where one of them stops Kustomize, it is the reason in `unknown`, too.
    """

    # Written out: importing `dataclasses` takes longer than to replay many a tree.
    __slots__ = (
        "changed", "entry", "field", "folder", "kind", "matched", "mistakes", "objects", "patch",
        "place", "unknown",
    )  # fmt: skip

    def __init__(self, kind: Kind, place: Place, folder: str, field: str, entry: Any) -> None:
        self.kind = kind
        self.place = place
        self.folder = folder
        self.field = field
        self.entry = entry
        self.matched = 0
        self.changed = False
        self.objects: tuple[Object, ...] = ()
        self.patch: Patch | None = None
        self.unknown: str | None = None
        self.mistakes: tuple[Mistake, ...] = ()

    def note(self, mistake: Mistake) -> None:
        """Add a mistake."""
        if mistake not in self.mistakes:
            self.mistakes += (mistake,)
        if mistake.stops and self.unknown is None:
            self.unknown = mistake.sentence
