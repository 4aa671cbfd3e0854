"""What fixtures cannot show of the pod security rules: sentences, related places, not judged."""

from policies.pods import (
    fs_group_set,
    run_as_non_root,
    service_account_dedicated,
    service_account_token_not_mounted,
    sysctls_safe,
    writable_paths_mounted,
)
from tests.plain_target import judged, plain_target
from tools.rules.facts import Facts
from tools.rules.rule import Rule
from tools.rules.run import Verdict


def verdict(
    rule: Rule,
    text: str,
    facts: Facts | None = None,
    kubernetes: tuple[str, ...] = ("1.34", "1.36"),
) -> Verdict:
    """One rule with its default options on the objects of a YAML text."""
    target = plain_target(text, kubernetes=kubernetes, facts=facts or Facts())
    return judged(rule, target)


def messages(rule: Rule, text: str, kubernetes: tuple[str, ...]) -> list[str]:
    return [f.message for f in verdict(rule, text, kubernetes=kubernetes).findings]


ROOT_IN_A_USER_NAMESPACE = """
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      hostUsers: false
      securityContext: {runAsNonRoot: true, runAsUser: 0}
      containers: [{name: web}]
    """


def test_the_versions_that_refuse_are_named_where_the_targets_differ() -> None:
    only_once = messages(run_as_non_root.check, ROOT_IN_A_USER_NAMESPACE, ("1.34", "1.36"))
    always = messages(run_as_non_root.check, ROOT_IN_A_USER_NAMESPACE, ("1.33", "1.34"))
    never = messages(run_as_non_root.check, ROOT_IN_A_USER_NAMESPACE, ("1.35", "1.36"))

    assert only_once == ["the pod runs as root on Kubernetes 1.34: runAsUser is 0"]
    assert always == ["the pod runs as root: runAsUser is 0"]
    assert never == []


def test_several_refusing_versions_are_all_named() -> None:
    pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: 4096 87380 6291456}]}
          containers: [{name: web}]
        """
    assert messages(sysctls_safe.check, pod, ("1.30", "1.31", "1.32")) == [
        "sysctl 'net.ipv4.tcp_rmem' is not safe on Kubernetes 1.30 and 1.31"
    ]


def test_a_shared_service_account_shows_both_ends() -> None:
    found = verdict(
        service_account_dedicated.check,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: report}
        spec:
          serviceAccountName: api
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: api}
        spec:
          serviceAccountName: api
        """,
    ).findings

    assert [(f.source.line, f.message) for f in found if f.source] == [
        (6, "the pod shares ServiceAccount 'api' with Pod/api")
    ]
    assert [(r.place.line, r.message) for r in found[0].related] == [(12, "api is used here too")]


def test_a_missing_group_shows_the_mount_that_needs_it() -> None:
    found = verdict(
        fs_group_set.check,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: db}
        spec:
          containers:
            - name: db
              volumeMounts:
                - {name: data, mountPath: /data}
          volumes:
            - {name: data, persistentVolumeClaim: {claimName: data}}
        """,
    ).findings

    assert [f.message for f in found] == [
        "container 'db' writes to volume 'data', but the pod sets no fsGroup"
    ]
    assert [(r.place.line, r.message) for r in found[0].related] == [(9, "mounted here")]


READ_ONLY = """
    apiVersion: v1
    kind: Pod
    metadata: {name: web}
    spec:
      containers:
        - name: web
          securityContext: {readOnlyRootFilesystem: true}
    """


def test_a_read_only_root_without_a_declaration_is_not_judged() -> None:
    undeclared = verdict(writable_paths_mounted.check, READ_ONLY)
    nothing_written = verdict(
        writable_paths_mounted.check, READ_ONLY, Facts(written_paths={"web": ()})
    )

    assert undeclared.findings == []
    assert [(entry.reason, entry.blocking) for entry in undeclared.not_judged] == [
        ("facts.writtenPaths of policies.yaml does not say where 'Pod/web' writes", False)
    ]
    assert nothing_written == Verdict([], [], set())


def test_a_token_that_an_absent_service_account_decides_about_is_not_judged() -> None:
    found = verdict(
        service_account_token_not_mounted.check,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          serviceAccountName: web
        """,
    )

    assert found.findings == []
    assert [(entry.reason, entry.blocking) for entry in found.not_judged] == [
        ("ServiceAccount 'web' decides about the token, and is not in this target", False)
    ]
