"""`vars` of old kustomizations: `$(NAME)` in some fields stands for a field of another object."""

from collections.abc import Callable

from tools.trace.fieldpath import CannotFollow, parts_of, value_at
from tools.trace.fieldspec import Configuration, FieldSpec, slots
from tools.trace.layer import Layer
from tools.trace.objects import Id, Object
from tools.trace.scope import is_cluster_scoped
from tools.trace.value import List, Map, Scalar, Value

_DEFAULT_PATH = "metadata.name"


class Variable:
    """One entry of `vars`."""

    def __init__(self, entry: Map) -> None:
        self.name = entry.text("name")
        self.path = entry.text("fieldref", "fieldPath")
        self._wanted = _identity(entry)

    def mark(self, objects: list[Object]) -> None:
        """Note the variable at the one object that it is about."""
        wanted = self._wanted
        exact = bool(wanted.namespace) or wanted.cluster
        for obj in objects:
            ids = obj.ids
            if any(wanted.equals(one) if exact else wanted[:4] == one[:4] for one in ids):
                obj.vars = (*obj.vars, self.name)

    def value(self, objects: list[Object]) -> Value | None:
        """What the variable stands for."""
        for obj in objects:
            if self.name in obj.vars:
                return value_at(obj.root, _parts(self.path or _DEFAULT_PATH))
        return None


def _parts(path: str) -> tuple[str, ...]:
    """The parts of the path of a var, in which `ports[0]` means the first of the ports."""
    found: list[str] = []
    for part in parts_of(path):
        name, bracket, index = part.removesuffix("]").rpartition("[")
        if bracket and part.endswith("]") and index.isdigit():
            found += [name, index] if name else [index]
        else:
            found.append(part)
    return tuple(found)


def _identity(entry: Map) -> Id:
    found = entry.get("objref")
    ref = found if isinstance(found, Map) else entry
    api_version = ref.text("apiVersion")
    group, slash, version = api_version.partition("/")
    if not slash:
        group, version = ref.text("group"), api_version or ref.text("version")
    kind = ref.text("kind")
    cluster = is_cluster_scoped(f"{group}/{version}" if group else version, kind)
    return Id(group, version, kind, ref.text("name"), ref.text("namespace"), cluster)


def variables_of(layer: Layer) -> list[Variable]:
    """The `vars` of a kustomization."""
    return [Variable(entry) for entry in layer.maps("vars")]


def resolve(variables: list[Variable], objects: list[Object], configuration: Configuration) -> None:
    """Replace `$(NAME)` wherever Kustomize does."""
    known: dict[str, Scalar] = {}
    for variable in variables:
        try:
            value = variable.value(objects)
        except CannotFollow:
            continue
        if isinstance(value, Scalar):
            known[variable.name] = value
    if not known:
        return
    for obj in objects:
        for spec in configuration.specs["varReference"]:
            if spec.applies_to(obj):
                _resolve_in(obj, spec, known)
        obj.refresh()


def _resolve_in(obj: Object, spec: FieldSpec, known: dict[str, Scalar]) -> None:
    for slot in slots(obj.root, spec.path):
        value = slot.value
        if isinstance(value, Scalar):
            slot.set(_resolved(value, known))
        elif isinstance(value, Map):
            for child in value.fields.values():
                if isinstance(child, Scalar):
                    child.become(_resolved(child, known))
        elif isinstance(value, List):
            value.items = [
                _resolved(item, known) if isinstance(item, Scalar) else item for item in value.items
            ]


def _resolved(value: Scalar, known: dict[str, Scalar]) -> Scalar:
    text = value.value
    if not isinstance(text, str) or "$" not in text:
        return value
    used: list[Scalar] = []

    def look_up(name: str) -> str:
        if name not in known:
            return f"$({name})"
        used.append(known[name])
        return known[name].text

    result = substituted(text, look_up)
    if not used:
        return value if result == text else _made(value, value, result)
    only = used[0]
    if text == f"$({_name_in(text)})":
        return _made(only, value, only.value)
    return _made(value, value, result)


def _name_in(text: str) -> str:
    return text[2:-1]


def _made(by: Scalar, old: Scalar, made: object) -> Scalar:
    previous = old.previous if by is old else old
    return Scalar(by.source.as_layer("replacement"), by.key, by.node, previous, made)


def substituted(text: str, look_up: Callable[[str], str]) -> str:
    """A text with `$(NAME)` looked up; `$$` stands for `$` (`api/filters/refvar/expand.go`)."""
    result = ""
    index = 0
    while index < len(text):
        if text[index] != "$" or index + 1 == len(text):
            result += text[index]
            index += 1
        elif text[index + 1] == "(" and (end := text.find(")", index)) > 0:
            result += look_up(text[index + 2 : end])
            index = end + 1
        elif text[index + 1] == "$":
            result += "$"
            index += 2
        else:
            result += text[index : index + 2]
            index += 2
    return result
