"""Where the pinned kustomize is on this machine.

In this order: the binary that GITOPS_GATE_KUSTOMIZE names, a `kustomize` on PATH, the cache, the
release archive, `go install`. A binary of another version is an error, never passed over: whoever
put it there would not expect a different one to run. Once the binary is known, finding it again is
a few `stat` calls, and nothing that downloads is imported.

`python -m tools.render.binary` prints its path.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.render import stamp
from tools.render.process import find_program
from tools.render.release import EXPLICIT, PINNED, KustomizeUnavailable, Release, platform
from tools.source.cache import cache_folder

__all__ = ["KustomizeUnavailable", "kustomize", "main"]


def kustomize(release: Release = PINNED, environment: Mapping[str, str] | None = None) -> Path:
    """The absolute path of a kustomize of this release, obtained first if need be.

    Raises KustomizeUnavailable with a sentence that says what to do.
    """
    environment = os.environ if environment is None else environment
    cache = cache_folder(environment)
    if cache is None:
        raise KustomizeUnavailable("no folder to keep things in: set HOME or GITOPS_GATE_CACHE")
    found = _named(environment, release) or find_program("kustomize", environment)
    if found:
        stamp.require(found, release, cache)
        return found
    cached = cache / f"kustomize-{release.version}-{platform()}" / "kustomize"
    if stamp.remembered(cached, cache) != release.version:
        # Only a machine's first run comes here, and only it pays for these imports.
        from tools.render.obtain import obtain

        obtain(release, cached, cache, environment)
    return cached


def _named(environment: Mapping[str, str], release: Release) -> Path | None:
    name = environment.get(EXPLICIT)
    if not name:
        return None
    path = Path(name).absolute()
    if not (path.is_file() and os.access(path, os.X_OK)):
        sentence = f"{EXPLICIT} names {name}, which is no program"
        raise KustomizeUnavailable(f"{sentence}; name a kustomize {release.version} or unset it")
    return path


def main() -> int:
    """Print the path of the pinned kustomize; 2 and a sentence on stderr if there is none."""
    try:
        print(kustomize())
    except KustomizeUnavailable as error:
        print(f"gitops-gate: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
