"""A target of plain YAML without files, and one rule over a target, for tests of single rules."""

from pathlib import Path
from textwrap import dedent
from typing import Any

from tools.kubernetes.objects import Read, objects_in
from tools.kubernetes.resource import Resource, ResourceSet
from tools.rules.rule import Rule
from tools.rules.run import Setting, Verdict, judge
from tools.rules.target import Target
from tools.source.document import parse
from tools.source.repository import Repository
from tools.trace.plain import PlainTrace

FILE = "objects.yaml"


def plain_target(*texts: str, root: Path = Path("/nowhere"), **fields: Any) -> Target:
    """The target that the objects of YAML texts make; `fields` are further ones of a Target."""
    documents = [document for text in texts for document in parse(dedent(text), FILE)]
    found = [read for read in objects_in(documents) if isinstance(read, Read)]
    resources = ResourceSet([Resource(read.data, index) for index, read in enumerate(found)])
    trace = PlainTrace({index: (read.document, read.path) for index, read in enumerate(found)})
    return Target(FILE, Repository(root), resources, trace=trace, **fields)


def judged(rule: Rule, target: Target, options: Any = None) -> Verdict:
    """What one rule says of a target; with its default options unless others are given."""
    return judge({rule.id: rule}, {rule.id: Setting(rule.severity, options)}, target)
