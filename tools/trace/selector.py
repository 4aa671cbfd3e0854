"""Which objects a selector of a patch or a replacement selects (`api/types/selector.go`)."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from tools.source.place import Place
from tools.trace.application import Mistake, Target
from tools.trace.objects import Id, Object
from tools.trace.value import Map, Scalar, place_of

Matcher = Callable[[str], bool]
_TERM = (
    r"\s*(?P<not>!)?\s*(?P<key>[^\s,=!()]+)"
    r"(?:\s*(?P<sign>==|=|!=)\s*(?P<value>[^\s,]*)|\s+(?P<set>in|notin)\s*\((?P<values>[^)]*)\))?"
    r"\s*(?:,|$)"
)


class CannotSelect(Exception):
    """A selector that Kustomize, or this module, does not understand; `text` is the part of it."""

    def __init__(self, sentence: str, text: str = "") -> None:
        super().__init__(sentence)
        self.text = text

    def mistake(self, selector: Map, fallback: Place) -> Mistake:
        """What is wrong, at the part of the selector that is not understood."""
        values = [v for v in selector.fields.values() if isinstance(v, Scalar)]
        part = next((v for v in values if v.text == self.text), selector)
        remedy = "Correct it, or write the name without special characters."
        return Mistake(place_of(part) or fallback, str(self), remedy, certain=False)


class Selector:
    """A selector: regular expressions that must match as a whole, and label selectors."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._group = _whole(target.group)
        self._version = _whole(target.version)
        self._kind = _whole(target.kind)
        self._name = _whole(target.name)
        self._namespace = _whole(target.namespace)

    def select(self, objects: Iterable[Object]) -> list[Object]:
        """The objects it selects, by their names of now or their first ones."""
        return [obj for obj in objects if self._selects(obj)]

    def _selects(self, obj: Object) -> bool:
        if not (self._kind(obj.kind) and self._group(obj.group) and self._version(obj.version)):
            return False
        now, first = obj.id, obj.original
        if not (self._name(first.name) or self._name(now.name)):
            return False
        if not (
            self._namespace(first.effective_namespace) or self._namespace(now.effective_namespace)
        ):
            return False
        return self.matches_metadata(obj)

    def matches_metadata(self, obj: Object) -> bool:
        """Whether the labels and annotations of an object are as asked for."""
        target = self.target
        return (not target.labels or matches(target.labels, obj.labels())) and (
            not target.annotations or matches(target.annotations, obj.annotations())
        )

    def matches_id(self, one: Id) -> bool:
        """Whether an identity is meant, its namespace taken as written."""
        return (
            self._group(one.group)
            and self._version(one.version)
            and self._kind(one.kind)
            and self._name(one.name)
            and self._namespace(one.namespace)
        )

    @property
    def names_nothing(self) -> bool:
        """Whether it asks for no part of an identity."""
        return not any(self.target[1:6])


def target_of(data: Map, fallback: Place) -> Target:
    """The selector that a map of a kustomization describes."""
    parts = ("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector")
    return Target(place_of(data) or fallback, *(data.text(part) for part in parts))


def _always(text: str) -> bool:
    return True


@lru_cache(maxsize=512)
def _whole(pattern: str) -> Matcher:
    if not pattern:
        return _always
    if pattern.replace("-", "").isalnum():
        return pattern.__eq__
    try:
        compiled = re.compile(rf"(?:{pattern})\Z")
    except re.error as error:
        sentence = f"{pattern!r} is no regular expression that is understood"
        raise CannotSelect(sentence, pattern) from error
    return lambda text: compiled.match(text) is not None


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether labels fit a label selector such as `a=b,c!=d,e in (f,g),!h`."""
    term_of = re.compile(_TERM).match  # here, because most runs need no label selector
    index = 0
    while index < len(selector):
        term = term_of(selector, index)
        if term is None:
            raise CannotSelect(f"{selector!r} is no label selector that is understood", selector)
        if not _fits(term, labels):
            return False
        index = term.end()
    return True


def _fits(term: re.Match[str], labels: Mapping[str, str]) -> bool:
    key = term["key"]
    if term["sign"]:
        equal = labels.get(key) == term["value"]
        return not equal if term["sign"] == "!=" else equal
    if term["set"]:
        wanted = {value.strip() for value in term["values"].split(",")}
        return (labels.get(key) in wanted) == (term["set"] == "in")
    return (key in labels) == (term["not"] is None)
