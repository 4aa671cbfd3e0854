"""What the page about scanners tells people to run does what it says."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from tests.command import ROOT, run, validate
from tests.images.made import MadeImage, MadeLayer, layout, sha256, tar_of
from tools.images.lock import Entry, Layer
from tools.images.writing import lock_text
from tools.kubernetes.image_reference import parse_image

TRIVY = """\
#!/bin/sh
echo "$@" >> calls
while [ $# -gt 1 ]; do [ "$1" = --output ] && echo '{}' > "$2"; shift; done
case "$1" in *broken*) exit 1;; esac
"""


def entry(reference: str, platform: str, digest: str) -> Entry:
    return Entry(
        reference=parse_image(reference),
        platform=platform,
        index_digest=f"sha256:{'1' * 64}" if digest else "",
        digest=digest,
        config_digest=f"sha256:{'c' * 64}",
        compressed=1,
        unpacked=1,
        measured=True,
        ports=(),
        user="1000",
        entrypoint=(),
        command=(),
        created="",
        labels={},
        layers=(Layer(f"sha256:{'e' * 64}", f"sha256:{'f' * 64}", 1, 1),),
    )


TODAY = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def report(reference: str, image: MadeImage) -> str:
    """What Trivy says of an image in which it finds nothing."""
    data = {
        "SchemaVersion": 2,
        "CreatedAt": TODAY,
        "ArtifactName": reference,
        "ArtifactType": "container_image",
        "Metadata": {"ImageID": sha256(image.config), "RepoDigests": [reference]},
        "Results": [{"Target": "Node.js", "Class": "lang-pkgs", "Type": "node-pkg"}],
    }
    return json.dumps(data)


def test_lock_and_scan_end_the_waivers_about_the_first_release(tmp_path: Path) -> None:
    """On a copy of this repository, with images that were built for this test."""
    root = tmp_path / "release"
    for name in ("argocd", "base", "components", "docs", "overlays"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "policies.yaml", root)
    layer = MadeLayer(tar_of({"app": b"a" * 1000}))
    run_as = {"User": "1000"}
    ports: dict[str, dict[str, dict[str, str]]] = {
        "todo-frontend": {"3000/tcp": {}},
        "todo-backend": {"8000/tcp": {}, "8001/tcp": {}},
    }
    made = {
        f"registry.example.com/todo/{name}:1.0.0": MadeImage(
            [layer], run={**run_as, "ExposedPorts": exposed}
        )
        for name, exposed in ports.items()
    }
    layout(tmp_path / "layout", made)

    locked = run(
        "images", "lock", "overlays/prod", "--write-digests", "--offline", "--from", "../layout",
        cwd=root,
    )  # fmt: skip
    assert locked.code == 0, locked
    (root / "scans").mkdir()
    for reference, image in made.items():
        name = reference.rpartition("/")[2].replace(":", "-")
        text = report(f"{reference}@{image.digest}", image)
        (root / "scans" / f"{name}.json").write_text(text, encoding="utf-8")

    findings = json.loads(validate("--format", "json", cwd=root).out)["findings"]
    assert [f["message"] for f in findings if f["rule"].startswith("image-")] == []
    unused = {f["message"] for f in findings if f["rule"] == "waiver-used"}
    about = {m.split()[3] for m in unused if "Deployment/todo-" in m}
    assert about == {"image-pinned-by-digest", "image-locked", "image-scanned"}


def scan(root: Path, *entries: Entry) -> int:
    """Run the lines of the page in a folder with a lock, and a Trivy that notes what it is told."""
    page = (ROOT / "docs/scans.md").read_text(encoding="utf-8")
    script = page.partition("```sh\n")[2].partition("```")[0]
    trivy = root / "bin" / "trivy"
    trivy.parent.mkdir(parents=True)
    trivy.write_text(TRIVY, encoding="utf-8")
    trivy.chmod(0o755)
    (root / "images.lock").write_text(lock_text(entries), encoding="utf-8")
    path = f"{trivy.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", script], cwd=root, env={**os.environ, "PATH": path}, check=False, timeout=30
    )
    return done.returncode


def test_every_locked_image_is_scanned_by_the_digest_of_its_platform(tmp_path: Path) -> None:
    amd64, arm64, old = (f"sha256:{digit * 64}" for digit in "245")
    web = "registry.example.com:5000/shop/web"
    code = scan(
        tmp_path,
        entry(f"{web}:1.0.0", "linux/amd64", amd64),
        entry(f"{web}:1.0.0", "linux/arm64/v8", arm64),
        entry(f"{web}:0.9.0@{old}", "linux/amd64", old),
        # It was loaded by hand, and no scanner can fetch it.
        entry("web:local", "linux/amd64", ""),
    )
    assert code == 0
    told = "image --platform {} --scanners vuln,secret --format json --output scans/{}.json {}"
    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert sorted(calls) == [
        told.format("linux/amd64", "web-0.9.0-linux-amd64", f"{web}:0.9.0@{old}"),
        told.format("linux/amd64", "web-1.0.0-linux-amd64", f"{web}:1.0.0@{amd64}"),
        told.format("linux/arm64/v8", "web-1.0.0-linux-arm64-v8", f"{web}:1.0.0@{arm64}"),
    ]


def test_a_scan_that_fails_is_no_success(tmp_path: Path) -> None:
    image = "registry.example.com/broken:1.0.0"
    assert scan(tmp_path, entry(image, "linux/amd64", f"sha256:{'2' * 64}")) == 1
