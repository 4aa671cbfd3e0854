"""What a jq expression selects is what gojq selects."""

import random
from typing import Any

import pytest

from tests.argocd.jq_judge import ask_gojq
from tests.argocd.judge import CASES, SEED, needs_go
from tools.argocd.jq.functions import Failed, Unknown
from tools.argocd.jq.selected import selected
from tools.argocd.jq.tree import parse

WEB = {
    "kind": "Deployment",
    "metadata": {"name": "web", "annotations": {"a/b": "x", "c": "y"}},
    "spec": {
        "replicas": 2,
        "paused": False,
        "containers": [
            {"name": "web", "image": "web:1", "env": [{"name": "A", "value": "1"}]},
            {"name": "proxy", "image": "proxy:1"},
        ],
    },
    "data": None,
}
STEPS = (
    ".kind", ".metadata", ".spec", ".spec.containers", ".containers", "[]", "[]", "[0]", "[-1]",
    "[5]", ".name", ".env", ".image", ".replicas", ".missing", '."name"', '["annotations"]',
    '.["a/b"]', ".[]", "?", "?", ".data",
)  # fmt: skip
CONDITIONS = (
    '.name == "web"', '.name != "web"', '.name == "none"', '.name | test("^w")', "true", "null",
    '.name | startswith("w")', '.name | endswith("y")', ".env", ".env | not", 'has("env")',
    '.replicas > 1', '.replicas >= 3 or .paused', '.name == ("web", "proxy")', '.name | length > 3',
    'any(.name == "A")', 'all(.name == "A")', '.name | IN("web", "x")', '.env[]?.name == "A"',
    '.name == "web" and .env', '.image | contains(":1")', '(.name == "web") == true', '. == 2',
    'type == "string"', '.env | length == 0', '.paused == false', '.name < "x"', '.name? == "web"',
)  # fmt: skip
OTHERS = ("..", "recurse", "strings", "objects", "arrays", "values", ".", "scalars", "nulls")


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        (".spec.replicas", [("spec", "replicas")]),
        (".spec.none.at.all", [("spec", "none", "at", "all")]),
        (
            '.spec.containers[] | select(.name == "web") | .image',
            [("spec", "containers", 0, "image")],
        ),
        (".spec.containers[].env[]?", [("spec", "containers", 0, "env", 0)]),
        ('.metadata.annotations["a/b"]', [("metadata", "annotations", "a/b")]),
        ('.metadata.annotations."c"', [("metadata", "annotations", "c")]),
        (".spec.containers[-1].name", [("spec", "containers", -1, "name")]),
        (".kind, .data", [("kind",), ("data",)]),
    ],
)
def test_what_an_expression_selects(expression: str, paths: list[tuple[str | int, ...]]) -> None:
    node = parse(expression)
    assert node is not None
    assert selected(node, WEB) == paths


def test_one_item_without_a_list_is_an_error_for_all() -> None:
    node = parse(".spec.containers[].env[].value")
    assert node is not None
    with pytest.raises(Failed):
        selected(node, WEB)
    assert selected(node, WEB, forgiving=True) == [("spec", "containers", 0, "env", 0, "value")]


@pytest.mark.parametrize(
    "expression",
    [
        ".a // .b",
        "if .a then .b else .c end",
        ".a[1:2]",
        ".a as $x | .b",
        '."\\(.a)"',
        ".a + 1",
        "$x",
    ],
)
def test_other_parts_of_jq_are_not_read(expression: str) -> None:
    assert parse(expression) is None


def _expression(source: random.Random, depth: int = 2) -> str:
    parts = []
    for _ in range(source.randint(1, 4)):
        chance = source.random()
        if chance < 0.6:
            steps = "".join(source.choices(STEPS, k=2))
            parts.append(steps if steps[0] == "." else f".{steps}")
        elif chance < 0.85 or not depth:
            parts.append(f"select({source.choice(CONDITIONS)})")
        elif chance < 0.93:
            parts.append(f"({_expression(source, depth - 1)})")
        else:
            parts.append(source.choice(OTHERS))
    return source.choice((" | ", " | ", " | ", ", ")).join(parts)


def _ours(expression: str) -> Any:
    node = parse(expression)
    if node is None:
        return None
    try:
        return [list(path) for path in selected(node, WEB)]
    except Failed:
        return "failed"
    except Unknown:
        return None


@pytest.mark.slow
@needs_go
def test_gojq_selects_the_same() -> None:
    source = random.Random(SEED)
    expressions = [_expression(source) for _ in range(CASES)]
    answers = ask_gojq([(expression, WEB) for expression in expressions])
    pairs = [
        (expression, mine, answer)
        for expression, answer in zip(expressions, answers, strict=True)
        if (mine := _ours(expression)) is not None
    ]
    differ = [
        pair
        for pair in pairs
        if pair[2].refused or pair[1] != (pair[2].paths or pair[1][:0])
        if not (pair[1] == "failed" and pair[2].failed)
    ]
    print(f"{len(pairs) - len(differ)} of {len(pairs)} agree, {CASES - len(pairs)} not evaluated")
    assert differ == []
    selecting = sum(bool(mine) and mine != "failed" for _, mine, _ in pairs)
    assert min(len(pairs), selecting * 10) > CASES / 2
