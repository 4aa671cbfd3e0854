"""An expression of `ignoreDifferences` is refused where gojq refuses it."""

import random

import pytest

from tests.argocd.jq_judge import ask_gojq
from tests.argocd.judge import CASES, SEED, needs_go
from tools.argocd.jq.fault import jq_fault

PIECES = (
    '.spec', '.a', '.[]', '[0]', '["k"]', '.containers[]', '.', '..', '?', '|', ',', '//', '==',
    '!=', '+', '-', '*', 'and', 'or', 'not', '=', '|=', '(', ')', '[', ']', '{', '}', ':', ';',
    '"x"', '"a\\(.b)c"', '"\\q"', '1', '1.5', '2e3', '1x', '$x', '$ENV', 'as $x |',
    'as [$x, {a: $y}] |', 'select(.a == 1)', 'map(.b)', 'select(', 'test("x")', 'length', 'keys',
    'del(.a)', 'unknown', 'map', 'select(.a; .b)', 'if .a then .b else .c end',
    'if .a then .b end', 'elif', 'end', 'try .a', 'catch .', 'reduce .[] as $x (0; . + $x)',
    'foreach .[] as $x (0; . + $x; .)', 'label $out |', 'break $out', 'def f: .a;', 'f',
    'def g(h; $i): h | $i;', 'g(.a; 1)', '@base64', '@nope', '@text "x"', '# no', 'a::b', 'null',
    'true', '{a: 1}', '{a, $x}', '{"a": .b | .c}', '{(.a): 1}', '{if: 1}', '."a"', '.[1:2]',
    '.[:2]', '.[1:]', '..a', '?//', '-1', 'input', 'debug', 'last(.[])',
    'with_entries(.value |= 1)', 'env.A', "'x'", '~', '$__loc__', 'é', 'to_entries[]',
    'first(.[])', 'limit(1; .[])',
)  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        (".spec.replicas", None),
        ('.spec.template.spec.containers[] | select(.name == "web") | .image', None),
        ('.metadata.annotations | to_entries[] | select(.key | startswith("a"))', None),
        (".webhooks[]?.clientConfig.caBundle", None),
        (".spec.containers[", "leaves '[' open"),
        ("", "is empty"),
        (".a |", "is not a whole expression"),
        (".a | selct(.b)", "calls selct/1, which jq does not know"),
        (".a | select(.b; .c)", "calls select/2, which jq does not know"),
        (".a == $b", "uses the variable $b, which nothing sets"),
        ('.a == "b', "has a string that is not closed"),
        (".a == 'b'", "has \"'b'\", which jq does not understand"),
        (".a as $x | .b == $x", None),
        (".a = 1 = 2", "has '=' where jq expects something else"),
        ("(" * 500 + "." + ")" * 500, "is nested more deeply than is read here"),
        ('"\\(' * 1000, "is nested more deeply than is read here"),
        ("/spec/replicas", "has '/' where jq expects something else"),
    ],
)
def test_what_jq_cannot_read(expression: str, why: str | None) -> None:
    assert jq_fault(expression) == why


def _expressions() -> list[str]:
    source = random.Random(SEED)
    return [
        source.choice((" ", "", " ")).join(source.choices(PIECES, k=source.randint(1, 6)))
        for _ in range(CASES)
    ]


@pytest.mark.slow
@needs_go
def test_gojq_agrees() -> None:
    expressions = _expressions()
    answers = [answer.refused for answer in ask_gojq([(e, None) for e in expressions])]
    differ = [
        (expression, jq_fault(expression), answer)
        for expression, answer in zip(expressions, answers, strict=True)
        if (jq_fault(expression) is None) is not (answer == "")
    ]
    print(f"{len(expressions) - len(differ)} of {len(expressions)} agree")
    assert differ == []
    assert sum(not answer for answer in answers) > len(answers) / 20
