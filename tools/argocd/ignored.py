"""What an Application ignores when it compares: `spec.ignoreDifferences`.

`util/argo/normalizers/diff_normalizer.go` of https://github.com/argoproj/argo-cd/tree/v3.5.1.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.argocd.applications import Application
from tools.argocd.glob import glob_match
from tools.kubernetes.resource import Resource, as_list, as_map
from tools.source.place import FieldPath

FIELD = ("spec", "ignoreDifferences")
_POINTER = r"(?:/(?:[^~/]|~[01])*)*"
_JQ_WORDS = r"\.[A-Za-z_]\w*|\[\]|\[\"[^\"]+\"\]"
HPA_MANAGER = "kube-controller-manager"


class Ignored(NamedTuple):
    """One entry; `path` is the field path of it inside the Application.

    `namespace` is the one that objects without any are deployed to.
    """

    path: FieldPath
    data: Mapping[str, Any]
    namespace: str = ""

    def is_about(self, resource: Resource) -> bool:
        """Whether an object is meant: kind and group are globs, name and namespace are exact."""
        wanted = {key: self.data.get(key) for key in ("group", "kind", "name", "namespace")}
        text = {key: value if isinstance(value, str) else "" for key, value in wanted.items()}
        return (
            glob_match(text["group"], resource.ref.group)
            and glob_match(text["kind"], resource.kind)
            and text["name"] in ("", resource.name)
            and text["namespace"] in ("", resource.namespace or self.namespace)
        )

    def covers(self, pointer: str) -> bool:
        """Whether a field, as a JSON pointer, is ignored; `*` stands for any item of a list.

        What a jq expression selects by a condition counts as selected.
        """
        for given in as_list(self.data.get("jsonPointers")):
            if isinstance(given, str) and _reaches(given, pointer):
                return True
        for given in as_list(self.data.get("jqPathExpressions")):
            if isinstance(given, str) and _reaches(_as_pointer(given), pointer):
                return True
        managers = as_list(self.data.get("managedFieldsManagers"))
        return pointer == "/spec/replicas" and HPA_MANAGER in managers


def ignored(application: Application) -> Iterator[Ignored]:
    for index, item in enumerate(as_list(application.spec.get("ignoreDifferences"))):
        if isinstance(item, dict):
            yield Ignored((*FIELD, index), as_map(item), application.destination_namespace)


def pointer_fault(pointer: str) -> str | None:
    """Why a text is no JSON pointer (RFC 6901), None if it is one."""
    if not pointer.startswith("/"):
        return "does not begin with /"
    return None if re.fullmatch(_POINTER, pointer) else "has a ~ that is not ~0 or ~1"


def _as_pointer(expression: str) -> str:
    """The path of a jq expression as a pointer; conditions of `select` are left out."""
    text = re.sub(r"select\s*\((?:[^()]|\([^()]*\))*\)", "", expression)
    parts = ["*" if part == "[]" else part.strip('.[]"') for part in re.findall(_JQ_WORDS, text)]
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)


def _reaches(given: str, pointer: str) -> bool:
    """Whether removing one pointer removes the field of another."""
    left, right = given.rstrip("/").split("/"), pointer.split("/")
    return len(left) <= len(right) and all(
        mine in (theirs, "*") or (theirs == "*" and mine.isdigit())
        for mine, theirs in zip(left, right, strict=False)
    )
