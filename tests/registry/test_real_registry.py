"""The command against Debian's docker-registry, with images that skopeo pushes.

`make test-registry` runs these; they need both programs, and openssl.
"""

import json
import os
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from tests.command import Ran, run
from tests.images.made import MadeImage, MadeIndex, MadeLayer, layout, sha256, tar_of
from tests.listening import listeners
from tests.miniature import plant
from tests.registry.real import (
    HTPASSWD,
    PASSWORD,
    USER,
    RealRegistry,
    certificate,
    docker_config,
    registry,
    skopeo,
)
from tests.registry.tokens import SERVICE, tokens

pytestmark = pytest.mark.registry

BASE = MadeLayer(tar_of({"lib": b"l" * 500_000}))
WEB = MadeLayer(tar_of({"web": b"w" * 8_000}), "zstd")
API = MadeLayer(tar_of({"api": b"a" * 300}))
RUN = {"User": "1000", "ExposedPorts": {"8000/tcp": {}}, "Entrypoint": ["/web"]}


def shop(root: Path, host: str) -> Path:
    """A repository with an overlay that takes two images from a registry."""
    return plant(
        root,
        f"""
        --- base/kustomization.yaml
        resources: [pods.yaml]
        --- base/pods.yaml
        apiVersion: v1
        kind: Pod
        metadata: {{name: web}}
        spec: {{containers: [{{name: web, image: web}}, {{name: api, image: "api:1.0.0"}}]}}
        --- overlays/prod/kustomization.yaml
        resources: [../../base]
        # Where they come from.
        images:
          - name: web  # the shop window
            newName: {host}/shop/web
            newTag: 1.0.0

          - name: api
            newName: {host}/shop/api
            newTag: 1.0.0
        """,
    )


def images(root: Path, *arguments: str, **environment: str) -> Ran:
    # No login of whoever runs the tests.
    return run(
        "images",
        *arguments,
        cwd=root,
        environment={"DOCKER_CONFIG": str(root / "none"), "XDG_RUNTIME_DIR": "", **environment},
    )


