"""StatefulSet.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/; exactly,
ValidateStatefulSet of pkg/apis/apps/validation.
"""

from typing import Any

from tools.kubernetes.validation.claims import claim_spec, template_sources
from tools.kubernetes.validation.field import Field, Refusal, Refusals
from tools.kubernetes.validation.formats import dns_label, enumeration, not_negative
from tools.kubernetes.validation.metadata import object_meta
from tools.kubernetes.validation.pod import pod_template
from tools.kubernetes.validation.pod_selection import (
    always_restarted,
    labels_of,
    not_empty,
    own_selector,
    selects,
)
from tools.kubernetes.validation.rolling_updates import stateful_set_strategy
from tools.source.place import FieldPath

_MANAGEMENT = ("OrderedReady", "Parallel")
_RETENTION = ("Delete", "Retain")
_STRICT = 34
"""The minor version since which the name of the Service and the templates of claims are checked."""


def stateful_set(obj: Field) -> Refusals:
    spec = obj["spec"]
    yield from object_meta(obj["metadata"], dns_label, namespaced=True)
    if spec["podManagementPolicy"].text:
        yield from enumeration(spec["podManagementPolicy"], _MANAGEMENT)
    yield from stateful_set_strategy(spec["updateStrategy"])
    for name in ("whenDeleted", "whenScaled"):
        policy = spec["persistentVolumeClaimRetentionPolicy"][name]
        if policy.text:
            yield from enumeration(policy, _RETENTION)
    for field in (spec["replicas"], spec["minReadySeconds"], spec.at("ordinals", "start")):
        yield from not_negative(field)
    if spec["serviceName"].text and spec.release.at_least(_STRICT):
        yield from dns_label(spec["serviceName"])
    for claim in spec["volumeClaimTemplates"].items():
        if spec.release.at_least(_STRICT):
            yield from claim_spec(claim["spec"])
            yield from template_sources(claim["spec"])
    yield from _template(spec)


def _template(spec: Field) -> Refusals:
    selector, template = spec["selector"], spec["template"]
    found = own_selector(selector)
    yield from found
    if not selector.is_set or set(found) <= set(not_empty(selector)):
        yield from selects(selector, template, labels_of(template))
        yield from _as_the_controller_has_it(spec, template)
    yield from always_restarted(template)


def _as_the_controller_has_it(spec: Field, template: Field) -> Refusals:
    """The template with a volume for each claim, and without what each pod gets of its own."""
    pod = template["spec"]
    if not isinstance(pod.value, dict):
        yield from pod_template(template)
        return
    claims = {claim["metadata"]["name"].text: claim for claim in _claims(spec)}
    kept = [volume for volume in pod["volumes"].items() if volume["name"].text not in claims]
    filled = {key: value for key, value in pod.value.items() if key not in _OVERWRITTEN}
    places: list[FieldPath] = [claim["metadata"].path for claim in claims.values()]
    places += [volume.path for volume in kept]
    if claims:
        filled["volumes"] = [*map(_volume, claims), *(volume.value for volume in kept)]
    for refusal in pod_template(template.with_value({**template.value, "spec": filled})):
        yield _at_home(refusal, pod["volumes"].path, places) if claims else refusal


_OVERWRITTEN = ("hostname", "subdomain")


def _claims(spec: Field) -> list[Field]:
    return spec["volumeClaimTemplates"].items()


def _volume(claim: str) -> dict[str, Any]:
    return {"name": claim, "persistentVolumeClaim": {"claimName": claim}}


def _at_home(refusal: Refusal, volumes: FieldPath, places: list[FieldPath]) -> Refusal:
    """A refusal of a volume, with the place where that stands in the manifest."""
    place, depth = refusal.place or refusal.path, len(volumes)
    if place[:depth] != volumes or len(place) == depth:
        return refusal
    index = place[depth]
    assert isinstance(index, int)
    home = places[index]
    rest = place[depth + 1 :] if home[:depth] == volumes else ("name",)
    return refusal._replace(place=(*home, *rest))
