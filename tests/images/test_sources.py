"""Images that lie in folders and archives, and what is read of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.images.made import (
    MadeImage,
    MadeIndex,
    MadeLayer,
    layout,
    layout_files,
    saved,
    sha256,
    tar_of,
)
from tools.images.examine import Wish
from tools.images.failure import ImageFailure, NoSuchImage, Untrustworthy
from tools.images.lock import Entry, Layer
from tools.images.sources import Misnamed, local_source
from tools.kubernetes.image_reference import parse_image

OCI = "application/vnd.oci.image"
BASE = MadeLayer(tar_of({"lib": b"l" * 5000}))
APP = MadeLayer(tar_of({"app": b"a" * 800}), "zstd")
RUN = {
    "User": "1000:1000",
    "ExposedPorts": {"8000/tcp": {}, "53/udp": {}, "443": {}, "70000/tcp": {}, "odd": {}},
    "Entrypoint": ["/bin/web"],
    "Cmd": ["--port", "8000"],
    "Labels": {"b": "2", "a": "1"},
}
NAME = "registry.example.com/shop/web:1.0.0"


def find(source: str, image: str = NAME, **wish: Any) -> list[Entry]:
    wanted = Wish(**wish)
    return local_source(source, wanted).entries(parse_image(image), wanted)


def test_everything_that_an_image_says_is_read(tmp_path: Path) -> None:
    image = MadeImage([BASE, APP], "linux/arm64/v8", RUN)
    folder = layout(tmp_path / "layout", {NAME: image})
    assert find(str(folder)) == [
        Entry(
            parse_image(NAME),
            "linux/arm64/v8",
            "",
            image.digest,
            sha256(image.config),
            len(BASE.packed) + len(APP.packed),
            5800,
            True,
            ((53, "UDP"), (443, "TCP"), (8000, "TCP")),
            "1000:1000",
            ("/bin/web",),
            ("--port", "8000"),
            "2026-01-31T10:00:00.5Z",
            {"a": "1", "b": "2"},
            (
                Layer(sha256(BASE.packed), sha256(BASE.tar), len(BASE.packed), 5000),
                Layer(sha256(APP.packed), sha256(APP.tar), len(APP.packed), 800),
            ),
        )
    ]


def test_an_index_has_an_entry_for_each_platform_and_none_for_what_it_attests(
    tmp_path: Path,
) -> None:
    images = [MadeImage([BASE, APP], platform) for platform in ("linux/arm64", "linux/amd64")]
    index = MadeIndex(images)
    folder = str(layout(tmp_path, {NAME: index}))

    found = find(folder)
    assert [(e.platform, e.index_digest, e.digest) for e in found] == [
        ("linux/amd64", index.digest, images[1].digest),
        ("linux/arm64", index.digest, images[0].digest),
    ]
    assert [e.platform for e in find(folder, platforms=("linux/arm64",))] == ["linux/arm64"]
    with pytest.raises(NoSuchImage, match="it is not there for windows/amd64"):
        find(folder, platforms=("windows/amd64",))
    # By the digest of the index, and by that of none of its images, which is no name of a layout.
    assert len(find(folder, f"{NAME}@{index.digest}")) == 2
    with pytest.raises(NoSuchImage):
        find(folder, f"{NAME}@{sha256(b'another')}")


def test_an_archive_that_holds_a_layout_is_one(tmp_path: Path) -> None:
    image = MadeImage([BASE])
    file = tmp_path / "image.tar"
    file.write_bytes(tar_of({f"./{n}": c for n, c in layout_files({NAME: image}).items()}))
    assert [(e.digest, e.unpacked) for e in find(str(file))] == [(image.digest, 5000)]


def test_docker_save_knows_no_digest_of_a_registry(tmp_path: Path) -> None:
    image = MadeImage([BASE, APP], run=RUN)
    other = MadeImage([BASE])
    file = str(saved(tmp_path / "x.tar", {"web:phase4": image, "shop/api:1": other}))

    [found] = find(file, "docker.io/library/web:phase4")
    assert (found.pinned, found.config_digest) == ("", sha256(image.config))
    assert (found.compressed, found.unpacked, found.measured) == (None, 5800, True)
    assert found.layers == (
        Layer("", sha256(BASE.tar), None, 5000),
        Layer("", sha256(APP.tar), None, 800),
    )
    assert find(file, "shop/api:1")[0].unpacked == 5000
    with pytest.raises(NoSuchImage, match="does not have it"):
        find(file, "web:phase5")
    with pytest.raises(NoSuchImage, match="which only a registry gives"):
        find(file, f"web:phase4@{sha256(b'x')}")


def test_a_tag_alone_in_a_layout_is_only_believed_for_the_image_that_the_user_names(
    tmp_path: Path,
) -> None:
    folder = layout(tmp_path, {"1.0.0": MadeImage([BASE])})
    with pytest.raises(NoSuchImage, match="does not have it under this name"):
        find(str(folder))
    assert [e.unpacked for e in find(f"{NAME}={folder}")] == [5000]
    with pytest.raises(NoSuchImage):
        find(f"{NAME}={folder}", "registry.example.com/shop/api:1.0.0")


def test_the_only_image_of_a_layout_or_an_archive_can_be_named_at_all(tmp_path: Path) -> None:
    folder = layout(tmp_path / "layout", {"": MadeImage([BASE])})
    assert len(find(f"{NAME}={folder}")) == 1
    file = saved(tmp_path / "x.tar", {"built:here": MadeImage([BASE])})
    assert len(find(f"{NAME}={file}")) == 1
    two = layout(tmp_path / "two", {"a": MadeImage([BASE]), "b": MadeImage([APP])})
    with pytest.raises(NoSuchImage, match="2 images, and none under this name"):
        find(f"{NAME}={two}")


def test_a_blob_that_was_changed_is_noticed(tmp_path: Path) -> None:
    image = MadeImage([BASE])
    folder = layout(tmp_path, {NAME: image})
    blob = folder / "blobs" / sha256(BASE.packed).replace(":", "/")

    blob.write_bytes(MadeLayer(tar_of({"lib": b"m" * 5000})).packed.ljust(len(BASE.packed), b"\0"))
    with pytest.raises(Untrustworthy, match=r"should have the digest|is larger than"):
        find(str(folder))
    blob.write_bytes(BASE.packed[:-1])
    with pytest.raises(Untrustworthy):
        find(str(folder))
    blob.unlink()
    with pytest.raises(NoSuchImage, match="holds no blobs/"):
        find(str(folder))
    # Whoever does not want the layers does not miss them.
    assert [e.unpacked for e in find(str(folder), measure=False)] == [None]


def test_layers_that_the_configuration_does_not_name_are_refused(tmp_path: Path) -> None:
    image = MadeImage([BASE])
    config = json.loads(image.config)
    for diff_ids, words in (
        ([sha256(b"another")], "a layer unpacks to"),
        ([], "not the same number of layers"),
        (["odd"], "what are no digests"),
    ):
        config["rootfs"]["diff_ids"] = diff_ids
        content = json.dumps(config).encode()
        manifest = {
            "schemaVersion": 2,
            "config": image.add(f"{OCI}.config.v1+json", content),
            "layers": [image.add(BASE.media_type, BASE.packed)],
        }
        image.descriptor = image.add(f"{OCI}.manifest.v1+json", json.dumps(manifest).encode())
        folder = layout(tmp_path / words.replace(" ", "-"), {NAME: image})
        with pytest.raises(Untrustworthy, match=words):
            find(str(folder))


def manifest(**fields: Any) -> dict[str, Any]:
    config = {"mediaType": f"{OCI}.config.v1+json", "digest": sha256(b""), "size": 0}
    return {"schemaVersion": 2, "config": config, "layers": [], **fields}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "is no JSON"),
        (b"[]", "is no JSON object"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"schemaVersion": 1}', "a format that Docker has given up"),
        (json.dumps(manifest(layers=None)).encode(), "no list of layers"),
        (json.dumps(manifest(layers=[{}])).encode(), r"no digest .* in layers\[0\]"),
        (json.dumps(manifest(layers=[7])).encode(), r"no digest .* in layers\[0\]"),
        (
            json.dumps(manifest(layers=[{"digest": "sha256:../../etc", "size": 1}])).encode(),
            r"no digest .* in layers\[0\]",
        ),
        (
            json.dumps(manifest(layers=[{"digest": sha256(b""), "size": -1}])).encode(),
            r"states no size in layers\[0\]",
        ),
        (
            json.dumps(
                manifest(config={"mediaType": "chart", "digest": sha256(b""), "size": 1})
            ).encode(),
            "it is no image: its configuration is 'chart'",
        ),
        (json.dumps(manifest(config={"digest": "md5:1", "size": 1})).encode(), "no digest"),
    ],
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    image = MadeImage([BASE])
    image.descriptor = image.add(f"{OCI}.manifest.v1+json", content)
    folder = layout(tmp_path, {NAME: image})
    with pytest.raises(Untrustworthy, match=words):
        find(str(folder))


def test_indexes_do_not_nest_for_ever(tmp_path: Path) -> None:
    image = MadeImage([BASE])
    for _ in range(6):
        content = json.dumps({"schemaVersion": 2, "manifests": [image.descriptor]}).encode()
        image.descriptor = image.add(f"{OCI}.index.v1+json", content)
    with pytest.raises(Untrustworthy, match="indexes without end"):
        find(str(layout(tmp_path, {NAME: image})))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nowhere", "--from nowhere: there is no nowhere"),
        ("empty", "--from empty is neither an OCI layout nor an archive of docker save"),
        ("note.txt", "--from note.txt: note.txt is no tar archive, or is cut off"),
        ("No Image=empty", "--from No Image=empty: 'No Image' is no image"),
    ],
)
def test_what_is_no_source_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("note.txt").write_text("a note", encoding="utf-8")
    with pytest.raises(Misnamed, match=words):
        local_source(source, Wish())


@pytest.mark.parametrize(
    "items",
    [
        b"{",
        b"{}",
        b"[1]",
        b'[{"RepoTags": ["web:1"]}]',
        b'[{"RepoTags": ["web:1"], "Config": "../../etc/passwd", "Layers": []}]',
        b'[{"RepoTags": ["web:1"], "Config": "link", "Layers": []}]',
    ],
)
def test_an_archive_cannot_lead_out_of_itself(tmp_path: Path, items: bytes) -> None:
    file = tmp_path / "x.tar"
    file.write_bytes(tar_of({"manifest.json": items}))
    with pytest.raises(ImageFailure):
        find(str(file), "web:1")
