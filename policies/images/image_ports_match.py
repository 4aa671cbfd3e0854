"""The ports of a container are those that its image exposes.

Whoever builds an image states with EXPOSE where its program listens. A manifest with another number
sends every request to a port where nobody answers; probes fail, or, without probes, the pod is
Ready and every connection refused.

Looks at `ports` of main containers and sidecars, number and protocol (TCP if not stated), and at
the exposed ports in `images.lock`. A container port that the image does not expose is a finding.
The other way round, an exposed port has to be declared by one of the containers of the target that
run the image and declare ports: one image may hold several programs. A container that declares no
port at all is not asked for one; that is optional in Kubernetes, and `probe-port-exposed` and
Services have their own say. Init containers serve nobody. An image without an entry, or one that
exposes nothing, is not judged.

https://github.com/opencontainers/image-spec/blob/main/config.md
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.kubernetes.images import ImageUse
from tools.rules.image_evidence import Known, known_images
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target
from tools.source.place import FieldPath

Port = tuple[int, str]


class Declared(NamedTuple):
    """A port of a container, with the path of its number."""

    use: ImageUse
    path: FieldPath
    port: Port


@rule(
    judges=Judges.TARGET,
    severity=Severity.ERROR,
    remedy="Use the port that the image exposes, or correct EXPOSE in the image and lock it again.",
)
def check(target: Target, options: None) -> Iterator[Problem | Unjudged]:
    for found in known_images(target):
        if isinstance(found, Unjudged):
            yield found
        else:
            yield from _judge(found)


def _judge(known: Known) -> Iterator[Problem | Unjudged]:
    exposed = {port for entry in known.entries for port in entry.ports}
    declared = [port for use in known.uses for port in _declared(use)]
    if not declared:
        return
    first = declared[0]
    if not exposed:
        reason = f"image {known.text!r} exposes no port, which says nothing about the program"
        yield Unjudged(reason, first.use.pod.workload, first.path)
        return
    wrong = [one for one in declared if one.port not in exposed]
    for one in wrong:
        message = f"{one.use.words} declares port {_words([one.port])}, its image {known.text!r}"
        workload = one.use.pod.workload
        yield Problem(one.path, f"{message} exposes {_words(sorted(exposed))}", workload)
    missing = sorted(exposed - {one.port for one in declared})
    if missing and not wrong:
        sentence = f"image {known.text!r} exposes {_words(missing)}, which no container declares"
        yield Problem(first.path[:-2], sentence, first.use.pod.workload)


def _declared(use: ImageUse) -> Iterator[Declared]:
    if use.container is None or not use.container.stays:
        return
    for path, data in use.pod.workload.maps(*use.container.at("ports")):
        number = data.get("containerPort")
        if isinstance(number, int) and not isinstance(number, bool):
            protocol = str(data.get("protocol") or "TCP")
            yield Declared(use, (*path, "containerPort"), (number, protocol))


def _words(ports: Sequence[Port]) -> str:
    return " and ".join(f"{number}/{protocol}" for number, protocol in ports)
