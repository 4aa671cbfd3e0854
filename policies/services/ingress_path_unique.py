"""A host and path is routed by one Ingress only.

Two Ingresses may claim the same path of the same host. Which of them gets the requests is up to
the controller: ingress-nginx takes the older one, others the one that is read last, and after a
redeployment it may be the other. Whoever edits the loser sees no effect.

Routes are the same if class, host, path and pathType are; a slash at the end of a prefix does not
count. Different things on purpose are canaries of ingress-nginx (`canary: "true"`), Traefik's
routers for different entry points, and backends that the AWS controller picks by conditions. The
routes of all Ingresses of a target are compared, and those of different targets of a run if
Applications of this repository deploy both to one cluster (the same `server` or `name`), unless
policies.yaml says that they belong to different environments. Wildcard hosts, regular expressions
and prefixes that overlap are left alone, because the longer one wins.

https://kubernetes.io/docs/concepts/services-networking/ingress/#multiple-matches
"""

from collections.abc import Iterator, Mapping

from tools.kubernetes.ingress import PREFIX, Route, class_of, is_ingress, routes_of
from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

CANARY = "nginx.ingress.kubernetes.io/canary"
ENTRY_POINTS = "traefik.ingress.kubernetes.io/router.entrypoints"
CONDITIONS = "alb.ingress.kubernetes.io/conditions."


@rule(
    judges=Judges.RELATION,
    kinds=["Ingress"],
    severity=Severity.ERROR,
    remedy="Delete the path from one of the two Ingresses, or give it another host or path.",
)
def check(targets: Mapping[str, Target], options: None) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], list[tuple[Route, Target]]] = {}
    for target in targets.values():
        for route in _routes(target):
            others = seen.setdefault(_key(route), [])
            for other, home in others:
                if _both_apply(route.ingress, target, other.ingress, home):
                    yield _problem(route, other, "" if home is target else f" of {home.path}")
                    break
            others.append((route, target))


def _routes(target: Target) -> Iterator[Route]:
    for ingress in target.resources.of_kind("Ingress"):
        annotations = ingress.annotations
        chosen = annotations.get(CANARY) == "true" or any(
            str(key).startswith(CONDITIONS) for key in annotations
        )
        if is_ingress(ingress) and not chosen:
            yield from routes_of(ingress)


def _key(route: Route) -> tuple[str, ...]:
    """What makes two routes the same."""
    prefix = route.value.rstrip("/") or "/"
    value = prefix if route.type == PREFIX else route.value
    entry_points = str(route.ingress.annotations.get(ENTRY_POINTS, ""))
    return class_of(route.ingress), entry_points, route.host.lower(), route.type, value


def _both_apply(one: Resource, home: Target, other: Resource, other_home: Target) -> bool:
    """Whether two Ingresses come to one cluster, as two objects."""
    if one is other or home is other_home:
        return one is other or one.ref != other.ref
    environments = {home.environment, other_home.environment} - {None}
    if len(environments) > 1 or one.ref == other.ref:
        return False
    return not home.clusters.isdisjoint(other_home.clusters)


def _problem(route: Route, other: Route, where: str) -> Problem:
    owner = "this Ingress" if other.ingress is route.ingress else f"Ingress {other.ingress.name!r}"
    return Problem(
        (*route.path, "path"),
        f"{route.words} is routed by {owner}{where} already",
        route.ingress,
        related=((other.ingress, (*other.path, "path"), "routed first here"),),
    )
