"""The pinned kustomize: its version, where its release is published and what must be in it."""

import os
from collections.abc import Mapping

EXPLICIT = "GITOPS_GATE_KUSTOMIZE"
"""Environment variable: the kustomize to use, by its path."""

MIRROR = "GITOPS_GATE_RELEASES"
"""Environment variable: the address that stands in for `Release.address`."""


class KustomizeUnavailable(Exception):
    """The pinned kustomize is not at hand; the text is one sentence that says what to do."""


class Release:
    """One published version of kustomize.

    `archives` maps a platform (`linux_amd64`) to the SHA-256 of its archive, `address` is the
    folder of all releases, `patience` the seconds that its host has to answer.
    """

    __slots__ = ("address", "archives", "patience", "version")

    def __init__(
        self, version: str, archives: Mapping[str, str], address: str, patience: float
    ) -> None:
        self.version = version
        self.archives = archives
        self.address = address
        self.patience = patience

    @property
    def module(self) -> str:
        """What `go install` builds; the major version is part of a Go module's path."""
        major = self.version.partition(".")[0]
        return f"sigs.k8s.io/kustomize/kustomize/v{major}@v{self.version}"

    def archive(self, platform: str, address: str) -> str:
        """The URL of the platform's archive below `address`."""
        name = f"kustomize_v{self.version}_{platform}.tar.gz"
        return f"{address.rstrip('/')}/kustomize%2Fv{self.version}/{name}"

    def remedy(self) -> str:
        """The end of every sentence about a kustomize that cannot be used."""
        return (
            f"put kustomize {self.version} first on PATH, "
            f"or name a kustomize {self.version} in {EXPLICIT}"
        )


# From checksums.txt of the release; Argo CD 3.5 pins the same values in
# hack/installers/checksums/kustomize_5.8.1_*.sha256.
PINNED = Release(
    version="5.8.1",
    archives={
        "darwin_amd64": "ee7cf0c1e3592aa7bb66ba82b359933a95e7f2e0b36e5f53ed0a4535b017f2f8",
        "darwin_arm64": "8886f8a78474e608cc81234f729fda188a9767da23e28925802f00ece2bab288",
        "linux_amd64": "029a7f0f4e1932c52a0476cf02a0fd855c0bb85694b82c338fc648dcb53a819d",
        "linux_arm64": "0953ea3e476f66d6ddfcd911d750f5167b9365aa9491b2326398e289fef2c142",
        "linux_ppc64le": "87ffa6d248d6baceb35463042da354a317bfd3ee49afc7f9850c05c36319c708",
        "linux_s390x": "12df0fcec017a82b41d87b85c53263ae9657740b130eba42381bae3495521c9b",
    },
    address="https://github.com/kubernetes-sigs/kustomize/releases/download",
    patience=4.0,
)


def platform() -> str:
    """This machine in the words of Go's release archives, such as `linux_amd64`."""
    system = os.uname()
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(system.machine, system.machine)
    return f"{system.sysname.lower()}_{machine}"
