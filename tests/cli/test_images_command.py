"""`python -m tools.images`, with images that lie beside the repository: no server is asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingUnixStreamServer

import pytest
import yaml

from tests.command import Ran, run, validate
from tests.images.made import MadeImage, MadeIndex, MadeLayer, layout, saved, sha256, tar_of
from tests.images.server import Exchange, serving
from tests.miniature import plant

LAYER = MadeLayer(tar_of({"app": b"a" * 3_000_000}))
RUN = {"User": "1000", "ExposedPorts": {"8000/tcp": {}}}
WEB = MadeImage([LAYER], run=RUN)
API = MadeImage([LAYER, MadeLayer(tar_of({"api": b"b" * 1_000_000}))], "linux/amd64", RUN)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository with two overlays, and the images that they name."""
    layout(
        tmp_path / "layout", {"reg.example.com/web:1.0.0": WEB, "reg.example.com/api:1.0.0": API}
    )
    saved(tmp_path / "local.tar", {"web:local": WEB})
    return plant(
        tmp_path / "shop",
        """
        --- policies.yaml
        environments: {prod: {targets: [overlays/prod]}}
        --- base/kustomization.yaml
        resources: [web.yaml]
        --- base/web.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
                - name: web
                  image: web
        --- overlays/local/kustomization.yaml
        resources: [../../base]
        images: [{name: web, newTag: local}]
        patches:
          - patch: |
              - op: add
                path: /spec/template/spec/containers/0/imagePullPolicy
                value: Never
            target: {kind: Deployment}
        --- overlays/prod/kustomization.yaml
        resources: [../../base, api.yaml]
        images:
          # The shop window.
          - name: web
            newName: reg.example.com/web
            newTag: 1.0.0   # see the release notes
        --- overlays/prod/api.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: api}
        spec: {containers: [{name: api, image: "reg.example.com/api:1.0.0"}]}
        """,
    )


def images(root: Path, *arguments: str, **environment: str) -> Ran:
    return run("images", *arguments, cwd=root, environment=environment)


LAYOUT = ("--offline", "--from", "../layout")


def test_the_lock_is_written_and_valid(shop: Path) -> None:
    ran = images(shop, "lock", *LAYOUT, "--from", "../local.tar")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "✓ docker.io/library/web:local",
        f"    linux/amd64  {sha256(WEB.config)[:19]}  unknown pulled, 3.0 MB unpacked",
        "✓ reg.example.com/api:1.0.0",
        f"    linux/amd64  {API.digest[:19]}  0.0 MB pulled, 4.0 MB unpacked",
        "✓ reg.example.com/web:1.0.0",
        f"    linux/amd64  {WEB.digest[:19]}  0.0 MB pulled, 3.0 MB unpacked",
        # What all three share counts once.
        "3 looked at, and written; 4.0 MB unpacked together on linux/amd64",
    ]
    text = (shop / "images.lock").read_text(encoding="utf-8")
    assert [entry["reference"] for entry in yaml.safe_load(text)["images"]] == [
        "docker.io/library/web:local",
        "reg.example.com/api:1.0.0",
        "reg.example.com/web:1.0.0",
    ]
    judged = validate("--only", "image-locked", "overlays/prod", cwd=shop)
    assert (judged.code, judged.err) == (0, "")
    assert images(shop, "check", *LAYOUT, "--from", "../local.tar").code == 0
    assert images(shop, "lock", *LAYOUT, "--from", "../local.tar").code == 0
    assert (shop / "images.lock").read_text(encoding="utf-8") == text


def test_what_is_never_pulled_is_left_out_where_nobody_names_its_archive(shop: Path) -> None:
    ran = images(shop, "lock", *LAYOUT)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:2] == [
        "- docker.io/library/web:local",
        "    ../layout does not have it under this name; it is never pulled, so that no registry "
        "is asked; to have it in the lock, save it (docker save, minikube image save) and name the "
        "archive by --from",
    ]
    words = "1 not looked at: never pulled, and no source was named for it"
    assert words in ran.out.splitlines()[-1]
    found = yaml.safe_load((shop / "images.lock").read_text(encoding="utf-8"))["images"]
    assert len(found) == 2
    for arguments in (("check", *LAYOUT), ("check", "--offline"), ("lock", "overlays/local")):
        ran = images(shop, *arguments)
        assert (ran.code, words in ran.out) == (0, True), ran.out


