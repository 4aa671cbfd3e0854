"""No pod leaves the AppArmor profile of the container runtime for none.

Where the node has AppArmor, the runtime's default profile keeps containers from mounting file
systems and from writing to the kernel's controls. `Unconfined` switches it off.

An unset profile is right: the runtime's own applies. Otherwise the type must be `RuntimeDefault`
or `Localhost`, in `appArmorProfile` of the pod and of init, sidecar, main and ephemeral
containers. The annotations `container.apparmor.security.beta.kubernetes.io/<container>` of the
pod template came before the field and still fill it in; allowed values are `runtime/default` and
`localhost/…`. Every value is judged where it stands, the pod's even if each container replaces
it, as the standard has it. That a Localhost profile is loaded on the nodes cannot be seen here.

https://kubernetes.io/docs/tutorials/security/apparmor/
"""

from collections.abc import Iterator

from tools.kubernetes.pod import Pod
from tools.kubernetes.pod_security import settings
from tools.kubernetes.resource import as_map
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Remove the profile, or use the type `RuntimeDefault` or `Localhost`.",
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    for who, path, profile in settings(pod, "appArmorProfile"):
        kind = as_map(profile).get("type")
        if kind not in ("RuntimeDefault", "Localhost"):
            what = f"type {kind!r}" if kind is not None else "without a type"
            yield Problem((*path, "type"), f"{who} sets the AppArmor profile {what}")
    for key, value in pod.annotations.items():
        if str(key).startswith(ANNOTATION) and not _is_allowed(str(value or "")):
            container = str(key).removeprefix(ANNOTATION)
            yield Problem(
                (*pod.template, "metadata", "annotations", key),
                f"the annotation for container {container!r} sets the AppArmor profile {value!r}",
                remedy="Remove the annotation, or use `runtime/default` or `localhost/…`.",
            )


def _is_allowed(profile: str) -> bool:
    return profile in ("", "runtime/default") or profile.startswith("localhost/")
