"""What kustomizations use, beyond the tree of one target."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property, lru_cache

from tools.source.document import Document
from tools.source.kustomization import Kustomization, Reference, read_kustomization
from tools.source.place import SourceError
from tools.source.repository import Repository, join
from tools.source.targets import kustomization_folders


class Usage:
    """Some kustomizations of a repository, and what they name."""

    def __init__(self, repository: Repository, kustomizations: Iterable[Kustomization]) -> None:
        self.repository = repository
        self.kustomizations = {k.folder: k for k in kustomizations}

    @cached_property
    def names(self) -> frozenset[str]:
        """Every file and folder that some kustomization names."""
        return frozenset(name for _, _, name in self._references())

    @cached_property
    def dangling(self) -> frozenset[str]:
        """Folders whose kustomization names something that is not in the repository."""
        return frozenset(
            kustomization.folder
            for kustomization, _, name in self._references()
            if not self._is_there(name)
        )

    def users(self, folder: str) -> list[str]:
        """The folders of the kustomizations that name a folder, sorted."""
        return sorted({user.folder for user, _, name in self._references() if name == folder})

    def resources(self) -> Iterator[Document]:
        """Every document of the files that kustomizations list under `resources`; files that
        cannot be read are left out (their own targets report them).
        """
        listed = {name for _, ref, name in self._references() if ref.field.lower() == "resources"}
        for name in sorted(listed):
            if self.repository.is_file(name):
                with suppress(SourceError):
                    yield from self.repository.documents(name)

    def _is_there(self, name: str) -> bool:
        there = self.repository.is_file(name) or self.repository.is_folder(name)
        return there and self.repository.holds(name)

    def _references(self) -> Iterator[tuple[Kustomization, Reference, str]]:
        for kustomization in self.kustomizations.values():
            for reference in kustomization.references:
                if not reference.is_inline:
                    yield kustomization, reference, join(kustomization.folder, reference.value)


def read_all(repository: Repository, folders: Iterable[str]) -> Iterator[Kustomization]:
    """The kustomizations of folders that have one, unreadable ones left out."""
    for folder in folders:
        with suppress(SourceError):
            file = repository.kustomization_in(folder)
            if file:
                yield read_kustomization(repository, file)


@lru_cache(maxsize=1)
def whole_usage(repository: Repository) -> Usage:
    """What the kustomizations of the whole repository use, read once."""
    return Usage(repository, read_all(repository, kustomization_folders(repository, "")))
