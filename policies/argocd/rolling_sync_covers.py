"""Every Application of a rolling sync is in one step, and every step has one.

`strategy: {type: RollingSync}` takes automated sync away from all Applications of the set, and
starts their syncs itself, step by step. An Application that no step selects is never synced again,
and nothing says so: it stays OutOfSync until somebody presses the button. It happens to the new
environment whose label nobody added. A step that selects nothing is usually a misspelt label.

Looks at `spec.strategy.rollingSync.steps` of ApplicationSets, and matches them with the labels of
the Applications that the generators make; an expression with `NotIn` also selects an Application
without the label, as Argo CD has it. Only `In` and `NotIn` are known. Silent where a generator
cannot be followed here. Rolling syncs have to be switched on in Argo CD, which Git does not tell.

Read in `buildAppDependencyList` of `applicationset/controllers/applicationset_controller.go`, Argo
CD 3.2.11, the same in 3.5.1:
https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Progressive-Syncs/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.argocd.applications import TEMPLATE, Application, is_set
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.rules.fleet import fleet_of
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

_STEPS = ("spec", "strategy", "rollingSync", "steps")
_OPERATORS = ("In", "NotIn")


@rule(
    judges=Judges.TARGET,
    severity=Severity.WARNING,
    kinds=("ApplicationSet",),
    remedy="Have the steps select each Application by its labels, once.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    fleet = fleet_of(target)
    for resource in filter(is_set, target.resources):
        if resource.get("spec", "strategy", "type") == "RollingSync":
            yield from _operators(resource)
            if not any(owner is resource for owner, _ in fleet.unmade):
                made = [each for each in fleet.applications if each.resource is resource]
                yield from _steps(resource, made)


def _operators(resource: Resource) -> Iterator[Problem]:
    for path, step in resource.maps(*_STEPS):
        for index, expression in enumerate(as_list(step.get("matchExpressions"))):
            operator = as_map(expression).get("operator")
            if operator not in _OPERATORS:
                message = f"a step knows no operator {operator!r}, and selects nothing by it"
                place = (*path, "matchExpressions", index, "operator")
                yield Problem(place, message, resource, "Write In or NotIn.")


def _steps(resource: Resource, made: list[Application]) -> Iterator[Problem]:
    steps = list(resource.maps(*_STEPS))
    selecting = {
        id(each): [number for number, (_, step) in enumerate(steps) if _selects(step, each)]
        for each in made
    }
    for number, (path, _) in enumerate(steps):
        if made and not any(number in numbers for numbers in selecting.values()):
            yield Problem(path, f"step {number + 1} selects no Application of the set", resource)
    for each in made:
        numbers = selecting[id(each)]
        if steps and not numbers:
            message = f"no step of the rolling sync selects {each.what}, so nothing syncs it"
            yield Problem((*TEMPLATE, "metadata", "labels"), message, resource)
        elif len(numbers) > 1:
            message = f"steps {numbers[0] + 1} and {numbers[1] + 1} both select {each.what}"
            yield Problem(steps[numbers[1]][0], message, resource)


def _selects(step: Mapping[str, Any], application: Application) -> bool:
    labels = as_map(application.metadata.get("labels"))
    for expression in map(as_map, as_list(step.get("matchExpressions"))):
        operator, key = expression.get("operator"), str(expression.get("key"))
        if key in labels:
            listed = labels[key] in as_list(expression.get("values"))
            if operator not in _OPERATORS or listed is not (operator == "In"):
                return False
        elif operator == "In":
            return False
    return True
