"""What looks like a credential: by its name, or by the form of its value.

Precision comes first: a name says something only by its last words (`DB_PASSWORD`, and not
`PASSWORD_MIN_LENGTH` or `SECRET_NAME`), and a value that may stand for another one says nothing.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from tools.source.token_forms import form_of, stands_for_another


class Sign(NamedTuple):
    """Why a value looks like a credential. `what` ends `it holds …`; the value is not told.

    `name` is the name that gave it away, "" if its form did; `length` counts its characters;
    `line` counts from 1 in the text that was searched.
    """

    what: str
    length: int
    name: str = ""
    line: int = 1


def sign_of(name: str, value: str, known: Collection[str] = ()) -> Sign | None:
    """What makes a named value look like a credential, None if nothing does.

    `known` are names of things: a value that is one of them is a reference.
    """
    words = _words(name)
    if "PUBLIC" in words:
        return None
    form = form_of(value)
    if form:
        return Sign(*form)
    text = value.strip()
    if not _names_credential(words) or not _is_literal(text) or text in known:
        return None
    counted = text.isdecimal() and not (len(text) > _FEW and words[-1] in _PASSWORDS)
    if counted or _is_blank(text, words):
        return None
    return Sign(f"a literal of {len(text)} characters", len(text), name)


def signs_in(text: str, known: Collection[str] = ()) -> Iterator[Sign]:
    """The credentials in the text of a configuration file, at most one for each line.

    Each line may be `name = value` or `name: value`, quoted or not, as in most formats.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(_COMMENTS):
            continue
        form = form_of(line)
        found = Sign(*form) if form else _assigned(line, known)
        if found:
            yield found._replace(line=number)


def _assigned(line: str, known: Collection[str]) -> Sign | None:
    pair = re.fullmatch(_ASSIGNMENT, line)
    if pair is None or (pair["plain"] and re.fullmatch(_CODE, pair["plain"])):
        return None
    return sign_of(pair["name"], pair["quoted"] or pair["plain"] or "", known)


def _words(name: str) -> list[str]:
    """`dbPassword_2` as DB, PASSWORD: the words of a name, without what only numbers it."""
    words = [word.upper() for word in re.findall(_WORD, name)]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _AFTER):
        words.pop()
    return words


def names_credential(name: str) -> bool:
    """Whether a name is that of a credential: `DB_PASSWORD`, `apiKey`, `api-token`."""
    return _names_credential(_words(name))


def _names_credential(words: list[str]) -> bool:
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last == "KEY":
        return before in _BEFORE_KEY
    if last in _SHORT:
        return bool(before)
    if last in _ALONE:
        return before not in _OTHERWISE.get(last, ())
    return last.endswith(_AT_THE_END)


def _is_literal(value: str) -> bool:
    """Whether a value is one itself: no variable, template, path, address, setting or flag."""
    text = value.strip("\"'")
    if len(text) < _SHORTEST_VALUE or stands_for_another(text):
        return False
    return not (
        text.casefold() in _NOTHING
        or any(character.isspace() for character in text)
        or text.startswith(("{", "["))
        or any(re.fullmatch(pattern, text) for pattern in (_NUMBER, _PATH))
        or re.match(_ADDRESS, text)
    )


def _is_blank(text: str, words: list[str]) -> bool:
    """Whether a value is the name again, for a script to replace: `API_KEY_VALUE`, `YOUR_TOKEN`."""
    return text.isupper() and _BLANKS.issuperset(set(text.split("_")) - set(words))


_SHORTEST_VALUE = 3
_FEW = 3
"""Digits that may be a setting, even if its name ends in PASSWORD."""
_PASSWORDS = frozenset({"PASSWORD", "PASSWD", "PASS", "PWD", "PGPASSWORD"})

_WORD = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+"
_AFTER = frozenset({"BASE", "B", "VALUE", "STRING", "PLAIN", "PLAINTEXT"})
"""`SECRET_KEY_BASE`, `PASSWORD_B64`: still the credential."""
_ALONE = frozenset(
    {"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "CREDENTIALS", "APIKEY"}
    | {"ACCESSKEY", "SECRETKEY", "PRIVATEKEY"}
)
_AT_THE_END = ("PASSWORD", "PASSPHRASE", "APIKEY")
"""`PGPASSWORD`, in one piece."""
_SHORT = frozenset({"PASS", "PWD", "PW"})
"""A password behind another word; alone `PWD` is a directory."""
_BEFORE_KEY = frozenset(
    {"API", "ACCESS", "SECRET", "PRIVATE", "ENCRYPTION", "SIGNING", "MASTER", "AUTH", "ACCOUNT"}
    | {"STORAGE", "ADMIN", "APP", "JWT", "HMAC"}
)
"""`ACCESS_KEY` opens something; `PARTITION_KEY` and `SORT_KEY` do not."""
_OF_OBJECTS = frozenset(
    {"EXISTING", "PULL", "TLS", "SSL", "CERT", "CERTIFICATE", "CA", "PASSWORD", "CREDENTIAL"}
    | {"CREDENTIALS", "KUBERNETES", "KUBE"}
)
_OTHERWISE = {
    # `imagePullSecret`, `passwordSecret`: the name of a Secret.
    "SECRET": _OF_OBJECTS,
    # Words of a text, in settings of language models.
    "TOKEN": frozenset({"MAX", "MIN", "NUM", "STOP", "PAD", "EOS", "BOS", "UNK", "MASK", "PER"}),
}
_NOTHING = frozenset(
    {"true", "false", "yes", "none", "null", "nil", "undefined", "enabled", "disabled", "unset"}
    | {"auto", "always", "never", "optional", "required", "n/a", "default", "basic", "bearer"}
    | {"token", "jwt", "string", "file", "env", "kubernetes", "vault", "off"}
)
"""Words that say how something is done."""
_BLANKS = frozenset(
    {"A", "CHANGE", "CHANGEME", "ENTER", "HERE", "INSERT", "ME", "MY", "PLACEHOLDER", "REDACTED"}
    | {"REPLACE", "THE", "TODO", "VAL", "VALUE", "WITH", "YOUR"}
)
"""What a placeholder says besides the name."""
_NUMBER = r"[-+]?[0-9][0-9_.,]*(?:ms|[smhd]|[kKMGT]i?)|[-+]?[0-9_]*[.,-][0-9_.,]*"
_PATH = (
    r"(?:~|\.{1,2})?/(?:[\w.@-]+/)*[\w.@-]*|[A-Za-z]:\\.*"
    r"|[\w./-]+\.(?:cfg|cer|conf|crt|der|env|ini|jks|json|jwt|key|p12|pem|pfx|properties|pub|txt|ya?ml)"
)
_CODE = r"[\w.]+\(.*\)|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Za-z_]\w*\[.*\]"
"""`config.password`, `get_token()`: what programs in a text say."""
_ADDRESS = r"[A-Za-z][\w+.-]*://|(?:arn|vault|file|env|ref\+\w+|gcp|azurekeyvault|ssm):"
"""A URL, or where a value stands in a store of secrets."""
_COMMENTS = ("#", "//", ";", "*")
_ASSIGNMENT = (
    r"\s*(?:-\s+|export\s+|set\s+)?[\"']?(?P<name>[A-Za-z][\w.-]*)[\"']?\s*[:=]\s*"
    r"(?:(?P<mark>[\"'])(?P<quoted>(?:(?!(?P=mark)).)*)(?P=mark)\s*[,;]?|(?P<plain>[^\s\"'#;,]+)[;,]?)"
    r"\s*(?:#.*)?"
)
