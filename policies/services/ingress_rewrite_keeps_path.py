"""A rewrite of an Ingress keeps the rest of the path.

`rewrite-target: /` does not cut a prefix off, it replaces the whole path: with it, `/api/todos`
and `/api/login` both reach the program as `/`. It looks right while somebody tries the
first page, and breaks every other one. The rest of the path has to be captured and
put back: path `/api(/|$)(.*)` with `rewrite-target: /$2`; or the program serves its prefix itself
and nothing is rewritten.

Looks at `nginx.ingress.kubernetes.io/rewrite-target`: a target without a group (`$1`), or with a
group that the path has not got, is a finding if some path is lost by it. A path that equals the
target is not rewritten (`/` by `/`), a path of type `Exact` has no rest, and a path or target that
ends like a file (`/index.html`) is meant as it stands. A single path with a constant other than
`/` may lead to one endpoint on purpose and is a warning. The same for `haproxy.org/path-rewrite`
with a constant. Rewrites of other controllers replace the prefix only
(haproxy-ingress, `nginx.org/rewrites`) or stand in objects of their own (Traefik's Middleware)
and are not judged, nor is another annotation prefix of ingress-nginx.

https://kubernetes.github.io/ingress-nginx/examples/rewrite/
"""

import re
from collections.abc import Iterator

from tools.kubernetes.ingress import EXACT, Route, is_ingress, routes_of
from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

NGINX = "nginx.ingress.kubernetes.io/rewrite-target"
HAPROXY = "haproxy.org/path-rewrite"
_GROUP_OPENED = re.compile(r"(?<!\\)\((?!\?)")
_FILE = re.compile(r"\.[a-z0-9]+$")
_VARIABLE = re.compile(r"\$(?P<number>[0-9]+)?")


@rule(
    judges=Judges.OBJECT,
    kinds=["Ingress"],
    severity=Severity.ERROR,
    remedy="Capture the rest, as in path `/api(/|$)(.*)` with the rewrite `/$2`, or delete the "
    "annotation and let the program serve the prefix.",
)
def check(ingress: Resource, target: Target, options: None) -> Iterator[Problem]:
    if not is_ingress(ingress):
        return
    for key in (NGINX, HAPROXY):
        rewrite = ingress.annotations.get(key)
        if not isinstance(rewrite, str) or not rewrite:
            continue
        lost = [route for route in routes_of(ingress) if _is_lost(route, key, rewrite)]
        if lost:
            paths = list(dict.fromkeys(repr(route.value) for route in lost))
            yield Problem(
                ("metadata", "annotations", key),
                f"whatever is below {' and '.join(paths)} reaches the program as {rewrite!r}",
                related=tuple((ingress, (*r.path, "path"), "the path") for r in lost),
                severity=None if rewrite == "/" or len(paths) > 1 else Severity.WARNING,
            )


def _is_lost(route: Route, key: str, rewrite: str) -> bool:
    """Whether what follows the path is not in what the rewrite makes of it."""
    if route.type == EXACT or route.value == rewrite:
        return False
    if _FILE.search(route.value) or _FILE.search(rewrite):
        return False
    if key == HAPROXY:
        return " " not in rewrite and "%" not in rewrite
    groups = len(_GROUP_OPENED.findall(route.value))
    used = [found["number"] for found in _VARIABLE.finditer(rewrite)]
    return not any(number is None or int(number) <= groups for number in used)
