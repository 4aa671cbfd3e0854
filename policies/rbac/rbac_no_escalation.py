"""Nobody gets a right through which they can take further ones.

Some rights are worth more than they look. Who may create pods runs as any ServiceAccount of the
namespace and mounts any of its Secrets; who may exec into pods does what those pods may; bind,
escalate and impersonate are made to step over one's own rights. One intruder in a program that has
such a right has the namespace, or the cluster.

Follows bindings, and the aggregation of ClusterRoles, to the subjects and the pods that run as
them. Found are, by name or by wildcard:

- cluster-admin, and every role with a rule that allows everything, like it;
- `escalate` and `bind` on roles, `impersonate` on users, groups and ServiceAccounts;
- `create` (or `get`, which sufficed until Kubernetes 1.34) on `pods/exec` and `pods/attach`,
  changes to `pods/ephemeralcontainers`, and any use of `nodes/proxy`;
- `create` on pods and on the workloads of Kubernetes that make pods;
- `create` on `serviceaccounts/token` (unless limited to the account that has it) and on
  persistentvolumes, approval of certificates, changes to admission webhooks and to namespaces;
- any role for the group `system:masters`, which no role can limit, and any for anonymous callers
  but the two that Kubernetes means for them.

A ClusterRole bound by a RoleBinding gives nothing of what belongs to no namespace, and of that
nothing is said. A rule with `resourceNames` is found only where one object is enough (exec,
impersonate, bind …). The built-in roles admin, edit and the like are found where a program gets
them, not where only people do. A role that nothing here binds is reported as a warning: it waits
for somebody to do so. What a binding outside the target gives away cannot be seen, nor what
controllers of custom resources do for those who may create one. Port forwarding is no escalation.
Where a `*` alone allows it, the finding is at the `*`, and `rbac-no-wildcards` speaks for both.
A binding of cluster-admin to nobody waits likewise. `impersonate` on roles, which Kyverno refuses
with escalate and bind, allows nothing.

https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
"""

from collections.abc import Iterator, Sequence

from tools.kubernetes.access import ALL, Access, Grant, Holder
from tools.kubernetes.access_words import chain, dormant, listed, role_words, where, who
from tools.kubernetes.escalation import Way, is_everything, ways
from tools.kubernetes.resource import Resource
from tools.kubernetes.subjects import subjects_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

MASTERS = "system:masters"
ANONYMOUS = ("system:anonymous", "system:unauthenticated")
FOR_ANONYMOUS = ("system:public-info-viewer", "system:service-account-issuer-discovery")


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
    remedy="Take the right out of the role, or bind a role without it; where a program cannot do "
    "without, waive the finding with the reason.",
    defers_to=("rbac-no-wildcards",),
)
def check(target: Target, options: None) -> Iterator[Problem]:
    access = target.access
    for grant in access.grants:
        if any(is_everything(rule) for rule in grant.rules):
            yield from _everything(grant, access)
        elif grant.is_stated:
            yield from _stated(grant, access)
        elif not all(holder.subject and holder.subject.is_human for holder in grant.holders):
            yield from _borrowed(grant, access)
    for binding in access.bindings:
        yield from _subjects(binding)


def _everything(grant: Grant, access: Access) -> Iterator[Problem]:
    path = grant.path
    if grant.is_stated:
        path = grant.at("verbs", grant.rules[0]["verbs"].index(ALL))
    holders = [h for h in grant.holders if not (h.subject and h.subject.name == MASTERS)]
    if holders or not grant.holders:
        yield _problem(grant, path, f"do anything{where(grant, holders)}", holders, access)


def _stated(grant: Grant, access: Access) -> Iterator[Problem]:
    """A rule of the target: a finding for each of its entries that adds something."""
    found: dict[FieldPath, list[Way]] = {}
    for path, way in ways(grant.rules[0], _own_names(grant)):
        if _has_effect(way, grant):
            found.setdefault(path, []).append(way)
    told: set[str] = set()
    for path, opened in sorted(found.items()):
        words = [way.words for way in opened if way.words not in told]
        told.update(words)
        if words:
            of_cluster = all(way.of_cluster for way in opened)
            holders = grant.effective(of_cluster)
            allowed = listed(words) + ("" if of_cluster else where(grant, holders))
            yield _problem(grant, grant.at(*path), allowed, holders, access)


def _borrowed(grant: Grant, access: Access) -> Iterator[Problem]:
    """A built-in role: one finding where the target makes use of it."""
    found = [way for rule in grant.rules for _, way in ways(rule) if _has_effect(way, grant)]
    if found:
        allowed = f"{listed(way.words for way in found)}{where(grant, grant.holders)}"
        yield _problem(grant, grant.path, allowed, grant.holders, access)


def _subjects(binding: Resource) -> Iterator[Problem]:
    role = binding.get("roleRef", "name")
    for subject in subjects_of(binding):
        path = (*subject.path, "name")
        if subject.name == MASTERS:
            sentence = f"{subject.words} may do anything, whatever its roles, and nothing ends that"
            yield Problem(path, sentence, binding)
        elif subject.name in ANONYMOUS and role not in FOR_ANONYMOUS:
            sentence = f"{subject.words} is everybody who reaches the API server without a login"
            yield Problem(path, f"{sentence}, and is given {role!r}", binding)


def _has_effect(way: Way, grant: Grant) -> bool:
    """Whether somebody gains by it, now or once the role is bound."""
    if grant.holders:
        return bool(grant.effective(way.of_cluster))
    return not (way.of_cluster and grant.role.kind == "Role")


def _own_names(grant: Grant) -> list[str]:
    return [holder.subject.name for holder in grant.holders if holder.subject]


def _problem(
    grant: Grant, path: FieldPath, allowed: str, holders: Sequence[Holder], access: Access
) -> Problem:
    return Problem(
        path,
        f"{role_words(grant.role)} lets {who(access, holders)} {allowed}{dormant(holders)}",
        grant.resource,
        related=tuple(chain(access, holders)),
        severity=None if holders else Severity.WARNING,
    )
