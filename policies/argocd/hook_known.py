"""Every hook has a phase, and a deletion policy, that Argo CD knows.

An object with the annotation `argocd.argoproj.io/hook` is left out of the ordinary sync and runs in
the phase that the annotation names. With `presync` there is no such phase: the object is never
applied, never compared, and the Application is Synced and Healthy all the while. The migration
just does not run. An unknown deletion policy is dropped as quietly, and `BeforeHookCreation` holds.

Looks at `argocd.argoproj.io/hook` and `argocd.argoproj.io/hook-delete-policy`, lists with commas,
upper and lower case told apart. `PreDelete` is known since Argo CD 3.3; `policies.yaml` says under
`argocd` which version has to understand everything. Annotations of Helm are not looked at.

Read in gitops-engine's `pkg/sync/hook` and `controller/hook.go` of Argo CD 3.2.11 and 3.5.1:
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
"""

from collections.abc import Iterator

from tools.argocd.phases import moments
from tools.argocd.versions import (
    HOOK,
    HOOK_DELETE_POLICIES,
    HOOK_DELETE_POLICY,
    HOOKS,
    version,
    words,
)
from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.rules.typed import nearest


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    fields=(HOOK, HOOK_DELETE_POLICY),
    remedy="Write PreSync, Sync, PostSync, SyncFail, PostDelete or Skip.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    path = ("metadata", "annotations", HOOK)
    declared = version(target.argocd)
    hooks = words(resource, HOOK)
    if isinstance(resource.annotations.get(HOOK), str) and not hooks:
        yield Problem(path, f"{resource.kind} is a hook of no phase, so it is never applied")
    for word in hooks:
        since = HOOKS.get(word)
        if since is None:
            others = "" if moments(resource) else ", so the object is never applied"
            message = f"hook {word!r} is unknown to Argo CD{others}{nearest(word, HOOKS)}"
            yield Problem(path, message)
        elif declared < since:
            number = ".".join(map(str, since))
            yield Problem(path, f"hook {word!r} is known since Argo CD {number} only")
    for word in words(resource, HOOK_DELETE_POLICY):
        if word not in HOOK_DELETE_POLICIES:
            hint = nearest(word, HOOK_DELETE_POLICIES)
            yield Problem(
                ("metadata", "annotations", HOOK_DELETE_POLICY),
                f"deletion policy {word!r} is unknown to Argo CD{hint}",
                remedy="Write HookSucceeded, HookFailed or BeforeHookCreation.",
            )
