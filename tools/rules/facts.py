"""What `policies.yaml` declares about the system and no manifest can say."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cluster:
    """The size of an environment's cluster, all nodes together."""

    cpu: str = ""
    """Cores, as a quantity: `2`."""
    memory: str = ""
    """Bytes, as a quantity: `4096Mi`."""
    reserved_cpu: str = "0"
    """Cores that the system's own pods take."""
    reserved_memory: str = "0"
    """Bytes that the system's own pods take."""
    nodes: int = 1
    """Nodes, on each of which a DaemonSet runs one pod."""
    node_labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Labels of the nodes with the values that occur; node selectors must use these."""
    taints: tuple[str, ...] = ()
    """Taint keys of the nodes; tolerations must use these."""


@dataclass(frozen=True)
class Peer:
    """Somebody outside of the manifests: addresses, or pods with the labels that policies want."""

    addresses: tuple[str, ...] = ()
    """Blocks of addresses: `203.0.113.0/24`."""
    excepted: tuple[str, ...] = ()
    """Blocks that are left out of the addresses."""
    namespace: str = ""
    """The name of the pods' namespace; its further labels stand in `namespaceLabels`."""
    pods: dict[str, str] = field(default_factory=dict)
    """The labels of the pods."""
    ports: dict[str, int] = field(default_factory=dict)
    """The numbers of the pods' named ports."""


@dataclass(frozen=True)
class Flow:
    """One permitted connection.

    Ends are workloads, names declared under `peers`, or one of those known everywhere: `internet`,
    `cluster-dns`, `ingress-controller`. A workload may be named with its namespace: `shop/web`.
    """

    source: str
    """Who connects."""
    destination: str
    """Who is connected to."""
    port: int
    """The port of the pod that is connected to."""
    end_port: int | None = None
    """The last one, if these are several ports beside each other."""
    protocol: str = "TCP"
    """TCP, UDP or SCTP."""


@dataclass(frozen=True)
class Facts:
    """Declared facts; workloads are named `Kind/name` or `name`."""

    cluster: Cluster | None = None
    """The cluster's size, if the environment declares it."""
    written_paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Directories that a workload's containers write to, by workload."""
    slow_starters: tuple[str, ...] | None = None
    """Workloads that are slow to start; undeclared (None), every Deployment counts as slow."""
    drains: tuple[str, ...] = ()
    """Workloads that finish open requests on SIGTERM by themselves and need no preStop hook."""
    api_clients: tuple[str, ...] = ()
    """Workloads that call the Kubernetes API and need their service-account token."""
    secret_keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of Secrets that are provided by hand, by Secret name."""
    secret_users: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    """The keys that each workload may take from a Secret, by Secret name, then by workload."""
    config_map_keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of ConfigMaps that no manifest holds, by `name` or `namespace/name`; none: any keys."""
    service_accounts: tuple[str, ...] = ()
    """ServiceAccounts that no manifest holds, as `name` or `namespace/name`."""
    claims: tuple[str, ...] = ()
    """PersistentVolumeClaims that no manifest holds, as `name` or `namespace/name`."""
    services: tuple[str, ...] = ()
    """Services that no manifest holds, as `name` or `namespace/name`."""
    shared_images: tuple[tuple[str, ...], ...] = ()
    """Groups of workloads that run the same image."""
    scan_reports: str = ""
    """The folder with reports of Trivy and Grype about images."""
    vex_documents: tuple[str, ...] = ()
    """OpenVEX documents that are believed; no other one counts."""
    flows: tuple[Flow, ...] = ()
    """All permitted traffic."""
    peers: dict[str, Peer] = field(default_factory=dict)
    """Who stands outside of the manifests, by the names that `flows` use."""
    namespace_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    """The labels of namespaces that no manifest holds, by name."""
    pod_networks: tuple[str, ...] = ()
    """Where the cluster's pods get their addresses from; undeclared, any private network."""

    def declares(self, names: tuple[str, ...], kind: str, name: str) -> bool:
        """Whether a list of workloads names `kind`/`name`."""
        return name in names or f"{kind}/{name}" in names

    def exists(self, names: tuple[str, ...], namespace: str, name: str) -> bool:
        """Whether a list of objects that no manifest holds names this one."""
        return name in names or f"{namespace}/{name}" in names
