"""Building an amended program, with a Go that is a shell script."""

from pathlib import Path

import pytest

from tests.cluster.build import binary
from tests.cluster.programs import Amendment, Program, ProgramUnavailable
from tests.miniature import plant

# Its Go builds a file of some flags, the end of go.mod, and the source that this names.
GIVEN = """
    --- module/go.mod
    module example.test/module

    require example.test/program v2.3.4
    --- module/go.sum
    --- downloaded/go.mod
    module example.test/program
    --- downloaded/server/server.go
    package server

    const address, other = "0.0.0.0", "other"
    --- bin/go
    #!/bin/sh
    case "$1" in
    env) echo go1.26.8 ;;
    mod) printf '{"Dir": "%s"}' "$(cd ../downloaded && pwd)" ;;
    build) { echo "$4 $5"; tail -1 go.mod; cat amended/go.mod amended/server/server.go; } > "$3" ;;
    esac
    """
AMENDMENT = Amendment("server/server.go", '"0.0.0.0"', '"127.0.0.1"')
BUILT = """\
-trimpath -mod=readonly
replace example.test/program => ./amended
module example.test/program
package server

const address, other = "127.0.0.1", "other"
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    plant(tmp_path, GIVEN)
    (tmp_path / "bin" / "go").chmod(0o755)
    module, requires = tmp_path / "module", "example.test/program"
    return Program("example", module, requires, f"{requires}/cmd", amendments=(AMENDMENT,))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    cache = str(tmp_path / "cache")
    return {"PATH": f"{tmp_path / 'bin'}:/bin:/usr/bin", "GITOPS_GATE_CACHE": cache}


def texts(folder: Path) -> dict[Path, str]:
    return {file: file.read_text(encoding="utf-8") for file in folder.rglob("*") if file.is_file()}


def test_a_copy_is_amended_and_built_and_goes(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    before = texts(tmp_path / "module"), texts(tmp_path / "downloaded")

    built = binary(program, environment)

    assert built.read_text(encoding="utf-8") == BUILT
    assert (texts(tmp_path / "module"), texts(tmp_path / "downloaded")) == before
    assert {file.name for file in built.parent.iterdir()} == {built.name, "example.lock"}


def test_the_copy_can_be_written_where_the_original_cannot(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    for folder in (tmp_path / "downloaded/server", tmp_path / "downloaded"):
        for file in folder.iterdir():
            file.chmod(0o444 if file.is_file() else 0o555)
    go = tmp_path / "bin" / "go"
    listing = go.read_text(encoding="utf-8").replace("{ echo", "{ ls -ld amended/*; echo")
    go.write_text(listing, encoding="utf-8")

    modes = binary(program, environment).read_text(encoding="utf-8").splitlines()[:2]

    assert [(mode[0], mode[2]) for mode in modes] == [("-", "w"), ("d", "w")]


def test_another_amendment_makes_another_binary(
    program: Program, environment: dict[str, str]
) -> None:
    other = program._replace(amendments=(AMENDMENT._replace(new='"::1"'),))

    built = [binary(each, environment) for each in (program, other, program)]

    assert built[0] == built[2] != built[1]
    assert built[1].read_text(encoding="utf-8") == BUILT.replace("127.0.0.1", "::1")


@pytest.mark.parametrize(
    ("amendment", "count"),
    [
        (AMENDMENT._replace(old='"1.1.1.1"'), 0),
        (AMENDMENT._replace(old="other"), 2),
        (AMENDMENT._replace(file="server/absent.go"), 0),
    ],
)
def test_what_does_not_stand_there_once_is_not_amended(
    amendment: Amendment, count: int, program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(ProgramUnavailable) as caught:
        binary(program._replace(amendments=(amendment,)), environment)

    assert str(caught.value) == (
        f"{amendment.file} of example.test/program 2.3.4 has {count} times, not once: "
        f"{amendment.old}; say in programs.py what is to be amended in example now"
    )
    assert [file.name for file in (tmp_path / "cache" / "programs").iterdir()] == ["example.lock"]
