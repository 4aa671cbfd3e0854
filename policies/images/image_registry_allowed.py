"""Images come from the registries that the repository allows.

Anybody can publish an image under a name that looks like another one's, and a typing error in the
registry is enough to run it. Public registries limit downloads, delete what is old, and are not
there when the network is not. A mirror of one's own is patched, scanned and stays.

Which registries are allowed is a decision that no manifest can tell, so this rule is silent until
`policies.yaml` makes it:

    environments:
      prod:
        rules:
          image-registry-allowed: {allow: [registry.example.com/shop, "docker.io/library"]}

A name stands for everything below it. Looks at the images of all containers and of volumes that
are images, with the defaults of the container runtimes: `nginx` is `docker.io/library/nginx`. An
image that is never pulled (`imagePullPolicy: Never`) comes from no registry. What a mirror that the
nodes are configured with answers instead is not visible here.

https://kubernetes.io/docs/concepts/containers/images/#image-names
"""

from collections.abc import Iterator

from tools.kubernetes.images import images_of, is_within
from tools.kubernetes.pod import Pod
from tools.rules.options import RuleOptions
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


class Options(RuleOptions):
    allow: tuple[str, ...] = ()
    """Registries, or folders of registries; `*` stands for one name or a part of it."""


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Take the image from an allowed registry (`newName` under `images` in the "
    "kustomization), or allow its registry in policies.yaml.",
    options=Options,
)
def check(pod: Pod, target: Target, options: Options) -> Iterator[Problem]:
    for use in images_of(pod) if options.allow else ():
        reference = use.reference
        if reference and not use.is_local and not is_within(reference, options.allow):
            allowed = ", ".join(options.allow)
            message = f"the image is taken from {reference.name}; allowed are {allowed}"
            yield Problem(use.path, message, part="name")
