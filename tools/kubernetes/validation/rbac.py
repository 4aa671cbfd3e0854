"""Role, ClusterRole, RoleBinding and ClusterRoleBinding.

Follows pkg/apis/rbac/validation and the defaults of pkg/apis/rbac/v1.
https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_subdomain, path_segment_name
from tools.kubernetes.validation.metadata import label_selector, object_meta

_GROUP = "rbac.authorization.k8s.io"
_SUBJECTS = ("Group", "ServiceAccount", "User")


def cluster_role(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], path_segment_name, namespaced=False, generation=True)
    for rule in obj["rules"].items():
        yield from policy_rule(rule, namespaced=False)
    aggregation = obj["aggregationRule"]
    selectors = aggregation["clusterRoleSelectors"]
    if aggregation.is_set and selectors.is_empty:
        yield selectors.required("an aggregationRule has at least one")
    for selector in selectors.items():
        mistakes = list(label_selector(selector))
        yield from mistakes
        if mistakes:
            # The server tells it once more, of the whole selector.
            yield mistakes[0].named(selector)


def cluster_role_binding(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], path_segment_name, namespaced=False, generation=True)
    yield from _role(obj["roleRef"], ("ClusterRole",))
    for subject in obj["subjects"].items():
        yield from _subject(subject, namespaced=False)


def role(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], path_segment_name, namespaced=True, generation=True)
    for rule in obj["rules"].items():
        yield from policy_rule(rule, namespaced=True)


def role_binding(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], path_segment_name, namespaced=True, generation=True)
    yield from _role(obj["roleRef"], ("Role", "ClusterRole"))
    for subject in obj["subjects"].items():
        yield from _subject(subject, namespaced=True)


def policy_rule(rule: Field, *, namespaced: bool) -> Refusals:
    """One rule of a role."""
    if rule["verbs"].is_empty:
        yield rule["verbs"].required("a rule allows at least one")
    urls = rule["nonResourceURLs"]
    if urls.is_empty:
        for name in ("apiGroups", "resources"):
            if rule[name].is_empty:
                yield rule[name].required("a rule about resources has at least one")
        return
    if namespaced:
        yield urls.forbidden("in a Role, they belong to no namespace", "Use a ClusterRole.")
    if not all(rule[name].is_empty for name in ("apiGroups", "resources", "resourceNames")):
        yield urls.forbidden("beside resources", "Make two rules of it.")


def _role(field: Field, kinds: tuple[str, ...]) -> Refusals:
    if field["apiGroup"].text not in ("", _GROUP):
        yield field["apiGroup"].unsupported((_GROUP,))
    if field["kind"].text not in kinds:
        yield field["kind"].unsupported(kinds)
    if field["name"].text:
        yield from path_segment_name(field["name"])
    else:
        yield field["name"].required("a binding names a role")


def _subject(field: Field, *, namespaced: bool) -> Refusals:
    kind, name, group = field["kind"], field["name"], field["apiGroup"]
    if not name.text:
        yield name.required("a subject has one")
    if kind.text == "ServiceAccount":
        if name.text:
            yield from dns_subdomain(name)
        if group.text:
            yield group.forbidden("with `kind: ServiceAccount`")
        if not namespaced and not field["namespace"].text:
            yield field["namespace"].required("a ServiceAccount is in one")
    elif kind.text not in _SUBJECTS:
        yield kind.unsupported(_SUBJECTS)
    elif group.text not in ("", _GROUP):
        yield group.unsupported((_GROUP,))
