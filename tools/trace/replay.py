"""What Kustomize 5.8.1 does to a tree, done again in Python on values that know their places.

The order of everything follows `api/internal/target/kusttarget.go`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tools.source.kustomization import Kustomization
from tools.source.place import SourceError
from tools.source.repository import join
from tools.source.tree import Tree
from tools.trace.application import Application
from tools.trace.configuration import configuration_of
from tools.trace.documents import objects_in
from tools.trace.equality import ANYTHING
from tools.trace.fieldspec import Configuration
from tools.trace.generators import generate
from tools.trace.identified import unidentified
from tools.trace.identities import Identities
from tools.trace.images import apply_images, apply_replicas
from tools.trace.labels import apply_annotations, apply_labels
from tools.trace.layer import Layer, Log, layer_of
from tools.trace.merge_keys import Find, schema_of
from tools.trace.names import add_hashes, apply_affixes, apply_namespace
from tools.trace.objects import Object, create_map, set_field
from tools.trace.order import in_order
from tools.trace.origin import Source, resource_scalar
from tools.trace.references import fix_references
from tools.trace.value import Map, Scalar, Value, value_of

if TYPE_CHECKING:
    from tools.trace.variables import Variable

_LOCAL = "config.kubernetes.io/local-config"


class Replay:
    """The objects as Kustomize prints them, in its order, and what every entry did."""

    def __init__(self, objects: list[Object], applied: list[Application]) -> None:
        self.objects = objects
        self.applied = applied


def replay(tree: Tree) -> Replay:
    """Replay the build of a tree. What cannot be read or followed is left out."""
    if tree.root is None:
        return Replay([], [])
    run = _Replaying(tree)
    built = run.build(tree.root, None)
    objects = built.objects
    add_hashes(objects)
    assert built.configuration is not None
    fix_references(objects, built.configuration)
    if built.variables:
        from tools.trace.variables import resolve

        resolve(built.variables, objects, built.configuration)
    objects = [obj for obj in objects if obj.annotations().get(_LOCAL, "false") == "false"]
    for number, obj in enumerate(objects):
        obj.number = number
    options = built.layer.root.get("sortOptions") if built.layer else None
    objects = in_order(objects, options if isinstance(options, Map) else None)
    for obj in objects:
        obj.finish()
        if built.layer:
            _describe(obj, built.layer)
    live = set(map(id, objects))
    applied = list(run.log)
    for application in applied:
        application.objects = tuple(obj for obj in application.objects if id(obj) in live)
    return Replay(objects, applied)


_DESCRIPTIONS = {
    "managedByLabel": ("labels", "app.kubernetes.io/managed-by"),
    "originAnnotations": ("annotations", "config.kubernetes.io/origin"),
    "transformerAnnotations": ("annotations", "alpha.config.kubernetes.io/transformations"),
}
"""What the entries of `buildMetadata` add to every object; only the root's count."""


def _describe(obj: Object, root: Layer) -> None:
    for entry in root.entries("buildMetadata"):
        if isinstance(entry, Scalar) and entry.text in _DESCRIPTIONS:
            field, key = _DESCRIPTIONS[entry.text]
            into = create_map(obj.metadata, field)
            if into is not None:
                source = entry.source.as_layer(field)
                set_field(into, key, Scalar(source, None, entry.node, None, ANYTHING))


def _patched(layer: Layer, objects: list[Object], *fields: str) -> list[Object]:
    """The objects after the patches of these fields, in their order."""
    for field in fields:
        if layer.root.has(field):
            # Many trees have no patches, and to import what merges them takes a while.
            from tools.trace.patches import PATCHES

            objects = PATCHES[field](layer, objects)
    return objects


class _Built:
    """What has been accumulated (`ResAccumulator`)."""

    def __init__(self) -> None:
        self.objects: list[Object] = []
        self.configuration: Configuration | None = None
        self.variables: list[Variable] = []
        self.layer: Layer | None = None
        self.turn = 0

    def add_configuration(self, more: Configuration) -> Configuration:
        mine = self.configuration
        self.configuration = more if mine is None else mine.merged(more)
        return self.configuration

    def take(self, other: "_Built") -> None:
        """Add everything of another one."""
        self.objects += other.objects
        self.variables += other.variables
        if other.configuration is not None:
            self.add_configuration(other.configuration)


