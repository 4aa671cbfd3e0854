"""A binding names a role and ServiceAccounts that exist.

The API server accepts a binding to a role that is not there, and to a ServiceAccount that nobody
ever made: everything is applied, and the program is told `forbidden` when it first needs the right.
Worse, the name is free. Whoever makes a role or an account of that name later gets what the
binding promised. The roleRef of a binding cannot be changed afterwards, only deleted with it.

Looks at the roleRef and the subjects of every RoleBinding and ClusterRoleBinding. A role has to be
among the target's objects, a Role in the binding's own namespace, or be one that Kubernetes makes
itself; other names that begin with `system:` are the distribution's and not judged. A
ClusterRoleBinding cannot name a Role. A ServiceAccount, also one that is named as a user, has to be
among the target's objects; `default` exists in every namespace. One in a namespace of which the
target holds nothing, or in kube-system, where Kubernetes has its own, is not judged. Plain files
without any role, or any ServiceAccount, are not judged for them, because nothing says that they are
all there is. What is made elsewhere is declared: ServiceAccounts under `facts.serviceAccounts`,
roles under the option `roles`. Users and groups live outside of Kubernetes and cannot be looked up.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
"""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from tools.kubernetes.builtin_roles import is_reserved
from tools.kubernetes.resource import Resource
from tools.kubernetes.service_accounts import DEFAULT
from tools.kubernetes.spelling import closest
from tools.kubernetes.subjects import Subject, subjects_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

_OWN_ACCOUNTS = "kube-system"


class Options(RuleOptions):
    roles: tuple[str, ...] = ()
    """Globs of roles that something else makes: `ClusterRole/platform-*`."""


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
    remedy="Correct the name, add the missing object, or declare in policies.yaml that something "
    "else makes it.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    for binding in target.access.bindings:
        yield from _role(binding, target, options)
        for subject in subjects_of(binding):
            if subject.kind == "ServiceAccount":
                yield from _account(subject, binding, target)


def _role(binding: Resource, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    kind, name = binding.get("roleRef", "kind"), binding.get("roleRef", "name")
    if kind not in ("Role", "ClusterRole") or not isinstance(name, str) or not name:
        return
    if binding.kind == "ClusterRoleBinding" and kind == "Role":
        sentence = f"a ClusterRoleBinding can only name a ClusterRole, and not the Role {name!r}"
        yield Problem(("roleRef", "kind"), sentence, binding)
        return
    declared = any(fnmatchcase(f"{kind}/{name}", pattern) for pattern in options.roles)
    if declared or target.access.role_of(binding):
        return
    path = ("roleRef", "name")
    if is_reserved(name):
        reason = f"{kind} {name!r} is none of Kubernetes' own, so that it is the distribution's"
        yield Unjudged(f"{reason} or a mistake", binding, path)
    elif target.tree is None and not target.access.roles:
        yield Unjudged(f"{kind} {name!r} is not in this target, nor any role", binding, path)
    else:
        is_told = kind == "Role" and binding.namespace
        place = f" in namespace {binding.namespace!r}" if is_told else ""
        hint = _other_role(target.access.roles, kind, name)
        yield Problem(path, f"there is no {kind} {name!r}{place}{hint}", binding)


def _other_role(roles: Sequence[Resource], kind: str, name: str) -> str:
    """A role that may be meant: one of the same name, or one spelt alike."""
    for role in roles:
        if role.name == name:
            other = f"in namespace {role.namespace!r}" if role.kind == kind else "of that name"
            return f"; there is a {role.kind} {other}"
    near = closest(name, [role.name for role in roles if role.kind == kind])
    return f"; did you mean {near!r}?" if near else ""


def _account(subject: Subject, binding: Resource, target: Target) -> Iterator[Problem | Unjudged]:
    name, namespace = subject.name, subject.namespace
    if not namespace and binding.kind == "ClusterRoleBinding":
        sentence = f"ServiceAccount {name!r} is named without its namespace, which is refused"
        yield Problem((*subject.path, "namespace"), sentence, binding)
        return
    accounts = [a for a in target.resources.of_kind("ServiceAccount") if a.ref.group == ""]
    known = any(subject.includes(a.namespace, a.name) for a in accounts)
    declared = target.facts.exists(target.facts.service_accounts, namespace, name)
    if known or declared or name == DEFAULT:
        return
    alone = target.tree is None and not accounts
    if alone or namespace == _OWN_ACCOUNTS or namespace not in _namespaces(target):
        reason = f"{subject.words} is made outside of this target, if at all"
        yield Unjudged(reason, binding, (*subject.path, "name"))
        return
    elsewhere = [a.namespace for a in accounts if a.name == name]
    if elsewhere:
        hint = f"; there is one in namespace {elsewhere[0]!r}"
    else:
        near = closest(name, [a.name for a in accounts if a.namespace == namespace])
        hint = f"; did you mean {near!r}?" if near else ""
    yield Problem(
        (*subject.path, "namespace" if elsewhere else "name"),
        f"there is no {subject.words}{hint}",
        binding,
    )


def _namespaces(target: Target) -> set[str]:
    """The namespaces that the target makes or puts something into."""
    made = {resource.name for resource in target.resources.of_kind("Namespace")}
    return made | {resource.namespace for resource in target.resources}
