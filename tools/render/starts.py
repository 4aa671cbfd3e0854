"""Targets whose Kustomize has been started, so that other work is done while it runs.

Little is imported here: the sooner Kustomize starts, the sooner the whole run ends.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tools.render.build import RenderFailed, Run, start
from tools.source.place import Place
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget
from tools.source.tree import Tree

if TYPE_CHECKING:
    from tools.render.copy import Copy
    from tools.source.edited import Edited


class Start:
    """One target, begun.

    `tree` and `run` are those of a kustomization; `run` is None if Kustomize must not or could
    not be started: then the tree's refusals or `failure` say why. A component has a tree and no
    run, because it is made to be built by others. `root` is where the repository is while it is
    built: an edited kustomization is built from a copy.
    """

    def __init__(self, repository: Repository, named: NamedTarget) -> None:
        self.repository = named.edited or repository
        self.named = named
        self.root = repository.root
        self.tree: Tree | None = None
        self.run: Run | None = None
        self.failure: str | None = None
        self._copy: Copy | None = None
        if named.kind in (Kind.KUSTOMIZATION, Kind.COMPONENT):
            self.tree = Tree(self.repository, named.folder)
            if named.kind is Kind.KUSTOMIZATION and not self.tree.refusals:
                self._start(named.folder, self.tree)

    def _start(self, folder: str, tree: Tree) -> None:
        try:
            if self.named.edited is not None:
                from tools.render.copy import Copy

                self._copy = Copy(self.named.edited, tree)
                self.root = self._copy.root
            self.run = start(self.root / folder)
        except RenderFailed as error:
            self.failure = error.reason

    def stop(self) -> None:
        """End Kustomize if it still runs, and remove what it was given to build."""
        if self.run is not None:
            self.run.stop()
        self.clean()

    def clean(self) -> None:
        """Remove the copy that was built, if there was one; Kustomize has ended."""
        if self._copy is not None:
            self._copy.remove()


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
        self._edited: dict[str, Edited] = {}
        self._begun: deque[Start] = deque()
        self.jobs = jobs
        self._begin()

    def add(self, named: NamedTarget) -> None:
        """One more target, after the others; a second time it is no other."""
        key = _key(named)
        if key not in self._own:
            self._own[key] = named
            self._waiting.append(named)
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
            if named.edited is not None:
                self._edited[named.edited.file] = named.edited
        return self._all[key]

    def real(self, place: Place) -> Place | None:
        """Where something stands that was found in an edited kustomization.

        None if nothing tells; other places are what they are.
        """
        found: Place | None = place
        while found is not None and found.file in self._edited:
            found = self._edited[found.file].place(found)
        return found

    def stop(self) -> None:
        """End every Kustomize that still runs."""
        for begun in self._all.values():
            begun.stop()


def _key(named: NamedTarget) -> NamedTarget:
    """What is rendered, whoever asked for it."""
    return named._replace(explicit=True)