class _Replaying:
    """The recursion through the kustomizations of a tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.repository = tree.repository
        self.log = Log()
        self.identities = Identities(self.log)
        self.schemas = self._schemas()

    def _schemas(self) -> Find:
        if not any("openapi" in k.fields for k in self.tree.kustomizations.values()):
            return schema_of
        from tools.trace.openapi import schemas_of

        return schemas_of(self.tree)

    def build(self, kustomization: Kustomization, built: _Built | None) -> _Built:
        """One kustomization; a component continues with what its parent has `built` so far."""
        layer = layer_of(self.repository, kustomization, self.log)
        layer.schemas = self.schemas
        built = built or _Built()
        above = set(map(id, built.objects))
        self._resources(layer, ("resources", "bases"), built)
        layer.begin()
        configuration = built.add_configuration(configuration_of(layer))
        generate(layer, built.objects)
        for inner, config in self._plugins(layer, "generators"):
            from tools.trace.plugins import generate_from

            generate_from(inner, config, built.objects)
        self.identities.made(built.objects)
        for entry in layer.entries("components"):
            component = self._kustomization(layer, entry)
            if component is not None:
                with self.identities.brought_by(layer, entry):
                    self.build(component, built)
        self._transform(layer, built, built.configuration or configuration)
        built.layer = layer
        for obj in built.objects:
            if id(obj) not in above:
                obj.folders += (layer.folder,)
        if layer.root.has("vars"):
            from tools.trace.variables import variables_of

            variables = variables_of(layer)
            for variable in variables:
                variable.mark(built.objects)
            built.variables += variables
        return built

    def _resources(self, layer: Layer, fields: tuple[str, ...], built: _Built) -> None:
        entries = [entry for field in fields for entry in layer.entries(field)]
        # Bases first, wherever they are listed: a kustomization's own files lie over them.
        bases = [self._base(layer, entry) for entry in entries]
        layer.begin()
        # What a component lists stands beside what its parent lists, not over it.
        layer.turn = built.turn = built.turn or layer.turn
        for entry, base in zip(entries, bases, strict=True):
            with self.identities.brought_by(layer, entry):
                if base is not None:
                    self.identities.join(base.objects, built.objects)
                    built.take(base)
                elif isinstance(entry, Scalar):
                    objects = self._file(layer, entry)
                    self.identities.made(objects)
                    self.identities.join(objects, built.objects)
                    built.objects += objects

    def _base(self, layer: Layer, entry: Value) -> _Built | None:
        base = self._kustomization(layer, entry)
        if base is None:
            return None
        with self.identities.brought_by(layer, entry):
            return self.build(base, None)

    def _kustomization(self, layer: Layer, entry: Value) -> Kustomization | None:
        if not isinstance(entry, Scalar):
            return None
        return self.tree.kustomizations.get(join(layer.folder, entry.text))

    def _file(self, layer: Layer, entry: Scalar) -> list[Object]:
        try:
            text = layer.named(entry.text)
        except SourceError:
            return []
        source = Source(text.file, "resource", resource_scalar).at(layer.turn)
        roots = [value_of(source, None, node) for node in objects_in(text.roots)]
        for number, root in enumerate(roots):
            mistake = unidentified(root, text.place)
            if mistake is not None:
                self.log.entry(layer, "document", "resources", entry, number).note(mistake)
        return [Object(root) for root in roots if isinstance(root, Map)]

    def _transform(self, layer: Layer, built: _Built, configuration: Configuration) -> None:
        objects = _patched(layer, built.objects, "patchesStrategicMerge", "patches")
        layer.begin()
        namespace = layer.scalar("namespace")
        apply_namespace(layer, objects, configuration.specs["namespace"], namespace)
        apply_affixes(layer, objects, configuration, "namePrefix")
        apply_affixes(layer, objects, configuration, "nameSuffix")
        apply_labels(layer, objects, configuration)
        apply_annotations(layer, objects, configuration)
        objects = _patched(layer, objects, "patchesJson6902")
        layer.begin()
        apply_replicas(layer, objects, configuration)
        apply_images(layer, objects, configuration)
        if layer.root.has("replacements"):
            from tools.trace.replacements import apply_replacements

            apply_replacements(layer, objects)
        for inner, config in self._plugins(layer, "transformers"):
            from tools.trace.plugins import transform

            objects = transform(inner, config, objects)
        built.objects = objects

    def _plugins(self, layer: Layer, field: str) -> Iterator[tuple[Layer, Map]]:
        """The plugin configurations that a field lists: inline, in files, or built by a folder."""
        for entry in layer.entries(field):
            folder = self._kustomization(layer, entry)
            if folder is not None:
                for obj in self.build(folder, None).objects:
                    yield self._plugin(layer, obj.root)
            elif isinstance(entry, Scalar):
                inline = "\n" in entry.text or ": " in entry.text
                try:
                    text = layer.inline(entry) if inline else layer.named(entry.text)
                except SourceError:
                    continue
                for root in text.values("resource", as_resource=False):
                    if isinstance(root, Map):
                        yield self._plugin(layer, root)

    def _plugin(self, layer: Layer, root: Map) -> tuple[Layer, Map]:
        file = (root.source.file if root.source else None) or layer.file
        inner = Layer(self.repository, layer.folder, file, root, self.log)
        inner.schemas = self.schemas
        inner.begin()
        return inner, root
