"""`images.lock`: what is read, what is refused, and what is found in it."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.miniature import plant
from tools.images.lock import ABSENT, NAME, SCHEMA, ImageLock, Layer, read_lock, shared_bytes
from tools.kubernetes.image_reference import parse_image
from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import Config
from tools.rules.gate import Gate
from tools.rules.rule import Severity
from tools.source.document import parse
from tools.source.place import Place, SourceError
from tools.source.repository import Repository
from tools.source.targets import every_target


def digest(character: str) -> str:
    return f"sha256:{character * 64}"


ENTRY = f"""\
version: 1
images:
  - reference: registry.example.com/shop/web:1.4.2
    platform: linux/arm64/v8
    index: {digest("1")}
    digest: {digest("2")}
    config: {digest("6")}
    compressed: 30
    unpacked: 90
    measured: true
    ports: [8000/tcp, 53/udp]
    user: "1000:1000"
    entrypoint: [/bin/web]
    command: [--port, "8000"]
    created: 2026-01-31T10:00:00Z
    labels: {{org.opencontainers.image.revision: "4242"}}
    layers:
      - {{digest: {digest("3")}, diffId: {digest("4")}, compressed: 10, unpacked: 30}}
      - {{digest: {digest("5")}, compressed: 20, unpacked: 60}}
