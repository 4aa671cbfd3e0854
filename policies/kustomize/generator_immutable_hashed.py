"""Generated ConfigMaps and Secrets carry the hash of their content in the name and are immutable.

With the hash, a changed value makes a new name, and the new name rolls the pods out with it. With
`disableNameSuffixHash` pods keep running with what they read at their start, until one of them is
restarted by chance and differs from the others. Without `immutable`, an edit in the cluster
changes what runs under a name that says otherwise, and the kubelet has to watch every one of them.
Both wrong is worst: immutable under a name that stays, and the API server refuses each change.

Looks at the objects as they are rendered in the end: `behavior: merge` or `replace` drops
`immutable: true` of the base, so every kustomization that merges has to say it again. An object
that no pod of the render reads may go without hash (a dashboard, the settings of another program).
`requireImmutable` and `requireHash` switch either half off.
https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable
"""

from collections.abc import Iterator
from typing import NamedTuple

from tools.kubernetes.configuration import configuration_of
from tools.kubernetes.resource import as_map
from tools.rules.entries import entries
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Severity, SourceProblem, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import Place
from tools.trace.entry import Entry

_IMMUTABLE = "Write `generatorOptions: {immutable: true}` in this kustomization."
_HASHED = "Delete `disableNameSuffixHash: true`."


class Options(RuleOptions):
    """What is demanded."""

    require_immutable: bool = True
    """Whether an object with a hash in its name has to be immutable."""
    require_hash: bool = True
    """Whether an object that pods read has to have a hash in its name."""


@rule(
    judges=Judges.SOURCE,
    severity=Severity.WARNING,
    remedy=_IMMUTABLE,
    options=Options,
)
def check(target: Target, options: Options) -> Iterator[SourceProblem | Unjudged]:
    read = configuration_of(target.pods)
    layers: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries(target, "configMapGenerator", "secretGenerator", "generator"):
        application = entry.application
        if application.unknown:
            yield Unjudged(application.unknown, place=application.place)
        data = as_map(application.entry)
        name = str(data.get("name") or as_map(data.get("metadata")).get("name"))
        layers.setdefault((application.kind, name), []).append(entry)
        for made in application.objects:
            resource = target.trace.rendered(made) if target.trace else None
            if resource is not None and resource.kind in ("ConfigMap", "Secret"):
                what = f"{resource.kind} {name!r}"
                is_read = (resource.kind, resource.namespace, resource.name) in read
                state = _State(what, made.hashed, resource.get("immutable") is True, is_read)
                yield from _problems(layers[(application.kind, name)], state, options)


class _State(NamedTuple):
    """A generated object in the final render."""

    what: str
    hashed: bool
    immutable: bool
    is_read: bool


def _problems(layers: list[Entry], state: _State, options: Options) -> Iterator[SourceProblem]:
    """What is wrong with an object; `layers` are the generators that made it, the last one last."""
    if state.hashed and not state.immutable and options.require_immutable:
        behavior = as_map(layers[-1].application.entry).get("behavior")
        merged = behavior in ("merge", "replace")
        why = f", because this {behavior} drops what the base says" if merged else ""
        place = layers[-1].option_place("immutable") or layers[-1].place("options")
        yield SourceProblem(place, f"{state.what} is not immutable{why}")
    elif not state.hashed and state.immutable:
        message = f"{state.what} is immutable and keeps its name: the next change of it is refused"
        yield SourceProblem(_switch(layers), message, _HASHED)
    elif not state.hashed and state.is_read and options.require_hash:
        message = f"{state.what} keeps its name when its values change; pods keep the old ones"
        yield SourceProblem(_switch(layers), message, _HASHED)


def _switch(layers: list[Entry]) -> Place:
    """Where the hash is switched off; one layer is enough for that."""
    places = (layer.option_place("disableNameSuffixHash", True) for layer in layers)
    return next((place for place in places if place), layers[-1].place("options"))
