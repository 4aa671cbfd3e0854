"""The addresses of repositories and clusters as Argo CD compares them.

`NormalizeGitURL` of https://github.com/argoproj/argo-cd/blob/v3.5.1/util/git/git.go (the same in
3.2) with what Go's `net/url` makes of the text.
"""

import re
from functools import lru_cache

IN_CLUSTER = "https://kubernetes.default.svc"
"""The address of the cluster that Argo CD itself runs in; its name is `in-cluster`."""
IN_CLUSTER_NAME = "in-cluster"

_SSH = r"(?:ssh://)?[^/:]*?@[^@]+"
_SCHEME = r"([a-z][a-z0-9+.-]*):(.*)"
_HOST = r"(?:[a-z0-9\-._~!$&'()*+,;=<>\"\x80-\U0010ffff:]|%25|%[89a-f][0-9a-f])*"
_BRACKETS = r"\[[0-9a-f.]*:[0-9a-f:.]*\](?::[0-9]*)?"
_PORT = r"[^:]*(?::[^:]*)*:[0-9]*|[^:]*"
_USER = r"[a-z0-9\-._~!$&'()*+,;=:@%\x80-\U0010ffff]*"
_ESCAPE = r"%(?![0-9a-f]{2})"
_PATH_CHARS = r"[a-z0-9\-._~!$&'()*+,;=:@/\[\]%]*"


@lru_cache(maxsize=1024)
def normalized(address: str) -> str:
    """What Argo CD compares in place of a repository's address; "" for what Go cannot parse.

    Patterns of `sourceRepos` go through it as well, so `{a,b}` loses its meaning there.
    """
    text = address.strip().lower()
    if re.fullmatch(_SSH, text) and not text.startswith("ssh://"):
        text = "ssh://" + text.replace(":", "/", 1)
    return _as_go_prints(text.removesuffix(".git")).removeprefix("ssh://")


def same_repository(left: str, right: str) -> bool:
    """Whether two addresses are of one repository."""
    return (normalized(left) or left) == (normalized(right) or right)


def _as_go_prints(text: str) -> str:
    """`url.Parse(text).String()`; "" if it is refused."""
    if re.search(r"[\x00-\x1f\x7f]", text) or text.startswith(":"):
        return ""
    text, hash_, fragment = text.partition("#")
    match = re.fullmatch(_SCHEME, text, re.DOTALL)
    scheme, rest = (match[1] + ":", match[2]) if match else ("", text)
    rest, mark, query = rest.partition("?")
    tail = mark + query + (hash_ + fragment if fragment else "")
    if not scheme and not rest.startswith("/") and ":" in rest.partition("/")[0]:
        return ""
    if scheme and rest and not rest.startswith("/"):
        return scheme + rest + tail
    if not rest.startswith("//") or (not scheme and rest.startswith("///")):
        return "" if re.search(_ESCAPE, rest) else scheme + _escaped(rest) + tail
    authority, slash, path = rest[2:].partition("/")
    if not _is_authority(authority) or re.search(_ESCAPE, path):
        return ""
    slashes = "//" if authority or slash else ""
    return scheme + slashes + _with_user(authority) + _escaped(slash + path) + tail


def _is_authority(text: str) -> bool:
    user, _, host = text.rpartition("@")
    if not re.fullmatch(_USER, user) or re.search(_ESCAPE, user):
        return False
    if host.startswith("["):
        return re.fullmatch(_BRACKETS, host) is not None
    return (re.fullmatch(_HOST, host) and re.fullmatch(_PORT, host)) is not None


def _with_user(authority: str) -> str:
    """An authority with the name and password escaped as Go does it."""
    user, at, host = authority.rpartition("@")
    if not at:
        return host
    name, colon, password = user.partition(":")
    return _quoted(name, "$&+,;=~") + colon + _quoted(password, "$&+,;=~") + at + host


def _escaped(path: str) -> str:
    """A path as Go prints it: as it is where that is valid, else with its odd bytes escaped."""
    if re.fullmatch(_PATH_CHARS, path) or path == "*":
        return path
    return _quoted(path, "/$&+,:;=@~")


def _quoted(text: str, safe: str) -> str:
    from urllib.parse import quote, unquote_to_bytes

    return quote(unquote_to_bytes(text), safe=safe)
