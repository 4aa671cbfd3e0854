"""What was found about images, brought into the lock that is there."""

from collections.abc import Iterable, Sequence

from tools.images.lock import Entry, ImageLock
from tools.images.sources import Answered
from tools.images.writing import order


def merged(lock: ImageLock, answers: Iterable[Answered], keep_others: bool) -> list[Entry]:
    """The entries of the new lock, sorted.

    An image that was found gets new entries, one that was not keeps those it has. Other images stay
    if `keep_others`: they belong to targets that nobody asked for.
    """
    answered = list(answers)
    found = [_named(answer, answered) for answer in answered if not answer.failure]
    kept: Sequence[Entry] = [
        entry
        for answer in answered
        if answer.failure
        for entry in lock.find(answer.asked.reference)
    ]
    if keep_others:
        kept = lock.entries
    replaced = {str(entry.reference) for entries in found for entry in entries}
    result = {order(entry): entry for entry in kept if str(entry.reference) not in replaced}
    result.update((order(entry), entry) for entries in found for entry in entries)
    return [result[key] for key in sorted(result)]


def _named(answer: Answered, answers: Sequence[Answered]) -> Sequence[Entry]:
    """The entries under the tag, unless that names another image by itself: then the digest stays.

    One target may pin a digest that another one's tag has left behind.
    """
    reference = answer.asked.reference
    if not reference.digest or not reference.tag:
        return answer.entries
    tagged = [
        entry.pinned
        for other in answers
        if other.asked.reference == reference._replace(digest="")
        for entry in other.entries
    ]
    if not tagged or {entry.pinned for entry in answer.entries} <= set(tagged):
        return answer.entries
    return [entry._replace(reference=reference) for entry in answer.entries]
