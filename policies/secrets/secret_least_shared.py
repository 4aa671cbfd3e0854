"""Each workload takes from a Secret only the keys that it is declared to need.

Of several programs that share a Secret, each holds what any of them needs, and the weakest one
decides who gets it all. `envFrom` hands over every key there is, and every one that somebody adds
later. Key by key, a review sees when a service starts to read the payment provider's token.

Looks at every `secretKeyRef`, `envFrom`, volume and mount, of all containers. `envFrom` of a Secret
is always a finding. What a workload may take stands in `policies.yaml` under `facts.secretUsers`,
by Secret name and then by workload (`Deployment/web` or `web`): a key that is not in the list is a
finding, and so is a volume of a declared Secret as a whole, unless all its keys are known and
listed. A Secret that only one workload takes needs no declaration; one that several take and
nobody declares is not judged. TLS, registry and other Secrets with prescribed keys are not asked
for. The declaration does not tell the containers of a pod apart.

https://kubernetes.io/docs/concepts/security/secrets-good-practices/#restrict-access-for-specific-containers
"""

from collections.abc import Iterator, Mapping

from tools.kubernetes.provided import SECRET
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.secrets import OPAQUE, PRESCRIBED, type_of
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

BY_KEY = (Via.ENV, Via.VOLUME, Via.PROJECTED, Via.SUB_PATH)


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    remedy="Take only the keys that the program needs, one `secretKeyRef` each, and list them "
    "under facts.secretUsers.",
    defers_to=("secret-key-declared",),
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    for reference in target.references.via(Via.ENV_FROM):
        if reference.kind == SECRET and _has_free_keys(reference, target):
            sentence = f"every key of {target.called(reference)} becomes a variable"
            yield Problem(reference.path, sentence, reference.resource)
    unjudged: set[str] = set()
    for reference in target.references.via(*BY_KEY):
        if reference.kind == SECRET and _has_free_keys(reference, target):
            users = target.facts.secret_users.get(reference.name)
            if users is not None:
                yield from _excess(reference, users, target)
            elif reference.name not in unjudged and _is_shared(reference, target):
                unjudged.add(reference.name)
                called = target.called(reference)
                reason = f"facts.secretUsers does not say who may take what of {called}"
                yield Unjudged(reason, reference.resource, reference.path)


def _has_free_keys(reference: Reference, target: Target) -> bool:
    """Whether people choose the keys, as far as it can be told: neither a type nor TLS does."""
    delivery = target.delivery(SECRET, reference.name, reference.namespace)
    makers = delivery.providers if delivery else ()
    free = all(type_of(maker.resource.data) == OPAQUE for maker in makers)
    return free and reference.key not in PRESCRIBED


def _excess(
    reference: Reference, users: Mapping[str, tuple[str, ...]], target: Target
) -> Iterator[Problem]:
    workload = reference.resource
    slug = workload.ref.slug
    allowed = {*users.get(slug, ()), *users.get(workload.name, ())}
    if reference.key is not None and reference.key not in allowed:
        sentence = f"{slug} takes {reference.key!r} of {target.called(reference)}, undeclared"
        yield Problem(reference.place, sentence, workload)
    elif reference.whole:
        delivery = target.delivery(SECRET, reference.name, reference.namespace)
        if delivery is None or not delivery.complete or not allowed.issuperset(delivery.keys):
            sentence = f"{slug} takes all of {target.called(reference)}, undeclared"
            yield Problem(reference.path, sentence, workload)


def _is_shared(reference: Reference, target: Target) -> bool:
    others = target.references.to(SECRET, reference.name, reference.namespace)
    return any(other.pod and other.resource is not reference.resource for other in others)
