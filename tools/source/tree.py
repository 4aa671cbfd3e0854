"""Everything that one kustomization is made of, followed through its references.

Nothing is rendered here: what Kustomize would fetch, execute or read outside the repository is
refused before it starts.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from tools.source.document import Document, parse
from tools.source.kustomization import Kustomization, Names, Reference, read_kustomization
from tools.source.place import Place, SourceError
from tools.source.repository import Repository, join

_REMOTE = re.compile(r"://|^git::|^git@|^gh:|^github\.com[/:]|^[^/\s]+@[^/\s]+:")


class Refusal(NamedTuple):
    """A reason not to start Kustomize, and the place that gives it.

    `reference` is set where a reference is at fault: remote, absolute, outside or missing.
    """

    sentence: str
    place: Place
    reference: Reference | None = None


class Use(NamedTuple):
    """A file that a kustomization uses, and the reference that names it."""

    file: str
    reference: Reference


class Tree:
    """A kustomization with all that it is built from.

    `kustomizations` maps folders to their kustomization in the order of the visit (root first);
    `uses` lists every other file that is read; `refusals` say why it must not be rendered.
    """

    def __init__(self, repository: Repository, folder: str) -> None:
        self.repository = repository
        self.folder = folder
        self.kustomizations: dict[str, Kustomization] = {}
        self.uses: list[Use] = []
        self.refusals: list[Refusal] = []
        self._walk(folder, ())

    @property
    def root(self) -> Kustomization | None:
        """The kustomization of the target itself, None if it could not be read."""
        return self.kustomizations.get(self.folder)

    @property
    def files(self) -> list[str]:
        """Every file of the tree, each once, kustomizations first."""
        names = [k.file for k in self.kustomizations.values()] + [use.file for use in self.uses]
        return list(dict.fromkeys(names))

    def documents(self) -> Iterator[Document]:
        """Every YAML document of the tree that Kustomize reads as YAML, unreadable files left out
        (they are among the refusals after `read`).
        """
        for file in self.files:
            if self._is_yaml(file):
                with suppress(SourceError):
                    yield from self.repository.documents(file)

    def below(self, folder: str) -> list[Kustomization]:
        """The kustomization of a folder of the tree, and those that it is built from."""
        found: dict[str, Kustomization] = {}
        todo = [folder]
        while todo:
            current = self.kustomizations.get(todo.pop())
            if current is not None and current.folder not in found:
                found[current.folder] = current
                todo += [self.resolve(current, reference) for reference in current.references]
        return list(found.values())

    def resolve(self, kustomization: Kustomization, reference: Reference) -> str:
        """The name, relative to the repository, of what a local reference points at."""
        return join(kustomization.folder, reference.value)

    def _is_yaml(self, file: str) -> bool:
        """Whether some kustomization reads the file as YAML, and not only as generator data."""
        fields = [use.reference.field.lower() for use in self.uses if use.file == file]
        return not fields or any(not field.endswith("generator") for field in fields)

    def _walk(self, folder: str, above: tuple[str, ...], named_by: Reference | None = None) -> None:
        if folder in self.kustomizations:
            return
        try:
            file = self.repository.kustomization_in(folder)
            if file is None:
                sentence = f"{folder or '.'} holds no kustomization; add one, or name its files"
                raise SourceError(sentence)
            kustomization = read_kustomization(self.repository, file)
        except SourceError as error:
            at_fault = None if error.place else named_by
            place = error.place or (named_by.place if named_by else Place(folder or ".", 1, 1))
            self.refusals.append(Refusal(error.sentence, place, at_fault))
            return
        self.kustomizations[folder] = kustomization
        if kustomization.fields.get("helmCharts") or kustomization.fields.get(
            "helmChartInflationGenerator"
        ):
            sentence = "helmCharts downloads and runs Helm; render the chart and commit the result"
            self._refuse(sentence, kustomization.place("helmCharts"))
        self._inline_patches(kustomization)
        for reference in kustomization.references:
            self._follow(kustomization, reference, (*above, folder))

    def _follow(
        self, kustomization: Kustomization, reference: Reference, above: tuple[str, ...]
    ) -> None:
        if reference.is_inline:
            self._inline(reference)
            return
        sentence = self._objection(kustomization, reference, above)
        if sentence:
            self.refusals.append(Refusal(sentence, reference.place, reference))
            return
        name = self.resolve(kustomization, reference)
        if self.repository.is_folder(name):
            self._walk(name, above, reference)
        else:
            self.uses.append(Use(name, reference))
            if reference.names is Names.PLUGIN:
                self._check_plugin(name)

    def _objection(
        self, kustomization: Kustomization, reference: Reference, above: tuple[str, ...]
    ) -> str | None:
        """Why a reference must not be followed, or None."""
        value = reference.value
        name = self.resolve(kustomization, reference)
        sentence = None
        if _REMOTE.search(value):
            sentence = "is remote; Kustomize would fetch it. Copy what it holds into the repository"
        elif value.startswith("/"):
            sentence = "is absolute; name the path relative to this kustomization"
        elif name == ".." or name.startswith("../") or not self.repository.holds(name):
            sentence = "leads out of the repository; keep what is built inside it"
        elif self.repository.is_folder(name):
            sentence = _folder_objection(reference, name, above)
        elif not self.repository.is_file(name):
            sentence = "does not exist; correct the name or delete the entry"
        elif reference.names is Names.FOLDER:
            sentence = "is a file; name a folder that has a kustomization"
        return f"{value!r} {sentence}" if sentence else None

    def read(self) -> None:
        """Read every file that Kustomize reads as YAML; what cannot be read becomes a refusal.

        Separate from the walk, which is all that must come before Kustomize starts.
        """
        for file in self.files:
            if self._is_yaml(file):
                try:
                    self.repository.documents(file)
                except SourceError as error:
                    self._refuse(error.sentence, error.place or Place(file, 1, 1))

    def _check_plugin(self, name: str) -> None:
        try:
            documents = self.repository.documents(name)
        except SourceError:
            return  # read() refuses the file with its place
        for document in documents:
            if not is_builtin(document.data):
                self._refuse(_PLUGIN, document.nearest(("apiVersion",))[1])

    def _inline(self, reference: Reference) -> None:
        documents = self._inline_documents(reference.value, reference.place)
        if reference.names is not Names.PLUGIN:
            return
        for document in documents:
            if not is_builtin(document.data):
                self._refuse(_PLUGIN, reference.place)

    def _inline_patches(self, kustomization: Kustomization) -> None:
        """Read patches that stand in the kustomization; aliases in them can explode as in files."""
        for field in ("patches", "patchesJson6902"):
            for index, entry in enumerate(kustomization.entries(field)):
                for key, value in entry.items() if isinstance(entry, dict) else ():
                    if key.lower() == "patch" and isinstance(value, str):
                        self._inline_documents(value, kustomization.place(field, index, key))

    def _inline_documents(self, text: str, place: Place) -> list[Document]:
        try:
            return parse(text, place.file)
        except SourceError as error:
            self._refuse(error.sentence, place)
            return []

    def _refuse(self, sentence: str, place: Place) -> None:
        self.refusals.append(Refusal(sentence, place))


def _folder_objection(reference: Reference, name: str, above: tuple[str, ...]) -> str | None:
    if name in above:
        return "leads back to a kustomization that is being built (a cycle); delete this entry"
    if reference.names in (Names.FILE, Names.PATCH):
        return "is a folder; name a file"
    return None


_PLUGIN = (
    "this plugin would run a program or a container while rendering; "
    "only Kustomize's builtin generators, transformers and validators are allowed"
)


def is_builtin(data: Any) -> bool:
    """Whether a plugin's configuration asks for a part of Kustomize itself, and runs nothing."""
    if not isinstance(data, dict) or data.get("apiVersion") != "builtin":
        return False
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return not isinstance(annotations, dict) or _FUNCTIONS.isdisjoint(annotations)


_FUNCTIONS = frozenset({"config.kubernetes.io/function", "config.k8s.io/function"})
"""Annotations that make a container or a program of a plugin (`kyaml/fn/runtime/runtimeutil`)."""
