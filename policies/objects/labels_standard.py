"""Objects carry the recommended labels, so that every tool knows what belongs together.

Dashboards, cost reports, log queries and `kubectl get -l` all group by labels. `app`, `k8s-app`,
`name` or `component` mean something else in each project; `app.kubernetes.io/name` and its
siblings mean the same everywhere, and a policy or an alert that relies on them skips, in silence,
what does not have them.

By default `app.kubernetes.io/name` is demanded of workloads and Services. The option `required`
names more (`…/component`, `…/part-of` and `…/managed-by` are worth having), and `objects: all`
extends the demand to every object. A workload needs the labels on its pod template as well,
because the pods are what metrics and logs are about. An empty value does not count. Other labels
may stand beside them: selectors cannot change later, so a running workload keeps its `app` there.

https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from tools.kubernetes.resource import Resource
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target
from tools.source.place import dotted

OWN = frozenset(f"app.kubernetes.io/{name}" for name in ("name", "component", "version"))
"""Labels with a value of its own for each part of an application: no kustomization sets them."""


class Options(RuleOptions):
    required: tuple[str, ...] = ("app.kubernetes.io/name",)
    """The labels that must be there, with a value."""
    objects: Literal["workloads", "all"] = "workloads"
    """Which objects must have them: workloads and Services, or all."""


@rule(
    judges=Judges.OBJECT,
    severity=Severity.WARNING,
    remedy="Add them under `labels:` in the kustomization, with includeTemplates: true.",
    options=Options,
)
def check(resource: Resource, target: Target, options: Options) -> Iterator[Problem]:
    pod = target.pod(resource)
    service = resource.ref.api_version == "v1" and resource.kind == "Service"
    if pod is None and not service and options.objects != "all":
        return
    templates = [pod.template] if pod and pod.template else []
    for above in ((), *templates):
        path = (*above, "metadata", "labels")
        labels = resource.map(*path)
        missing = [name for name in options.required if not labels.get(name)]
        if missing:
            bearer = "the pod template" if above else "the object"
            plural = "s" if len(missing) > 1 else ""
            states = "leaves empty" if all(name in labels for name in missing) else "lacks"
            message = f"{bearer} {states} the label{plural} {', '.join(missing)}"
            remedy = None if target.tree else f"Write {_written(missing)} below {dotted(path)}."
            common = [name for name in missing if name not in OWN]
            problem = Problem((*path, (common or missing)[0]), message, remedy=remedy)
            yield problem._replace(kustomization="labels" if common else "")
            return


def _written(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}: …`" for name in names)
