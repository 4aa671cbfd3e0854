"""Miniature repositories for tests: files written as one text, a line `--- file` before each."""

import re
from pathlib import Path
from textwrap import dedent

_FILE = re.compile(r"^--- (?P<name>[^\s]+)\n", re.MULTILINE)


def plant(root: Path, text: str) -> Path:
    """Write the files that a text describes below a folder, and return the folder.

    ::

        --- base/kustomization.yaml
        resources: [deployment.yaml]
        --- base/deployment.yaml
        kind: Deployment
    """
    _, *parts = _FILE.split(dedent(text))
    for name, content in zip(parts[::2], parts[1::2], strict=True):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return root
