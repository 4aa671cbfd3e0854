"""Every ConfigMap that an object names exists, with the keys that it takes from it.

A pod whose variable comes from a ConfigMap or a key that is not there stays in
`CreateContainerConfigError`; with a volume it stays in `ContainerCreating`. Nothing of that is
refused when the manifest is applied, and a rollout only says that it takes too long. The usual
cause is a key that was renamed in one of two places.

Looks at `configMapKeyRef` and `envFrom` of every container, at volumes and projected volumes with
their `items`, at mounts that pick one file by `subPath` (where it is missing, an empty directory
takes its place), at annotations that name ConfigMaps, and at what KEDA and External Secrets read.
Names are compared as rendered, with the hash that Kustomize adds. Keys of `binaryData` cannot
become variables. What is marked `optional: true` may be missing.

A ConfigMap exists if the target holds it, if trust-manager or External Secrets makes it of an
object of the target, if `facts.configMapKeys` in `policies.yaml` declares it, or if every cluster
has it (`kube-root-ca.crt`). An object that leaves its namespace out may be in any. Plain files
without any ConfigMap are not judged, because nothing says that they are all there is. What a
program reads through the API is not seen. kube-linter calls a ConfigMap missing that is not in the
same files.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/
"""

from collections.abc import Iterator

from tools.kubernetes.config_maps import meant_config_map
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.resource import Resource
from tools.kubernetes.spelling import closest
from tools.rules.delivery import Delivery
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

JUDGED = frozenset(
    {Via.ENV, Via.ENV_FROM, Via.VOLUME, Via.PROJECTED, Via.SUB_PATH, Via.ANNOTATION, Via.OTHER}
)


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    remedy="Correct the name, add the ConfigMap or key, or declare it in facts.configMapKeys.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    missing: set[str] = set()
    for reference in target.references.of(resource):
        if reference.kind != "ConfigMap" or reference.via not in JUDGED or reference.optional:
            continue
        delivery = target.delivery("ConfigMap", reference.name, reference.namespace)
        if delivery is not None:
            yield from _key(reference, delivery, target)
        elif reference.name not in missing:
            # One name that is wrong in all of a pod's variables is one mistake.
            missing.add(reference.name)
            yield _missing(reference, target)


def _key(reference: Reference, delivery: Delivery, target: Target) -> Iterator[Problem]:
    """What is wrong with the key that a reference takes from a ConfigMap that exists."""
    key, called = reference.key, target.called(reference)
    if key is None:
        return
    if not delivery.has(key):
        near = closest(key, delivery.keys)
        why = f"which has no such key{_did_you_mean(near)}"
    elif reference.via is Via.ENV and _is_binary(key, delivery):
        why = "where it is binary and cannot be a variable"
    else:
        return
    related = tuple((p.resource, _map_of(p.resource), called) for p in delivery.providers)
    yield Problem(
        reference.place, f"{_taker(reference)}key {key!r} of {called}, {why}", related=related
    )


def _taker(reference: Reference) -> str:
    name = reference.container.name if reference.container else None
    return f"container {name!r} takes " if name else "this takes "


def _did_you_mean(near: str | None) -> str:
    return f"; did you mean {near!r}?" if near else ""


def _is_binary(key: str, delivery: Delivery) -> bool:
    paths = [provider.keys.get(key) for provider in delivery.providers if provider.keys]
    return bool(paths) and all(path is not None and path[0] == "binaryData" for path in paths)


def _map_of(resource: Resource) -> tuple[str, ...]:
    return ("data",) if resource.kind == "ConfigMap" else ()


def _missing(reference: Reference, target: Target) -> Problem | Unjudged:
    config_maps = target.resources.of_kind("ConfigMap")
    if not config_maps and target.tree is None:
        return Unjudged(f"{reference.called} is not in this target, nor any", path=reference.path)
    for other in config_maps:
        if other.name == reference.name:
            where = f"is in namespace {other.namespace!r}, not in {reference.namespace!r}"
            related = ((other, ("metadata", "namespace"), "it is here"),)
            return Problem(reference.path, f"{reference.called} {where}", related=related)
    near = meant_config_map(reference, config_maps)
    hint = _did_you_mean(target.written_name(near)) if near else ""
    return Problem(
        reference.path,
        f"there is no {reference.called}{hint}",
        related=((near, ("metadata", "name"), "the nearest name"),) if near else (),
    )
