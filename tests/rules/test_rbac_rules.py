"""What fixtures cannot show of the access rules: sentences, related places, severities."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from policies.rbac import (
    rbac_binding_resolves,
    rbac_no_escalation,
    rbac_no_secret_read,
    rbac_no_wildcards,
)
from tests.plain_target import plain_target
from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import read_config
from tools.rules.finding import Finding
from tools.rules.gate import Gate
from tools.rules.rule import Rule, Severity
from tools.rules.run import Setting, Verdict, judge
from tools.source.repository import Repository
from tools.source.targets import every_target

ROOT = Path(__file__).parents[2]
RBAC = "rbac.authorization.k8s.io/v1"


def verdict(*rules: Rule, text: str) -> Verdict:
    """Rules with their default options on the objects of a YAML text."""
    target = plain_target(text)
    by_id = {rule.id: rule for rule in rules}
    return judge(by_id, {r.id: Setting(r.severity, r.options) for r in rules}, target)


def role(kind: str, rule: str) -> str:
    return f"""
    ---
    apiVersion: {RBAC}
    kind: {kind}
    metadata: {{name: wide{", namespace: shop" if kind == "Role" else ""}}}
    rules: [{rule}]
    """


def binding(kind: str, role: str, *subjects: str) -> str:
    """A binding in the namespace shop, or a ClusterRoleBinding."""
    return f"""
    ---
    apiVersion: {RBAC}
    kind: {kind}
    metadata: {{name: given{", namespace: shop" if kind == "RoleBinding" else ""}}}
    subjects: [{", ".join(subjects)}]
    roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {role.partition("/")[0]},
              name: "{role.partition("/")[2]}"}}
    """


def account(namespace: str, name: str) -> str:
    return f"""
    ---
    apiVersion: v1
    kind: ServiceAccount
    metadata: {{name: {name}, namespace: {namespace}}}
    """


WEB = "{kind: ServiceAccount, name: web, namespace: shop}"
STAFF = "{kind: Group, name: staff}"
PODS = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec: {template: {spec: {serviceAccountName: web, containers: [{name: web}]}}}
    ---
    apiVersion: batch/v1
    kind: Job
    metadata: {name: import, namespace: shop}
    spec: {template: {spec: {serviceAccountName: web, containers: [{name: web}]}}}
    """
READS = '{apiGroups: [""], resources: [secrets], verbs: [list, get]}'


def messages(rule: Rule, text: str) -> list[tuple[Severity, str]]:
    return [(f.severity, f.message) for f in verdict(rule, text=text).findings]


def test_the_chain_from_the_pod_to_the_rule_is_shown() -> None:
    text = role("Role", READS) + binding("RoleBinding", "Role/wide", WEB, STAFF) + PODS
    [finding] = verdict(rbac_no_secret_read.check, text=text).findings

    assert finding.message == (
        "Role 'wide' lets ServiceAccount 'shop/web' (Deployment/web and Job/import) and Group "
        "'staff' get and list every Secret in namespace 'shop'"
    )
    assert finding.path == ("rules", 0, "resources", 0)
    assert [related.message for related in finding.related] == [
        "RoleBinding 'given' gives it to ServiceAccount 'shop/web'",
        "Deployment/web runs as 'web'",
        "RoleBinding 'given' gives it to Group 'staff'",
    ]


@pytest.mark.parametrize(
    ("bindings", "severity", "sentence"),
    [
        (
            binding("RoleBinding", "ClusterRole/wide", WEB),
            Severity.WARNING,
            "ClusterRole 'wide' lets ServiceAccount 'shop/web' (no pod here) get and list every "
            "Secret in namespace 'shop'",
        ),
        (
            binding("ClusterRoleBinding", "ClusterRole/wide", WEB),
            Severity.WARNING,
            "ClusterRole 'wide' lets ServiceAccount 'shop/web' (no pod here) get and list every "
            "Secret in every namespace",
        ),
        (
            "",
            Severity.INFO,
            "ClusterRole 'wide' lets whoever is bound to it get and list every Secret; no binding "
            "here gives it to anybody",
        ),
    ],
)
def test_how_a_cluster_role_is_bound_decides_where_it_holds(
    bindings: str, severity: Severity, sentence: str
) -> None:
    found = messages(rbac_no_secret_read.check, role("ClusterRole", READS) + bindings)
    assert found == [(severity, sentence)]