def test_an_archive_that_does_not_hold_what_a_target_names_is_a_mistake(shop: Path) -> None:
    ran = images(shop, "lock", "overlays/local", *LAYOUT)
    assert (ran.code, ran.out.splitlines()[0]) == (3, "! docker.io/library/web:local")
    assert not (shop / "images.lock").exists()
    # It is there to be locked, and nobody did.
    ran = images(shop, "check", "overlays/local", "--from", "../local.tar")
    assert (ran.code, ran.out.splitlines()[:2]) == (
        1,
        ["✗ docker.io/library/web:local", "    there is no images.lock"],
    )


def test_what_the_lock_knows_of_an_image_that_is_not_looked_at_stays(shop: Path) -> None:
    assert images(shop, "lock", *LAYOUT, "--from", "../local.tar").code == 0
    text = (shop / "images.lock").read_text(encoding="utf-8")
    ran = images(shop, "lock", *LAYOUT)
    assert (ran.code, "    images.lock keeps what it said" in ran.out.splitlines()) == (0, True)
    assert (shop / "images.lock").read_text(encoding="utf-8") == text


def test_a_layer_that_was_measured_is_not_fetched_again(shop: Path) -> None:
    with serving() as server:
        server.hold("1.0.0", WEB)
        image = f"{server.host}/web:1.0.0"
        pod = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [%s]}}\n"
        text = pod % f'{{name: web, image: "{image}"}}'
        (shop / "web.yaml").write_text(text, encoding="utf-8")

        def layers(*arguments: str) -> int:
            server.seen.clear()
            ran = images(shop, *arguments, DOCKER_CONFIG=str(shop / "none"))
            assert (ran.code, ran.err) == (0, ""), ran.out
            return sum(sha256(LAYER.packed) in path for path, _ in server.seen)

        assert layers("lock", "web.yaml") == 1
        before = (shop / "images.lock").read_text(encoding="utf-8")
        assert layers("lock", "web.yaml") == 0
        assert (shop / "images.lock").read_text(encoding="utf-8") == before
        # Another image of which one layer is new.
        server.hold("1.0.0", API)
        assert layers("lock", "web.yaml") == 0
        [entry] = yaml.safe_load((shop / "images.lock").read_text(encoding="utf-8"))["images"]
        assert (entry["unpacked"], entry["measured"]) == (4_000_000, True)
        assert layers("check", "web.yaml", "--with-layers") == 1
        # What is known stays known.
        assert layers("lock", "web.yaml", "--without-layers") == 0
        assert layers("lock", "web.yaml") == 0


def test_one_target_leaves_the_entries_of_the_others_alone(shop: Path) -> None:
    assert images(shop, "lock", "overlays/local", "--from", "../local.tar").code == 0
    assert images(shop, "lock", "overlays/prod", *LAYOUT).code == 0
    found = yaml.safe_load((shop / "images.lock").read_text(encoding="utf-8"))["images"]
    assert len(found) == 3


def test_what_nobody_names_any_more_goes(shop: Path) -> None:
    assert images(shop, "lock", *LAYOUT, "--from", "../local.tar").code == 0
    (shop / "overlays/prod/kustomization.yaml").write_text("resources: [../../base]\n")
    ran = images(shop, "check", "--offline", "--format", "json")
    states = {image["reference"]: image["state"] for image in json.loads(ran.out)["images"]}
    assert (ran.code, states) == (
        1,
        {
            "docker.io/library/web:latest": "missing",
            "docker.io/library/web:local": "same",
            "reg.example.com/api:1.0.0": "unused",
            "reg.example.com/web:1.0.0": "unused",
        },
    )
    assert images(shop, "lock", *LAYOUT, "--from", "../local.tar").code == 3
    found = yaml.safe_load((shop / "images.lock").read_text(encoding="utf-8"))["images"]
    assert [entry["reference"] for entry in found] == ["docker.io/library/web:local"]


