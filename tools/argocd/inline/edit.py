"""A kustomization with `source.kustomize` of an Application written into it."""

import re
from collections.abc import Mapping
from typing import Any

from tools.argocd.inline.entries import by_name, image_of, joined, said_in, settings_of
from tools.argocd.inline.fault import Unedited, argument_of, list_of, map_of, text_of, texts_of
from tools.argocd.inline.patches import OriginOf, patch_of
from tools.argocd.inline.variables import substituted
from tools.source.branches import Branch, Leaf
from tools.source.edited import Draft
from tools.source.place import FieldPath, SourceError
from tools.source.repository import Repository, join

EDITS = (
    "namePrefix", "nameSuffix", "images", "replicas", "commonLabels", "commonAnnotations",
    "namespace", "patches", "components",
)  # fmt: skip
"""The fields that change the kustomization, in Argo CD's order."""

_PRESERVE = "*"


def edits(settings: Mapping[str, Any]) -> bool:
    """Whether `kustomize` changes what is built."""
    return any(settings.get(field) for field in (*EDITS, "version"))


def edited(
    repository: Repository,
    folder: str,
    settings: Mapping[str, Any],
    variables: Mapping[str, str],
    origin: OriginOf,
) -> Draft:
    """The kustomization of a folder with `settings` written into it. Raises Unedited."""
    if settings.get("version"):
        reason = f"it is built with another Kustomize, {settings['version']!r}"
        raise Unedited(reason, ("version",))
    try:
        draft = Draft(repository, folder)
    except SourceError as error:
        raise Unedited(error.sentence) from error
    _Edit(repository, draft, settings, variables, origin).apply()
    return draft


