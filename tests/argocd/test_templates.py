"""Templates give what Go gives, or say that they cannot."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.argocd.judge import answers, needs_go
from tools.argocd.gotemplate.fault import Unrenderable
from tools.argocd.gotemplate.functions import signature_of
from tools.argocd.templates import fill

PROGRAM = Path(__file__).parent / "templating"
DATA: dict[str, Any] = {
    "env": "prod", "name": "Shop_Web.2", "empty": "", "count": 3, "big": 1500000, "ratio": 0.25,
    "zero": 0, "on": True, "off": False, "nothing": None, "long": "one two\nthree: 4\n",
    "path": {
        "path": "apps/web/prod", "basename": "prod", "segments": ["apps", "web", "prod"],
        "filename": "config.yaml",
    },
    "labels": {"team": "a", "tier-10": "x y", "tier-9": "yes", "app.kubernetes.io/name": "true"},
    "list": ["b", "a", "c", "a"], "mixed": [1, "x", None, True, 2.5, {"k": "v"}], "none": [],
    "deep": {"a": {"b": {"c": "end"}}, "l": [{"n": "x"}, {"n": "y"}]},
    "yaml": "a: 1\nb: [x, yes]\n", "json": '{"a": [1, "<b>", null]}', "greek": "Ωmega é",
    "quote": 'say "hi" \\ there', "url": "https://git.example.com/team/shop.git",
}  # fmt: skip

FIELDS = (
    ".env", ".name", ".empty", ".count", ".big", ".ratio", ".zero", ".on", ".off", ".nothing",
    ".long", ".path.path", ".path.basename", ".path.segments", ".labels", ".list", ".mixed",
    ".none", ".deep.a", ".deep.a.b.c", ".deep.l", ".yaml", ".json", ".greek", ".quote", ".url",
    ".missing", ".missing.below", ".deep.gone.far", ".env.below", "$.env", "$x", "$i", ".",
    ".nothing.below", "(index .list 1)", '(index .labels "team")', "(.deep.a).b.c", ".n",
    ".labels.team",
)  # fmt: skip
CONSTANTS = (
    '"-"', '"a"', '"prod"', '"/"', '`raw \\n`', '"t\\tx"', '1', '0', '-2', '5', '2.5', '1e3',
    '0x10', 'true', 'false', 'nil', '"^[a-z]+"', '"[^a-z0-9]+"', '"(w)(e)b"', '"${2}$1"', '"$1x"',
    '"x*"', '"Shop_"', '".git"', '"a: 1"', '"%s-%v"', '"%05d|%-4d|%q"', '"\\u00e9"', '"int"',
    '"string"',
)  # fmt: skip
# The number of arguments that a function is mostly given.
FUNCTIONS = {
    "lower": 1, "upper": 1, "title": 1, "trim": 1, "trimPrefix": 2, "trimSuffix": 2, "trimAll": 2,
    "replace": 3, "trunc": 2, "substr": 3, "repeat": 2, "nospace": 1, "contains": 2, "hasPrefix": 2,
    "hasSuffix": 2, "quote": 1, "squote": 1, "cat": 2, "indent": 2, "nindent": 2, "plural": 3,
    "toString": 1, "split": 2, "splitList": 2, "splitn": 3, "print": 2, "println": 2, "printf": 3,
    "urlquery": 1, "base": 1, "dir": 1, "clean": 1, "ext": 1, "normalize": 1, "slugify": 1,
    "eq": 2, "ne": 2, "lt": 2, "le": 2, "gt": 2, "ge": 2, "not": 1, "and": 2, "or": 2, "len": 1,
    "index": 2, "default": 2, "empty": 1, "coalesce": 3, "all": 2, "any": 2, "ternary": 3,
    "kindOf": 1, "kindIs": 2, "deepEqual": 2, "int": 1, "int64": 1, "float64": 1, "atoi": 1,
    "add": 2, "add1": 1, "sub": 2, "mul": 2, "div": 2, "mod": 2, "max": 2, "min": 2, "floor": 1,
    "ceil": 1, "until": 1, "untilStep": 3, "append": 2, "prepend": 2, "first": 1, "last": 1,
    "rest": 1, "initial": 1, "reverse": 1, "uniq": 1, "without": 2, "compact": 1, "has": 2,
    "slice": 3, "join": 2, "toStrings": 1, "sortAlpha": 1, "list": 3, "concat": 2, "dict": 4,
    "get": 2, "hasKey": 2, "pluck": 2, "pick": 2, "omit": 2, "keys": 1, "values": 1, "dig": 4,
    "set": 3, "toJson": 1, "toRawJson": 1, "toPrettyJson": 1, "fromJson": 1, "toYaml": 1,
    "fromYaml": 1, "fromYamlArray": 1, "b64enc": 1, "b64dec": 1, "sha256sum": 1, "sha1sum": 1,
    "regexMatch": 2, "regexFind": 2, "regexReplaceAll": 3, "regexReplaceAllLiteral": 3,
    "regexQuoteMeta": 1, "fail": 1, "required": 2, "mustFirst": 1, "untitle": 1,
}  # fmt: skip
# What is mostly given to a parameter of each kind.
GIVEN = {
    "s": (".env", ".name", ".long", ".path.path", ".deep.a.b.c", ".url", ".quote", ".greek",
          ".labels.team", '"-"', '"a"', '"/"', '"[^a-z0-9]+"', '"(w)(e)b"', '"${2}$1"', '"x*"',
          "(lower .name)", "(toYaml .labels)", "(toJson .list)", "(index .list 0)"),
    "i": ("0", "1", "5", "-2", "(int .count)", "(len .list)"),
    "b": ("true", ".on", ".off", '(eq .env "prod")', "(empty .none)"),
    "m": (".labels", ".deep", ".path", '(dict "k" .list "e" .env)', "(fromYaml .yaml)", "$"),
    "l": (".list", ".mixed", ".none", ".path.segments", '(list 1 "x" .env)', "(until 3)",
          '(splitList "/" .path.path)', '(keys .labels | sortAlpha)'),
    "A": (".list", ".labels", "(keys .labels)", ".none", '"text"'),
}  # fmt: skip
OPTIONS: tuple[list[str], ...] = (
    [],
    ["missingkey=error"],
    ["missingkey=zero"],
    ["missingkey=default"],
)


class _Written:
    """Templates at random that mostly mean something."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)

    def _pick(self, items: Any) -> Any:
        return self._source.choice(tuple(items))

    def operand(self, depth: int) -> str:
        kind = self._source.random()
        if kind < 0.45 or (depth <= 0 and kind < 0.6):
            return str(self._pick(FIELDS))
        if kind < 0.75 or depth <= 0:
            return str(self._pick(CONSTANTS))
        return f"({self.pipe(depth - 1)})"

    def call(self, depth: int, piped: int = 0) -> str:
        name = self._pick(FUNCTIONS)
        if name == "set":  # a map in itself ends Go's process
            value = "" if piped else self._pick(CONSTANTS)
            return f'set (dict "k" .list) .env {value}'
        count = FUNCTIONS[name] - piped + (self._source.random() < 0.02)
        kinds = self._kinds(name)
        return " ".join([name, *(self.argument(kinds, i, depth) for i in range(count))])

    def argument(self, kinds: str, index: int, depth: int) -> str:
        kind = kinds[min(index, len(kinds) - 1)] if kinds else "a"
        if kind in GIVEN and self._source.random() < 0.9:
            return str(self._pick(GIVEN[kind]))
        return self.operand(depth)

    def _kinds(self, name: str) -> str:
        try:
            return signature_of(name).parameters.rstrip("*")
        except Unrenderable:
            return "a"

    def pipe(self, depth: int) -> str:
        first = self.operand(depth) if self._source.random() < 0.4 else self.call(depth)
        more = [self.call(depth, 1) for _ in range(self._pick((0, 0, 1, 1, 2)))]
        return " | ".join([first, *more])

    def node(self, depth: int) -> str:
        left, right = self._pick(("{{ ", "{{", "{{- ")), self._pick((" }}", "}}", " -}}"))
        kind = self._pick(("text", "pipe", "pipe", "pipe", "if", "with", "range", "set", "other"))
        if kind == "text" or depth <= 0:
            return str(self._pick(("x", " a b ", "\n  - ", "}", "{ ")))
        if kind == "pipe":
            return f"{left}{self.pipe(2)}{right}"
        if kind == "set" and self._source.random() < 0.7:
            return f"{left}$x {self._pick((':=', '='))} {self.pipe(1)}{right}"
        if kind == "other" and self._source.random() < 0.2:
            return str(
                self._pick(
                    ("{{/* no */}}", "{{- /* no */ -}}", '{{ template "t" . }}', "{{ break }}",
                     "{{ continue }}", "{{ end }}", "{{ else }}", "{{ .env", "{{ }}")
                )
            )  # fmt: skip
        if kind in ("set", "other"):
            return "y"
        heads = ("", "$x := ", "$i, $x := ") if kind == "range" else ("", "$x := ")
        head = self._pick(heads)
        middle = self._pick(("", "", "{{ else }}", "{{ else if .on }}", "{{else with .env}}"))
        body, other = self.nodes(depth - 1), self.nodes(depth - 1) if middle else ""
        return f"{left}{kind} {head}{self.pipe(1)}{right}{body}{middle}{other}{{{{ end }}}}"

    def nodes(self, depth: int) -> str:
        return "".join(self.node(depth) for _ in range(self._pick((1, 1, 2, 3))))

    def template(self) -> str:
        start = self._pick(("", "", '{{ $x := "v" }}{{ $i := 1 }}', '{{define "t"}}<{{.}}>{{end}}'))
        return str(start) + self.nodes(2)


