"""Pods with odd security contexts, and what our rules say of them by a Pod Security Standard."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tools.kubernetes.resource import Resource, ResourceSet
from tools.rules.catalogue import discover
from tools.rules.rule import Rule
from tools.rules.run import Setting, judge
from tools.rules.target import Target
from tools.source.repository import Repository

BASELINE = (
    "apparmor-profile-allowed", "capabilities-dropped", "host-namespaces-unused",
    "host-paths-unused", "host-ports-unused", "not-privileged", "probe-host-unset",
    "proc-mount-default", "seccomp-profile-set", "selinux-options-allowed", "sysctls-safe",
    "windows-host-process-unused",
)  # fmt: skip
RESTRICTED = (
    *BASELINE, "privilege-escalation-disabled", "run-as-non-root", "volume-types-restricted",
)  # fmt: skip
STANDARDS: Mapping[str, tuple[str, ...]] = {"baseline": BASELINE, "restricted": RESTRICTED}
"""The rules that follow each standard."""

_SAFE: Mapping[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "pod"},
    "spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": name,
                "image": "a:1",
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                },
            }
            for name in ("web", "other")
        ],
    },
}
_PROFILES = ("RuntimeDefault", "Unconfined", "Localhost")
_CAPABILITIES = ("ALL", "all", "NET_RAW", "CHOWN", "NET_BIND_SERVICE", "CAP_CHOWN", "SYS_ADMIN")
_SYSCTLS = (
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "kernel.msgmax",
    "net.core.somaxconn",
)  # fmt: skip
_SELINUX = ("container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t", "")
_VOLUMES: tuple[Mapping[str, Any], ...] = (
    {"emptyDir": {}}, {"hostPath": {"path": "/"}}, {"configMap": {"name": "a"}},
    {"secret": {"secretName": "a"}}, {"persistentVolumeClaim": {"claimName": "a"}},
    {"nfs": {"server": "a", "path": "/"}}, {"csi": {"driver": "a"}},
    {"downwardAPI": {"items": [{"path": "a", "fieldRef": {"fieldPath": "metadata.name"}}]}},
    {"projected": {"sources": []}}, {"image": {"reference": "a:1"}},
    {"iscsi": {"targetPortal": "a", "iqn": "iqn.2020-01.com.example:a", "lun": 0}},
    {"ephemeral": {"volumeClaimTemplate": {"spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}},
)  # fmt: skip

Edit = Callable[[Random, dict[str, Any]], None]


def pods(seed: int, count: int) -> Iterator[Mapping[str, Any]]:
    """As many pods as asked for, each a restricted one with up to four odd settings."""
    random = Random(f"pod security {seed}")
    for _ in range(count):
        pod = deepcopy(dict(_SAFE))
        for _ in range(random.choice((0, 1, 1, 1, 2, 3, 4))):
            random.choice(_EDITS)(random, pod["spec"])
        if random.random() < 0.05:
            profile = random.choice(("runtime/default", "localhost/a", "unconfined"))
            key = "container.apparmor.security.beta.kubernetes.io/web"
            pod["metadata"]["annotations"] = {key: profile}
        yield pod


def findings(pod: Mapping[str, Any], standard: str, version: str) -> list[str]:
    """What the rules that follow a standard say of a pod in a Kubernetes version."""
    rules = _rules(standard)
    labels = {"pod-security.kubernetes.io/enforce": standard}
    metadata = {"name": "home", "labels": labels}
    home = Resource({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    resident = Resource({**pod, "metadata": {**pod["metadata"], "namespace": "home"}})
    objects = ResourceSet([home, resident])
    target = Target("pod", Repository(Path()), objects, kubernetes=(version,))
    settings = {
        name: Setting(rule.severity, type(rule.options)(standard=standard))
        if hasattr(rule.options, "standard")
        else Setting(rule.severity, rule.options)
        for name, rule in rules.items()
    }
    verdict = judge(rules, settings, target)
    broken = [entry.reason for entry in verdict.not_judged]
    return [f"{finding.rule}: {finding.message}" for finding in verdict.findings] + broken


@cache
def _rules(standard: str) -> Mapping[str, Rule]:
    return {name: discover()[name] for name in STANDARDS[standard]}


def _context(random: Random, spec: dict[str, Any], *, of_pod: bool = True) -> dict[str, Any]:
    """The security context of the pod or of one of its containers."""
    holders = [*spec["containers"], *spec.get("initContainers", ())]
    if of_pod:
        holders.append(spec)
    context: dict[str, Any] = random.choice(holders).setdefault("securityContext", {})
    return context


def _container(random: Random, spec: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = random.choice([*spec["containers"], *spec.get("initContainers", ())])
    return found


def _add_container(random: Random, spec: dict[str, Any]) -> None:
    container: dict[str, Any] = random.choice(({}, deepcopy(spec["containers"][0])))
    container = {**container, "name": f"init-{len(spec.get('initContainers', ()))}", "image": "a:1"}
    if random.random() < 0.5:
        container["restartPolicy"] = "Always"
    spec.setdefault("initContainers", []).append(container)


def _run_as(random: Random, spec: dict[str, Any]) -> None:
    context = _context(random, spec)
    context["runAsNonRoot"] = random.choice((True, False, None))
    context["runAsUser"] = random.choice((None, None, 0, 1000))


def _seccomp(random: Random, spec: dict[str, Any]) -> None:
    kind = random.choice((*_PROFILES, None))
    profile = {"type": kind, **({"localhostProfile": "a.json"} if kind == "Localhost" else {})}
    _context(random, spec)["seccompProfile"] = profile if kind else None


def _apparmor(random: Random, spec: dict[str, Any]) -> None:
    kind = random.choice(_PROFILES)
    profile = {"type": kind, **({"localhostProfile": "a"} if kind == "Localhost" else {})}
    _context(random, spec)["appArmorProfile"] = profile


def _capabilities(random: Random, spec: dict[str, Any]) -> None:
    drop, add = (random.sample(_CAPABILITIES, random.randrange(3)) for _ in range(2))
    choices = ({"drop": drop, "add": add}, {"drop": ["ALL"], "add": add}, {"drop": drop}, None)
    _context(random, spec, of_pod=False)["capabilities"] = random.choice(choices)


def _switches(random: Random, spec: dict[str, Any]) -> None:
    context = _context(random, spec, of_pod=False)
    field = random.choice(("allowPrivilegeEscalation", "privileged"))
    context[field] = random.choice((True, False, None))
    if context.get("privileged"):
        context.pop("allowPrivilegeEscalation", None)


def _proc_mount(random: Random, spec: dict[str, Any]) -> None:
    _context(random, spec, of_pod=False)["procMount"] = random.choice(("Default", "Unmasked"))
    if random.random() < 0.7:
        spec["hostUsers"] = False


def _selinux(random: Random, spec: dict[str, Any]) -> None:
    options = {"type": random.choice(_SELINUX)}
    options |= random.choice(({}, {"user": "a"}, {"role": "a"}, {"level": "s0"}, {"user": ""}))
    _context(random, spec)["seLinuxOptions"] = options


def _sysctl(random: Random, spec: dict[str, Any]) -> None:
    context = spec.setdefault("securityContext", {})
    context["sysctls"] = [{"name": random.choice(_SYSCTLS), "value": "1"}]


def _namespaces(random: Random, spec: dict[str, Any]) -> None:
    spec[random.choice(("hostPID", "hostIPC", "hostNetwork", "hostUsers"))] = random.random() < 0.6


def _port(random: Random, spec: dict[str, Any]) -> None:
    _container(random, spec)["ports"] = [
        {"containerPort": 80, "hostPort": random.choice((0, 0, 80, None))}
    ]


def _volume(random: Random, spec: dict[str, Any]) -> None:
    volumes = spec.setdefault("volumes", [])
    volumes.append({"name": f"volume-{len(volumes)}", **random.choice(_VOLUMES)})


def _windows(random: Random, spec: dict[str, Any]) -> None:
    if random.random() < 0.5:
        _context(random, spec)["windowsOptions"] = {"hostProcess": random.random() < 0.7}
        return
    spec["os"] = {"name": "windows"}
    for holder in (spec, *spec["containers"], *spec.get("initContainers", ())):
        holder["securityContext"] = {"runAsNonRoot": random.choice((True, False, None))}


def _probe(random: Random, spec: dict[str, Any]) -> None:
    handler = random.choice(
        (
            {"httpGet": {"port": 80, "host": random.choice(("", "10.0.0.1"))}},
            {"tcpSocket": {"port": 80, "host": random.choice(("", "10.0.0.1"))}},
            {"httpGet": {"port": 80}},
        )
    )
    container = random.choice(spec["containers"])
    if random.random() < 0.5:
        container[random.choice(("livenessProbe", "readinessProbe", "startupProbe"))] = handler
    else:
        container["lifecycle"] = {random.choice(("postStart", "preStop")): handler}


_EDITS: tuple[Edit, ...] = (
    _add_container, _run_as, _seccomp, _apparmor, _capabilities, _switches, _proc_mount, _selinux,
    _sysctl, _namespaces, _port, _volume, _windows, _probe,
)  # fmt: skip