class _Edit:
    def __init__(
        self,
        repository: Repository,
        draft: Draft,
        settings: Mapping[str, Any],
        variables: Mapping[str, str],
        origin: OriginOf,
    ) -> None:
        self._repository = repository
        self._draft = draft
        self._settings = settings
        self._variables = variables
        self._origin = origin

    def apply(self) -> None:
        steps = {
            "namePrefix": self._affix,
            "nameSuffix": self._affix,
            "namespace": self._affix,
            "images": self._images,
            "replicas": self._replicas,
            "commonLabels": self._labels,
            "commonAnnotations": self._annotations,
            "patches": self._patches,
            "components": self._components,
        }
        for field in EDITS:
            if self._settings.get(field):
                steps[field](field)

    def _leaf(self, path: FieldPath, text: str, written: str | None = None) -> Leaf:
        """A text of the Application at a path; `written` is what stands there, if not itself."""
        return Leaf(text, self._origin(path, text if written is None else written))

    def _affix(self, field: str) -> None:
        self._draft.set(field, self._leaf((field,), text_of(self._settings[field], field)))

    def _entries(self, field: str) -> dict[str, dict[str, Branch]]:
        """The entries of a list of the kustomization by name; of a name the first one counts."""
        found: dict[str, dict[str, Branch]] = {}
        old = self._drafted("imageTags") if field == "images" else []
        for entry in [*self._drafted(field), *old]:
            named = {key.lower(): value for key, value in _written(entry, field).items()}
            name = named.get("name")
            found.setdefault(
                str(name.value) if isinstance(name, Leaf) else "", _written(entry, field)
            )
        return found

    def _images(self, field: str) -> None:
        asked: dict[str, dict[str, Leaf]] = {}
        for index, written in enumerate(texts_of(self._settings[field], field)):
            argument = argument_of(substituted(written, self._variables), field)
            image = image_of(argument)
            if image is None:
                reason = f"{argument!r} names neither a tag nor another image"
                raise Unedited(reason, (field, index), True)
            asked[image["name"]] = {
                key: self._leaf((field, index), value, written) for key, value in image.items()
            }
        entries: dict[str, Mapping[str, Branch]] = dict(self._entries(field))
        for name, wanted in asked.items():
            before = {key.lower(): value for key, value in entries.get(name, {}).items()}
            entries[name] = {
                key: before.get(key.lower(), leaf._replace(value=""))
                if leaf.value == _PRESERVE and key != "name"
                else leaf
                for key, leaf in wanted.items()
            }
        self._draft.set(field, [said_in(entries[name]) for name in sorted(entries)])
        if self._draft.get("imageTags"):
            self._draft.set("imageTags", [])

    def _replicas(self, field: str) -> None:
        entries: dict[str, Branch] = {}
        for index, item in enumerate(list_of(self._settings[field], field)):
            given = item if isinstance(item, dict) else {}
            name, count = text_of(given.get("name"), "name"), given.get("count")
            if not re.fullmatch(r"[+-]?[0-9]+", str(count)) or "=" in name:
                raise Unedited(
                    f"the replicas of {name!r} are no number", (field, index, "count"), True
                )
            number = Leaf(int(str(count)), self._origin((field, index, "count"), ""))
            named = self._leaf((field, index, "name"), name)
            entries[name] = {"name": named, "count": number}
        self._draft.set(field, by_name({**self._entries(field), **entries}))

    def _pairs(self, field: str, substitutes: bool) -> dict[str, Leaf]:
        given = self._settings[field]
        if not isinstance(given, dict):
            raise Unedited(f"{field} is no map")
        found = {}
        for key, written in given.items():
            value = text_of(written, field)
            value = substituted(value, self._variables) if substitutes else value
            name, _, rest = argument_of(f"{key}:{value}", field).partition(":")
            rest = rest[1:-1] if len(rest) > 1 and rest[0] == rest[-1] == '"' else rest
            if not name:
                raise Unedited(f"{field} has an empty key", (field,), True)
            found[name] = self._leaf((field, key), rest, value)
        return found

    def _labels(self, field: str) -> None:
        pairs = self._pairs(field, True)
        force = self._settings.get("forceCommonLabels") is True
        templates = self._settings.get("labelIncludeTemplates") is True
        if self._settings.get("labelWithoutSelector") is not True:
            if templates:
                reason = "labelIncludeTemplates needs labelWithoutSelector"
                raise Unedited(reason, ("labelIncludeTemplates",), True)
            self._add(field, pairs, force)
            return
        labels = [dict(_written(label, "labels")) for label in self._drafted("labels")]
        alike = [label for label in labels if settings_of(label) == (False, templates)]
        if alike:
            key = next((key for key in alike[0] if key.lower() == "pairs"), "pairs")
            before = _written(alike[0].get(key, {}), "labels")
            alike[0][key] = joined(before, pairs, force, field)
        else:
            label: dict[str, Branch] = {"pairs": dict(pairs)}
            if templates:
                label["includeTemplates"] = Leaf(True, next(iter(pairs.values())).origin)
            labels.append(label)
        self._draft.set("labels", list(labels))

    def _annotations(self, field: str) -> None:
        pairs = self._pairs(field, self._settings.get("commonAnnotationsEnvsubst") is True)
        self._add(field, pairs, self._settings.get("forceCommonAnnotations") is True)

    def _add(self, field: str, pairs: Mapping[str, Leaf], force: bool) -> None:
        before = _written(self._draft.get(field) or {}, field)
        self._draft.set(field, joined(before, pairs, force, field))

    def _patches(self, field: str) -> None:
        is_first = not any(self._settings.get(other) for other in EDITS[: EDITS.index(field)])
        if is_first and any(key != field for key in self._draft.spelled(field)):
            raise Unedited("the kustomization spells `patches` in its own way")
        patches = list(self._drafted(field))
        for index, item in enumerate(list_of(self._settings[field], field)):
            patches.append(patch_of((field, index), map_of(item, field), self._origin))
        self._draft.set(field, patches)

    def _drafted(self, field: str) -> list[Branch]:
        """A list of the kustomization, [] without one."""
        value = self._draft.get(field)
        return [] if value is None else list_of(value, f"{field} of the kustomization")

    def _components(self, field: str) -> None:
        components = list(self._drafted(field))
        listed = {entry.value for entry in components if isinstance(entry, Leaf)}
        for index, name in enumerate(texts_of(self._settings[field], field)):
            if re.search(r"[*?\[\\]", name):
                raise Unedited(f"the component {name!r} is a pattern")
            if self._settings.get("ignoreMissingComponents") is True and not self._is_here(name):
                continue
            if argument_of(name, field) not in listed:
                listed.add(name)
                components.append(self._leaf((field, index), name))
        if components:
            self._draft.set(field, components)

    def _is_here(self, name: str) -> bool:
        found = join(self._draft.folder, name)
        outside = (
            found == ".." or found.startswith(("../", "/")) or not self._repository.holds(found)
        )
        return not outside and self._repository.path(found).exists()


def _written(value: Branch, field: str) -> dict[str, Branch]:
    """A map of the kustomization."""
    return map_of(value, f"{field} of the kustomization")
