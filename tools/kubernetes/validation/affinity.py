"""Next to which pods, and on which nodes, a Pod is to run; and how its like spread.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/; exactly,
validateAffinity and validateTopologySpreadConstraints of pkg/apis/core/validation, after
mutatePodAffinity and mutateTopologySpreadConstraints of pkg/registry/core/pod.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    at_least,
    dns_label,
    enumeration,
    qualified_name,
    within,
)
from tools.kubernetes.validation.metadata import label_selector
from tools.kubernetes.validation.node_selectors import node_selector, node_selector_term

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_MERGED_SINCE = 34
_MOST_WEIGHT = 100
Labels = Mapping[str, Any]
"""The labels of a Pod; none of a template's, of which the server does not make selectors."""


def affinity(field: Field, labels: Labels) -> Refusals:
    """The affinity of a Pod or of a template."""
    nodes = field["nodeAffinity"]
    if nodes[_REQUIRED].is_set:
        yield from node_selector(nodes[_REQUIRED])
    for preferred in nodes[_PREFERRED].items():
        yield from within(preferred["weight"], 1, _MOST_WEIGHT)
        yield from node_selector_term(preferred["preference"], values_checked=False)
    for name in ("podAffinity", "podAntiAffinity"):
        for term in field[name][_REQUIRED].items():
            yield from _pod_term(term, labels)
        for weighted in field[name][_PREFERRED].items():
            yield from within(weighted["weight"], 1, _MOST_WEIGHT)
            yield from _pod_term(weighted["podAffinityTerm"], labels)


def _pod_term(term: Field, labels: Labels) -> Refusals:
    yield from label_selector(term["labelSelector"])
    yield from label_selector(term["namespaceSelector"])
    for namespace in term["namespaces"].items():
        yield from (refusal.named(term["namespace"]) for refusal in dns_label(namespace))
    yield from _label_keys(term, labels)
    if term["topologyKey"].text:
        yield from qualified_name(term["topologyKey"])
    else:
        yield term["topologyKey"].required("it says what counts as one place")


def _label_keys(term: Field, labels: Labels) -> Refusals:
    """matchLabelKeys and mismatchLabelKeys, which become requirements of the selector."""
    selector = term["labelSelector"]
    match, mismatch = term["matchLabelKeys"], term["mismatchLabelKeys"]
    for keys in (match, mismatch):
        if selector.is_set:
            for key in keys.items():
                yield from qualified_name(key)
        elif not keys.is_empty:
            yield keys.forbidden("without a labelSelector")
    if match.items() and selector.is_set:
        yield from _said_twice(term, labels)
    others = {key.text for key in mismatch.items()}
    for key in match.items():
        if key.text in others:
            yield key.must("not be in mismatchLabelKeys as well")


def _said_twice(term: Field, labels: Labels) -> Refusals:
    """Keys of matchLabelKeys that the selector has already; the server names the term's index."""
    selector, match = term["labelSelector"], term["matchLabelKeys"]
    place = {key.text: key for key in match.items()}
    seen = {key for key, _ in selector["matchLabels"].entries()}
    asked = [requirement["key"].text for requirement in selector["matchExpressions"].items()]
    merged = [*match.items(), *term["mismatchLabelKeys"].items()]
    for name in (*asked, *(key.text for key in merged if key.text in labels)):
        if name in seen and name in place:
            key = place[name]
            sentence = f"{key} is {name!r}, which labelSelector asks for as well"
            yield key.refused(sentence, "Delete one.").elsewhere((*term.path, key.path[-1]))
        seen.add(name)


def topology_spread(field: Field, labels: Labels) -> Refusals:
    """The topologySpreadConstraints of a Pod or of a template."""
    constraints = field.items()
    for i, constraint in enumerate(constraints):
        yield from at_least(constraint["maxSkew"], 1)
        if not constraint["topologyKey"].text:
            yield constraint["topologyKey"].required("it says what counts as one place")
        yield from enumeration(constraint["whenUnsatisfiable"], ("DoNotSchedule", "ScheduleAnyway"))
        yield from _repeated(constraint, constraints[i + 1 :])
        yield from _min_domains(constraint)
        for policy in constraint.set_among(("nodeAffinityPolicy", "nodeTaintsPolicy")):
            yield from enumeration(policy, ("Honor", "Ignore"))
        if constraint.release.at_least(_MERGED_SINCE):
            yield from _label_keys(constraint, labels)
        else:
            yield from _unmerged_keys(constraint)
        yield from label_selector(constraint["labelSelector"])


def _repeated(constraint: Field, others: Iterable[Field]) -> Refusals:
    key = _kind(constraint)
    if key in map(_kind, others):
        path = (*constraint.path, "{topologyKey, whenUnsatisfiable}")
        sentence = f"{constraint} has the topologyKey and whenUnsatisfiable of a later constraint"
        yield constraint["topologyKey"].refused(sentence, "Delete one.").elsewhere(path)


def _kind(constraint: Field) -> tuple[str, str]:
    return constraint["topologyKey"].text, constraint["whenUnsatisfiable"].text


def _min_domains(constraint: Field) -> Refusals:
    field = constraint["minDomains"]
    if field.is_set:
        yield from at_least(field, 1)
        if constraint["whenUnsatisfiable"].text != "DoNotSchedule":
            yield field.forbidden("unless whenUnsatisfiable is DoNotSchedule")


def _unmerged_keys(constraint: Field) -> Refusals:
    keys, selector = constraint["matchLabelKeys"], constraint["labelSelector"]
    if keys.is_empty:
        return
    if not selector.is_set:
        yield keys.forbidden("without a labelSelector")
    asked = {key for key, _ in selector["matchLabels"].entries()}
    asked |= {requirement["key"].text for requirement in selector["matchExpressions"].items()}
    for key in keys.items():
        yield from qualified_name(key)
        if key.text in asked:
            yield key.must("not be in labelSelector as well")
