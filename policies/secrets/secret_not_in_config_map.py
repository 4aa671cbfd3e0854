"""No ConfigMap holds a credential.

ConfigMaps are made to be read: dashboards and support bundles show them, roles allow them to people
who may not see Secrets, and they are never encrypted at rest on their own. What stands in one is
known to everybody who works with the cluster, and to everybody with the repository.

Looks at `data` of every ConfigMap as it is rendered, generated ones included. A value counts as in
secret-not-in-env-literal: by its form (a known token, a private key, a password in a URL or
connection string), or by its key. A value of several lines is taken for a configuration file, and
each of its lines for `name = value` or `name: value`; comments are skipped, and so is what only
names a variable, a file, a function or a Secret. One key is one finding, at the
first line that counts. `binaryData` is not looked into. polaris goes by fragments of keys and
values.

`allowed` names keys, of ConfigMaps or of lines, that hold no credential whatever they are called.
https://kubernetes.io/docs/concepts/configuration/configmap/
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.credentials import Sign, sign_of, signs_in


class Options(RuleOptions):
    """What is not looked at."""

    allowed: tuple[str, ...] = ()
    """Globs of keys that hold no credential."""


@rule(
    judges=Judges.OBJECT,
    kinds=("ConfigMap",),
    severity=Severity.ERROR,
    remedy="Renew the credential and put it into a Secret; a file that needs it takes it from a "
    "variable or from a volume of that Secret.",
    options=Options,
    confidential=True,
)
def check(config_map: Resource, target: Target, options: Options) -> Iterator[Problem]:
    for key, value in config_map.map("data").items():
        if not isinstance(value, str) or _is_allowed(key, options):
            continue
        for sign in _signs(key, value, target):
            if not _is_allowed(sign.name, options):
                yield Problem(("data", key), _sentence(key, value, sign))
                break


def _signs(key: str, value: str, target: Target) -> Iterator[Sign]:
    if "\n" in value.strip():
        yield from signs_in(value, target.secret_names)
    elif sign := sign_of(key, value, target.secret_names):
        yield sign


def _sentence(key: str, value: str, sign: Sign) -> str:
    if "\n" not in value.strip():
        return f"key {key!r} is {sign.what}"
    name = f" for {sign.name!r}" if sign.name else ""
    return f"key {key!r} holds {sign.what}{name} in its line {sign.line}"


def _is_allowed(name: str, options: Options) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in options.allowed)
