"""The fields of a kustomization at every level, as Kustomize 5.8.1 decodes them.

Copied by hand from the Go types below https://github.com/kubernetes-sigs/kustomize/tree/api/v0.21.1/api/types
(`kustomization.go` and the types it names); a field that is not here is an error there.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple


class Word(Enum):
    """A scalar; the value says it in words."""

    TEXT = "text"
    FLAG = "true or false"
    NUMBER = "a whole number"
    ANYTHING = "anything"


class Choice(NamedTuple):
    """Text of which Kustomize knows a few values; others it ignores or refuses."""

    words: tuple[str, ...]


class ListOf(NamedTuple):
    """A list whose members have this shape."""

    inner: Any


class MapOf(NamedTuple):
    """A map with free keys whose values have this shape."""

    inner: Any


Shape = Word | Choice | ListOf | MapOf | Mapping[str, Any]
"""What a value may be; a mapping names the fields of a record with the shape of each."""

TEXT = Word.TEXT
FLAG = Word.FLAG
TEXTS = ListOf(TEXT)
TEXT_BY_KEY = MapOf(TEXT)

_METADATA = {"name": TEXT, "namespace": TEXT, "labels": TEXT_BY_KEY, "annotations": TEXT_BY_KEY}
_GVK = {"group": TEXT, "version": TEXT, "kind": TEXT}
_IDENTITY = {**_GVK, "name": TEXT, "namespace": TEXT}
_SELECTOR = {**_IDENTITY, "annotationSelector": TEXT, "labelSelector": TEXT}
_LABEL = {
    "pairs": TEXT_BY_KEY,
    "includeSelectors": FLAG,
    "includeTemplates": FLAG,
    "fields": ListOf({**_GVK, "path": TEXT, "create": FLAG}),
}
_PATCH = {
    "path": TEXT,
    "patch": TEXT,
    "target": _SELECTOR,
    "options": {"allowNameChange": FLAG, "allowKindChange": FLAG},
}
_IMAGE = {"name": TEXT, "newName": TEXT, "tagSuffix": TEXT, "newTag": TEXT, "digest": TEXT}
_FIELD_OPTIONS = {"delimiter": TEXT, "index": Word.NUMBER, "encoding": TEXT, "create": FLAG}
REPLACEMENT: Mapping[str, Any] = {
    "source": {**_IDENTITY, "fieldPath": TEXT, "options": _FIELD_OPTIONS},
    "sourceValue": TEXT,
    "targets": ListOf(
        {
            "select": _SELECTOR,
            "reject": ListOf(_SELECTOR),
            "fieldPaths": TEXTS,
            "options": _FIELD_OPTIONS,
        }
    ),
}
"""A replacement, also where it stands in a file of its own."""

_GENERATOR_OPTIONS = {
    "labels": TEXT_BY_KEY,
    "annotations": TEXT_BY_KEY,
    "disableNameSuffixHash": FLAG,
    "immutable": FLAG,
}
_GENERATOR = {
    "namespace": TEXT,
    "name": TEXT,
    "behavior": Choice(("create", "merge", "replace")),
    "literals": TEXTS,
    "files": TEXTS,
    "envs": TEXTS,
    "env": TEXT,
    "options": _GENERATOR_OPTIONS,
}
_VAR = {
    "name": TEXT,
    "objref": {**_IDENTITY, "apiVersion": TEXT},
    "fieldref": {"fieldPath": TEXT},
}
_HELM_CHART = {
    "name": TEXT,
    "version": TEXT,
    "repo": TEXT,
    "releaseName": TEXT,
    "namespace": TEXT,
    "additionalValuesFiles": TEXTS,
    "valuesFile": TEXT,
    "valuesInline": MapOf(Word.ANYTHING),
    "valuesMerge": TEXT,
    "includeCRDs": FLAG,
    "skipHooks": FLAG,
    "apiVersions": TEXTS,
    "kubeVersion": TEXT,
    "nameTemplate": TEXT,
    "skipTests": FLAG,
    "debug": FLAG,
    "devel": FLAG,
}
_HELM_CHART_BEFORE = {
    "chartName": TEXT,
    "chartVersion": TEXT,
    "chartRepoUrl": TEXT,
    "chartHome": TEXT,
    "chartRepoName": TEXT,
    "helmBin": TEXT,
    "helmHome": TEXT,
    "values": TEXT,
    "valuesLocal": MapOf(Word.ANYTHING),
    "valuesMerge": TEXT,
    "releaseName": TEXT,
    "releaseNamespace": TEXT,
    "extraArgs": TEXTS,
}

KUSTOMIZATION: Mapping[str, Any] = {
    "apiVersion": TEXT,
    "kind": Choice(("Kustomization", "Component")),
    "metadata": _METADATA,
    "openapi": {"path": TEXT, "version": TEXT},
    "namePrefix": TEXT,
    "nameSuffix": TEXT,
    "namespace": TEXT,
    "commonLabels": TEXT_BY_KEY,
    "labels": ListOf(_LABEL),
    "commonAnnotations": TEXT_BY_KEY,
    "patchesStrategicMerge": TEXTS,
    "patchesJson6902": ListOf(_PATCH),
    "patches": ListOf(_PATCH),
    "images": ListOf(_IMAGE),
    "imageTags": ListOf(_IMAGE),
    "replacements": ListOf({**REPLACEMENT, "path": TEXT}),
    "replicas": ListOf({"name": TEXT, "count": Word.NUMBER}),
    "vars": ListOf(_VAR),
    "sortOptions": {
        "order": Choice(("legacy", "fifo")),
        "legacySortOptions": {"orderFirst": TEXTS, "orderLast": TEXTS},
    },
    "resources": TEXTS,
    "components": TEXTS,
    "crds": TEXTS,
    "bases": TEXTS,
    "configMapGenerator": ListOf(_GENERATOR),
    "secretGenerator": ListOf({**_GENERATOR, "type": TEXT}),
    "helmGlobals": {"chartHome": TEXT, "configHome": TEXT},
    "helmCharts": ListOf(_HELM_CHART),
    "helmChartInflationGenerator": ListOf(_HELM_CHART_BEFORE),
    "generatorOptions": _GENERATOR_OPTIONS,
    "configurations": TEXTS,
    "generators": TEXTS,
    "transformers": TEXTS,
    "validators": TEXTS,
    "buildMetadata": TEXTS,
}
"""A Kustomization or Component."""
