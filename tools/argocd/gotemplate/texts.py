"""The functions of templates about text."""

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.gotemplate.values import TextMap, formatted, kind_of, printed

_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_BY_LANGUAGE = frozenset("\u0130\u0131\u017f\u212a")
"""Letters whose other case is an English one."""
_MOST = 1 << 20
_NAME = 253
_SLUG = 50
_SLUG_ARGUMENTS = 3
_QUOTED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
           "\v": "\\v", '"': '\\"', "\\": "\\\\"}  # fmt: skip


def sanitized(name: str) -> str:
    """`normalize`: what makes a text fit for the name of an object."""
    return re.sub(r"[^-a-z0-9.]", "-", lower(name))[:_NAME].strip("-.")


def slugified(*arguments: Any) -> str:
    """`slugify`: the most characters, whether to cut at a dash, and the name, or only that."""
    fault = stop("'slugify' is called with what it does not take")
    if len(arguments) > _SLUG_ARGUMENTS or not isinstance((arguments or ("",))[-1], str):
        raise fault
    given = dict(enumerate(arguments[:-1]))
    most, smart = given.get(0, _SLUG), given.get(1, True)
    if type(most) is not int or not isinstance(smart, bool):
        raise fault
    slug = sanitized(arguments[-1] if arguments else "")
    if not smart and len(slug) >= most:
        slug = _slice(slug, 0, most)
    slug = re.sub(r"-+", "-", re.sub(r"[^a-zA-Z0-9-_]", "-", slug)).strip("-_")
    if most > 0 and smart and len(slug) > most:
        cut = slug.rfind("-", 0, most + 1)
        slug = slug[: cut if cut >= 0 else most]
    return slug


def _each(text: str, change: Callable[[str], str]) -> str:
    """Characters changed one by one, as Go does; those that would become several are left."""
    if text.isascii():
        return change(text)
    if _BY_LANGUAGE.intersection(text):
        raise Unrenderable("a letter's case depends on the language")
    return "".join(c if len(change(c)) > 1 else change(c) for c in text)


def lower(text: str) -> str:
    return _each(text, str.lower)


def upper(text: str) -> str:
    return _each(text, str.upper)


def quoted(value: Any) -> str:
    """`%q` of a value."""
    text = formatted(value)
    if any(not (char.isprintable() or char in _QUOTED) for char in text):
        raise Unrenderable("a text holds what cannot be printed")
    return '"' + "".join(_QUOTED.get(char, char) for char in text) + '"'


def _ascii(text: str) -> str:
    """A text that is as many bytes as characters."""
    if not text.isascii():
        raise Unrenderable("a text with other letters than English ones is cut")
    return text


def _slice(text: str, start: int, end: int) -> str:
    if not 0 <= start <= end <= len(text):
        raise Unrenderable("a text is cut where it has nothing", True)
    return text[start:end]


def _trunc(count: int, text: str) -> str:
    if count < 0:
        return _ascii(text)[count:] if len(_ascii(text)) + count > 0 else text
    return _ascii(text)[:count] if len(text.encode()) > count else text


def _substr(start: int, end: int, text: str) -> str:
    text = _ascii(text)
    if start < 0:
        return _slice(text, 0, end)
    return _slice(text, start, len(text) if end < 0 or end > len(text) else end)


def _title(text: str) -> str:
    return re.sub(r"(?<![A-Za-z0-9_])[a-z]", lambda match: match[0].upper(), _ascii(text))


def _indent(spaces: int, text: str) -> str:
    pad = _repeat(spaces, " ")
    return pad + text.replace("\n", "\n" + pad)


def _repeat(count: int, text: str) -> str:
    if count < 0:
        raise Unrenderable("a text is repeated less than not at all", True)
    if count * len(text) > _MOST:
        raise Unrenderable("a text is repeated too often")
    return text * count


def _several(*values: Any) -> str:
    """`print`: a blank between values of which none is a text."""
    found = ""
    for index, value in enumerate(values):
        if index and not (isinstance(value, str) or isinstance(values[index - 1], str)):
            found += " "
        found += formatted(value)
    return found


_VERB = re.compile(r"%(?P<flags>[-+ #0]*)(?P<width>\d*)(?P<rest>\.\d*|\[)?(?P<verb>.)?", re.DOTALL)
_VERBS = {"s": ("string",), "d": ("int", "int64"), "t": ("bool",), "q": ("string",)}
_ANY = ("v", "s")


