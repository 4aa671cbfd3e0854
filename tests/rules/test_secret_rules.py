"""What fixtures cannot show of the rules about Secrets: sentences, what is not judged, and that one
mistake is one finding without its value.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from policies.secrets import (
    secret_consumed_as_env,
    secret_key_declared,
    secret_key_used,
    secret_least_shared,
    secret_not_in_config_map,
    secret_not_in_env_literal,
    secret_not_in_git,
)
from tests.command import ROOT, Ran, validate
from tests.miniature import plant
from tests.plain_target import judged, plain_target
from tools.rules.config import parse_facts
from tools.rules.rule import Rule
from tools.rules.run import Verdict

RULES = (
    "secret-not-in-git,secret-not-in-env-literal,secret-not-in-config-map,"
    "secret-value-not-in-repository,kustomization-plain"
)
GITHUB = "ghp_R7tqW2nXkLmP9vBzYc3JdHs8GfA5eU0oQiTb"
GITLAB = "glpat-x9Kq2LmZp7RtVw4YbNcD"


def verdict(rule: Rule, text: str, facts: dict[str, Any] | None = None) -> Verdict:
    """One rule with its default options on the objects of a YAML text."""
    target = plain_target(text, facts=parse_facts(facts or {}))
    return judged(rule, target)


def messages(rule: Rule, text: str, facts: dict[str, Any] | None = None) -> list[str]:
    return [finding.message for finding in verdict(rule, text, facts).findings]


def reasons(rule: Rule, text: str, facts: dict[str, Any] | None = None) -> list[str]:
    """Why something is not judged; there must be no finding beside it, and nothing that blocks."""
    outcome = verdict(rule, text, facts)
    assert outcome.findings == []
    assert not any(entry.blocking for entry in outcome.not_judged)
    return [entry.reason for entry in outcome.not_judged]


def pod(name: str = "web", **spec: Any) -> str:
    container = {"name": "main", **spec.pop("container", {})}
    data = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": name}}
    return f"\n---\n{json.dumps({**data, 'spec': {'containers': [container], **spec}})}\n"


def takes(secret: str, key: str) -> dict[str, Any]:
    """A container with a variable from a Secret."""
    reference = {"name": secret, "key": key}
    return {"env": [{"name": "VALUE", "valueFrom": {"secretKeyRef": reference}}]}


SEALED = """
    ---
    apiVersion: bitnami.com/v1alpha1
    kind: SealedSecret
    metadata: {name: app}
    spec: {encryptedData: {DATABASE_URL: AgBy, API_KEY: AgBy}}
    """
FETCHED = """
    ---
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: app}
    spec: {dataFrom: [{extract: {key: app}}]}
    """
CACHE = """
---
apiVersion: example.com/v1
kind: Cache
metadata: {name: cache}
spec: {passwordSecretRef: {name: session}}
"""


def test_a_missing_key_names_both_ends() -> None:
    text = dedent(SEALED) + pod(container=takes("app", "DATABASE_URI"))

    [finding] = verdict(secret_key_declared.check, text).findings
    assert finding.message == "Secret 'app' has no key 'DATABASE_URI'; did you mean 'DATABASE_URL'?"
    assert [related.message for related in finding.related] == ["SealedSecret of it"]

    declared = {"secretKeys": {"app": ["DATABASE_URL"]}}
    assert messages(secret_key_declared.check, pod(container=takes("app", "KEY")), declared) == [
        "Secret 'app' has no key 'KEY' in policies.yaml"
    ]


def test_a_missing_secret_names_the_nearest() -> None:
    text = dedent(SEALED) + pod(container=takes("apps", "DATABASE_URL"))

    [finding] = verdict(secret_key_declared.check, text).findings
    assert finding.message == (
        "nothing delivers Secret 'apps', which the pod needs; did you mean 'app'?"
    )
    assert [related.message for related in finding.related] == ["the nearest name"]


def test_what_is_declared_adds_to_what_is_delivered() -> None:
    text = dedent(SEALED) + pod(container=takes("app", "BY_HAND"))

    assert messages(secret_key_declared.check, text, {"secretKeys": {"app": ["BY_HAND"]}}) == []


def test_unknown_keys_leave_the_question_open_once_a_pod() -> None:
    two = {"env": takes("app", "A")["env"] + takes("app", "B")["env"]}

    assert reasons(secret_key_declared.check, dedent(FETCHED) + pod(container=two)) == [
        "ExternalSecret/app does not say which keys Secret 'app' will have"
    ]


@pytest.mark.parametrize(
    ("beside", "reason"),
    [
        ("", "nothing here says what delivers Secrets"),
        (
            dedent(SEALED) + pod("job", container={"args": ["--name", "session"]}),
            "Secret 'session' is not here, but another object mentions it and may create it",
        ),
        (
            dedent(SEALED)
            + "\n---\n{apiVersion: example.com/v1, kind: Cache, metadata: {name: cache},"
            " spec: {passwordSecretRef: {name: session}}}\n",
            "Secret 'session' is not here, but Cache/cache names it and may create it",
        ),
    ],
)
def test_a_secret_that_may_come_by_itself(beside: str, reason: str) -> None:
    text = beside + pod(container=takes("session", "key"))

    assert reasons(secret_key_declared.check, text) == [reason]


def test_keys_that_nothing_takes() -> None:
    assert reasons(secret_key_used.check, SEALED) == [
        "there is no pod here that could take Secret 'app'"
    ]
    assert messages(secret_key_used.check, dedent(SEALED) + pod()) == ["nothing takes Secret 'app'"]
    one = dedent(SEALED) + pod(container=takes("app", "API_KEY"))
    assert messages(secret_key_used.check, one) == [
        "no pod takes key 'DATABASE_URL' of Secret 'app'"
    ]


def test_a_declared_key_is_only_reported_where_policies_yaml_can_be_shown() -> None:
    facts = {"secretKeys": {"app": ["A", "B"]}}

    assert messages(secret_key_used.check, pod(container=takes("app", "A")), facts) == []


def test_who_may_take_what() -> None:
    whole = {"envFrom": [{"secretRef": {"name": "app"}}]}
    assert messages(secret_least_shared.check, pod(container=whole)) == [
        "every key of Secret 'app' becomes a variable"
    ]
    facts = {"secretUsers": {"app": {"Pod/web": ["A"]}}}
    assert messages(secret_least_shared.check, pod(container=takes("app", "B")), facts) == [
        "Pod/web takes 'B' of Secret 'app', undeclared"
    ]
    alone = pod(container=takes("app", "A"))
    assert reasons(secret_least_shared.check, alone) == []
    shared = alone + pod("worker", container=takes("app", "A"))
    sentence = "facts.secretUsers does not say who may take what of Secret 'app'"
    assert reasons(secret_least_shared.check, shared) == [sentence]


def test_files_of_unknown_keys_are_not_judged() -> None:
    text = pod(volumes=[{"name": "files", "secret": {"secretName": "app"}}])

    assert reasons(secret_consumed_as_env.check, text) == [
        "nothing here tells the keys of Secret 'app', which is mounted"
    ]
    assert messages(secret_consumed_as_env.check, dedent(SEALED) + text) == [
        "the pod gets 'API_KEY', 'DATABASE_URL' as a file, not as a variable"
    ]


def test_sentences_tell_kind_and_length_and_never_the_value() -> None:
    text = pod(container={"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]})
    assert messages(secret_not_in_env_literal.check, text) == [
        "container 'main' has a literal of 7 characters in variable 'DB_PASSWORD'"
    ]
    config_map = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data:
          url: postgresql://shop:s3cr3t@database
          settings.ini: |
            [mail]
            password = hunter2
        """
    assert messages(secret_not_in_config_map.check, config_map) == [
        "key 'url' is a password of 6 characters",
        "key 'settings.ini' holds a literal of 7 characters for 'password' in its line 2",
    ]
    secret = """
        apiVersion: v1
        kind: Secret
        metadata: {name: app}
        stringData: {a: hunter2, b: hunter2, c: hunter2, d: hunter2, e: hunter2}
        """
    assert messages(secret_not_in_git.check, secret) == [
        "Secret 'app' stands in Git with its values (a, b, c and 2 more)"
    ]


