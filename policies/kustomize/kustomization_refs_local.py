"""Everything a kustomization refers to is a file or folder of this repository.

A remote base changes what is deployed without a commit here, and without a review: a branch or a
tag moves, a server answers differently, and the next sync applies it. It is also fetched by whoever
renders, with that machine's credentials and network. Absolute paths and paths out of the repository
exist on one machine only, or let a file of the host end up in a ConfigMap.

Looks at every reference (resources, components, patches, replacements, crds, configurations,
openapi, plugins, files of generators): none is remote, absolute, missing, a cycle, or a link out of
the repository, none confuses files with folders. Files must stand in or below the folder of the
kustomization that names them; Kustomize reads nothing else without `--load-restrictor
LoadRestrictionsNone`, which Argo CD does not pass. Judged before anything is rendered: a target
with such a reference is reported as not judged, and nothing is fetched.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/
"""

from collections.abc import Iterator

from tools.kubernetes.spelling import closest
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.kustomization import Reference
from tools.source.repository import join
from tools.source.tree import Tree

NEARLY = 0.8


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Name a file or folder of this repository, relative to the kustomization.",
    defers_to=("kustomization-strict",),
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    if target.tree is None:
        return
    for refusal in target.tree.refusals:
        if refusal.reference:
            message, remedy = _split(refusal.sentence)
            near = _near(target.tree, refusal.reference)
            hint = f"; did you mean {near!r}?" if near else ""
            yield SourceProblem(refusal.place, message + hint, remedy, stops=True)
    for file, reference in target.tree.uses:
        folder = reference.place.file.rpartition("/")[0]
        if folder and not file.startswith(folder + "/"):
            message = f"{reference.value!r} is outside the folder of this kustomization"
            remedy = "Move the file here, or give its folder a kustomization and name the folder."
            yield SourceProblem(reference.place, message, remedy, stops=True)


def _split(sentence: str) -> tuple[str, str | None]:
    """What is wrong, and what to do, of a refusal that says both."""
    message, semicolon, remedy = sentence.rpartition("; ")
    return (message, f"{remedy[:1].upper()}{remedy[1:]}.") if semicolon else (sentence, None)


def _near(tree: Tree, reference: Reference) -> str | None:
    """What may be meant by the name of something that is not there, and is not named yet."""
    user = reference.place.file.rpartition("/")[0]
    name = join(user, reference.value)
    folder = tree.repository.path(name).parent
    if tree.repository.path(name).exists() or not tree.repository.holds(name):
        return None
    if not folder.is_dir():
        return None
    kustomization = tree.kustomizations.get(user)
    listed = {one.value for one in kustomization.references} if kustomization else set()
    above, slash, _ = reference.value.rstrip("/").rpartition("/")
    there = {above + slash + entry.name for entry in folder.iterdir()}
    return closest(reference.value.rstrip("/"), there - listed, NEARLY)