def _printf(template: str, *values: Any) -> str:
    left = list(values)

    def replaced(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        verb, flags = match["verb"], match["flags"]
        if match["rest"] or not left or flags.strip("-0") or ("0" in flags and verb != "d"):
            raise Unrenderable(f"{match[0]!r} is not printed here")
        value = left.pop(0)
        if verb != "v" and kind_of(value) not in _VERBS.get(str(verb), ()):
            raise Unrenderable(f"{match[0]!r} is not printed here")
        text = quoted(value) if verb == "q" else formatted(value)
        width = int(match["width"] or 0)
        if width > _MOST:
            raise Unrenderable(f"{match[0]!r} is not printed here")
        if "-" in flags:
            return text.ljust(width)
        return text.zfill(width) if "0" in flags else text.rjust(width)

    found = _VERB.sub(replaced, template)
    if left:
        raise Unrenderable("'printf' has more values than places")
    return found


def _query(*values: Any) -> str:
    from urllib.parse import quote_plus

    shown = (printed(value) if value is None else value for value in values)
    return quote_plus(_several(*shown), safe="-_.~")


def _splitn(separator: str, count: int, text: str) -> TextMap:
    if not separator or count == 0:
        raise Unrenderable("'splitn' without a separator or a number is not rendered here")
    parts = text.split(separator, count - 1 if count > 0 else -1)
    return TextMap({f"_{index}": part for index, part in enumerate(parts)})


def split_list(separator: str, text: str) -> list[str]:
    """`splitList`: without a separator, into characters."""
    return text.split(separator) if separator else list(text)


def _split(separator: str, text: str) -> TextMap:
    parts = split_list(separator, text)
    return TextMap({f"_{index}": part for index, part in enumerate(parts)})


def _cleaned(path: str) -> str:
    """`path.Clean`."""
    return re.sub(r"^//", "/", posixpath.normpath(path))


def _base(path: str) -> str:
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


def _dir(path: str) -> str:
    return _cleaned(path[: path.rfind("/") + 1])


def _ext(path: str) -> str:
    last = path.rpartition("/")[2]
    return last[last.rfind(".") :] if "." in last else ""


def _untitle(text: str) -> str:
    """`untitle`: the first letter of each word in lower case."""
    return re.sub(r"(^|\s)([A-Z])", lambda match: match[1] + match[2].lower(), _ascii(text))


TEXTS: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "normalize": ("s", sanitized),
    "slugify": ("a*", slugified),
    "lower": ("s", lower),
    "upper": ("s", upper),
    "title": ("s", _title),
    "untitle": ("s", _untitle),
    "trim": ("s", lambda text: text.strip(_SPACES)),
    "trimAll": ("ss", lambda chars, text: text.strip(chars) if chars else text),
    "trimall": ("ss", lambda chars, text: text.strip(chars) if chars else text),
    "trimPrefix": ("ss", lambda prefix, text: text.removeprefix(prefix)),
    "trimSuffix": ("ss", lambda suffix, text: text.removesuffix(suffix)),
    "replace": ("sss", lambda old, new, text: text.replace(old, new)),
    "trunc": ("is", _trunc),
    "substr": ("iis", _substr),
    "repeat": ("is", _repeat),
    "nospace": ("s", lambda text: "".join(c for c in _ascii(text) if c not in _SPACES)),
    "contains": ("ss", lambda part, text: part in text),
    "hasPrefix": ("ss", lambda prefix, text: text.startswith(prefix)),
    "hasSuffix": ("ss", lambda suffix, text: text.endswith(suffix)),
    "quote": ("a*", lambda *values: " ".join(quoted(v) for v in values if v is not None)),
    "squote": (
        "a*",
        lambda *values: " ".join(f"'{formatted(v)}'" for v in values if v is not None),
    ),
    "cat": ("a*", lambda *values: " ".join(formatted(v) for v in values if v is not None)),
    "indent": ("is", _indent),
    "nindent": ("is", lambda spaces, text: "\n" + _indent(spaces, text)),
    "plural": ("ssi", lambda one, many, count: one if count == 1 else many),
    "toString": ("a", formatted),
    "split": ("ss", _split),
    "splitn": ("sis", _splitn),
    "splitList": ("ss", split_list),
    "print": ("a*", _several),
    "println": ("a*", lambda *values: " ".join(map(formatted, values)) + "\n"),
    "printf": ("sa*", _printf),
    "urlquery": ("a*", _query),
    "base": ("s", _base),
    "dir": ("s", _dir),
    "clean": ("s", _cleaned),
    "ext": ("s", _ext),
    "isAbs": ("s", lambda path: path.startswith("/")),
    "osBase": ("s", _base),
    "osDir": ("s", _dir),
    "osClean": ("s", _cleaned),
    "osExt": ("s", _ext),
    "osIsAbs": ("s", lambda path: path.startswith("/")),
    "hello": ("", lambda: "Hello!"),
}
