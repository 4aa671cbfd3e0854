"""Logins are found where other tools keep them, and shown to nobody."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tools.images.credentials import Credential, Keychain
from tools.images.failure import AccessDenied
from tools.kubernetes.image_reference import parse_image

IMAGE = parse_image("registry.example.com:5000/shop/web:1.0.0")
HUB = parse_image("nginx:1.29")


def encoded(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def keychain(folder: Path, data: Any, **environment: str) -> Keychain:
    (folder / "config.json").write_text(json.dumps(data), encoding="utf-8")
    return Keychain({"DOCKER_CONFIG": str(folder), **environment})


def helper(folder: Path, name: str, script: str) -> str:
    """A credential helper; returns the PATH on which it is found."""
    file = folder / f"docker-credential-{name}"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


@pytest.mark.parametrize(
    "key",
    [
        "registry.example.com:5000",
        "https://registry.example.com:5000",
        "https://registry.example.com:5000/v2/",
        "registry.example.com:5000/shop",
        "registry.example.com:5000/shop/web",
    ],
)
def test_a_registry_is_recognised_as_each_tool_writes_it(tmp_path: Path, key: str) -> None:
    # A colon belongs to a password.
    found = keychain(tmp_path, {"auths": {key: encoded("ann", "a:b")}}).find(IMAGE)
    assert found == Credential("ann", "a:b")
    assert found.basic == "Basic YW5uOmE6Yg=="


@pytest.mark.parametrize(
    "key", ["registry.example.com", "registry.example.com:5001", "example.com:5000", "shop"]
)
def test_a_login_goes_to_no_other_registry(tmp_path: Path, key: str) -> None:
    assert keychain(tmp_path, {"auths": {key: encoded("ann", "b")}}).find(IMAGE) is None


def test_the_nearest_login_counts(tmp_path: Path) -> None:
    auths = {
        "registry.example.com:5000": encoded("all", "x"),
        "registry.example.com:5000/shop": encoded("shop", "x"),
        "registry.example.com:5000/sho": encoded("near", "x"),
    }
    found = keychain(tmp_path, {"auths": auths}).find(IMAGE)
    assert found
    assert found.user == "shop"


def test_docker_hub_has_a_name_of_its_own(tmp_path: Path) -> None:
    auths = {"https://index.docker.io/v1/": encoded("ann", "b")}
    assert keychain(tmp_path, {"auths": auths}).find(HUB) == Credential("ann", "b")


def test_tokens_and_plain_fields(tmp_path: Path) -> None:
    host = "registry.example.com:5000"
    identity = {"auths": {host: {**encoded("<token>", ""), "identitytoken": "t"}}}
    assert keychain(tmp_path, identity).find(IMAGE) == Credential("", "", "t")
    plain = {"auths": {host: {"username": "ann", "password": "b"}}}
    assert keychain(tmp_path, plain).find(IMAGE) == Credential("ann", "b")
    # `docker login` with a store leaves an empty entry behind.
    assert keychain(tmp_path, {"auths": {host: {}}}).find(IMAGE) is None


def test_files_in_the_order_of_podman_and_docker(tmp_path: Path) -> None:
    host = "registry.example.com:5000"
    for folder, user in (("run/containers", "podman"), ("home/.docker", "docker")):
        file = tmp_path / folder / ("auth.json" if user == "podman" else "config.json")
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"auths": {host: encoded(user, "x")}}), encoding="utf-8")
    home = str(tmp_path / "home")
    both = {"HOME": home, "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    assert [keychain.find(IMAGE) for keychain in (Keychain(both), Keychain({"HOME": home}))] == [
        Credential("podman", "x"),
        Credential("docker", "x"),
    ]
    only = {**both, "REGISTRY_AUTH_FILE": str(tmp_path / "none.json")}
    assert Keychain(only).find(IMAGE) is None


def test_a_helper_is_asked_for_its_registry(tmp_path: Path) -> None:
    script = """read server; echo "{\\"Username\\": \\"$server\\", \\"Secret\\": \\"s\\"}" """
    path = helper(tmp_path, "vault", script)
    host = "registry.example.com:5000"
    data = {"credHelpers": {host: "vault"}, "auths": {host: encoded("old", "x")}}
    assert keychain(tmp_path, data, PATH=path).find(IMAGE) == Credential(host, "s")
    store = {"credsStore": "vault", "auths": {host: {}}}
    assert keychain(tmp_path, store, PATH=path).find(IMAGE) == Credential(host, "s")
    found = keychain(tmp_path, store, PATH=path).find(HUB)
    assert found == Credential("https://index.docker.io/v1/", "s")


def test_a_helper_may_have_a_token_or_nothing(tmp_path: Path) -> None:
    path = helper(tmp_path, "token", """echo '{"Username": "<token>", "Secret": "t"}'""")
    found = keychain(tmp_path, {"credsStore": "token"}, PATH=path).find(IMAGE)
    assert found == Credential("", "", "t")
    path = helper(tmp_path, "empty", "echo 'credentials not found in native keychain'; exit 1")
    assert keychain(tmp_path, {"credsStore": "empty"}, PATH=path).find(IMAGE) is None


@pytest.mark.parametrize(
    ("name", "script", "words"),
    [
        ("gone", None, "is kept by docker-credential-gone, which is not on PATH"),
        ("broken", "echo secret; exit 1", "is kept by docker-credential-broken, which failed"),
        ("odd", "echo secret", "docker-credential-odd answered with what is no JSON"),
        ("../../bin/sh", None, "the name of a credential helper .* is none"),
    ],
)
def test_a_helper_that_does_not_help(
    tmp_path: Path, name: str, script: str | None, words: str
) -> None:
    path = helper(tmp_path, name, script) if script else str(tmp_path)
    with pytest.raises(AccessDenied, match=words) as raised:
        keychain(tmp_path, {"credsStore": name}, PATH=path).find(IMAGE)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "with the logins is no JSON"),
        ('{"auths": {"registry.example.com:5000": {"auth": "!"}}}', "is damaged; log in again"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(AccessDenied, match=words):
        Keychain({"DOCKER_CONFIG": str(tmp_path)}).find(IMAGE)


@pytest.mark.parametrize("data", [[], {"auths": []}, {"auths": {"registry.example.com:5000": 7}}])
def test_odd_files_hold_no_login(tmp_path: Path, data: Any) -> None:
    assert keychain(tmp_path, data).find(IMAGE) is None


def test_a_login_does_not_print_itself() -> None:
    secret = Credential("ann", "hidden", "token")
    assert "hidden" not in f"{secret} {secret!r} {[secret]}"
    assert "token" not in repr(secret)
