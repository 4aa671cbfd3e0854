"""The functions of templates that read and write YAML, JSON and base64, and search in text."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import cmp_to_key
from typing import Any

from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.gotemplate.values import Nil, by_bytes, from_data

_WIDTH = 80
_TEXT = "tag:yaml.org,2002:str"
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_DATE = re.compile(r"\d{4}-\d")
_EXACT = 1 << 53


def _plain(value: Any) -> Any:
    """A value with its whole numbers as such, and the keys of maps in order."""
    if isinstance(value, dict):
        return {key: _plain(value[key]) for key in by_bytes(value)}
    if isinstance(value, list):
        return None if isinstance(value, Nil) else [_plain(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if value != int(value) or abs(value) >= _EXACT:
        raise Unrenderable("a large number or one with a fraction is written")
    return int(value)


def _json(value: Any, indent: int | None = None) -> str:
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(_plain(value), ensure_ascii=False, indent=indent, separators=separators)
    if any(ord(char) in (0x7F, 0x2028, 0x2029) for char in text):
        raise Unrenderable("a text holds what cannot be printed")
    return text


def _html_json(value: Any, indent: int | None = None) -> str:
    text = _json(value, indent)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _from_json(text: str) -> Any:
    try:
        return from_data(json.loads(text))
    except ValueError:
        return None


def _must_from_json(text: str) -> Any:
    try:
        return from_data(json.loads(text))
    except ValueError as error:
        raise stop("a text is no JSON") from error


def _from_yaml(text: str) -> Any:
    from tools.source.document import parse
    from tools.source.place import SourceError

    try:
        documents = parse(text, "text")
    except SourceError as error:
        # Go reads no further than the first document.
        raise Unrenderable(f"a text is {error.sentence}") from error
    if len(documents) > 1 or any(document.quirks for document in documents):
        raise Unrenderable("readers of YAML disagree about a text")
    return from_data(documents[0].data) if documents else None


def _from_yaml_map(text: str) -> Any:
    found = _from_yaml(text)
    if not isinstance(found, dict) and found is not None:
        raise stop("a text is no map in YAML")
    return found or {}


def _from_yaml_list(text: str) -> Any:
    found = _from_yaml(text)
    if not isinstance(found, list) and found is not None:
        raise stop("a text is no list in YAML")
    return found or []


def _to_yaml(value: Any) -> str:
    """`toYaml`, as go-yaml writes it: maps in the order of its keys, texts plain if they can be."""
    import yaml
    from yaml._yaml import CEmitter
    from yaml.representer import SafeRepresenter

    from tools.source.document import Resolver, implicit_tag

    class Dumper(CEmitter, SafeRepresenter, Resolver):
        def __init__(self, stream: Any, **options: Any) -> None:
            for name in ("default_style", "default_flow_style", "sort_keys"):
                options.pop(name, None)
            CEmitter.__init__(self, stream, **options)
            SafeRepresenter.__init__(self, default_flow_style=False, sort_keys=False)
            Resolver.__init__(self)

        def ignore_aliases(self, data: Any) -> bool:
            return True

        def represent_text(self, data: str) -> Any:
            tag = implicit_tag(data)
            style = "" if tag == _TEXT and not _SIXTIES.fullmatch(data) else '"'
            return self.represent_scalar(_TEXT, data, "|" if "\n" in data else style)

    Dumper.add_representer(str, Dumper.represent_text)
    ordered = _natural(_plain(value))
    written = yaml.dump(ordered, Dumper=Dumper, allow_unicode=True, width=_WIDTH)
    return str(written).removesuffix("...\n").removesuffix("\n")


def _natural(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=cmp_to_key(_order))
        return {_written(key): _natural(value[key]) for key in keys}
    if isinstance(value, list):
        return [_natural(item) for item in value]
    return _written(value) if isinstance(value, str) else value


def _written(text: str) -> str:
    if _DATE.match(text):
        raise Unrenderable(f"{text!r} looks like a date, and is written in YAML")
    if any(not (char.isprintable() or char == "\n") for char in text):
        raise Unrenderable("a text holds what cannot be printed")
    return text


def _order(left: str, right: str) -> int:
    """Which key comes first: letters behind the rest, digits as numbers (`keyList.Less`)."""
    index = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if index is None:
        return len(left) - len(right)
    mine, theirs = left[index], right[index]
    if mine.isalpha() != theirs.isalpha():
        return -1 if theirs.isalpha() else 1
    if mine.isalpha() or not (mine.isdigit() or theirs.isdigit()):
        return -1 if mine < theirs else 1
    return -1 if _number(left, right, index) < _number(right, left, index) else 1


def _number(text: str, other: str, index: int) -> tuple[int, int, str]:
    """The number that begins in a text where it differs from another one."""
    before = re.search(r"[0-9]*$", text[:index])
    zero = "0" in (text[index], other[index]) and before and before[0].strip("0")
    digits = re.match(r"[0-9]*", text[index:])
    found = digits[0] if digits else ""
    return int(("1" if zero else "") + found or "0"), len(found), text[index]


_SAFE = re.compile(
    r"""(?:\(\?i\))?(?:
      \\[dwDWb.\\+*?()\[\]{}|^$/-]
    | [^\\\[\](){}*+?|]
    | \[\^?(?:\\[dw.\\\]\[^/-]|[^\\\[\]&~|])+\]
    | \((?:\?:|\?P<\w+>)? | \) | \|
    | (?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})\??(?![*+?{])
    )*""",
    re.VERBOSE,
)


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern that Go and Python understand alike."""
    if not _SAFE.fullmatch(text) or not text.isascii():
        raise Unrenderable(f"the pattern {text!r} is not searched for here")
    try:
        return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", text), re.ASCII)
    except re.error as error:
        raise Unrenderable(f"the pattern {text!r} is not searched for here") from error


