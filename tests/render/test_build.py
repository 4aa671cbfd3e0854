"""One run of kustomize: what comes out, and everything that may go wrong."""

import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.render.loopback import program, sending, serving
from tools.render.binary import kustomize
from tools.render.build import Render, RenderFailed, start

COMPONENT = """apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
configMapGenerator: [{name: a}]
patches: [{target: {kind: ConfigMap}, patch: '- op: ad'}]
"""
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`overlay` in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "overlay").mkdir()
    return Path("overlay")


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)


def fake(script: str, interpreter: str = "/bin/sh") -> Path:
    """A kustomize that is this script."""
    return program(Path("kustomize").absolute(), f"#!{interpreter}\n{script}\n")


def render(folder: Path, script: str, timeout: float = 20.0, limit: int = 1 << 20) -> Render:
    return start(folder, binary=fake(script), timeout=timeout, limit=limit).result()


def reason(folder: Path, script: str, timeout: float = 20.0, limit: int = 1 << 20) -> str:
    with pytest.raises(RenderFailed) as raised:
        render(folder, script, timeout, limit)
    return raised.value.reason


def real(folder: Path) -> Render:
    return start(folder, binary=kustomize()).result()


def ended(pid: int) -> bool:
    """Whether a process is gone, given a moment to go."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # An orphan stays a zombie where nobody reaps it.
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_the_render_is_what_kustomize_prints(folder: Path) -> None:
    write(
        folder, kustomization="namePrefix: todo-\nresources: [settings.yaml]\n", settings=CONFIG_MAP
    )

    rendered = real(folder)

    assert rendered.text == CONFIG_MAP.replace("settings", "todo-settings")
    assert rendered.warnings == ()
    assert 0 < rendered.seconds < 20


def test_warnings_are_kept_apart_from_the_render(folder: Path) -> None:
    rendered = render(
        folder,
        "echo 'kind: A'; echo \"# Warning: 'bases' is deprecated.\" >&2; echo >&2; echo more >&2",
    )

    assert rendered.text == "kind: A\n"
    assert rendered.warnings == ("'bases' is deprecated.", "more")


def test_what_kustomize_warns_of_is_found(folder: Path) -> None:
    write(
        folder,
        kustomization="commonLabels: {app: todo}\nresources: [settings.yaml]\n",
        settings=CONFIG_MAP,
    )

    [warning] = real(folder).warnings

    assert warning.startswith("'commonLabels' is deprecated. ")


def test_it_runs_while_the_caller_does_other_things(folder: Path) -> None:
    run = start(folder, binary=fake(f"echo started > '{folder.absolute()}/sign'; echo 'a: 1'"))
    for _ in range(500):
        if (folder / "sign").exists():
            break
        time.sleep(0.01)

    assert (folder / "sign").exists()
    assert run.result().text == "a: 1\n"


def test_more_than_a_pipe_holds_comes_through_on_both_outputs(folder: Path) -> None:
    script = (
        "import sys\n"
        "for _ in range(300):\n"
        "    sys.stderr.write('w' * 999 + '\\n')\n"
        "    sys.stdout.write('x' * 999 + '\\n')\n"
    )
    binary = fake(script, sys.executable)

    rendered = start(folder, binary=binary, limit=600_000).result()

    assert rendered.text == ("x" * 999 + "\n") * 300
    assert rendered.warnings == ("w" * 999,) * 300


def test_a_result_can_be_waited_for_until_after_the_timeout(folder: Path) -> None:
    run = start(folder, binary=fake("echo 'a: 1'"), timeout=0.1)
    time.sleep(0.3)

    assert run.result().text == "a: 1\n"


@pytest.mark.parametrize(
    ("kustomization", "said"),
    [
        (
            "resources: [absent.yaml]",
            "accumulating resources from 'absent.yaml': 'overlay/absent.yaml': "
            "no such file or directory",
        ),
        (
            "resources: [../base]",
            "in base: accumulating resources from 'gone.yaml': 'base/gone.yaml': "
            "no such file or directory",
        ),
        (
            "resources: [../overlay]",
            "cycle detected: candidate root 'overlay' contains visited root 'overlay'",
        ),
        (
            "resources: [/etc/hostname]",
            "accumulating resources from '/etc/hostname': security; "
            "file '/etc/hostname' is not in or below 'overlay'",
        ),
        ("resurces: []", 'invalid Kustomization: json: unknown field "resurces"'),
        (
            "helmCharts: [{name: x}]",
            "HelmChartInflationGenerator: must specify --enable-helm",
        ),
        (
            "configMapGenerator: [{name: a, behavior: merge}]",
            "merging from generator: id ConfigMap a does not exist; cannot merge or replace",
        ),
        (
            "resources: [unnamed.yaml]",
            "accumulating resources from 'unnamed.yaml': missing metadata.name",
        ),
        ("components: [../component]", "in component: Unexpected kind: ad"),
        (
            "patchesJson6902: [{path: a}]",
            "panic: runtime error: invalid memory address or nil pointer dereference",
        ),
        (
            "transformers: ['{apiVersion: v1, kind: X, metadata: {name: x}}']",
            "external plugins disabled; unable to load external plugin 'X'",
        ),
    ],
)
def test_a_failure_is_what_kustomize_said_without_its_way_there(
    folder: Path, kustomization: str, said: str
) -> None:
    Path("base").mkdir()
    write(Path("base"), kustomization="resources: [gone.yaml]")
    Path("component").mkdir()
    write(Path("component"), kustomization=COMPONENT)
    write(folder, kustomization=kustomization, unnamed="apiVersion: v1\nkind: ConfigMap\n")

    with pytest.raises(RenderFailed) as raised:
        real(folder)

    prefix = "kustomize build overlay failed: "
    assert raised.value.reason.startswith(prefix)
    assert raised.value.reason.removeprefix(prefix) == said


def test_a_failure_that_is_not_explained_names_the_exit_code(folder: Path) -> None:
    assert reason(folder, "echo 'kind: A'; exit 3") == (
        "kustomize build overlay failed: exit code 3 and no explanation"
    )


def test_what_a_terminal_would_obey_is_written_out(folder: Path) -> None:
    script = r"printf 'Error: a\033[2Jb\r\n\tc\302\233d\342\200\256e\377\n' >&2; exit 1"

    assert reason(folder, script) == (
        r"kustomize build overlay failed: a\x1b[2Jb c\x9bd\u202ee\xff"
    )


def test_a_folder_name_is_written_out_too(folder: Path) -> None:
    assert reason(folder.rename("over\x1b[2Jlay"), "exit 1") == (
        r"kustomize build over\x1b[2Jlay failed: exit code 1 and no explanation"
    )


def test_a_long_explanation_is_cut(folder: Path) -> None:
    assert reason(folder, "printf 'Error: %02000d' 0 >&2; exit 1") == (
        f"kustomize build overlay failed: {'0' * 400} …"
    )


def test_a_killed_kustomize_is_named_so(folder: Path) -> None:
    assert reason(folder, "echo 'kind: A'; kill -KILL $$") == (
        "kustomize build overlay was ended by signal SIGKILL"
    )


def test_signals_that_python_ignores_are_not_ignored_by_kustomize(folder: Path) -> None:
    assert reason(folder, "kill -PIPE $$; echo 'kind: A'") == (
        "kustomize build overlay was ended by signal SIGPIPE"
    )


def test_output_that_is_not_utf8_is_refused(folder: Path) -> None:
    assert reason(folder, r"printf 'a: \377\n'") == (
        "kustomize build overlay printed what is not UTF-8, at byte 4"
    )


def test_a_program_that_hangs_is_killed_with_its_children(folder: Path) -> None:
    note = folder.absolute() / "pids"
    script = f"/bin/sleep 60 & echo $$ $! > '{note}'; wait"

    before = time.monotonic()
    said = reason(folder, script, timeout=0.5)

    assert said == "kustomize build overlay did not end within 0.5 seconds"
    assert time.monotonic() - before < 5
    assert [ended(int(pid)) for pid in note.read_text().split()] == [True, True]


def test_a_program_that_hangs_with_closed_outputs_is_killed_too(folder: Path) -> None:
    note = folder.absolute() / "pid"
    script = f"echo $$ > '{note}'; exec >&- 2>&-; exec /bin/sleep 60"

    before = time.monotonic()
    said = reason(folder, script, timeout=0.5)

    assert time.monotonic() - before < 5
    assert said == "kustomize build overlay did not end within 0.5 seconds"
    assert ended(int(note.read_text()))


def test_a_program_that_prints_for_ever_is_killed(folder: Path) -> None:
    note = folder.absolute() / "pid"
    script = f"echo $$ > '{note}'; while :; do echo 0123456789; done"

    assert reason(folder, script, limit=100_000) == (
        "kustomize build overlay printed more than 100,000 bytes"
    )
    assert ended(int(note.read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
def test_a_program_that_fills_the_memory_is_stopped(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.render.process.MEMORY", 64 << 20)
    script = "import time\ntime.sleep(0.2)\nfilled = bytearray(256 << 20)\nprint('too late')"
    with pytest.raises(RenderFailed) as raised:
        start(folder, binary=fake(script, sys.executable), timeout=20).result()
    assert raised.value.reason.startswith("kustomize build overlay failed: ")
    assert "MemoryError" in raised.value.reason


def test_100_mb_are_not_taken_in(folder: Path) -> None:
    script = "exec /usr/bin/head -c 100000000 /dev/zero"
    run = start(folder, binary=fake(script))

    with pytest.raises(RenderFailed) as raised:
        run.result()

    assert raised.value.reason == "kustomize build overlay printed more than 67,108,864 bytes"


def test_a_child_that_keeps_the_output_open_is_killed(folder: Path) -> None:
    note = folder.absolute() / "pid"
    script = f"/bin/sleep 60 & echo $! > '{note}'; echo 'kind: A'"

    before = time.monotonic()
    said = reason(folder, script)

    assert said == "kustomize build overlay left a process behind that holds its output open"
    assert time.monotonic() - before < 5
    assert ended(int(note.read_text()))


def test_a_run_that_is_not_wanted_any_more_is_killed(folder: Path) -> None:
    note = folder.absolute() / "pid"
    run = start(
        folder,
        binary=fake(f"echo $$ > '{note}.new'; /bin/mv '{note}.new' '{note}'; exec /bin/sleep 60"),
    )
    while not note.exists():
        time.sleep(0.01)

    run.stop()
    run.stop()

    assert ended(int(note.read_text()))


def test_an_interrupt_ends_kustomize_as_well(folder: Path) -> None:
    note = folder.absolute() / "pid"
    run = start(folder, binary=fake(f"echo $$ > '{note}'; exec /bin/sleep 60"))
    # A shell starts what runs in the background with interrupts ignored.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run.result()
    finally:
        timer.join()
        signal.signal(signal.SIGINT, former)

    assert ended(int(note.read_text()))


@pytest.mark.parametrize(
    ("binary", "why"),
    [("absent", "No such file or directory"), ("text", "Permission denied")],
)
def test_a_binary_that_cannot_be_started_is_named(folder: Path, binary: str, why: str) -> None:
    Path("text").write_text("not executable")

    with pytest.raises(RenderFailed) as raised:
        start(folder, binary=Path(binary))

    assert raised.value.reason == (
        f"kustomize build overlay is impossible: {binary} cannot be started: {why}"
    )


def test_its_environment_holds_nothing_of_ours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUSTOMIZE_PLUGIN_HOME", "/home/me/plugins")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/home/me/.config")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    lines = render(folder, "/usr/bin/env; read line || echo NO_INPUT=yes").text.splitlines()

    # The shell adds the first three by itself.
    added = {"PWD", "SHLVL", "_"}
    variables = dict(line.split("=", 1) for line in lines)
    assert {name: value for name, value in variables.items() if name not in added} == {
        "PATH": "/nonexistent",
        "HOME": "/nonexistent",
        "TMPDIR": "/nonexistent",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "GOGC": "400",
        "NO_INPUT": "yes",
    }


def test_it_is_asked_for_one_local_folder_under_the_strict_restrictor(folder: Path) -> None:
    lines = render(Path("github.com/team/app"), "printf '%s\\n' \"$@\"").text.splitlines()

    assert lines == [
        "build",
        "--load-restrictor=LoadRestrictionsRootOnly",
        "--",
        str(Path.cwd() / "github.com/team/app"),
    ]


@pytest.mark.parametrize(
    "resource",
    [
        "https://manifests.example.com/app.yaml",
        "https://github.com/team/app//deploy?ref=v1",
        "git@github.com:team/app.git",
        "ssh://git@git.example.com/team/app.git",
    ],
)
def test_a_remote_resource_fails_at_once(folder: Path, resource: str) -> None:
    # A git that would be found by the PATH of this process.
    assert shutil.which("git")
    write(folder, kustomization=f"resources: ['{resource}']\n")

    before = time.monotonic()
    with pytest.raises(RenderFailed) as raised:
        real(folder)

    assert time.monotonic() - before < 5
    said = raised.value.reason
    assert said.startswith(
        f"kustomize build overlay failed: accumulating resources from '{resource}'"
    )


def test_a_remote_resource_is_not_fetched_through_our_proxy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, kustomization="resources: ['http://manifests.example.com/app.yaml']\n")
    with serving(sending(CONFIG_MAP.encode())) as proxy, pytest.raises(RenderFailed) as raised:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address)
        real(folder)

    assert proxy.asked == []
    assert "dial tcp 127.0.0.1:1: connect: connection refused" in raised.value.reason
