"""Bad input gets one clear sentence and exit code 2 or 3: never a traceback, nothing written."""

import json
from pathlib import Path

import pytest

from tests.command import Ran, validate
from tests.miniature import plant
from tests.source.test_document import BOMB

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {app: a}}\n"


def refused(ran: Ran) -> str:
    """The one sentence of a misuse."""
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("gitops-gate: ") and ran.err.count("\n") == 1
    return ran.err.removeprefix("gitops-gate: ").rstrip()


def not_judged(ran: Ran) -> list[tuple[str | None, str]]:
    """(file:line, reason) of everything that blocks, from the JSON report of a run with exit 3."""
    assert ran.code == 3, ran
    assert ran.err == ""
    entries = [entry for entry in json.loads(ran.out)["not_judged"] if entry["blocking"]]
    assert all(
        "\n" not in entry["reason"] and "Traceback" not in entry["reason"] for entry in entries
    )
    return [
        (f"{e['source']['file']}:{e['source']['line']}" if e["source"] else None, e["reason"])
        for e in entries
    ]


def snapshot(root: Path) -> dict[str, int]:
    return {str(p.relative_to(root)): p.lstat().st_size for p in root.rglob("*")}


def judge(root: Path, *arguments: str) -> Ran:
    """Validate with the JSON format, and see that nothing was written."""
    before = snapshot(root)
    ran = validate(*arguments, "--format", "json", cwd=root)
    assert snapshot(root) == before
    return ran


def test_no_such_path(tmp_path: Path) -> None:
    assert refused(validate("overlays/prdo", cwd=tmp_path)) == (
        "there is no overlays/prdo; name a folder, a YAML file or -"
    )


def test_a_folder_without_yaml(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refused(validate("empty", cwd=tmp_path)) == (
        "empty holds no YAML and no kustomization; name a folder that does"
    )


def test_a_repository_without_manifests(tmp_path: Path) -> None:
    assert [reason for _, reason in not_judged(judge(tmp_path))] == [
        "there is nothing to judge: no Kubernetes object"
    ]


def test_a_repository_with_half_a_manifest(tmp_path: Path) -> None:
    plant(tmp_path, "--- deploy/web.yaml\nkind: ConfigMap\nmetadata: {name: web}\n")
    assert not_judged(judge(tmp_path))[0] == (
        "deploy/web.yaml:1",
        "not a Kubernetes object: apiVersion missing or not text",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "there is nothing to judge: no Kubernetes object"),
        (b"\x00\x01\x02", "binary content where YAML text is expected"),
        (b"a: \xff\n", "not UTF-8 text; save the file as UTF-8"),
        (b"# " + b"x" * 50_000_000, "larger than 8388608 bytes, the limit for a YAML file"),
        (b"[" * 100_000, "YAML is nested deeper than 200 levels; no Kubernetes object needs that"),
        (BOMB.encode(), "aliases expand this document beyond 500000 values; write fewer aliases"),
        (b"a: [1\n", "not valid YAML: did not find expected ',' or ']'"),
        (b"kind: ConfigMap\n", "not a Kubernetes object: apiVersion missing or not text"),
        (b"just text\n", "not a Kubernetes object: apiVersion and kind missing or not text"),
    ],
    ids=["empty", "binary", "latin", "50MB", "deep", "bomb", "broken", "no-version", "text"],
)
def test_a_file_that_cannot_be_judged(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    [(_, found)] = not_judged(judge(tmp_path, "a.yaml"))
    assert found == reason


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("a.yaml")
    assert not_judged(judge(tmp_path, "a.yaml")) == [
        ("a.yaml:1", "cannot be read: Too many levels of symbolic links")
    ]


def test_a_link_out_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(CONFIG_MAP)
    root = plant(tmp_path / "repository", f"--- a.yaml\n{CONFIG_MAP}")
    (root / ".git").mkdir()
    (root / "link.yaml").symlink_to("../secret.yaml")
    assert not_judged(judge(root, "link.yaml")) == [
        ("link.yaml:1", "the file is a link that leads out of the repository")
    ]


def test_two_kustomizations_in_one_folder(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "--- base/kustomization.yaml\nresources: []\n--- base/kustomization.yml\nresources: []\n"
        "--- prod/kustomization.yaml\nresources: [../base]\n",
    )
    sentence = (
        "base holds kustomization.yaml and kustomization.yml; Kustomize accepts only one, "
        "delete the others"
    )
    for target in ("base", "prod"):
        assert not_judged(judge(tmp_path, target)) == [("base/kustomization.yml:1", sentence)]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("https://example.com/team/app?ref=v1", "is remote; Kustomize would fetch it"),
        ("github.com/team/app?ref=v1", "is remote; Kustomize would fetch it"),
        ("git@example.com:team/app.git", "is remote; Kustomize would fetch it"),
        ("/etc", "is absolute; name the path relative to this kustomization"),
        ("../../outside", "leads out of the repository; keep what is built inside it"),
        ("link", "leads out of the repository; keep what is built inside it"),
        ("../app", "leads back to a kustomization that is being built (a cycle)"),
        ("missing.yaml", "does not exist; correct the name or delete the entry"),
    ],
)
def test_a_reference_that_must_not_be_followed(tmp_path: Path, entry: str, reason: str) -> None:
    plant(tmp_path, "--- outside/kustomization.yaml\nresources: []\n")
    root = plant(
        tmp_path / "repository",
        f"--- app/kustomization.yaml\nresources:\n  - a.yaml\n  - {entry}\n"
        f"--- app/a.yaml\n{CONFIG_MAP}",
    )
    (root / ".git").mkdir()
    (root / "app" / "link").symlink_to(tmp_path / "outside")
    [(where, found)] = not_judged(judge(root, "app", "--only", "name-valid"))
    assert where == "app/kustomization.yaml:3"
    assert found.startswith(f"{entry!r} {reason}")


