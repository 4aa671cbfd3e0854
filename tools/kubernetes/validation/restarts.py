"""When the kubelet restarts a container, and whether a change of its resources does.

https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy; exactly,
validateContainerRestartPolicy, validateInitContainerRestartPolicy and validateResizePolicy.
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import enumeration

_POLICIES = ("Always", "Never", "OnFailure")
_RULES_SINCE = 35
_DROPPED_SINCE = 34
_ALL_CONTAINERS_SINCE = 36
_NO_INIT_RESIZE_SINCE = 36
_MOST_RULES = 20
_MOST_CODES = 255


def restart_policy(container: Field) -> Refusals:
    """Of a container that is no init container."""
    if container.set_among(("restartPolicy", "restartPolicyRules")):
        if container.release.at_least(_RULES_SINCE):
            yield from _policy_and_rules(container)
        elif container["restartPolicy"].is_set and not container.release.at_least(_DROPPED_SINCE):
            yield container["restartPolicy"].forbidden("but in init containers")


def init_restart_policy(container: Field) -> Refusals:
    """Of an init container; with `Always` it is a sidecar."""
    policy, rules = container["restartPolicy"], container["restartPolicyRules"]
    if not container.set_among(("restartPolicy", "restartPolicyRules")):
        return
    if not container.release.at_least(_RULES_SINCE):
        if not container.release.at_least(_DROPPED_SINCE) and policy.is_set:
            yield from enumeration(policy, ("Always",))
    elif not policy.is_set:
        if rules.items():
            yield policy.required("rules are exceptions from it")
    elif policy.text == "Always" and not container.release.at_least(_ALL_CONTAINERS_SINCE):
        if rules.items():
            yield rules.forbidden("in an init container with restartPolicy Always")
    else:
        yield from _policy_and_rules(container)


def _policy_and_rules(container: Field) -> Refusals:
    policy, rules = container["restartPolicy"], container["restartPolicyRules"]
    if policy.is_set:
        yield from enumeration(policy, _POLICIES)
    elif rules.items():
        yield policy.required("rules are exceptions from it")
    if len(rules.items()) > _MOST_RULES:
        yield rules.too_many(_MOST_RULES)
    for rule in rules.items():
        yield from _rule(rule)


def _rule(rule: Field) -> Refusals:
    actions: tuple[str, ...] = ("Restart",)
    if rule["action"].text == "RestartAllContainers":
        later = rule.release.at_least(_ALL_CONTAINERS_SINCE)
        actions = ("Restart", "RestartAllContainers") if later else actions
    yield from enumeration(rule["action"], actions)
    codes = rule["exitCodes"]
    if not codes.is_set:
        yield codes.required("it says when the rule applies")
        return
    yield from enumeration(codes["operator"], ("In", "NotIn"))
    if len(codes["values"].items()) > _MOST_CODES:
        yield codes["values"].too_many(_MOST_CODES)


def resize_policy(field: Field, *, pod_never_restarts: bool) -> Refusals:
    """The server names the list, not the element, but for what stands there twice."""
    names: set[str] = set()
    for element in field.items():
        name, policy = element["resourceName"], element["restartPolicy"]
        if name.text in names:
            sentence = f"{element} repeats {name.text!r}, which may stand there once"
            yield element.refused(sentence, "Delete one.")
        names.add(name.text)
        for value, known in ((name, ("cpu", "memory")), (policy, _RESIZE_POLICIES)):
            if not value.text:
                yield value.required().named(field)
            else:
                yield from (refusal.named(field) for refusal in enumeration(value, known))
        if pod_never_restarts and policy.text != "NotRequired":
            what = "be NotRequired, because restartPolicy of the pod is Never"
            yield policy.must(what).named(field)


def init_resize_policy(container: Field) -> Refusals:
    """An init container that is no sidecar has nothing to restart."""
    if container["restartPolicy"].text == "Always":
        return
    for element in container["resizePolicy"].items():
        policy = element["restartPolicy"]
        if policy.text == "RestartContainer" and container.release.at_least(_NO_INIT_RESIZE_SINCE):
            yield policy.must("be NotRequired in an init container that is no sidecar")


_RESIZE_POLICIES = ("NotRequired", "RestartContainer")
