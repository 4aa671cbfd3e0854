"""The ConfigMaps and Secrets that pods take values from.

https://kubernetes.io/docs/concepts/configuration/configmap/#using-configmaps
"""

from collections.abc import Iterable

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_references import pod_references
from tools.kubernetes.reference import Via

_KINDS = frozenset({"ConfigMap", "Secret"})
_READING = frozenset({Via.ENV, Via.ENV_FROM, Via.VOLUME, Via.PROJECTED})


def configuration_of(pods: Iterable[Pod]) -> frozenset[tuple[str, str, str]]:
    """Kind, namespace and name of what the pods read as variables or mount as files."""
    return frozenset(
        (reference.kind, reference.namespace, reference.name)
        for pod in pods
        for reference in pod_references(pod)
        if reference.kind in _KINDS and reference.via in _READING
    )
