"""ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding.

https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/; exactly,
ValidateValidatingAdmissionPolicy and ValidateValidatingAdmissionPolicyBinding of
pkg/apis/admissionregistration/validation.
"""

import re
from collections.abc import Sequence

from tools.kubernetes.names import key_objection
from tools.kubernetes.validation.expressions import Scope, compiled, is_identifier
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import (
    dns_1035_objection,
    dns_subdomain,
    enumeration,
    path_segment_name,
    qualified_name,
    unique,
)
from tools.kubernetes.validation.matching import match_resources
from tools.kubernetes.validation.metadata import label_selector, object_meta

_LINE_BREAK = re.compile(r"[\n\r]")
_REASONS = ("Forbidden", "Invalid", "RequestEntityTooLarge")
_MOST_CONDITIONS = 64
_MOST_ANNOTATIONS = 20
_LONGEST_ANNOTATION = 5 * 1024


def validating_admission_policy(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=False, any_finalizer=True)
    spec = obj["spec"]
    if spec["failurePolicy"].is_set:
        yield from enumeration(spec["failurePolicy"], ("Fail", "Ignore"))
    if spec["paramKind"].is_set:
        yield from _param_kind(spec["paramKind"])
    constraints = spec["matchConstraints"]
    if constraints.is_set:
        yield from match_resources(constraints)
    else:
        yield constraints.required("it says which resources the policy is about")
    if constraints.is_set and not constraints["resourceRules"].items():
        yield constraints["resourceRules"].required("at least one says what is matched")
    yield from _conditions(spec)
    names: list[str] = []
    for variable in spec["variables"].items():
        yield from _variable(variable, _scope(spec, names))
        names.append(variable["name"].text)
    yield from _checks(obj, _scope(spec, names))


def _scope(spec: Field, variables: Sequence[str]) -> Scope:
    has_variables = bool(spec["variables"].items())
    return Scope(
        has_params=spec["paramKind"].is_set,
        variables=tuple(variables) if has_variables else None,
    )


def _param_kind(kind: Field) -> Refusals:
    version = kind["apiVersion"]
    group, _, name = version.text.rpartition("/")
    if not version.text:
        yield version.required()
    elif version.text.count("/") > 1:
        yield version.must("be a version, or a group, '/' and a version")
    else:
        if group:
            yield from dns_subdomain(version.with_value(group))
        if not name or dns_1035_objection(name):
            yield version.must("end with a version such as 'v1'")
    if not kind["kind"].text:
        yield kind["kind"].required()
    elif dns_1035_objection(kind["kind"].text.lower()):
        yield kind["kind"].must("be a word of letters, digits and '-' that begins with a letter")


def _conditions(spec: Field) -> Refusals:
    conditions = spec["matchConditions"]
    if len(conditions.items()) > _MOST_CONDITIONS:
        yield conditions.too_many(_MOST_CONDITIONS)
    scope = Scope(has_params=spec["paramKind"].is_set)
    for condition in conditions.items():
        name, expression = condition["name"], condition["expression"]
        if expression.text.strip():
            yield from compiled(expression, scope, ("bool",))
        else:
            yield expression.required()
        if name.text:
            yield from qualified_name(name)
        else:
            yield name.required()
    yield from unique([c["name"] for c in conditions.items() if c["name"].text])


def _variable(variable: Field, scope: Scope) -> Refusals:
    name, expression = variable["name"], variable["expression"]
    if not name.text.strip():
        yield name.required()
    elif not is_identifier(name.text):
        yield name.must("be letters, digits and '_', no digit first, and no word of CEL")
    if not expression.text.strip():
        yield expression.required()
    else:
        yield from compiled(expression, scope)


def _checks(obj: Field, scope: Scope) -> Refusals:
    """Validations and audit annotations."""
    validations, annotations = obj["spec"]["validations"], obj["spec"]["auditAnnotations"]
    if not validations.items() and not annotations.items():
        yield validations.required("a policy has validations or auditAnnotations")
        yield annotations.required("a policy has validations or auditAnnotations")
    for validation in validations.items():
        yield from _validation(validation, scope)
    if len(annotations.items()) > _MOST_ANNOTATIONS:
        yield annotations.too_many(_MOST_ANNOTATIONS)
    for annotation in annotations.items():
        yield from _annotation(annotation, obj.at("metadata", "name").text, scope)
    yield from unique([annotation["key"] for annotation in annotations.items()])


def _validation(validation: Field, scope: Scope) -> Refusals:
    expression, told = validation["expression"], validation["messageExpression"]
    message, reason = validation["message"], validation["reason"]
    if expression.text.strip():
        yield from compiled(expression, scope, ("bool",))
    else:
        yield expression.required()
    if told.text.strip():
        yield from compiled(told, scope._replace(has_authorizer=False), ("string",))
    elif told.text:
        yield told.must("hold an expression, not only blanks")
    if message.text and not message.text.strip():
        yield message.must("hold more than blanks")
    elif _LINE_BREAK.search(message.text.strip()):
        yield message.must("be one line")
    if reason.is_set:
        yield from enumeration(reason, _REASONS)


def _annotation(annotation: Field, policy: str, scope: Scope) -> Refusals:
    key, expression = annotation["key"], annotation["valueExpression"]
    if not policy:
        yield key.refused(f"{key} needs a policy with a name, not a generateName")
    elif key_objection(f"{policy}/{key.text}"):
        what = f"be a name, which goes with that of the policy: {policy}/{key.text or '…'}"
        yield key.must(what) if key.is_set else key.required()
    length = len(expression.text.strip().encode())
    if length == 0:
        yield expression.required()
    elif length > _LONGEST_ANNOTATION:
        yield expression.too_long(_LONGEST_ANNOTATION, "bytes")
    else:
        yield from compiled(expression, scope, ("string", "null_type"))


def validating_admission_policy_binding(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=False, any_finalizer=True)
    spec = obj["spec"]
    if spec["policyName"].text:
        yield from dns_subdomain(spec["policyName"])
    else:
        yield spec["policyName"].required()
    if spec["paramRef"].is_set:
        yield from _param_ref(spec["paramRef"])
    if spec["matchResources"].is_set:
        yield from match_resources(spec["matchResources"])
    yield from _actions(spec["validationActions"])


def _param_ref(ref: Field) -> Refusals:
    name, selector, action = ref["name"], ref["selector"], ref["parameterNotFoundAction"]
    if name.text:
        yield from path_segment_name(name)
    if selector.is_set:
        yield from label_selector(selector)
    if name.text and selector.is_set:
        yield name.forbidden("beside selector: one of them says which parameters are meant")
        yield selector.forbidden("beside name: one of them says which parameters are meant")
    elif not name.text and not selector.is_set:
        yield ref.required("it has a name or a selector")
    if action.text:
        yield from enumeration(action, ("Allow", "Deny"))
    else:
        yield action.required()


def _actions(actions: Field) -> Refusals:
    for action in actions.items():
        yield from enumeration(action, ("Audit", "Deny", "Warn"))
    yield from unique(actions.items())
    if {"Deny", "Warn"} <= {action.text for action in actions.items()}:
        yield actions.refused(
            f"{actions} has both Deny and Warn, which say the same", "Delete one."
        )
    if not actions.items():
        yield actions.required("at least one says what a violation leads to")
