"""A registry gets the login that was kept for it, and no other host does."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.images.asking import PASSWORD, Client, always, answering
from tests.images.server import Exchange
from tools.images.failure import (
    AccessDenied,
    Unreachable,
    Untrustworthy,
)

pytest_plugins = ("tests.images.plugin",)


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
