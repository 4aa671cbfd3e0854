"""The ValueAddTransformer: one value put into fields of many objects (`api/filters/valueadd`)."""

from tools.source.place import SourceError
from tools.trace.equality import same
from tools.trace.fieldpath import CannotFollow, find
from tools.trace.fieldspec import split_path
from tools.trace.layer import Layer, record
from tools.trace.names import NamespaceSetter
from tools.trace.objects import Object
from tools.trace.origin import Source, resource_scalar
from tools.trace.selector import CannotSelect, Selector, target_of
from tools.trace.value import List, Map, Scalar, Value, value_of

_NAMESPACE = "metadata/namespace"
_BY_FOLDER = "it is the name of the folder, because the transformer has no value"


def add_value(layer: Layer, config: Map, objects: list[Object]) -> None:
    """Put the value of a ValueAddTransformer into every field that its targets name."""
    value = _value(layer, config)
    for number, target in enumerate(_targets(layer, config)):
        application = layer.log.entry(layer, "transformer", "transformers", target, number)
        try:
            selected = _selected(layer, target, objects)
            changed = [_add(obj, target, value) for obj in selected]
        except (CannotFollow, CannotSelect) as error:
            application.unknown = str(error)
            continue
        record(application, selected, any(changed))


def _value(layer: Layer, config: Map) -> Scalar:
    given = config.get("value")
    if isinstance(given, Scalar) and given.text.strip():
        source = given.source.as_layer("replacement")
        return Scalar(source, given.key, given.node, None, given.text.strip())
    name = layer.repository.path(layer.folder).resolve().name
    return Scalar(Source(None, "replacement", reason=_BY_FOLDER), None, None, None, name)


def _targets(layer: Layer, config: Map) -> list[Map]:
    """The targets of a configuration, and those in the file that it names."""
    listed: list[Value | None] = [config.get("targets")]
    path = config.text("targetFilePath")
    if path:
        try:
            text = layer.named(path)
        except SourceError:
            return []  # Kustomize fails on it
        source = Source(text.file, "resource", resource_scalar)
        roots = [value_of(source, None, root) for root in text.roots]
        listed += [root.get("targets") for root in roots if isinstance(root, Map)]
    found = [item for one in listed if isinstance(one, List) for item in one.items]
    return [item for item in found if isinstance(item, Map)]


def _selected(layer: Layer, target: Map, objects: list[Object]) -> list[Object]:
    selector = target.get("selector")
    if not isinstance(selector, Map):
        return list(objects)
    return Selector(target_of(selector, layer.place)).select(objects)


def _add(obj: Object, target: Map, value: Scalar) -> bool:
    path = target.text("fieldPath")
    if path == _NAMESPACE:
        setter = NamespaceSetter(value.after(None, value.source.as_layer("namespace")))
        _, changed = setter.apply(obj)
        obj.refresh()
        return changed
    position = target.get("filePathPosition")
    at = position.value if isinstance(position, Scalar) else 0
    changes = False
    for slot in find(obj.root, split_path(path), Scalar):
        old = slot.value
        if old is not None and not isinstance(old, Scalar):
            raise CannotFollow(f"{path} is no scalar in {obj.kind} {obj.name}")
        text = value.text
        if isinstance(at, int) and at > 0:
            text = inserted(old.text if old is not None else "", at - 1, text)
        new = Scalar(value.source, value.key, value.node, old, text)
        changes |= not same(old, new)
        slot.set(new)
    obj.refresh()
    return changes


def inserted(path: str, position: int, part: str) -> str:
    """A file path with one part more; the root of an absolute one is not counted."""
    parts = path.split("/") if path else []
    if path == "/":
        parts = [""]
    position = min(position, len(parts))
    if parts and not parts[0] and position < len(parts):
        position += 1
    found = [*parts[:position], part, *parts[position:]]
    return "/".join(found)
