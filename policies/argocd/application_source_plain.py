"""What Git holds is what Argo CD renders: an Application changes nothing in `source.kustomize`.

Images, replicas, patches or a prefix in the Application are written into the checkout before
Kustomize runs. `kustomize build` of the folder then shows something else than what runs: reviewers,
the other rules of this gate and whoever debugs at night look at the wrong manifests. Argo CD Image
Updater and `argocd app set` put such fields there; they belong into the overlay.

Looks at `kustomize` of every source, `version` included, which picks another Kustomize than the
one that judges here, and at the file `.argocd-source.yaml` beside the kustomization, which does the
same without being seen in the Application. Parameters of Helm charts are not looked at.

Argo CD 3.2 to 3.5: https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/
"""

from collections.abc import Iterator

from tools.argocd.applications import Application, Source
from tools.kubernetes.resource import as_map
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.rule import Judges, Problem, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.place import Place
from tools.source.repository import join

OVERRIDES = ".argocd-source.yaml"


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Move it into the kustomization of the overlay.",
)
def check(target: Target, options: None) -> Iterator[Problem | SourceProblem]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        for source in application.sources:
            for field, value in as_map(source.data.get("kustomize")).items():
                if value not in (None, "", [], {}, False):
                    path = application.at(*source.path, "kustomize", field)
                    message = f"{field} here changes what the folder renders to: Git shows less"
                    yield Problem(path, message, application.resource)
            yield from _overrides(fleet, application, source)


def _overrides(fleet: Fleet, application: Application, source: Source) -> Iterator[SourceProblem]:
    named = fleet.named(source)
    if named is None:
        return
    folder = source.folder or ""
    for name in (OVERRIDES, f".argocd-source-{application.name}.yaml"):
        file = join(folder, name)
        if fleet.target.repository.is_file(file):
            message = f"{name} changes what {application.what} renders from {folder or '.'}"
            yield SourceProblem(Place(file, 1, 1), message)