def test_a_wildcard_is_told_in_words_with_the_others_of_its_rule() -> None:
    everything = '{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}'
    text = role("ClusterRole", everything) + binding("ClusterRoleBinding", "ClusterRole/wide", WEB)
    [finding] = verdict(rbac_no_wildcards.check, text=text).findings

    assert finding.message == (
        "ClusterRole 'wide' lets ServiceAccount 'shop/web' (no pod here) do anything with every "
        "resource of every API group"
    )
    assert [related.message for related in finding.related] == [
        "a wildcard here too",
        "a wildcard here too",
        "ClusterRoleBinding 'given' gives it to ServiceAccount 'shop/web'",
    ]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            '{apiGroups: [""], resources: ["*"], verbs: [get, list, watch, patch, update]}',
            "get, list, watch and do 2 more things with every resource of API group core",
        ),
        (
            '{apiGroups: [apps, ""], resources: [pods, "*/scale"], verbs: ["*"]}',
            "do anything with 'pods' and '*/scale' of API group 'apps' and core",
        ),
        ('{nonResourceURLs: ["*"], verbs: [get]}', "get every URL"),
        ('{nonResourceURLs: [/metrics], verbs: ["*"]}', "do anything with /metrics"),
    ],
)
def test_what_a_wildcard_allows(rule: str, sentence: str) -> None:
    [(_, message)] = messages(rbac_no_wildcards.check, role("ClusterRole", rule))
    assert message == (
        f"ClusterRole 'wide' lets whoever is bound to it {sentence}; no binding here gives it to "
        "anybody"
    )


def test_a_pattern_that_kubernetes_does_not_know_is_said_to_match_nothing() -> None:
    rule = '{apiGroups: [""], resources: ["pods/*"], verbs: [get]}'
    assert messages(rbac_no_wildcards.check, role("Role", rule)) == [
        (Severity.ERROR, "Role 'wide' names 'pods/*', which matches no resource at all")
    ]


@pytest.mark.parametrize(
    ("kind", "rule", "sentence"),
    [
        (
            "RoleBinding",
            '{apiGroups: [""], resources: [pods/exec], verbs: [create]}',
            "run commands in pods in namespace 'shop'",
        ),
        (
            "ClusterRoleBinding",
            '{apiGroups: [""], resources: [nodes/proxy], verbs: [get]}',
            "reach every container through the kubelets",
        ),
        (
            "ClusterRoleBinding",
            '{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}',
            "do anything in every namespace",
        ),
        (
            "RoleBinding",
            "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles, roles], "
            'verbs: ["*"]}',
            "change roles beyond its own rights and bind roles that it does not have in namespace "
            "'shop'",
        ),
    ],
)
def test_an_escalation_is_named(kind: str, rule: str, sentence: str) -> None:
    text = role("ClusterRole", rule) + binding(kind, "ClusterRole/wide", STAFF)
    (_, first), *_ = messages(rbac_no_escalation.check, text)
    assert first == f"ClusterRole 'wide' lets Group 'staff' {sentence}"


def test_a_role_that_nothing_binds_waits_for_it() -> None:
    exec_only = '{apiGroups: [""], resources: [pods/exec], verbs: [create]}'
    assert messages(rbac_no_escalation.check, role("Role", exec_only)) == [
        (
            Severity.WARNING,
            "Role 'wide' lets whoever is bound to it run commands in pods in namespace 'shop'; no "
            "binding here gives it to anybody",
        )
    ]


def test_a_built_in_role_is_told_at_the_binding() -> None:
    text = binding("RoleBinding", "ClusterRole/edit", WEB) + PODS
    [finding] = verdict(rbac_no_escalation.check, rbac_no_secret_read.check, text=text).findings

    assert finding.rule == "rbac-no-escalation"
    assert finding.path == ("roleRef", "name")
    assert finding.message == (
        "ClusterRole 'edit' lets ServiceAccount 'shop/web' (Deployment/web and Job/import) run "
        "commands in pods, attach to pods and 3 more in namespace 'shop'"
    )


