"""Which requests an admission policy is about: MatchResources.

validateMatchResources, validateNamedRuleWithOperations and validateRule of
pkg/apis/admissionregistration/validation. Selectors and matchPolicy have defaults.
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import enumeration, path_segment_name, unique
from tools.kubernetes.validation.metadata import label_selector

_ALL = "*"
_OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
_SCOPES = ("*", "Cluster", "Namespaced")


def match_resources(field: Field) -> Refusals:
    if field["matchPolicy"].is_set:
        yield from enumeration(field["matchPolicy"], ("Equivalent", "Exact"))
    yield from label_selector(field["namespaceSelector"])
    yield from label_selector(field["objectSelector"])
    for rules in (field["resourceRules"], field["excludeResourceRules"]):
        for rule in rules.items():
            yield from _rule(rule)


def _rule(rule: Field) -> Refusals:
    for name in rule["resourceNames"].items():
        yield from path_segment_name(name)
    yield from unique(rule["resourceNames"].items())
    for names in ("operations", "apiGroups", "apiVersions"):
        yield from _words(rule[names])
    for operation in rule["operations"].items():
        yield from enumeration(operation, _OPERATIONS)
    for version in rule["apiVersions"].items():
        if not version.text:
            yield version.required()
    yield from _resources(rule["resources"])
    if rule["scope"].is_set:
        yield from enumeration(rule["scope"], _SCOPES)


def _words(field: Field) -> Refusals:
    words = [item.text for item in field.items()]
    if not words:
        yield field.required("'*' stands for all")
    if len(words) > 1 and _ALL in words:
        yield field.refused(f"{field} has '*', beside which nothing else may stand")


def _resources(field: Field) -> Refusals:
    if not field.items():
        yield field.required("'*' stands for all")
    whole: set[str] = set()
    everywhere: set[str] = set()
    plain_last = False
    for item in field.items():
        resource, slash, sub = item.text.partition("/")
        if not item.text:
            yield item.required()
        elif not slash:
            plain_last = resource != _ALL
        else:
            if resource in whole:
                yield item.refused(f"{item} is {item.text!r}, which '{resource}/*' includes")
            if sub in everywhere:
                yield item.refused(f"{item} is {item.text!r}, which '*/{sub}' includes")
            whole.update({resource} if sub == _ALL else ())
            everywhere.update({sub} if resource == _ALL else ())
    yield from _wildcards(field, plain_last)


def _wildcards(field: Field, plain_last: bool) -> Refusals:
    """`plain_last` is said of the last resource without a subresource: the server looks there."""
    words = [item.text for item in field.items()]
    if len(words) > 1 and "*/*" in words:
        yield field.refused(f"{field} has '*/*', beside which nothing else may stand")
    if _ALL in words and plain_last:
        yield field.refused(f"{field} has '*', which includes every other resource")
