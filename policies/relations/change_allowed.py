"""A change asks for nothing that the cluster refuses or that loses data.

Some fields are fixed once an object exists: a Deployment's selector, the template of a Job, the
claim templates of a StatefulSet, the roleRef of a binding, the data of an immutable ConfigMap.
`kustomize build` and every check of the new manifests are content; the sync fails when the object
is there already, which is everywhere but in a new cluster. And what is no longer in Git, Argo CD
deletes: a claim or a Namespace that was renamed takes its data along.

With `--changed-from REV` each object of a target is compared with what the target rendered to where
the work tree left REV; without it, nothing is judged. The fields that the server keeps are those of
its own update validation, after its defaults: a default that is now written out is no change. An
object that Argo CD deletes and makes anew is left alone (a hook, or the sync option `Force=true`),
and so is one with a new name, which is another object; a generated ConfigMap gets one with each
change of its data. Claims are taken for bound and suspended Jobs for not started. Of objects that
are gone, those are named that hold data (PersistentVolumeClaims, Namespaces with claims, and
CustomResourceDefinitions, which take all their objects along), unless their sync options had
`Prune=false` or `Prune=confirm`.

Not judged: custom resources, whose CustomResourceDefinition may forbid changes, a target that is no
longer there, and what somebody changed in the cluster by hand.

https://kubernetes.io/docs/reference/kubernetes-api/
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
"""

from collections.abc import Iterator

from tools.kubernetes.resource import Resource, ResourceSet
from tools.rules.rule import Judges, Problem, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import Place

_SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
_HOOKS = ("argocd.argoproj.io/hook", "helm.sh/hook")
_KEEPING = {"Prune=false", "Prune=confirm"}


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Write what it was, or give the object a name of its own.",
)
def check(target: Target, options: None) -> Iterator[Problem | SourceProblem | Unjudged]:
    if target.earlier is None:
        return
    earlier, reason = target.earlier
    if reason:
        yield Unjudged(f"the earlier revision cannot be judged: {reason}", blocking=True)
    for old in earlier.resources:
        new = _same_object(old, target.resources)
        if new is not None and not _made_anew(new):
            yield from _changes(old, new, target)
        elif new is None and (loss := _loss(old, earlier.resources)):
            yield _gone(old, loss, target)


def _same_object(old: Resource, resources: ResourceSet) -> Resource | None:
    ref = old.ref
    return resources.find(ref.kind, ref.name, ref.namespace, ref.group) if ref.name else None


def _changes(old: Resource, new: Resource, target: Target) -> Iterator[Problem]:
    from tools.kubernetes.validation.changes import change_refusals

    for refusal, versions in change_refusals(old, new, target.kubernetes):
        everywhere = len(versions) == len(target.kubernetes)
        note = "" if everywhere else f" (Kubernetes {' and '.join(versions)})"
        yield Problem(
            refusal.path,
            refusal.sentence + note,
            new,
            refusal.remedy,
            at_key=refusal.at_key,
            edit=refusal.place,
        )


def _options(resource: Resource) -> set[str]:
    return {word.strip() for word in str(resource.annotations.get(_SYNC_OPTIONS)).split(",")}


def _made_anew(new: Resource) -> bool:
    """Whether Argo CD deletes the object in the cluster and makes this one."""
    return "Force=true" in _options(new) or any(hook in new.annotations for hook in _HOOKS)


def _loss(old: Resource, before: ResourceSet) -> str:
    """What is lost with an object that is pruned, "" if that is nothing to keep."""
    if _options(old) & _KEEPING:
        return ""
    if old.kind == "PersistentVolumeClaim":
        return "its volume"
    if old.kind == "CustomResourceDefinition":
        return "every object of its kind"
    claims = before.of_kind("PersistentVolumeClaim")
    if old.kind == "Namespace" and any(claim.namespace == old.name for claim in claims):
        return "the claims in it"
    return ""


def _gone(old: Resource, loss: str, target: Target) -> SourceProblem:
    root = target.tree.root if target.tree else None
    place = root.place("resources") if root else None
    name = f"{old.kind} {old.name!r}"
    return SourceProblem(
        place or Place((*target.files, target.path)[0], 1, 1),
        f"{name} is gone, and pruning it deletes {loss}",
        f"Keep it, or first merge a change that gives it {_SYNC_OPTIONS}: Prune=false.",
    )
