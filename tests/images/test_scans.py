"""Reports of Trivy and Grype in their formats, and OpenVEX, as they are understood.

The files in `reports/` are written by hand after what the tools document, for the versions that
their names tell. In all of them the image is the same one: its index is 1…, on linux/amd64 its
manifest 2… and its configuration 3….
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tools.images.scans.folder import read_scans, read_vex
from tools.images.scans.report import Identity, Report, Unread, Vulnerability, newest
from tools.images.scans.vex import Vex, statements
from tools.kubernetes.image_reference import parse_image
from tools.source.repository import Repository

REPORTS = Path(__file__).parent / "reports"
WEB = "registry.example.com/shop/web"


def digest(character: str) -> str:
    return f"sha256:{character * 64}"


INDEX, MANIFEST, CONFIG = digest("1"), digest("2"), digest("3")
CROSS_SPAWN = Vulnerability(
    ("CVE-2024-21538", "GHSA-3xgq-45jj-v275"),
    "high",
    "cross-spawn",
    "7.0.3",
    "7.0.5, 6.0.6",
    "2024-11-08",
    "pkg:npm/cross-spawn@7.0.3",
)
OPENSSL = Vulnerability(
    ("CVE-2024-9143",),
    "medium",
    "libcrypto3",
    "3.3.2-r0",
    "3.3.2-r1",
    "2024-10-16",
    "pkg:apk/alpine/libcrypto3@3.3.2-r0?arch=x86_64&distro=3.20.3",
)


def report(name: str, root: Path) -> Report:
    """The one report of a file, read from a folder of a repository."""
    folder = root / "scans" / "web"
    folder.mkdir(parents=True)
    (folder / name).write_bytes((REPORTS / name).read_bytes())
    scans = read_scans(Repository(root), "scans")
    assert (scans.unread, scans.state) == ((), "")
    [found] = scans.reports
    assert found.file == f"scans/web/{name}"
    return found


def unread(name: str, content: bytes, root: Path) -> str:
    """Why a file is no report."""
    (root / "scans").mkdir(exist_ok=True)
    (root / "scans" / name).write_bytes(content)
    scans = read_scans(Repository(root), "scans")
    assert (scans.reports, scans.state) == ((), "")
    [found] = scans.unread
    assert found.file == f"scans/{name}"
    return found.why


def test_trivy_says_which_image_when_and_what(tmp_path: Path) -> None:
    found = report("trivy-0.58.json", tmp_path)
    assert found._replace(file="", found=()) == Report(
        "",
        "Trivy",
        frozenset({WEB}),
        frozenset({INDEX, CONFIG}),
        "linux/amd64",
        datetime(2026, 5, 21, 4, 30, 0, 123456, UTC),
        (),
    )
    suppressed = CROSS_SPAWN._replace(
        names=("CVE-2024-37890", "GHSA-3h5v-q93c-6h6q"),
        package="ws",
        version="8.17.0",
        fixed="8.17.1",
        known="2024-06-17",
        purl="pkg:npm/ws@8.17.0",
    )
    secret = Vulnerability(
        ("stripe-secret-token",), "critical", "/app/.env", "", "", "", "", is_secret=True
    )
    # What somebody's VEX document took out of the findings is a finding to us.
    assert found.found == (OPENSSL, CROSS_SPAWN, suppressed, secret)


def test_an_older_trivy_says_less(tmp_path: Path) -> None:
    found = report("trivy-0.30.json", tmp_path)
    assert (found.names, found.digests, found.made) == (frozenset(), frozenset({CONFIG}), None)
    [openssl] = found.found
    assert openssl == OPENSSL._replace(purl="pkg:apk/alpine/libcrypto3@3.3.2-r0?distro=3.20.3")


def test_the_sarif_of_trivy_names_each_package_and_no_time(tmp_path: Path) -> None:
    found = report("trivy.sarif", tmp_path)
    assert (found.tool, found.digests) == ("Trivy", frozenset({MANIFEST, CONFIG}))
    assert (found.names, found.platform, found.made) == (frozenset({WEB}), "", None)
    one = OPENSSL._replace(known="", purl="")
    # The rule is about the package that was found first. A misconfiguration is no vulnerability.
    assert found.found == (
        one,
        one._replace(package="libssl3", severity="high", fixed=""),
        Vulnerability(
            ("stripe-secret-token",), "critical", "app/.env", "", "", "", "", is_secret=True
        ),
    )


def test_grype_says_which_image_when_and_what(tmp_path: Path) -> None:
    found = report("grype-0.87.json", tmp_path)
    assert found._replace(file="", found=()) == Report(
        "",
        "Grype",
        frozenset({WEB}),
        frozenset({INDEX, MANIFEST, CONFIG}),
        "linux/amd64",
        datetime(2026, 5, 21, 4, 30, 0, 500000, UTC),
        (),
    )
    cross_spawn = CROSS_SPAWN._replace(names=("GHSA-3xgq-45jj-v275", "CVE-2024-21538"), known="")
    tar = Vulnerability(
        ("CVE-2005-2541",),
        "negligible",
        "tar",
        "1.34+dfsg-1",
        "",
        "",
        "pkg:deb/debian/tar@1.34+dfsg-1",
    )
    ws = Vulnerability(
        ("GHSA-3h5v-q93c-6h6q", "CVE-2024-37890"),
        "high",
        "ws",
        "8.17.0",
        "8.17.1",
        "",
        "pkg:npm/ws@8.17.0",
    )
    # A VEX document took the last one out. Headers of a kernel that is not there Grype itself did.
    assert found.found == (cross_spawn, tar, ws)


def test_an_older_grype_says_less(tmp_path: Path) -> None:
    found = report("grype-0.7.json", tmp_path)
    assert (found.made, found.platform) == (None, "")
    assert [(one.id, one.severity, one.fixed) for one in found.found] == [
        ("CVE-2019-14697", "critical", "1.1.18-r4")
    ]


def test_the_sarif_of_grype_names_the_image_in_its_findings(tmp_path: Path) -> None:
    found = report("grype.sarif", tmp_path)
    # The digest in the logical location is that of a layer.
    assert (found.tool, found.digests) == ("Grype", frozenset({MANIFEST}))
    assert (found.names, found.made) == (frozenset({WEB}), None)
    assert found.found == (
        Vulnerability(
            ("CVE-2024-6119",),
            "high",
            "libssl3",
            "3.3.1-r3",
            "3.3.2-r0",
            "",
            "pkg:apk/alpine/libssl3@3.3.1-r3?arch=x86_64&distro=alpine-3.20.3",
        ),
    )


def test_a_pipeline_may_add_the_time_to_sarif(tmp_path: Path) -> None:
    data = json.loads((REPORTS / "trivy.sarif").read_text(encoding="utf-8"))
    data["runs"][0]["invocations"] = [
        {"executionSuccessful": True, "endTimeUtc": "2026-05-20T10:00:00Z"}
    ]
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "web.sarif").write_text(json.dumps(data), encoding="utf-8")
    [found] = read_scans(Repository(tmp_path), "scans").reports
    assert found.made == datetime(2026, 5, 20, 10, tzinfo=UTC)


def changed(name: str, change: Callable[[Any], object]) -> bytes:
    data = json.loads((REPORTS / name).read_text(encoding="utf-8"))
    change(data)
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.json", b"", "is empty; was the scan broken off?"),
        ("a.json", b'{"SchemaVersion": 2, "Art', "is no JSON; was the scan broken off?"),
        ("a.json", b"[" * 100_000, "is no JSON; was the scan broken off?"),
        (
            "a.json",
            b"{}",
            "is no report of Trivy or Grype, in JSON or SARIF; keep other files elsewhere",
        ),
        (
            "a.json",
            b"[]",
            "is no report of Trivy or Grype, in JSON or SARIF; keep other files elsewhere",
        ),
        (
            "trivy.json",
            (REPORTS / "trivy-0.19.json").read_bytes(),
            "is of a Trivy before 0.20, which names no image; scan with a newer one",
        ),
        (
            "trivy.json",
            changed("trivy-0.58.json", lambda d: d.update(ArtifactType="filesystem")),
            "is about 'filesystem' and not an image",
        ),
        (
            # trivy image --scanners secret
            "trivy.json",
            changed("trivy-0.58.json", lambda d: d["Results"].__delitem__(slice(0, 2))),
            "has no result about the packages of alpine; scan with --scanners vuln",
        ),
        (
            "grype.json",
            changed("grype-0.87.json", lambda d: d["source"].update(type="directory")),
            "is about a directory and not an image",
        ),
        (
            "grype.json",
            changed("grype-0.87.json", lambda d: d.pop("matches")),
            "has no list of matches; scan again",
        ),
        (
            "grype.sarif",
            changed("grype.sarif", lambda d: d["runs"][0]["results"].clear()),
            "does not say which image it is about: name the digest when you scan, and write JSON, "
            "which says it even where nothing was found",
        ),
        (
            "other.sarif",
            changed("grype.sarif", lambda d: d["runs"][0]["tool"]["driver"].update(name="CodeQL")),
            "is of 'CodeQL'; those of Trivy and Grype are understood",
        ),
        (
            "none.sarif",
            b'{"version": "2.1.0", "runs": []}',
            "has no run of a scanner in it; scan again",
        ),
    ],
)
def test_what_proves_nothing_is_said(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    assert unread(name, content, tmp_path) == why


@pytest.mark.parametrize("odd", [None, 7, "text", [], {}, [7], {"a": 7}])
def test_fields_of_another_type_count_as_absent(tmp_path: Path, odd: object) -> None:
    """Whatever stands at the end of any path: nothing raises."""
    (tmp_path / "scans").mkdir()
    for file in sorted(REPORTS.iterdir()):
        data = json.loads(file.read_text(encoding="utf-8"))
        for number, variant in enumerate(_variants(data, odd)):
            name = f"{file.stem}-{number}{file.suffix}"
            (tmp_path / "scans" / name).write_text(json.dumps(variant), encoding="utf-8")
    names = sorted(path.name for path in (tmp_path / "scans").iterdir())
    scans = read_scans(Repository(tmp_path), "scans")
    read = {found.file for found in scans.reports} | {found.file for found in scans.unread}
    assert sorted(read) == [f"scans/{name}" for name in names]
    vex = tuple(f"scans/{name}" for name in names if name.startswith("openvex"))
    read_vex(Repository(tmp_path), vex)


def _variants(data: Any, odd: object) -> list[Any]:
    """The data, and it with each of its values replaced."""
    found = [odd]
    pairs = (
        list(data.items())
        if isinstance(data, dict)
        else list(enumerate(data))[:2]
        if isinstance(data, list)
        else []
    )
    for key, value in pairs:
        for variant in _variants(value, odd):
            copy = data.copy()
            copy[key] = variant
            found.append(copy)
    return found


def test_a_folder_is_inside_the_repository_and_holds_reports(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    (root / "empty").mkdir(parents=True)
    (tmp_path / "outside.json").write_text("{}", encoding="utf-8")
    (root / "linked").mkdir()
    (root / "linked" / "web.json").symlink_to("../../outside.json")
    repository = Repository(root)

    assert read_scans(repository, "gone").state == "there is no folder gone with reports"
    assert read_scans(repository, "empty").state == "there is no report in empty"
    for folder in ("..", str(tmp_path)):
        state = f"the folder {folder} is not in this repository"
        assert read_scans(repository, folder).state == state
    assert read_scans(repository, "linked").unread == (
        Unread("linked/web.json", "is not in this repository, or is a link that leads out of it"),
    )
    assert read_scans(repository, "linked", ("linked/web.json",)).reports == ()


def test_of_each_tool_the_newest_report_counts() -> None:
    def made(file: str, tool: str, day: int | None) -> Report:
        time = datetime(2026, 5, day, tzinfo=UTC) if day else None
        return Report(file, tool, frozenset(), frozenset(), "", time, ())

    reports = [
        made("a", "Trivy", 3),
        made("b", "Trivy", 9),
        made("c", "Trivy", None),
        made("d", "Grype", None),
        made("e", "Grype", 10),
    ]
    assert [report.file for report in newest(reports)] == ["e", "b"]
    assert [report.file for report in newest(reports[2:4])] == ["d", "c"]


IMAGE = Identity(
    parse_image(f"{WEB}:1.0.0"), frozenset({INDEX, MANIFEST, CONFIG}), frozenset({"linux/amd64"})
)
PURL = f"pkg:oci/web@sha256%3A{'1' * 64}"


def vex(*entries: dict[str, Any]) -> Vex:
    data = {"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-05-01T00:00:00Z"}
    return Vex(statements({**data, "statements": list(entries)}, "vex.json"))


def said(product: Any, status: str = "fixed", **more: Any) -> dict[str, Any]:
    return {
        "vulnerability": {"name": "CVE-2024-21538"},
        "products": [product],
        "status": status,
        **more,
    }


@pytest.mark.parametrize(
    ("name", "found"),
    [("openvex-0.2.0.json", CROSS_SPAWN), ("openvex-0.0.1.json", OPENSSL)],
)
def test_both_versions_of_openvex_are_understood(name: str, found: Vulnerability) -> None:
    data = json.loads((REPORTS / name).read_text(encoding="utf-8"))
    understood = Vex(statements(data, name))
    statement = understood.last(found, IMAGE)
    assert statement
    assert statement.status in ("not_affected", "fixed")
    assert understood.last(found._replace(purl="pkg:npm/other@1.0.0"), IMAGE) is None
    assert understood.last(found._replace(names=("CVE-2000-1",)), IMAGE) is None


@pytest.mark.parametrize(
    "product",
    [
        {"@id": PURL},
        {"@id": f"{PURL}?repository_url=registry.example.com/shop/web&arch=amd64"},
        {"@id": f"{PURL}?repository_url=registry.example.com/shop"},
        {"@id": "pkg:oci/web?repository_url=registry.example.com/shop/web&tag=1.0.0"},
        {"@id": "https://example.com/web", "identifiers": {"purl": PURL}},
        {"@id": "https://example.com/web", "hashes": {"sha-256": "2" * 64}},
        {"@id": PURL, "subcomponents": [{"@id": "pkg:npm/cross-spawn@7.0.3?arch=x"}]},
        {"@id": PURL, "subcomponents": [{"identifiers": {"purl": "pkg:npm/cross-spawn"}}]},
        {"@id": "pkg:npm/cross-spawn@7.0.3"},
        "pkg:npm/cross-spawn@7.0.3",
    ],
)
def test_a_statement_is_about_the_image_or_the_package(product: Any) -> None:
    assert vex(said(product)).last(CROSS_SPAWN, IMAGE)


@pytest.mark.parametrize(
    "product",
    [
        {"@id": "pkg:oci/web"},
        {"@id": PURL.replace("1", "9")},
        {"@id": f"{PURL}?repository_url=registry.example.com/other/web"},
        {"@id": f"{PURL}?arch=arm64"},
        {"@id": "pkg:oci/web?repository_url=registry.example.com/shop/web&tag=2.0.0"},
        {"@id": "pkg:oci/api?repository_url=registry.example.com/shop"},
        {"@id": PURL, "subcomponents": [{"@id": "pkg:npm/cross-spawn@7.0.4"}]},
        # What cannot be understood does not make the statement one about all of the image.
        {"@id": PURL, "subcomponents": [7]},
        {"@id": PURL, "subcomponents": "pkg:npm/other"},
        {"@id": PURL, "subcomponents": [{"hashes": {"sha-256": "2" * 64}}]},
        {"@id": "pkg:npm/cross-spawn@7.0.4"},
        {"@id": "pkg:npm/cross-spawn@7.0.3", "subcomponents": [{"@id": "pkg:npm/x@1.0.0"}]},
        {},
        7,
    ],
)
def test_a_statement_about_something_else_does_not_count(product: Any) -> None:
    assert vex(said(product)).last(CROSS_SPAWN, IMAGE) is None


def test_the_last_statement_counts() -> None:
    harmless = said({"@id": PURL}, timestamp="2026-05-09T00:00:00Z")
    affected = said({"@id": PURL}, "affected", timestamp="2026-05-10T00:00:00Z")
    last = vex(affected, harmless).last(CROSS_SPAWN, IMAGE)
    assert last
    assert last.status == "affected"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"statements": []}, "is no OpenVEX document: its @context is another"),
        ({"@context": "https://openvex.dev/ns/v0.2.0"}, "has no statements"),
        (
            {"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"status": "fine"}]},
            "has a statement, number 1, whose status is none of not_affected, affected, fixed, "
            "under_investigation",
        ),
        (
            {
                "@context": "https://openvex.dev/ns/v0.2.0",
                "statements": [said({"@id": PURL}), said({"@id": PURL}, "not_affected")],
            },
            "has a statement, number 2, that says not_affected and not why",
        ),
    ],
)
def test_a_document_that_is_none_is_not_believed(
    tmp_path: Path, data: dict[str, Any], why: str
) -> None:
    (tmp_path / "vex.json").write_text(json.dumps(data), encoding="utf-8")
    found, unread = read_vex(Repository(tmp_path), ("vex.json",))
    assert (found.statements, unread) == ([], (Unread("vex.json", why),))
