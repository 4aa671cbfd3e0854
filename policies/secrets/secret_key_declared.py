"""Every Secret that a pod takes values from is delivered, with the keys that it takes.

A container whose variable comes from a Secret or key that is not there stays in
`CreateContainerConfigError`, and one whose volume does in `ContainerCreating`. The API server
accepts both: it cannot know that the Secret will never come. A key that was renamed in the store,
or misspelt in one of two places, is found when the rollout hangs.

Looks at `secretKeyRef` and `envFrom` of every container, at volumes and projected volumes with
their `items`, at mounts that pick one file by `subPath`, and at the Secrets of volume drivers. What
is marked `optional: true` may be missing. A Secret is delivered if the target holds it, generated
or not, if an ExternalSecret, a SealedSecret, a Certificate or another object of the target makes
it, or if `facts.secretKeys` in `policies.yaml` declares it with its keys, as provided by hand.

Not judged are keys that an object fetches without naming them (`dataFrom`), Secrets that a program
of the target may create by itself (because a custom object or an argument names them, or because
its role allows it), and plain files of which none has to do with Secrets. Image pull Secrets and
certificates of Ingresses are not taken by containers and are left to other rules. kube-linter
calls a Secret missing that is not in the same files.

https://kubernetes.io/docs/concepts/configuration/secret/#restriction-secret-must-exist
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.provided import SECRET, Provided, provided_by
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.secret_programs import creator_of
from tools.kubernetes.spelling import closest
from tools.rules.delivery import Delivery
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

TAKEN = frozenset({Via.ENV, Via.ENV_FROM, Via.VOLUME, Via.PROJECTED, Via.SUB_PATH})
SURELY = 0.9
"""How alike two names are of which one is certainly the other, misspelt."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Correct the name, add the key to the ExternalSecret or SealedSecret, or declare in "
    "facts.secretKeys what is provided by hand.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    told: set[str] = set()
    for reference in target.references.of(pod.workload):
        if reference.kind != SECRET or reference.via not in TAKEN or reference.optional:
            continue
        delivery = target.delivery(SECRET, reference.name, reference.namespace)
        if delivery is not None and delivery.complete:
            yield from _key(reference, delivery, target)
        elif reference.name not in told and not (delivery and reference.key in delivery.keys):
            # What is wrong with a Secret is the same for all the variables of a pod.
            told.add(reference.name)
            yield _unknown(reference, delivery) if delivery else _missing(reference, target)


def _key(reference: Reference, delivery: Delivery, target: Target) -> Iterator[Problem]:
    if reference.key is None or reference.key in delivery.keys:
        return
    near = closest(reference.key, delivery.keys)
    hint = f"; did you mean {near!r}?" if near else ""
    by = "" if delivery.providers else " in policies.yaml"
    related = tuple((p.resource, p.path, f"{p.resource.kind} of it") for p in delivery.providers)
    sentence = f"{target.called(reference)} has no key {reference.key!r}{by}{hint}"
    yield Problem(reference.place, sentence, related=related)


def _unknown(reference: Reference, delivery: Delivery) -> Unjudged:
    by = ", ".join(provider.resource.ref.slug for provider in delivery.providers)
    reason = f"{by} does not say which keys {reference.called} will have"
    return Unjudged(reason, path=reference.place)


def _missing(reference: Reference, target: Target) -> Problem | Unjudged:
    made = [one for resource in target.resources for one in provided_by(resource)]
    here = {one.name: one for one in made if one.kind == SECRET and _fits(one, reference)}
    declared = [name.rpartition("/")[2] for name in target.facts.secret_keys]
    names = [*here, *declared]
    near = closest(reference.name, names, SURELY)
    if near is None:
        if target.tree is None and not declared and all(one.kind != SECRET for one in made):
            return Unjudged("nothing here says what delivers Secrets", path=reference.path)
        creator = creator_of(reference, target.references, target.access)
        if creator:
            return Unjudged(f"{reference.called} is not here, but {creator}", path=reference.path)
        near = closest(reference.name, names)
    hint = f"; did you mean {near!r}?" if near else ""
    maker = here.get(near) if near else None
    return Problem(
        reference.path,
        f"nothing delivers {reference.called}, which the pod needs{hint}",
        related=((maker.resource, maker.path, "the nearest name"),) if maker else (),
    )


def _fits(one: Provided, reference: Reference) -> bool:
    return one.namespace == reference.namespace or not one.namespace
