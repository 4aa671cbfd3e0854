"""No sync option switches off validation, or replaces objects instead of changing them.

`Validate=false` applies what the API server's schema would refuse: a misspelt field is dropped, and
nobody hears of it. `Replace=true` puts the manifest in place of the live object and with it wipes
what others wrote there, the replicas of an autoscaler among them. `Force=true` deletes and creates
the object anew, which for a Deployment is an outage and for a volume claim the end of its data.

Looks at `spec.syncPolicy.syncOptions` of Applications and of the template of ApplicationSets, and
at the annotation `argocd.argoproj.io/sync-options` of every object. A Job that has to be made anew
at each sync, because its pod template cannot change, may say `Force=true` and `Replace=true`.

Argo CD 3.2 to 3.5:
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#replace-resource-instead-of-applying-changes
"""

from collections.abc import Iterator

from tools.argocd.applications import GROUP, TEMPLATE
from tools.argocd.versions import SYNC_OPTIONS, words
from tools.kubernetes.resource import Resource
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

LIST = ("spec", "syncPolicy", "syncOptions")
_EFFECTS = {
    "Validate=false": "applies what the schema refuses",
    "Replace=true": "wipes what others have written to the live objects",
    "Force=true": "deletes the live object to make it anew",
}


@rule(
    judges=Judges.OBJECT,
    severity=Severity.WARNING,
    fields=(SYNC_OPTIONS, "syncOptions"),
    remedy="Delete the option, or accept it in policies.yaml with the reason and an end.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    for option in words(resource, SYNC_OPTIONS):
        renewed = resource.kind == "Job" and option in ("Force=true", "Replace=true")
        if option in _EFFECTS and not renewed:
            annotation = ("metadata", "annotations", SYNC_OPTIONS)
            yield Problem(annotation, f"sync option {option!r} {_EFFECTS[option]}")
    if resource.ref.group != GROUP or resource.kind not in ("Application", "ApplicationSet"):
        return
    path: FieldPath = LIST if resource.kind == "Application" else (*TEMPLATE, *LIST)
    for index, option in enumerate(resource.items(*path)):
        # Force is no option of an Application: sync-option-known says so.
        if option in ("Validate=false", "Replace=true"):
            yield Problem((*path, index), f"sync option {option!r} {_EFFECTS[option]}")
