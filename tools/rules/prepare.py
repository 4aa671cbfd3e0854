"""From a named target to a Target that rules can judge: read, render, trace."""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tools.kubernetes.objects import Stray, objects_in
from tools.kubernetes.resource import Resource, ResourceSet
from tools.render.build import RenderFailed, Run, start
from tools.rules.target import Target
from tools.source.document import Document, parse
from tools.source.place import Place, SourceError
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget
from tools.source.tree import Tree
from tools.trace.plain import PlainTrace

STANDARD_INPUT = "<stdin>"


class Obstacle(NamedTuple):
    """Why a target, or a part of it, cannot be judged; blocking ones cost exit code 3."""

    reason: str
    place: Place | None = None
    blocking: bool = True


class Preparations:
    """Preparations in the order of the targets, at most `jobs` of them started ahead.

    The first ones are started at once, so that the caller can do other work while Kustomize runs.
    """

    def __init__(
        self, repository: Repository, named: Iterable[NamedTarget], jobs: int, text: str
    ) -> None:
        self._repository = repository
        self._waiting = deque(named)
        self._started: deque[Preparation] = deque()
        self._jobs = jobs
        self._text = text
        self._start()

    def _start(self) -> None:
        while self._waiting and len(self._started) < self._jobs:
            named = self._waiting.popleft()
            self._started.append(Preparation(self._repository, named, self._text))

    def __iter__(self) -> Iterator["Preparation"]:
        while self._started:
            preparation = self._started.popleft()
            yield preparation
            self._start()

    def stop(self) -> None:
        """End every Kustomize that still runs."""
        for preparation in self._started:
            preparation.stop()


class Preparation:
    """One target on its way to being judged.

    Creating it starts Kustomize; `finish` waits for it, so that other work can be done between.
    """

    def __init__(self, repository: Repository, named: NamedTarget, text: str = "") -> None:
        self.repository = repository
        self.named = named
        self.obstacles: list[Obstacle] = []
        self._text = text
        self._tree: Tree | None = None
        self._run: Run | None = None
        if named.kind is Kind.KUSTOMIZATION:
            folder = "" if named.path == "." else named.path
            self._tree = Tree(repository, folder)
            if not self._tree.refusals:
                self._start(repository.path(folder))

    def _start(self, folder: Path) -> None:
        try:
            self._run = start(folder)
        except RenderFailed as error:
            self.refuse(f"Kustomize fails: {error}")

    def finish(self) -> Target:
        """The target with all its objects; what is missing from it stands in `obstacles`."""
        if self.named.kind is Kind.KUSTOMIZATION:
            return self._rendered()
        if self.named.kind is Kind.CHART:
            sentence = "Helm charts are not judged; commit what `helm template` renders"
            self.obstacles.append(Obstacle(sentence, Place(f"{self.named.path}/Chart.yaml", 1, 1)))
            return Target(self.named.path, self.repository, ResourceSet(()))
        return self._plain(list(self._documents()))

    def stop(self) -> None:
        """End Kustomize if it still runs."""
        if self._run is not None:
            self._run.stop()

    def refuse(self, reason: str) -> None:
        """Note that the target cannot be judged."""
        self.obstacles.append(Obstacle(reason))

    def _rendered(self) -> Target:
        from tools.trace.trace import Trace

        assert self._tree is not None
        self._tree.read()
        self.obstacles += [Obstacle(r.sentence, r.place) for r in self._tree.refusals]
        resources = ResourceSet(list(self._objects()))
        return Target(
            self.named.path,
            self.repository,
            resources,
            files=tuple(self._tree.files),
            documents=tuple(self._tree.documents()),
            tree=self._tree,
            trace=Trace(self._tree, resources),
        )

    def _objects(self) -> Iterable[Resource]:
        """What Kustomize made; a failed run is an obstacle."""
        if self._run is None:
            return
        try:
            render = self._run.result()
            documents = parse(render.text, f"the render of {self.named.path}")
        except RenderFailed as error:
            if not self.obstacles:
                assert self._tree is not None
                place = Place(self._tree.root.file, 1, 1) if self._tree.root else None
                self.obstacles.append(Obstacle(f"Kustomize fails: {error}", place))
            return
        except SourceError as error:
            self.obstacles.append(Obstacle(f"the render cannot be read: {error.sentence}"))
            return
        for index, found in enumerate(objects_in(documents)):
            if isinstance(found, Stray):
                self.refuse(f"the render holds {found.sentence}")
            else:
                yield Resource(found.data, index)

    def _documents(self) -> Iterable[Document]:
        if self.named.kind is Kind.STANDARD_INPUT:
            yield from self._read_documents(STANDARD_INPUT)
        for file in self.named.files:
            yield from self._read_documents(file)

    def _read_documents(self, file: str) -> Iterable[Document]:
        try:
            if file == STANDARD_INPUT:
                yield from parse(self._text, file)
            else:
                yield from self.repository.documents(file)
        except SourceError as error:
            self.obstacles.append(Obstacle(error.sentence, error.place or Place(file, 1, 1)))

    def _plain(self, documents: list[Document]) -> Target:
        resources: list[Resource] = []
        origins = {}
        alone = len(self.named.files) <= 1 and self.named.explicit
        for found in objects_in(documents):
            if isinstance(found, Stray):
                blocking = found.partial or alone
                self.obstacles.append(Obstacle(found.sentence, found.place, blocking))
            else:
                origins[len(resources)] = (found.document, found.path)
                resources.append(Resource(found.data, len(resources)))
        return Target(
            self.named.path,
            self.repository,
            ResourceSet(resources),
            files=self.named.files,
            documents=tuple(documents),
            trace=PlainTrace(origins),
        )
