"""Containers drop ALL capabilities and add back at most NET_BIND_SERVICE.

Container runtimes hand out some fourteen capabilities that hardly any program uses: with NET_RAW
a compromised container can impersonate its neighbours on the network, with DAC_OVERRIDE it can
read every file. Dropping all of them costs a web service nothing.

Each container (init, sidecar, main and ephemeral) needs an entry `ALL` in `capabilities.drop`,
written exactly so: the restricted standard does not recognise `all`, and a list of single
capabilities is not enough. `add` may hold NET_BIND_SERVICE, for ports below 1024, and nothing else;
`CAP_NET_BIND_SERVICE` is another word to the standard. With `standard: baseline` nothing has to be
dropped, and what runtimes hand out anyway may be added. Capabilities cannot be set for the whole
pod, nor on Windows pods (`spec.os.name: windows`), which are skipped. kube-linter is content if
NET_RAW is dropped.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from collections.abc import Collection, Iterator
from typing import Literal

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.pod_security import named, worded
from tools.kubernetes.resource import as_list
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

ADDABLE = "NET_BIND_SERVICE"
_BASELINE = frozenset(
    {"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", ADDABLE}
    | {"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"}
)
"""What the baseline standard lets containers add."""


class Options(RuleOptions):
    standard: Literal["restricted", "baseline"] = "restricted"
    """The Pod Security Standard that containers have to meet."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Write `capabilities: {drop: [ALL]}` in the container's securityContext, and under "
    "`add` at most NET_BIND_SERVICE.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    restricted = options.standard == "restricted"
    if pod.is_windows and restricted:
        return
    for container in pod.containers:
        if restricted:
            yield from _dropped(container)
        yield from _added(container, {ADDABLE} if restricted else _BASELINE)


def _dropped(container: Container) -> Iterator[Problem]:
    dropped = container.get("securityContext", "capabilities", "drop")
    if "ALL" in as_list(dropped):
        return
    path = container.at("securityContext", "capabilities", "drop")
    begin = f"{named(container)} does not drop ALL capabilities"
    for index, word in enumerate(as_list(dropped)):
        if str(word).upper() == "ALL":
            sentence = f"{begin}: {word!r} is not in upper case, so that the standard refuses it"
            yield Problem((*path, index), sentence, remedy="Write `ALL`, in upper case.")
            return
    yield Problem(path, f"{begin}: drop is {worded(dropped)}")


def _added(container: Container, addable: Collection[str]) -> Iterator[Problem]:
    path = ("securityContext", "capabilities", "add")
    for index, added in enumerate(as_list(container.get(*path))):
        if added not in addable:
            sentence = f"{named(container)} adds the capability {added!r}"
            respelt = str(added).upper().removeprefix("CAP_") == ADDABLE
            remedy = f"Write `{ADDABLE}`." if respelt else "Remove the entry from `add`."
            yield Problem(container.at(*path, index), sentence, remedy=remedy)
