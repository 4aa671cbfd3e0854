"""The addresses of repositories and clusters as Argo CD compares them.

`NormalizeGitURL` of https://github.com/argoproj/argo-cd/blob/v3.5.1/util/git/git.go (the same in
3.2) with what Go's `net/url` makes of the text. A host with two colons is taken as before Go 1.26,
with which Argo CD 3.5 is built, and which refuses it.
"""

import re
from functools import lru_cache

IN_CLUSTER = "https://kubernetes.default.svc"
"""The address of the cluster that Argo CD itself runs in; its name is `in-cluster`."""
IN_CLUSTER_NAME = "in-cluster"

_SSH = r"(?:ssh://)?[^/:]*?@[^@]+"
_SCHEME = r"([a-z][a-z0-9+.-]*):(.*)"
_HOST = r"(?:[a-z0-9\-._~!$&'()*+,;=<>\"\x80-\U0010ffff:]|%25|%[89a-f][0-9a-f])*"
_BRACKETS = r"\[[0-9a-f.]*:[0-9a-f:.]*(?:%25[a-z0-9\-._~]+)?\](?::[0-9]*)?"
_PORT = r"[^:]*(?::[^:]*)*:[0-9]*|[^:]*"
_USER = r"[a-z0-9\-._~!$&'()*+,;=:@%]*"
_ESCAPE = r"%(?![0-9a-f]{2})"
_PATH_CHARS = r"[a-z0-9\-._~!$&'()*+,;=:@/\[\]%]*"
_FRAGMENT_CHARS = r"[a-z0-9\-._~!$&'()*+,;=:@/?\[\]%]*"


@lru_cache(maxsize=1024)
def normalized(address: str) -> str:
    """What Argo CD compares in place of a repository's address; "" for what Go cannot parse.

    Patterns of `sourceRepos` go through it as well, so `{a,b}` loses its meaning there.
    """
    text = address.strip().lower()
    if re.fullmatch(_SSH, text) and not text.startswith("ssh://"):
        text = "ssh://" + text.replace(":", "/", 1)
    return as_go_prints(text.removesuffix(".git")).removeprefix("ssh://")


def same_repository(left: str, right: str) -> bool:
    """Whether two addresses are of one repository."""
    return (normalized(left) or left) == (normalized(right) or right)


def as_go_prints(text: str) -> str:
    """`url.Parse(text).String()` of a text in lower case; "" if it is refused."""
    if re.search(r"[\x00-\x1f\x7f]", text) or text.startswith(":"):
        return ""
    text, hash_, fragment = text.partition("#")
    match = re.fullmatch(_SCHEME, text, re.DOTALL)
    scheme, rest = (match[1] + ":", match[2]) if match else ("", text)
    rest, mark, query = rest.partition("?")
    if re.search(_ESCAPE, fragment):
        return ""
    tail = mark + query + (hash_ + _escaped_fragment(fragment) if fragment else "")
    if not scheme and not rest.startswith("/") and ":" in rest.partition("/")[0]:
        return ""
    if scheme and rest and not rest.startswith("/"):
        return scheme + rest + tail
    hierarchy = _hierarchy(scheme, rest)
    return "" if hierarchy is None else scheme + hierarchy + tail


def _hierarchy(scheme: str, rest: str) -> str | None:
    """What stands between scheme and query; None if it is refused."""
    if not rest.startswith("//") or (not scheme and rest.startswith("///")):
        return None if re.search(_ESCAPE, rest) else _escaped(rest)
    authority, slash, path = rest[2:].partition("/")
    if not _is_authority(authority) or re.search(_ESCAPE, path):
        return None
    slashes = "//" if authority or slash else ""
    return slashes + _with_user(authority) + _escaped(slash + path)


def _is_authority(text: str) -> bool:
    user, _, host = text.rpartition("@")
    if not re.fullmatch(_USER, user) or re.search(_ESCAPE, user):
        return False
    if host.startswith("["):
        return re.fullmatch(_BRACKETS, host) is not None
    return (re.fullmatch(_HOST, host) and re.fullmatch(_PORT, host)) is not None


def _with_user(authority: str) -> str:
    """An authority with its parts escaped as Go does it."""
    user, at, host = authority.rpartition("@")
    host = _quoted(host, "!$&'()*+,;=:[]<>\"~")
    if not at:
        return host
    name, colon, password = user.partition(":")
    return _quoted(name, "$&+,;=~") + colon + _quoted(password, "$&+,;=~") + at + host


def _escaped(path: str) -> str:
    """A path as Go prints it: as it is where that is valid, else with its odd bytes escaped."""
    if re.fullmatch(_PATH_CHARS, path) or path == "*":
        return path
    return _quoted(path, "/$&+,:;=@~")


def _escaped_fragment(fragment: str) -> str:
    if re.fullmatch(_FRAGMENT_CHARS, fragment):
        return fragment
    return _quoted(fragment, "!$&()*+,/:;=?@~")


def _quoted(text: str, safe: str) -> str:
    from urllib.parse import quote, unquote_to_bytes

    return quote(unquote_to_bytes(text), safe=safe)
