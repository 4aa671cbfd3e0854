"""The labels and taints that Kubernetes itself gives to nodes.

https://kubernetes.io/docs/reference/labels-annotations-taints/
"""

from collections.abc import Mapping

_OPERATING_SYSTEMS = ("linux", "windows")
_ARCHITECTURES = (
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64le",
    "riscv64", "s390x",
)  # fmt: skip

LABELS: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/os": _OPERATING_SYSTEMS,
    "kubernetes.io/arch": _ARCHITECTURES,
    "kubernetes.io/hostname": (),
    "topology.kubernetes.io/zone": (),
    "topology.kubernetes.io/region": (),
    "node.kubernetes.io/instance-type": (),
    "node.kubernetes.io/windows-build": (),
    "node.kubernetes.io/exclude-from-external-load-balancers": (),
    "beta.kubernetes.io/os": _OPERATING_SYSTEMS,
    "beta.kubernetes.io/arch": _ARCHITECTURES,
    "beta.kubernetes.io/instance-type": (),
    "failure-domain.beta.kubernetes.io/zone": (),
    "failure-domain.beta.kubernetes.io/region": (),
}
"""Labels of every conformant cluster with the values that occur, () where any may. The kubelet
takes the operating system and the architecture from Go's GOOS and GOARCH."""

_LABEL_PREFIXES = ("node-role.kubernetes.io/",)
_TAINT_PREFIXES = (
    "node.kubernetes.io/",
    "node-role.kubernetes.io/",
    "node.cloudprovider.kubernetes.io/",
)


def is_well_known_label(key: str) -> bool:
    """Whether Kubernetes, or whoever sets up a cluster, gives this label to nodes by itself."""
    return key in LABELS or key.startswith(_LABEL_PREFIXES)


def is_well_known_taint(key: str) -> bool:
    """Whether Kubernetes, or whoever sets up a cluster, puts this taint on nodes by itself."""
    return key.startswith(_TAINT_PREFIXES)
