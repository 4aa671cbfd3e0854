"""Annotations for Argo CD have a name that it knows, and stand where it looks.

Argo CD asks an object for a few annotations and sees nothing else. `syncwave` orders nothing,
`sync-option` protects nothing, a hook that is a label runs with everything else, and a wave on the
pod template belongs to the pods. No part of Argo CD or Kubernetes objects: the object is applied as
if nobody had said anything.

Looks at keys that begin with `argocd.argoproj.io/` and are nearly one that Argo CD reads, at its
names with another prefix, such as `argoproj.io/sync-wave`, at labels, and at the pod templates of
objects that do not have the annotation themselves. `manifest-generate-paths` counts on
Applications, not on the ApplicationSet that makes them; a wave or hook counts on what a sync
applies, not on the Applications that an ApplicationSet makes; and `ignore-healthcheck` with the
value `true` only. Other keys below the prefix may be somebody's own. What the words in the
annotations mean is judged by sync-option-known, hook-known and wave-integer.

Read in `common/common.go` and `controller/health.go` of Argo CD 3.2.11 and gitops-engine's
`pkg/sync/common/types.go`; Argo CD 3.5.1 reads `managed-by-url` and `ignore-default-links` besides:
https://argo-cd.readthedocs.io/en/stable/user-guide/annotations-and-labels/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.argocd.applications import GROUP, TEMPLATE, is_set
from tools.argocd.versions import (
    COMPARE_OPTIONS,
    HOOK,
    HOOK_DELETE_POLICY,
    SYNC_OPTIONS,
    SYNC_WAVE,
)
from tools.kubernetes.resource import Resource
from tools.kubernetes.spelling import closest
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

PREFIX = "argocd.argoproj.io/"
_PATHS = f"{PREFIX}manifest-generate-paths"
_HEALTH = f"{PREFIX}ignore-healthcheck"
_OWN = (COMPARE_OPTIONS, HOOK, HOOK_DELETE_POLICY, SYNC_OPTIONS, SYNC_WAVE)
"""What Argo CD reads of the objects that it applies."""
_KNOWN = (
    *_OWN,
    _HEALTH,
    _PATHS,
    *(
        PREFIX + name
        for name in (
            "application-set-refresh", "auto-label-cluster-info", "deletion-approved",
            "client-side-apply-migration-manager", "hydrate",
            "ignore-default-links", "ignore-resource-updates",
            "installation-id", "instance", "kubernetes-version", "managed-by", "managed-by-url",
            "refresh", "secret-type", "skip-reconcile", "tracking-id",
        )
    ),
)  # fmt: skip
_ORDER = (HOOK, HOOK_DELETE_POLICY, SYNC_WAVE)
_NEAR = 0.8
_METADATA: FieldPath = ("metadata",)
_PODS: tuple[FieldPath, ...] = (
    ("spec", "template", "metadata"),
    ("spec", "jobTemplate", "metadata"),
    ("spec", "jobTemplate", "spec", "template", "metadata"),
)


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    remedy="Write the annotation as the documentation spells it, into the object's own metadata.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    made = (*TEMPLATE, *_METADATA)
    for root in (_METADATA, made) if is_set(resource) else (_METADATA,):
        for field in ("annotations", "labels"):
            path = (*root, field)
            for key, value in resource.map(*path).items():
                message = "argo" in key.lower() and _fault(key, value, field)
                if message:
                    is_value = key in _KNOWN and field == "annotations"
                    yield Problem((*path, key), message, at_key=not is_value)
    if is_set(resource):
        yield from _of_set(resource)
    elif resource.ref.group != GROUP or resource.kind == "Rollout":
        yield from _of_pods(resource)


def _fault(key: str, value: Any, field: str) -> str | None:
    """Why Argo CD does not see an annotation or label as it is meant; None if it does."""
    if key in _OWN and field == "labels":
        return f"{key} is a label here, and Argo CD reads it of annotations only"
    if key in _KNOWN:
        wrong = key == _HEALTH and value not in ("true", "false")
        return f"{key} counts with the value 'true' only, and not with {value!r}" if wrong else None
    prefix, _, name = key.rpartition("/")
    if f"{prefix}/" != PREFIX:
        meant = PREFIX + name
        named = meant in _OWN and prefix.partition(".")[0].lower().startswith("argo")
        return f"Argo CD reads {meant}, and not {key}" if named else None
    near = closest(name, (known.removeprefix(PREFIX) for known in _KNOWN), _NEAR)
    return f"Argo CD knows no {key}; did you mean {PREFIX + near!r}?" if near else None


def _of_set(resource: Resource) -> Iterator[Problem]:
    if _PATHS in resource.annotations:
        message = f"{_PATHS} counts on Applications, and this is the ApplicationSet that makes them"
        remedy = "Write it into spec.template.metadata.annotations."
        path = (*_METADATA, "annotations", _PATHS)
        yield Problem(path, message, remedy=remedy, at_key=True)
    path = (*TEMPLATE, *_METADATA, "annotations")
    for key in resource.map(*path):
        if key in _ORDER:
            message = f"{key} orders nothing here: no sync applies what an ApplicationSet makes"
            remedy = "Take it out; strategy: {type: RollingSync} syncs Applications in steps."
            yield Problem((*path, key), message, remedy=remedy, at_key=True)


def _of_pods(resource: Resource) -> Iterator[Problem]:
    for root in _PODS:
        found: Mapping[str, Any] = resource.map(*root, "annotations")
        for key in found:
            if key in _OWN and key not in resource.annotations:
                message = f"{key} is on what the {resource.kind} makes, where Argo CD does not look"
                remedy = f"Write it into metadata.annotations of the {resource.kind}."
                path = (*root, "annotations", key)
                yield Problem(path, message, remedy=remedy, at_key=True)
