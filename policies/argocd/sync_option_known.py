"""Every sync option is one that Argo CD knows, in the place where it looks for it.

Argo CD compares sync options letter by letter and ignores what it does not know, without a word in
its log: with `createNamespace=true` the namespace is not made, with `Prune=False` the volume claim
is pruned. The same happens to an option in the wrong place: `Force=true` counts on an object and
not in an Application, `CreateNamespace=true` only in an Application, and so does the compare option
`ServerSideDiff=true`.

Looks at `spec.syncPolicy.syncOptions` of Applications and of the template of ApplicationSets, and
at the annotations `argocd.argoproj.io/sync-options` and `argocd.argoproj.io/compare-options` of
every object and template. In the list of an Application blanks count, in annotations they do not.
Which options there are depends on the version that `policies.yaml` declares under `argocd`: an
Application takes `Prune` and `Delete` since 3.4. A switch may also stand with its default, such as
`CreateNamespace=false`. What an ApplicationSet fills in, or adds by `templatePatch`, is looked at
in the Applications that it makes.

Read in `controller/sync.go` and in gitops-engine's `pkg/sync` of Argo CD 3.2.11 and 3.5.1:
https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
"""

from collections.abc import Iterator, Mapping

from tools.argocd.applications import GROUP, TEMPLATE, is_application, is_set
from tools.argocd.versions import (
    APPLICATION_COMPARE_WORDS,
    APPLICATION_OPTIONS,
    COMPARE_OPTIONS,
    COMPARE_WORDS,
    OBJECT_OPTIONS,
    SYNC_OPTIONS,
    Version,
    Word,
    listed,
    version,
)
from tools.kubernetes.resource import Resource
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.rules.typed import nearest

LIST = ("spec", "syncPolicy", "syncOptions")
_OF_APPLICATIONS = (APPLICATION_OPTIONS, OBJECT_OPTIONS, "an object")


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    fields=(SYNC_OPTIONS, COMPARE_OPTIONS, "syncOptions", "templatePatch"),
    remedy="Write the option as the documentation spells it, or delete it: it does nothing.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem]:
    declared = version(target.argocd)
    for path in _lists(resource):
        for index, option in enumerate(resource.items(*path)):
            if isinstance(option, str) and "{{" not in option:
                why = _fault(option, *_OF_APPLICATIONS, declared)
                if why:
                    yield Problem((*path, index), f"sync option {option!r} {why}")
    yield from _annotations(resource, declared)
    if is_set(resource):
        yield from _filled_in(resource, target, declared)


def _filled_in(resource: Resource, target: Target, declared: Version) -> Iterator[Problem]:
    """Options that are not in the template as they are in the Applications made of it."""
    written = resource.items(*TEMPLATE, *LIST)
    seen: set[object] = set(written)
    for application in fleet_of(target).applications:
        if application.resource is not resource:
            continue
        for index, option in enumerate(application.sync_options):
            why = None
            if isinstance(option, str) and option not in seen and "{{" not in option:
                why = _fault(option, *_OF_APPLICATIONS, declared)
            seen.add(option)
            if why:
                patched = index >= len(written) or "{{" not in str(written[index])
                path = ("spec", "templatePatch") if patched else (*TEMPLATE, *LIST, index)
                message = f"sync option {option!r} of {application.what} {why}"
                yield Problem(path, message, resource)


def _annotations(resource: Resource, declared: Version) -> Iterator[Problem]:
    roots: tuple[tuple[str, ...], ...] = ((), TEMPLATE) if is_set(resource) else ((),)
    for root in roots:
        path = (*root, "metadata", "annotations")
        annotations = resource.map(*path)
        for option in listed(annotations.get(SYNC_OPTIONS)):
            why = _fault(option, OBJECT_OPTIONS, APPLICATION_OPTIONS, "an Application", declared)
            if why:
                yield Problem((*path, SYNC_OPTIONS), f"sync option {option!r} {why}")
        is_one = is_application(resource) or root == TEMPLATE
        for option in listed(annotations.get(COMPARE_OPTIONS)):
            why = _compare_fault(option, is_one)
            if why:
                yield Problem((*path, COMPARE_OPTIONS), f"compare option {option!r} {why}")


def _compare_fault(option: str, is_application: bool) -> str | None:
    if option in COMPARE_WORDS:
        return None
    if option in APPLICATION_COMPARE_WORDS:
        return None if is_application else "does nothing here; only an Application can say it"
    return f"is unknown to Argo CD{nearest(option, (*COMPARE_WORDS, *APPLICATION_COMPARE_WORDS))}"


def _lists(resource: Resource) -> list[tuple[str, ...]]:
    if resource.ref.group != GROUP:
        return []
    if resource.kind == "ApplicationSet":
        return [(*TEMPLATE, *LIST)]
    return [LIST, ("operation", "sync", "syncOptions")] if resource.kind == "Application" else []


def _fault(
    option: str,
    known: Mapping[str, Word],
    elsewhere: Mapping[str, Word],
    place: str,
    declared: Version,
) -> str | None:
    """Why Argo CD ignores an option, None if it does not."""
    name, _, value = option.partition("=")
    word = known.get(name)
    if word and value in word.values:
        if declared >= word.since:
            return None
        since = ".".join(map(str, word.since))
        return f"is known to Argo CD since {since} only, and {place} can say it before"
    if not word and value in elsewhere.get(name, Word(())).values:
        return f"does nothing here; only {place} can say it"
    spellings = [f"{name}={value}" for name, word in known.items() for value in word.values]
    return f"is unknown to Argo CD, which ignores it{nearest(option, spellings)}"
