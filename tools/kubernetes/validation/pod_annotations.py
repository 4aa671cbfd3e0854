"""Annotations of pods that the server reads, most of them older than the fields for the same.

https://kubernetes.io/docs/reference/labels-annotations-taints/; exactly,
ValidatePodSpecificAnnotations, validateSeccompAnnotationsAndFields and
validateAppArmorAnnotationsAndFieldsMatchOnCreate of pkg/apis/core/validation, after
applyAppArmorVersionSkew of pkg/registry/core/pod.
"""

import json
import re
from typing import Any

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import local_path
from tools.kubernetes.validation.pod_context import PodContext
from tools.kubernetes.validation.scheduling import tolerations
from tools.kubernetes.validation.security_contexts import app_armor

MIRROR = "kubernetes.io/config.mirror"
_TOLERATIONS = "scheduler.alpha.kubernetes.io/tolerations"
_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_COST = re.compile(r"0|[1-9][0-9]*|-[0-9]+")
_INT32 = 2**31
_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP = "container.seccomp.security.alpha.kubernetes.io/"
_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_LOCALHOST = "localhost/"
_SECCOMP_DEFAULTS = ("runtime/default", "docker/default")
_UNCONFINED = "unconfined"
_FIELDS = {name.lower(): name for name in ("key", "operator", "value", "effect")}
_SECONDS = "tolerationSeconds"


def pod_annotations(field: Field, context: PodContext) -> Refusals:
    """Each for itself; `field` are the annotations of a Pod or of a template."""
    if field.is_empty:
        return
    mirror, cost = field[MIRROR], field[_DELETION_COST]
    if mirror.is_set and not context.spec["nodeName"].text:
        sentence = f"{mirror} is for static pods, which have a spec.nodeName"
        yield mirror.refused(sentence, "Delete the annotation.")
    if field[_TOLERATIONS].text:
        yield from _tolerations(field[_TOLERATIONS], field)
    if cost.is_set and not (_COST.fullmatch(cost.text) and -_INT32 <= int(cost.text) < _INT32):
        yield cost.must("be a whole number of 32 bits without leading zeros")
    containers = {container["name"].text for container in context.containers()}
    for key, profile in field.entries():
        if key == _SECCOMP_POD or key.startswith(_SECCOMP):
            yield from _seccomp(profile)
        elif key.startswith(_APP_ARMOR):
            yield from _app_armor(profile, key.removeprefix(_APP_ARMOR), containers)


def _tolerations(annotation: Field, field: Field) -> Refusals:
    try:
        found = json.loads(annotation.text)
    except ValueError:
        found = ()
    if found is not None and not (isinstance(found, list) and all(map(_is_toleration, found))):
        yield annotation.must("be a list of tolerations in JSON").named(field)
        return
    spelled = [_spelled(item) for item in found or ()]
    yield from tolerations(annotation.with_value(spelled))


def _is_toleration(item: Any) -> bool:
    if item is None:
        return True
    if not isinstance(item, dict):
        return False
    return all(
        value is None
        or (
            (isinstance(value, str) if name.lower() in _FIELDS else True)
            and (name.lower() != _SECONDS.lower() or type(value) is int)
        )
        for name, value in item.items()
    )


def _spelled(item: dict[str, Any] | None) -> dict[str, Any]:
    """As JSON is read into Go: upper and lower case are the same."""
    names = {**_FIELDS, _SECONDS.lower(): _SECONDS}
    return {names.get(name.lower(), name): value for name, value in (item or {}).items()}


def _seccomp(profile: Field) -> Refusals:
    text = profile.text
    if text.startswith(_LOCALHOST):
        path = profile.with_value(text.removeprefix(_LOCALHOST))
        yield from local_path(path)
    elif text not in (*_SECCOMP_DEFAULTS, _UNCONFINED):
        yield profile.must("be runtime/default, unconfined or localhost/<profile>")


def _app_armor(profile: Field, container: str, containers: set[str]) -> Refusals:
    if container not in containers:
        sentence = f"{profile} is for a container {container!r}, which the pod does not have"
        yield profile.refused(sentence, at_key=True)
    text = profile.text
    if text not in ("", "runtime/default", _UNCONFINED) and not text.startswith(_LOCALHOST):
        yield profile.must("be runtime/default, unconfined or localhost/<profile>")


def annotations_and_fields(field: Field, context: PodContext) -> Refusals:
    """Where an annotation and a field say the same, they must agree."""
    if field.is_empty:
        return
    of_pod = context.spec["securityContext"]
    yield from _seccomp_agrees(field[_SECCOMP_POD], of_pod["seccompProfile"])
    for container in context.containers():
        own = container["securityContext"]
        name = container["name"].text
        yield from _seccomp_agrees(field[_SECCOMP + name], own["seccompProfile"])
        if context.os != "windows" and field[_APP_ARMOR + name].is_set:
            yield from _armor_agrees(field[_APP_ARMOR + name], own, context)


def _seccomp_agrees(annotation: Field, profile: Field) -> Refusals:
    if not annotation.is_set or not profile.is_set:
        return
    yield from _agrees(annotation, profile, profile, _SECCOMP_DEFAULTS)


def _armor_agrees(annotation: Field, own: Field, context: PodContext) -> Refusals:
    profile = own["appArmorProfile"]
    there = profile
    if not profile.is_set:
        # The server makes a field of the annotation of a Pod, unless that is wrong.
        if context.is_pod and _is_armor(annotation):
            return
        there = context.spec.at("securityContext", "appArmorProfile")
    if there.is_set:
        yield from _agrees(annotation, there, profile, ("runtime/default",))


def _is_armor(annotation: Field) -> bool:
    text = annotation.text
    if not text.startswith(_LOCALHOST):
        return text in ("runtime/default", _UNCONFINED)
    path = text.removeprefix(_LOCALHOST)
    profile = {"type": "Localhost", "localhostProfile": path}
    return bool(path) and not any(app_armor(annotation.with_value(profile)))


def _agrees(annotation: Field, there: Field, named: Field, defaults: tuple[str, ...]) -> Refusals:
    """`there` is the profile, `named` the one that the server names."""
    text, kind = annotation.text, there["type"].text
    fits = {
        "Unconfined": text == _UNCONFINED,
        "RuntimeDefault": text in defaults,
        "Localhost": text.startswith(_LOCALHOST),
    }
    what = f"be what the annotation {annotation.name} says, {text!r}"
    if not fits.get(kind, True):
        yield there["type"].must(what).elsewhere(named["type"].path)
    elif kind == "Localhost":
        path = there["localhostProfile"]
        if not path.is_set or path.text != text.removeprefix(_LOCALHOST):
            yield path.must(what).elsewhere(named["localhostProfile"].path)
