"""What changes what objects are called: namespace, prefix, suffix and the hash of the content."""

from typing import NamedTuple

from tools.source.checksum import sha256
from tools.trace.application import Application, Kind
from tools.trace.fieldspec import Configuration, FieldSpec, Selected, slots
from tools.trace.gojson import go_json
from tools.trace.identities import same_names
from tools.trace.layer import Layer, record
from tools.trace.objects import Object, set_field
from tools.trace.value import List, Map, Scalar, plain

_METADATA_NAMESPACE = ("metadata", "namespace")
_METADATA_NAME = ("metadata", "name")
_KEEP_THEIR_NAMES = (
    Selected("", "", "CustomResourceDefinition"),
    Selected("apiregistration.k8s.io", "", "APIService"),
    Selected("", "", "Namespace"),
)
_ROLE_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_BY_HELM = "internal.config.kubernetes.io/helm-generated"
_NEEDS_HASH = "internal.config.kubernetes.io/needsHashSuffix"


class NamespaceOptions(NamedTuple):
    """What only a NamespaceTransformer in a file can say: whether namespaces that are set stay,
    and which subjects of role bindings get the namespace.
    """

    unset_only: bool = False
    subjects: str = "defaultOnly"


_DEFAULTS = NamespaceOptions()


def apply_namespace(
    layer: Layer,
    objects: list[Object],
    specs: tuple[FieldSpec, ...],
    namespace: Scalar | None,
    options: NamespaceOptions = _DEFAULTS,
) -> None:
    """Put the objects into a namespace, as `namespace:` and the NamespaceTransformer do."""
    if namespace is None:
        return
    application = layer.log.entry(layer, "namespace", "namespace", namespace)
    source = namespace.source.as_layer("namespace")
    value = Scalar(source, namespace.key, namespace.node, None, namespace.text)
    setter = NamespaceSetter(value, specs, options)
    matched: list[Object] = []
    changed = False
    for obj in objects:
        if obj.annotations().get(_BY_HELM) == "true":
            continue
        obj.remember_id()
        touched, different = setter.apply(obj)
        if touched:
            matched.append(obj)
        changed |= different
        obj.refresh()
    record(application, matched, changed)
    conflict = same_names(objects)
    if conflict is not None:
        application.note(conflict)


class NamespaceSetter:
    """Sets the namespace of objects, and that of what they refer to."""

    def __init__(
        self,
        value: Scalar,
        specs: tuple[FieldSpec, ...] = (),
        options: NamespaceOptions = _DEFAULTS,
    ) -> None:
        self.value = value
        self.specs = specs
        self.unset_only, self.subjects = options
        self._changed = False
        self._touched = False

    def apply(self, obj: Object) -> tuple[bool, bool]:
        """Whether any field of the object was set, and whether that made a difference."""
        self._changed = self._touched = False
        if not obj.id.cluster:
            self._set(obj.metadata, "namespace")
        if obj.kind in _ROLE_BINDINGS and self.subjects != "none":
            self._set_subjects(obj)
        for spec in self.specs:
            if spec.applies_to(obj) and not self._is_superseded(spec, obj):
                for slot in slots(obj.root, spec.path, spec.create):
                    if isinstance(slot.parent, Map):
                        self._set(slot.parent, str(slot.key))
        return self._touched, self._changed

    def _is_superseded(self, spec: FieldSpec, obj: Object) -> bool:
        """Kustomize leaves out what it does without a spec, and names outside the core group."""
        if spec.path == _METADATA_NAMESPACE:
            return True
        if spec.path == _METADATA_NAME and obj.api_version != "v1":
            return True
        return obj.kind in _ROLE_BINDINGS and spec.path == ("subjects", "namespace")

    def _set_subjects(self, obj: Object) -> None:
        found = obj.root.get("subjects")
        wanted = (
            ("name", "default") if self.subjects == "defaultOnly" else ("kind", "ServiceAccount")
        )
        for subject in found.items if isinstance(found, List) else ():
            if isinstance(subject, Map) and subject.text(wanted[0]) == wanted[1]:
                self._set(subject, "namespace")

    def _set(self, parent: Map, key: str) -> None:
        old = parent.fields.get(key)
        if self.unset_only and isinstance(old, Scalar) and old.text:
            return
        self._touched = True
        self._changed |= set_field(parent, key, self.value.after(None))


