"""`source.kustomize` of an Application: what Argo CD writes into a kustomization before the build.

Argo CD runs `kustomize edit` in the checkout, field by field in one order, and appends the patches
itself: `util/kustomize/kustomize.go` of Argo CD 3.2.11 and `kustomize/commands/edit` of Kustomize
5.8.1. The same is done here to a draft of the kustomization.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tools.source.edited import Branch, Draft, Leaf, Origin
from tools.source.place import FieldPath, SourceError
from tools.source.repository import Repository, join

OriginOf = Callable[[FieldPath, str], Origin]
"""From a field path below `kustomize` and the text there to the origin of the text."""

EDITS = (
    "namePrefix", "nameSuffix", "images", "replicas", "commonLabels", "commonAnnotations",
    "namespace", "patches", "components",
)  # fmt: skip
"""The fields that change the kustomization, in Argo CD's order."""

_VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>[^}]*)\}|(?P<bad>\{)|(?P<special>[*#$@!?\-0-9])|(?P<name>\w+))", re.ASCII
)
_REVISION = ("ARGOCD_APP_REVISION", "ARGOCD_APP_REVISION_SHORT", "ARGOCD_APP_REVISION_SHORT_8")
_CONTROL_PLANE = "argocd"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PRESERVE = "*"
_PATCH = ("path", "patch", "target", "options")
_TARGET = (
    "group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector",
)  # fmt: skip


class Unedited(Exception):
    """Why a kustomization is not edited: one clause.

    `path` leads to the field below `kustomize` that is at fault; `stops` says that Argo CD cannot
    do it either.
    """

    def __init__(self, reason: str, path: FieldPath = (), stops: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.stops = stops


def edits(settings: Mapping[str, Any]) -> bool:
    """Whether `kustomize` changes what is built."""
    return any(settings.get(field) for field in (*EDITS, "version"))


def environment(
    name: str, namespace: str, destination: str, project: str, source: Mapping[str, Any]
) -> dict[str, str]:
    """The variables that Argo CD sets, as far as they are known.

    Those of the revision are if it is a commit. `namespace` is that of the Application, which is
    before its name unless it is Argo CD's own; `destination` the one that it deploys to.
    """
    known = {
        "ARGOCD_APP_NAMESPACE": destination,
        "ARGOCD_APP_PROJECT_NAME": project,
        "ARGOCD_APP_SOURCE_REPO_URL": str(source.get("repoURL") or ""),
        "ARGOCD_APP_SOURCE_PATH": str(source.get("path") or ""),
        "ARGOCD_APP_SOURCE_TARGET_REVISION": str(source.get("targetRevision") or ""),
    }
    if namespace in ("", _CONTROL_PLANE):
        known["ARGOCD_APP_NAME"] = name
    revision = known["ARGOCD_APP_SOURCE_TARGET_REVISION"]
    if _COMMIT.fullmatch(revision):
        known |= zip(_REVISION, (revision, revision[:7], revision[:8]), strict=True)
    return known


def substituted(text: str, variables: Mapping[str, str]) -> str:
    """Variables replaced as Go's `os.Expand` does. Raises Unedited for what is not known here."""

    def value(match: re.Match[str]) -> str:
        name = match["braced"] or match["special"] or match["name"] or ""
        if name in (*_REVISION, "ARGOCD_APP_NAME") and name not in variables:
            raise Unedited(f"what ${name} stands for is not known before the sync")
        return "$" if name == "$" else variables.get(name, "")

    return _VARIABLE.sub(value, text)


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
        self._draft.set(field, self._leaf((field,), _text(self._settings[field], field)))

    def _entries(self, field: str) -> dict[str, dict[str, Branch]]:
        """The entries of a list of the kustomization by name; of a name the first one counts."""
        found: dict[str, dict[str, Branch]] = {}
        tags = self._draft.get("imageTags") if field == "images" else None
        for entry in [*_list(self._draft.get(field), field), *_list(tags, "imageTags")]:
            named = {key.lower(): value for key, value in _map(entry, field).items()}
            name = named.get("name")
            found.setdefault(str(name.value) if isinstance(name, Leaf) else "", _map(entry, field))
        return found

    def _images(self, field: str) -> None:
        asked: dict[str, dict[str, Leaf]] = {}
        for index, written in enumerate(_texts(self._settings[field], field)):
            argument = _argument(substituted(written, self._variables), field)
            image = _image(argument)
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
        self._draft.set(field, [_said(entries[name]) for name in sorted(entries)])
        if self._draft.get("imageTags"):
            self._draft.set("imageTags", [])

    def _replicas(self, field: str) -> None:
        entries: dict[str, Branch] = {}
        for index, item in enumerate(_sequence(self._settings[field], field)):
            given = item if isinstance(item, dict) else {}
            name, count = _text(given.get("name"), "name"), given.get("count")
            if not re.fullmatch(r"[+-]?[0-9]+", str(count)) or "=" in name:
                raise Unedited(
                    f"the replicas of {name!r} are no number", (field, index, "count"), True
                )
            number = Leaf(int(str(count)), self._origin((field, index, "count"), ""))
            named = self._leaf((field, index, "name"), name)
            entries[name] = {"name": named, "count": number}
        self._draft.set(field, _by_name({**self._entries(field), **entries}))

    def _pairs(self, field: str, substitutes: bool) -> dict[str, Leaf]:
        given = self._settings[field]
        if not isinstance(given, dict):
            raise Unedited(f"{field} is no map")
        found = {}
        for key, written in given.items():
            value = _text(written, field)
            value = substituted(value, self._variables) if substitutes else value
            name, _, rest = _argument(f"{key}:{value}", field).partition(":")
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
        labels = [
            dict(_map(label, "labels")) for label in _list(self._draft.get("labels"), "labels")
        ]
        alike = [label for label in labels if _settings_of(label) == (False, templates)]
        if alike:
            key = next((key for key in alike[0] if key.lower() == "pairs"), "pairs")
            before = _map(alike[0].get(key, {}), "labels")
            alike[0][key] = _joined(before, pairs, force, field)
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
        before = _map(self._draft.get(field) or {}, field)
        self._draft.set(field, _joined(before, pairs, force, field))

    def _patches(self, field: str) -> None:
        is_first = not any(self._settings.get(other) for other in EDITS[: EDITS.index(field)])
        if is_first and any(key != field for key in self._draft.spelled(field)):
            raise Unedited("the kustomization spells `patches` in its own way")
        patches = list(_list(self._draft.get(field), field))
        for index, item in enumerate(_sequence(self._settings[field], field)):
            patches.append(self._patch((field, index), _mapping(item, field)))
        self._draft.set(field, patches)

    def _patch(self, path: FieldPath, item: Mapping[str, Any]) -> dict[str, Branch]:
        patch: dict[str, Branch] = {}
        for key in _PATCH:
            value = item.get(key)
            if key in ("path", "patch") and value:
                patch[key] = self._leaf((*path, key), _text(value, key))
            elif key == "target" and isinstance(value, dict):
                patch[key] = {
                    name: self._leaf((*path, key, name), _text(value[name], name))
                    for name in _TARGET
                    if value.get(name)
                }
            elif key == "options" and isinstance(value, dict) and value:
                patch[key] = {
                    name: Leaf(said is True, self._origin((*path, key, name), ""))
                    for name, said in value.items()
                }
        return patch

    def _components(self, field: str) -> None:
        components = list(_list(self._draft.get(field), field))
        listed = {entry.value for entry in components if isinstance(entry, Leaf)}
        for index, name in enumerate(_texts(self._settings[field], field)):
            if re.search(r"[*?\[\\]", name):
                raise Unedited(f"the component {name!r} is a pattern")
            if self._settings.get("ignoreMissingComponents") is True and not self._is_here(name):
                continue
            if _argument(name, field) not in listed:
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


def _image(argument: str) -> dict[str, str] | None:
    """The entry that `kustomize edit set image` makes of `[name=]image[:tag][@digest]`.

    None if it refuses the argument.
    """
    key, equals, value = argument.partition("=")
    if not equals:
        key, value = "", argument
    domain = max(value.find("/"), 0)
    at, colon = value.find("@", domain), value.find(":", domain)
    if 0 <= at < colon or colon < 0:
        colon = at if at >= 0 else len(value)
    at = at if at >= 0 else len(value)
    name, tag, digest = value[:colon], value[colon + 1 : at], value[at + 1 :]
    if name == argument:
        return None
    fields = {"newName": name if key else "", "newTag": tag, "digest": digest}
    return {"name": key or name, **fields}


def _said(entry: Mapping[str, Branch]) -> dict[str, Branch]:
    """An entry without its empty fields."""
    return {
        key: value
        for key, value in entry.items()
        if key == "name" or not (isinstance(value, Leaf) and value.value in ("", None))
    }


def _by_name(entries: Mapping[str, Branch]) -> list[Branch]:
    return [entries[name] for name in sorted(entries)]


def _settings_of(label: Mapping[str, Branch]) -> tuple[bool, bool]:
    said = {key.lower() for key, value in label.items() if isinstance(value, Leaf) and value.value}
    return "includeselectors" in said, "includetemplates" in said


def _joined(
    before: Mapping[str, Branch], pairs: Mapping[str, Leaf], force: bool, field: str
) -> dict[str, Branch]:
    both = sorted(set(before) & set(pairs))
    if both and not force:
        reason = f"the kustomization has {both[0]!r} too, which is not replaced without `force`"
        raise Unedited(reason, (field, both[0]), True)
    return {**before, **pairs}


def _argument(text: str, field: str) -> str:
    """A text as an argument of a command, where a dash would begin an option."""
    if text.startswith("-"):
        raise Unedited(f"{field} has {text!r}, which Kustomize takes for an option")
    return text


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise Unedited(f"{field} is no text")
    return value


def _texts(value: Any, field: str) -> list[str]:
    return [_text(item, field) for item in _sequence(value, field)]


def _sequence(value: Any, field: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise Unedited(f"{field} is no list")
    return value


def _mapping(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unedited(f"{field} holds what is no map")
    return value


def _list(value: Branch | None, field: str) -> list[Branch]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unedited(f"{field} of the kustomization is no list")
    return value


def _map(value: Branch, field: str) -> dict[str, Branch]:
    if not isinstance(value, dict):
        raise Unedited(f"{field} of the kustomization has an entry that is no map")
    return value
