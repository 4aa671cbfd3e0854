"""A kustomization builds from files alone: no Helm, no programs, no Secret files, no metadata.

What Argo CD applies is then exactly what `kustomize build` prints for everybody. Charts are
downloaded while rendering and differ from day to day; plugins run a program or a container on the
machine that renders, with its credentials, and Argo CD does not start them unless it is set up to.
`buildMetadata` writes paths of the repository into every object, so that moving a file changes the
whole cluster. A `secretGenerator` over files means that the secrets themselves are committed: they
stay in the history of Git and in the caches of Argo CD after they have been deleted.

Looks at `helmCharts`, `helmChartInflationGenerator`, `buildMetadata`, `files`, `envs` and `env` of
`secretGenerator`, and at each generator, transformer and validator, inline, in files and in
folders: only Kustomize's builtin ones without a function annotation are plain. Secrets from
literals are judged by secret-not-in-git.
https://kubectl.docs.kubernetes.io/references/kustomize/builtins/
"""

from collections.abc import Iterator

from tools.kubernetes.resource import as_map, lookup
from tools.rules.rule import Judges, Severity, SourceProblem, rule
from tools.rules.target import Target
from tools.source.plugins import Plugin, plugins
from tools.source.tree import Tree, is_builtin

_HELM = "Render the chart with `helm template`, commit the result and list it under `resources`."
_PLUGIN = "Use a builtin generator or transformer, or commit what the plugin makes."
_SECRET = (
    "Delete the file, renew what it held, and deliver it with an ExternalSecret or SealedSecret."
)
_FIELDS = {
    "helmCharts": ("downloads and runs Helm while rendering", _HELM),
    "helmChartInflationGenerator": ("downloads and runs Helm while rendering", _HELM),
    "buildMetadata": (
        "writes where each object comes from into the cluster, so that moving a file changes it",
        "Delete the field; `python -m tools.trace` says where a value comes from.",
    ),
}


@rule(
    judges=Judges.SOURCE,
    severity=Severity.ERROR,
    remedy="Commit what Kustomize would obtain or compute, and list it under `resources`.",
)
def check(target: Target, options: None) -> Iterator[SourceProblem]:
    if target.tree is None:
        return
    for kustomization in target.tree.kustomizations.values():
        for field, (why, remedy) in _FIELDS.items():
            if kustomization.fields.get(field):
                stops = remedy is _HELM
                place = kustomization.place(field)
                yield SourceProblem(place, f"{field!r} {why}", remedy, stops=stops)
    yield from _secrets(target.tree)
    for plugin in plugins(target.tree):
        yield from _plugin(plugin)


def _plugin(plugin: Plugin) -> Iterator[SourceProblem]:
    kind = as_map(plugin.data).get("kind")
    if not is_builtin(plugin.data):
        which = f"plugin {kind!r}" if isinstance(kind, str) else "this plugin"
        message = f"{which} runs a program or a container while rendering"
        yield SourceProblem(plugin.place("apiVersion"), message, _PLUGIN, stops=True)
    elif kind == "HelmChartInflationGenerator":
        message = f"plugin {kind!r} downloads and runs Helm while rendering"
        yield SourceProblem(plugin.place("kind"), message, _HELM)
    elif kind == "SecretGenerator":
        name = lookup(plugin.data, ("metadata", "name"))
        for field in ("files", "envs", "env"):
            if plugin.data.get(field):
                message = f"Secret {name!r} is made from what {field} names beside the manifests"
                yield SourceProblem(plugin.place(field), message, _SECRET)


def _secrets(tree: Tree) -> Iterator[SourceProblem]:
    """Files that become a Secret, each where the generator names it."""
    for file, reference in tree.uses:
        if reference.field.lower() == "secretgenerator":
            document = tree.repository.documents(reference.place.file)[0]
            name = lookup(document.data, (*reference.path[:2], "name"))
            message = f"Secret {name!r} is made from {file}, which lies beside the manifests"
            yield SourceProblem(reference.place, message, _SECRET)