def test_aliases_that_explode_in_an_inline_patch(tmp_path: Path) -> None:
    bomb = "".join(f"      {line}\n" for line in BOMB.splitlines())
    plant(
        tmp_path,
        "--- kustomization.yaml\nresources: [a.yaml]\npatches:\n"
        f"  - patch: |-\n      kind: ConfigMap\n{bomb}--- a.yaml\n{CONFIG_MAP}",
    )
    assert not_judged(judge(tmp_path, ".", "--only", "name-valid")) == [
        (
            "kustomization.yaml:5",
            "aliases expand this document beyond 500000 values; write fewer aliases",
        )
    ]


@pytest.mark.parametrize(
    "plugin",
    [
        "apiVersion: example.com/v1\nkind: Anything\nmetadata: {name: x}\n",
        "apiVersion: builtin\nkind: PrefixTransformer\nmetadata:\n  name: x\n  annotations:\n"
        "    config.kubernetes.io/function: 'container: {image: example.com/x}'\nprefix: p-\n",
    ],
    ids=["exec", "container"],
)
def test_a_plugin_that_would_run_a_program(tmp_path: Path, plugin: str) -> None:
    plant(
        tmp_path,
        f"--- kustomization.yaml\ntransformers: [x.yaml]\nresources: [a.yaml]\n"
        f"--- x.yaml\n{plugin}--- a.yaml\n{CONFIG_MAP}",
    )
    [(where, reason)] = not_judged(judge(tmp_path, ".", "--only", "name-valid"))
    assert where == "x.yaml:1"
    assert reason.startswith("this plugin would run a program or a container while rendering")