def test_a_lock_that_somebody_edited_is_noticed(shop: Path) -> None:
    assert images(shop, "lock", "overlays/prod", *LAYOUT).code == 0
    file = shop / "images.lock"
    text = file.read_text(encoding="utf-8")
    for old, new, words in (
        (
            "unpacked: 4000000",
            "unpacked: 9",
            "has 4,000,000 bytes unpacked, where the lock says 9,",
        ),
        ("user: '1000'", "user: '0'", "has another user than the lock says"),
        ("- 8000/tcp", "- 80/tcp", "has other ports than the lock says"),
    ):
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        ran = images(shop, "check", "overlays/prod", *LAYOUT, "--with-layers")
        assert (ran.code, f"    {words} on linux/amd64" in ran.out) == (1, True), ran.out


def test_digests_are_written_where_they_can_be(shop: Path) -> None:
    overlay = shop / "overlays/prod/kustomization.yaml"
    before = overlay.read_text(encoding="utf-8")
    ran = images(shop, "lock", "overlays/prod", *LAYOUT, "--write-digests")
    # The other image stands in a manifest, without an entry that could take a digest.
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "gitops-gate: overlays/prod/api.yaml:4:40: no entry under `images` sets the tag of "
        "'reg.example.com/api:1.0.0'; add one with `newTag`, so that its digest has a place",
        f"overlays/prod/kustomization.yaml:6:13: reg.example.com/web:1.0.0 is {WEB.digest}",
    ]
    digest = f"    digest: {WEB.digest}\n"
    assert overlay.read_text(encoding="utf-8") == before + digest


def test_nothing_is_written_if_more_than_digests_would_change(shop: Path) -> None:
    plant(
        shop,
        """
        --- overlays/prod/kustomization.yaml
        resources: [../../base]
        images: [{name: web, newName: reg.example.com/web, newTag: 1.0.0}]
        replacements:
          - source: {kind: Deployment, fieldPath: "spec.template.spec.containers.0.image"}
            targets:
              - select: {kind: Deployment}
                fieldPaths: [metadata.annotations.image]
                options: {create: true}
        """,
    )
    overlay = shop / "overlays/prod/kustomization.yaml"
    before = overlay.read_text(encoding="utf-8")
    ran = images(shop, "lock", "overlays/prod", *LAYOUT, "--write-digests")
    assert ran.code == 3
    assert ran.err == (
        "gitops-gate: nothing is written: the digests would change metadata.annotations.image of "
        "Deployment/web in overlays/prod, from 'reg.example.com/web:1.0.0' to "
        f"'reg.example.com/web:1.0.0@{WEB.digest}'\n"
    )
    assert overlay.read_text(encoding="utf-8") == before


def test_an_entry_that_another_overlay_shares_is_proven_for_both(shop: Path) -> None:
    """The entry stands in the base: whoever builds on it gets the digest too, and is rendered."""
    plant(
        shop,
        """
        --- base/kustomization.yaml
        resources: [web.yaml]
        images:
        - name: web
          newName: reg.example.com/web
          newTag: 1.0.0
        --- overlays/prod/kustomization.yaml
        resources: [../../base]
        --- overlays/local/kustomization.yaml
        resources: [../../base]
        configMapGenerator: [{name: files, files: [note.txt]}]
        --- overlays/local/note.txt
        a note
        """,
    )
    ran = images(shop, "lock", "overlays/prod", *LAYOUT, "--write-digests")
    assert (ran.code, ran.out[:1]) == (0, "✓")
    assert (
        (shop / "base/kustomization.yaml")
        .read_text(encoding="utf-8")
        .endswith(f"  newTag: 1.0.0\n  digest: {WEB.digest}\n")
    )


