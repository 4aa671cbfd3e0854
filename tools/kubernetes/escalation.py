"""Rights that lead to more rights than they seem to be.

https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.kubernetes.access import ALL, PolicyRule, opened, verbs_of, words_of
from tools.kubernetes.subjects import RBAC_GROUP
from tools.source.place import FieldPath

_RUNNING = ("create", "get")
"""A WebSocket is opened by GET, for which `get` sufficed until Kubernetes 1.34."""

_CHANGING = ("create", "update", "patch")


class Way(NamedTuple):
    """A right to do one of `verbs` to one of `resources`, and what it amounts to.

    `of_cluster` resources belong to no namespace. `by_name` says that a list of resourceNames
    makes the right smaller and not harmless; without it a rule that has one is fine, or void.
    """

    words: str
    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    of_cluster: bool = False
    by_name: bool = False


WAYS = (
    Way("change roles beyond its own rights", RBAC_GROUP, ("roles",), ("escalate",), by_name=True),
    Way("change roles beyond its own rights", RBAC_GROUP, ("clusterroles",), ("escalate",), True,
        True),
    Way("bind roles that it does not have", RBAC_GROUP, ("roles", "clusterroles"), ("bind",),
        by_name=True),
    Way("act as other users", "", ("users", "groups"), ("impersonate",), True, True),
    Way("act as other ServiceAccounts", "", ("serviceaccounts",), ("impersonate",), by_name=True),
    Way("run commands in pods", "", ("pods/exec",), _RUNNING, by_name=True),
    Way("attach to pods", "", ("pods/attach",), _RUNNING, by_name=True),
    Way("add containers to running pods", "", ("pods/ephemeralcontainers",), ("update", "patch"),
        by_name=True),
    Way("reach every container through the kubelets", "", ("nodes/proxy",),
        ("get", "delete", *_CHANGING),
        True, True),
    Way("create pods as any ServiceAccount", "", ("pods", "replicationcontrollers"), ("create",)),
    Way("create pods as any ServiceAccount", "apps",
        ("deployments", "statefulsets", "daemonsets", "replicasets"), ("create",)),
    Way("create pods as any ServiceAccount", "batch", ("jobs", "cronjobs"), ("create",)),
    Way("take the tokens of ServiceAccounts", "", ("serviceaccounts/token",), ("create",),
        by_name=True),
    Way("mount directories of nodes", "", ("persistentvolumes",), ("create",), True),
    Way("let certificates be signed for anybody", "certificates.k8s.io",
        ("certificatesigningrequests/approval",), ("update", "patch"), True),
    Way("read and change what others send to the API server", "admissionregistration.k8s.io",
        ("mutatingwebhookconfigurations", "validatingwebhookconfigurations"), _CHANGING, True),
    Way("take a namespace's labels off, and Pod Security with them", "", ("namespaces",),
        ("update", "patch")),
)  # fmt: skip


def is_everything(rule: PolicyRule) -> bool:
    """Whether a rule allows what cluster-admin's own rule does."""
    fields = ("verbs", "resources", "apiGroups")
    unlimited = not words_of(rule, "resourceNames")
    return unlimited and all(ALL in words_of(rule, field) for field in fields)


def ways(rule: PolicyRule, own_names: Sequence[str] = ()) -> Iterator[tuple[FieldPath, Way]]:
    """What a rule amounts to, with the path below it of the entry that opens it.

    That is one of `resources`, or the `*` of `verbs` if only that allows it. `own_names` are the
    ServiceAccounts that have the rule: their own tokens are nothing new.
    """
    names = words_of(rule, "resourceNames")
    for way in WAYS:
        if names and (not way.by_name or _only_own_tokens(way, names, own_names)):
            continue
        if verbs_of(rule, way.verbs):
            for resource in way.resources:
                for index in opened(rule, way.group, resource):
                    yield _opening(rule, index, way), way


def _opening(rule: PolicyRule, index: int, way: Way) -> FieldPath:
    verbs = rule["verbs"]
    by_resource = ALL in rule["resources"][index] or any(verb in verbs for verb in way.verbs)
    return ("resources", index) if by_resource else ("verbs", verbs.index(ALL))


def _only_own_tokens(way: Way, names: Sequence[str], own_names: Sequence[str]) -> bool:
    return way.resources == ("serviceaccounts/token",) and set(names) <= set(own_names)