def fake_kustomize(folder: Path, build: str) -> str:
    """A kustomize of the right version whose build does something else."""
    script = folder / "fake-kustomize"
    script.write_text(f'#!/bin/sh\nif [ "$1" = version ]; then echo v5.8.1; exit; fi\n{build}\n')
    script.chmod(0o755)
    return str(script)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        ("exec /bin/sleep 60", "did not end within 1 second"),
        ("kill -9 $$", "was ended by signal SIGKILL"),
        ("echo 'Error: no such thing' >&2; exit 1", "no such thing"),
        (
            "/usr/bin/yes 'a: 0123456789' | /usr/bin/head -c 100000000",
            "printed more than 67,108,864 bytes",
        ),
        ("printf 'a: [\\n'", "the render cannot be read: not valid YAML"),
        ("printf '\\033[2Jnot yaml'; exit 1", "exit code 1"),
    ],
    ids=["hangs", "dies", "fails", "100MB", "not-yaml", "escapes"],
)
def test_a_kustomize_that_misbehaves(tmp_path: Path, build: str, words: str) -> None:
    (tmp_path / "bin").mkdir()
    environment = {
        "GITOPS_GATE_KUSTOMIZE": fake_kustomize(tmp_path / "bin", build),
        "GITOPS_GATE_CACHE": str(tmp_path / "cache"),
        "GITOPS_GATE_SECONDS": "1",
    }
    root = plant(
        tmp_path / "r", f"--- kustomization.yaml\nresources: [a.yaml]\n--- a.yaml\n{CONFIG_MAP}"
    )
    arguments = (".", "--format", "json", "--only", "name-valid")
    ran = validate(*arguments, cwd=root, environment=environment)
    [(where, reason)] = not_judged(ran)
    assert where in ("kustomization.yaml:1", None)
    assert words in reason
    assert "\x1b" not in ran.out + ran.err


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "\\e[2J\\u202Eevil", namespace: "\\a"}\n'
    )
    for format_name in ("text", "github", "json"):
        ran = validate("a.yaml", "--only", "name-valid", "--format", format_name, cwd=tmp_path)
        assert ran.code == 1
        assert not set("\x1b\x07\u202e") & set(ran.out + ran.err)
        assert "evil" in ran.out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("ruels: {}", "policies.yaml:1:1: unknown name 'ruels'; did you mean 'rules'?"),
        ("rules: {nmae-valid: true}",
         "policies.yaml:1:9: unknown rule 'nmae-valid'; did you mean 'name-valid'?"),
        ("rules: {name-valid: {severity: eror}}",
         "policies.yaml:1:32: unknown severity 'eror'; did you mean 'error'?"),
        ("kubernetes: [1.34]", "policies.yaml:1:14: 1.34 is not text"),
        ("facts: {writenPaths: {}}",
         "policies.yaml:1:9: unknown name 'writenPaths'; did you mean 'writtenPaths'?"),
        ("waivers: [{rule: name-valid, resource: a, reason: b}]",
         "policies.yaml:1:11: a waiver needs `until`, as text"),
        ("waivers: [{rule: name-valid, resource: a, reason: b, until: tomorrow}]",
         "policies.yaml:1:61: 'tomorrow' is not a date like 2027-01-31"),
        ("a: 1\na: 2",
         "policies.yaml:2:1: the key 'a' stands twice; YAML readers disagree about that"),
        ("[]", "policies.yaml:1:1: the configuration is one YAML map"),
    ],
)  # fmt: skip
def test_a_configuration_that_is_not_understood(
    tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "policies.yaml").write_text(content + "\n")
    (tmp_path / "a.yaml").write_text(CONFIG_MAP)
    assert refused(validate("a.yaml", cwd=tmp_path)) == sentence


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--only", "name-vaild"), "there is no rule 'name-vaild'; did you mean 'name-valid'?"),
        (("--explain", "name-vaild"), "there is no rule 'name-vaild'; did you mean 'name-valid'?"),
        (("--kubernetes", "1.99"), "1.99"),
        (("--config", "missing.yaml"), "there is no missing.yaml; --config names a policies.yaml"),
        (("--output", "json"), "--output takes FORMAT=FILE"),
        (("--output", "json=no/such/folder/x"), "there is no folder no/such/folder"),
        (("--jobs", "0"), "--jobs needs a number from 1 up"),
    ],
)
def test_arguments_that_make_no_sense(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "a.yaml").write_text(CONFIG_MAP)
    assert words in refused(validate("a.yaml", *arguments, cwd=tmp_path))