def test_a_digest_that_a_tag_has_left_behind_is_kept_beside_it(shop: Path) -> None:
    """One overlay pins what another one's tag does not name any more."""
    old = MadeImage([LAYER], run={"User": "7"})
    index = MadeIndex([WEB])
    layout(shop.parent / "both", {"reg.example.com/web:1.0.0": index})
    plant(
        shop,
        f"""
        --- overlays/prod/kustomization.yaml
        resources: [../../base]
        images: [{{name: web, newName: reg.example.com/web, newTag: 1.0.0, digest: "{old.digest}"}}]
        --- overlays/local/kustomization.yaml
        resources: [../../base]
        images: [{{name: web, newName: reg.example.com/web, newTag: 1.0.0}}]
        """,
    )
    layout(shop.parent / "old", {"reg.example.com/web:1.0.0": old})
    sources = ("--offline", "--from", "../both", "--from", "../old")
    assert images(shop, "lock", *sources).code == 0
    found = yaml.safe_load((shop / "images.lock").read_text(encoding="utf-8"))["images"]
    assert [(e["reference"], e["user"]) for e in found] == [
        ("reg.example.com/web:1.0.0", "1000"),
        (f"reg.example.com/web:1.0.0@{old.digest}", "7"),
    ]


@contextmanager
def engine(socket: Path, content: bytes) -> Iterator[list[str]]:
    """What a Docker engine answers on its socket: one image to export. No engine runs here."""
    asked: list[str] = []

    class Api(Exchange):
        def address_string(self) -> str:
            return "local"

        def do_GET(self) -> None:
            asked.append(self.path)
            if self.path == "/images/web%3Alocal/get":
                self.answer(200, content, {"Content-Type": "application/x-tar"})
            else:
                self.answer(404, b'{"message": "No such image"}')

    with ThreadingUnixStreamServer(str(socket), Api) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()


def test_a_docker_engine_exports_what_it_has(shop: Path) -> None:
    content = (shop.parent / "local.tar").read_bytes()
    socket = shop.parent / "engine.sock"
    with engine(socket, content) as asked:
        address = f"unix://{socket}"
        ran = images(shop, "lock", "overlays/local", "--from", "engine", DOCKER_HOST=address)
        assert (ran.code, ran.err) == (0, "")
        assert asked == ["/images/web%3Alocal/get"]
        ran = images(
            shop, "lock", "overlays/prod", "--offline", "--from", "engine", DOCKER_HOST=address
        )
        assert "the Docker engine does not have it" in ran.out
    ran = images(shop, "lock", "overlays/local", "--from", "engine", DOCKER_HOST=address)
    assert (ran.code, f"no Docker engine answers at {address}" in ran.out) == (3, True)
    ran = images(shop, "lock", "overlays/local", "--from", "engine", DOCKER_HOST="ssh://far")
    assert "DOCKER_HOST ssh://far is no engine on this machine" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["lock", "nowhere"], 2, "there is no nowhere; name a folder or a YAML file"),
        (["lock", "--from", "nowhere"], 2, "--from nowhere: there is no nowhere"),
        (["lock", "--jobs", "0"], 2, "--jobs and --timeout need a number above 0"),
        (["lock", "--ca-file", "x"], 2, "there is no x; --ca-file names certificates (PEM)"),
        (["check", "--config", "x.yaml"], 2, "there is no x.yaml"),
        (["check", "broken"], 3, "broken"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    shop: Path, arguments: list[str], code: int, words: str
) -> None:
    plant(shop, "--- broken/kustomization.yaml\nresources: [gone.yaml]\n")
    ran = images(shop, *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert ran.err.startswith("gitops-gate: ")
    assert words in ran.err


def test_a_damaged_lock_is_named_with_its_place(shop: Path) -> None:
    (shop / "images.lock").write_text("version: 9\nimages: []\n", encoding="utf-8")
    ran = images(shop, "check", "--offline")
    assert (ran.code, ran.err) == (
        2,
        "gitops-gate: images.lock:1:10: version is 9, must be 1\n",
    )


def test_a_repository_without_images_has_nothing_to_lock(tmp_path: Path) -> None:
    plant(tmp_path, "--- one.yaml\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")
    ran = images(tmp_path, "lock")
    assert (ran.code, ran.out) == (0, "no manifest names an image\n")
    assert not (tmp_path / "images.lock").exists()
