"""Where the programs of one control plane listen and keep things, and what they are told of it.

Certificates: the API server signs its own and writes them to the folder; clients trust that file,
and come with a token of the group `system:masters`. So nothing else has to make certificates: no
openssl, no library. The key of that certificate also signs the tokens of ServiceAccounts.
"""

import json
from dataclasses import dataclass
from pathlib import Path

STAGES = Path(__file__).with_name("stages.yaml")


@dataclass(frozen=True)
class Layout:
    """The folder and the ports of one control plane, and the token of its only user."""

    folder: Path
    etcd_port: int
    peer_port: int
    port: int
    token: str

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        return self.folder / "certificates" / "apiserver.crt"

    @property
    def key(self) -> Path:
        return self.folder / "certificates" / "apiserver.key"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def _tokens(self) -> Path:
        return self.folder / "tokens.csv"

    def write(self) -> None:
        """Write the files that the programs are told of."""
        self._tokens.write_text(f"{self.token},tests,tests,system:masters\n", encoding="ascii")
        name = "tests"
        cluster = {"server": self.url, "certificate-authority": str(self.certificate)}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": {"token": self.token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
        self.kubeconfig.write_text(json.dumps(config), encoding="utf-8")

    def etcd(self) -> list[str]:
        clients, peers = (f"http://127.0.0.1:{p}" for p in (self.etcd_port, self.peer_port))
        return [
            f"--data-dir={self.folder / 'etcd'}",
            # What it holds need not survive a power cut.
            "--unsafe-no-fsync",
            "--socket-reuse-port",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
        ]

    def api_server(self) -> list[str]:
        return [
            f"--etcd-servers=http://127.0.0.1:{self.etcd_port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--secure-port={self.port}",
            "--permit-port-sharing",
            f"--cert-dir={self.certificate.parent}",
            f"--token-auth-file={self._tokens}",
            "--authorization-mode=RBAC",
            "--allow-privileged",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.key}",
            f"--service-account-signing-key-file={self.key}",
        ]

    def scheduler(self, port: int) -> list[str]:
        return [
            f"--kubeconfig={self.kubeconfig}",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            "--permit-port-sharing",
            f"--tls-cert-file={self.certificate}",
            f"--tls-private-key-file={self.key}",
        ]

    def controller_manager(self, port: int) -> list[str]:
        return [
            *self.scheduler(port),
            f"--root-ca-file={self.certificate}",
            f"--service-account-private-key-file={self.key}",
            # By itself it would ask for 20 things a second, for the sake of other people's servers.
            "--kube-api-qps=200",
            "--kube-api-burst=400",
        ]

    def kwok(self) -> list[str]:
        return [
            f"--kubeconfig={self.kubeconfig}",
            f"--config={STAGES}",
            "--manage-all-nodes=true",
            "--cidr=10.0.0.0/24",
            "--node-ip=10.0.0.1",
            "--node-lease-duration-seconds=40",
        ]
