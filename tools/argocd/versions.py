"""What the words in annotations and sync options mean, and since which Argo CD they do.

Nothing in Argo CD checks these words: one that it does not know is ignored in silence.
"""

from typing import Any, NamedTuple

from tools.kubernetes.resource import Resource

SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
COMPARE_OPTIONS = "argocd.argoproj.io/compare-options"
HOOK = "argocd.argoproj.io/hook"
HOOK_DELETE_POLICY = "argocd.argoproj.io/hook-delete-policy"
SYNC_WAVE = "argocd.argoproj.io/sync-wave"

Version = tuple[int, ...]


class Word(NamedTuple):
    """One `Name=value` option: its values, and the version since which it is understood."""

    values: tuple[str, ...]
    since: Version = (0,)


_SWITCH = ("true", "false")

# `controller/sync.go` of Argo CD 3.2.11 and 3.5.1. A switch is also known with the value that is
# its default, because that does what it says.
APPLICATION_OPTIONS = {
    "Validate": Word(_SWITCH),
    "CreateNamespace": Word(_SWITCH),
    "PruneLast": Word(_SWITCH),
    "PrunePropagationPolicy": Word(("background", "foreground", "orphan")),
    "ApplyOutOfSyncOnly": Word(_SWITCH),
    "Replace": Word(_SWITCH),
    "ServerSideApply": Word(_SWITCH),
    "ClientSideApplyMigration": Word(_SWITCH),
    "FailOnSharedResource": Word(_SWITCH),
    "RespectIgnoreDifferences": Word(_SWITCH),
    "SkipDryRunOnMissingResource": Word(_SWITCH),
    "Prune": Word(("true", "false", "confirm"), (3, 4)),
    "Delete": Word(("true", "false", "confirm"), (3, 4)),
}
# `pkg/sync/sync_context.go` of gitops-engine and `controller/appcontroller.go`.
OBJECT_OPTIONS = {
    "Prune": Word(("true", "false", "confirm")),
    "Delete": Word(("true", "false", "confirm")),
    "PruneLast": Word(_SWITCH),
    "Replace": Word(_SWITCH),
    "Force": Word(_SWITCH),
    "SkipDryRunOnMissingResource": Word(_SWITCH),
    "Validate": Word(_SWITCH),
    "ServerSideApply": Word(_SWITCH),
}
# `controller/state.go` asks the objects for the first and the Application for the others.
COMPARE_WORDS = ("IgnoreExtraneous",)
APPLICATION_COMPARE_WORDS = (
    "ServerSideDiff=true",
    "ServerSideDiff=false",
    "IncludeMutationWebhook=true",
    "IncludeMutationWebhook=false",
)
HOOKS = {
    "PreSync": (0,),
    "Sync": (0,),
    "PostSync": (0,),
    "SyncFail": (0,),
    "Skip": (0,),
    "PostDelete": (2, 10),
    "PreDelete": (3, 3),
}
HOOK_DELETE_POLICIES = ("HookSucceeded", "HookFailed", "BeforeHookCreation")


def version(text: str) -> Version:
    """`3.2` or `v3.2.11` as numbers to compare; parts that are no number end it."""
    numbers: list[int] = []
    for part in text.strip().lstrip("v").split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


def words(resource: Resource, annotation: str) -> list[str]:
    """The comma-separated words of an annotation, trimmed as Argo CD does; [] without it."""
    return listed(resource.annotations.get(annotation))


def listed(value: Any) -> list[str]:
    """The same of the value of an annotation."""
    parts = value.split(",") if isinstance(value, str) else []
    return [part.strip() for part in parts if part.strip()]
