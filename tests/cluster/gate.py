"""What the whole gate says of one object, for comparison with what its parts say.

Between the validation and a finding, the gate reads text, and leaves out what only follows from
another finding: the verdict must not change on the way, and the field rarely.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from policies.objects import schema_valid, server_accepts
from tests.cluster.sites import VERSION, installed
from tests.cluster.verdicts import Finding
from tools.render.starts import Starts
from tools.rules.config import Config
from tools.rules.gate import Gate
from tools.source.repository import STANDARD_INPUT, Repository
from tools.source.targets import Kind, NamedTarget


def reported(data: Mapping[str, Any]) -> list[Finding]:
    """What `schema-valid` and `server-accepts` find in an object that comes on standard input."""
    definitions = (definition.data for definition in installed())
    repository = Repository(Path(gettempdir()))
    repository.keep(STANDARD_INPUT, "\n---\n".join(map(json.dumps, (data, *definitions))))
    rules = {rule.id: rule for rule in (schema_valid.check, server_accepts.check)}
    gate = Gate(repository, rules, Config(), (VERSION,))
    *_, report = gate.run(Starts(repository, [NamedTarget("-", Kind.PLAIN, (STANDARD_INPUT,))], 1))
    unread = [Finding((), entry.reason) for entry in report.not_judged]
    return unread + [Finding(finding.path, finding.message) for finding in report.findings]
