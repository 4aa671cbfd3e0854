"""Who may do what: the rules of roles, resolved through bindings and aggregation.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/ and, exactly,
pkg/apis/rbac/v1/evaluation_helpers.go of Kubernetes 1.36.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from tools.kubernetes.builtin_roles import builtin_roles
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import Resource, ResourceSet, as_list
from tools.kubernetes.selector import matches
from tools.kubernetes.service_accounts import account_of
from tools.kubernetes.subjects import RBAC_GROUP, Subject, is_binding, subjects_of
from tools.source.place import FieldPath

ALL = "*"
ROLES = ("Role", "ClusterRole")

PolicyRule = Mapping[str, Any]
"""One entry of a role's `rules`."""


def words_of(rule: PolicyRule, field: str) -> list[str]:
    """The texts in a list of a rule: `verbs`, `apiGroups`, `resources`, `resourceNames` …"""
    return [word for word in as_list(rule.get(field)) if isinstance(word, str)]


def verbs_of(rule: PolicyRule, wanted: Sequence[str]) -> list[str]:
    """Those of the wanted verbs that a rule allows."""
    verbs = words_of(rule, "verbs")
    return [verb for verb in wanted if verb in verbs or ALL in verbs]


def opened(rule: PolicyRule, group: str, resource: str) -> Iterator[int]:
    """The indexes of the entries of `resources` that open a resource of an API group.

    `*` opens everything, `*/scale` that subresource of everything; `pods/*` opens nothing.
    """
    groups = words_of(rule, "apiGroups")
    if group not in groups and ALL not in groups:
        return
    _, slash, subresource = resource.partition("/")
    names = (ALL, resource, f"*/{subresource}") if slash else (ALL, resource)
    for index, name in enumerate(as_list(rule.get("resources"))):
        if name in names:
            yield index


class Holder(NamedTuple):
    """A subject that a binding gives a role to, in one namespace or (None) in all of them.

    Where it is not known who that is, `subject` is None and `binding` is the built-in role that
    takes the rules in.
    """

    subject: Subject | None
    binding: Resource
    namespace: str | None


class Grant(NamedTuple):
    """Rules of a role and who has them; `resource` and `path` are where to point at them.

    A rule that the target states is a grant of its own, with its path in its role. The rules of a
    built-in role are one grant together, at the field that makes use of the role.
    """

    role: Resource
    resource: Resource
    path: FieldPath
    rules: tuple[PolicyRule, ...]
    holders: tuple[Holder, ...]

    @property
    def is_stated(self) -> bool:
        """Whether the target states the rule, and does not only use a role that has it."""
        return self.role is self.resource

    def at(self, *path: str | int) -> FieldPath:
        """The field path of a field of the rule, if it is stated."""
        return (*self.path, *path) if self.is_stated else self.path

    def effective(self, cluster_scoped: bool) -> tuple[Holder, ...]:
        """The holders to whom a rule about such a resource gives anything.

        What belongs to no namespace is not opened by a RoleBinding.
        """
        return tuple(h for h in self.holders if h.namespace is None or not cluster_scoped)


class Access:
    """What the roles and bindings of one target grant, and to which of its pods."""

    def __init__(self, resources: ResourceSet, pods: Sequence[Pod]) -> None:
        self.bindings = [resource for resource in resources if is_binding(resource)]
        self.roles = [r for r in resources.of_kind(*ROLES) if r.ref.group == RBAC_GROUP]
        self._pods = pods

    def role_of(self, binding: Resource) -> Resource | None:
        """The role that a binding names: one of the target or a built-in one, None if neither."""
        kind, name = binding.get("roleRef", "kind"), binding.get("roleRef", "name")
        namespace = binding.namespace if kind == "Role" else ""
        own = (r for r in self.roles if (r.kind, r.name) == (kind, name))
        found = next((r for r in own if kind == "ClusterRole" or r.namespace == namespace), None)
        return found or builtin_roles().find(str(kind), str(name), namespace)

    def workloads(self, subject: Subject) -> list[Pod]:
        """The pods of the target that are granted what a subject is."""
        return [p for p in self._pods if subject.includes(p.namespace, account_of(p).name)]

    @cached_property
    def grants(self) -> list[Grant]:
        """Every rule that the target's roles state, and every built-in role that it makes use of.

        The rules of a role with an aggregationRule are those of the roles that it takes in, and
        what it states itself is overwritten.
        """
        return [*self._stated(), *self._bound_elsewhere(), *self._taken_in()]

    def _stated(self) -> Iterator[Grant]:
        for role in self.roles:
            if not _selectors(role):
                holders = tuple(self._holders(role))
                for path, rule in role.maps("rules"):
                    yield Grant(role, role, path, (rule,), holders)

    def _bound_elsewhere(self) -> Iterator[Grant]:
        for binding, role in self._bound:
            if role not in self.roles:
                holders = tuple(_holders_by(binding))
                yield Grant(role, binding, ("roleRef", "name"), tuple(_rules(role)), holders)

    def _taken_in(self) -> Iterator[Grant]:
        for role in self.roles:
            for index, selector in enumerate(_selectors(role)):
                path = ("aggregationRule", "clusterRoleSelectors", index)
                for source in builtin_roles():
                    if matches(selector, source.labels):
                        holders = tuple(self._holders(role))
                        yield Grant(source, role, path, tuple(_rules(source)), holders)

    @cached_property
    def _bound(self) -> list[tuple[Resource, Resource]]:
        """Each binding with its role, those without one left out."""
        found = ((binding, self.role_of(binding)) for binding in self.bindings)
        return [(binding, role) for binding, role in found if role is not None]

    def _holders(self, role: Resource) -> Iterator[Holder]:
        """Who has the rules of a role, through it or through a role that takes them in."""
        carriers = [role]
        for carrier in carriers:
            carriers += [r for r in self._aggregates(carrier) if r not in carriers]
        for carrier in carriers:
            if carrier not in self.roles:
                yield Holder(None, carrier, None)
            for binding, bound in self._bound:
                if bound is carrier:
                    yield from _holders_by(binding)

    def _aggregates(self, role: Resource) -> Iterator[Resource]:
        """The roles that take in the rules of a role because of its labels."""
        if role.labels and role.kind == "ClusterRole":
            for other in (*self.roles, *builtin_roles()):
                if any(matches(selector, role.labels) for selector in _selectors(other)):
                    yield other


def _selectors(role: Resource) -> Sequence[Any]:
    return role.items("aggregationRule", "clusterRoleSelectors")


def _rules(role: Resource) -> Iterator[PolicyRule]:
    """The rules of a built-in role, those that it takes in from others included."""
    for _, rule in role.maps("rules"):
        yield rule
    for selector in _selectors(role):
        for source in builtin_roles():
            if matches(selector, source.labels):
                yield from _rules(source)


def _holders_by(binding: Resource) -> Iterator[Holder]:
    namespace = None if binding.kind == "ClusterRoleBinding" else binding.namespace
    for subject in subjects_of(binding):
        yield Holder(subject, binding, namespace)
