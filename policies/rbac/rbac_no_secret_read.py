"""Nobody may read all Secrets of a namespace.

Who may read the Secrets of a namespace has every password in it, and the tokens of its
ServiceAccounts with them. `list` and `watch` are no lesser rights than `get`: their answers hold
the data too. A pod that needs one Secret mounts it, and a role that has to name Secrets can say
which, under `resourceNames`.

Looks at each rule of the target's Roles and ClusterRoles that allows get, list or watch on secrets,
by a wildcard too, and follows the bindings, and the aggregation of ClusterRoles, to the subjects
that have it and to the pods that run as them. A binding to a built-in role that reads Secrets
(cluster-admin, admin, edit, and some of `system:`) is a finding at its roleRef, except where all
its subjects are people: that is what admin and edit are made for. A rule that lists `resourceNames`
is accepted, unlike in other checkers, unless `named` says otherwise. Creating and deleting Secrets
shows none of them, and is not looked at. kube-linter looks for these too, but only in roles
that something binds.

A role that nothing here binds reads nothing yet; that it would is reported as information. A token
that is not mounted is no excuse, because the next pod with the same account may mount it. What a
binding outside the target gives away cannot be seen. Where a wildcard is to blame, it is
`rbac-no-wildcards` that says so.

https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets
"""

from collections.abc import Iterator

from tools.kubernetes.access import Access, Grant, opened, verbs_of, words_of
from tools.kubernetes.access_words import chain, dormant, listed, role_words, where, who
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

READING = ("get", "list", "watch")


class Options(RuleOptions):
    named: bool = False
    """Report also rules that say which Secrets, under `resourceNames`."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
    remedy="Take `secrets` out of the rule and mount what the pod needs, or allow only `get` and "
    "list the Secrets under `resourceNames`.",
    defers_to=("rbac-no-wildcards", "rbac-no-escalation"),
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem]:
    for grant in target.access.grants:
        if not grant.is_stated and all(h.subject and h.subject.is_human for h in grant.holders):
            continue
        for entry in grant.rules:
            verbs = verbs_of(entry, READING)
            index = next(opened(entry, "", "secrets"), None)
            limited = bool(words_of(entry, "resourceNames")) and not options.named
            if verbs and index is not None and not limited:
                yield _problem(grant, grant.at("resources", index), listed(verbs), target.access)
                break


def _problem(grant: Grant, path: FieldPath, verbs: str, access: Access) -> Problem:
    holders = grant.holders
    allowed = f"{verbs} every Secret{where(grant, holders)}"
    return Problem(
        path,
        f"{role_words(grant.role)} lets {who(access, holders)} {allowed}{dormant(holders)}",
        grant.resource,
        related=tuple(chain(access, holders)),
        severity=None if holders else Severity.INFO,
    )
