"""`images.lock` compared with where the images live, and with what manifests name."""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from tools.images.compared import differences
from tools.images.failure import NoSuchImage
from tools.images.lock import NAME, Entry, ImageLock
from tools.images.sources import Answered, Asked
from tools.kubernetes.image_reference import ImageReference


class State(Enum):
    """What is said of an image."""

    LOCKED = "looked at, and written"
    SAME = "as the lock says"
    OTHER = "not as the lock says"
    MISSING = "not in the lock"
    UNSEEN = "not looked at: never pulled, and no source was named for it"
    UNKNOWN = "could not be looked at"
    UNUSED = "in the lock, and named by nobody"


class Result(NamedTuple):
    """An image, what is said of it, and why; `entries` are those of the lock."""

    image: str
    state: State
    reasons: tuple[str, ...]
    entries: tuple[Entry, ...]


def asked_of(reference: ImageReference, is_pulled: bool) -> Asked:
    """What to ask for to see what a tag names now, whatever digest stands beside it."""
    return Asked(reference._replace(digest="") if reference.tag else reference, is_pulled)


def compare(reference: ImageReference, lock: ImageLock, answer: Answered | None) -> Result:
    """One image of the manifests. `answer` is what its source says, None if it was not asked."""
    entries = tuple(lock.find(reference))
    if not entries and answer and answer.is_out_of_sight:
        return Result(str(reference), State.UNSEEN, (str(answer.failure),), ())
    if not entries:
        return Result(str(reference), State.MISSING, (_missing(reference, lock),), ())
    if answer is None:
        return Result(str(reference), State.SAME, (), entries)
    if answer.failure is None:
        reasons = tuple(differences(entries, answer.entries))
        return Result(str(reference), State.OTHER if reasons else State.SAME, reasons, entries)
    state = State.UNSEEN if answer.is_out_of_sight else State.UNKNOWN
    if isinstance(answer.failure, NoSuchImage) and answer.asked.is_pulled:
        state = State.OTHER
    return Result(str(reference), state, (str(answer.failure),), entries)


def _missing(reference: ImageReference, lock: ImageLock) -> str:
    if lock.state:
        return lock.state
    tagged = lock.of_tag(reference) if reference.digest and reference.tag else []
    if tagged:
        return f"the manifests name another digest than {NAME}, where it is {tagged[0].pinned}"
    return f"{NAME} has no entry for it"


def unused(lock: ImageLock, named: Iterable[ImageReference]) -> list[Result]:
    """Entries that no manifest names any more."""
    used = {entry for reference in named for entry in map(id, lock.find(reference))}
    left: dict[str, list[Entry]] = {}
    for entry in lock.entries:
        if id(entry) not in used:
            left.setdefault(str(entry.reference), []).append(entry)
    words = ("no manifest names it; python -m tools.images lock takes it out",)
    return [Result(name, State.UNUSED, words, tuple(entries)) for name, entries in left.items()]


def exit_code(results: Sequence[Result]) -> int:
    """0 all is as the lock says, 1 something is not, 3 something could not be looked at."""
    states = {result.state for result in results}
    if State.UNKNOWN in states:
        return 3
    return int(bool(states & {State.OTHER, State.MISSING, State.UNUSED}))
