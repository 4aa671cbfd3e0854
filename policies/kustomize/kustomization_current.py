"""No kustomization uses a field that Kustomize has deprecated.

Kustomize prints a warning on standard error and goes on, so nobody sees it: in Argo CD it stands in
the log of the repository server. The fields go with the next API version of kustomizations, and
then a version bump of Argo CD is what stops the sync. Some of them also do less than what replaced
them: `vars` reach only a fixed list of fields.

Looks at `bases`, `imageTags`, `patchesJson6902`, `patchesStrategicMerge`, `vars` and `env` of
generators; null is as good as absent. `commonLabels` is judged by labels-not-in-selectors, and
`helmChartInflationGenerator`, whose successor is not allowed either, by kustomization-plain.
`kustomize edit fix` rewrites most of them. The list is that of Kustomize 5.8.1:
https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/types/kustomization.go
"""

from collections.abc import Iterator

from tools.kubernetes.resource import as_map
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.kustomization import Kustomization

_REMEDIES = {
    "bases": "Move the entries to `resources`.",
    "imageTags": "Rename the field to `images`.",
    "patchesJson6902": "Move the entries to `patches`; they stay as they are.",
    "patchesStrategicMerge": "Write each entry as `- path: FILE` or `- patch: |-` under `patches`.",
    "vars": "Write each as an entry of `replacements`: its `source` is objref and fieldref, its "
    "`targets` are the fields that hold $(NAME).",
}


@rule(
    judges=Judges.SOURCE,
    severity=Severity.WARNING,
    remedy="Use the field that replaces it; `kustomize edit fix` does most of it.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    for kustomization in target.tree.kustomizations.values() if target.tree else ():
        for field, remedy in _REMEDIES.items():
            if kustomization.fields.get(field) is not None:
                place = kustomization.place(field)
                yield SourceProblem(place, f"{field!r} is deprecated", remedy)
        yield from _env(kustomization)


def _env(kustomization: Kustomization) -> Iterator[SourceProblem]:
    for field in ("configMapGenerator", "secretGenerator"):
        for index, entry in enumerate(kustomization.entries(field)):
            if as_map(entry).get("env"):
                place = kustomization.place(field, index, "env")
                message = f"'env' of generator {entry.get('name')!r} is deprecated"
                yield SourceProblem(place, message, "Write `envs:` with a list of files.")
