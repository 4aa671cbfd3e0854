"""Every YAML file beside the kustomizations is used by one of them.

A manifest that no kustomization lists looks deployed and is not: the NetworkPolicy, the
PodDisruptionBudget or the patch that somebody added, and reviewed, has no effect. Left-over files
mislead as well: the next person edits the wrong one and wonders why nothing happens.

Looks below `base`, `components` and `overlays` at all YAML, and in every other folder that a
kustomization takes files from at Kubernetes objects and patches. A file counts as used if any
kustomization of the repository names it, whichever target is judged; whether a component is used
is for those who offer it to decide. Silent are Helm charts and values, examples and templates
(`allowed`), configuration of tools, and Applications that bring a folder into Argo CD or Flux from
outside. Beside a kustomization that names a missing file or has an unknown field nothing is said
until that is mended: it may well mean the file.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/
"""

from collections.abc import Iterator

from tools.kubernetes.manifests import is_for_tools, is_manifest
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.place import Place, SourceError
from tools.source.targets import excluded
from tools.source.unused import Unused, unused_files


class Options(RuleOptions):
    """What the rule looks at."""

    layout: tuple[str, ...] = ("base", "bases", "components", "overlays")
    """Names of folders in which every YAML file is there for a kustomization."""
    allowed: tuple[str, ...] = (
        "*values*.yaml",
        "*values*.yml",
        "*[.-]example.*",
        "*[.-]template.*",
    )
    """Globs of files and folders, from the root of the repository, that nothing has to use."""


@rule(
    judges=Judges.SOURCE,
    severity=Severity.WARNING,
    remedy="List the file in a kustomization, or delete it.",
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[SourceProblem]:
    if target.tree is None or target.tree.refusals:
        return
    for unused in unused_files(target.tree, options.layout):
        owner = unused.owner
        # What lies beside the kustomization of another target is said with that one.
        elsewhere = owner is not None and owner.folder not in target.tree.kustomizations
        if not (elsewhere or excluded(unused.file, options.allowed)):
            place = _misleading(target, unused)
            if place:
                remedy = f"List the file in {owner.file}, or delete it." if owner else None
                yield SourceProblem(place, "no kustomization uses this file", remedy)


def _misleading(target: Target, unused: Unused) -> Place | None:
    """Where the part begins that somebody may take for deployed, None if there is none."""
    try:
        documents = target.repository.documents(unused.file)
    except SourceError:
        return Place(unused.file, 1, 1) if unused.laid_out else None
    kinds = {resource.kind for resource in target.resources}
    anything = unused.laid_out and not unused.file.endswith(".json")
    for document in documents:
        if is_manifest(document, kinds) or (anything and not is_for_tools(document)):
            return document.nearest(())[1]
    return None
