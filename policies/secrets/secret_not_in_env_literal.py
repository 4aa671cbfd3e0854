"""No container is given a credential as a literal value.

Whoever may read the manifest, the Deployment or its history in the cluster reads the password too,
and to renew it takes a commit and a rollout of everything that repeats it. `secretKeyRef` keeps
the value out of all of these.

Looks at `env` of every container. A value counts if its form says what it is (a token of a known
issuer, a private key, a URL or connection string with a password in it), or if its name ends in a
word for a credential: PASSWORD, SECRET, TOKEN, API_KEY, ACCESS_KEY, PRIVATE_KEY and the like.
Names that go on (`PASSWORD_FILE`, `SECRET_NAME`, `TOKEN_TTL`) or that hold PUBLIC say nothing, and
neither do values that stand for another one: `$(VAR)`, templates, paths, URLs without a password,
numbers (but for a password of digits), flags, placeholders in capitals such as `YOUR_API_KEY`,
names of Secrets. A password that is a well-known default is still the password. `args` and
`command` are not looked into. Checkers that go by a fragment of the name alone find `SECRET_NAME`
and miss `DATABASE_URL`.

`allowed` names variables that hold no credential whatever they are called.
https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-environment-variables
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import named
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.credentials import sign_of


class Options(RuleOptions):
    """What is not looked at."""

    allowed: tuple[str, ...] = ()
    """Globs of names of variables that hold no credential."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Renew the credential, put it into a Secret, and take it from there with "
    "`valueFrom: {secretKeyRef: {name: …, key: …}}`.",
    options=Options,
    confidential=True,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for container in pod.containers:
        for path, entry in pod.workload.maps(*container.at("env")):
            name, value = entry.get("name"), entry.get("value")
            if not isinstance(name, str) or not isinstance(value, str):
                continue
            sign = sign_of(name, value, target.secret_names)
            if sign and not any(fnmatchcase(name, pattern) for pattern in options.allowed):
                sentence = f"{named(container)} has {sign.what} in variable {name!r}"
                yield Problem((*path, "value"), sentence)
