"""The security contexts of pods and containers.

https://kubernetes.io/docs/tasks/configure-pod-container/security-context/; exactly,
validatePodSpecSecurityContext and ValidateSecurityContext of pkg/apis/core/validation.
"""

import re

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import enumeration, local_path, user_id
from tools.kubernetes.validation.pod_context import PodContext
from tools.kubernetes.validation.windows import windows_options

_PROFILE_TYPES = ("Localhost", "RuntimeDefault", "Unconfined")
_LONGEST_PATH = 4095
_LONGEST_SYSCTL = 253
_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL = re.compile(rf"({_SEGMENT}[./])*{_SEGMENT}")
_SWAP = str.maketrans("./", "/.")
_OF_IPC = frozenset({
    "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    "kernel.shm", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.msg",
})  # fmt: skip


def pod_security(spec: Field) -> Refusals:
    """The security context of a whole pod."""
    field = spec["securityContext"]
    for identity in field.set_among(("fsGroup", "runAsUser", "runAsGroup")):
        yield from user_id(identity)
    for group in field["supplementalGroups"].items():
        yield from user_id(group)
    shared = spec["shareProcessNamespace"]
    if shared.is_true and spec["hostPID"].is_true:
        # The server takes it for a part of the context.
        yield shared.must("be false, because hostPID is true").elsewhere(
            (*field.path, "shareProcessNamespace")
        )
    yield from _sysctls(spec)
    for name, known in (
        ("fsGroupChangePolicy", ("Always", "OnRootMismatch")),
        ("supplementalGroupsPolicy", ("Merge", "Strict")),
        # MountOption is behind a feature gate that is off.
        ("seLinuxChangePolicy", ("Recursive",)),
    ):
        if field[name].is_set:
            yield from enumeration(field[name], known)
    yield from _profiles(field)


def container_security(field: Field, context: PodContext) -> Refusals:
    """The security context of one container."""
    if not field.is_set:
        return
    for identity in field.set_among(("runAsUser", "runAsGroup")):
        yield from user_id(identity)
    mount = field["procMount"]
    if mount.is_set:
        yield from enumeration(mount, ("Default", "Unmasked"))
        if mount.text == "Unmasked" and context.shares_users:
            yield mount.must("be Default, unless hostUsers of the pod is false")
    yield from _escalation(field)
    yield from _profiles(field)


def _escalation(field: Field) -> Refusals:
    """The server names the whole context."""
    allowed = field["allowPrivilegeEscalation"]
    if allowed.value is not False:
        return
    if field["privileged"].is_true:
        yield allowed.must("be true, because privileged is true").named(field)
    for capability in field.at("capabilities", "add").items():
        if capability.text == "CAP_SYS_ADMIN":
            yield allowed.must("be true, because CAP_SYS_ADMIN is added").named(field)


def _profiles(field: Field) -> Refusals:
    seccomp, armor, windows = (
        field["seccompProfile"],
        field["appArmorProfile"],
        field["windowsOptions"],
    )
    if seccomp.is_set:
        yield from _seccomp(seccomp)
    if windows.is_set:
        yield from windows_options(windows)
    if armor.is_set:
        yield from app_armor(armor)


def _seccomp(profile: Field) -> Refusals:
    path = profile["localhostProfile"]
    yield from _type(profile["type"])
    if profile["type"].text != "Localhost":
        if path.is_set:
            yield path.forbidden("unless type is Localhost")
    elif not path.is_set:
        yield path.required("type Localhost needs it")
    else:
        yield from local_path(path)


def app_armor(profile: Field) -> Refusals:
    """An AppArmor profile that is there."""
    path = profile["localhostProfile"]
    yield from _type(profile["type"])
    if profile["type"].text == "Localhost":
        yield from _loaded_profile(path)
    elif path.is_set and profile["type"].text in _PROFILE_TYPES:
        yield path.forbidden("unless type is Localhost")


def _loaded_profile(path: Field) -> Refusals:
    if path.text != path.text.strip():
        yield path.must("have no spaces around it")
    elif not path.text:
        yield path.required("type Localhost needs it")
    if len(path.text.encode()) > _LONGEST_PATH:
        yield path.too_long(_LONGEST_PATH, "bytes")


def _type(field: Field) -> Refusals:
    yield from (
        enumeration(field, _PROFILE_TYPES)
        if field.text
        else [field.required("a profile is of a type")]
    )


def _sysctls(spec: Field) -> Refusals:
    seen: set[str] = set()
    for sysctl in spec.at("securityContext", "sysctls").items():
        name = sysctl["name"]
        if not name.text:
            yield name.required("it says which parameter")
        elif len(name.text) > _LONGEST_SYSCTL or not _SYSCTL.fullmatch(name.text):
            yield name.must("be the name of a kernel parameter, such as net.core.somaxconn")
        elif name.text in seen:
            yield name.duplicate()
        seen.add(name.text)
        yield from _of_node(name, spec)


def _of_node(name: Field, spec: Field) -> Refusals:
    """Parameters of a namespace that the pod shares with its node are not the pod's to set."""
    text = name.text
    separator = re.search("[./]", text)
    if separator and separator[0] == "/":
        text = text.translate(_SWAP)
    if text.startswith("net.") and spec["hostNetwork"].is_true:
        yield name.must("not be a parameter of the network, because hostNetwork is true")
    of_ipc = text in _OF_IPC or text.startswith("fs.mqueue.")
    if of_ipc and spec["hostIPC"].is_true:
        yield name.must("not be a parameter of IPC, because hostIPC is true")
