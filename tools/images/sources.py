"""Where images are looked for: archives and layouts that the user names, an engine, registries."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Protocol

from tools.images.examine import Examiner, Wish
from tools.images.failure import ImageFailure, NoSuchImage, Untrustworthy
from tools.images.files import Archive, Files, Folder
from tools.images.layout import MARK, Layout
from tools.images.layout import NAME as INDEX
from tools.images.lock import Entry
from tools.images.saved import NAME as SAVED
from tools.images.saved import Saved
from tools.images.store import Store
from tools.kubernetes.image_reference import ImageReference, InvalidImage, parse_image

ENGINE = "engine"


class Source(Protocol):
    """Something that has images."""

    def entries(self, reference: ImageReference, wish: Wish) -> list[Entry]:
        """The entries of an image. Raises an ImageFailure; NoSuchImage lets others be asked."""


class Asked(NamedTuple):
    """An image to find; `is_pulled` says that nodes get it from its registry."""

    reference: ImageReference
    is_pulled: bool


class Answered(NamedTuple):
    """What was found, or why nothing was."""

    asked: Asked
    entries: Sequence[Entry]
    failure: ImageFailure | None = None

    @property
    def is_out_of_sight(self) -> bool:
        """Whether no source has it and none has to: it is never pulled, but loaded by hand."""
        return isinstance(self.failure, NoSuchImage) and not self.asked.is_pulled


class Sources:
    """Several sources in order. `registry` is None if no registry is to be asked."""

    def __init__(self, local: Sequence[Source], registry: Source | None, wish: Wish) -> None:
        self._local = local
        self._registry = registry
        self._wish = wish

    def find(self, asked: Asked) -> Answered:
        """The first source that has an image tells about it."""
        reasons: list[str] = []
        asks_registry = self._registry is not None and asked.is_pulled
        last = [self._registry] if self._registry and asks_registry else []
        for source in (*self._local, *last):
            try:
                return Answered(asked, source.entries(asked.reference, self._wish))
            except NoSuchImage as failure:
                reasons.append(str(failure))
            except ImageFailure as failure:
                return Answered(asked, (), failure)
        if not asked.is_pulled:
            reasons.append(
                "it is never pulled, so that no registry is asked; to have it in the lock, save it "
                "(docker save, minikube image save) and name the archive by --from"
            )
        elif not asks_registry:
            reasons.append("no registry was asked")
        return Answered(asked, (), NoSuchImage("; ".join(reasons)))

    def find_all(
        self, asked: Sequence[Asked], jobs: int, told: Callable[[int], None]
    ) -> list[Answered]:
        """Find images, some at a time, and tell how many are found."""
        found = []
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            for answered in pool.map(self.find, asked):
                found.append(answered)
                told(len(found))
        return found


class Stored:
    """The images of a store, examined."""

    def __init__(self, store: Store, wish: Wish) -> None:
        self._examiner = Examiner(store, wish)

    def entries(self, reference: ImageReference, wish: Wish) -> list[Entry]:
        """The entries of an image, as far as the wish that the store was opened with goes."""
        return self._examiner.entries(reference)


class Misnamed(Exception):
    """What --from names is no source: one sentence."""


def local_source(text: str, wish: Wish) -> Source:
    """What `engine`, a path, or `IMAGE=PATH` names. Raises Misnamed."""
    if text == ENGINE:
        from tools.images.engine import Engine

        return Engine()
    path, named = text, None
    if "=" in text and not Path(text).exists():
        name, _, path = text.partition("=")
        try:
            named = parse_image(name)
        except InvalidImage as error:
            raise Misnamed(f"--from {text}: {name!r} is no image: {error}") from error
    try:
        files = _files(path, text)
        if files.has(SAVED):
            return Saved(files, named)
        if files.has(INDEX) or files.has(MARK):
            return Stored(Layout(files, named), wish)
    except ImageFailure as failure:
        raise Misnamed(f"--from {text}: {failure}") from failure
    raise Misnamed(f"--from {text} is neither an OCI layout nor an archive of docker save")


def _files(path: str, text: str) -> Files:
    if not Path(path).exists():
        raise Misnamed(f"--from {text}: there is no {path}")
    if Path(path).is_dir():
        return Folder(Path(path))
    if not Path(path).is_file():
        raise Untrustworthy(f"{path} is no file")
    return Archive(Path(path))
