"""The functions of templates: Go's own, those of sprig 3.3.0, and those that Argo CD adds.

`applicationset/utils` of Argo CD 3.2.11 and https://github.com/Masterminds/sprig/tree/v3.3.0.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tools.argocd.gotemplate.fault import Unrenderable, stop
from tools.argocd.gotemplate.nodes import MISSING
from tools.argocd.gotemplate.values import Int64, TextMap, Unordered, kind_of

KNOWN = frozenset((
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
    "print", "printf", "println", "urlquery", "hello", "ago", "date", "date_in_zone", "date_modify",
    "dateInZone", "dateModify", "duration", "durationRound", "htmlDate", "htmlDateInZone",
    "must_date_modify", "mustDateModify", "mustToDate", "now", "toDate", "unixEpoch", "abbrev",
    "abbrevboth", "trunc", "trim", "upper", "lower", "title", "untitle", "substr", "repeat",
    "trimall", "trimAll", "trimSuffix", "trimPrefix", "nospace", "initials", "randAlphaNum",
    "randAlpha", "randAscii", "randNumeric", "swapcase", "shuffle", "snakecase", "camelcase",
    "kebabcase", "wrap", "wrapWith", "contains", "hasPrefix", "hasSuffix", "quote", "squote", "cat",
    "indent", "nindent", "replace", "plural", "sha1sum", "sha256sum", "sha512sum", "adler32sum",
    "toString", "atoi", "int64", "int", "float64", "seq", "toDecimal", "split", "splitList",
    "splitn", "toStrings", "until", "untilStep", "add1", "add", "sub", "div", "mod", "mul",
    "randInt", "add1f", "addf", "subf", "divf", "mulf", "biggest", "max", "min", "maxf", "minf",
    "ceil", "floor", "round", "join", "sortAlpha", "default", "empty", "coalesce", "all", "any",
    "compact", "mustCompact", "fromJson", "toJson", "toPrettyJson", "toRawJson", "mustFromJson",
    "mustToJson", "mustToPrettyJson", "mustToRawJson", "ternary", "deepCopy", "mustDeepCopy",
    "typeOf", "typeIs", "typeIsLike", "kindOf", "kindIs", "deepEqual", "base", "dir", "clean",
    "ext", "isAbs", "osBase", "osClean", "osDir", "osExt", "osIsAbs", "b64enc", "b64dec", "b32enc",
    "b32dec", "tuple", "list", "dict", "get", "set", "unset", "hasKey", "pluck", "keys", "pick",
    "omit", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite", "values", "append",
    "push", "mustAppend", "mustPush", "prepend", "mustPrepend", "first", "mustFirst", "rest",
    "mustRest", "last", "mustLast", "initial", "mustInitial", "reverse", "mustReverse", "uniq",
    "mustUniq", "without", "mustWithout", "has", "mustHas", "slice", "mustSlice", "concat", "dig",
    "chunk", "mustChunk", "bcrypt", "htpasswd", "genPrivateKey", "derivePassword",
    "buildCustomCert", "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey",
    "genSignedCert", "genSignedCertWithKey", "encryptAES", "decryptAES", "randBytes", "uuidv4",
    "semver", "semverCompare", "fail", "regexMatch", "mustRegexMatch", "regexFindAll",
    "mustRegexFindAll", "regexFind", "mustRegexFind", "regexReplaceAll", "mustRegexReplaceAll",
    "regexReplaceAllLiteral", "mustRegexReplaceAllLiteral", "regexSplit", "mustRegexSplit",
    "regexQuoteMeta", "urlParse", "urlJoin", "normalize", "slugify", "toYaml", "fromYaml",
    "fromYamlArray",
))  # fmt: skip
"""Every function that Argo CD knows, whether it is rendered here or not."""

Call = Callable[..., Any]
_PLAIN = {"s": str, "i": int, "b": bool, "f": float}
_NUMBERS = "if"
_CALLED = {"s": "string", "i": "int", "b": "bool", "f": "float64", "m": "map"}


class Signature(NamedTuple):
    """A function with a letter for each parameter: `s`tring, `i`nt, `b`ool, `f`loat64, `m`ap,
    `l`ist, or `a`ny; a `*` behind the last one says that there may be any number of it. An
    upper-case `A` also takes a slice whose order is open.
    """

    name: str
    parameters: str
    function: Call

    def check_count(self, count: int) -> None:
        fixed = self.parameters.rstrip("*")
        several = fixed != self.parameters
        least = len(fixed) - several
        if count < least or (count > least and not several):
            raise stop(f"{self.name!r} is called with {count} arguments")

    def taken(self, index: int, value: Any, is_constant: bool) -> Any:
        """An argument as the function takes it."""
        letters = self.parameters.rstrip("*")
        letter = letters[min(index, len(letters) - 1)]
        if letter == "m":
            return self._map(value, is_constant)
        value = None if value is MISSING else value
        if isinstance(value, Unordered) and len(value) > 1 and letter != "A":
            raise Unrenderable("the order of the keys of a map is open")
        number = _number(letter, value) if is_constant and letter in _NUMBERS else None
        if number is not None and number == value:
            return number
        if letter in _PLAIN and type(value) is not _PLAIN[letter]:
            raise self._refused(letter, value)
        if letter == "l" and not isinstance(value, list):
            raise stop(f"{self.name!r} is given a {kind_of(value)} where a list belongs")
        return value

    def _map(self, value: Any, is_constant: bool) -> Any:
        if value is MISSING or (value is None and is_constant):
            return {}
        if value is None:
            raise Unrenderable("a map is nil")
        if not isinstance(value, dict) or isinstance(value, TextMap):
            raise self._refused("m", value)
        return value

    def _refused(self, letter: str, value: Any) -> Unrenderable:
        given = "int64" if isinstance(value, Int64) else kind_of(value)
        return stop(f"{self.name!r} is given {given} where {_CALLED[letter]} belongs")

    def call(self, arguments: Sequence[Any]) -> Any:
        try:
            return self.function(*arguments)
        except (ValueError, IndexError, OverflowError, ZeroDivisionError) as error:
            raise Unrenderable(f"{self.name!r} is called with what it does not take") from error


def _number(letter: str, value: Any) -> int | float | None:
    """A constant as the number that a parameter takes: 1e3 is whole, and 1 has a fraction of 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if letter == "i" else float(value)


def signature_of(name: str) -> Signature:
    """A function by its name. Raises Unrenderable for one that is not rendered here."""
    from tools.argocd.gotemplate.encodings import ENCODINGS
    from tools.argocd.gotemplate.lists import LISTS
    from tools.argocd.gotemplate.logic import LOGIC
    from tools.argocd.gotemplate.texts import TEXTS

    for table in (TEXTS, LOGIC, LISTS, ENCODINGS):
        if name in table:
            return Signature(name, *table[name])
    raise Unrenderable(f"the template function {name!r} is not rendered here")
