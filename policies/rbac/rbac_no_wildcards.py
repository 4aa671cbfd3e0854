"""Roles name the verbs, resources and API groups that they allow.

A `*` allows what nobody thought of: Secrets beside ConfigMaps, `pods/exec` beside pods, escalate
and impersonate beside get, and every resource and verb that a later version or a new
CustomResourceDefinition adds. What a program really needs can no longer be read from its role.

Looks at `verbs`, `resources`, `apiGroups` and `nonResourceURLs` of each rule of the target's Roles
and ClusterRoles, whether or not something binds them. One rule is one finding, at its first
wildcard; the others are shown with it. `*/scale` is the scale subresource of everything and counts.
`pods/*` is not what it looks like: Kubernetes knows no such pattern and it allows nothing, which is
said instead. A path like `/healthz/*` is meant and accepted; `*` and `/*` are every URL.
kube-linter and Kyverno look at verbs and resources alone.

For a ClusterRole with an aggregationRule Kubernetes writes the rules, so that only those of the
roles that it takes in are judged. Roles outside the target, built-in ones among them, are not.

https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
"""

from collections.abc import Iterator, Sequence

from tools.kubernetes.access import ALL, Access, Grant, words_of
from tools.kubernetes.access_words import chain, dormant, listed, role_words, who
from tools.kubernetes.resource import as_list
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

FIELDS = ("resources", "verbs", "apiGroups", "nonResourceURLs")
EVERY_URL = (ALL, "/*")
FEW = 3
"""So many verbs are named."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
    remedy="Write out the verbs, resources and API groups that are really used.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    for grant in target.access.grants:
        if grant.is_stated:
            yield from _judge(grant, target.access)


def _judge(grant: Grant, access: Access) -> Iterator[Problem]:
    # What allows nothing comes last: it hides nothing that does.
    found = sorted(_wildcards(grant), key=lambda wildcard: _is_void(wildcard[1]))
    for path, word in found[:1]:
        if _is_void(word):
            message = f"{role_words(grant.role)} names {word!r}, which matches no resource at all"
            yield Problem(path, message, grant.resource)
            continue
        holders = grant.holders
        allowed = f"{role_words(grant.role)} lets {who(access, holders)} {_allowed(grant)}"
        others = [(grant.resource, other, "a wildcard here too") for other, _ in found[1:]]
        related = (*others, *chain(access, holders))
        yield Problem(path, f"{allowed}{dormant(holders)}", grant.resource, related=related)


def _wildcards(grant: Grant) -> Iterator[tuple[FieldPath, str]]:
    for field in FIELDS:
        for index, word in enumerate(as_list(grant.rules[0].get(field))):
            if isinstance(word, str) and (word == ALL or _is_pattern(field, word)):
                yield grant.at(field, index), word


def _is_pattern(field: str, word: str) -> bool:
    if field == "nonResourceURLs":
        return word in EVERY_URL
    return field == "resources" and (word.startswith("*/") or word.endswith("/*"))


def _is_void(word: str) -> bool:
    return word.endswith("/*") and word not in EVERY_URL


def _allowed(grant: Grant) -> str:
    """`do anything with every resource of API group 'apps'`."""
    verbs, resources, groups, urls = (
        words_of(grant.rules[0], field)
        for field in ("verbs", "resources", "apiGroups", "nonResourceURLs")
    )
    doing = "do anything with" if ALL in verbs else _doing(verbs)
    if urls:
        return f"{doing} {'every URL' if set(urls) & set(EVERY_URL) else listed(urls)}"
    what = "every resource" if ALL in resources else listed(map(repr, resources))
    if ALL in groups:
        return f"{doing} {what} of every API group"
    return f"{doing} {what} of API group {listed(repr(g) if g else 'core' for g in groups)}"


def _doing(verbs: Sequence[str]) -> str:
    more = len(verbs) - FEW
    return f"{', '.join(verbs[:FEW])} and do {more} more things with" if more > 0 else listed(verbs)