"""


def lock(root: Path, text: str) -> ImageLock:
    (root / NAME).write_text(dedent(text), encoding="utf-8")
    return read_lock(Repository(root))


def entry(reference: str, platform: str = "linux/amd64", **fields: Any) -> str:
    """An entry with the fields that it must have, and those given."""
    values: dict[str, Any] = {
        "reference": reference,
        "platform": platform,
        "digest": digest("d"),
        "compressed": 1,
        "unpacked": 1,
        "measured": True,
        "ports": [],
        "user": "",
        "layers": [],
    }
    return f"  - {json.dumps({**values, **fields})}\n"


def test_every_field_of_an_entry_is_read(tmp_path: Path) -> None:
    [found] = lock(tmp_path, ENTRY).entries

    assert str(found.reference) == "registry.example.com/shop/web:1.4.2"
    assert (found.platform, found.index_digest, found.digest, found.config_digest) == (
        "linux/arm64/v8",
        digest("1"),
        digest("2"),
        digest("6"),
    )
    assert (found.compressed, found.unpacked, found.measured) == (30, 90, True)
    assert found.ports == ((8000, "TCP"), (53, "UDP"))
    assert (found.user, found.entrypoint, found.command) == (
        "1000:1000",
        ("/bin/web",),
        ("--port", "8000"),
    )
    assert found.created == "2026-01-31T10:00:00Z"
    assert found.labels == {"org.opencontainers.image.revision": "4242"}
    assert found.layers == (
        Layer(digest("3"), digest("4"), 10, 30),
        Layer(digest("5"), "", 20, 60),
    )


def test_a_repository_without_the_file_has_no_entries(tmp_path: Path) -> None:
    assert read_lock(Repository(tmp_path)) is ABSENT
    assert (ABSENT.entries, ABSENT.state) == ((), "there is no images.lock")


@pytest.mark.parametrize(
    ("old", "new", "sentence", "at"),
    [
        ("version: 1", "version: 2", "version is 2, must be 1", (1, 10)),
        ("    platform: linux/arm64/v8\n", "", "images[0].platform is missing", (3, 5)),
        ("user:", "User:", "unknown field 'User' in images[0]; did you mean 'user'?", (12, 11)),
        ('user: "1000:1000"', "user: 1000", "images[0].user is 1000, must be a string", (12, 11)),
        ("unpacked: 90", "unpacked: -1", "images[0].unpacked is -1, must be at least 0", (9, 15)),
        (
            "shop/web:1.4.2",
            "shop/Web:1.4.2",
            "'registry.example.com/shop/Web:1.4.2' is no image reference: the repository "
            "'shop/Web' has upper case letters",
            (3, 16),
        ),
        ("measured: true", "measured: true\n    measured: false",
         "the key 'measured' stands twice", (11, 5)),
        ("version: 1\n", "version: 1\n---\n", "images.lock is one YAML map", (1, 1)),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, sentence: str, at: tuple[int, int]
) -> None:
    assert old in ENTRY
    with pytest.raises(SourceError) as raised:
        lock(tmp_path, ENTRY.replace(old, new))
    assert (raised.value.sentence, raised.value.place) == (sentence, Place(NAME, *at))


def test_an_image_has_one_entry_for_each_platform(tmp_path: Path) -> None:
    text = f"version: 1\nimages:\n{entry('web:1')}{entry('web:1', 'linux/arm64')}"
    assert len(lock(tmp_path, text).entries) == 2

    with pytest.raises(SourceError) as raised:
        lock(tmp_path, f"{text}{entry('docker.io/library/web:1')}")
    assert raised.value.sentence == "a second entry for docker.io/library/web:1 on linux/amd64"
    assert raised.value.place
    assert raised.value.place.line == 5


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("web:1", ["linux/amd64", "linux/arm64"]),
        ("docker.io/library/web:1", ["linux/amd64", "linux/arm64"]),
        (f"web:1@{digest('0')}", ["linux/amd64", "linux/arm64"]),
        (f"web@{digest('0')}", ["linux/amd64", "linux/arm64"]),
        (f"web@{digest('1')}", ["linux/amd64"]),
        (f"web:1@{digest('9')}", []),
        ("web:2", []),
        ("web", ["linux/s390x"]),
        ("shop/web:1", []),
        ("registry.example.com/web:1", []),
    ],
)
def test_a_digest_decides_before_the_tag(tmp_path: Path, image: str, found: list[str]) -> None:
    text = "version: 1\nimages:\n"
    text += entry("web:1", index=digest("0"), digest=digest("1"))
    text += entry("web:1", "linux/arm64", index=digest("0"), digest=digest("2"))
    text += entry("web", "linux/s390x", digest=digest("3"))
    entries = lock(tmp_path, text).find(parse_image(image))
    assert [entry.platform for entry in entries] == found


def test_a_layer_that_images_share_counts_once(tmp_path: Path) -> None:
    def layer(name: str, unpacked: int, **more: str) -> dict[str, Any]:
        return {"digest": digest(name), "compressed": 1, "unpacked": unpacked, **more}

    text = "version: 1\nimages:\n"
    # The second image compresses the first layer otherwise.
    text += entry("one:1", layers=[layer("a", 100, diffId=digest("f")), layer("b", 10)])
    text += entry("two:1", layers=[layer("c", 100, diffId=digest("f")), layer("d", 1)])
    text += entry("three:1", unpacked=1000)
    assert shared_bytes(lock(tmp_path, text).entries) == 1111


def test_sizes_that_nobody_knows_make_the_sum_unknown(tmp_path: Path) -> None:
    unknown = [{"digest": digest("a"), "compressed": 7, "unpacked": None}]
    text = "version: 1\nimages:\n" + entry("one:1", unpacked=None, measured=False, layers=unknown)
    [found] = lock(tmp_path, text).entries
    assert (found.compressed, found.unpacked) == (1, None)
    assert shared_bytes([found]) is None


def test_an_image_that_was_never_in_a_registry_has_only_the_digest_of_its_configuration(
    tmp_path: Path,
) -> None:
    local = json.loads(entry("web:1", config=digest("c"), compressed=None).removeprefix("  - "))
    del local["digest"]
    text = "version: 1\nimages:\n" + f"  - {json.dumps(local)}\n"
    [found] = lock(tmp_path, text).entries
    assert (found.pinned, found.config_digest) == ("", digest("c"))
    # It answers for its tag, and for no digest at all.
    assert read_lock(Repository(tmp_path)).find(parse_image("web:1")) == [found]
    assert read_lock(Repository(tmp_path)).find(parse_image(f"web:1@{digest('c')}")) == []

    del local["config"]
    with pytest.raises(SourceError):
        lock(tmp_path, "version: 1\nimages:\n" + f"  - {json.dumps(local)}\n")


def test_the_example_of_the_format_is_valid_and_the_schema_says_what_each_field_is() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    described = {**schema["$defs"]["image"]["properties"], **schema["$defs"]["layer"]["properties"]}

    assert [name for name, field in described.items() if not field.get("description")] == []
    [document] = parse(ENTRY, NAME)
    assert set(document.data["images"][0]) == set(schema["$defs"]["image"]["properties"])


def test_a_lock_that_cannot_be_read_blocks_the_run_once(tmp_path: Path) -> None:
    root = plant(
        tmp_path,
        """
        --- images.lock
        version: 7
        images: []
        --- one/pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: web, image: "shop/web:1.0.0"}]}
        --- two/pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: web, image: "shop/web:1.0.0"}]}
        """,
    )
    repository = Repository(root)
    rules = {id_: r for id_, r in discover().items() if id_ == "image-size-bounded"}
    gate = Gate(repository, rules, Config(), Config().kubernetes)
    *_, report = gate.run(Starts(repository, every_target(repository, ()), 2))

    blocking = [entry for entry in report.not_judged if entry.blocking]
    assert [(n.rule, n.source, n.reason) for n in blocking] == [
        (None, Place(NAME, 1, 10), "version is 7, must be 1")
    ]
    assert {entry.reason for entry in report.not_judged if entry.rule} == {
        "nothing is known of image 'shop/web:1.0.0': images.lock cannot be read"
    }
    assert report.exit_code(Severity.ERROR) == 3
