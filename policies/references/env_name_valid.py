r"""Variables of a container have names that programs can read, each of them once.

A name with a dash or a leading digit reaches the process, but no shell and few libraries can read
it, so the program runs with its default and says nothing. Of two entries with one name the last
wins, just as silently; with server-side apply such a list is refused.

Looks at `env` of every container, and at the names that `envFrom` makes of the keys of ConfigMaps
in the target. The option `pattern` is what a name must match in full. By default these are
letters, digits and underscores without a leading digit, in either case (`http_proxy`), also with
dots between them, as Java programs call their settings (`discovery.type`). A repository that
writes all of them in upper case says so with `pattern: "[A-Z_][A-Z0-9_]*"`. Kubernetes itself
takes nearly any printable name since 1.32 (letters, digits, `-`, `_` and `.` before).

That an entry of `env` replaces one of `envFrom` is the documented way to override it and no
finding. Two sources of `envFrom` with one key are not judged either.

https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
"""

import re
from collections.abc import Iterator

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.resource import as_map
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath


class Options(RuleOptions):
    pattern: str = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*"
    """A regular expression that names must match from beginning to end."""
    exempt: tuple[str, ...] = ()
    """Names that a program demands although they do not match."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Rename the variable, and keep one entry of each name.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for container in pod.containers:
        first: dict[str, FieldPath] = {}
        for path, entry in pod.workload.maps(*container.at("env")):
            name = entry.get("name")
            if not isinstance(name, str):
                continue
            place = (*path, "name")
            if name in first:
                sentence = f"container {container.name!r} sets {name!r} twice; the last one wins"
                related = ((pod.workload, first[name], "and here"),)
                yield Problem(place, sentence, related=related)
            elif not _is_valid(name, options):
                sentence = f"variable {name!r} of container {container.name!r} does not match"
                yield Problem(place, f"{sentence} {options.pattern}")
            first.setdefault(name, place)
        yield from _from_config_maps(container, target, options)


def _from_config_maps(container: Container, target: Target, options: Options) -> Iterator[Problem]:
    pod = container.pod
    for path, entry in pod.workload.maps(*container.at("envFrom")):
        source = as_map(entry.get("configMapRef")).get("name")
        if not isinstance(source, str):
            continue
        config_map = target.resources.find("ConfigMap", source, pod.namespace)
        prefix = entry.get("prefix") or ""
        for key in config_map.map("data") if config_map else ():
            name = f"{prefix}{key}"
            if config_map and not _is_valid(name, options):
                called = target.written_name(config_map)
                yield Problem(
                    (*path, "configMapRef", "name"),
                    f"key {key!r} of ConfigMap {called!r} becomes variable {name!r} of container "
                    f"{container.name!r}, which does not match {options.pattern}",
                    related=((config_map, ("data", key), "the key"),),
                )


def _is_valid(name: str, options: Options) -> bool:
    return name in options.exempt or re.fullmatch(options.pattern, name) is not None
