"""What Git holds is what Argo CD renders: an Application changes nothing in `source.kustomize`.

Images, replicas, patches or a prefix in the Application are written into the checkout before
Kustomize runs. `kustomize build` of the folder then shows something else than what runs: reviewers,
the other rules of this gate and whoever debugs at night look at the wrong manifests. Argo CD Image
Updater and `argocd app set` put such fields there; they belong into the overlay.

The folder is judged a second time as the Application has it, as a target `FOLDER as Application
NAME`: edits are made in a copy, in Argo CD's order, and what is found there stands at the line of
the Application that says it. What Kustomize refuses to write is found too: a tag that is missing,
a label that is there already. Not judged is what needs the commit that is synced, and `version`,
which picks another Kustomize than the one that judges here.

Looks at `kustomize` of every source, and at the file `.argocd-source.yaml` beside the
kustomization, which does the same without being seen in the Application. Parameters of Helm charts
are not looked at.

`util/kustomize/kustomize.go` of Argo CD 3.2.11; Argo CD 3.2 to 3.5:
https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/
"""

from collections.abc import Iterator

from tools.argocd.applications import Application, Source
from tools.kubernetes.resource import as_map
from tools.rules.fleet import Fleet, fleet_of
from tools.rules.rule import Judges, Outcome, Problem, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import Place
from tools.source.repository import join
from tools.source.targets import NamedTarget


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Move it into the kustomization of the overlay.",
)
def check(target: Target, options: None) -> Iterator[Outcome]:
    fleet = fleet_of(target)
    for application in fleet.applications:
        for source in application.sources:
            for field, value in as_map(source.data.get("kustomize")).items():
                if value not in (None, "", [], {}, False):
                    path = application.at(*source.path, "kustomize", field)
                    message = f"{field} here changes what the folder renders to: Git shows less"
                    yield Problem(path, message, application.resource)
            yield from _overrides(fleet, application, source)
            yield from _unrendered(fleet, application, source)


def _overrides(fleet: Fleet, application: Application, source: Source) -> Iterator[SourceProblem]:
    named = fleet.named(source)
    if named is None:
        return
    from tools.rules.inlined import override_names

    folder = source.folder or ""
    for name in override_names(application):
        file = join(folder, name)
        if fleet.target.repository.is_file(file):
            message = f"{name} changes what {application.what} renders from {folder or '.'}"
            yield SourceProblem(Place(file, 1, 1), message)


def _unrendered(fleet: Fleet, application: Application, source: Source) -> Iterator[Outcome]:
    """What keeps the folder from being rendered with these fields, here or by Argo CD."""
    built = fleet.built(application, source)
    if built is None or isinstance(built, NamedTarget):
        return
    path = application.at(*source.path, "kustomize", *built.path)
    if built.stops:
        yield Problem(path, f"{built.reason}, so Argo CD renders nothing", application.resource)
    else:
        reason = f"what {application.what} makes of its folder: {built.reason}"
        yield Unjudged(reason, application.resource, path)
