"""The destination of an Application names its cluster once, by server or by name.

With both, or with neither, Argo CD sets the condition InvalidSpecError and does not sync; nothing
tells whoever merged it.

Looks at `spec.destination` of Applications, and of those that ApplicationSets make. The server is a
URL with `https://` (or `http://`). That of the cluster which Argo CD runs in is
`https://kubernetes.default.svc` to the letter, without a slash at the end. Which others it knows
cannot be seen in Git.

Read in `util/argo/argo.go` of Argo CD 3.2.11 and 3.5.1:
https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#applications
"""

from collections.abc import Iterator

from tools.argocd.urls import IN_CLUSTER
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    kinds=("Application", "ApplicationSet"),
    remedy="Write either server: https://kubernetes.default.svc or name: in-cluster.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    for application in fleet_of(target).applications:
        server, name = application.destination.get("server"), application.destination.get("name")
        here = application.resource
        if server and name:
            message = f"the destination has server {server!r} and name {name!r}"
            yield Problem(application.at("spec", "destination", "name"), message, here)
        elif not server and not name:
            message = f"the destination of {application.what} names no cluster"
            yield Problem(application.at("spec", "destination"), message, here)
        elif isinstance(server, str) and server and "://" not in server:
            message = f"server {server!r} is no URL, so it is no cluster that Argo CD knows"
            yield Problem(application.at("spec", "destination", "server"), message, here)
        elif server != IN_CLUSTER and str(server).rstrip("/") == IN_CLUSTER:
            message = (
                f"with the slash at the end, server {server!r} is no cluster that Argo CD knows"
            )
            yield Problem(application.at("spec", "destination", "server"), message, here)
