"""The resources of a pod as a whole, and what the server fills in of a Pod's.

https://kubernetes.io/docs/concepts/workloads/pods/pod-level-resources/; exactly,
validatePodResourceConsistency of pkg/apis/core/validation, SetDefaults_Pod of pkg/apis/core/v1 and
AggregateContainerRequests of k8s.io/component-helpers/resource.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.resource_requirements import Amounts, amounts, requirements

_POD_LEVEL_SINCE = 34
_HUGE_PAGES = "hugepages-"
_COMPUTE = ("cpu", "memory")
_GRACE = "terminationGracePeriodSeconds"


def pod_resources(spec: Field, *, is_pod: bool) -> Refusals:
    """`spec.resources`; before it was on by default, it is dropped."""
    field = spec["resources"]
    if not field.is_set or not field.release.at_least(_POD_LEVEL_SINCE):
        return
    if spec.at("os", "name").text == "windows":
        yield field.forbidden("because os.name is windows")
        return
    if field["claims"].is_set:
        yield field["claims"].forbidden("for a pod as a whole")
    yield from requirements(field, of_pod=True)
    yield from _consistency(spec, field, is_pod)


def _consistency(spec: Field, field: Field, is_pod: bool) -> Refusals:
    """The containers get what the pod gets."""
    requests, limits = amounts(field["requests"]), amounts(field["limits"])
    for name, total in _aggregate(spec, "requests", is_pod).items():
        if name in requests and total > requests[name]:
            what = f"be at least {_written(total)}, which the containers request together"
            yield field["requests"][name].must(what)
    for name, total in _aggregate(spec, "limits", is_pod).items():
        if name.startswith(_HUGE_PAGES) and name in limits and total > limits[name]:
            what = f"be at least {_written(total)}, to which the containers are limited together"
            yield field["limits"][name].must(what)
    for i, container in enumerate(spec["containers"].items()):
        own = container.at("resources", "limits")
        for name, limit in amounts(own).items():
            if name in limits and limit > limits[name]:
                wrong = own[name].must(
                    f"be at most the limit of the pod, {field['limits'][name].value}"
                )
                yield wrong.elsewhere((*field.path, "containers", i, name, "limits"))


def _written(amount: Decimal) -> str:
    return format(amount.normalize(), "f")


def _aggregate(spec: Field, part: str, is_pod: bool) -> dict[str, Decimal]:
    """What the containers need together at any time; `part` is `requests` or `limits`."""
    total: dict[str, Decimal] = {}
    for container in spec["containers"].items():
        _add(total, _amounts(container, part, is_pod))
    sidecars: dict[str, Decimal] = {}
    starting: dict[str, Decimal] = {}
    for container in spec["initContainers"].items():
        own = _amounts(container, part, is_pod)
        during = dict(sidecars)
        _add(during, own)
        if container["restartPolicy"].text == "Always":
            _add(total, own)
            sidecars = during
        _raise(starting, during)
    _raise(total, starting)
    return total


def _amounts(container: Field, part: str, is_pod: bool) -> Amounts:
    """Of one container; what a Pod's does not request equals the limit."""
    own = amounts(container.at("resources", part))
    if part == "requests" and is_pod:
        return {**amounts(container.at("resources", "limits")), **own}
    return own


def _add(total: dict[str, Decimal], more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, Decimal()) + amount


def _raise(total: dict[str, Decimal], other: Amounts) -> None:
    for name, amount in other.items():
        total[name] = max(total.get(name, amount), amount)


def filled_in(spec: Field) -> Field:
    """A Pod's spec with the pod's requests, host ports and grace that the server writes into it."""
    value = spec.value
    if not isinstance(value, dict):
        return spec
    filled = dict(value)
    for name in ("containers", "initContainers"):
        if spec["hostNetwork"].is_true and isinstance(value.get(name), list):
            filled[name] = [_filled(item) for item in value[name]]
    if (spec[_GRACE].number or 0) < 0:
        filled[_GRACE] = 1
    done = spec.with_value(filled)
    if spec["resources"].is_set and spec.release.at_least(_POD_LEVEL_SINCE):
        filled["resources"] = _filled_for_pod(done)
    return done


def _filled(container: Any) -> Any:
    if not isinstance(container, dict):
        return container
    ports = container.get("ports")
    if isinstance(ports, list):
        container = {**container, "ports": [_on_node(port) for port in ports]}
    return container


def _on_node(port: Any) -> Any:
    if isinstance(port, dict) and not port.get("hostPort") and port.get("containerPort"):
        return {**port, "hostPort": port["containerPort"]}
    return port


def _filled_for_pod(spec: Field) -> Mapping[str, Any]:
    """Limits of huge pages, then requests: those of the containers, else the limits."""
    field = spec["resources"]
    limits, requests = _dict(field["limits"]), _dict(field["requests"])
    if limits or requests:
        pages = _aggregate(spec, "limits", is_pod=True)
        asked = {name for name in pages if name.startswith(_HUGE_PAGES)} - requests.keys()
        limits = {**{name: _written(pages[name]) for name in asked}, **limits}
    if limits:
        together = _aggregate(spec, "requests", is_pod=True)
        own = {name: _written(together[name]) for name in _COMPUTE if name in together}
        known = {k: v for k, v in limits.items() if k in _COMPUTE or k.startswith(_HUGE_PAGES)}
        requests = {**known, **own, **requests}
    return {**_dict(field), **{k: v for k, v in (("limits", limits), ("requests", requests)) if v}}


def _dict(field: Field) -> dict[str, Any]:
    return {name: value.value for name, value in field.entries()}
