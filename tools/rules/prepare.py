"""From a started target to a Target that rules can judge: rendered, read, traced."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tools.kubernetes.objects import Read, Stray, objects_in
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.schema import warm_up
from tools.kubernetes.validation.kinds import validator_of
from tools.render.build import RenderFailed, Run
from tools.render.starts import Start
from tools.rules.obstacle import Cause, Obstacle
from tools.rules.target import Target
from tools.source.document import Document, parse
from tools.source.place import FieldPath, Place, SourceError
from tools.source.repository import join
from tools.source.targets import Kind
from tools.source.tree import Tree
from tools.trace.plain import PlainTrace
from tools.trace.trace import Trace

if TYPE_CHECKING:
    from tools.trace.replay import Replay


class Prepared(NamedTuple):
    """A target with all its objects; what is missing from it stands in `obstacles`."""

    target: Target
    obstacles: list[Obstacle]


def prepare(
    start: Start,
    kubernetes: Sequence[str] = (),
    expect: Callable[[ResourceSet], object] | None = None,
) -> Prepared:
    """Wait for the render of a target, and read what it is made of.

    `kubernetes` are versions whose schemas will be needed: they are made ready while waiting.
    If rules will judge the objects, `expect` gets them and the patches as they are written, while
    there is time, and what else nearly all targets need for it is done then, too.
    """
    if start.tree is not None:
        start.tree.read()
        if start.tree.refusals:
            start.stop()
        written = ResourceSet(list(_written(start.tree)))
        kinds = {(resource.ref.api_version, resource.kind) for resource in written}
        warm_up(kubernetes, kinds)
        if start.named.kind is Kind.COMPONENT:
            return _component(start, start.tree)
        replayed = None
        if expect is not None and start.run is not None and start.run.is_running:
            expect(written)
            for api_version, kind in kinds:
                validator_of(api_version, kind)
            replayed = _replayed(start.tree)
        return _rendered(start, start.tree, replayed)
    if start.named.kind is Kind.CHART:
        sentence = "Helm charts are not judged; commit what `helm template` renders"
        place = Place(f"{start.named.path}/Chart.yaml", 1, 1)
        empty = Target(start.named.path, start.repository, ResourceSet(()))
        return Prepared(empty, [Obstacle(sentence, place)])
    return _plain(start)


def _written(tree: Tree) -> Iterator[Resource]:
    """The objects, and patches, in the files of a tree."""
    for found in objects_in(tree.documents()):
        if isinstance(found, Read):
            yield Resource(found.data)


def _rendered(start: Start, tree: Tree, replayed: "Replay | None") -> Prepared:
    obstacles = _refused(tree)
    if start.failure:
        obstacles.append(Obstacle(start.failure))
    run = None if tree.refusals else start.run
    resources = ResourceSet(list(_objects(run, tree, start.root, obstacles)) if run else ())
    start.clean()
    target = Target(
        start.named.path,
        start.repository,
        resources,
        files=tuple(tree.files),
        documents=tuple(tree.documents()),
        tree=tree,
        trace=Trace(tree, resources, replayed),
    )
    return Prepared(target, obstacles)


def _replayed(tree: Tree) -> "Replay | None":
    """The build as Kustomize does it meanwhile, which nearly every run asks for afterwards.

    None if the replay breaks off: the rules that ask for it try once more, and say so.
    """
    from tools.trace.replay import replay

    try:
        return replay(tree)
    except Exception:
        return None


def _component(start: Start, tree: Tree) -> Prepared:
    """A component by itself: what it adds, as it is written, and its kustomization."""
    obstacles = _refused(tree)
    added = [use.file for use in tree.uses if use.reference.field == "resources"]
    # Beside something that cannot be read, what is there looks as if it were all.
    documents = [d for d in tree.documents() if d.file in added and not tree.refusals]
    target = _as_written(start, documents, tuple(tree.files), obstacles, tree)
    target.documents = tuple(tree.documents())
    return Prepared(target, obstacles)


def _objects(run: Run, tree: Tree, root: Path, obstacles: list[Obstacle]) -> Iterator[Resource]:
    """What Kustomize made; a failed run is an obstacle, unless its cause is one already."""
    try:
        documents = parse(run.result().text, f"the render of {tree.folder or '.'}")
    except RenderFailed as error:
        if not obstacles:
            reason = f"Kustomize fails: {error.said}" if error.said else error.reason
            place = _blamed(error, tree, root)
            obstacles.append(Obstacle(reason, place, cause=Cause.FAILED))
        return
    except SourceError as error:
        obstacles.append(Obstacle(f"the render cannot be read: {error.sentence}"))
        return
    for index, found in enumerate(objects_in(documents)):
        if isinstance(found, Stray):
            reason = f"the render holds a document that is {found.sentence}"
            obstacles.append(Obstacle(reason, cause=Cause.STRAY))
        else:
            yield Resource(found.data, index)


def _refused(tree: Tree) -> list[Obstacle]:
    return [Obstacle(r.sentence, r.place, cause=Cause.REFUSED) for r in tree.refusals]


def _blamed(error: RenderFailed, tree: Tree, root: Path) -> Place | None:
    """The file that Kustomize names, or else the kustomization that was built."""
    folder, name = (Path(error.folder), error.file)
    if folder.is_relative_to(root):
        below = folder.relative_to(root).as_posix().removeprefix(".")
        built = tree.kustomizations.get(below)
        file = join(below, name) if name else built.file if built else ""
        if tree.repository.is_file(file):
            return Place(file, 1, 1)
    return Place(tree.root.file, 1, 1) if tree.root else None


def _plain(start: Start) -> Prepared:
    obstacles: list[Obstacle] = []
    documents = list(_documents(start, obstacles))
    return Prepared(_as_written(start, documents, start.named.files, obstacles), obstacles)


def _as_written(
    start: Start,
    documents: list[Document],
    files: tuple[str, ...],
    obstacles: list[Obstacle],
    tree: Tree | None = None,
) -> Target:
    """The objects of documents where they stand; what is no object is an obstacle."""
    resources: list[Resource] = []
    origins: dict[int, tuple[Document, FieldPath]] = {}
    alone = len(start.named.files) <= 1 and start.named.explicit
    for found in objects_in(documents):
        if isinstance(found, Stray):
            blocking = found.partial or alone
            obstacles.append(Obstacle(found.sentence, found.place, blocking, Cause.STRAY))
        else:
            origins[len(resources)] = (found.document, found.path)
            resources.append(Resource(found.data, len(resources)))
    return Target(
        start.named.path,
        start.repository,
        ResourceSet(resources),
        files=files,
        documents=tuple(documents),
        tree=tree,
        trace=PlainTrace(origins, tree),
    )


def _documents(start: Start, obstacles: list[Obstacle]) -> Iterable[Document]:
    for file in start.named.files:
        try:
            yield from start.repository.documents(file)
        except SourceError as error:
            obstacles.append(Obstacle(error.sentence, error.place or Place(file, 1, 1)))
