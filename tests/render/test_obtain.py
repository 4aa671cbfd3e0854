"""Fetching the release archive, building instead of it, and what is never accepted."""

import gzip
import os
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import IO

import pytest

from tests.render.loopback import (
    KUSTOMIZE,
    NAME,
    Answer,
    archive,
    calls_of,
    go_that_builds,
    pinning,
    program,
    sending,
    serving,
)
from tools.render.binary import KustomizeUnavailable, kustomize
from tools.render.download import TooLarge, download
from tools.render.release import Release, platform

ROOT = Path(__file__).parents[2]
ARCHIVE = archive({"kustomize": KUSTOMIZE})
REFUSED = "kustomize cannot be obtained: "
REMEDY = "; put kustomize 5.8.1 first on PATH, or name a kustomize 5.8.1 in GITOPS_GATE_KUSTOMIZE"
INSTALL = "install -trimpath -ldflags=-s -w sigs.k8s.io/kustomize/kustomize/v5@v5.8.1"


@pytest.fixture(autouse=True)
def without_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The hosts of these tests are on loopback, whatever the machine has set."""
    monkeypatch.setenv("no_proxy", "*")
    yield


@pytest.fixture
def go(tmp_path: Path) -> Path:
    return go_that_builds(tmp_path / "go")


@pytest.fixture
def environment(tmp_path: Path, go: Path) -> dict[str, str]:
    """No kustomize anywhere, a Go that works, an empty cache."""
    return {"GITOPS_GATE_CACHE": str(tmp_path / "cache"), "PATH": f"{go.parent}:/bin:/usr/bin"}


def cached(environment: dict[str, str]) -> Path:
    folder = Path(environment["GITOPS_GATE_CACHE"])
    return folder / f"kustomize-5.8.1-{platform()}" / "kustomize"


def refusal(release: Release, environment: dict[str, str]) -> str:
    """The sentence with which the release is refused, after which the cache holds no binary."""
    with pytest.raises(KustomizeUnavailable) as raised:
        kustomize(release, environment)
    left = {path.name for path in cached(environment).parent.iterdir()}
    assert left <= {"lock"}
    return str(raised.value)


def test_the_archive_is_fetched_checked_and_kept(
    environment: dict[str, str], go: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(sending(ARCHIVE)) as host:
        release = pinning(ARCHIVE, host.address)
        found = kustomize(release, environment)

    assert found == cached(environment)
    assert found.read_text() == KUSTOMIZE
    assert os.access(found, os.X_OK)
    assert host.asked == [f"/releases/kustomize%2Fv5.8.1/{NAME}"]
    assert calls_of(go) == []
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "gitops-gate: downloading kustomize 5.8.1 from 127.0.0.1\n"
    # The host is gone now: what is in the cache is enough.
    assert kustomize(release, environment) == found
    assert {path.name for path in found.parent.iterdir()} == {"kustomize", "lock"}


def test_a_mirror_stands_in_for_the_release_host(environment: dict[str, str]) -> None:
    with serving(sending(ARCHIVE)) as host:
        release = pinning(ARCHIVE, "http://127.0.0.1:1/original")
        found = kustomize(release, {**environment, "GITOPS_GATE_RELEASES": f"{host.address}/"})

    assert found == cached(environment)
    assert host.asked == [f"/releases/kustomize%2Fv5.8.1/{NAME}"]


@pytest.mark.parametrize("address", ["file:///tmp", "mirror.example.com", "http://[", "http://"])
def test_a_mirror_must_be_a_web_address(environment: dict[str, str], address: str) -> None:
    release = pinning(ARCHIVE, "http://127.0.0.1:1")
    environment["GITOPS_GATE_RELEASES"] = address

    assert refusal(release, environment) == (
        "GITOPS_GATE_RELEASES is no http or https address; correct or unset it"
    )


def test_a_cached_binary_that_changed_is_fetched_again(environment: dict[str, str]) -> None:
    with serving(sending(ARCHIVE)) as host:
        release = pinning(ARCHIVE, host.address)
        kustomize(release, environment)
        program(cached(environment), "#!/bin/sh\necho v5.8.1 # and something evil\n")
        kustomize(release, environment)

    assert cached(environment).read_text() == KUSTOMIZE
    assert len(host.asked) == 2


def test_what_a_killed_process_left_is_removed(environment: dict[str, str]) -> None:
    program(cached(environment).parent / "scratch-1" / "kustomize", KUSTOMIZE)
    with serving(sending(ARCHIVE)) as host:
        kustomize(pinning(ARCHIVE, host.address), environment)

    left = {path.name for path in cached(environment).parent.iterdir()}
    assert left == {"kustomize", "lock"}


def test_another_checksum_stops_everything(environment: dict[str, str], go: Path) -> None:
    other = archive({"kustomize": "#!/bin/sh\necho v5.8.1 # from elsewhere\n"})
    with serving(sending(other)) as host:
        release = pinning(ARCHIVE, host.address)
        sentence = refusal(release, environment)

    found = pinning(other, "").archives[platform()]
    assert sentence == (
        f"{REFUSED}the archive from 127.0.0.1 has SHA-256 {found} "
        f"where {release.archives[platform()]} is pinned{REMEDY}"
    )
    assert calls_of(go) == []


def test_half_an_archive_has_another_checksum(environment: dict[str, str], go: Path) -> None:
    with serving(sending(ARCHIVE[:50])) as host:
        sentence = refusal(pinning(ARCHIVE, host.address), environment)

    assert sentence.startswith(f"{REFUSED}the archive from 127.0.0.1 has SHA-256 ")
    assert calls_of(go) == []


def hang(request: BaseHTTPRequestHandler) -> None:
    time.sleep(30)


def hang_in_body(request: BaseHTTPRequestHandler) -> None:
    sending(ARCHIVE[:50], length=len(ARCHIVE))(request)
    time.sleep(30)


def trickle(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Padding: ")
    for _ in range(300):
        time.sleep(0.1)
        request.wfile.write(b"x")


def trickle_in_body(request: BaseHTTPRequestHandler) -> None:
    sending(b"", length=len(ARCHIVE))(request)
    for byte in ARCHIVE:
        time.sleep(0.1)
        request.wfile.write(bytes([byte]))


def no_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"+OK \x1b[2Jready\r\n")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (sending(b"", status=404), "it answered 404"),
        (sending(b"", status=503), "it answered 503"),
        (sending(ARCHIVE[:50], length=100), "the connection ended after 50 of 100 bytes"),
        (hang, "no answer in time"),
        (trickle, "no answer in time"),
        (hang_in_body, "the connection broke: no answer in time"),
        (trickle_in_body, "it sent less than 16,384 bytes per second"),
        (no_http, r"+OK \x1b[2Jready"),
    ],
)
def test_a_host_that_does_not_deliver_leaves_it_to_go(
    environment: dict[str, str],
    go: Path,
    answer: Answer,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(answer) as host:
        release = pinning(ARCHIVE, host.address, patience=0.5)
        before = time.monotonic()
        found = kustomize(release, environment)
        seconds = time.monotonic() - before

    assert found.read_text() == KUSTOMIZE
    assert calls_of(go) == [INSTALL]
    assert seconds < 5
    assert capsys.readouterr().err == (
        "gitops-gate: downloading kustomize 5.8.1 from 127.0.0.1\n"
        f"gitops-gate: no release archive ({reason}): building kustomize 5.8.1 with go, "
        "which takes a minute or two\n"
    )


def test_a_host_that_refuses_leaves_it_to_go(environment: dict[str, str], go: Path) -> None:
    with serving(hang) as host:
        pass

    found = kustomize(pinning(ARCHIVE, host.address), environment)

    assert found.read_text() == KUSTOMIZE
    assert calls_of(go) == [INSTALL]


def test_a_platform_without_archive_leaves_it_to_go(environment: dict[str, str], go: Path) -> None:
    with serving(sending(ARCHIVE)) as host:
        kustomize(Release("5.8.1", {}, host.address, 1.0), environment)

    assert host.asked == []
    assert calls_of(go) == [INSTALL]


def test_without_host_and_without_go_the_sentence_says_both(environment: dict[str, str]) -> None:
    environment["PATH"] = "/nonexistent"
    with serving(sending(b"", status=404)) as host:
        sentence = refusal(pinning(ARCHIVE, host.address), environment)

    assert sentence == (
        f"{REFUSED}no release archive (it answered 404), and no Go to build it with{REMEDY}"
    )


@pytest.mark.parametrize("code", [0, 1])
def test_what_go_says_when_it_builds_nothing_is_passed_on(
    environment: dict[str, str], go: Path, code: int
) -> None:
    program(go, f"#!/bin/sh\nprintf 'go: \\033[31mno such module\\n' >&2\nexit {code}\n")
    with serving(sending(b"", status=404)) as host:
        sentence = refusal(pinning(ARCHIVE, host.address), environment)

    assert sentence == (
        f"{REFUSED}no release archive (it answered 404), and {go} built nothing "
        f"(go: \\x1b[31mno such module){REMEDY}"
    )


def test_what_was_obtained_must_be_the_pinned_version(environment: dict[str, str]) -> None:
    other = archive({"kustomize": "#!/bin/sh\necho v5.8.0\n"})
    with serving(sending(other)) as host:
        sentence = refusal(pinning(other, host.address), environment)

    assert sentence == f"{REFUSED}what was obtained is kustomize 5.8.0{REMEDY}"


def claiming(size: int) -> bytes:
    """An archive that begins a kustomize of this size."""
    member = tarfile.TarInfo("kustomize")
    member.size = size
    return gzip.compress(member.tobuf() + bytes(2 * tarfile.BLOCKSIZE))


@pytest.mark.parametrize(
    "content",
    [
        archive({"../kustomize": KUSTOMIZE}),
        archive({"/tmp/kustomize": KUSTOMIZE}),
        archive({}, links={"kustomize": "/bin/sh"}),
        archive({}),
        claiming(300 << 20),
    ],
    ids=["above", "absolute", "link", "empty", "oversized"],
)
def test_an_archive_must_hold_kustomize_itself(
    environment: dict[str, str], go: Path, content: bytes
) -> None:
    with serving(sending(content)) as host:
        sentence = refusal(pinning(content, host.address), environment)

    assert sentence == (
        f"{REFUSED}the archive does not hold a plain file `kustomize` "
        f"of at most 268,435,456 bytes{REMEDY}"
    )
    assert calls_of(go) == []


@pytest.mark.parametrize("content", [b"no archive at all", ARCHIVE[:-40], claiming(9999)])
def test_an_archive_must_be_whole(environment: dict[str, str], content: bytes) -> None:
    with serving(sending(content)) as host:
        sentence = refusal(pinning(content, host.address), environment)

    assert sentence.startswith(f"{REFUSED}the archive cannot be unpacked (")


def test_nothing_but_kustomize_is_taken_out_of_the_archive(
    environment: dict[str, str], tmp_path: Path
) -> None:
    content = archive(
        {"../../evil": "x", "LICENSE": "x", "./kustomize": KUSTOMIZE}, links={"evil": "/etc"}
    )
    with serving(sending(content)) as host:
        kustomize(pinning(content, host.address), environment)

    files = {str(p.relative_to(tmp_path / "cache")) for p in (tmp_path / "cache").rglob("*")}
    folder = f"kustomize-5.8.1-{platform()}"
    assert {name for name in files if not name.startswith("stamps")} == {
        folder,
        f"{folder}/kustomize",
        f"{folder}/lock",
    }
    assert not (tmp_path / "evil").exists()


def test_a_host_cannot_fill_the_disk(tmp_path: Path) -> None:
    with serving(sending(bytes(200_000))) as host, pytest.raises(TooLarge) as raised:
        download(host.address, tmp_path / "file", 5.0, 100_000)

    assert str(raised.value) == "more than 100,000 bytes"
    assert (tmp_path / "file").stat().st_size <= 100_000


def test_a_cache_that_cannot_be_written_is_named(environment: dict[str, str]) -> None:
    blocked = Path(environment["GITOPS_GATE_CACHE"])
    blocked.write_text("a file where the folder should be")

    with pytest.raises(KustomizeUnavailable) as raised:
        kustomize(pinning(ARCHIVE, "http://127.0.0.1:1"), environment)

    assert str(raised.value) == (
        f"{blocked} cannot be used as cache (Not a directory); "
        "set GITOPS_GATE_CACHE to a folder that can be written"
    )


def test_two_processes_at_once_fetch_it_once(environment: dict[str, str], tmp_path: Path) -> None:
    both_run = threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        both_run.wait(20)
        sending(ARCHIVE)(request)

    code = (
        "import sys; from tools.render.binary import kustomize\n"
        "from tools.render.release import Release, platform\n"
        "print(kustomize(Release('5.8.1', {platform(): sys.argv[1]}, sys.argv[2], 20.0)))"
    )
    with serving(answer) as host:
        release = pinning(ARCHIVE, host.address)
        command = [sys.executable, "-c", code, release.archives[platform()], host.address]
        first, second = (
            subprocess.Popen(
                command,
                cwd=ROOT,
                env={**environment, "no_proxy": "*"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        )
        waiting = {first: read_line(first.stderr), second: read_line(second.stderr)}
        both_run.set()
        printed = [process.communicate(timeout=30)[0] for process in (first, second)]

    assert sorted(waiting.values()) == [
        "gitops-gate: another process is obtaining kustomize; waiting for it\n",
        "gitops-gate: downloading kustomize 5.8.1 from 127.0.0.1\n",
    ]
    assert printed == [f"{cached(environment)}\n"] * 2
    assert len(host.asked) == 1


def read_line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()
