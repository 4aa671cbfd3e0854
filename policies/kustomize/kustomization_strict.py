"""Every field of a kustomization is spelt exactly, stands once and has the right type.

Kustomize reads its own files loosely. `NamePrefix:` works because case is ignored, and the next
tool that reads the file (Argo CD's detection, an editor, a script) skips it. Of two equal keys the
last one wins without a word: a second `resources:` further down takes the first one's objects out
of the cluster at the next sync, because nothing renders them any more. `behavior: mrege` is read
as `create`. Other mistakes do stop Kustomize, but it names neither file nor line.

Looks at every kustomization of the target and at the replacements that stand in files of their
own: field names and types at each level, equal keys, `apiVersion` and `kind` (both may be absent;
Kustomize fills them in), and whether components stand under `components` and nothing else does.
Equal keys in other files are judged by yaml-unambiguous. The fields are those of Kustomize 5.8.1:
https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/types/kustomization.go
"""

from collections.abc import Iterator

from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.rules.typed import nearest
from tools.source.kustomization import Kustomization
from tools.source.kustomization_fields import KUSTOMIZATION, REPLACEMENT, ListOf
from tools.source.misplaced import misplaced
from tools.source.strict import Fault, faults
from tools.source.tree import Tree

_VERSIONS = {
    False: "kustomize.config.k8s.io/v1beta1",
    True: "kustomize.config.k8s.io/v1alpha1",
}


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Write the field once, as Kustomize documents it.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    tree = target.tree
    if tree is None:
        return
    for kustomization in tree.kustomizations.values():
        for fault in faults(kustomization.document, KUSTOMIZATION):
            # Without what the other of two equal keys brings, nothing fits together.
            stops = fault.stops or (fault.first is not None and not target.resources)
            yield _problem(fault)._replace(stops=stops)
        yield from _version(kustomization)
    yield from _kinds(tree)
    yield from _replacement_files(tree)


def _problem(fault: Fault) -> SourceProblem:
    hint = nearest(fault.name, fault.known) if fault.name else ""
    related = ((fault.first, "the first one"),) if fault.first else ()
    return SourceProblem(fault.place, fault.sentence + hint, fault.remedy, related, fault.stops)


def _version(kustomization: Kustomization) -> Iterator[SourceProblem]:
    """Kustomize stops at another apiVersion than the one of the kind."""
    kind = "Component" if kustomization.is_component else "Kustomization"
    version, wanted = kustomization.fields.get("apiVersion"), _VERSIONS[kustomization.is_component]
    if isinstance(version, str) and version not in ("", wanted):
        place = kustomization.place("apiVersion")
        yield SourceProblem(
            place,
            f"the apiVersion of a {kind} is not {version!r}",
            f"Write `apiVersion: {wanted}`.",
            stops=True,
        )


def _kinds(tree: Tree) -> Iterator[SourceProblem]:
    """Kustomize takes components under `components` only, and nothing else there."""
    for reference, named in misplaced(tree):
        what, field = (
            ("a Component", "components") if named.is_component else ("no Component", "resources")
        )
        message = f"{reference.value!r} stands under {reference.field} and is {what}"
        yield SourceProblem(reference.place, message, f"List it under `{field}`.", stops=True)


def _replacement_files(tree: Tree) -> Iterator[SourceProblem]:
    files = {use.file for use in tree.uses if use.reference.field.lower() == "replacements"}
    for document in tree.documents() if files else ():
        if document.file in files:
            shape = ListOf(REPLACEMENT) if isinstance(document.data, list) else REPLACEMENT
            for fault in faults(document, shape, duplicates=False):
                yield _problem(fault)
