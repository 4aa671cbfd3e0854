"""A field of some kinds of objects, and where it is found in an object."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tools.trace.objects import BY_KUSTOMIZE, Object
from tools.trace.value import List, Map, Scalar, Value


class Selected(NamedTuple):
    """Group, version and kind; "" stands for any."""

    group: str = ""
    version: str = ""
    kind: str = ""

    def selects(self, group: str, version: str, kind: str) -> bool:
        """Whether something of that group, version and kind is meant."""
        return (
            self.kind in ("", kind) and self.group in ("", group) and self.version in ("", version)
        )


class FieldSpec(NamedTuple):
    """A field of the objects that `of` selects; `create` makes it where it is missing.

    A part of the path that ends in `[]` must be a list; other parts may be one.
    """

    of: Selected
    path: tuple[str, ...]
    create: bool = False

    def applies_to(self, obj: Object) -> bool:
        """Whether the object is of the right kind."""
        return self.of.selects(obj.group, obj.version, obj.kind)

    def covers(self, other: "FieldSpec") -> bool:
        """Whether another spec adds nothing to this one."""
        return self.path == other.path and other.of.selects(*self.of)


class NameReference(NamedTuple):
    """The fields that hold names of objects of a kind."""

    target: Selected
    fields: tuple[FieldSpec, ...]


class Configuration(NamedTuple):
    """The field specs of every transformer (`TransformerConfig` of Kustomize).

    `specs` is keyed by the field names of a Kustomize configuration file.
    """

    specs: Mapping[str, tuple[FieldSpec, ...]]
    name_references: tuple[NameReference, ...]

    def merged(self, other: "Configuration") -> "Configuration":
        """This configuration with what another one adds."""
        if other is self:
            return self
        specs = {
            name: merge_specs(found, other.specs.get(name, ()))
            for name, found in self.specs.items()
        }
        specs |= {name: found for name, found in other.specs.items() if name not in specs}
        references = {one.target: one for one in self.name_references}
        for target, fields in other.name_references:
            mine = references.get(target, NameReference(target, ()))
            references[target] = NameReference(target, merge_specs(mine.fields, fields))
        return Configuration(specs, tuple(references.values()))


def split_path(path: str, delimiter: str = "/") -> tuple[str, ...]:
    r"""The parts of a field path; `\/` stands for a `/` inside a part."""
    if delimiter not in path:
        return (path,)
    parts = path.split(delimiter)
    if parts[0] == "":
        parts = parts[1:]
    found = [parts[0]]
    for part in parts[1:]:
        if found[-1].endswith("\\"):
            found[-1] = found[-1][:-1] + delimiter + part
        else:
            found.append(part)
    return tuple(found)


def merge_specs(mine: Iterable[FieldSpec], theirs: Iterable[FieldSpec]) -> tuple[FieldSpec, ...]:
    """The specs of both, those left out that an earlier one covers."""
    found = list(mine)
    for spec in theirs:
        if not any(one.covers(spec) for one in found):
            found.append(spec)
    return tuple(found)


def specs_of(
    paths: Mapping[str, Iterable[str]], *, create: bool = False, group: str = ""
) -> tuple[FieldSpec, ...]:
    """Field specs from paths by kind; a kind may be written `group/Kind` or `version:Kind`."""
    found: list[FieldSpec] = []
    for kind, fields in paths.items():
        of_group, slash, name = kind.rpartition("/")
        version, _, name = name.rpartition(":")
        selected = Selected(of_group if slash else group, version, name)
        found.extend(FieldSpec(selected, split_path(path), create) for path in fields)
    return tuple(found)


class Slot(NamedTuple):
    """Where a value stands or would stand: a map and its key, or a list and its index."""

    parent: Map | List
    key: str | int

    @property
    def value(self) -> Value | None:
        if isinstance(self.parent, Map):
            return self.parent.fields.get(str(self.key))
        return self.parent.items[int(self.key)]

    def set(self, value: Value) -> None:
        """Put a value there; a scalar takes the place of another one wherever that stands."""
        old = self.value
        if isinstance(old, Scalar) and isinstance(value, Scalar):
            old.become(value)
        elif isinstance(self.parent, Map):
            self.parent.fields[str(self.key)] = value
        else:
            self.parent.items[int(self.key)] = value


def slots(root: Map, path: tuple[str, ...], create: bool = False) -> Iterator[Slot]:
    """Where a path leads in an object: nowhere, to one place, or to several through lists.

    With `create`, missing maps on the way are made, and the last key is yielded even if it is
    missing. Kustomize does nothing at a null on the way unless it creates.
    """
    name = path[0]
    is_list = name.endswith("[]")
    if is_list:
        name = name[:-2]
    create_here = create and not is_list
    if not create_here and not root.has(name):
        return
    if len(path) == 1:
        yield Slot(root, name)
        return
    child = root.fields.get(name)
    if create_here and (child is None or (isinstance(child, Scalar) and child.is_null)):
        child = root.fields[name] = Map(BY_KUSTOMIZE, None, None, {})
    if child is not None:
        yield from _below(child, path[1:], create)


def _below(value: Value, path: tuple[str, ...], create: bool) -> Iterator[Slot]:
    if isinstance(value, Map):
        yield from slots(value, path, create)
    elif isinstance(value, List):
        for item in value.items:
            yield from _below(item, path, create)
