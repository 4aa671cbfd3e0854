"""The images that targets of a repository name, for the commands that look for them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tools.kubernetes.image_reference import ImageReference
from tools.render.starts import Starts
from tools.rules.config import Config
from tools.rules.gate import Gate
from tools.rules.image_evidence import images_in
from tools.rules.prepare import prepare
from tools.rules.target import Target
from tools.source.place import Place
from tools.source.repository import Repository
from tools.source.targets import NamedTarget


class Demand(NamedTuple):
    """An image that manifests name, as they name it, and the targets that do."""

    reference: ImageReference
    text: str
    targets: tuple[str, ...]
    is_pulled: bool


class Unreadable(Exception):
    """A target of which not every image can be known: one sentence."""

    def __init__(self, sentence: str, place: Place | None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.place = place


def read_targets(
    repository: Repository, named: Iterable[NamedTarget], config: Config, jobs: int
) -> Iterator[Target]:
    """The targets, rendered and read. Raises Unreadable for one that cannot be read whole."""
    starts = Starts(repository, named, jobs)
    equip = Gate(repository, {}, config, config.kubernetes).equip
    try:
        for start in starts:
            target, obstacles = prepare(start)
            for obstacle in obstacles:
                if obstacle.blocking:
                    raise Unreadable(f"{target.path}: {obstacle.reason}", obstacle.place)
            equip(target)
            yield target
    finally:
        starts.stop()


def demands(targets: Iterable[Target]) -> list[Demand]:
    """Each image once, sorted by its reference."""
    found: dict[ImageReference, Demand] = {}
    for target in targets:
        for reference, uses in images_in(target).items():
            known = found.get(reference, Demand(reference, uses[0].text, (), False))
            pulled = known.is_pulled or not all(use.is_local for use in uses)
            found[reference] = known._replace(
                targets=(*known.targets, target.path), is_pulled=pulled
            )
    return [found[reference] for reference in sorted(found, key=str)]
