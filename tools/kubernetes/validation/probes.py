"""Probes and lifecycle handlers.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/;
exactly, validateProbe, validateHandler and validateLifecycle of pkg/apis/core/validation.
"""

from collections.abc import Callable, Mapping

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    enumeration,
    http_header_name,
    not_negative,
    port,
    port_number,
)

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_SECONDS_AND_COUNTS = (
    "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
    "failureThreshold",
)  # fmt: skip


def probes(container: Field, grace: Field) -> Refusals:
    """The three probes of a container that may have them."""
    for probe in container.set_among(PROBES):
        yield from _handler(probe, _PROBE_HANDLERS, grace)
        for name in _SECONDS_AND_COUNTS:
            yield from not_negative(probe[name])
        grace, successes = probe["terminationGracePeriodSeconds"], probe["successThreshold"]
        if grace.is_set and (grace.number or 0) <= 0:
            yield grace.must("be at least 1")
        if probe.name == "readinessProbe":
            if grace.is_set:
                yield grace.forbidden("in a readinessProbe, which restarts nothing")
        elif (successes.number or 1) > 1:
            yield successes.must(f"be 1 in a {probe.name}")


def lifecycle(field: Field, grace: Field) -> Refusals:
    """What runs after the start and before the stop of a container."""
    for hook in field.set_among(("postStart", "preStop")):
        yield from _handler(hook, _HOOK_HANDLERS, grace)


def _handler(holder: Field, known: tuple[str, ...], grace: Field) -> Refusals:
    there = holder.set_among(known)
    if not there:
        names = ", ".join(known[:-1])
        sentence = f"{holder} says nothing to do; it must have {names} or {known[-1]}"
        yield holder.refused(sentence)
    for handler in there[:1]:
        if handler.name == "sleep":
            yield from _sleep(handler, grace)
        else:
            yield from _HANDLERS[handler.name](handler)
    for handler in there[1:]:
        yield handler.not_beside(there[0], "one thing is done")


def _exec(handler: Field) -> Refusals:
    if handler["command"].is_empty:
        yield handler["command"].required("it says what runs")


def _http_get(handler: Field) -> Refusals:
    yield from _port(handler)
    if handler["scheme"].text:
        yield from enumeration(handler["scheme"], ("HTTP", "HTTPS"))
    headers = handler["httpHeaders"]
    for header in headers.items():
        yield from (refusal.named(headers) for refusal in http_header_name(header["name"]))


def _port(handler: Field) -> Refusals:
    field = handler["port"]
    yield from port(field) if field.is_set else [field.required("it says where to ask")]


def _grpc(handler: Field) -> Refusals:
    field = handler["port"]
    yield from port_number(field) if field.is_set else [field.required("it says where to ask")]


def _sleep(handler: Field, grace: Field) -> Refusals:
    seconds = handler["seconds"]
    most = _GRACE_SECONDS if grace.number is None else grace.number
    if not 0 <= (seconds.number or 0) <= most:
        refusal = seconds.must(f"be between 0 and terminationGracePeriodSeconds, which is {most}")
        yield (refusal.contradicting(grace) if grace.is_set else refusal).named(handler)


_HANDLERS: Mapping[str, Callable[[Field], Refusals]] = {
    "exec": _exec,
    "httpGet": _http_get,
    "tcpSocket": _port,
    "grpc": _grpc,
}
_GRACE_SECONDS = 30
_PROBE_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_HOOK_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")
