"""Declare a rule with `@rule`: its module name is the id, its module docstring the page."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any, Literal, NamedTuple

from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath, Place


class Severity(IntEnum):
    """Ordered, so that `--fail-on` is a plain comparison."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """`error`, `warning` or `info`, as every format spells it."""
        return self.name.lower()


class Judges(Enum):
    """What a check is called with, before the target and its options."""

    OBJECT = "each rendered object of the rule's kinds"
    POD = "each pod that a rendered object makes"
    TARGET = "the rendered objects of a target together"
    SOURCE = "the kustomizations and files of a target"
    RELATION = "targets of a run together, after each has been judged"
    REPOSITORY = "the tracked files of the whole repository, of whatever type"
    CONFIGURATION = "policies.yaml, after every target has been judged"


class Cause(NamedTuple):
    """One of several fields that are wrong together, with a few words such as `the limit`."""

    resource: Resource
    path: FieldPath
    words: str


ImagePart = Literal["", "name", "tag", "digest"]
"""A part of an image, "" for all of it."""


class Consequences(NamedTuple):
    """Fields of an object whose findings only follow from a problem.

    `below` are fields that count with all that stands in them, `exactly` those that count alone.
    """

    resource: Resource
    below: tuple[FieldPath, ...]
    exactly: tuple[FieldPath, ...] = ()


class Problem(NamedTuple):
    """A violation at a field of a rendered object, or at the key of the field if `at_key` is set.

    `resource` is only needed where the check judges more than one object; `related` are other
    fields that matter, each with a few words; `remedy` replaces the rule's where a more exact
    one is known; `severity` lowers the rule's for this one.

    `causes` are the fields that contradict each other, if it takes several to be wrong: the
    finding is about the one that was set last, an overlay's rather than its base's, and relates
    the others; of fields that were set side by side it is about the first. `kustomization` is the
    field of a kustomization that gives many objects what this one lacks (`namespace`, `labels`,
    `resources`): where that is what a person would edit, the finding is there. `explains` are
    fields about which other rules are silent then. `missing` are fields, or elements of lists by
    their names, that would make it right: where a patch took one away after the field was set, the
    finding is there; where it did so before, that is related. `part` says that it is only about the
    name, the tag or the digest of an image: an entry of `images` may set each of them in a field of
    its own. `edit` is the field to change where `path`, as the server names it, only holds it.
    `subject` tells several findings of one field apart, whatever words they are told in.
    """

    path: FieldPath
    message: str
    resource: Resource | None = None
    remedy: str | None = None
    related: tuple[tuple[Resource, FieldPath, str], ...] = ()
    severity: Severity | None = None
    at_key: bool = False
    causes: tuple[Cause, ...] = ()
    kustomization: str = ""
    explains: tuple[Consequences, ...] = ()
    part: ImagePart = ""
    missing: tuple[tuple[Resource, FieldPath], ...] = ()
    edit: FieldPath | None = None
    subject: str = ""

    @classmethod
    def between(cls, message: str, *causes: Cause, remedy: str | None = None) -> "Problem":
        """A contradiction between fields; the first is what people usually change."""
        first = causes[0]
        return cls(first.path, message, first.resource, remedy, causes=causes)


class SourceProblem(NamedTuple):
    """A violation at a place in a tracked file; `related` are other places with a few words.

    `stops` says that Kustomize stops at it, must not be started because of it, or renders something
    that is no object: if the target is not judged, this is why. `explains` are fields about which
    other rules are silent then, as of a Problem.
    """

    place: Place
    message: str
    remedy: str | None = None
    related: tuple[tuple[Place, str], ...] = ()
    stops: bool = False
    explains: tuple[Consequences, ...] = ()


class Unjudged(NamedTuple):
    """Something the rule could not judge, and why; blocking unless it is only absent evidence."""

    reason: str
    resource: Resource | None = None
    path: FieldPath = ()
    blocking: bool = False
    place: Place | None = None


class Used(NamedTuple):
    """An entry under `accepted` of the rule's options that accepts what would be a problem."""

    entry: Any


