"""What fixtures cannot show of the image rules: sentences, related places, what is not judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from policies.images import (
    image_consistent,
    image_locked,
    image_ports_match,
    image_pull_policy_fits,
    image_pull_secret_set,
    image_registry_allowed,
    image_size_bounded,
    image_sizes_bounded_together,
    image_tag_set,
    image_user_matches,
)
from tests.plain_target import judged, plain_target
from tools.images.lock import NAME, read_lock
from tools.rules.facts import Facts
from tools.rules.rule import Rule
from tools.rules.run import Verdict
from tools.source.repository import Repository

MEGABYTE = 1_000_000


def digest(character: str) -> str:
    return f"sha256:{character * 64}"


def deployment(name: str, *images: str) -> str:
    containers = ", ".join(f"{{name: c{n}, image: '{image}'}}" for n, image in enumerate(images))
    return f"""
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: {name}}}
    spec: {{template: {{spec: {{containers: [{containers}]}}}}}}
    """


def entry(reference: str, **fields: Any) -> dict[str, Any]:
    """An entry of the lock with the fields that it must have, and those given."""
    return {
        "reference": reference,
        "platform": "linux/amd64",
        "digest": digest("d"),
        "compressed": 1,
        "unpacked": 1,
        "measured": True,
        "ports": [],
        "user": "",
        "layers": [],
        **fields,
    }


class World:
    """A repository with a lock, and the objects of one target of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.facts = Facts()

    def lock(self, *entries: dict[str, Any]) -> "World":
        text = json.dumps({"version": 1, "images": entries})
        (self.root / NAME).write_text(text, encoding="utf-8")
        return self

    def judge(self, rule: Rule, text: str, **options: Any) -> Verdict:
        lock = read_lock(Repository(self.root))
        target = plain_target(text, root=self.root, facts=self.facts, image_lock=lock)
        chosen = type(rule.options)(**options) if options else rule.options
        return judged(rule, target, chosen)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def messages(verdict: Verdict) -> list[str]:
    assert verdict.not_judged == []
    return [finding.message for finding in verdict.findings]


def reasons(verdict: Verdict) -> list[tuple[str, bool]]:
    """What is not judged, and whether that blocks; there must be no finding beside it."""
    assert verdict.findings == []
    return [(entry.reason, entry.blocking) for entry in verdict.not_judged]


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("reg.io:5000/app", "image 'reg.io:5000/app' has no tag"),
        ("app:latest", "image 'app:latest' has a tag that moves"),
        (
            "reg.io/App:1.0.0",
            "image 'reg.io/App:1.0.0' is one that no runtime accepts: the repository 'App' has "
            "upper case letters",
        ),
        (
            "app@sha256:12",
            "image 'app@sha256:12' is one that no runtime accepts: 'sha256:12' is no digest, "
            "which is an algorithm and lower case digits",
        ),
    ],
)
def test_what_an_image_lacks_is_said(world: World, image: str, sentence: str) -> None:
    verdict = world.judge(image_tag_set.check, deployment("web", image))
    assert messages(verdict) == [sentence]


def test_what_ko_builds_is_not_judged(world: World) -> None:
    verdict = world.judge(image_tag_set.check, deployment("web", "ko://example.com/web"))
    assert reasons(verdict) == [
        ("ko puts another image in the place of 'ko://example.com/web'", False)
    ]


def test_the_registry_that_is_not_allowed_is_named_in_full(world: World) -> None:
    verdict = world.judge(
        image_registry_allowed.check, deployment("web", "nginx:1.29.0"), allow=("reg.io", "reg.eu")
    )
    assert messages(verdict) == [
        "the image is taken from docker.io/library/nginx; allowed are reg.io, reg.eu"
    ]


