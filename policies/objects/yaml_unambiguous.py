"""Every reader of the YAML in Git understands the same.

kubectl and Argo CD read YAML 1.1, Kustomize reads a mixture of 1.1 and 1.2, editors and scripts
read either. Where they differ, the review sees one value and the cluster gets another, without any
message: `enabled: yes` is true for kubectl and the text "yes" once Kustomize has rendered it, the
label `version: 1.10` becomes 1.1, `0123` becomes 83, and of two equal keys one is dropped.

Looks at the source: equal keys in one map, words such as yes, no, on, off, y and n, numbers with a
leading zero, in base 60 (22:22), with underscores or in base 2, .inf and .nan, dates that
Kustomize renders with a time of day, numbers in labels and annotations that do not keep their
spelling, keys that are not text, tabs as separators, and selectors, `from` and `to` with nothing
behind them: null is not the empty map, and where a selector is null, nothing or everything is
selected. Octal numbers are accepted where file modes stand (`defaultMode: 0644`). Quoted values,
block texts, merge keys and an explicit null are never ambiguous. Inline patches are looked into;
the other fields of kustomizations are for kustomization-strict.

https://yaml.org/type/bool.html, https://yaml.org/type/int.html and, for the newer reading,
https://yaml.org/spec/1.2.2/#103-core-schema
"""

from collections.abc import Iterator
from contextlib import suppress

from yaml.nodes import ScalarNode

from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.ambiguity import Ambiguity, ambiguities, words_for_flags
from tools.source.document import Document, parse
from tools.source.embedded import Position, position_in
from tools.source.place import FieldPath, Place, SourceError

_FLAGS = frozenset(
    {"includeSelectors", "includeTemplates", "disableNameSuffixHash", "immutable", "create"}
    | {"allowNameChange", "allowKindChange", "includeCRDs"}
)
"""Fields of kustomizations that take true or false."""


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Put text in quotes, and write true, false and numbers plainly.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    tree = target.tree
    kustomizations = {k.file for k in tree.kustomizations.values()} if tree else set()
    uses = tree.uses if tree else ()
    resources = {use.file for use in uses if use.reference.field.lower() == "resources"}
    for document in target.documents:
        if document.file in kustomizations:
            found = [*words_for_flags(document, _FLAGS), *_inline(document)]
        else:
            found = list(ambiguities(document, kustomize=target.tree is not None))
        for ambiguity in found:
            related = ((ambiguity.first, "the first one"),) if ambiguity.first else ()
            # Kustomize cannot print an object with two equal keys; with a patch it goes on.
            stops = ambiguity.first is not None and document.file in resources
            yield SourceProblem(
                ambiguity.place, ambiguity.sentence, ambiguity.remedy, related, stops
            )


def _inline(kustomization: Document) -> Iterator[Ambiguity]:
    """Ambiguities of the patches that stand inside of a kustomization."""
    for path, part in kustomization.parts.items():
        if isinstance(part.value, ScalarNode) and _is_patch(path, part.value.value):
            position = position_in(part.value, kustomization.text)
            with suppress(SourceError):  # Kustomize refuses the patch, and the target is not judged
                for document in parse(part.value.value, kustomization.file):
                    for found in ambiguities(document, kustomize=True):
                        first = found.first and _moved(found.first, position)
                        yield found._replace(place=_moved(found.place, position), first=first)


def _moved(place: Place, position: Position) -> Place:
    """A place in an inline patch as one in the kustomization that holds it."""
    line, column = position(place.line - 1, place.column - 1)
    return Place(place.file, line + 1, column + 1)


def _is_patch(path: FieldPath, text: str) -> bool:
    """Whether a text is a patch; in `patchesStrategicMerge` it may be the name of a file."""
    field, *rest = path or ("",)
    if field in ("patches", "patchesJson6902"):
        return rest[1:] == ["patch"]
    return field == "patchesStrategicMerge" and len(rest) == 1 and "\n" in text