def locked(root: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((root / "images.lock").read_text())["images"]
    return found


def push_both(real: RealRegistry) -> tuple[MadeIndex, MadeImage]:
    # The attestation of the index is no manifest that a registry would take.
    web = MadeIndex(
        [MadeImage([BASE, WEB], p, RUN) for p in ("linux/amd64", "linux/arm64")], attested=False
    )
    api = MadeImage([BASE, API], run={"User": "2000"})
    real.push("shop/web:1.0.0", web)
    real.push("shop/api:1.0.0", api)
    return web, api


def test_everything_about_images_of_a_registry(tmp_path: Path) -> None:
    with registry(tmp_path) as real:
        web, api = push_both(real)
        root = shop(tmp_path / "repository", real.host)
        ran = images(root, "lock")
        assert (ran.code, ran.err) == (0, "")
        assert real.digest("shop/web:1.0.0") == web.digest
        assert real.digest("shop/api:1.0.0") == api.digest
        again = images(root, "lock")
        assert (again.code, again.out) == (0, ran.out)

        found = locked(root)
        assert [(e["reference"].partition("/")[2], e["platform"]) for e in found] == [
            ("shop/api:1.0.0", "linux/amd64"),
            ("shop/web:1.0.0", "linux/amd64"),
            ("shop/web:1.0.0", "linux/arm64"),
        ]
        assert found[1] == {
            "reference": f"{real.host}/shop/web:1.0.0",
            "platform": "linux/amd64",
            "index": web.digest,
            "digest": MadeImage([BASE, WEB], "linux/amd64", RUN).digest,
            "config": sha256(MadeImage([BASE, WEB], "linux/amd64", RUN).config),
            "compressed": len(BASE.packed) + len(WEB.packed),
            "unpacked": 508_000,
            "measured": True,
            "ports": ["8000/tcp"],
            "user": "1000",
            "entrypoint": ["/web"],
            "created": "2026-01-31T10:00:00.5Z",
            "layers": [
                {
                    "digest": sha256(layer.packed),
                    "diffId": sha256(layer.tar),
                    "compressed": len(layer.packed),
                    "unpacked": unpacked,
                }
                for layer, unpacked in ((BASE, 500_000), (WEB, 8_000))
            ],
        }
        # The base that both share counts once: 500,000 + 8,000 + 300 bytes.
        assert "0.5 MB unpacked together on linux/amd64" in ran.out
        check = images(root, "check", "--with-layers")
        assert (check.code, check.err) == (0, "")


def test_layers_need_not_be_fetched(tmp_path: Path) -> None:
    with registry(tmp_path) as real:
        push_both(real)
        root = shop(tmp_path / "repository", real.host)
        ran = images(root, "lock", "--without-layers", "--platform", "linux/arm64")
        # The other image is there for one platform only.
        assert ran.code == 3
        assert "it is not there for linux/arm64" in ran.out
        [entry] = locked(root)
        assert (entry["platform"], entry["unpacked"], entry["measured"]) == (
            "linux/arm64",
            None,
            False,
        )
        assert images(root, "lock", "--without-layers").code == 0


def test_a_tag_that_moves_is_noticed_and_so_is_an_image_that_is_gone(tmp_path: Path) -> None:
    with registry(tmp_path) as real:
        web, _ = push_both(real)
        root = shop(tmp_path / "repository", real.host)
        assert images(root, "lock").code == 0
        moved = MadeImage([API])
        real.push("shop/web:1.0.0", moved)
        real.delete("shop/api:1.0.0")
        ran = images(root, "check", "--format", "json")
        assert ran.code == 1
        assert [(i["state"], i["reasons"]) for i in json.loads(ran.out)["images"]] == [
            ("other", [f"{real.host} has no such image"]),
            (
                "other",
                [
                    f"is another image now: its digest is {moved.digest}, and the lock says "
                    f"{web.digest}",
                    "is no longer there for linux/arm64",
                ],
            ),
        ]


def test_digests_are_written_and_nothing_else_changes(tmp_path: Path) -> None:
    with registry(tmp_path) as real:
        web, api = push_both(real)
        root = shop(tmp_path / "repository", real.host)
        file = root / "overlays/prod/kustomization.yaml"
        before = file.read_text(encoding="utf-8")
        ran = images(root, "lock", "overlays/prod", "--write-digests")
        assert ran.code == 0
        tag = "    newTag: 1.0.0\n"
        first, second, rest = before.split(tag)
        assert file.read_text(encoding="utf-8") == (
            f"{first}{tag}    digest: {web.digest}\n{second}{tag}    digest: {api.digest}\n{rest}"
        )
        assert images(root, "check").code == 0

        # Somebody publishes again under the same tag: what runs is still what was locked.
        newer = MadeImage([API], run={"User": "3000"})
        real.push("shop/api:1.0.0", newer)
        assert images(root, "check").code == 1
        assert images(root, "lock", "overlays/prod").code == 0
        assert api.digest in file.read_text(encoding="utf-8")
        assert images(root, "lock", "overlays/prod", "--write-digests").code == 0
        assert newer.digest in file.read_text(encoding="utf-8")
        assert locked(root)[0]["user"] == "3000"


def test_a_registry_with_tls_and_a_password(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    (tmp_path / "htpasswd").write_text(HTPASSWD, encoding="ascii")
    auth = {"htpasswd": {"realm": "shop", "path": str(tmp_path / "htpasswd")}}
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    (trusted / "ca.crt").write_bytes(made[0].read_bytes())
    options = [f"cert-dir={trusted}", f"creds={USER}:{PASSWORD}"]
    with registry(tmp_path, auth, made, options) as real:
        push_both(real)
        root = shop(tmp_path / "repository", real.host)
        login = docker_config(tmp_path / "login", real.host)
        wrong = docker_config(tmp_path / "wrong", real.host, "another")
        ca = ("--ca-file", str(made[0]))

        ran = images(root, "lock", DOCKER_CONFIG=login)
        assert ran.code == 3
        assert "offers no encryption that can be trusted: self-signed certificate" in ran.out
        ran = images(root, "lock", *ca)
        assert "wants a login, and there is none for it; run docker login" in ran.out
        ran = images(root, "lock", *ca, DOCKER_CONFIG=wrong)
        assert ran.code == 3
        assert "refuses the image to this login" in ran.out
        assert not (root / "images.lock").exists()

        ran = images(root, "lock", *ca, DOCKER_CONFIG=login)
        assert (ran.code, ran.err) == (0, "")
        assert len(locked(root)) == 3
        told = ran.out + (root / "images.lock").read_text(encoding="utf-8")
        assert PASSWORD not in told


def test_a_registry_with_tokens(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    with tokens(*made) as server:
        auth = {
            "token": {
                "realm": server.realm,
                "service": SERVICE,
                "issuer": "tokens",
                "rootcertbundle": str(made[0]),
            }
        }
        with registry(tmp_path, auth, options=[f"creds={USER}:{PASSWORD}"]) as real:
            push_both(real)
            root = shop(tmp_path / "repository", real.host)
            assert images(root, "lock").code == 3
            login = docker_config(tmp_path / "login", real.host)
            ran = images(root, "lock", DOCKER_CONFIG=login)
            assert (ran.code, ran.err) == (0, "")
            assert len(locked(root)) == 3


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks in /proc for sockets")
def test_nobody_else_on_the_network_reaches_the_servers(tmp_path: Path) -> None:
    with tokens(*certificate(tmp_path)) as server, registry(tmp_path) as real:
        # The first is of this process, the second of one that it started.
        found = {(each.address, each.port) for each in listeners(os.getpid())}
        assert found == {
            ("127.0.0.1", server.server_port),
            ("127.0.0.1", int(real.host.partition(":")[2])),
        }


def test_what_skopeo_saves_for_docker_is_read(tmp_path: Path) -> None:
    image = MadeImage([BASE, API], run=RUN)
    source = layout(tmp_path / "layout", {"it": image})
    archive = tmp_path / "web.tar"
    skopeo("copy", f"oci:{source}:it", f"docker-archive:{archive}:web:phase4")
    root = plant(
        tmp_path / "repository",
        """
        --- pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: web, image: "web:phase4", imagePullPolicy: Never}]}
        """,
    )
    ran = images(root, "lock", "--from", str(archive))
    assert (ran.code, ran.err) == (0, "")
    [entry] = locked(root)
    assert entry["reference"] == "docker.io/library/web:phase4"
    assert (entry["compressed"], entry["unpacked"], entry["measured"]) == (None, 500_300, True)
    assert entry["user"] == "1000"
    assert "digest" not in entry
    assert [layer["diffId"] for layer in entry["layers"]] == [sha256(BASE.tar), sha256(API.tar)]
    assert images(root, "check", "--from", str(archive)).code == 0
    assert dedent(images(root, "check").out).startswith("- docker.io/library/web:phase4")