def apply_affixes(
    layer: Layer, objects: list[Object], configuration: Configuration, field: str
) -> None:
    """Apply `namePrefix` or `nameSuffix`, whichever `field` says."""
    affix = layer.scalar(field)
    if affix is not None:
        kind: Kind = "namePrefix" if field == "namePrefix" else "nameSuffix"
        application = layer.log.entry(layer, kind, field, affix)
        add_affix(objects, configuration.specs[field], affix, application)


def add_affix(
    objects: list[Object],
    specs: tuple[FieldSpec, ...],
    affix: Scalar,
    application: Application,
) -> None:
    """Put an affix before or behind the names that the specs name, as the kind of the
    application says.
    """
    source = affix.source.as_layer("name")
    before = application.kind == "namePrefix"
    matched = []
    for obj in objects:
        original = obj.original
        if any(kept.selects(*original[:3]) for kept in _KEEP_THEIR_NAMES):
            continue
        matched.append(obj)
        for spec in specs:
            if not spec.of.selects(*original[:3]):
                continue
            if spec.path == _METADATA_NAME:
                _note_affix(obj, affix.text, before)
            for slot in slots(obj.root, spec.path):
                old = slot.value
                if spec.applies_to(obj) and isinstance(old, Scalar):
                    text = affix.text + old.text if before else old.text + affix.text
                    slot.set(Scalar(source, affix.key, affix.node, old, text))
        obj.refresh()
    record(application, matched, bool(matched))


def _note_affix(obj: Object, affix: str, before: bool) -> None:
    if before:
        obj.prefixes = (*obj.prefixes, affix)
    else:
        obj.suffixes = (*obj.suffixes, affix)
    obj.remember_id()


def add_hashes(objects: list[Object]) -> None:
    """Append the hash of their content to the names of generated objects."""
    for obj in objects:
        if obj.hashed or _asks_for_hash(obj):
            name = obj.metadata.fields.get("name")
            hashed = f"{obj.name}-{content_hash(obj.root)}"
            obj.remember_id()
            if isinstance(name, Scalar):
                obj.metadata.fields["name"] = hashed_name(name, hashed)
            obj.refresh()


def hashed_name(name: Scalar, hashed: str) -> Scalar:
    """A name to which Kustomize has appended a hash: it is still set where the name is."""
    source = name.source
    reason = "Kustomize appends a hash of the content to the name"
    as_hash = source.as_layer("hash", reason)
    return Scalar(as_hash, name.key, name.node, name.previous, hashed)


def _asks_for_hash(obj: Object) -> bool:
    annotations = obj.root.get("metadata", "annotations")
    return isinstance(annotations, Map) and annotations.text(_NEEDS_HASH) == "enabled"


def content_hash(root: Map) -> str:
    """The hash of a ConfigMap or Secret as in `api/hasher/hasher.go`."""
    if root.text("kind") == "Secret":
        fields = {"data": "", "type": ""}
        optional = "stringData"
    else:
        fields = {"data": ""}
        optional = "binaryData"
    # Kustomize looks for a field that is called "metadata/name", so that the name is never there.
    content: dict[str, object] = {"kind": root.text("kind"), "name": ""}
    for field in fields:
        content[field] = plain(root.fields[field]) if field in root.fields else ""
    if isinstance(root.fields.get(optional), Map):
        content[optional] = plain(root.fields[optional])
    digest = sha256(go_json(content).encode())[:10]
    return digest.translate(str.maketrans("013ae", "ghkmt"))
