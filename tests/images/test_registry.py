"""A registry is asked politely, and believed nothing."""

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.images.made import MadeImage, MadeIndex, MadeLayer, sha256, tar_of
from tests.images.server import Exchange, Server, serving
from tools.images.credentials import Keychain
from tools.images.examine import Examiner, Wish
from tools.images.failure import (
    AccessDenied,
    ImageFailure,
    NoSuchImage,
    Unreachable,
    Untrustworthy,
)
from tools.images.lock import Entry
from tools.images.registry import Registry
from tools.images.transport import Transport
from tools.kubernetes.image_reference import parse_image

LAYER = MadeLayer(tar_of({"app": b"a" * 800}))
IMAGE = MadeImage([LAYER], run={"User": "1000"})
PASSWORD = "correct horse"  # made up
PATIENCE = 0.4


class Client:
    """What the command uses, with little patience, and with a record of how long it waits."""

    def __init__(self, server: Server, home: Path) -> None:
        self.server = server
        self.home = home
        self.waits: list[float] = []

    def login(self, host: str = "", **entry: str) -> None:
        """Keep a login as `docker login` does."""
        encoded = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
        auths = {host or self.server.host: entry or {"auth": encoded}}
        (self.home / "config.json").write_text(json.dumps({"auths": auths}), encoding="utf-8")

    def look(self, image: str = "shop/web:1.0.0", measure: bool = True) -> list[Entry]:
        transport = Transport(patience=PATIENCE, attempts=3, sleep=self.waits.append)
        keychain = Keychain({"DOCKER_CONFIG": str(self.home)})
        registry = Registry(transport, keychain)
        examiner = Examiner(registry, Wish(measure=measure), pause=self.waits.append)
        return examiner.entries(parse_image(f"{self.server.host}/{image}"))

    def failure(
        self, kind: type[ImageFailure] = ImageFailure, image: str = "shop/web:1.0.0"
    ) -> str:
        """Why looking fails, with the host as HOST; nothing secret may be in it."""
        with pytest.raises(kind) as raised:
            self.look(image)
        text = str(raised.value)
        assert PASSWORD not in text
        assert "signature" not in text
        return text.replace(self.server.host, "HOST")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with serving() as server:
        server.hold("1.0.0", IMAGE)
        yield Client(server, tmp_path)


def answering(
    status: int, content: bytes = b"", headers: Mapping[str, str] = {}
) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.answer(status, content, headers)


def first(
    times: int, act: Callable[[Exchange], None], part: str = ""
) -> Callable[[Exchange], bool]:
    """Misbehave the first times that a path with this part is asked for."""
    left = [times]

    def misbehave(exchange: Exchange) -> bool:
        if part not in exchange.path or not left[0]:
            return False
        left[0] -= 1
        act(exchange)
        return True

    return misbehave


def always(act: Callable[[Exchange], None], part: str = "") -> Callable[[Exchange], bool]:
    return first(1_000_000, act, part)


def test_an_image_is_looked_at(client: Client) -> None:
    [found] = client.look()
    assert (found.digest, found.index_digest, found.unpacked) == (IMAGE.digest, "", 800)
    assert (found.user, found.measured) == ("1000", True)
    assert [path for path, _ in client.server.seen] == [
        "/v2/shop/web/manifests/1.0.0",
        f"/v2/shop/web/blobs/{sha256(IMAGE.config)}",
        f"/v2/shop/web/blobs/{sha256(LAYER.packed)}",
    ]


def test_layers_are_only_fetched_to_be_measured(client: Client) -> None:
    [found] = client.look(measure=False)
    assert (found.unpacked, found.compressed, found.measured) == (None, len(LAYER.packed), False)
    assert len(client.server.seen) == 2


def test_every_platform_of_an_index_is_asked_for_by_its_digest(client: Client) -> None:
    arm = MadeImage([LAYER], "linux/arm64")
    index = MadeIndex([IMAGE, arm])
    client.server.hold("1.0.0", index)
    for image in (IMAGE, arm):
        client.server.hold(image.digest, image)
    found = client.look()
    assert [(e.platform, e.pinned) for e in found] == [
        ("linux/amd64", index.digest),
        ("linux/arm64", index.digest),
    ]
    layers = [path for path, _ in client.server.seen if sha256(LAYER.packed) in path]
    assert len(layers) == 1, "a layer that two share is fetched once"