Outcome = Problem | SourceProblem | Unjudged | Used
Check = Callable[..., Iterable[Outcome]]


class BrokenRule(Exception):
    """A module below `policies/` is not one rule: a defect of the toolkit, not of a manifest."""


class Definition(NamedTuple):
    """What a rule does and says: all that takes importing its module."""

    check: Check
    options: Any
    remedy: str
    doc: str
    warm_up: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A check and everything that a setting, a run, a report or a reader needs to know about it.

    `define` gives the rest, and may import the rule's module for it: a run has most rules only
    declared, and defines those that have something to judge.
    """

    id: str
    group: str
    judges: Judges
    severity: Severity
    define: Callable[[], Definition]
    kinds: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()
    defers_to: frozenset[str] = frozenset()
    confidential: bool = False
    looks_around: bool = False

    @property
    def check(self) -> Check:
        """The function that judges."""
        return self.define().check

    @property
    def options(self) -> Any:
        """The options with their defaults, None for a rule without any."""
        return self.define().options

    @property
    def remedy(self) -> str:
        """What to do about a finding, unless that says something better."""
        return self.define().remedy

    @property
    def warm_up(self) -> Callable[[], object] | None:
        """What begins to load what the check needs."""
        return self.define().warm_up

    @property
    def doc(self) -> str:
        """The page: the docstring of the module."""
        return self.define().doc

    @property
    def summary(self) -> str:
        """The requirement in one line."""
        return self.doc.partition("\n")[0]


def rule(  # noqa: PLR0913 - keyword arguments that each rule writes out like a form
    *,
    judges: Judges,
    severity: Severity,
    remedy: str,
    kinds: Iterable[str] = (),
    fields: Iterable[str] = (),
    environments: Iterable[str] = (),
    defers_to: Iterable[str] = (),
    options: type[Any] | None = None,
    confidential: bool = False,
    warm_up: Callable[[], object] | None = None,
    looks_around: bool = False,
) -> Callable[[Check], Rule]:
    """Turn a check into a Rule.

    `kinds` limits an OBJECT rule; other rules about what is rendered are only asked where there is
    an object of one of the kinds, and a RELATION rule without any where there is an environment.
    `fields` are names of fields, annotations or labels: an OBJECT, POD or TARGET rule is only asked
    where some object has one of them, at any depth. Both tell where there is nothing to find, so
    that the rule is not even imported. `environments` names those in which the rule is on by
    default (none: everywhere); `defers_to` names rules that say more about the same mistake: where
    one of them has a finding of no lower severity at the very same place (or at a related one),
    this one has none; `options` is a class of RuleOptions of which every field has a default and
    a docstring below it; `confidential` rules point at what no report may show, so the line is not
    printed; `warm_up` begins what a REPOSITORY rule needs, which is called after all targets;
    `looks_around` says that the check asks for what the folders render to that Applications of the
    target name. The check is called as

        OBJECT    check(resource, target, options)    POD            check(pod, target, options)
        TARGET    check(target, options)              SOURCE         check(target, options)
        RELATION  check(targets, options)             CONFIGURATION  check(waivers, options)
        REPOSITORY  check(tracked, options)

    where `targets` are those of the run that could be judged completely, by path. It yields
    Problem, SourceProblem, Unjudged or Used. What it is given is read-only.
    """

    def declare(check: Check) -> Rule:
        package, _, name = check.__module__.rpartition(".")
        doc = _clean(sys.modules[check.__module__].__doc__ or "")
        definition = Definition(check, options() if options else None, remedy, doc, warm_up)
        return Rule(
            id=name.replace("_", "-"),
            group=package.rpartition(".")[2],
            judges=judges,
            severity=severity,
            define=lambda: definition,
            kinds=frozenset(kinds),
            fields=frozenset(fields),
            environments=frozenset(environments),
            defers_to=frozenset(defers_to),
            confidential=confidential,
            looks_around=looks_around,
        )

    return declare


def _clean(doc: str) -> str:
    """The docstring without surrounding blank lines; module docstrings are never indented."""
    return doc.strip()
