"""The pull policy of an image fits the way in which the image is named.

A digest names content that cannot change: `Always` asks the registry at every start for an answer
that is known, and when the registry is down nothing starts. `latest` is the opposite: with
`IfNotPresent` each node keeps whatever it saw first. `Never` runs only where somebody has loaded
the image into the node by hand, which a cluster of more than one machine has nobody for.

Looks at `imagePullPolicy` of all containers and `pullPolicy` of volumes that are images. If it is
not set, Kubernetes takes `Always` for `latest` or no tag, and `IfNotPresent` else; that always
fits. `Always` with a tag is accepted, because tags can move, but not asked for, as other checkers
do: it makes every start wait for the registry, and a digest settles what it is meant to settle.
`IfNotPresent` with `latest` is a finding at the image, unless `image-tag-set` already speaks of it.
`Never` is accepted where the option says that images are loaded by hand, as on a laptop:

    environments:
      minikube:
        rules:
          image-pull-policy-fits: {never: true}

That a cluster forces `Always` (AlwaysPullImages) cannot be seen.

https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy
"""

from collections.abc import Iterator

from tools.kubernetes.images import ALWAYS, IF_NOT_PRESENT, NEVER, ImageUse, images_of
from tools.kubernetes.pod import Pod
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target

PULL_OR_NAME = "Name a version or a digest, or set `imagePullPolicy: Always`."


class Options(RuleOptions):
    never: bool = False
    """Accept `Never`, because images are loaded into the nodes by hand."""


@rule(
    judges=Judges.POD,
    severity=Severity.WARNING,
    remedy="Set `imagePullPolicy: IfNotPresent`, or leave it out: the default fits.",
    defers_to=("image-tag-set",),
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for use in images_of(pod):
        yield from _judge(use, options)


def _judge(use: ImageUse, options: Options) -> Iterator[Problem]:
    reference, stated = use.reference, use.policy
    if stated == NEVER and not options.never:
        sentence = f"never pulls its image {use.text!r}, so that each node must have it already"
        yield Problem(use.policy_path, f"{use.words} {sentence}")
    elif stated == ALWAYS and reference and reference.digest:
        sentence = "pulls always, although its image has a digest and cannot change"
        yield Problem(use.policy_path, f"{use.words} {sentence}")
    elif stated == IF_NOT_PRESENT and reference and reference.is_floating:
        sentence = f"pulls {use.text!r} only once, so that each node may run another version of it"
        yield Problem(use.path, f"{use.words} {sentence}", remedy=PULL_OR_NAME)