REPOSITORY = f"""
    --- base/kustomization.yaml
    resources: [web.yaml, settings.yaml, secret.yaml]
    secretGenerator:
      - name: generated
        literals:
          - TOKEN={GITHUB}
    --- base/web.yaml
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
    spec:
      containers:
        - name: web
          env:
            - name: STORE
              value: {GITLAB}
    --- base/settings.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
    data:
      settings.ini: |
        store = {GITLAB}
    --- base/secret.yaml
    apiVersion: v1
    kind: Secret
    metadata:
      name: store
    stringData:
      user: shop
      token: {GITLAB}
    --- overlays/a/kustomization.yaml
    resources: [../../base]
    --- overlays/b/kustomization.yaml
    resources: [../../base]
    --- other/kustomization.yaml
    resources: [pod.yaml]
    --- other/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata:
      name: other
    --- notes.txt
    The token is {GITHUB}, for now.
    """


def found(ran: Ran) -> list[tuple[str, str, int]]:
    """Rule, file and line of each finding, once for all targets."""
    findings = json.loads(ran.out)["findings"]
    return sorted({(f["rule"], f["source"]["file"], f["source"]["line"]) for f in findings})


def test_one_mistake_is_one_finding(tmp_path: Path) -> None:
    plant(tmp_path, REPOSITORY)

    ran = validate("--only", RULES, "--format", "json", cwd=tmp_path)
    assert found(ran) == [
        ("secret-not-in-config-map", "base/settings.yaml", 6),
        ("secret-not-in-env-literal", "base/web.yaml", 10),
        ("secret-not-in-git", "base/kustomization.yaml", 4),
        ("secret-not-in-git", "base/secret.yaml", 5),
        ("secret-value-not-in-repository", "notes.txt", 1),
    ]