def test_a_floating_image_that_is_pulled_once_is_said_once(world: World) -> None:
    pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {containers: [{name: web, image: shop/web, imagePullPolicy: IfNotPresent}]}
        """
    [finding] = world.judge(image_pull_policy_fits.check, pod).findings
    assert finding.message == (
        "container 'web' pulls 'shop/web' only once, so that each node may run another version of "
        "it"
    )
    assert image_pull_policy_fits.check.defers_to == {"image-tag-set"}


def test_an_account_outside_the_target_may_have_the_secret(world: World) -> None:
    pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec: {serviceAccountName: web, containers: [{name: web, image: "reg.io/web:1.0.0"}]}
        """
    verdict = world.judge(image_pull_secret_set.check, pod, registries=("reg.io",))
    assert reasons(verdict) == [
        ("ServiceAccount 'web' may have imagePullSecrets, and is not in this target", False)
    ]


def test_an_image_that_differs_shows_the_one_it_should_share(world: World) -> None:
    world.facts = Facts(shared_images=(("api", "Deployment/worker", "Deployment/gone"),))
    text = deployment("api", "reg.io/app:2.0.0") + deployment("worker", "reg.io/app:1.0.0")
    verdict = world.judge(image_consistent.check, text)

    [finding] = verdict.findings
    assert finding.resource
    assert finding.resource.name == "worker"
    assert finding.message == (
        "container 'c0' has the image 'reg.io/app:1.0.0', and Deployment/api 'reg.io/app:2.0.0'; "
        "both are declared to share one"
    )
    assert [related.message for related in finding.related] == ["the image of Deployment/api"]
    assert [entry.reason for entry in verdict.not_judged] == [
        "'Deployment/gone' shares its image, and is not in this target"
    ]


def test_one_image_is_locked_or_not_however_often_it_is_used(world: World) -> None:
    text = deployment("api", "app:1.0.0") + deployment("web", "docker.io/library/app:1.0.0")
    [finding] = world.judge(image_locked.check, text).findings
    assert finding.message == "image 'app:1.0.0' is not locked: there is no images.lock"
    assert [related.message for related in finding.related] == ["and here"]


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("app:2.0.0", "has no entry in images.lock"),
        (f"app@{digest('9')}", "has no entry in images.lock"),
        (
            f"app:1.0.0@{digest('9')}",
            f"has another digest than in images.lock, where it is {digest('0')}",
        ),
        (
            f"app:1.0.1@{digest('0')}",
            "has a digest that is not that of its tag: in images.lock it is that of 1.0.0",
        ),
    ],
)
def test_the_digest_that_was_locked_is_named(world: World, image: str, sentence: str) -> None:
    world.lock(entry("app:1.0.0", index=digest("0")))
    verdict = world.judge(image_locked.check, deployment("web", image))
    assert messages(verdict) == [f"image {image!r} {sentence}"]


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("app:2.0.0", "images.lock has no entry for it"),
        (f"app:1.0.0@{digest('9')}", "images.lock has another digest for it"),
    ],
)
@pytest.mark.parametrize(
    "rule",
    [
        image_size_bounded.check,
        image_sizes_bounded_together.check,
        image_ports_match.check,
        image_user_matches.check,
    ],
)
def test_an_image_without_an_entry_is_not_judged(
    world: World, rule: Rule, image: str, reason: str
) -> None:
    world.lock(entry("app:1.0.0"))
    verdict = world.judge(rule, deployment("web", image))
    assert reasons(verdict) == [(f"nothing is known of image {image!r}: {reason}", False)]


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"unpacked": 250 * MEGABYTE}, "250.0 MB on linux/amd64"),
        ({"unpacked": 312_400_000, "measured": False}, "about 312.4 MB on linux/amd64"),
    ],
)
def test_a_size_is_told_in_megabytes(world: World, fields: dict[str, Any], size: str) -> None:
    world.lock(entry("app:1.0.0", **fields))
    verdict = world.judge(image_size_bounded.check, deployment("web", "app:1.0.0"))
    assert messages(verdict) == [f"image 'app:1.0.0' takes {size}; it has to stay below 250 MB"]


