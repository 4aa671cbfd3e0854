"""What the operator of a selector's requirement says of its values.

The validation of label selectors, node selectors and the scopes of quotas in
k8s.io/apimachinery/pkg/apis/meta/v1/validation and pkg/apis/core/validation.
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement
"""

from tools.kubernetes.validation.field import Field, Refusals

_SOME = ("In", "NotIn")
_NONE = ("Exists", "DoesNotExist")


def values_of_requirement(requirement: Field, with_one: tuple[str, ...] = ()) -> Refusals:
    """`with_one` are operators that are known here beside the usual ones, and take one value."""
    operator, values = requirement["operator"], requirement["values"]
    if operator.text in _SOME:
        if values.is_empty:
            yield values.required(f"operator {operator.text} needs them")
    elif operator.text in _NONE:
        if not values.is_empty:
            yield values.forbidden(f"with operator {operator.text}")
    elif operator.text in with_one:
        if len(values.items()) != 1:
            yield values.must(f"be one value with operator {operator.text}")
    else:
        yield operator.unsupported((*_SOME, *_NONE, *with_one))
