"""Credentials of the application reach it as environment variables, not as files.

One way is enough to look for: where every program reads variables, a review of the manifest shows
which credential each of them has, and nothing has to be known about paths and formats. A Secret
mounted as a whole brings every key of it, also those that are added later.

Looks at volumes and projected volumes of Secrets, with `items`, with mounts of one file by
`subPath`, or as a whole. A key counts as one for a variable if it is spelt like one
(`DATABASE_URL`) or like a credential (`password`, `api-token`). Everything else is taken for a file
by its nature: certificates and keys, registry and SSH credentials, configuration, all keys with an
extension, and whatever belongs to a Secret of one of those types. Volumes of drivers (CSI) and
projected service-account tokens are files by nature too. A Secret of which nothing here tells the
keys is not judged.

Files have a point of their own: they are renewed while the program runs and no child process
inherits them, and policies of others ask for files and forbid variables. Where that is wanted,
name the keys or Secrets in the options, or switch the rule off.

https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-environment-variables
"""

import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from tools.kubernetes.pod import Pod
from tools.kubernetes.provided import SECRET
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.secrets import OPAQUE, type_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.credentials import names_credential
from tools.source.place import FieldPath

AS_FILES = frozenset({Via.VOLUME, Via.PROJECTED, Via.SUB_PATH})
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")


class Options(RuleOptions):
    """What may be files."""

    files: tuple[str, ...] = ()
    """Globs of keys that the program reads from files."""
    secrets: tuple[str, ...] = ()
    """Globs of names of Secrets that may be mounted."""


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Take the key as a variable with `valueFrom: {secretKeyRef: {name: …, key: …}}`, and "
    "delete the volume.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    found: dict[FieldPath, list[str]] = {}
    for reference in target.references.of(pod.workload):
        if not _is_mounted(reference) or _named(reference.name, options.secrets):
            continue
        keys = _keys(reference, target)
        if keys is None:
            reason = f"nothing here tells the keys of {reference.called}, which is mounted"
            yield Unjudged(reason, path=reference.path)
            continue
        wrong = [key for key in sorted(keys) if _is_variable(key, options)]
        found.setdefault(reference.path, []).extend(wrong)
    for path, wrong in found.items():
        if wrong:
            listed = ", ".join(map(repr, dict.fromkeys(wrong)))
            yield Problem(path, f"the pod gets {listed} as a file, not as a variable")


def _is_mounted(reference: Reference) -> bool:
    if reference.kind != SECRET or reference.via not in AS_FILES:
        return False
    return reference.key is not None or reference.whole


def _keys(reference: Reference, target: Target) -> Collection[str] | None:
    """The keys that become files; None if nothing tells them."""
    delivery = target.delivery(SECRET, reference.name, reference.namespace)
    makers = delivery.providers if delivery else ()
    if any(type_of(maker.resource.data) != OPAQUE for maker in makers):
        return ()
    if reference.key is not None:
        return (reference.key,)
    return delivery.keys if delivery and (delivery.complete or delivery.keys) else None


def _is_variable(key: str, options: Options) -> bool:
    if _named(key, options.files):
        return False
    return "." not in key and bool(VARIABLE.fullmatch(key) or names_credential(key))


def _named(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
