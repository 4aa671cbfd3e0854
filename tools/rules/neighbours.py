"""The other targets that rules ask for: each prepared once in a run, and begun early."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache

from tools.argocd.applications import GROUP
from tools.kubernetes.objects import Read, objects_in
from tools.kubernetes.resource import Resource, ResourceSet
from tools.render.starts import Start, Starts
from tools.rules.prepare import Prepared, prepare
from tools.rules.target import Rendered, Target
from tools.source.document import Document
from tools.source.place import Place, SourceError
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget
from tools.source.tree import Tree


class Surroundings:
    """Implements Neighbours for the targets of one run.

    `equip` gives a target what `policies.yaml` declares; `expect` is what `prepare` makes of it.
    """

    def __init__(
        self,
        repository: Repository,
        starts: Starts,
        kubernetes: Sequence[str],
        equip: Callable[[Target], None],
        expect: Callable[[ResourceSet], object] | None = None,
    ) -> None:
        self._starts = starts
        self._repository = repository
        self._kubernetes = kubernetes
        self._equip = equip
        self._expect = expect
        self._prepared: dict[NamedTarget, Prepared] = {}
        self._expected: deque[NamedTarget] = deque()
        self._ahead: list[NamedTarget] = []
        self._fleet: list[Target] | None = None

    @property
    def named(self) -> Sequence[NamedTarget]:
        return self._starts.named

    def prepared(self, start: Start) -> Prepared:
        """A target that has begun, ready to be judged."""
        key = start.named._replace(explicit=True)
        if key not in self._prepared:
            self._prepared[key] = prepare(start, self._kubernetes, self._expect)
            target = self._prepared[key].target
            self._equip(target)
            target.neighbours = self
            self._begin()
        return self._prepared[key]

    def rendered(self, named: NamedTarget) -> Rendered:
        target, obstacles = self.prepared(self._starts.of(named))
        reason = next((o.reason for o in obstacles if o.blocking), None)
        return Rendered(target, reason)

    def home_of(self, resource: Resource) -> Target | None:
        targets = (prepared.target for prepared in self._prepared.values())
        return next((t for t in targets if any(own is resource for own in t.resources)), None)

    def fleet(self) -> Sequence[Target]:
        if self._fleet is None:
            found = [named for named in self.named if self._is_of_fleet(named)]
            self._fleet = [self.prepared(self._starts.of(named)).target for named in found]
        return self._fleet

    def real(self, place: Place) -> Place | None:
        return self._starts.real(place)

    def _is_of_fleet(self, named: NamedTarget) -> bool:
        """Told by its files, so that Kustomize is not started for every target at once."""
        files: Iterable[str] = named.files
        if named.kind is Kind.KUSTOMIZATION:
            files = Tree(self._repository, "" if named.path == "." else named.path).files
        return any(_is_about_argocd(self._repository, file) for file in files)

    def look_ahead(self, start: Start) -> None:
        """Begin to render what the Applications in the files of a target name."""
        if not _mentions(start):
            return
        from tools.argocd.reading import applications_of
        from tools.argocd.sources import local_target

        resources = [Resource(found.data) for found in _objects(start)]
        folders = dict.fromkeys(
            named
            for application in applications_of(resources, start.repository).all
            for source in application.sources
            if (named := local_target(start.repository, source)) is not None
        )
        self._expected.extend(folders)
        self._begin()

    def _begin(self) -> None:
        """Begin what is expected, as many at a time as the run begins targets."""
        begun = [named for named in self._ahead if named not in self._prepared]
        while self._expected and len(begun) < self._starts.jobs:
            named = self._expected.popleft()
            self._starts.of(named)
            begun.append(named)
        self._ahead = begun


def _files(start: Start) -> Iterable[str]:
    return start.tree.files if start.tree is not None else start.named.files


def _mentions(start: Start) -> bool:
    return any(_is_about_argocd(start.repository, file) for file in _files(start))


@lru_cache(maxsize=4096)
def _is_about_argocd(repository: Repository, file: str) -> bool:
    with suppress(SourceError):  # judging the target says why it cannot be read
        return f"{GROUP}/v" in repository.text(file)
    return False


def _objects(start: Start) -> Iterator[Read]:
    for file in _files(start):
        if _is_about_argocd(start.repository, file):
            for found in objects_in(_documents(start.repository, file)):
                if isinstance(found, Read):
                    yield found


def _documents(repository: Repository, file: str) -> list[Document]:
    try:
        return repository.documents(file)
    except SourceError:
        return []
