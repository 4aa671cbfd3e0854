"""The strict environment is nowhere weaker than the others, and has the same components.

What is tried out in one environment runs in the other. If a patch of production switches off what
development has (a read-only root, a dropped capability, the NetworkPolicy around a pod), the least
guarded place is the one that matters most, and no test ever saw it. And a component that only one
of them has was forgotten in the other, or left over.

The environments of policies.yaml are compared once a run covers several of them. `strict` is the
one that must not be weaker, `loose` those it is compared with (all others). Components are
workloads and Services; counterparts have the same kind and name, or are made from the same file of
a base. Compared are the effective values of each container that both have (`runAsNonRoot`,
`runAsUser` 0, `allowPrivilegeEscalation`, `privileged`, `readOnlyRootFilesystem`,
`seccompProfile`, `appArmorProfile`, `procMount`, `capabilities.drop`, `capabilities.add`,
`hostPort`), what the pod shares (`hostNetwork`, `hostPID`, `hostIPC`, `hostUsers`, `hostPath`,
`shareProcessNamespace`), who it is (`serviceAccountName`: `default` or not,
`automountServiceAccountToken`), whether any policy restricts its traffic (`networkPolicy.ingress`,
`networkPolicy.egress`), and what its namespace enforces (`pod-security.kubernetes.io/enforce`).
What may be weaker is declared in `allowed` by these names, and components that only one
environment has in `only`. A component is missed only if others of its target have counterparts:
an application that was never meant for an environment is not.

Whatever both do wrong is other rules' to find, and what those find in the strict environment is
not repeated here. What roles grant and policies let through is not compared.

https://kubernetes.io/docs/concepts/security/pod-security-standards/
https://kubectl.docs.kubernetes.io/references/kustomize/glossary/#overlay
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from fnmatch import fnmatchcase

from tools.kubernetes.guards import Guard, Guarded, weaknesses
from tools.rules.counterparts import Component, Counterparts, components
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

SPEAKING = (
    "apparmor-profile-allowed",
    "capabilities-dropped",
    "host-namespaces-unused",
    "host-paths-unused",
    "host-ports-unused",
    "not-privileged",
    "pod-security-labels-set",
    "privilege-escalation-disabled",
    "proc-mount-default",
    "root-filesystem-read-only",
    "run-as-non-root",
    "seccomp-profile-set",
    "service-account-dedicated",
    "service-account-token-not-mounted",
)
"""Rules that find the same in one environment alone."""

Environments = Mapping[str, Sequence[Target]]


class Options(RuleOptions):
    """Which environments are compared, and what may differ."""

    strict: str = "prod"
    """The environment that must not be weaker than the others."""
    loose: tuple[str, ...] = ()
    """The environments it is compared with; none: all others."""
    allowed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields in which a component may be weaker, by a glob of `Kind/name`."""
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Components that only this environment has, by its name, as globs of `Kind/name`."""


@rule(
    judges=Judges.RELATION,
    severity=Severity.WARNING,
    remedy="Set the field in the base, or declare under the options `allowed` and `only` of this "
    "rule what is meant to differ.",
    defers_to=SPEAKING,
    options=Options,
)
def check(targets: Mapping[str, Target], options: Options) -> Iterator[Problem | Unjudged]:
    environments: dict[str, list[Target]] = {}
    for target in targets.values():
        environments.setdefault(target.environment or "", []).append(target)
    loose = [n for n in options.loose or environments if n in environments and n != options.strict]
    if options.strict in environments:
        yield from _weaker(environments, loose, options)
        for name in loose:
            yield from _missing(environments, name, options.strict, options)
            yield from _missing(environments, options.strict, name, options)
    elif len(environments) > 1:
        reason = f"no target of the environment {options.strict!r} is judged in full in this run"
        yield Unjudged(reason)


def _weaker(
    environments: Environments, loose: Sequence[str], options: Options
) -> Iterator[Problem]:
    """What is guarded less in the strict environment, once for each field."""
    seen: set[tuple[object, ...]] = set()
    for name in loose:
        others = Counterparts(environments[name])
        for component in (c for t in environments[options.strict] for c in components(t)):
            for own, safer in _weaknesses(component, others.of(component)):
                place = (id(own.resource), own.path, own.field)
                if place not in seen and own.field not in _allowed(component, options):
                    seen.add(place)
                    there = f" and {safer.value}" if safer.value else ", and not"
                    message = f"{own.subject} is {own.value} in {options.strict}{there} in {name}"
                    related = ((safer.resource, safer.path, f"in {name}"),)
                    yield Problem(own.path, message, own.resource, related=related)


def _weaknesses(component: Component, other: Component | None) -> Iterator[tuple[Guard, Guard]]:
    pod = component.target.pod(component.resource)
    counterpart = other and other.target.pod(other.resource)
    if pod and other and counterpart:
        here, there = component.target.resources, other.target.resources
        yield from weaknesses(Guarded(pod, here), Guarded(counterpart, there))


def _allowed(component: Component, options: Options) -> list[str]:
    """The fields in which a component may be weaker."""
    slug = component.resource.ref.slug
    return [f for glob, names in options.allowed.items() if fnmatchcase(slug, glob) for f in names]


def _missing(
    environments: Environments, here: str, there: str, options: Options
) -> Iterator[Problem]:
    """The components of one environment that the other one lacks."""
    others = Counterparts(environments[there])
    for target in environments[here]:
        own = list(components(target))
        lacking = [component for component in own if not others.all_of(component)]
        if len(lacking) == len(own):
            continue
        for component in lacking:
            slug = component.resource.ref.slug
            if not any(fnmatchcase(slug, glob) for glob in options.only.get(here, ())):
                message = f"{slug!r} is in {here}, and not in {there}"
                remedy = (
                    f"Add it to {there} as well, or name it under the option `only` of this rule, "
                    f"as `only: {{{here}: [{slug}]}}`."
                )
                yield Problem(("metadata", "name"), message, component.resource, remedy)
