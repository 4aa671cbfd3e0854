"""ConfigMaps and Secrets that a kustomization generates (`api/internal/generators`, `api/kv`)."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.source.place import Place, SourceError
from tools.source.repository import join
from tools.trace.absorb import CannotAbsorb, absorb
from tools.trace.application import Kind, Mistake, Mistaken
from tools.trace.layer import CannotReplay, Layer, record
from tools.trace.objects import Object
from tools.trace.origin import Source, Spot
from tools.trace.value import List, Map, Scalar, Value, place_of

_LINE = 70
"""Characters of base64 in one line, as Kustomize writes it."""
_TYPE = "Kustomize sets this type where the entry of the generator has none"
_TWICE = "generatorOptions and the options of the entry both say so, and one of them is enough"


_BEHAVIORS = ("", "create", "merge", "replace")
"""What Kustomize knows; another word is a mistake in itself."""


class Generator(NamedTuple):
    """What tells the two generators apart."""

    field: str
    kind: str


CONFIG_MAPS = Generator("configMapGenerator", "ConfigMap")
SECRETS = Generator("secretGenerator", "Secret")


class _Pair(NamedTuple):
    """One key with its content; `place` is where whoever wants to change the key looks."""

    key: str
    content: bytes
    source: Source
    node: object
    place: Place


def generate(layer: Layer, objects: list[Object]) -> None:
    """Add what the generators of a kustomization make to its objects, ConfigMaps first."""
    common = layer.root.get("generatorOptions")
    for generator in (CONFIG_MAPS, SECRETS):
        for entry in layer.maps(generator.field):
            generate_one(
                layer, generator, entry, common if isinstance(common, Map) else None, objects
            )


def generate_one(
    layer: Layer, generator: Generator, entry: Map, common: Map | None, objects: list[Object]
) -> None:
    """Make one object and add it to the others, or merge it into the one that it is for."""
    kind: Kind = "secretGenerator" if generator is SECRETS else "configMapGenerator"
    application = layer.log.entry(layer, kind, generator.field, entry)
    try:
        made = _Making(layer, generator, entry, common).made()
        absorb(made, objects)
    except (SourceError, CannotReplay) as error:
        application.unknown = str(error)
        return
    except Mistaken as error:
        application.note(error.mistake)
        return
    except CannotAbsorb as error:
        if made.behavior in _BEHAVIORS:
            place = place_of(made.metadata.fields["name"]) or layer.place
            application.note(_unfit(made, place, error.old, objects))
        application.unknown = str(error)
        return
    record(application, [made], True)


def _unfit(made: Object, place: Place, old: Object | None, objects: list[Object]) -> Mistake:
    """Why the behavior of a generator does not fit the objects that are there."""
    if old is not None:
        first = place_of(old.metadata.fields["name"])
        return Mistake(
            place,
            f"there is a {made.kind} {made.name!r} already",
            "Write `behavior: merge` or `behavior: replace`, or give it another name.",
            certain=False,
            related=((first, "the first one"),) if first else (),
        )
    alike = tuple(sorted({obj.name for obj in objects if obj.kind == made.kind}))
    sentence = f"there is no {made.kind} {made.name!r} to {made.behavior}"
    if made.name in alike:
        where = made.namespace or "default"
        sentence += f" in the namespace {where!r}"
    remedy = "Name one that a resource or a base brings, or delete the behavior."
    known = () if made.name in alike else alike
    return Mistake(place, sentence, remedy, certain=False, name=made.name, known=known)


class _Making:
    """The making of one object from its entry."""

    def __init__(self, layer: Layer, generator: Generator, entry: Map, common: Map | None) -> None:
        self.layer = layer
        self.generator = generator
        self.entry = entry
        self.common = common
        assert entry.source is not None
        self.source = entry.source.as_layer("generator")

    def made(self) -> Object:
        """The generated object. Raises SourceError, CannotReplay or Mistaken."""
        name = self.entry.get("name") or self.entry.get("metadata", "name")
        namespace = self.entry.get("namespace") or self.entry.get("metadata", "namespace")
        if not isinstance(name, Scalar) or name.is_null or not name.text:
            place = place_of(name or self.entry) or self.layer.place
            raise Mistaken(Mistake(place, "this generator has no name", "Write `name:`."))
        metadata: dict[str, Value] = {"name": self._as(name, name.text)}
        if isinstance(namespace, Scalar) and namespace.text:
            metadata["namespace"] = self._as(namespace, namespace.text)
        for field in ("labels", "annotations"):
            if found := self._options_map(field):
                metadata[field] = self._map(found)
        fields: dict[str, Value] = {
            "apiVersion": self._made("v1"),
            "kind": self._made(self.generator.kind),
            "metadata": self._map(metadata),
        }
        fields |= self._content()
        obj = Object(self._map(fields))
        obj.hashed = not self._option_is_true("disableNameSuffixHash")
        obj.behavior = self.entry.text("behavior")
        obj.annotate()
        return obj

    def _content(self) -> dict[str, Value]:
        fields: dict[str, Value] = {}
        if self.generator is SECRETS:
            kind = self.entry.get("type")
            given = isinstance(kind, Scalar) and kind.text
            fields["type"] = self._as(kind, given) if given else _by_default("Opaque", _TYPE)
            fields["data"] = self._map({})
        first: dict[str, Place] = {}
        for pair in self._pairs():
            if pair.key in first:
                raise Mistaken(_twice(pair, first[pair.key]))
            first[pair.key] = pair.place
            field, text = self._encoded(pair.content)
            into = fields.setdefault(field, self._map({}))
            assert isinstance(into, Map)
            into.fields[pair.key] = Scalar(pair.source, None, pair.node, None, text)
        immutable = self._true_options("immutable")
        if len(immutable) > 1:
            fields["immutable"] = _by_default(True, _TWICE)
        elif immutable:
            fields["immutable"] = self._as(immutable[0], True)
        return fields

    def _encoded(self, content: bytes) -> tuple[str, str]:
        """The field that holds a content, and how it is written there."""
        if self.generator is not SECRETS:
            try:
                return "data", content.decode()
            except UnicodeDecodeError:
                return "binaryData", in_base64(content)
        return "data", in_base64(content)

    def _pairs(self) -> Iterator[_Pair]:
        # The old field is put right in a kustomization, but not in the file of a plugin.
        single = None if self.entry.has("kind") else self.entry.get("env")
        for entry in (*self._scalars("envs"), *([single] if isinstance(single, Scalar) else ())):
            if entry.text:
                yield from self._env_file(entry)
        for entry in self._scalars("literals"):
            key, equals, text = entry.text.partition("=")
            place = self._place(entry)
            if not key or not equals:
                remedy = "Write `KEY=VALUE`; the value may be empty."
                raise Mistaken(Mistake(place, f"the literal {entry.text!r} is no pair", remedy))
            layer = entry.source.as_layer("generator")
            yield _Pair(key, _unquoted(text).encode(), layer, entry.node, place)
        for entry in self._scalars("files"):
            key, equals, name = entry.text.partition("=")
            place = self._place(entry)
            if equals and (not key or not name or "=" in name):
                sentence = f"{entry.text!r} is neither a file nor a key with one"
                raise Mistaken(Mistake(place, sentence, "Write `FILE` or `KEY=FILE`."))
            name = name if equals else key
            file, content = self._read(name)
            source = self._read_from(file)
            key = key if equals else name.rpartition("/")[2]
            yield _Pair(key, content, source, Spot(0), place)

    def _place(self, entry: Scalar) -> Place:
        return place_of(entry) or self.layer.place

    def _env_file(self, entry: Scalar) -> Iterator[_Pair]:
        file, content = self._read(entry.text)
        source = self._read_from(file)
        for number, line in enumerate(content.decode("utf-8-sig").split("\n")):
            text = line.removesuffix("\r").lstrip()
            if text and not text.startswith("#"):
                key, _, value = text.partition("=")
                indent = len(line) - len(line.lstrip())
                place = Place(file, number + 1, indent + 1)
                yield _Pair(key, value.encode(), source, Spot(number, indent), place)

    def _read_from(self, file: str) -> Source:
        return Source(file, "generator").at(self.layer.turn)

    def _read(self, name: str) -> tuple[str, bytes]:
        file = join(self.layer.folder, name)
        if not self.layer.repository.holds(file):
            raise CannotReplay(f"{name!r} leads out of the repository")
        try:
            return file, self.layer.repository.path(file).read_bytes()
        except OSError as error:
            sentence = f"cannot be read: {error.strerror or error}"
            raise SourceError(sentence, Place(file, 1, 1)) from error

    def _scalars(self, field: str) -> list[Scalar]:
        found = self.entry.get(field)
        items = found.items if isinstance(found, List) else []
        return [item for item in items if isinstance(item, Scalar)]

    def _options_map(self, field: str) -> dict[str, Value]:
        """Labels or annotations from the options of the entry and, behind them, the common ones."""
        merged: dict[str, Value] = {}
        for options in (self.common, self.entry.get("options")):
            found = options.get(field) if isinstance(options, Map) else None
            for key, value in found.fields.items() if isinstance(found, Map) else ():
                if isinstance(value, Scalar):
                    merged[key] = self._as(value, value.text)
        return merged

    def _true_options(self, name: str) -> list[Scalar]:
        """The options of this name that are true: in the entry and for all entries."""
        options = (self.entry.get("options"), self.common)
        found = [one.get(name) for one in options if isinstance(one, Map)]
        return [one for one in found if isinstance(one, Scalar) and one.value is True]

    def _option_is_true(self, name: str) -> bool:
        return bool(self._true_options(name))

    def _as(self, value: Value | None, made: object) -> Scalar:
        assert isinstance(value, Scalar)
        return Scalar(value.source.as_layer("generator"), value.key, value.node, None, made)

    def _made(self, made: str) -> Scalar:
        """What follows from which generator it is: that is said by the field that lists the entry,
        or by the kind of a plugin.
        """
        listed, kind = self.layer.root.fields.get(self.generator.field), self.entry.get("kind")
        node = listed.key if listed is not None else kind.node if kind is not None else None
        return Scalar(self.source, None, node, None, made)

    def _map(self, fields: dict[str, Value]) -> Map:
        return Map(self.source, None, self.entry.node, fields)


def _twice(pair: _Pair, first: Place) -> Mistake:
    sentence = f"the key {pair.key!r} stands twice in one generator"
    related = ((first, "the first one"),)
    return Mistake(pair.place, sentence, "Delete one of the two.", related=related)


def _by_default(made: object, reason: str) -> Scalar:
    return Scalar(Source(None, "generator", reason=reason), None, None, None, made)


def _unquoted(text: str) -> str:
    """A literal without one pair of quotes around it."""
    return text[1:-1] if text[1:] and text[0] == text[-1] and text[0] in "\"'" else text


def in_base64(content: bytes) -> str:
    """Base64 as Kustomize writes it: in lines, each ended, if it is longer than one."""
    import base64

    text = base64.b64encode(content).decode()
    if len(text) < _LINE:
        return text
    lines = [text[i : i + _LINE] for i in range(0, len(text), _LINE)]
    return "".join(line + "\n" for line in lines)
