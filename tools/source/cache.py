"""The folder that the toolkit may write to."""

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder, which need not exist; None where no place for it is known.

    GITOPS_GATE_CACHE, else `gitops-gate` in XDG_CACHE_HOME, else in ~/.cache.
    """
    if own := environment.get("GITOPS_GATE_CACHE"):
        return Path(own).absolute()
    # The XDG base directory specification has relative paths ignored.
    shared = environment.get("XDG_CACHE_HOME", "")
    if os.path.isabs(shared):
        return Path(shared, "gitops-gate")
    home = environment.get("HOME") or os.path.expanduser("~")
    return Path(home, ".cache", "gitops-gate") if os.path.isabs(home) else None