def test_an_image_that_is_not_there(client: Client) -> None:
    assert client.failure(NoSuchImage, "shop/web:2.0.0") == "HOST has no such image"
    assert client.waits == []


# Patience


def test_a_server_that_is_busy_is_asked_again_when_it_wants(client: Client) -> None:
    act = answering(429, headers={"Retry-After": "7"})
    client.server.misbehaviours = [first(2, act, "/manifests/"), first(1, act, "/blobs/")]
    assert client.look()[0].unpacked == 800
    assert client.waits == [7.0, 7.0, 7.0]


def test_the_wait_may_be_a_date_and_grows_where_nothing_is_said(client: Client) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    client.server.misbehaviours = [
        first(1, answering(503, headers={"Retry-After": soon})),
        first(1, answering(502)),
    ]
    client.look()
    dated, grown = client.waits
    assert 20 < dated <= 30
    assert 1.0 <= grown <= 1.5


def test_nobody_waits_for_hours(client: Client) -> None:
    act = answering(429, headers={"Retry-After": "3600"})
    client.server.misbehaviours = [always(act)]
    assert client.failure(Unreachable) == (
        "HOST wants to be left alone for 3600 seconds; try again then"
    )
    assert client.waits == []


def test_a_server_that_stays_broken_is_given_up(client: Client) -> None:
    client.server.misbehaviours = [always(answering(500))]
    assert client.failure(Unreachable) == "HOST answers 500"
    assert len(client.server.seen) == 3


def test_a_server_that_is_silent_costs_its_time_and_no_more(client: Client) -> None:
    client.server.misbehaviours = [always(lambda exchange: time.sleep(3 * PATIENCE))]
    begin = time.monotonic()
    assert client.failure(Unreachable) == "HOST gives no answer in time"
    assert time.monotonic() - begin < 3 * 2 * PATIENCE + 1


def test_headers_that_arrive_byte_by_byte_are_not_waited_for(client: Client) -> None:
    def trickle(exchange: Exchange) -> None:
        for _ in range(40):
            exchange.wfile.write(b"H")
            exchange.wfile.flush()
            time.sleep(PATIENCE / 8)

    client.server.misbehaviours = [always(trickle)]
    begin = time.monotonic()
    assert "HOST gives no answer in time" in client.failure(Unreachable)
    assert time.monotonic() - begin < 3 * 2 * PATIENCE + 1


