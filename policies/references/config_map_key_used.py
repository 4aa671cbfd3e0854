"""Every key of a ConfigMap is taken by something.

A key that nothing takes is a setting that has no effect. Somebody will change it and wonder, or
it was renamed in the container only, and the program runs with its default.

Judged is a ConfigMap whose keys are taken one by one: by `configMapKeyRef`, by `items` of a
volume, by a mount's `subPath`, by KEDA or External Secrets. Whoever takes all of it (`envFrom`, a
volume without `items`) takes every key. Judged is also a ConfigMap that nothing names at all,
which is one finding for all of its keys.

A key, or a ConfigMap, that seems to be meant by a misspelt reference is left to
config-map-key-exists.

A ConfigMap may have readers that no manifest shows. It is reported as not judged if its name
stands in an object of a kind from outside Kubernetes, in an argument or in an annotation; if it
has a label other than the usual ones, by which a program such as Grafana finds it; if no workload
of its namespace is in the target, or the namespace is one of the system's; if a role of the target
lets somebody read ConfigMaps through the API. `readElsewhere` names those that are read by
something else.

https://kubernetes.io/docs/concepts/configuration/configmap/#using-configmaps
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tools.kubernetes.access import ROLES, opened, verbs_of, words_of
from tools.kubernetes.config_maps import meant_config_map
from tools.kubernetes.references import same_namespace
from tools.kubernetes.resource import Resource
from tools.kubernetes.spelling import closest
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease"})
USUAL_LABELS = ("app.kubernetes.io/", "helm.sh/")
USUAL = frozenset({"app", "chart", "heritage", "release", "name", "component", "tier", "version"})
READING = ("get", "list", "watch")


class Options(RuleOptions):
    read_elsewhere: tuple[str, ...] = ()
    """ConfigMaps that something else reads: `name`, or `name/KEY` for one key; `*` is any text."""


@rule(
    judges=Judges.OBJECT,
    kinds=("ConfigMap",),
    severity=Severity.WARNING,
    remedy="Delete the key, or take it in a container by configMapKeyRef.",
    options=Options,
)
def check(config_map: Resource, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    name = config_map.name
    references = target.references.to("ConfigMap", name, config_map.namespace)
    keys = {key: (field, key) for field in ("data", "binaryData") for key in config_map.map(field)}
    if any(reference.whole for reference in references) or _is_exempt(name, options):
        return
    taken = {reference.key for reference in references if reference.key is not None}
    meant = {closest(key, map(str, keys)) for key in taken if key not in keys}
    unused = [
        path
        for key, path in keys.items()
        if key not in taken | meant and not _is_exempt(f"{name}/{key}", options)
    ]
    called = f"ConfigMap {target.written_name(config_map)!r}"
    if unused and (reader := _hidden_reader(config_map, target)):
        yield Unjudged(f"{reader} may read what nothing else takes of {called}")
    elif taken:
        for path in unused:
            yield Problem(path, f"nothing takes key {path[1]!r} of {called}")
    elif unused and not _is_meant(config_map, target):
        yield Problem(unused[0][:1], f"nothing takes a key of {called}")


def _is_meant(config_map: Resource, target: Target) -> bool:
    """Whether something names a ConfigMap that is not there, and may mean this one."""
    config_maps = target.resources.of_kind("ConfigMap")
    return any(
        meant_config_map(reference, config_maps) is config_map
        for reference in target.references
        if reference.kind == "ConfigMap" and not target.references.resolve(reference)
    )


def _is_exempt(name: str, options: Options) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in options.read_elsewhere)


def _hidden_reader(config_map: Resource, target: Target) -> str:
    """Who may read a ConfigMap although no manifest says so, "" if nobody is known to."""
    namespace = config_map.namespace
    if namespace in SYSTEM:
        return f"a program of the system, in namespace {namespace},"
    for label in config_map.labels:
        if label not in USUAL and not label.startswith(USUAL_LABELS):
            return f"what looks for label {label!r}"
    if not any(same_namespace(namespace, pod.namespace) for pod in target.pods):
        return "a workload that is not in this target"
    if target.references.mentioned(config_map):
        return "an object that has its name in a field of its own"
    roles = (role for role in target.resources if role.kind in ROLES)
    role = next((role for role in roles if _reads(role, config_map)), None)
    return f"whoever has {role.ref}" if role else ""


def _reads(role: Resource, config_map: Resource) -> bool:
    return same_namespace(role.namespace, config_map.namespace) and any(
        verbs_of(entry, READING)
        and next(opened(entry, "", "configmaps"), None) is not None
        and config_map.name in (words_of(entry, "resourceNames") or [config_map.name])
        for _, entry in role.maps("rules")
    )
