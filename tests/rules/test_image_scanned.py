"""What fixtures cannot show of `image-scanned`: sentences, platforms, what is not judged."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policies.images import image_scanned
from policies.images.image_scanned import Accepted
from tests.command import validate
from tests.miniature import plant
from tests.plain_target import judged, plain_target
from tools.images.lock import NAME, read_lock
from tools.rules.catalogue import discover
from tools.rules.config import parse_config
from tools.rules.facts import Facts
from tools.rules.run import Verdict
from tools.source.document import parse
from tools.source.place import SourceError
from tools.source.repository import Repository

TODAY = date(2026, 6, 1)
WEB = "registry.example.com/shop/web:1.0.0"
POD = f"""
    apiVersion: v1
    kind: Pod
    metadata: {{name: web}}
    spec: {{containers: [{{name: web, image: "{WEB}"}}, {{name: again, image: "{WEB}"}}]}}
    """


def digest(character: str) -> str:
    return f"sha256:{character * 64}"


INDEX = digest("1")
HIGH = {
    "VulnerabilityID": "CVE-2026-0001",
    "PkgName": "zlib",
    "InstalledVersion": "1.3.0",
    "FixedVersion": "1.3.1",
    "Severity": "HIGH",
    "PublishedDate": "2026-01-15T08:00:00Z",
}


def trivy(*found: dict[str, Any], platform: str = "amd64", **more: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": 2,
        "CreatedAt": "2026-05-20T10:00:00Z",
        "ArtifactName": WEB,
        "ArtifactType": "container_image",
        "Metadata": {
            "ImageID": digest("3" if platform == "amd64" else "5"),
            "RepoDigests": [f"registry.example.com/shop/web@{INDEX}"],
            "ImageConfig": {"os": "linux", "architecture": platform},
        },
        "Results": [{"Target": "web", "Class": "lang-pkgs", "Vulnerabilities": list(found)}],
        **more,
    }


def grype(severity: str, **more: Any) -> dict[str, Any]:
    return {
        "matches": [
            {
                "vulnerability": {"id": "GHSA-1", "severity": severity},
                "relatedVulnerabilities": [{"id": "CVE-2026-0001"}],
                "artifact": {"name": "zlib", "version": "1.3.0"},
            }
        ],
        "source": {"type": "image", "target": {"manifestDigest": digest("2")}},
        "descriptor": {"name": "grype", "timestamp": "2026-05-25T10:00:00Z"},
        **more,
    }


class World:
    """A repository with a lock for two platforms, and reports."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.facts = Facts(scan_reports="scans")
        (root / "scans").mkdir()
        self.lock("amd64", "arm64")

    def lock(self, *platforms: str) -> None:
        digests = {"amd64": ("2", "3"), "arm64": ("4", "5")}
        images = [
            {
                "reference": WEB,
                "platform": f"linux/{platform}",
                "index": INDEX,
                "digest": digest(digests[platform][0]),
                "config": digest(digests[platform][1]),
                "compressed": 1,
                "unpacked": 1,
                "measured": True,
                "ports": [],
                "user": "",
                "layers": [],
            }
            for platform in platforms
        ]
        text = json.dumps({"version": 1, "images": images})
        (self.root / NAME).write_text(text, encoding="utf-8")

    def put(self, name: str, report: object) -> None:
        (self.root / "scans" / name).write_text(json.dumps(report), encoding="utf-8")

    def judge(self, environment: str = "prod", text: str = POD, **options: Any) -> Verdict:
        rule = image_scanned.check
        lock = read_lock(Repository(self.root))
        target = plain_target(
            text,
            root=self.root,
            facts=self.facts,
            image_lock=lock,
            today=TODAY,
            environment=environment,
        )
        chosen = type(rule.options)(**options)
        return judged(rule, target, chosen)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def messages(verdict: Verdict) -> list[str]:
    assert verdict.not_judged == []
    return [finding.message for finding in verdict.findings]


def reasons(verdict: Verdict) -> list[str]:
    assert verdict.findings == []
    assert not any(entry.blocking for entry in verdict.not_judged)
    return [entry.reason for entry in verdict.not_judged]


def test_each_platform_needs_a_report(world: World) -> None:
    nothing = f"nothing shows that image {WEB!r}"
    [finding] = world.judge().findings
    assert finding.message == f"{nothing} was scanned: there is no report in scans"
    assert [related.message for related in finding.related] == ["and here"]

    world.put("web.json", trivy())
    assert messages(world.judge()) == [
        f"{nothing} on linux/arm64 was scanned: scans/web.json is about linux/amd64"
    ]
    world.put("arm.json", trivy(platform="arm64"))
    assert messages(world.judge()) == []
    world.lock("amd64")
    assert messages(world.judge()) == []