def _rendered(template: str, options: list[str]) -> tuple[str, str]:
    """`text`, `stops` or `unknown`, and the text or reason."""
    try:
        return "text", str(fill(template, DATA, True, options))
    except Unrenderable as error:
        return "stops" if error.stops else "unknown", str(error)


@pytest.mark.slow
@needs_go
def test_go_gives_the_same_texts() -> None:
    number = int(os.environ.get("TEMPLATE_CASES", "6000"))
    written = _Written(int(os.environ.get("SEED", "20")))
    questions = [(written.template(), OPTIONS[i % 4]) for i in range(number)]
    asked = [{"template": t, "data": DATA, "options": o} for t, o in questions]
    counts = {"text": 0, "stops": 0, "unknown": 0}
    differ = []
    for (template, options), line in zip(questions, answers(PROGRAM, asked), strict=True):
        answer = json.loads(line)
        if "{{" not in template:
            continue
        kind, text = _rendered(template, options)
        counts[kind] += 1
        wrong = (kind == "text" and ("error" in answer or answer["text"] != text)) or (
            kind == "stops" and "error" not in answer
        )
        if wrong:
            differ.append((template, options, kind, text, answer))
    assert differ == []
    assert counts["text"] > number / 10, counts
    assert counts["unknown"] < number / 10, counts
