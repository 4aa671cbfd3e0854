"""One entry of a kustomization with what it did, its fields' places, and who else has it."""

from collections.abc import Sequence
from typing import NamedTuple

from yaml.nodes import MappingNode

from tools.kubernetes.resource import as_map
from tools.source.place import Place
from tools.source.tree import Tree
from tools.source.usage import Usage, whole_usage
from tools.trace.application import Application


class Entry(NamedTuple):
    """An entry, seen from the target that was built."""

    tree: Tree
    application: Application

    def place(self, *path: str | int) -> Place:
        """Where a field of the entry stands, or its nearest existing parent."""
        start = self.application.place
        for document in self.tree.repository.documents(start.file):
            for found, part in document.parts.items():
                if isinstance(part.value, MappingNode) and document.place_of(part) == start:
                    return document.nearest((*found, *path))[1]
        return start

    def patch_place(self, *path: str | int) -> Place:
        """Where a field of the entry's patch stands; of an inline one, where the patch begins."""
        patch = self.application.patch
        if patch is None:
            return self.application.place
        for document in () if patch.inline else self.tree.repository.documents(patch.file):
            if document.nearest(())[1] == patch.place:
                return document.nearest(path)[1]
        return patch.place

    def option_place(self, option: str, value: object = None) -> Place | None:
        """Where an option of a generator (with this value) is set: in the entry, or in the
        `generatorOptions` for all entries of its kustomization; None if it is set in neither.
        """
        own = as_map(as_map(self.application.entry).get("options"))
        if option in own and value in (None, own[option]):
            return self.place("options", option)
        kustomization = self.tree.kustomizations.get(self.application.folder)
        common = as_map(kustomization.fields.get("generatorOptions")) if kustomization else {}
        if kustomization and option in common and value in (None, common[option]):
            return kustomization.place("generatorOptions", option)
        return None

    @property
    def is_shared(self) -> bool:
        """Whether it stands in a component that several kustomizations of the repository use.

        What it does is then decided anew by each of them, and one target does not show it all.
        """
        return len(self._users) > 1

    @property
    def scope(self) -> Usage:
        """The kustomizations that may list what the entry is about, whichever target is built.

        Those below its own; for a component those of its only user, or all of the repository.
        """
        if self.is_shared:
            return whole_usage(self.tree.repository)
        top = self._users[0] if self._users else self.application.folder
        return Usage(self.tree.repository, self.tree.below(top))

    @property
    def _users(self) -> Sequence[str]:
        """The kustomizations that use the component that holds the entry; () for others."""
        folder = self.application.folder
        kustomization = self.tree.kustomizations.get(folder)
        if kustomization is None or not kustomization.is_component:
            return ()
        return whole_usage(self.tree.repository).users(folder)
