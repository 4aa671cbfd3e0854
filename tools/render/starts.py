"""Targets whose Kustomize has been started, so that other work is done while it runs.

Little is imported here: the sooner Kustomize starts, the sooner the whole run ends.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from tools.render.build import RenderFailed, Run, start
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget
from tools.source.tree import Tree


class Start:
    """One target, begun.

    `tree` and `run` are those of a kustomization; `run` is None if Kustomize must not or could
    not be started: then the tree's refusals or `failure` say why. A component has a tree and no
    run, because it is made to be built by others.
    """

    def __init__(self, repository: Repository, named: NamedTarget) -> None:
        self.repository = repository
        self.named = named
        self.tree: Tree | None = None
        self.run: Run | None = None
        self.failure: str | None = None
        folder = "" if named.path == "." else named.path
        if named.kind in (Kind.KUSTOMIZATION, Kind.COMPONENT):
            self.tree = Tree(repository, folder)
            if named.kind is Kind.KUSTOMIZATION and not self.tree.refusals:
                self._start(folder)

    def _start(self, folder: str) -> None:
        try:
            self.run = start(self.repository.path(folder))
        except RenderFailed as error:
            self.failure = error.reason

    def stop(self) -> None:
        """End Kustomize if it still runs."""
        if self.run is not None:
            self.run.stop()


class Starts:
    """Targets in order, at most `jobs` of them begun ahead, the first ones at once.

    `named` are those targets; others may be begun beside them, for rules that compare.
    """

    def __init__(self, repository: Repository, named: Iterable[NamedTarget], jobs: int) -> None:
        self._repository = repository
        self.named = tuple(named)
        self._waiting = deque(self.named)
        self._own = {_key(target): target for target in self.named}
        self._all: dict[NamedTarget, Start] = {}
        self._begun: deque[Start] = deque()
        self.jobs = jobs
        self._begin()

    def __iter__(self) -> Iterator[Start]:
        while self._begun:
            yield self._begun.popleft()
            self._begin()

    def _begin(self) -> None:
        while self._waiting and len(self._begun) < self.jobs:
            self._begun.append(self.of(self._waiting.popleft()))

    def of(self, named: NamedTarget) -> Start:
        """The one start of a target in a run, which begins now unless it has begun before."""
        key = _key(named)
        if key not in self._all:
            self._all[key] = Start(self._repository, self._own.get(key, named))
        return self._all[key]

    def stop(self) -> None:
        """End every Kustomize that still runs."""
        for begun in self._all.values():
            begun.stop()


def _key(named: NamedTarget) -> NamedTarget:
    """What is rendered, whoever asked for it."""
    return named._replace(explicit=True)
