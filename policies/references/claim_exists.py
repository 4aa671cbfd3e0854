"""Every PersistentVolumeClaim that a pod mounts exists.

A pod that names a claim which is not there stays Pending with `persistentvolumeclaim not found`.
It starts as soon as somebody makes a claim of that name, with whatever data that has.

Looks at `persistentVolumeClaim` volumes of every pod. A claim exists if the target holds it in
the pod's namespace, if a StatefulSet makes it of a template (`<template>-<StatefulSet>-<number>`)
or a Pod of an `ephemeral` volume (`<Pod>-<volume>`), if KubeVirt makes it of a DataVolume, or if
`facts.claims` in `policies.yaml` declares it. Claims that other operators make have to be
declared. An object that leaves its namespace out may be in any. Plain files without any claim
are not judged, because nothing says that they are all there is.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes
"""

import re
from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.references import same_namespace
from tools.kubernetes.resource import lookup
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

MAKERS = ("DataVolume",)
NUMBERED = re.compile(r"(?P<claims>.+)-\d+")


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    fields=("persistentVolumeClaim",),
    remedy="Add the PersistentVolumeClaim, or declare it in facts.claims.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    claims = target.resources.of_kind("PersistentVolumeClaim")
    for claim in target.references.of(pod.workload):
        if claim.via is not Via.CLAIM or target.references.resolve(claim):
            continue
        declared = target.facts.exists(target.facts.claims, claim.namespace, claim.name)
        if declared or _is_made(claim, target):
            continue
        if not claims and target.tree is None:
            yield Unjudged(f"{claim.called} is not in this target, nor any", path=claim.path)
            continue
        near = target.references.nearest(claim)
        yield Problem(
            claim.path,
            f"there is no {claim.called} in the pod's namespace",
            related=((near, ("metadata", "name"), str(near.ref)),) if near else (),
        )


def _is_made(claim: Reference, target: Target) -> bool:
    """Whether something of the target makes a claim of that name while it runs."""
    numbered = NUMBERED.fullmatch(claim.name)
    name = numbered["claims"] if numbered else ""
    for workload in target.resources.of_kind("StatefulSet", *MAKERS):
        if not same_namespace(workload.namespace, claim.namespace):
            continue
        if workload.kind in MAKERS and workload.name == claim.name:
            return True
        for _, template in workload.maps("spec", "volumeClaimTemplates"):
            if f"{lookup(template, ('metadata', 'name'))}-{workload.name}" == name:
                return True
    return any(_is_ephemeral(claim, pod) for pod in target.pods if pod.workload.kind == "Pod")


def _is_ephemeral(claim: Reference, pod: Pod) -> bool:
    names = (v.get("name") for _, v in pod.workload.maps(*pod.at("volumes")) if "ephemeral" in v)
    return claim.name in {f"{pod.workload.name}-{name}" for name in names}
