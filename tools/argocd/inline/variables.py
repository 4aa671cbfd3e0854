"""The variables that Argo CD puts into `source.kustomize` of an Application."""

import re
from collections.abc import Mapping
from typing import Any

from tools.argocd.inline.fault import Unedited

_VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>[^}]*)\}|(?P<bad>\{)|(?P<special>[*#$@!?\-0-9])|(?P<name>\w+))", re.ASCII
)
_REVISION = ("ARGOCD_APP_REVISION", "ARGOCD_APP_REVISION_SHORT", "ARGOCD_APP_REVISION_SHORT_8")
_CONTROL_PLANE = "argocd"
_COMMIT = re.compile(r"[0-9a-f]{40}")


def environment(
    name: str, namespace: str, destination: str, project: str, source: Mapping[str, Any]
) -> dict[str, str]:
    """The variables that Argo CD sets, as far as they are known.

    Those of the revision are if it is a commit. `namespace` is that of the Application, which is
    before its name unless it is Argo CD's own; `destination` the one that it deploys to.
    """
    known = {
        "ARGOCD_APP_NAMESPACE": destination,
        "ARGOCD_APP_PROJECT_NAME": project,
        "ARGOCD_APP_SOURCE_REPO_URL": str(source.get("repoURL") or ""),
        "ARGOCD_APP_SOURCE_PATH": str(source.get("path") or ""),
        "ARGOCD_APP_SOURCE_TARGET_REVISION": str(source.get("targetRevision") or ""),
    }
    if namespace in ("", _CONTROL_PLANE):
        known["ARGOCD_APP_NAME"] = name
    revision = known["ARGOCD_APP_SOURCE_TARGET_REVISION"]
    if _COMMIT.fullmatch(revision):
        known |= zip(_REVISION, (revision, revision[:7], revision[:8]), strict=True)
    return known


def substituted(text: str, variables: Mapping[str, str]) -> str:
    """Variables replaced as Go's `os.Expand` does. Raises Unedited for what is not known here."""

    def value(match: re.Match[str]) -> str:
        name = match["braced"] or match["special"] or match["name"] or ""
        if name in (*_REVISION, "ARGOCD_APP_NAME") and name not in variables:
            raise Unedited(f"what ${name} stands for is not known before the sync")
        return "$" if name == "$" else variables.get(name, "")

    return _VARIABLE.sub(value, text)
