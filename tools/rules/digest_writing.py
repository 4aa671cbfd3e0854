"""Digests of `images.lock` brought into the kustomizations that choose the images.

Only where rendering proves that nothing but digests changes: every target that is built from a
changed file is rendered again, in a copy, before anything is written.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tools.images.lock import ImageLock
from tools.kubernetes.image_reference import ImageReference, InvalidImage, parse_image
from tools.kubernetes.images import ImageUse, images_of
from tools.rules.config import Config
from tools.rules.image_demand import Unreadable, read_targets
from tools.rules.target import Target
from tools.source.editing import edited
from tools.source.kustomization import Kustomization
from tools.source.place import FieldPath, Place
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget

_FIELDS = ("newTag", "digest", "newName", "name")


class Unwritable(Exception):
    """Why no digest is written: one sentence, and the place that it is about."""

    def __init__(self, sentence: str, place: Place | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.place = place


class Written(NamedTuple):
    """A digest to write: for which image, and where its entry stands."""

    image: str
    digest: str
    place: Place


class Plan:
    """What is to be written: the new text of each file, and which digests that is."""

    def __init__(self, repository: Repository, written: Sequence[Written]) -> None:
        self.written = tuple(written)
        self.texts: dict[str, str] = {}
        self._values: dict[str, dict[FieldPath, str]] = {}
        self._repository = repository

    def set(self, file: str, path: FieldPath, value: str) -> None:
        """Set a value. Raises Unwritable if another one is to stand there."""
        values = self._values.setdefault(file, {})
        if values.get(path, value) != value:
            place = self._repository.documents(file)[0].nearest(path)[1]
            raise Unwritable(
                f"this entry sets several images, of which one has the digest {value} and another "
                f"{values[path]}",
                place,
            )
        values[path] = value

    def finish(self) -> None:
        """Make the texts. Raises SourceError for a file whose form would not be kept."""
        for file, values in self._values.items():
            # Read anew: the repository's own text lacks what marks the start of some files.
            text = self._repository.path(file).read_bytes().decode("utf-8")
            self.texts[file] = edited(text, file, values)


def plan(targets: Sequence[Target], lock: ImageLock) -> tuple[Plan, list[Unwritable]]:
    """What to write so that targets name the digests of the lock, and what cannot be written."""
    repository = targets[0].repository
    found: dict[tuple[str, str], Written] = {}
    result = Plan(repository, ())
    failures: dict[str, Unwritable] = {}
    for target in targets:
        for use in _uses(target):
            digest = _digest(use, lock)
            if not use.reference or not digest or use.reference.digest == digest:
                continue
            try:
                file, path, place = _entry(target, use)
                result.set(file, (*path, "digest"), digest)
                found[use.text, str(place)] = Written(use.text, digest, place)
            except Unwritable as error:
                failures.setdefault(error.sentence, error)
    result.written = tuple(found.values())
    result.finish()
    return result, list(failures.values())


def _uses(target: Target) -> Iterator[ImageUse]:
    for pod in target.pods:
        yield from (use for use in images_of(pod) if use.reference and not use.is_local)


def _digest(use: ImageUse, lock: ImageLock) -> str:
    """What the lock says of an image's tag, "" if it says nothing."""
    if not use.reference or not use.reference.tag:
        return ""
    digests = {entry.pinned for entry in lock.of_tag(use.reference)}
    return digests.pop() if len(digests) == 1 else ""


def _entry(target: Target, use: ImageUse) -> tuple[str, FieldPath, Place]:
    """The entry under `images` that chooses an image: its file, its path, and where it stands.

    Raises Unwritable if there is none, or it leaves the tag to others.
    """
    location = target.trace.locate(use.pod.workload, use.path, "tag") if target.trace else None
    place = location.place if location else None
    if location is None or place is None or location.layer != "images" or target.tree is None:
        sentence = (
            f"no entry under `images` sets the tag of {use.text!r}; add one with `newTag`, so that "
            "its digest has a place"
        )
        raise Unwritable(sentence, place)
    for kustomization in target.tree.kustomizations.values():
        for index, entry in enumerate(_images(kustomization)):
            at = ("images", index)
            if kustomization.file == place.file and "newTag" in entry:
                places = {kustomization.place(*at, field) for field in _FIELDS if field in entry}
                if place in places:
                    return kustomization.file, at, place
    raise Unwritable(f"the entry that sets the tag of {use.text!r} cannot be found", place)


def _images(kustomization: Kustomization) -> list[Mapping[str, Any]]:
    entries = kustomization.fields.get("images")
    found = entries if isinstance(entries, list) else []
    return [entry if isinstance(entry, dict) else {} for entry in found]


def prove(
    made: Plan, everything: Sequence[NamedTarget], repository: Repository, config: Config
) -> list[str]:
    """Render what is built from the changed files, before and after; the paths of those targets.

    Raises Unwritable if anything else than the digest of an image would be another one.
    """
    renders = (named for named in everything if named.kind is Kind.KUSTOMIZATION)
    before = [
        target
        for target in read_targets(repository, renders, config, 2)
        if not made.texts.keys().isdisjoint(target.files)
    ]
    with tempfile.TemporaryDirectory(prefix="gitops-gate-") as folder:
        _copy(repository, {file for target in before for file in target.files}, Path(folder))
        for file, text in made.texts.items():
            Path(folder, file).write_bytes(text.encode("utf-8"))
        named = [NamedTarget(target.path, Kind.KUSTOMIZATION) for target in before]
        try:
            after = list(read_targets(Repository(Path(folder)), named, config, 2))
        except Unreadable as error:
            raise Unwritable(
                f"with the digests nothing can be rendered: {error.sentence}"
            ) from error
        wanted = {written.digest for written in made.written}
        for one, other in zip(before, after, strict=True):
            _compare(one, other, wanted)
    return [target.path for target in before]


def _copy(repository: Repository, files: set[str], folder: Path) -> None:
    for file in sorted(files):
        copy = folder / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(repository.path(file), copy)


def _compare(before: Target, after: Target, wanted: set[str]) -> None:
    if len(before.resources) != len(after.resources):
        raise Unwritable(f"the digests would change how many objects {before.path} renders to")
    images = {(pod.workload.index, use.path): use for pod in before.pods for use in images_of(pod)}
    for one, other in zip(before.resources, after.resources, strict=True):
        for path, old, new in _changes(one.data, other.data, ()):
            use = images.get((one.index, path))
            if use is None or not _only_digest(use.reference, new, wanted):
                where = ".".join(map(str, path))
                raise Unwritable(
                    f"the digests would change {where} of {one.ref.slug} in {before.path}, "
                    f"from {old!r} to {new!r}"
                )


def _only_digest(reference: ImageReference | None, text: object, wanted: set[str]) -> bool:
    try:
        new = parse_image(text) if isinstance(text, str) else None
    except InvalidImage:
        return False
    if reference is None or new is None or new.digest not in wanted:
        return False
    return reference._replace(digest="") == new._replace(digest="")


def _changes(one: Any, other: Any, path: FieldPath) -> Iterator[tuple[FieldPath, Any, Any]]:
    """The fields in which two values differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from _changes(one[key], other[key], (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _changes(*pair, (*path, index))
    elif type(one) is not type(other) or one != other:
        yield path, one, other
