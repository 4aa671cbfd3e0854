"""Which nodes a Pod, or a PersistentVolume, can be on.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity; exactly,
ValidateNodeSelector and ValidateNodeSelectorTerm of pkg/apis/core/validation.
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_subdomain, label_value, qualified_name
from tools.kubernetes.validation.requirements import values_of_requirement


def node_selector(field: Field, *, values_checked: bool = True) -> Refusals:
    """A NodeSelector that is there."""
    terms = field["nodeSelectorTerms"]
    if terms.is_empty:
        yield terms.required("it needs one term at least")
    for term in terms.items():
        yield from node_selector_term(term, values_checked=values_checked)


def node_selector_term(term: Field, *, values_checked: bool = True) -> Refusals:
    for requirement in term["matchExpressions"].items():
        yield from _expression(requirement, values_checked)
    for requirement in term["matchFields"].items():
        yield from _field(requirement)


def _expression(requirement: Field, values_checked: bool) -> Refusals:
    yield from values_of_requirement(requirement, with_one=("Gt", "Lt"))
    yield from qualified_name(requirement["key"])
    for value in requirement["values"].items() if values_checked else ():
        yield from label_value(value)


def _field(requirement: Field) -> Refusals:
    """The name is the only field of a node that can be matched."""
    operator, values, key = requirement["operator"], requirement["values"], requirement["key"]
    if operator.text not in ("In", "NotIn"):
        yield operator.unsupported(("In", "NotIn"))
    elif len(values.items()) != 1:
        yield values.must("be one value in matchFields")
    if key.text != "metadata.name":
        yield key.must("be metadata.name, the one field that matchFields knows")
        return
    for value in values.items():
        yield from dns_subdomain(value)
