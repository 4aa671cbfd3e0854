"""Every key that a Secret is delivered with is taken by a pod.

A credential that nobody uses is one more that can leak, and nobody notices that it was not renewed,
or that the key was renamed in the pod and the old one forgotten.

Looks at the keys of ExternalSecrets, SealedSecrets and Secrets of the target, and at those that
`facts.secretKeys` of `policies.yaml` declares for a Secret from which the target takes some key. A
key is used if a variable, a volume or a mount names it, and all of them are as soon as anything
takes the Secret as a whole: `envFrom`, a volume without `items`, a pull Secret, the TLS of an
Ingress, an annotation, a custom object. A key that a pod misspells is for secret-key-declared,
unless it is `optional: true`, so that the pod runs without the value.
Keys that the type prescribes (TLS, registries, SSH, tokens) are not asked for, nor is anything
that Argo CD finds by its label.

A Secret that nothing takes is one finding, unless a text of another object holds its name or a
role lets a pod of the target read it. Not judged are targets without pods. What other targets and
people take is not seen.

https://kubernetes.io/docs/concepts/security/secrets-good-practices/
"""

from collections.abc import Collection, Iterator, Mapping

from tools.kubernetes.provided import SECRET, Keys, Provided, provided_by
from tools.kubernetes.reference import Reference
from tools.kubernetes.secret_programs import role_for
from tools.kubernetes.secrets import ARGOCD_TYPE, OPAQUE, type_of
from tools.kubernetes.spelling import closest
from tools.rules.rule import Judges, Problem, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target

Used = Mapping[str | None, Reference]

KINDS = ("ExternalSecret", "SealedSecret", "Secret")


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    remedy="Take the key where it is needed, or delete it here and in the store of secrets.",
)
def check(target: Target, options: None) -> Iterator[Problem | SourceProblem | Unjudged]:
    for resource in target.resources.of_kind(*KINDS):
        for provided in provided_by(resource):
            if provided.kind == SECRET and provided.keys and _is_free(provided):
                yield from _unused(provided, provided.keys, target)
    for name, keys in target.facts.secret_keys.items():
        yield from _undeclared(name, keys, target)


def _is_free(provided: Provided) -> bool:
    """Whether people choose the keys, and programs know the Secret by nothing but its name."""
    data = provided.resource.data
    labels = provided.resource.labels
    return type_of(data) == OPAQUE and ARGOCD_TYPE not in labels


def _unused(provided: Provided, keys: Keys, target: Target) -> Iterator[Problem | Unjudged]:
    own = provided.resource
    name = target.written_name(own) if own.name == provided.name else provided.name
    called = f"Secret {name!r}"
    used = _used(provided.name, provided.namespace, target)
    if not target.pods:
        yield Unjudged(f"there is no pod here that could take {called}", provided.resource)
    elif used:
        for key in _unused_keys(keys, used):
            sentence, by = _told(key, provided.name, keys, used)
            related = ((by.resource, by.place, "it takes this one"),) if by else ()
            yield Problem(keys[key], sentence, provided.resource, related=related)
    elif not _is_read_otherwise(provided, target):
        yield Problem(provided.path, f"nothing takes {called}", provided.resource)


def _unused_keys(keys: Collection[str], used: Used) -> list[str]:
    """The keys that are not taken, but for those that somebody needs and misspells."""
    if None in used:
        return []
    needed = (key for key, by in used.items() if key and key not in keys and not by.optional)
    meant = {closest(key, keys) for key in needed}
    return [key for key in keys if key not in used and key not in meant]


def _told(key: str, name: str, keys: Collection[str], used: Used) -> tuple[str, Reference | None]:
    """The sentence about a key that is not taken, and who may be meant to take it.

    Where a key may be missing, nobody else says that it is.
    """
    near = closest(key, [other for other in used if other and other not in keys])
    sentence = f"no pod takes key {key!r} of Secret {name!r}"
    if near is None:
        return sentence, None
    by = used[near]
    return f"{sentence}; did you mean {near!r}, which {by.resource.ref.slug} takes if it can?", by


def _used(name: str, namespace: str, target: Target) -> Used:
    """The keys that are taken from a Secret, None for all of them, each with who takes it."""
    references = target.references.to(SECRET, name, namespace)
    taken = [one for one in references if one.key or _is_of_all(one)]
    return {one.key: one for one in sorted(taken, key=lambda one: not one.optional)}


def _is_of_all(reference: Reference) -> bool:
    """Whether a reference without a key stands for all: not a volume mounted file by file."""
    return reference.whole or "secret" not in reference.path[-2:]


def _is_read_otherwise(provided: Provided, target: Target) -> bool:
    """Whether a text holds its name, or a program may read it through the API."""
    reading = ("get", "list", "watch")
    return bool(
        target.references.mentioned(provided.resource)
        or role_for(target.access, provided.namespace, reading, provided.name)
    )


def _undeclared(name: str, keys: tuple[str, ...], target: Target) -> Iterator[SourceProblem]:
    namespace, _, short = name.rpartition("/")
    used = _used(short, namespace, target)
    for key in _unused_keys(keys, used) if used else ():
        place = target.fact_place("secretKeys", name, keys.index(key))
        if place:
            yield SourceProblem(place, _told(key, name, keys, used)[0])