def _replace_all(pattern: str, text: str, replacement: str) -> str:
    groups = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))", re.ASCII)

    def expanded(match: re.Match[str]) -> str:
        def group(found: re.Match[str]) -> str:
            name = found[2] or found[3]
            if name is None:
                return "$"
            if name.isdigit():
                known = int(name) <= match.re.groups
                return (match[int(name)] or "") if known else ""
            return (match[name] or "") if name in match.re.groupindex else ""

        return groups.sub(group, replacement)

    return _replaced(_pattern(pattern), text, expanded)


def _replaced(
    pattern: re.Pattern[str], text: str, replacement: Callable[[re.Match[str]], str]
) -> str:
    """Every match replaced, but for empty ones behind another."""
    found, done, last = "", 0, -1
    for match in pattern.finditer(text):
        if match.end() == match.start() == last:
            continue
        found += text[done : match.start()] + replacement(match)
        done = last = match.end()
    return found + text[done:]


def _literal(pattern: str, text: str, replacement: str) -> str:
    return _replaced(_pattern(pattern), text, lambda match: replacement)


def _find(pattern: str, text: str) -> str:
    found = _pattern(pattern).search(text)
    return found[0] if found else ""


def _matches(pattern: str, text: str) -> bool:
    return _pattern(pattern).search(text) is not None


def _quote_meta(text: str) -> str:
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text)


def _sha256(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()


def _sha1(text: str) -> str:
    from hashlib import sha1

    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def _decoded(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode()
    except ValueError as error:
        raise Unrenderable("a text is no base64 of a text") from error


ENCODINGS: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "toJson": ("a", _html_json),
    "mustToJson": ("a", _html_json),
    "toRawJson": ("a", _json),
    "mustToRawJson": ("a", _json),
    "toPrettyJson": ("a", lambda value: _html_json(value, 2)),
    "mustToPrettyJson": ("a", lambda value: _html_json(value, 2)),
    "fromJson": ("s", _from_json),
    "mustFromJson": ("s", _must_from_json),
    "toYaml": ("a", _to_yaml),
    "fromYaml": ("s", _from_yaml_map),
    "fromYamlArray": ("s", _from_yaml_list),
    "b64enc": ("s", lambda text: b64encode(text.encode()).decode()),
    "b64dec": ("s", _decoded),
    "sha256sum": ("s", _sha256),
    "sha1sum": ("s", _sha1),
    "regexMatch": ("ss", _matches),
    "mustRegexMatch": ("ss", _matches),
    "regexFind": ("ss", _find),
    "mustRegexFind": ("ss", _find),
    "regexReplaceAll": ("sss", _replace_all),
    "mustRegexReplaceAll": ("sss", _replace_all),
    "regexReplaceAllLiteral": ("sss", _literal),
    "mustRegexReplaceAllLiteral": ("sss", _literal),
    "regexQuoteMeta": ("s", _quote_meta),
}