def test_the_sum_of_the_largest_platform_is_told_at_the_largest_image(world: World) -> None:
    def on(platform: str, name: str, size: int) -> dict[str, Any]:
        return entry(f"{name}:1.0.0", platform=platform, unpacked=size * MEGABYTE)

    world.lock(
        on("linux/amd64", "api", 240),
        on("linux/amd64", "web", 250),
        on("linux/arm64", "api", 245),
        on("linux/arm64", "web", 255),
    )
    text = deployment("api", "api:1.0.0") + deployment("web", "web:1.0.0")
    [finding] = world.judge(image_sizes_bounded_together.check, text).findings

    assert finding.resource
    assert finding.resource.name == "web"
    assert finding.message == (
        "2 images take 500.0 MB together on linux/arm64, and have to stay below 500 MB; this one "
        "is the largest"
    )
    assert [related.message for related in finding.related] == ["245.0 MB"]


def test_a_sum_with_an_unknown_image_is_not_judged_until_it_is_too_large(world: World) -> None:
    world.lock(entry("api:1.0.0", unpacked=400 * MEGABYTE))
    text = deployment("web", "api:1.0.0", "unknown:1.0.0")

    assert reasons(world.judge(image_sizes_bounded_together.check, text)) == [
        ("nothing is known of image 'unknown:1.0.0': images.lock has no entry for it", False)
    ]
    assert messages(world.judge(image_sizes_bounded_together.check, text, below=400)) == [
        "1 image takes 400.0 MB together on linux/amd64, and have to stay below 400 MB; this one "
        "is the largest"
    ]


def serving(image: str, port: str) -> str:
    return f"""
        apiVersion: v1
        kind: Pod
        metadata: {{name: web}}
        spec: {{containers: [{{name: web, image: "{image}", ports: [{port}]}}]}}
        """


@pytest.mark.parametrize(
    ("port", "exposed", "sentence"),
    [
        (
            "{containerPort: 3001}",
            ["3000/tcp", "53/udp"],
            "container 'web' declares port 3001/TCP, its image 'app:1.0.0' exposes 53/UDP and "
            "3000/TCP",
        ),
        (
            "{containerPort: 3000}",
            ["3000/tcp", "53/udp"],
            "image 'app:1.0.0' exposes 53/UDP, which no container declares",
        ),
    ],
)
def test_the_ports_on_both_sides_are_told(
    world: World, port: str, exposed: list[str], sentence: str
) -> None:
    world.lock(entry("app:1.0.0", ports=exposed))
    verdict = world.judge(image_ports_match.check, serving("app:1.0.0", port))
    assert messages(verdict) == [sentence]


def test_an_image_that_exposes_nothing_says_nothing(world: World) -> None:
    world.lock(entry("app:1.0.0"))
    verdict = world.judge(image_ports_match.check, serving("app:1.0.0", "{containerPort: 80}"))
    assert reasons(verdict) == [
        ("image 'app:1.0.0' exposes no port, which says nothing about the program", False)
    ]


@pytest.mark.parametrize(
    ("user", "context", "sentence"),
    [
        (
            "node",
            "{runAsNonRoot: true}",
            "is never started: runAsNonRoot is true and the user of its image is 'node', which is "
            "no number",
        ),
        (
            "0:0",
            "{runAsNonRoot: true}",
            "is never started: runAsNonRoot is true and the user of its image is '0', which is "
            "root",
        ),
        (
            "",
            "{runAsNonRoot: true}",
            "is never started: runAsNonRoot is true and its image names no user, which is root",
        ),
        ("1001:0", "{runAsUser: 1000}", "runs as 1000, and the user of its image is '1001'"),
    ],
)
def test_why_a_user_does_not_fit(world: World, user: str, context: str, sentence: str) -> None:
    world.lock(entry("app:1.0.0", user=user))
    pod = f"""
        apiVersion: v1
        kind: Pod
        metadata: {{name: web}}
        spec:
          securityContext: {context}
          containers: [{{name: web, image: "app:1.0.0"}}]
        """
    [finding] = world.judge(image_user_matches.check, pod).findings
    assert finding.message == f"container 'web' {sentence}"
    assert [related.message for related in finding.related] == ["the image"]
