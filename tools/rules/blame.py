"""Which field a problem is about, where that stands, and which findings only follow from it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from tools.kubernetes.resource import Ref, Resource
from tools.rules.finding import Finding, Related
from tools.rules.rule import Cause, Consequences, Problem, Rule
from tools.source.place import FieldPath, Place
from tools.trace.location import Location


class Locate(Protocol):
    """Finds the place of a field, or of a part of the image there; `kustomization` names a field
    of a kustomization that may set it.
    """

    def __call__(
        self, resource: Resource, path: FieldPath, kustomization: str = "", part: str = ""
    ) -> Location: ...


class Blamed(NamedTuple):
    """The field that a finding is about, its place, and the other places that matter.

    `also` are the other fields of the same object that are wrong together with it.
    """

    resource: Resource
    path: FieldPath
    place: Place | None
    related: tuple[Related, ...]
    also: tuple[FieldPath, ...] = ()


def blame(problem: Problem, resource: Resource, locate: Locate) -> Blamed:
    """Find the field to change. `resource` is the object of a problem that names none."""
    path = problem.path
    others: list[tuple[str, Location]] = []
    located = [(cause, locate(cause.resource, cause.path)) for cause in problem.causes]
    if located:
        (resource, path, words), location = _set_last(located)
        others += _one_of_each(pair for pair in located if pair[0].words != words)
        path = problem.path if path == problem.causes[0].path else path
    else:
        edit = path if problem.edit is None else problem.edit
        location = locate(resource, edit, problem.kustomization, problem.part)
    others += [(words, locate(other, at)) for other, at, words in problem.related]
    related = [Related(at.place, words) for words, at in others if at.place]
    if location.overrides and location.path == path:
        related.append(Related(location.overrides[0].place, "set first here"))
    place = (location.key if problem.at_key else None) or location.place
    if place and location.place and place.line != location.place.line:
        related.append(Related(location.place, "its value stands here"))
    removal = _last_removal(problem, locate)
    if removal and removal.place:
        if place and removal.turn > location.turn:
            place, other = removal.place, Related(place, "what it affects")
        else:
            other = Related(removal.place, "removed here")
        related.insert(0, other)
    also = tuple(cause.path for cause in problem.causes if cause.resource is resource)
    return Blamed(resource, path, place, tuple(related), also)


def _last_removal(problem: Problem, locate: Locate) -> Location | None:
    """The last of the patches that took away what is missing."""
    found = [locate(other, at) for other, at in problem.missing]
    return max((one for one in found if one.removed), key=lambda one: one.turn, default=None)


def _set_last(located: Iterable[tuple[Cause, Location]]) -> tuple[Cause, Location]:
    """The cause that Kustomize applied last; the first of those that were set side by side."""
    return max(located, key=lambda pair: (pair[1].place is not None, pair[1].turn))


def _one_of_each(
    located: Iterable[tuple[Cause, Location]],
) -> Iterator[tuple[str, Location]]:
    """Of several fields with the same words, such as those of a probe, the one set last."""
    groups: dict[str, list[tuple[Cause, Location]]] = {}
    for pair in located:
        groups.setdefault(pair[0].words, []).append(pair)
    for words, group in groups.items():
        yield words, _set_last(group)[1]


def consequences(
    findings: Sequence[Finding],
    explained: Iterable[tuple[Finding, Consequences]],
    rules: Mapping[str, Rule],
) -> set[int]:
    """Which findings, by identity, only follow from another one of no lower severity.

    What follows from a consequence follows as well. Of findings that explain each other the first
    stays; and a rule explains nothing of a rule to which it defers.
    """
    about: dict[Ref | None, list[Finding]] = {}
    for finding in findings:
        about.setdefault(finding.resource, []).append(finding)
    causes: dict[int, Finding] = {}
    for by, what in explained:
        deferred = rules[by.rule].defers_to
        for finding in about.get(what.resource.ref, ()):
            if (
                id(finding) not in causes
                and finding.rule not in deferred
                and _is_among(finding, by, what)
                and finding not in _behind(by, causes)
            ):
                causes[id(finding)] = by
    return set(causes)


def _is_among(finding: Finding, by: Finding, what: Consequences) -> bool:
    """Whether a finding of another rule is about what a finding explains.

    A credential follows from nothing: it has to be renewed, whatever else is mended.
    """
    return (
        by.rule != finding.rule
        and not finding.confidential
        and by.severity >= finding.severity
        and any(_is_in(path, what) for path in (finding.path, *finding.also))
    )


def _is_in(path: FieldPath, what: Consequences) -> bool:
    return path in what.exactly or any(path[: len(above)] == above for above in what.below)


def _behind(finding: Finding, causes: Mapping[int, Finding]) -> Iterator[Finding]:
    """A finding, and those from which it follows."""
    cause: Finding | None = finding
    while cause:
        yield cause
        cause = causes.get(id(cause))
