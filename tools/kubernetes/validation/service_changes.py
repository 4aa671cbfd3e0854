"""What may not change of a Service: addresses, the class of its load balancer.

https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/; exactly,
ValidateServiceUpdate of pkg/apis/core/validation, after the server has copied the addresses that it
gave (patchAllocatedValues of pkg/registry/core/service/storage).
"""

from tools.kubernetes.validation.field import Field, Refusals

_HEADLESS = "None"
_REMEDY = "Delete the Service first, or give the new one another name."


def service(old: Field, new: Field) -> Refusals:
    """An address that the cluster chose is not known here, so only stated ones are compared."""
    before, after = old["spec"], new["spec"]
    if "ExternalName" not in (before["type"].text, after["type"].text):
        yield from _addresses(before, after)
        yield from _families(before, after)
    if before["type"].text == after["type"].text == "LoadBalancer":
        name = "loadBalancerClass"
        if before[name].value != after[name].value:
            yield after[name].refused(f"{after[name]} changes, and it is immutable")
        yield from _health_port(before, after)


def _addresses(before: Field, after: Field) -> Refusals:
    old, new = _first(before), _first(after)
    stated = after["clusterIP"] if after["clusterIP"].text else after["clusterIPs"]
    if old == _HEADLESS and not new and after["type"].text in ("LoadBalancer", "NodePort"):
        sentence = f"spec.type is {after['type'].text!r}, and the Service is headless for good"
        refusal = after["type"].refused(sentence, _REMEDY)
        yield refusal._replace(path=(*after.path, "clusterIPs", 0), place=refusal.path)
    if not new or old == new or (old and old != _HEADLESS and not new):
        return
    if old or new == _HEADLESS:
        was = f"it was {old!r}" if old else "the cluster has given it an address"
        sentence = f"{stated} becomes {new!r}, but {was}, which may not change"
        refusal = stated.refused(sentence, _REMEDY)
        yield refusal._replace(path=(*after.path, "clusterIPs", 0), place=stated.path)


def _first(spec: Field) -> str:
    listed = spec["clusterIPs"].items()
    return spec["clusterIP"].text or (listed[0].text if listed else "")


def _families(before: Field, after: Field) -> Refusals:
    """The first family is that of the address; headless Services may change it."""
    if _HEADLESS in (_first(before), _first(after)):
        return
    old, new = before["ipFamilies"].items(), after["ipFamilies"].items()
    if old and new and old[0].value != new[0].value:
        yield new[0].refused(f"{new[0]} changes from {old[0].text!r}, and it is immutable")


def _health_port(before: Field, after: Field) -> Refusals:
    """Only with externalTrafficPolicy Local has a Service this port."""
    name = "healthCheckNodePort"
    local = [spec["externalTrafficPolicy"].text == "Local" for spec in (before, after)]
    stated = before[name].number and after[name].number
    if all(local) and stated and before[name].number != after[name].number:
        yield after[name].refused(f"{after[name]} changes, and it is immutable")
