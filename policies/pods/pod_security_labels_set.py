"""Every namespace enforces the restricted Pod Security Standard at a pinned version.

A gate in front of Git sees what goes through Git. The API server's own admission sees every pod,
also those that an operator, a Helm hook or a person with kubectl creates; but without the label
`pod-security.kubernetes.io/enforce` it lets everything in. Without `enforce-version`, or with
`latest`, an upgrade of the cluster may begin to refuse pods that ran the day before.

Looks at every Namespace of the target. The option `level` lowers what is demanded to
`baseline`; a stricter label is always right. The version is `v1.` and a number. Namespaces that
are made elsewhere (`CreateNamespace=true` of Argo CD, `kubectl create`) cannot be seen.

https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/
"""

import re
from collections.abc import Iterator
from typing import Literal

from tools.kubernetes.pod_security import ENFORCE, minor
from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

VERSION = f"{ENFORCE}-version"
STRICTNESS = ("privileged", "baseline", "restricted")
PINNED = re.compile(r"v1\.(0|[1-9][0-9]*)")


class Options(RuleOptions):
    """What a namespace must enforce."""

    level: Literal["baseline", "restricted"] = "restricted"
    """The weakest standard that is accepted."""


@rule(
    judges=Judges.OBJECT,
    kinds=["Namespace"],
    severity=Severity.ERROR,
    remedy="Set the labels `pod-security.kubernetes.io/enforce: restricted` and "
    "`pod-security.kubernetes.io/enforce-version: v1.34`, with the version of the cluster.",
    options=Options,
)
def check(namespace: Resource, target: Target, options: Options) -> Iterator[Problem]:
    level, version = namespace.labels.get(ENFORCE), namespace.labels.get(VERSION)
    accepted = STRICTNESS[STRICTNESS.index(options.level) :]
    if namespace.ref.group:
        return
    if level not in accepted:
        state = "no Pod Security Standard" if level is None else f"the standard {level!r}"
        sentence = f"the namespace enforces {state} instead of {options.level!r}"
        remedy = f"Set the label `{ENFORCE}: {options.level}`."
        yield Problem(("metadata", "labels", ENFORCE), sentence, remedy=remedy)
    elif not PINNED.fullmatch(str(version)):
        state = "not set" if version is None else repr(version)
        sentence = f"the version of the enforced standard is not pinned: {VERSION} is {state}"
        oldest = min(map(minor, target.kubernetes))
        remedy = f"Set the label `{VERSION}: v1.{oldest}`, with the version of the cluster."
        yield Problem(("metadata", "labels", VERSION), sentence, remedy=remedy)
