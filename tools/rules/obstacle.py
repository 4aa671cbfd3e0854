"""What stands in the way of judging a target, and how to say it once."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from tools.rules.finding import Finding
from tools.source.place import Place


class Cause(Enum):
    """What became of Kustomize, where that is the obstacle; the value says it in words."""

    REFUSED = "Kustomize is not started"
    FAILED = "Kustomize stops"
    STRAY = "a document is no object"
    OTHER = "something else"


class Obstacle(NamedTuple):
    """Why a target, or a part of it, cannot be judged; blocking ones cost exit code 3."""

    reason: str
    place: Place | None = None
    blocking: bool = True
    cause: Cause = Cause.OTHER


def explained(obstacles: Sequence[Obstacle], findings: Sequence[Finding]) -> list[Obstacle]:
    """The obstacles, with one short sentence for all of which a finding says more.

    That sentence stands for the target and has no place of its own: the finding has it.
    """
    causes = [finding for finding in findings if finding.stops and finding.source]
    told: list[Obstacle] = []
    left: list[Obstacle] = []
    for obstacle in obstacles:
        finding = _explanation(obstacle, causes)
        if finding is None or finding.source is None:
            left.append(obstacle)
        elif not told:
            where = f"{finding.source.file}:{finding.source.line}"
            reason = f"{obstacle.cause.value}: see the finding of {finding.rule} at {where}"
            told.append(obstacle._replace(reason=reason, place=None))
    return told + left


def _explanation(obstacle: Obstacle, causes: Sequence[Finding]) -> Finding | None:
    """What is refused is explained at its place; Kustomize names at most the file."""
    place = obstacle.place
    if obstacle.cause is Cause.REFUSED:
        return next((finding for finding in causes if finding.source == place), None)
    if obstacle.cause is Cause.OTHER or not causes:
        return None
    file = place and place.file
    same = next((f for f in causes if f.source and f.source.file == file), None)
    return same if place and obstacle.cause is Cause.STRAY else same or causes[0]
