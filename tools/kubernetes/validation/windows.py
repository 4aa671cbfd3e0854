"""What is different in pods for Windows.

https://kubernetes.io/docs/concepts/windows/intro/#compatibility-v1-pod; exactly,
validateWindowsSecurityContextOptions, validateWindowsHostProcessPod, validateOS, validateLinux
and validateWindows of pkg/apis/core/validation.
"""

import re

from tools.kubernetes.validation.field import Field, Refusal, Refusals
from tools.kubernetes.validation.formats import dns_subdomain
from tools.kubernetes.validation.pod_context import PodContext

_LONGEST_SPEC = 64 * 1024
_LONGEST_DOMAIN = 255
_LONGEST_USER = 104
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NETBIOS = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}')
_PART = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DNS = re.compile(rf"{_PART}(?:\.{_PART})*")
_BAD_USER = re.compile(r'["/\\:;|=,+*?<>@\[\]]')
_DOTS_AND_SPACES = re.compile(r"[. ]+")
_HOST_PROCESS = ("securityContext", "windowsOptions", "hostProcess")


def windows_options(field: Field) -> Refusals:
    """The windowsOptions of a security context."""
    name, content = field["gmsaCredentialSpecName"], field["gmsaCredentialSpec"]
    if name.is_set:
        yield from dns_subdomain(name)
    if content.is_set and not content.text:
        yield content.must("not be empty")
    if len(content.text.encode()) > _LONGEST_SPEC:
        yield content.too_long(_LONGEST_SPEC, "bytes")
    if field["runAsUserName"].is_set:
        for what in _user_objections(field["runAsUserName"].text):
            yield field["runAsUserName"].must(what)


def _user_objections(text: str) -> list[str]:
    r"""What is wrong with `DOMAIN\USER`, or `USER` alone."""
    if not text or _CONTROL.search(text):
        return ["have characters, and no control characters"]
    if text.count("\\") > 1:
        return ["have one backslash at most, between domain and user"]
    domain, backslash, user = text.rpartition("\\")
    return [*_domain_objections(domain, bool(backslash)), *_account_objections(user)]


def _domain_objections(domain: str, is_there: bool) -> list[str]:
    found = []
    if len(domain.encode()) > _LONGEST_DOMAIN:
        found.append(f"have a domain of {_LONGEST_DOMAIN} bytes at most")
    if is_there and not (_NETBIOS.fullmatch(domain) or _DNS.fullmatch(domain)):
        found.append("have a NetBIOS or DNS name as its domain")
    return found


def _account_objections(user: str) -> list[str]:
    found = []
    if not 0 < len(user.encode()) <= _LONGEST_USER:
        found.append(f"have a user of 1 to {_LONGEST_USER} bytes")
    if _DOTS_AND_SPACES.fullmatch(user):
        found.append("have a user of more than dots and spaces")
    if _BAD_USER.search(user):
        found.append('have a user without any of "/\\:;|=,+*?<>@[]')
    return found


def host_processes(context: PodContext) -> Refusals:
    """Either all containers are processes of the node, or none is."""
    spec = context.spec
    inherited = spec.at(*_HOST_PROCESS)
    count, of_node = 0, 0
    for container in context.containers():
        own = container.at(*_HOST_PROCESS)
        if own.is_set and inherited.is_set and own.value != inherited.value:
            yield own.must("be that of the pod")
        count += 1
        of_node += (own if own.is_set else inherited).is_true
    if not of_node:
        return
    if of_node != count:
        sentence = f"{of_node} of {count} containers have hostProcess: all must, or none"
        yield inherited.refused(sentence).elsewhere(spec.path)
    if not spec["hostNetwork"].is_true:
        yield spec["hostNetwork"].must("be true, because containers have hostProcess")


def operating_system(context: PodContext) -> Refusals:
    """What a pod may not have that says for which system it is."""
    spec = context.spec
    name = spec.at("os", "name")
    if not spec["os"].is_set:
        return
    if not name.text:
        yield name.required("an os has one")
    elif name.text not in ("linux", "windows"):
        yield name.unsupported(("linux", "windows")).named(spec["os"])
    else:
        contexts = [container["securityContext"] for container in context.containers()]
        of_pod = spec["securityContext"]
        if name.text == "linux":
            for own in (of_pod, *contexts):
                yield from _forbidden(own, ("windowsOptions",), "linux")
        else:
            yield from _of_windows_pod(spec)
            for own in contexts:
                yield from _forbidden(own, _LINUX_IN_CONTAINERS, "windows")


def _of_windows_pod(spec: Field) -> Refusals:
    context = spec["securityContext"]
    yield from _forbidden(context, _LINUX_IN_PODS, "windows")
    if not context["sysctls"].is_empty:
        yield _wrong(context["sysctls"], "windows")
    yield from _forbidden(spec, ("hostUsers", "shareProcessNamespace"), "windows")
    for name in ("hostPID", "hostIPC"):
        if spec[name].is_true:
            yield _wrong(spec[name], "windows")


def _forbidden(holder: Field, names: tuple[str, ...], system: str) -> Refusals:
    for field in holder.set_among(names):
        yield _wrong(field, system)


def _wrong(field: Field, system: str) -> Refusal:
    return field.forbidden(f"because os.name of the pod is {system}")


_LINUX_IN_PODS = (
    "appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy",
    "runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
)  # fmt: skip
_LINUX_IN_CONTAINERS = (
    "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities",
    "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount", "runAsUser",
    "runAsGroup",
)  # fmt: skip