def test_a_wildcard_speaks_for_the_secrets_and_the_escalation_behind_it() -> None:
    text = role("Role", '{apiGroups: [""], resources: ["*"], verbs: [get, create]}')
    rules = (rbac_no_wildcards.check, rbac_no_secret_read.check, rbac_no_escalation.check)
    assert [f.rule for f in verdict(*rules, text=text).findings] == ["rbac-no-wildcards"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            role("ClusterRole", READS) + binding("RoleBinding", "Role/wide", STAFF),
            "there is no Role 'wide' in namespace 'shop'; there is a ClusterRole of that name",
        ),
        (
            role("ClusterRole", READS) + binding("RoleBinding", "ClusterRole/wise", STAFF),
            "there is no ClusterRole 'wise'; did you mean 'wide'?",
        ),
        (
            role("Role", READS) + binding("ClusterRoleBinding", "Role/wide", STAFF),
            "a ClusterRoleBinding can only name a ClusterRole, and not the Role 'wide'",
        ),
        (
            account("shop", "webs") + binding("RoleBinding", "ClusterRole/view", WEB),
            "there is no ServiceAccount 'shop/web'; did you mean 'webs'?",
        ),
        (
            account("blog", "web") + binding("RoleBinding", "ClusterRole/view", WEB),
            "there is no ServiceAccount 'shop/web'; there is one in namespace 'blog'",
        ),
        (
            binding("ClusterRoleBinding", "ClusterRole/view", "{kind: ServiceAccount, name: web}"),
            "ServiceAccount 'web' is named without its namespace, which is refused",
        ),
    ],
)
def test_what_does_not_resolve_is_named_with_what_may_be_meant(text: str, sentence: str) -> None:
    assert messages(rbac_binding_resolves.check, text) == [(Severity.ERROR, sentence)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            account("blog", "web") + binding("ClusterRoleBinding", "ClusterRole/view", WEB),
            "ServiceAccount 'shop/web' is made outside of this target, if at all",
        ),
        (
            binding("RoleBinding", "ClusterRole/view", WEB),
            "ServiceAccount 'shop/web' is made outside of this target, if at all",
        ),
        (
            binding("RoleBinding", "Role/wide", STAFF),
            "Role 'wide' is not in this target, nor any role",
        ),
        (
            binding("RoleBinding", "ClusterRole/system:image-reader", STAFF),
            "ClusterRole 'system:image-reader' is none of Kubernetes' own, so that it is the "
            "distribution's or a mistake",
        ),
    ],
)
def test_what_may_exist_elsewhere_is_not_judged(text: str, reason: str) -> None:
    outcome = verdict(rbac_binding_resolves.check, text=text)
    assert outcome.findings == []
    assert [(n.reason, n.blocking) for n in outcome.not_judged] == [(reason, False)]


def with_the_component(root: Path, waivers: str = "") -> list[Finding]:
    """What the gate finds in this repository once components/rbac is switched on for minikube."""
    for name in ("argocd", "base", "components", "overlays"):
        shutil.copytree(ROOT / name, root / name)
    (root / ".git").mkdir()
    text = (ROOT / "policies.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("\nwaivers:\n")
    (root / "policies.yaml").write_text(f"{head}\nwaivers:\n{waivers}{rest}", encoding="utf-8")
    overlay = root / "overlays/minikube/kustomization.yaml"
    switched = f"{overlay.read_text(encoding='utf-8')}\ncomponents: [../../components/rbac]\n"
    overlay.write_text(switched, encoding="utf-8")
    rules = discover()
    repository = Repository(root)
    config = read_config(repository, rules, None)
    targets = every_target(repository, config.exclude)
    today = date(2026, 6, 1)
    gate = Gate(repository, rules, config, config.kubernetes, today=today)
    *_, report = gate.run(Starts(repository, targets, 2))
    return [finding for finding in report.findings if finding.target == "overlays/minikube"]


def test_the_component_with_the_role_of_this_repository_reads_secrets(tmp_path: Path) -> None:
    [finding] = with_the_component(tmp_path)

    assert (finding.rule, finding.severity) == ("rbac-no-secret-read", Severity.WARNING)
    assert finding.source
    line = (ROOT / finding.source.file).read_text(encoding="utf-8").splitlines()
    assert (finding.source.file, line[finding.source.line - 1].strip()) == (
        "components/rbac/role.yaml",
        "- secrets",
    )
    assert finding.message == (
        "Role 'todo-chatbot-role' lets ServiceAccount 'todo-local/todo-chatbot-service-account' "
        "(no pod here) get, list and watch every Secret in namespace 'todo-local'"
    )


def test_a_waiver_with_a_reason_accepts_that(tmp_path: Path) -> None:
    waiver = (
        "  - {rule: rbac-no-secret-read, resource: Role/todo-chatbot-role, environment: minikube,\n"
        "     reason: tried out by hand, until: '2026-12-31'}\n"
    )
    [finding] = with_the_component(tmp_path, waiver)
    assert (finding.rule, finding.waiver) == ("rbac-no-secret-read", "tried out by hand")
