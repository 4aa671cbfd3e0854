"""The targets of a run as they were at an earlier revision, for rules that compare."""

import os
from collections.abc import Sequence

from tools.kubernetes.resource import ResourceSet
from tools.render.starts import Starts
from tools.rules.prepare import prepare
from tools.rules.target import Rendered, Target
from tools.source.place import SourceError
from tools.source.repository import Repository
from tools.source.targets import NamedTarget, named_targets


class Earlier:
    """An earlier state of the repository, in which targets are rendered as they are asked for.

    `revision` is what people call it. All targets are begun at once, at most `jobs` of them ahead.
    """

    def __init__(
        self, repository: Repository, revision: str, named: Sequence[NamedTarget], jobs: int
    ) -> None:
        self.revision = revision
        self._repository = repository
        self._reasons: dict[str, str] = {}
        self._named = {target.path: self._find(target) for target in named}
        known = [target for target in self._named.values() if target is not None]
        self._starts = Starts(repository, known, jobs)

    def _find(self, wanted: NamedTarget) -> NamedTarget | None:
        path = self._repository.path("" if wanted.path == "." else wanted.path)
        if not os.path.lexists(path):
            return None
        try:
            found = named_targets(self._repository, path)
        except SourceError as error:
            self._reasons[wanted.path] = error.sentence
            return None
        return next((target for target in found if target.path == wanted.path), None)

    def rendered(self, path: str) -> Rendered | None:
        """A target as it was; None if there was none of this path.

        `reason` of the result says why its objects are not, or not all, known.
        """
        named = self._named.get(path)
        if named is None:
            reason = self._reasons.get(path)
            return Rendered(self._nothing(path), reason) if reason else None
        target, obstacles = prepare(self._starts.of(named))
        return Rendered(target, next((o.reason for o in obstacles if o.blocking), None))

    def _nothing(self, path: str) -> Target:
        return Target(path, self._repository, ResourceSet(()))

    def stop(self) -> None:
        """End every Kustomize that still runs."""
        self._starts.stop()