def test_a_report_about_the_index_that_names_no_platform_is_about_all_of_them(
    world: World,
) -> None:
    world.put("web.json", trivy(Metadata={"RepoDigests": [f"registry.example.com/web@{INDEX}"]}))
    assert messages(world.judge()) == []


def test_where_nobody_requires_it_what_lacks_evidence_is_not_judged(world: World) -> None:
    (world.root / "scans" / "broken.json").write_text("{", encoding="utf-8")
    assert reasons(world.judge("test")) == [
        f"nothing shows that image {WEB!r} was scanned: no report in scans is about it",
        "scans/broken.json is no JSON; was the scan broken off?",
    ]
    world.facts = Facts()
    assert reasons(world.judge("test")) == []
    assert messages(world.judge("prod")) == [
        f"nothing shows that image {WEB!r} was scanned: policies.yaml names no folder with reports "
        "(facts.scanReports)"
    ]
    assert len(world.judge("test", required_in=("test",)).findings) == 1


def test_a_pod_without_images_needs_no_reports(world: World) -> None:
    (world.root / "scans" / "broken.json").write_text("{", encoding="utf-8")
    text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"
    assert messages(world.judge(text=text)) == []


def test_a_vulnerability_is_told_once_with_all_that_is_known(world: World) -> None:
    world.put("web.json", trivy(HIGH))
    world.put("arm.json", trivy(HIGH, platform="arm64"))
    [finding] = world.judge().findings
    assert finding.message == (
        f"image {WEB!r} has CVE-2026-0001 (high) in zlib 1.3.0, fixed in 1.3.1, known since "
        "2026-01-15; found by Trivy on 2026-05-20 (scans/web.json)"
    )
    assert finding.remedy == (
        "Build the image with zlib 1.3.1, and scan it; or accept it under `accepted` in "
        "policies.yaml, with a reason and a last day."
    )


def test_a_fingerprint_is_that_of_the_vulnerability(world: World) -> None:
    """Whichever tool finds it, in whatever order and words."""
    other = {**HIGH, "VulnerabilityID": "CVE-2026-0002"}
    world.put("web.json", trivy(HIGH, other))
    world.put("arm.json", trivy(platform="arm64"))
    one, two = (finding.fingerprint for finding in world.judge().findings)
    assert one != two
    world.put("web.json", trivy(other, {**HIGH, "FixedVersion": "1.3.2", "Severity": "CRITICAL"}))
    assert {finding.fingerprint for finding in world.judge().findings} == {one, two}
    world.put("web.json", grype("High"))
    [again] = world.judge().findings
    assert "GHSA-1" in again.message
    assert again.fingerprint == one


def test_two_tools_that_disagree_about_the_severity_do_not_hide_each_other(world: World) -> None:
    world.lock("amd64")
    world.put("trivy.json", trivy(HIGH))
    world.put("grype.json", grype("Low"))
    assert [message.partition(" in ")[0] for message in messages(world.judge())] == [
        f"image {WEB!r} has CVE-2026-0001 (high)"
    ]
    # Both find it grave: it is told in the words of the newer report.
    world.put("grype.json", grype("Critical"))
    assert messages(world.judge()) == [
        f"image {WEB!r} has GHSA-1 (critical) in zlib 1.3.0, not fixed yet; found by Grype on "
        "2026-05-25 (scans/grype.json)"
    ]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("2026-05-02T00:00:00Z", None),
        ("2026-05-01T23:59:59Z", "is 31 days old; 30 are allowed"),
        # In Greenwich it is the next day.
        ("2026-05-01T23:59:59-05:00", None),
        ("2026-06-02T12:00:00Z", None),
        ("2026-06-09T00:00:00Z", "was made on 2026-06-09, which is still to come"),
        ("2026-05-20T10:00:00", "does not say when it was made"),
    ],
)
def test_the_age_of_a_report_counts(world: World, made: str, words: str | None) -> None:
    world.lock("amd64")
    world.put("web.json", trivy(CreatedAt=made))
    about = f"the newest report about image {WEB!r}, scans/web.json,"
    assert messages(world.judge()) == ([f"{about} {words}"] if words else [])
    assert messages(world.judge(max_age_days=0)) == []
    assert reasons(world.judge("test")) == ([f"{about} {words}"] if words else [])


def test_an_old_report_is_outweighed_by_a_young_one_and_still_says_what_it_found(
    world: World,
) -> None:
    world.lock("amd64")
    world.put("trivy.json", trivy(HIGH, CreatedAt="2026-01-20T10:00:00Z"))
    world.put("grype.json", grype("Low"))
    assert [message.partition(" in ")[0] for message in messages(world.judge())] == [
        f"image {WEB!r} has CVE-2026-0001 (high)"
    ]


