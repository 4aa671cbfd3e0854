"""The trace is right: what it names is changed, the tree is rendered again, and the value moves.

Every kustomization is judged by a sample; `make prove-trace` judges all of it, and many more trees.
"""

from pathlib import Path

import pytest

from tests.trace.editing import perturbed
from tests.trace.generated import grow
from tests.trace.perturbation import (
    MOVED,
    NAMED,
    NOTHING,
    Verdict,
    judge,
    render,
    report,
    values,
)

ROOT = Path(__file__).parent.parent.parent
FIXTURES = Path(__file__).parent / "fixtures"
SEEDS = range(4)


def kustomizations() -> list[Path]:
    """The overlays of this repository, and every fixture that another one does not build on."""
    own = [ROOT / "overlays" / name for name in ("minikube", "prod")]
    nested = {FIXTURES / "base_twice": "top", FIXTURES / "everything": "overlay"}
    return [*own, *(f / nested.get(f, "") for f in sorted(FIXTURES.iterdir()))]


def said(name: str, verdict: Verdict) -> str:
    return "\n".join(report(name, verdict))


@pytest.mark.parametrize("folder", kustomizations(), ids=lambda f: str(f.relative_to(ROOT)))
def test_what_the_trace_names_moves_the_value(folder: Path) -> None:
    inside = folder.relative_to(FIXTURES) if FIXTURES in folder.parents else None
    root = ROOT if inside is None else FIXTURES
    verdict = judge(root, folder.relative_to(root).as_posix(), at_most=12)
    lost = [value for value in verdict.unnamed if not value.is_made_by_kustomize]
    assert len(lost) <= verdict.total * (1 - NAMED), said(folder.name, verdict)
    assert verdict.moved_share >= MOVED, said(folder.name, verdict)


def test_trees_made_at_random(tmp_path: Path) -> None:
    total = NOTHING
    for seed in SEEDS:
        root = tmp_path / str(seed)
        folder = grow(root, seed)
        assert render(root / folder) is not None
        total |= judge(root, folder, at_most=10)
    assert total.named_share >= NAMED, said("random trees", total)
    assert total.moved_share >= MOVED, said("random trees", total)


def test_every_value_of_the_overlays_has_a_place() -> None:
    unnamed = [
        str(value)
        for overlay in ("overlays/minikube", "overlays/prod", "argocd")
        for value in values(ROOT, overlay)
        if value.location.place is None
    ]
    assert unnamed == []


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("a: true", 4, "a: false"),
        ("a: 8080  # comment", 4, "a: 8081  # comment"),
        ("a: text  # comment", 4, "a: text-x  # comment"),
        ('a: "quoted"', 4, 'a: "quoted-x"'),
        ("a: {b: c, d: e}", 8, "a: {b: c-x, d: e}"),
        ("a: [x, y]", 5, "a: [x-x, y]"),
        ("a: {}", 4, "a: {perturbed: true}"),
        ("a: []", 4, "a: [perturbed]"),
        ("a: &anchor x", 4, "a: &anchor x-x"),
        ("a: |\n  first\n  second", 4, "a: |\n  first-x\n  second"),
        ('a: \'[{"op": "add"}]\'', 13, 'a: \'[{"op": "add-x"}]\''),
        ("a:", 3, "a: perturbed"),
        ("key: value", 1, "key-x: value"),
    ],
)
def test_exactly_the_named_scalar_is_changed(text: str, column: int, expected: str) -> None:
    assert perturbed(text, 1, column) == expected
