"""How a registry wants to be asked: with nothing, a password, or a token that another server gives.

https://distribution.github.io/distribution/spec/auth/token/ and, for identity tokens,
https://distribution.github.io/distribution/spec/auth/oauth/.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from tools.images.credentials import Credential
from tools.images.failure import AccessDenied, Unreachable
from tools.images.transport import Transport, host_of, is_loopback

_MAX_TOKEN = 256 * 1024
_GRANT = {"grant_type": "refresh_token", "client_id": "gitops-gate"}
_OK, _FAILURE = 200, 500
_SCHEME = re.compile(r"(?:^|,\s*)(?P<scheme>Basic|Bearer)\s+", re.IGNORECASE)


class Challenge(NamedTuple):
    """One way in that a registry offers, `basic` or `bearer`, with what it says about it."""

    scheme: str
    parameters: Mapping[str, str]


def challenges(header: str) -> Iterator[Challenge]:
    """The ways in of a `WWW-Authenticate` header."""
    starts = list(_SCHEME.finditer(header))
    for match, following in zip_longest(starts, starts[1:]):
        text = header[match.end() : following.start() if following else None]
        pairs = [pair for pair in parse_http_list(text) if "=" in pair]
        yield Challenge(match["scheme"].lower(), parse_keqv_list(pairs))


def authorization(
    header: str, repository: str, url: str, credential: Credential | None, transport: Transport
) -> str:
    """The `Authorization` header that answers a challenge of `url`.

    Raises AccessDenied if there is no login, or it is refused.
    """
    host = host_of(url)
    offered = {challenge.scheme: challenge.parameters for challenge in challenges(header)}
    if "bearer" in offered:
        token = _token(offered["bearer"], repository, url, credential, transport)
        return f"Bearer {token}"
    if "basic" not in offered:
        raise AccessDenied(f"{host} wants a login of a kind that is not known here")
    if credential is None:
        raise AccessDenied(f"{host} wants a login, and there is none for it; run docker login")
    if credential.identity:
        raise AccessDenied(f"{host} wants a password, and only a token is kept for it")
    return credential.basic


def _token(
    parameters: Mapping[str, str],
    repository: str,
    url: str,
    credential: Credential | None,
    transport: Transport,
) -> str:
    realm, host = _address(parameters.get("realm", "")), host_of(url)
    _refuse_bad_realm(realm, url, credential)
    asked = {"scope": f"repository:{repository}:pull"}
    if service := parameters.get("service"):
        asked["service"] = service
    headers: dict[str, str] = {}
    form = None
    if credential and credential.identity:
        form = {**asked, **_GRANT, "refresh_token": credential.identity}
    else:
        realm += ("&" if "?" in realm else "?") + urlencode(asked)
        if credential:
            headers["Authorization"] = credential.basic
    answer = transport.get(realm, headers, _MAX_TOKEN, form)
    if answer.status >= _FAILURE:
        raise Unreachable(f"{host_of(realm)}, which has the tokens, answers {answer.status}")
    if answer.status != _OK:
        refused = "refuses the login" if credential else "gives nobody a token without a login"
        raise AccessDenied(f"{host_of(realm)} {refused} for {host}")
    return _token_in(answer.content, host_of(realm))


def _address(text: str) -> str:
    """A text if it is a web address, else ""."""
    try:
        return (
            text if urlsplit(text).scheme in ("http", "https") and urlsplit(text).port != 0 else ""
        )
    except ValueError:
        return ""


def _refuse_bad_realm(realm: str, url: str, credential: Credential | None) -> None:
    """Raises AccessDenied for a place that no login must be sent to."""
    scheme, host = urlsplit(realm).scheme, host_of(url)
    if not realm:
        raise AccessDenied(f"{host} does not say where to get a token")
    # Whoever allowed plain HTTP for the registry said nothing of another host.
    is_elsewhere = urlsplit(realm).hostname != urlsplit(url).hostname and not is_loopback(realm)
    if scheme == "http" and (urlsplit(url).scheme == "https" or (credential and is_elsewhere)):
        raise AccessDenied(f"{host} wants its login sent to {host_of(realm)} without encryption")


def _token_in(content: bytes, host: str) -> str:
    try:
        data = json.loads(content)
    except ValueError:
        data = None
    found = data.get("token") or data.get("access_token") if isinstance(data, dict) else None
    if not isinstance(found, str) or not re.fullmatch(r"[\x21-\x7e]+", found):
        raise Unreachable(f"{host} answers with no token")
    return found
