"""Every `$(VAR)` is replaced by a variable that its container has by then.

A `$(VAR)` that cannot be replaced is left as it stands: the program gets the characters `$(VAR)`
for a host name, a port or a password. Nothing warns of it.

In `env`, a reference sees what `envFrom` brings, the entries before its own, and what the kubelet
adds for Services (`WEB_SERVICE_HOST`, unless `enableServiceLinks` is false). In `command` and
`args` it sees all variables. It never sees what the image sets, such as `PATH`. `$$(VAR)` is an
escaped one and stands for the characters `$(VAR)`. Only what is written out in `env` is searched:
in a value that comes from a ConfigMap, a reference to a variable of the container is a finding.

A shell has the same spelling for running a command: `$(date)` in `args` is left to the shell, as
intended. Therefore a name that is not all upper case is only judged if the container has a
variable that is nearly called that. What a Secret or a ConfigMap brings of which the keys are not
known, or a Service that is not in the target, may set the variable: that is not judged.

https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from tools.kubernetes.pod import Container
from tools.kubernetes.resource import as_map
from tools.kubernetes.spelling import closest
from tools.kubernetes.texts import Text, texts_of
from tools.kubernetes.variables import (
    Use,
    Variable,
    looks_like_link,
    names_in,
    service_links,
    uses_of,
    variables_of,
)
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

CONSTANT = re.compile(r"[A-Z_][A-Z0-9_]*")
SOURCES = (("configMapRef", "ConfigMap"), ("secretRef", "Secret"))


class Brought(NamedTuple):
    """What `envFrom` sets, and the prefixes of what it may set besides."""

    names: frozenset[str]
    prefixes: tuple[str, ...]


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Set the variable earlier in `env` of this container, or write $$( for a plain $(.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    copied: set[tuple[int, FieldPath, str]] = set()
    for pod in target.pods:
        for container in pod.containers:
            for outcome in _judge_container(container, target):
                yield outcome._replace(resource=pod.workload)
            for text in texts_of(container, target.resources):
                for name in names_in(text.text) if text.resource is not pod.workload else ():
                    # A value that several containers take is one mistake.
                    if (id(text.resource), text.path, name) not in copied:
                        copied.add((id(text.resource), text.path, name))
                        yield from _judge_copied(name, text)


def _judge_container(container: Container, target: Target) -> Iterator[Problem | Unjudged]:
    uses = list(uses_of(container))
    if not uses:
        return
    variables = variables_of(container)
    brought = _brought(container, target)
    links = service_links(container.pod, target.resources)
    brought = brought._replace(names=brought.names | links)
    for use in uses:
        earlier = {variable.name for variable in variables[: use.position]}
        if use.name not in earlier and use.name not in brought.names:
            yield from _judge(use, container, variables, brought)


def _judge_copied(name: str, text: Text) -> Iterator[Problem]:
    """A value from a ConfigMap reaches the container as it stands."""
    container = text.container
    for variable in variables_of(container):
        if variable.name == name:
            path = (*variable.path, "name")
            yield Problem(
                text.path,
                f"$({name}) is not replaced in {text.name!r}, which comes from a ConfigMap",
                text.resource,
                remedy="Write the value in `env` of the container, where $( ) is replaced.",
                related=((container.pod.workload, path, f"variable of {container.name!r}"),),
            )
            return


def _brought(container: Container, target: Target) -> Brought:
    names: set[str] = set()
    prefixes: list[str] = []
    for _, entry in container.pod.workload.maps(*container.at("envFrom")):
        prefix = str(entry.get("prefix") or "")
        for field, kind in SOURCES:
            name = as_map(entry.get(field)).get("name")
            if not isinstance(name, str):
                continue
            delivery = target.delivery(kind, name, container.pod.namespace)
            names.update(prefix + key for key in (delivery.keys if delivery else ()))
            if delivery is None or not delivery.complete:
                prefixes.append(prefix)
    return Brought(frozenset(names), tuple(prefixes))


def _judge(
    use: Use, container: Container, variables: list[Variable], brought: Brought
) -> Iterator[Problem | Unjudged]:
    name, pod = use.name, container.pod
    own = {variable.name: (*variable.path, "name") for variable in variables}
    if name in own:
        is_itself = own[name][:-1] == use.path[:-1]
        when = "refers to itself, and nothing has set it" if is_itself else "is set only after this"
        related = ((pod.workload, own[name], "it is set here"),)
        sentence = f"$({name}) of container {container.name!r} {when}"
        yield Problem(use.path, sentence, related=related)
        return
    near = _near(name, {*own, *brought.names})
    if not CONSTANT.fullmatch(name) and not near:
        return
    linked = pod.get("enableServiceLinks") is not False and looks_like_link(name)
    if name.startswith(brought.prefixes) or (linked and not near):
        reason = f"$({name}) may come from what is not in this target: envFrom, or a Service"
        yield Unjudged(reason, path=use.path)
        return
    hint = f"; did you mean {near!r}?" if near else ""
    sentence = f"container {container.name!r} has no variable {name!r}{hint}"
    yield Problem(
        use.path,
        f"{sentence} ($({name}) is left as it stands)",
        related=((pod.workload, own[near], "the nearest name"),) if near in own else (),
    )


def _near(name: str, known: Collection[str]) -> str | None:
    """The variable that is probably meant; for that of a Service only the Service's name counts."""
    if not looks_like_link(name):
        return closest(name, known, 0.8)
    service, _, rest = name.partition("_SERVICE_")
    end = f"_SERVICE_{rest}"
    services = {link.removesuffix(end) for link in known if link.endswith(end)}
    near = closest(service, services, 0.8)
    return f"{near}{end}" if near else None
