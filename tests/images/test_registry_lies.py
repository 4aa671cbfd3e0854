"""A registry is believed nothing, and followed nowhere."""

import pytest

from tests.images.asking import IMAGE, LAYER, Client, always, answering
from tests.images.made import MadeImage, sha256
from tests.images.server import Exchange, serving
from tools.images.failure import (
    NoSuchImage,
    Untrustworthy,
)

pytest_plugins = ("tests.images.plugin",)


def test_a_manifest_with_another_digest_is_refused(client: Client) -> None:
    other = MadeImage([])
    serve = answering(200, other.blobs[other.digest])
    client.server.misbehaviours = [always(serve, "/manifests/")]
    said = client.failure(Untrustworthy, f"shop/web:1.0.0@{IMAGE.digest}")
    assert said == f"its manifest should have the digest {IMAGE.digest}, and has {other.digest}"


def test_a_header_that_tells_another_digest_than_the_content_is_a_lie_too(client: Client) -> None:
    content = IMAGE.blobs[IMAGE.digest]
    headers = {"Docker-Content-Digest": sha256(b"another")}
    client.server.misbehaviours = [always(answering(200, content, headers), "/manifests/")]
    assert f"should have the digest {sha256(b'another')}" in client.failure(Untrustworthy)


@pytest.mark.parametrize("digest", [sha256(IMAGE.config), sha256(LAYER.packed)])
def test_a_blob_with_another_content_is_refused(client: Client, digest: str) -> None:
    content = client.server.blobs[digest]
    # Of a gzip file, this byte matters to nobody.
    client.server.blobs[digest] = content[:9] + bytes([content[9] ^ 1]) + content[10:]
    assert f"should have the digest {digest}" in client.failure(Untrustworthy)


def test_answers_that_are_too_large_are_not_read_to_their_end(client: Client) -> None:
    def pour(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", str(1 << 40))
        exchange.end_headers()
        sent = 0
        try:
            while sent < 1 << 27:
                sent += exchange.wfile.write(b"x" * (1 << 16))
        except OSError:
            exchange.server.seen.append(("hung up", ""))

    for part, limit in (
        ("/manifests/", "4,194,304"),
        (sha256(LAYER.packed), f"{len(LAYER.packed)}"),
    ):
        client.server.misbehaviours = [always(pour, part)]
        said = client.failure(Untrustworthy)
        assert said == f"HOST answers with more than {limit} bytes"


def test_a_redirect_to_another_host_gets_no_login(client: Client) -> None:
    client.login()
    with serving() as storage:
        storage.hold("1.0.0", IMAGE)

        def guard(exchange: Exchange) -> bool:
            if not exchange.headers.get("Authorization"):
                exchange.answer(401, headers={"WWW-Authenticate": 'Basic realm="shop"'})
                return True
            if "/blobs/" in exchange.path:
                target = f"http://{storage.host}{exchange.path}?signature=secret"
                exchange.answer(307, headers={"Location": target})
                return True
            return False

        client.server.misbehaviours = [guard]
        assert client.look()[0].unpacked == 800
        assert [login for _, login in storage.seen] == ["", ""]
        assert all(path.endswith("?signature=secret") for path, _ in storage.seen)
        # What goes wrong there is told without the signature.
        storage.blobs.clear()
        assert client.failure(NoSuchImage) == "HOST has no such image"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/v2/again", "HOST redirects without end"),
        ("ftp://example.com/x", "HOST redirects to what is no web address"),
        ("file:///etc/passwd", "HOST redirects to what is no web address"),
        ("http://[", "HOST redirects to what is no web address"),
    ],
)
def test_redirects_that_lead_nowhere(client: Client, target: str, words: str) -> None:
    act = answering(302, headers={"Location": target})
    client.server.misbehaviours = [always(act)]
    assert client.failure() == words
