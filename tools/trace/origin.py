"""Where values come from: a text, the layer it belongs to, and how its scalars are read."""

from collections.abc import Callable
from typing import Any, NamedTuple

from yaml.nodes import ScalarNode

from tools.source.document import scalar
from tools.source.embedded import Position
from tools.source.place import Place

_TAG = "tag:yaml.org,2002:"
_TRUTH = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})


class Mark(NamedTuple):
    """A position in a text, from 0."""

    line: int
    column: int


class Spot:
    """Stands for a node where there is none: one position of a file that is not YAML."""

    __slots__ = ("start_mark",)

    def __init__(self, line: int, column: int = 0) -> None:
        self.start_mark = Mark(line, column)


class Source:
    """What a value comes from: the file, the layer, and how positions in a text become places.

    `file` None says that Kustomize itself made the value, and then `reason` says how. `typed`
    turns a scalar node into its value; `position` maps line and column (from 0) of a text that is
    embedded in the file to those of the file. `turn` says when in the build its values are set.
    `is_rewritten` says that Kustomize has written the values as JSON and read them back, so that
    nothing is left of how they were written here.
    """

    __slots__ = ("_twin", "file", "is_rewritten", "layer", "position", "reason", "turn", "typed")

    def __init__(
        self,
        file: str | None,
        layer: str,
        typed: Callable[[ScalarNode], Any] = scalar,
        position: Position | None = None,
        reason: str | None = None,
    ) -> None:
        self.file = file
        self.layer = layer
        self.typed = typed
        self.position = position
        self.reason = reason
        self.turn = 0
        self.is_rewritten = False
        self._twin: Source | None = None

    @property
    def first_counts(self) -> bool:
        """Whether Kustomize takes the first of two equal keys: it does so in merge patches only."""
        return self.layer == "patch" and self.typed is resource_scalar

    def place(self, line: int, column: int) -> Place | None:
        """The place of a position counted from 0."""
        if self.file is None:
            return None
        if self.position is not None:
            line, column = self.position(line, column)
        return Place(self.file, line + 1, column + 1)

    def at(self, turn: int) -> "Source":
        """This source, with the step of the build at which its values are set."""
        self.turn = turn
        return self

    def as_layer(self, layer: str, reason: str | None = None) -> "Source":
        """The same text, with what it sets counted to another layer."""
        reason = reason or self.reason
        found = Source(self.file, layer, self.typed, self.position, reason).at(self.turn)
        found.is_rewritten = self.is_rewritten
        return found

    def rewritten(self) -> "Source":
        """The same text, its values written as JSON and read back."""
        if self.is_rewritten:
            return self
        if self._twin is None:
            self._twin = self.as_layer(self.layer)
            self._twin.is_rewritten = True
        return self._twin


def resource_scalar(node: ScalarNode) -> Any:
    """The value of a scalar in a resource or strategic merge patch.

    Kustomize reads these with go-yaml v3, for which `yes` and `on` are strings:
    https://github.com/yaml/go-yaml/blob/v3/resolve.go.
    """
    if node.tag == _TAG + "bool" and node.value not in _TRUTH:
        return node.value
    return scalar(node)