def test_a_layer_that_trickles_is_let_go_of(client: Client) -> None:
    def trickle(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", str(len(LAYER.packed)))
        exchange.end_headers()
        for byte in LAYER.packed:
            exchange.wfile.write(bytes([byte]))
            exchange.wfile.flush()
            time.sleep(PATIENCE / 8)

    client.server.misbehaviours = [always(trickle, sha256(LAYER.packed))]
    assert client.failure(Unreachable) == "HOST sends less than 16,384 bytes a second"


def cut(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", str(len(LAYER.packed)))
    exchange.end_headers()
    exchange.wfile.write(LAYER.packed[:30])
    exchange.close_connection = True


def test_a_layer_that_is_cut_off_is_fetched_again(client: Client) -> None:
    client.server.misbehaviours = [first(1, cut, sha256(LAYER.packed))]
    assert client.look()[0].unpacked == 800
    assert client.waits == [1.0]


def test_a_layer_that_is_cut_off_each_time_is_given_up(client: Client) -> None:
    client.server.misbehaviours = [always(cut, sha256(LAYER.packed))]
    assert client.failure(Unreachable) == ("HOST ends the connection in the middle of its answer")


def test_a_host_where_nobody_listens(client: Client) -> None:
    with serving() as gone:
        host = gone.host
    client.server = Server.__new__(Server)
    with pytest.raises(Unreachable, match="cannot be connected to"):
        Examiner(
            Registry(Transport(PATIENCE, 1, sleep=client.waits.append), Keychain({})), Wish()
        ).entries(parse_image(f"{host}/web:1"))


# Lies


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


# Redirects


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


# Logins


class TokenRegistry:
    """Hands out tokens for a login, and content for tokens."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.asked: list[dict[str, list[str]]] = []
        self.realm = f"http://{client.server.host}/token?version=2"
        self.accepted = "Basic " + base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
        client.server.misbehaviours = [self.guard]

    def guard(self, exchange: Exchange) -> bool:
        if exchange.path.startswith("/token"):
            self._token(exchange)
            return True
        if exchange.headers.get("Authorization") == "Bearer t0ken":
            return False
        challenge = f'Bearer realm="{self.realm}",service="shop, and more",scope="ignored"'
        exchange.answer(401, headers={"WWW-Authenticate": challenge})
        return True

    def _token(self, exchange: Exchange) -> None:
        form = parse_qs(exchange.body.decode())
        self.asked.append({**parse_qs(urlsplit(exchange.path).query), **form})
        is_right = exchange.headers.get("Authorization") == self.accepted
        if is_right or form.get("refresh_token") == ["1dentity"]:
            exchange.answer(200, b'{"access_token": "t0ken"}')
        else:
            exchange.answer(401)


def test_a_token_is_fetched_with_the_login_and_used_for_everything(client: Client) -> None:
    client.login()
    tokens = TokenRegistry(client)
    assert client.look()[0].unpacked == 800
    assert tokens.asked == [
        {
            "version": ["2"],
            "service": ["shop, and more"],
            "scope": ["repository:shop/web:pull"],
        }
    ]
    manifests = [login for path, login in client.server.seen if "/manifests/" in path]
    assert manifests == ["", "Bearer t0ken"], "nothing is sent before it is asked for"


def test_an_identity_token_is_exchanged(client: Client) -> None:
    client.login(identitytoken="1dentity")
    tokens = TokenRegistry(client)
    assert client.look()[0].unpacked == 800
    assert tokens.asked == [
        {
            "version": ["2"],
            "service": ["shop, and more"],
            "scope": ["repository:shop/web:pull"],
            "grant_type": ["refresh_token"],
            "client_id": ["gitops-gate"],
            "refresh_token": ["1dentity"],
        }
    ]


def test_without_a_login_the_reader_is_told_so(client: Client) -> None:
    TokenRegistry(client)
    assert client.failure(AccessDenied) == "HOST gives nobody a token without a login for HOST"
    client.login(username="ann", password="wrong")
    assert client.failure(AccessDenied) == "HOST refuses the login for HOST"


def test_a_login_is_not_sent_to_another_host_in_the_clear(client: Client) -> None:
    client.login()
    tokens = TokenRegistry(client)
    tokens.realm = "http://tokens.example.com/token"
    assert client.failure(AccessDenied) == (
        "HOST wants its login sent to tokens.example.com without encryption"
    )
    tokens.realm = "file:///etc/passwd"
    assert client.failure(AccessDenied) == "HOST does not say where to get a token"


def test_a_login_is_not_redirected(client: Client) -> None:
    client.login(identitytoken="1dentity")
    TokenRegistry(client)
    away = answering(307, headers={"Location": "/elsewhere"})
    client.server.misbehaviours.insert(0, always(away, "/token"))
    assert client.failure(Untrustworthy) == "HOST redirects a login to 127.0.0.1"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"token": 7}', b'{"token": "a\\r\\nX-Header: b"}']
)
def test_a_token_that_is_none(client: Client, content: bytes) -> None:
    client.login()
    TokenRegistry(client)
    client.server.misbehaviours.insert(0, always(answering(200, content), "/token"))
    assert client.failure(Unreachable) == "HOST answers with no token"


def test_basic_authentication(client: Client) -> None:
    def guard(exchange: Exchange) -> bool:
        expected = "Basic " + base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
        if exchange.headers.get("Authorization") == expected:
            return False
        exchange.answer(401, headers={"WWW-Authenticate": 'Basic realm="shop"'})
        return True

    client.server.misbehaviours = [guard]
    assert client.failure(AccessDenied) == (
        "HOST wants a login, and there is none for it; run docker login"
    )
    client.login(username="ann", password="wrong")
    assert client.failure(AccessDenied) == "HOST refuses the image to this login"
    client.login(identitytoken="1dentity")
    assert client.failure(AccessDenied) == "HOST wants a password, and only a token is kept for it"
    client.login()
    assert client.look()[0].unpacked == 800


def test_a_login_of_an_unknown_kind_and_a_refusal(client: Client) -> None:
    for header in ({"WWW-Authenticate": "Negotiate"}, {}):
        act = answering(401, headers=header)
        client.server.misbehaviours = [always(act)]
        assert client.failure(AccessDenied) == (
            "HOST wants a login of a kind that is not known here"
        )
    client.server.misbehaviours = [always(answering(403))]
    assert client.failure(AccessDenied) == "HOST refuses the image to this login"
