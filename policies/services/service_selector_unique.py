"""A Service selects one program, and no two Services are the same.

Labels that a whole application shares (`app.kubernetes.io/part-of`) make a Service send requests
of the web server to its workers and migration Jobs too, each of which refuses or misunderstands
its part of them: an error in one request of three, on a system where everything is ready. And a
Service that was copied and kept the selector of the original answers with the wrong program.

Found is, within one namespace:

* a Service that sends one of its ports to pods of different programs. Programs are told apart by
  image name, command and subcommand, so that canaries, colours and shards are one; Jobs are
  always another program than what keeps running. A target port that is a name only reaches the
  pods that declare it. Headless Services and those whose ports are all named after metrics are
  made to find every pod, and may select any. Pods of `helm test` do not count;
* a Service with the name of a workload that it does not select, and the selector of another
  Service that does have the name of a workload it selects;
* a Service that differs from another one in nothing but its name, its labels and the names of its
  ports. Another type, annotation (of a cloud's load balancer), session affinity or traffic policy
  is a reason for a second one, and so is a Rollout that shifts traffic between both.

Kyverno's policy refuses any second Service with the same selector.

https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service
"""

import json
from collections.abc import Iterator
from typing import Any

from tools.kubernetes.pod import Pod
from tools.kubernetes.programs import same_program
from tools.kubernetes.resource import Resource, as_map
from tools.kubernetes.services import (
    declares,
    has_selector,
    is_headless,
    is_only_metrics,
    pod_ports,
    selected_by,
    service_ports,
)
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

SELECTOR = ("spec", "selector")
INDIFFERENT = frozenset({"ports", "clusterIP", "clusterIPs", "healthCheckNodePort"})
"""Fields of the spec in which a copy may differ from its original."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Service",),
    remedy="Add the label to spec.selector that only the intended pods have.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    services = [s for s in target.resources.of_kind("Service") if has_selector(s)]
    shifted = set(_shifted(target))
    originals: dict[str, Resource] = {}
    for service in target.as_added(services):
        problem = _mixed(service, target) or _misnamed(service, services, target)
        original = originals.setdefault(_content(service), service)
        if problem:
            yield problem
        elif original.ref != service.ref and not {original.name, service.name} <= shifted:
            message = f"Service {original.name!r} is the same but for its name"
            remedy = "Delete one of the two, or correct the selector of the copy."
            related = ((original, SELECTOR, "the same selector"),)
            yield Problem(SELECTOR, message, service, remedy, related)


def _mixed(service: Resource, target: Target) -> Problem | None:
    """The first port that different programs get."""
    if is_headless(service) or is_only_metrics(service):
        return None
    pods = [p for p in selected_by(service, target.pods) if not _is_helm_test(p)]
    pods.sort(key=lambda pod: pod.workload.name != service.name)
    for port in service_ports(service):
        by_name = isinstance(port.target, str)
        got = [p for p in pods if not by_name or any(declares(own, port) for own in pod_ports(p))]
        for other in got[1:]:
            if not same_program(got[0], other):
                both = f"{got[0].workload.ref.slug!r} and to {other.workload.ref.slug!r}"
                message = f"sends port {port.number!r} to {both}, which is another program"
                place = (other.workload, (*other.template, "metadata", "labels"), "selected too")
                return Problem(SELECTOR, message, service, related=(place,))
    return None


def _is_helm_test(pod: Pod) -> bool:
    return str(pod.workload.annotations.get("helm.sh/hook", "")).startswith("test")


def _misnamed(service: Resource, services: list[Resource], target: Target) -> Problem | None:
    """The pods of another Service, where a workload has the name of this one."""
    selected = {pod.workload.name for pod in selected_by(service, target.pods)}
    near = {pod.workload.name: pod for pod in target.pods if pod.namespace == service.namespace}
    if not selected or service.name in selected or service.name not in near:
        return None
    for other in services:
        same = other.namespace == service.namespace and other.get(*SELECTOR) == service.get(
            *SELECTOR
        )
        if same and other.name in selected:
            slug = near[service.name].workload.ref.slug
            message = f"selects what Service {other.name!r} selects, and not {slug!r}"
            return Problem(
                SELECTOR, message, service, related=((other, SELECTOR, "the same selector"),)
            )
    return None


def _content(service: Resource) -> str:
    """What two Services have in common that are the same but for their names."""
    spec = {k: v for k, v in service.map("spec").items() if k not in INDIFFERENT}
    spec["type"] = spec.get("type") or "ClusterIP"
    ports = sorted(
        (str(p.number), str(p.target), p.protocol, str(service.get(*p.path, "nodePort")))
        for p in service_ports(service)
    )
    parts = [service.namespace, is_headless(service), spec, ports, service.annotations]
    return json.dumps(parts, sort_keys=True, default=str)


def _shifted(target: Target) -> Iterator[str]:
    """The names of the Services between which Rollouts shift traffic."""
    for rollout in target.resources.of_kind("Rollout"):
        for strategy in rollout.map("spec", "strategy").values():
            yield from _named(strategy)


def _named(value: Any) -> Iterator[str]:
    for key, inner in as_map(value).items():
        if str(key).endswith("Service") and isinstance(inner, str):
            yield inner
        yield from _named(inner)
