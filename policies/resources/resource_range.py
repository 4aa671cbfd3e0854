"""Requests and limits stay within the range of the environment.

A test cluster on a laptop and production want different amounts, and a value copied from one to
the other is only noticed when pods stay Pending or are killed. The range of each environment is
written down once, in `policies.yaml`.

Looks at the effective requests and limits of main, sidecar and init containers, defaults of a
LimitRange included. There is no range to begin with, so the rule says nothing until one is given:

    environments:
      test:
        rules:
          resource-range:
            requests: {cpu: {min: 50m, max: 250m}}
            limits: {memory: {max: 512Mi}}

An amount that is missing altogether is the business of `requests-set` and `limits-set`, a request
above its limit, which no pod gets past, that of `requests-within-limits`.

https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#resource-units-in-kubernetes
"""

from collections.abc import Iterator, Mapping
from dataclasses import field

from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.limit_range import Stated
from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.quantity import parse_quantity
from tools.kubernetes.resource_sums import ContainerResources
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target


class Range(RuleOptions):
    min: str = ""
    """The least, as a quantity; nothing for no bound."""
    max: str = ""
    """The most, as a quantity; nothing for no bound."""


class Options(RuleOptions):
    requests: dict[str, Range] = field(default_factory=dict)
    """The range of requests, by resource."""
    limits: dict[str, Range] = field(default_factory=dict)
    """The range of limits, by resource."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Bring the amount into the range, or agree on another range in policies.yaml.",
    options=Options,
    defers_to=("quantity-unit-sane", "requests-within-limits"),
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    for own in PodResources(pod, target.resources).containers:
        yield from _judged(own, "requests", options.requests)
        yield from _judged(own, "limits", options.limits)


def _judged(
    own: ContainerResources, field: str, ranges: Mapping[str, Range]
) -> Iterator[Problem | Unjudged]:
    for name, allowed in ranges.items():
        stated = own.of(field).get(name)
        for word, sign, text in (("less", 1, allowed.min), ("more", -1, allowed.max)):
            bound = parse_quantity(text)
            if text and bound is None:
                yield Unjudged(f"{text!r} in policies.yaml is not a quantity", blocking=True)
            elif stated and bound is not None and stated.amount * sign < bound * sign:
                remedy = (
                    f"Write {text} or {'more' if sign > 0 else 'less'}, or agree on another "
                    "range in policies.yaml."
                )
                problem = _problem(own.container, field, name, stated, f"{word} than {text}")
                yield problem._replace(remedy=remedy)


def _problem(container: Container, field: str, name: str, stated: Stated, words: str) -> Problem:
    subject = f"container {container.name!r} has a {name} {field.removesuffix('s')}"
    if stated.resource is not container.pod.workload:
        return Problem(
            container.at("resources", field, name),
            f"{subject} of {stated.value!r}, {words}",
            related=((stated.resource, stated.path, "the default that applies"),),
        )
    source = "" if field in stated.path else " (its limit)"
    return Problem(
        stated.path,
        f"{subject} of {stated.value!r}{source}, {words}",
        missing=((container.pod.workload, container.at("resources", field, name)),),
    )
