"""What holds data is not pruned or deleted together with the manifests around it.

Argo CD deletes what is no longer in Git (pruning), and everything it made when its Application is
deleted. For a Deployment that is what one wants. A PersistentVolumeClaim takes its volume along,
a Namespace all the claims in it: one file moved, one overlay renamed, and the data is gone.

Where Argo CD deploys, each PersistentVolumeClaim, each PersistentVolume and each Namespace that
holds data needs the annotation `argocd.argoproj.io/sync-options` with `Prune=false` or
`Prune=confirm`, and with `Delete=false` or `Delete=confirm`; Argo CD also takes the annotation
`helm.sh/resource-policy: keep` for the second. A Namespace holds data if a claim, or a
StatefulSet with volumeClaimTemplates, of the target is in it, or if the option `namespaces` names
it. Argo CD counts as deploying a target if an Application in the repository names its folder, or
an object has one of Argo CD's annotations; otherwise the object is reported as not judged, until
the option `argocd` says true or false.

With and without Argo CD: a PersistentVolume whose `persistentVolumeReclaimPolicy` is Delete or
Recycle loses its data with the claim (unset, it is Retain), and so do the claims of a StatefulSet
with Delete in `persistentVolumeClaimRetentionPolicy`. Claims made from volumeClaimTemplates are
not in Git, so nothing prunes them.

https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#no-prune-resources
"""

from collections.abc import Iterator, Sequence

from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

RETENTION = ("spec", "persistentVolumeClaimRetentionPolicy")
RECLAIM = ("spec", "persistentVolumeReclaimPolicy")
SYNC_OPTIONS = ("metadata", "annotations", "argocd.argoproj.io/sync-options")


class Options(RuleOptions):
    argocd: bool | None = None
    """Whether Argo CD deploys this; without it, what the repository holds decides."""
    namespaces: tuple[str, ...] = ()
    """Namespaces that hold data which no object of the target shows."""


@rule(
    judges=Judges.OBJECT,
    kinds=("PersistentVolumeClaim", "PersistentVolume", "Namespace", "StatefulSet"),
    severity=Severity.ERROR,
    remedy="Add the annotation argocd.argoproj.io/sync-options: Prune=false,Delete=false.",
    options=Options,
)
def check(resource: Resource, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    if resource.kind == "StatefulSet":
        yield from _retention(resource)
    elif resource.kind == "PersistentVolume":
        yield from _reclaiming(resource)
    if resource.kind == "StatefulSet" or not _holds_data(resource, target, options):
        return
    argocd = target.deployed_by_argocd if options.argocd is None else options.argocd
    if argocd:
        yield from _argocd(resource)
    elif options.argocd is None:
        yield Unjudged("nothing says that Argo CD deploys it; set the option argocd")


def _holds_data(resource: Resource, target: Target, options: Options) -> bool:
    if resource.kind != "Namespace":
        return True
    inside = [
        other
        for other in target.resources.of_kind("PersistentVolumeClaim", "StatefulSet")
        if other.namespace == resource.name
        if other.kind != "StatefulSet" or other.items("spec", "volumeClaimTemplates")
    ]
    return bool(inside) or resource.name in options.namespaces


def _retention(stateful_set: Resource) -> Iterator[Problem]:
    for field in ("whenDeleted", "whenScaled"):
        deletes = stateful_set.get(*RETENTION, field) == "Delete"
        if deletes and stateful_set.items("spec", "volumeClaimTemplates"):
            event = "the StatefulSet" if field == "whenDeleted" else "a replica that is scaled away"
            message = f"{field} 'Delete' deletes the claims together with {event}"
            yield Problem((*RETENTION, field), message, remedy="Write Retain, the default.")


def _reclaiming(volume: Resource) -> Iterator[Problem]:
    policy = volume.get(*RECLAIM)
    if policy in ("Delete", "Recycle"):
        message = f"reclaim policy {policy!r} destroys the data when the claim is deleted"
        yield Problem(RECLAIM, message, remedy="Write persistentVolumeReclaimPolicy: Retain.")


def _argocd(resource: Resource) -> Iterator[Problem]:
    given = resource.get(*SYNC_OPTIONS)
    words = {word.strip() for word in given.split(",")} if isinstance(given, str) else set()
    if resource.annotations.get("helm.sh/resource-policy") == "keep":
        words.add("Delete=false")
    missing = [
        verb
        for verb in ("Prune", "Delete")
        if words.isdisjoint({f"{verb}=false", f"{verb}=confirm"})
    ]
    if missing:
        can = " and ".join(missing).lower()
        wanted = " and ".join(f"{verb}=false" for verb in missing)
        message = f"Argo CD can {can} it: its sync-options lack {wanted}"
        yield Problem(SYNC_OPTIONS, message, remedy=_remedy(given, missing))


def _remedy(given: object, missing: Sequence[str]) -> str | None:
    """The annotation with what it says already, its misspellings and opposites left out."""
    if not isinstance(given, str):
        return None
    kept = [word.strip() for word in given.split(",")]
    kept = [word for word in kept if word and word.partition("=")[0] not in missing]
    value = ",".join([*kept, *(f"{verb}=false" for verb in missing)])
    return f"Write `{SYNC_OPTIONS[-1]}: {value}`."
