"""The documentation says what is true: generated pages in step, links that lead somewhere."""

import ast
import json
import re
import shutil
from dataclasses import fields
from pathlib import Path

import jsonschema_rs
import pytest

from tests.command import run
from tools.docs import pages
from tools.report.pages import options_of
from tools.rules.catalogue import discover
from tools.rules.config import TOP_LEVEL
from tools.rules.facts import Facts
from tools.rules.rule import Rule
from tools.rules.typed import camel
from tools.source.document import parse

ROOT = Path(__file__).parent.parent
RULES = discover()
PAGES = sorted(p for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#]+)")


def schema() -> jsonschema_rs.Draft202012Validator:
    text = (ROOT / "docs/policies.schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft202012Validator(json.loads(text))


def test_generated_pages_are_in_step() -> None:
    written = {name: (ROOT / name).read_text(encoding="utf-8") for name in pages(ROOT)}
    assert written == pages(ROOT)


def test_check_names_what_is_stale_and_writing_mends_it(tmp_path: Path) -> None:
    for folder in ("tools", "policies", "tests/policies", "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "docs/rules/gone-rule.md").write_text("left over\n")
    (tmp_path / "docs/rules/name-valid.md").write_text("changed by hand\n")
    own = {"PYTHONPATH": str(tmp_path)}
    stale = run("docs", "--check", cwd=tmp_path, environment=own)
    assert (stale.code, stale.out) == (1, "")
    assert stale.err == (
        "docs/rules/gone-rule.md is stale; run: python -m tools.docs\n"
        "docs/rules/name-valid.md is stale; run: python -m tools.docs\n"
    )
    assert run("docs", cwd=tmp_path, environment=own).code == 0
    assert run("docs", "--check", cwd=tmp_path, environment=own) == (0, "", "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(page.read_text(encoding="utf-8"))]
    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_option_says_what_it_means(rule: Rule) -> None:
    options = options_of(rule)
    assert [option.name for option in options if not option.meaning] == []


SOURCES = {
    "argocd": "https://argo-cd.readthedocs.io/en/stable/",
    "network": "https://kubernetes.io/docs/",
}
BY_DOCUMENT = [rule for rule in RULES.values() if rule.group in SOURCES]


@pytest.mark.parametrize("rule", BY_DOCUMENT, ids=lambda rule: rule.id)
def test_a_page_rests_on_a_document_and_a_version(rule: Rule) -> None:
    """Each names its document in the last paragraph, and what it says of Argo CD its version.

    A rule that asks which Argo CD is declared says since when something is otherwise.
    """
    module = (ROOT / f"policies/{rule.group}/{rule.id.replace('-', '_')}.py").read_text("utf-8")
    text = " ".join((ast.get_docstring(ast.parse(module)) or "").split())
    ground = text.rpartition(" https://")
    assert f"https://{ground[2]}".startswith(SOURCES[rule.group])
    if rule.group == "argocd":
        assert re.search(r"Argo CD 3\.\d", text)
    if re.search(r"\btarget\.argocd\b|\.version\b", module):
        assert re.search(r"since (?:Argo CD )?3\.\d", text)


def test_the_schema_accepts_what_this_repository_declares() -> None:
    [document] = parse((ROOT / "policies.yaml").read_text(encoding="utf-8"), "policies.yaml")
    assert [error.message for error in schema().iter_errors(document.data)] == []


@pytest.mark.parametrize(
    "text",
    [
        "{ruels: {}}",
        "{rules: {nmae-valid: true}}",
        "{rules: {name-valid: {severity: fatal}}}",
        "{rules: {limits-set: {resource: [cpu]}}}",
        "{facts: {writtenPaths: [a]}}",
        "{environments: {prod: {}}}",
        "{waivers: [{rule: name-valid, resource: a, reason: b}]}",
    ],
)
def test_the_schema_refuses_what_the_gate_refuses(text: str) -> None:
    assert not schema().is_valid(parse(text, "policies.yaml")[0].data)


def test_the_page_about_policies_names_every_field_and_fact() -> None:
    page = (ROOT / "docs/policies.md").read_text(encoding="utf-8")
    names = [*TOP_LEVEL, *(camel(field.name) for field in fields(Facts))]
    assert [name for name in names if f"`{name}`" not in page] == []
