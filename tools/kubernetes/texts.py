"""The texts that a container is given: its variables, its command and the files of ConfigMaps."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from tools.kubernetes.pod import Container
from tools.kubernetes.resource import Resource, ResourceSet, as_map
from tools.kubernetes.variables import Variable, expanded, variables_of, words_of
from tools.source.place import FieldPath


class Text(NamedTuple):
    """A text for a container, and the field of the object in which it stands.

    `name` is its variable, flag or file, "" without one; `$(NAME)` is replaced in `text` where the
    value is known.
    """

    name: str
    text: str
    resource: Resource
    path: FieldPath
    container: Container
    is_file: bool = False


def texts_of(container: Container, resources: ResourceSet) -> Iterator[Text]:
    """Variables that are written out or come from ConfigMaps of the render; command and args."""
    values: dict[str, Text] = {}
    for text in _from_all(container, resources):
        values[text.name] = text
    for variable in variables_of(container):
        known = {name: text.text for name, text in values.items()}
        values.pop(variable.name, None)
        for text in _variable(variable, container, resources, known):
            values[variable.name] = text
    yield from values.values()
    known = {name: text.text for name, text in values.items()}
    for path, word in words_of(container):
        flag = word.partition("=")[0] if word.startswith("-") else ""
        yield Text(flag, expanded(word, known), container.pod.workload, path, container)


def _from_all(container: Container, resources: ResourceSet) -> Iterator[Text]:
    for _, entry in container.pod.workload.maps(*container.at("envFrom")):
        config_map = _config_map(container, resources, as_map(entry.get("configMapRef")))
        prefix = entry.get("prefix") or ""
        for key, value in config_map.map("data").items() if config_map else ():
            if config_map and isinstance(value, str):
                yield Text(f"{prefix}{key}", value, config_map, ("data", key), container)


def _variable(
    variable: Variable, container: Container, resources: ResourceSet, known: Mapping[str, str]
) -> Iterator[Text]:
    """Only what is written in `value` has its `$(NAME)` replaced."""
    workload = container.pod.workload
    make = partial(Text, variable.name, container=container)
    if variable.value is not None:
        text = expanded(variable.value, known)
        yield make(text=text, resource=workload, path=(*variable.path, "value"))
        return
    source = workload.map(*variable.path, "valueFrom", "configMapKeyRef")
    config_map = _config_map(container, resources, source)
    key = source.get("key")
    if config_map and isinstance(key, str):
        value = config_map.get("data", key)
        if isinstance(value, str):
            yield make(text=value, resource=config_map, path=("data", key))


def _config_map(container: Container, resources: ResourceSet, reference: Any) -> Resource | None:
    name = reference.get("name")
    if not isinstance(name, str):
        return None
    return resources.find("ConfigMap", name, container.pod.namespace)
