"""Volumes whose files are the entries of objects: what secret, configMap, downwardAPI and projected
volumes have in common.

https://kubernetes.io/docs/concepts/storage/projected-volumes/; exactly, validateKeyToPath,
validateDownwardAPIVolumeSource and validateProjectedVolumeSource of pkg/apis/core/validation.
"""

from collections.abc import Callable, Mapping

from tools.kubernetes.validation.downward_api import field_ref, resource_field_ref
from tools.kubernetes.validation.field import Field, Refusals, required
from tools.kubernetes.validation.formats import local_path, within

_DOWNWARD_FIELDS = (
    "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace",
    "metadata.uid",
)  # fmt: skip
_HIGHEST_MODE = 0o777
_TEN_MINUTES = 600
_MOST_SECONDS = 2**32


def files(source: Field) -> Refusals:
    yield from within(source["defaultMode"], 0, _HIGHEST_MODE)
    for item in source["items"].items():
        yield from _key_to_path(item)


def _key_to_path(item: Field) -> Refusals:
    yield from required(item, ("key", "path"))
    yield from _inside(item["path"])
    yield from within(item["mode"], 0, _HIGHEST_MODE)


def _inside(path: Field) -> Refusals:
    """A path inside of a volume; names that begin with two dots are the kubelet's own."""
    yield from local_path(path)
    if path.text.startswith("..") and not path.text.startswith("../"):
        yield path.must("not begin with '..'")


def downward_api(source: Field) -> Refusals:
    yield from within(source["defaultMode"], 0, _HIGHEST_MODE)
    yield from _downward_files(source)


def _downward_files(source: Field) -> Refusals:
    """The server leaves the number of the entry out of the path."""
    for item in source["items"].items():
        for refusal in _downward_file(item):
            start = len(item.path)
            yield refusal.elsewhere((*source.path, *refusal.path[start:]))


def _downward_file(item: Field) -> Refusals:
    yield from required(item, ("path",))
    yield from _inside(item["path"])
    reference, resource = item["fieldRef"], item["resourceFieldRef"]
    if reference.is_set:
        yield from field_ref(reference, _DOWNWARD_FIELDS)
        if resource.is_set:
            yield resource.not_beside(reference).named(item)
    elif resource.is_set:
        yield from resource_field_ref(resource, in_volume=True)
    else:
        yield reference.required("or a resourceFieldRef").named(item)
    yield from within(item["mode"], 0, _HIGHEST_MODE)


def projected(source: Field) -> Refusals:
    yield from within(source["defaultMode"], 0, _HIGHEST_MODE)
    paths: set[str] = set()
    for projection in source["sources"].items():
        there = projection.set_among(_PROJECTIONS)
        for part in there:
            yield from _PROJECTIONS[part.name](part, source)
            for item in part["items"].items():
                if item["path"].text in paths:
                    yield item["path"].duplicate().named(source)
                elif item["path"].text:
                    paths.add(item["path"].text)
        for part in there[1:]:
            yield part.not_beside(there[0]).named(projection)


def _projected_keys(part: Field, whole: Field) -> Refusals:
    yield from required(part, ("name",))
    for item in part["items"].items():
        yield from _key_to_path(item)


def _projected_fields(part: Field, whole: Field) -> Refusals:
    yield from _downward_files(part)


def _projected_token(part: Field, whole: Field) -> Refusals:
    seconds, path = part["expirationSeconds"], part["path"]
    if seconds.is_set:
        yield from within(seconds, _TEN_MINUTES, _MOST_SECONDS)
    if not path.text:
        yield path.required("it is the file of the token").named(whole["path"])
    else:
        yield from (refusal.named(whole["path"]) for refusal in _inside(path))


_PROJECTIONS: Mapping[str, Callable[[Field, Field], Refusals]] = {
    "secret": _projected_keys,
    "configMap": _projected_keys,
    "downwardAPI": _projected_fields,
    "serviceAccountToken": _projected_token,
}
"""The other two, clusterTrustBundle and podCertificate, are off: servers drop them unread."""
