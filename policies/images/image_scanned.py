"""Every image has been scanned for known vulnerabilities.

New weaknesses of old programs are published every day. An image that nobody scanned before it was
deployed brings its own along, and nobody knows which; the scanners know, and take seconds.

Evidence is a scanner's report on exactly this image, by its digest. There is no place yet where a
repository can put such reports for this rule to read, so that every image of the target is one
finding: nothing in Git shows that it was scanned. Where a pipeline scans before it publishes, waive
the finding and name the pipeline in the reason.

Looks at the images of all containers, init containers included, and of volumes that are images;
one that several workloads use is one finding.

https://kubernetes.io/docs/concepts/security/cloud-native-security/
"""

from collections.abc import Iterator

from tools.rules.image_evidence import images_in
from tools.rules.rule import Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    environments=("prod",),
    remedy="Scan the image where it is built and published, and waive the finding with the name of "
    "that pipeline.",
)
def check(target: Target, options: None) -> Iterator[Problem]:
    for uses in images_in(target).values():
        first, *others = uses
        related = tuple((use.pod.workload, use.path, "and here") for use in others)
        message = f"nothing shows that image {first.text!r} was scanned"
        yield Problem(first.path, message, first.pod.workload, related=related)