@pytest.mark.parametrize("format_name", ["text", "json", "github"])
def test_no_report_shows_a_value(tmp_path: Path, format_name: str) -> None:
    plant(tmp_path, REPOSITORY)

    ran = validate("--format", format_name, cwd=tmp_path)
    assert "secret-not-in-env-literal" in ran.out
    assert "secret-value-not-in-repository" in ran.out
    assert GITHUB not in ran.out + ran.err
    assert GITLAB not in ran.out + ran.err


def test_no_line_of_a_secret_is_shown_whatever_is_wrong_there(tmp_path: Path) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: app}\n"
    plant(tmp_path, f"--- web/secret.yaml\n{secret}stringData: {{port: 80, password: hunter2}}\n")

    ran = validate("--only", "schema-valid", cwd=tmp_path)
    assert "web/secret.yaml:4:20: error: " in ran.out
    assert "hunter2" not in ran.out


def test_single_targets_are_judged_without_the_rest_of_the_repository(tmp_path: Path) -> None:
    plant(tmp_path, REPOSITORY)

    ran = validate("other", "--only", RULES, "--format", "json", cwd=tmp_path)
    assert (ran.code, found(ran)) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        ((), True),
        (("--staged", "other"), True),
        (("other",), False),
        (("--skip", "secret-value-not-in-repository"), False),
    ],
)
def test_detectors_are_only_loaded_to_search_all_files(
    tmp_path: Path, arguments: tuple[str, ...], loaded: bool
) -> None:
    plant(tmp_path, REPOSITORY)
    code = "import sys; from tools.validate import main; main(sys.argv[1:]); print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ("kingfisher_sdk" in ran.stdout.splitlines()[-1].split()) == loaded


def test_what_is_staged_counts_before_a_commit(tmp_path: Path) -> None:
    plant(tmp_path, "--- web/pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\n")
    plant(tmp_path, f"--- staged.txt\n{GITHUB}\n--- later.txt\n{GITHUB}\n")
    for command in (("init", "--quiet"), ("add", "staged.txt", "web")):
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", *command], cwd=tmp_path, env=environment, check=True)
    (tmp_path / "staged.txt").write_text("mended, but not staged\n")
    only = ("--only", "secret-value-not-in-repository", "--format", "json")

    staged = validate("--staged", *only, cwd=tmp_path)
    one_target = validate("web", "--staged", *only, cwd=tmp_path)
    work_tree = validate(*only, cwd=tmp_path)

    rule = "secret-value-not-in-repository"
    assert found(staged) == found(one_target) == [(rule, "staged.txt", 1)]
    assert found(work_tree) == [(rule, "later.txt", 1)]


def test_nothing_staged_can_be_told_without_git(tmp_path: Path) -> None:
    plant(tmp_path, "--- pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\n")

    ran = validate("--staged", "--only", RULES, "--format", "json", cwd=tmp_path)
    [entry] = json.loads(ran.out)["not_judged"]
    assert (ran.code, entry["blocking"]) == (3, True)
    assert entry["reason"].startswith("git ls-files fails: fatal: not a git repository")


def test_a_waiver_names_the_file(tmp_path: Path) -> None:
    plant(tmp_path, REPOSITORY)
    waiver = "rule: secret-value-not-in-repository, resource: notes.txt, reason: Made up."
    (tmp_path / "policies.yaml").write_text(f"waivers: [{{{waiver}, until: '2999-01-01'}}]\n")

    rule = "secret-value-not-in-repository"
    ran = validate("--only", rule, "--format", "json", cwd=tmp_path)
    waived = {f["source"]["file"]: f["waiver"] for f in json.loads(ran.out)["findings"]}
    assert waived["notes.txt"] == "Made up."
    assert set(waived.values()) == {"Made up.", None}
