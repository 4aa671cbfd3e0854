"""Labels that a kustomization adds stay out of selectors.

`commonLabels` and `includeSelectors: true` write the label into every selector they know as well.
The selector of a Deployment, StatefulSet, DaemonSet or Job is immutable, so the next change of the
label is refused by the API server, and only deleting the workload helps. Peers of NetworkPolicies
gain the label too: a policy that lets pods reach the cluster's DNS (`k8s-app: kube-dns`) then asks
for DNS pods that carry the team's label, finds none, and name resolution is cut.

Looks at `commonLabels`, at `labels` entries with `fields` that end in a selector or with
`includeSelectors: true` where any object has a selector, at LabelTransformer plugins, and at
`labels` of `configurations`, which extend every `labels` entry. Without `includeSelectors`, labels
go to objects, and with `includeTemplates` to their pods. A workload that runs already keeps its
selector: write the label into its own manifest before it leaves `commonLabels`.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/labels/
"""

from collections.abc import Iterator
from typing import Any

from tools.kubernetes.resource import as_list, as_map
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.kustomization import Kustomization
from tools.source.plugins import plugins
from tools.source.tree import Tree
from tools.source.usage import Usage
from tools.trace.candidates import listed

_SELECTORS = ("selector", "matchLabels", "podSelector", "labelSelector")
_KINDS = frozenset(
    ("Service", "ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet")
) | {"Job", "CronJob", "PodDisruptionBudget", "NetworkPolicy"}
"""The kinds into whose selectors Kustomize writes (`builtinpluginconsts/commonlabels.go`)."""


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Write `labels: [{pairs: {…}, includeTemplates: true}]`, which leaves selectors alone.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    if target.tree is None:
        return
    for kustomization in target.tree.kustomizations.values():
        yield from _common_labels(kustomization)
        yield from _labels(target, target.tree, kustomization)
    yield from _configurations(target.tree)
    for plugin in plugins(target.tree):
        data = as_map(plugin.data)
        if data.get("kind") == "LabelTransformer":
            for index, path in _selector_paths(data.get("fieldSpecs")):
                place = plugin.place("fieldSpecs", index, "path")
                yield SourceProblem(place, f"this LabelTransformer writes its labels into {path!r}")


def _common_labels(kustomization: Kustomization) -> Iterator[SourceProblem]:
    labels = kustomization.fields.get("commonLabels")
    if labels:
        names = ", ".join(map(repr, labels)) if isinstance(labels, dict) else repr(labels)
        message = f"commonLabels writes {names} into selectors too"
        yield SourceProblem(kustomization.place("commonLabels"), message)


def _reaches_selectors(target: Target, tree: Tree, kustomization: Kustomization) -> bool:
    """Whether there is an object with a selector that the kustomization can write into."""
    if kustomization.is_component:
        return any(resource.kind in _KINDS for resource in target.resources)
    below = Usage(tree.repository, tree.below(kustomization.folder))
    return any(ref.kind in _KINDS for ref in listed(below))


def _labels(target: Target, tree: Tree, kustomization: Kustomization) -> Iterator[SourceProblem]:
    for index, entry in enumerate(map(as_map, kustomization.entries("labels"))):
        names = ", ".join(map(repr, as_map(entry.get("pairs"))))
        included = entry.get("includeSelectors") is True and names
        if included and _reaches_selectors(target, tree, kustomization):
            place = kustomization.place("labels", index, "includeSelectors")
            yield SourceProblem(place, f"includeSelectors writes {names} into selectors too")
        for number, path in _selector_paths(entry.get("fields")):
            place = kustomization.place("labels", index, "fields", number, "path")
            yield SourceProblem(place, f"{names} is written into the selector {path!r}")


def _configurations(tree: Tree) -> Iterator[SourceProblem]:
    """Kustomize adds the `labels` field specs of configurations to every entry of `labels`."""
    files = {use.file for use in tree.uses if use.reference.field.lower() == "configurations"}
    for document in tree.documents() if files else ():
        if document.file in files:
            for index, path in _selector_paths(as_map(document.data).get("labels")):
                place = document.nearest(("labels", index, "path"))[1]
                yield SourceProblem(place, f"every `labels` entry is written into {path!r} too")


def _selector_paths(specs: Any) -> Iterator[tuple[int, str]]:
    """The field specs that lead into a selector, with their index."""
    for index, spec in enumerate(as_list(specs)):
        path = as_map(spec).get("path")
        if isinstance(path, str) and path.rstrip("/").rpartition("/")[2] in _SELECTORS:
            yield index, path
