"""Building the programs of the cluster tests, with a Go that is a shell script."""

import threading
from pathlib import Path

import pytest

from tests.cluster.build import binary
from tests.cluster.programs import API_SERVER, PROGRAMS, Program, ProgramUnavailable
from tests.miniature import plant

GO_MOD = """
    --- module/go.mod
    module example.test/module

    go 1.26

    tool example.test/program/cmd

    require example.test/program v2.3.4 // indirect
    --- module/go.sum
    --- module/main.go
    package main
    --- bin/go
    #!/bin/sh
    if [ "$1" = env ]; then echo go1.26.8; exit; fi
    echo "$*" >> ../calls
    sleep 0.2
    echo built > "$3"
    """
REMEDY = "the programs of the cluster tests are built with Go 1.26 or later: install it"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    plant(tmp_path, GO_MOD)
    (tmp_path / "bin" / "go").chmod(0o755)
    ldflags = "-X version={version} -X minor={major}.{minor}"
    module = tmp_path / "module"
    return Program("example", module, "example.test/program", "example.test/program/cmd", ldflags)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    cache = str(tmp_path / "cache")
    return {"PATH": f"{tmp_path / 'bin'}:/bin:/usr/bin", "GITOPS_GATE_CACHE": cache}


def change_go(tmp_path: Path, script: str) -> None:
    (tmp_path / "bin" / "go").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")


def calls(tmp_path: Path) -> list[str]:
    """What go was asked to build, without the file that it was to write."""
    lines = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    return [" ".join(line.split(" ")[3:]) for line in lines]


def test_a_program_is_built_once(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    built = binary(program, environment)

    assert built.read_text(encoding="utf-8") == "built\n"
    assert built.parent == tmp_path / "cache" / "programs"
    assert built.name.startswith("example-2.3.4-")
    assert binary(program, environment) == built
    flags = "-mod=readonly -ldflags -X version=2.3.4 -X minor=2.3"
    assert calls(tmp_path) == [f"{flags} example.test/program/cmd"]
    assert {p.name for p in built.parent.iterdir()} == {built.name, "example.lock"}


def test_two_at_once_build_once(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda: found.append(binary(program, environment)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 2 and len(set(found)) == 1
    assert len(calls(tmp_path)) == 1


@pytest.mark.parametrize("changed", ["go.mod", "go.sum", "main.go", "go", "flags"])
def test_what_decides_the_binary_is_in_its_name(
    changed: str, program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    before = binary(program, environment)
    if changed == "go":
        script = (tmp_path / "bin" / "go").read_text(encoding="utf-8")
        change_go(tmp_path, script.replace("go1.26.8", "go1.27.0"))
    elif changed == "flags":
        program = program._replace(ldflags="")
    else:
        with (program.module / changed).open("a", encoding="utf-8") as file:
            file.write("// changed\n")

    assert binary(program, environment) != before
    assert len(calls(tmp_path)) == 2


def test_without_go_the_sentence_says_which_one_to_install(
    program: Program, environment: dict[str, str]
) -> None:
    with pytest.raises(ProgramUnavailable) as caught:
        binary(program, {**environment, "PATH": "/nonexistent"})
    assert str(caught.value) == f"no Go on PATH; {REMEDY}"


def test_a_go_that_is_too_old_is_quoted(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    old = "go: go.mod requires go >= 1.26 (running go 1.22; GOTOOLCHAIN=local)"
    change_go(tmp_path, f'echo "{old}" >&2; exit 1')
    with pytest.raises(ProgramUnavailable) as caught:
        binary(program, environment)
    assert str(caught.value) == f"{tmp_path / 'bin' / 'go'} is of no use ({old}); {REMEDY}"


def test_a_build_that_fails_leaves_nothing_but_what_go_said(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    script = (
        'if [ "$1" = env ]; then echo go1.26.8; exit; fi; echo half > "$3"; echo no >&2; exit 1'
    )
    change_go(tmp_path, script)
    with pytest.raises(ProgramUnavailable) as caught:
        binary(program, environment)
    assert str(caught.value) == "go could not build example 2.3.4:\nno"
    assert [p.name for p in (tmp_path / "cache" / "programs").iterdir()] == ["example.lock"]


def test_a_go_mod_without_the_program_is_named(program: Program) -> None:
    stranger = program._replace(requires="example.test/other")
    with pytest.raises(ProgramUnavailable) as caught:
        _ = stranger.version
    assert str(caught.value) == f"{program.module / 'go.mod'} does not require example.test/other"


def test_every_program_has_a_version() -> None:
    assert {name: program.version for name, program in PROGRAMS.items()} == {
        "etcd": "3.6.6",
        "kube-apiserver": "1.36.3",
        "kube-controller-manager": "1.36.3",
        "kube-scheduler": "1.36.3",
        "kwok": "0.8.0",
        "argocd": "3.2.11",
        "redis": "2.35.0",
        "projects": "3.2.11",
        "permits": "3.2.11",
    }


def test_the_api_server_is_told_which_version_it_is() -> None:
    version = "k8s.io/component-base/version"
    told = f"-X {version}.gitVersion=v1.36.3 -X {version}.gitMajor=1 -X {version}.gitMinor=36"
    package = "k8s.io/kubernetes/cmd/kube-apiserver"
    expected = ["-mod=readonly", "-ldflags", f"-s -w {told}", package]
    assert API_SERVER.arguments() == expected
