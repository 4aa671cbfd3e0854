"""The environment of containers.

https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/;
exactly, ValidateEnv, ValidateEnvFrom and validateFileKeyRefVolumes of pkg/apis/core/validation.
"""

from collections.abc import Mapping

from tools.kubernetes.validation.downward_api import field_ref, resource_field_ref
from tools.kubernetes.validation.field import KEEP_ONE, Field, Refusals
from tools.kubernetes.validation.formats import (
    config_map_key,
    dns_label,
    dns_subdomain,
    environment_name,
    path_without_up,
)
from tools.kubernetes.validation.metadata import without_dash

_FIELDS = (
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
    "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
)  # fmt: skip
_FILES_SINCE = 35
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef")


def environment(field: Field) -> Refusals:
    """The variables of one container."""
    for variable in field.items():
        if variable["name"].text:
            yield from environment_name(variable["name"])
        else:
            yield variable["name"].required("a variable has a name")
        if variable["valueFrom"].is_set:
            yield from _value_from(variable)


def _value_from(variable: Field) -> Refusals:
    field = variable["valueFrom"]
    names = (*_SOURCES, *(("fileKeyRef",) if field["fileKeyRef"].is_set and _files(field) else ()))
    there = field.set_among(names)
    for source in there:
        yield from _source(source)
    if not there:
        yield field.refused(f"{field} has no source; it must have one, such as configMapKeyRef")
    elif variable["value"].text:
        sentence = f"{variable} has value and valueFrom; it may have one of the two"
        yield field.refused(sentence, KEEP_ONE).contradicting(variable["value"])
    elif len(there) > 1:
        two = " and ".join(source.name for source in there)
        refusal = there[1].refused(f"{field} has {two}; it may have one source", KEEP_ONE)
        yield refusal.contradicting(there[0]).named(field)


def _files(field: Field) -> bool:
    """Whether the server reads variables from files; before, it drops the field."""
    return field.release.at_least(_FILES_SINCE)


def _source(source: Field) -> Refusals:
    if source.name == "fieldRef":
        yield from field_ref(source, _FIELDS)
    elif source.name == "resourceFieldRef":
        yield from resource_field_ref(source, in_volume=False)
    elif source.name == "fileKeyRef":
        yield from _file_key(source)
    else:
        name = source["name"]
        yield from dns_subdomain(name) if name.text else [name.required("it says which one")]
        yield from _key(source["key"])


def _key(key: Field) -> Refusals:
    yield from config_map_key(key) if key.text else [key.required("it says which entry")]


def _file_key(source: Field) -> Refusals:
    for name, check in (
        ("key", environment_name),
        ("volumeName", dns_label),
        ("path", path_without_up),
    ):
        field = source[name]
        yield from check(field) if field.text else [field.required("a fileKeyRef has it")]


def environment_from(field: Field) -> Refusals:
    """The ConfigMaps and Secrets whose entries become variables."""
    for source in field.items():
        if source["prefix"].text:
            yield from environment_name(source["prefix"])
        there = source.set_among(("configMapRef", "secretRef"))
        for reference in there:
            name = reference["name"]
            if name.text:
                # The server takes a name for a prefix here, which may end in a dash.
                yield from (
                    refusal
                    for refusal in dns_subdomain(name)
                    if any(dns_subdomain(name.with_value(without_dash(name.text))))
                )
            else:
                yield name.required("it says which one")
        if len(there) != 1:
            what = "has neither configMapRef nor secretRef" if not there else "has two sources"
            yield source.refused(f"{source} {what}; it must have one").named(field)


def file_volumes(container: Field, volumes: Mapping[str, Field]) -> Refusals:
    """The volumes with files of variables; `volumes` are all, also those that are wrong."""
    for variable in container["env"].items():
        reference = variable.at("valueFrom", "fileKeyRef")
        if not reference.is_set or not _files(reference):
            continue
        name = reference["volumeName"]
        volume = volumes.get(name.text)
        if volume is None:
            yield name.must("be the name of a volume of the pod")
        elif not _is_empty_dir(volume):
            yield name.must("be the name of an emptyDir")


def _is_empty_dir(volume: Field) -> bool:
    """Whether it is one; a volume of no type becomes one."""
    return volume["emptyDir"].is_set or not any(key != "name" for key, _ in volume.entries())