@pytest.mark.parametrize(
    ("entry", "accepts"),
    [
        ({}, True),
        ({"until": date(2026, 5, 31)}, False),
        ({"id": "CVE-2026-0002"}, False),
        ({"package": "zlib"}, True),
        ({"package": "zli"}, False),
        ({"image": "registry.example.com/shop/*"}, True),
        ({"image": "registry.example.com/other/*"}, False),
    ],
)
def test_what_is_accepted_is_no_finding(world: World, entry: dict[str, Any], accepts: bool) -> None:
    world.lock("amd64")
    world.put("web.json", trivy(HIGH))
    accepted = Accepted(**{"id": "CVE-2026-0001", "reason": "Why.", "until": TODAY, **entry})
    assert (messages(world.judge(accepted=(accepted,))) == []) == accepts


def test_a_secret_in_an_image_is_told_without_it(world: World) -> None:
    world.lock("amd64")
    secret = {"RuleID": "stripe-token", "Severity": "CRITICAL", "Match": "STRIPE=sk_live_1"}
    results = [
        {"Target": "web", "Class": "lang-pkgs"},
        {"Target": "/app/.env", "Class": "secret", "Secrets": [secret]},
    ]
    world.put("web.json", trivy(Results=results))
    assert messages(world.judge()) == [
        f"image {WEB!r} holds a secret in /app/.env (stripe-token, critical); found by Trivy on "
        "2026-05-20 (scans/web.json)"
    ]


@pytest.mark.parametrize(
    ("listed", "found"), [((), 1), (("vex.json",), 0), (("scans/gone.json",), 2)]
)
def test_only_listed_documents_are_believed(
    world: World, listed: tuple[str, ...], found: int
) -> None:
    world.lock("amd64")
    world.put("web.json", trivy(HIGH))
    statement = {
        "vulnerability": {"name": "CVE-2026-0001"},
        "products": [{"@id": f"pkg:oci/web@{INDEX.replace(':', '%3A')}"}],
        "status": "not_affected",
        "justification": "component_not_present",
    }
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "statements": [statement]}
    (world.root / "vex.json").write_text(json.dumps(document), encoding="utf-8")
    world.facts = Facts(scan_reports="scans", vex_documents=listed)
    assert len(messages(world.judge())) == found


@pytest.mark.parametrize(
    ("accepted", "sentence"),
    [
        ("{id: CVE-1, reason: why}", "needs until"),
        ("{id: CVE-1, reason: ' ', until: '2026-01-01'}",
         "what is accepted needs `id` and `reason`, as text"),
        ("{id: CVE-1, reason: why, until: tomorrow}",
         "'tomorrow' is not a date like 2027-01-31"),
        ("{id: CVE-1, reason: why, untill: '2026-01-01'}",
         "unknown name 'untill'; did you mean 'until'?"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(accepted: str, sentence: str) -> None:
    text = f"rules: {{image-scanned: {{accepted: [{accepted}]}}}}"
    with pytest.raises(SourceError) as raised:
        parse_config(parse(text, "policies.yaml")[0], discover())
    assert raised.value.sentence == sentence


def test_reports_are_no_manifests_however_they_look(tmp_path: Path) -> None:
    """A report may be larger than any YAML file, and may hold an object's two fields."""
    root = plant(
        tmp_path,
        """
        --- policies.yaml
        facts: {scanReports: ./scans/}
        environments: {prod: {targets: [prod], facts: {vexDocuments: [vex.json]}}}
        --- prod/pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: web, image: "shop/web:1.0.0"}]}
        --- vex.json
        {"apiVersion": "x", "kind": "y"}
        --- scans/odd.json
        {"apiVersion": "x", "kind": "y"}
        """,
    )
    (root / "scans" / "large.json").write_text(json.dumps(trivy(Large="x" * 9_000_000)))
    ran = validate("--only", "image-scanned", "--format", "json", cwd=root)
    report = json.loads(ran.out)
    assert (ran.code, ran.err) == (1, "")
    assert [target["path"] for target in report["targets"]] == ["prod"]
    assert sorted(finding["message"] for finding in report["findings"]) == [
        "nothing shows that image 'shop/web:1.0.0' was scanned: it has no digest that a report "
        "could name, and there is no images.lock",
        "scans/odd.json is no report of Trivy or Grype, in JSON or SARIF; keep other files "
        "elsewhere",
        "vex.json is no OpenVEX document: its @context is another",
    ]
