"""Every sync wave is a whole number.

Argo CD reads `argocd.argoproj.io/sync-wave` as an integer, and takes what is none for wave 0. With
`"1.0"`, `" 2"` or `first` nothing is refused; the order is simply lost, and the CustomResource is
applied before the definition that it needs.

Looks at the annotation of every object. A value without quotes is a number in YAML, which
Kubernetes refuses in annotations: schema-valid reports that.

Read in gitops-engine's `pkg/sync/syncwaves/waves.go`, which Argo CD 3.2 and 3.5 share:
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
"""

from collections.abc import Iterator

from tools.argocd.phases import is_integer
from tools.argocd.versions import SYNC_WAVE
from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    fields=(SYNC_WAVE,),
    remedy='Write a whole number in quotes, such as "-1".',
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    wave = resource.annotations.get(SYNC_WAVE)
    if isinstance(wave, str) and not is_integer(wave):
        path = ("metadata", "annotations", SYNC_WAVE)
        yield Problem(path, f"sync wave {wave!r} is no whole number, so Argo CD takes 0")
