"""CustomResourceDefinition.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/;
exactly, ValidateCustomResourceDefinition of k8s.io/apiextensions-apiserver. What all versions have
alike, the server moves out of them before it looks: of a wrong schema of the only version it says
`spec.validation`.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from tools.kubernetes.validation.conversions import conversion
from tools.kubernetes.validation.field import Field, Refusal, Refusals
from tools.kubernetes.validation.formats import dns_1035_objection, dns_subdomain, enumeration
from tools.kubernetes.validation.metadata import object_meta
from tools.kubernetes.validation.schema_definitions import definition
from tools.kubernetes.validation.schema_paths import selectable_fields

_APPROVAL = "api-approved.kubernetes.io"
_PROTECTED = ("k8s.io", "kubernetes.io")
_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
_COLUMN_FORMATS = (
    "byte", "date", "date-time", "double", "float", "int32", "int64", "password",
)  # fmt: skip
_LONGEST_WARNING = 256
_MOVED: Mapping[str, str] = {
    "schema": "validation",
    "subresources": "subresources",
    "additionalPrinterColumns": "additionalPrinterColumns",
    "selectableFields": "selectableFields",
}
"""Fields of a version and what the server calls them where all versions have the same."""


def custom_resource_definition(obj: Field) -> Refusals:
    spec = obj["spec"]
    wanted = f"{spec.at('names', 'plural').text}.{spec['group'].text}"

    def name_check(name: Field) -> Refusals:
        if name.text != wanted:
            yield name.must(f"be the plural, a dot and the group: {wanted}", f"Write `{wanted}`.")

    yield from object_meta(obj["metadata"], name_check, namespaced=False, any_finalizer=True)
    yield from _group(obj)
    if spec["scope"].text:
        yield from enumeration(spec["scope"], ("Cluster", "Namespaced"))
    else:
        yield spec["scope"].required()
    yield from _names(spec["names"])
    yield from _versions(spec)
    yield from conversion(spec["conversion"])
    if spec["preserveUnknownFields"].is_true:
        what = "be false; a schema says it with x-kubernetes-preserve-unknown-fields"
        yield spec["preserveUnknownFields"].must(what)


def _group(obj: Field) -> Refusals:
    group = obj.at("spec", "group")
    if not group.text:
        yield group.required()
        return
    objections = list(dns_subdomain(group))
    yield from objections
    if not objections and "." not in group.text:
        yield group.must("be a domain with a dot")
    approval = obj.at("metadata", "annotations")[_APPROVAL]
    if not any(group.text == name or group.text.endswith(f".{name}") for name in _PROTECTED):
        return
    if not approval.text:
        yield approval.required(f"{group.text} is a group of Kubernetes itself")
    elif not approval.text.startswith("unapproved") and not _is_url(approval.text):
        yield approval.must("be a URL, or begin with 'unapproved'")


def _is_url(text: str) -> bool:
    try:
        found = urlsplit(text)
    except ValueError:
        return False
    return bool(found.scheme and found.netloc)


def _names(names: Field) -> Refusals:
    for name in ("plural", "kind"):
        if not names[name].text:
            yield names[name].required()
    if not names["kind"].text:
        # Both are made of the kind where they are not written.
        yield from (names[n].required() for n in ("singular", "listKind") if not names[n].text)
    words = [names["plural"], names["singular"], names["kind"], names["listKind"]]
    lists = (*names["shortNames"].items(), *names["categories"].items())
    for word in (*(w for w in words if w.text), *lists):
        text = word.text.lower() if word.name in ("kind", "listKind") else word.text
        if objection := dns_1035_objection(text):
            yield word.refused(f"{word} is {word.text!r}, which is not valid: {objection}")
    if names["kind"].text and names["kind"].text == names["listKind"].text:
        yield names["listKind"].must(f"differ from kind, as {names['kind'].text}List does")


def _versions(spec: Field) -> Refusals:
    versions = spec["versions"].items()
    storages = [version for version in versions if version["storage"].is_true]
    if len(storages) != 1:
        sentence = f"{spec['versions']} has {len(storages)} versions with `storage: true`"
        yield spec["versions"].refused(f"{sentence}, must have one")
    if not storages:
        # Nothing says which version is stored.
        yield (
            Field(("status", "storedVersions"), None, spec.release)
            .required()
            ._replace(place=spec["versions"].path)
        )
    seen: set[str] = set()
    for version in versions:
        if version["name"].text in seen:
            yield version["name"].duplicate().named(spec["versions"])
        seen.add(version["name"].text)
        if objection := dns_1035_objection(version["name"].text):
            yield version["name"].must(f"be a version such as 'v1': {objection}")
    yield from _contents(versions)


def _contents(versions: list[Field]) -> Refusals:
    alike = {
        name
        for name in _MOVED
        if all(version[name].value == versions[0][name].value for version in versions)
    }
    for index, version in enumerate(versions):
        if not version.at("schema", "openAPIV3Schema").is_set:
            yield version.at("schema", "openAPIV3Schema").required()
        for name in _MOVED:
            if index and name in alike:
                continue
            for refusal in _CHECKS[name](version):
                yield _moved(refusal, version) if name in alike else _columns(refusal)
        yield from _deprecation(version)


def _moved(refusal: Refusal, version: Field) -> Refusal:
    """The same with the path that the server knows, if it has moved what all versions have."""
    name, *rest = refusal.path[len(version.path) :]
    path = ("spec", _MOVED[str(name)], *rest)
    return _columns(refusal._replace(path=path, place=refusal.place or refusal.path))


def _columns(refusal: Refusal) -> Refusal:
    """The server spells this field of a column otherwise."""
    if "additionalPrinterColumns" in refusal.path and refusal.path[-1] == "jsonPath":
        path, place = (*refusal.path[:-1], "JSONPath"), refusal.place or refusal.path
        return refusal._replace(path=path, place=place)
    return refusal


def _deprecation(version: Field) -> Refusals:
    warning = version["deprecationWarning"]
    if not warning.is_set:
        return
    if not version["deprecated"].is_true:
        yield warning.forbidden("where `deprecated: true` is not set")
    elif len(warning.text.encode()) > _LONGEST_WARNING:
        yield warning.too_long(_LONGEST_WARNING, "bytes")
    elif not warning.text or not warning.text.isprintable():
        yield warning.must("be text of printable characters")


def _schema(version: Field) -> Refusals:
    schema = version.at("schema", "openAPIV3Schema")
    if schema.is_set:
        yield from definition(schema, has_status=version.at("subresources", "status").is_set)


def _subresources(version: Field) -> Refusals:
    scale = version.at("subresources", "scale")
    if not scale.is_set:
        return
    for name, roots in (
        ("specReplicasPath", (".spec.",)),
        ("statusReplicasPath", (".status.",)),
        ("labelSelectorPath", (".spec.", ".status.")),
    ):
        path = scale[name]
        if not path.text and name != "labelSelectorPath":
            yield path.required()
        elif path.text and not path.text.startswith(roots):
            yield path.must(f"begin with {' or '.join(roots)}")


def _printer_columns(version: Field) -> Refusals:
    for column in version["additionalPrinterColumns"].items():
        for name in ("name", "type", "jsonPath"):
            if not column[name].text:
                yield column[name].required()
        if column["type"].text:
            yield from enumeration(column["type"], _COLUMN_TYPES)
        if column["format"].text:
            yield from enumeration(column["format"], _COLUMN_FORMATS)
        if column["jsonPath"].text and column["jsonPath"].text[0] != ".":
            yield column["jsonPath"].must("begin with '.'")


def _selectable(version: Field) -> Refusals:
    return selectable_fields(version["selectableFields"], version.at("schema", "openAPIV3Schema"))


_CHECKS = {
    "schema": _schema,
    "subresources": _subresources,
    "additionalPrinterColumns": _printer_columns,
    "selectableFields": _selectable,
}
