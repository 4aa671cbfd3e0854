"""What roles grant, to whom, and through what."""

from textwrap import dedent
from typing import Any

import pytest

from tools.kubernetes.access import Access, Grant, opened, verbs_of
from tools.kubernetes.objects import Read, objects_in
from tools.kubernetes.pod import pod_of
from tools.kubernetes.resource import Resource, ResourceSet
from tools.kubernetes.subjects import Subject, subjects_of
from tools.source.document import parse

RBAC = "rbac.authorization.k8s.io/v1"


def access(text: str) -> Access:
    found = [o for o in objects_in(parse(dedent(text), "access.yaml")) if isinstance(o, Read)]
    resources = ResourceSet([Resource(read.data, index) for index, read in enumerate(found)])
    pods = [pod for pod in map(pod_of, resources) if pod]
    return Access(resources, pods)


def told(grant: Grant) -> tuple[str, str, list[tuple[str, str | None]]]:
    """Where a grant is stated or used, which role it is of, and who has it where."""
    holders = [
        (holder.subject.words if holder.subject else holder.binding.name, holder.namespace)
        for holder in grant.holders
    ]
    return grant.resource.ref.slug, grant.role.name, holders


@pytest.mark.parametrize(
    ("resources", "resource", "indexes"),
    [
        (["pods", "secrets"], "secrets", [1]),
        (["*"], "secrets", [0]),
        (["*"], "pods/exec", [0]),
        (["pods"], "pods/exec", []),
        (["pods/*"], "pods/exec", []),
        (["pods/*"], "pods", []),
        (["*/exec", "pods/exec"], "pods/exec", [0, 1]),
        (["*/exec"], "exec", []),
        (["Secrets", "secret"], "secrets", []),
        ("secrets", "secrets", []),
        ([None, ["secrets"], "secrets"], "secrets", [2]),
    ],
)
def test_resources_match_as_in_the_api_server(
    resources: Any, resource: str, indexes: list[int]
) -> None:
    assert list(opened({"apiGroups": [""], "resources": resources}, "", resource)) == indexes


@pytest.mark.parametrize(
    ("groups", "opens"),
    [([""], True), (["*"], True), (["apps"], False), ([], False), (None, False), ("", False)],
)
def test_a_rule_without_the_api_group_opens_nothing(groups: Any, opens: bool) -> None:
    rule = {"apiGroups": groups, "resources": ["secrets"]}
    assert bool(list(opened(rule, "", "secrets"))) is opens


def test_a_wildcard_allows_every_verb() -> None:
    assert verbs_of({"verbs": ["list", "get", "create"]}, ("get", "list", "watch")) == [
        "get",
        "list",
    ]
    assert verbs_of({"verbs": ["*"]}, ("get", "escalate")) == ["get", "escalate"]


def test_a_user_with_the_name_of_a_service_account_is_that_account() -> None:
    binding = Resource(
        {
            "apiVersion": RBAC,
            "kind": "RoleBinding",
            "metadata": {"name": "web", "namespace": "shop"},
            "subjects": [
                {"kind": "ServiceAccount", "name": "web"},
                {"kind": "User", "name": "system:serviceaccount:blog:web"},
                {"kind": "User", "name": "jane"},
            ],
        }
    )
    assert list(subjects_of(binding)) == [
        Subject(("subjects", 0), "ServiceAccount", "shop", "web"),
        Subject(("subjects", 1), "ServiceAccount", "blog", "web"),
        Subject(("subjects", 2), "User", "", "jane"),
    ]


@pytest.mark.parametrize(
    ("subject", "includes"),
    [
        (Subject((), "ServiceAccount", "shop", "web"), True),
        (Subject((), "ServiceAccount", "", "web"), True),
        (Subject((), "ServiceAccount", "blog", "web"), False),
        (Subject((), "ServiceAccount", "shop", "api"), False),
        (Subject((), "Group", "", "system:serviceaccounts"), True),
        (Subject((), "Group", "", "system:serviceaccounts:shop"), True),
        (Subject((), "Group", "", "system:serviceaccounts:blog"), False),
        (Subject((), "Group", "", "system:authenticated"), True),
        (Subject((), "Group", "", "system:unauthenticated"), False),
        (Subject((), "User", "", "system:serviceaccounts"), False),
    ],
)
def test_groups_include_the_accounts_of_their_namespace(subject: Subject, includes: bool) -> None:
    assert subject.includes("shop", "web") is includes


CHAIN = f"""
    apiVersion: {RBAC}
    kind: ClusterRole
    metadata: {{name: one, labels: {{collect: one}}}}
    rules: [{{apiGroups: [""], resources: [pods], verbs: [get]}}]
    ---
    apiVersion: {RBAC}
    kind: ClusterRole
    metadata: {{name: two, labels: {{collect: two}}}}
    aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{collect: one}}}}]}}
    ---
    apiVersion: {RBAC}
    kind: ClusterRole
    metadata: {{name: three, labels: {{collect: one}}}}
    aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{collect: two}}}}]}}
    ---
    apiVersion: {RBAC}
    kind: ClusterRoleBinding
    metadata: {{name: three}}
    subjects: [{{kind: Group, name: staff}}]
    roleRef: {{kind: ClusterRole, name: three}}
    """


def test_aggregation_is_followed_even_where_it_goes_round() -> None:
    [grant] = access(CHAIN).grants
    assert told(grant) == ("ClusterRole/one", "one", [("Group 'staff'", None)])


def test_a_label_can_add_a_role_to_built_in_ones() -> None:
    text = f"""
        apiVersion: {RBAC}
        kind: ClusterRole
        metadata:
          name: widgets
          labels: {{rbac.authorization.k8s.io/aggregate-to-view: "true"}}
        rules: [{{apiGroups: [shop.example.com], resources: [widgets], verbs: [get]}}]
        """
    # Kubernetes takes view into edit, and edit into admin.
    [grant] = access(text).grants
    assert told(grant) == (
        "ClusterRole/widgets",
        "widgets",
        [("view", None), ("edit", None), ("admin", None)],
    )


def test_a_built_in_role_is_one_grant_of_each_binding_to_it() -> None:
    text = f"""
        apiVersion: {RBAC}
        kind: RoleBinding
        metadata: {{name: ci, namespace: shop}}
        subjects: [{{kind: ServiceAccount, name: ci}}]
        roleRef: {{kind: ClusterRole, name: view}}
        """
    [grant] = access(text).grants
    assert told(grant) == ("RoleBinding/ci", "view", [("ServiceAccount 'shop/ci'", "shop")])
    assert grant.path == ("roleRef", "name")
    assert any(list(opened(rule, "", "configmaps")) for rule in grant.rules)


def test_a_role_is_found_only_in_the_namespace_of_its_binding() -> None:
    text = f"""
        apiVersion: {RBAC}
        kind: Role
        metadata: {{name: reader, namespace: shop}}
        rules: [{{apiGroups: [""], resources: [pods], verbs: [get]}}]
        ---
        apiVersion: {RBAC}
        kind: RoleBinding
        metadata: {{name: reader, namespace: blog}}
        subjects: [{{kind: ServiceAccount, name: web}}]
        roleRef: {{kind: Role, name: reader}}
        """
    found = access(text)
    assert found.role_of(found.bindings[0]) is None
    assert [told(grant) for grant in found.grants] == [("Role/reader", "reader", [])]
