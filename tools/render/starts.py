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
    """Targets in order, at most `jobs` of them begun ahead, the first ones at once."""

    def __init__(self, repository: Repository, named: Iterable[NamedTarget], jobs: int) -> None:
        self._repository = repository
        self._waiting = deque(named)
        self._begun: deque[Start] = deque()
        self._jobs = jobs
        self._current: Start | None = None
        self._begin()

    def __iter__(self) -> Iterator[Start]:
        while self._begun:
            self._current = self._begun.popleft()
            yield self._current
            self._begin()

    def _begin(self) -> None:
        while self._waiting and len(self._begun) < self._jobs:
            named = self._waiting.popleft()
            self._begun.append(Start(self._repository, named))

    def stop(self) -> None:
        """End every Kustomize that still runs."""
        for begun in (self._current, *self._begun):
            if begun is not None:
                begun.stop()
