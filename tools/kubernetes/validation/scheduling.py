"""What else decides where and when a Pod runs: tolerations, gates, claims of devices.

https://kubernetes.io/docs/concepts/scheduling-eviction/; exactly, ValidateTolerations,
validateReadinessGates, validateSchedulingGates and validatePodResourceClaims.
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    dns_label,
    dns_subdomain,
    enumeration,
    label_value,
    qualified_name,
)

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_CLAIMS_SINCE = 34


def tolerations(field: Field) -> Refusals:
    for toleration in field.items():
        key, operator, effect = toleration["key"], toleration["operator"], toleration["effect"]
        if key.text:
            yield from qualified_name(key)
        elif operator.text != "Exists":
            yield operator.must("be Exists, because there is no key", "Write `Exists`, or a key.")
        if toleration["tolerationSeconds"].is_set and effect.text != "NoExecute":
            yield effect.must("be NoExecute, because there are tolerationSeconds")
        yield from _value(toleration)
        if effect.text:
            yield from enumeration(effect, _EFFECTS)


def _value(toleration: Field) -> Refusals:
    """The server names the operator where the value is wrong."""
    operator, value = toleration["operator"], toleration["value"]
    if operator.text in ("", "Equal"):
        yield from (refusal.named(operator) for refusal in label_value(value))
    elif operator.text != "Exists":
        yield operator.unsupported(("Equal", "Exists"))
    elif value.text:
        yield value.forbidden("with operator Exists").named(operator)


def readiness_gates(field: Field) -> Refusals:
    for gate in field.items():
        yield from qualified_name(gate["conditionType"])


def scheduling_gates(field: Field) -> Refusals:
    """The server names the gate, not its name."""
    seen: set[str] = set()
    for gate in field.items():
        name = gate["name"]
        yield from (refusal.named(gate) for refusal in qualified_name(name))
        if name.text in seen:
            yield name.duplicate().named(gate)
        seen.add(name.text)


def resource_claims(field: Field) -> Refusals:
    """The devices that a Pod claims; before they were on by default, they are dropped."""
    if field.is_empty or not field.release.at_least(_CLAIMS_SINCE):
        return
    seen: set[str] = set()
    for claim in field.items():
        name = claim["name"]
        if not name.text:
            yield name.required("containers refer to the claim by it")
        elif name.text in seen:
            yield name.duplicate()
        else:
            yield from dns_label(name)
        seen.add(name.text)
        sources = claim.set_among(("resourceClaimName", "resourceClaimTemplateName"))
        if len(sources) != 1:
            what = "has both" if sources else "has neither of"
            sentence = f"{claim} {what} resourceClaimName and resourceClaimTemplateName"
            yield claim.refused(f"{sentence}; it must have one")
        for source in sources:
            yield from dns_subdomain(source)


def container_claims(field: Field, known: set[str]) -> Refusals:
    """Those claims of the pod that a container uses, whole or by request."""
    if field.is_empty or not field.release.at_least(_CLAIMS_SINCE):
        return
    seen: set[str] = set()
    for claim in field.items():
        name, request = claim["name"], claim["request"]
        if not name.text:
            yield name.required("it says which claim of the pod").named(claim)
            continue
        key = name.text
        if key not in seen and request.text:
            yield from dns_label(request)
            key = f"{key}/{request.text}"
        if name.text in seen or key in seen or (key == name.text and _in_part(key, seen)):
            yield name.duplicate().named(claim)
        if name.text not in seen:
            seen.add(key)
        if name.text not in known:
            there = f": {', '.join(sorted(known))}" if known else ", which are none"
            yield name.must(f"be one of resourceClaims of the pod{there}").named(claim)


def _in_part(claim: str, seen: set[str]) -> bool:
    return any(key.partition("/")[0] == claim for key in seen)
