"""A pod with an image from a private registry has a Secret to pull it with.

Without one the kubelet asks anonymously, is refused, and the pod stays in ImagePullBackOff; on the
machine of whoever wrote the manifest it works, because that machine is logged in.

Which registries are private no manifest can tell, so this rule is silent until `policies.yaml`
names them:

    rules:
      image-pull-secret-set: {registries: [registry.example.com]}

Looks at the images of all containers, and of volumes that are images, that live below one of these
names. The pod needs an entry under `imagePullSecrets`, or its ServiceAccount in the target has one,
which Kubernetes copies into the pod. A ServiceAccount outside the target may have one, and the pod
is not judged; `default`, which Kubernetes creates without, counts as having none. Credentials that
nodes have of their own (a credential provider of the cloud) cannot be seen: leave such registries
out. An image that is never pulled needs no Secret.

https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
"""

from collections.abc import Iterator

from tools.kubernetes.images import images_of, is_within
from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import as_list, as_map
from tools.kubernetes.service_accounts import DEFAULT, account_of
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

FIELD = "imagePullSecrets"


class Options(RuleOptions):
    registries: tuple[str, ...] = ()
    """Registries, or folders of registries, that want a login; `*` stands for a part of a name."""


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Name the Secret with the registry's login under `imagePullSecrets` of the pod or of "
    "its ServiceAccount.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem | Unjudged]:
    private = [
        use
        for use in images_of(pod)
        if use.reference and not use.is_local and is_within(use.reference, options.registries)
    ]
    if not private or _names_secret(pod.get(FIELD)):
        return
    account, stated = account_of(pod)
    found = target.resources.find("ServiceAccount", account, pod.namespace, group="")
    if found is None and account != DEFAULT:
        reason = f"ServiceAccount {account!r} may have {FIELD}, and is not in this target"
        yield Unjudged(reason, path=stated)
    elif found is None or not _names_secret(found.get(FIELD)):
        use = private[0]
        message = f"{use.words} pulls {use.text!r} from a private registry, and the pod has no"
        yield Problem(pod.at(FIELD), f"{message} {FIELD}")


def _names_secret(secrets: object) -> bool:
    return any(as_map(entry).get("name") for entry in as_list(secrets))
