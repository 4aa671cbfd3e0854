"""What the checks of a Pod's containers need to know of the Pod around them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tools.kubernetes.validation.field import Field, Refusal, Refusals

CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")


class PodContext(NamedTuple):
    """A pod's spec as the server has filled it in.

    `is_pod` says that it is one of a Pod, not of a template; `volumes` are the valid ones, by name.
    """

    spec: Field
    is_pod: bool
    volumes: Mapping[str, Field]

    @property
    def shares_users(self) -> bool:
        """Whether the users of the pod are those of the node."""
        return self.spec["hostUsers"].value is not False

    @property
    def grace(self) -> Field:
        """How many seconds the pod has to end."""
        return self.spec["terminationGracePeriodSeconds"]

    @property
    def never_restarts(self) -> bool:
        return self.spec["restartPolicy"].text == "Never"

    @property
    def os(self) -> str:
        return self.spec.at("os", "name").text

    @property
    def claims(self) -> set[str]:
        """The names of its resource claims."""
        return {
            name for claim in self.spec["resourceClaims"].items() if (name := claim["name"].text)
        }

    def containers(self) -> Iterator[Field]:
        """All of them, in the order in which the server looks at them."""
        for name in CONTAINER_LISTS:
            yield from self.spec[name].items()


def valid_volumes(field: Field, refusals: Iterable[Refusal]) -> dict[str, Field]:
    """The volumes that can be mounted, by name: those that the server refuses are none for it."""
    paths = {refusal.path for refusal in refusals}
    valid = {}
    for volume in field.items():
        claim = volume.at("persistentVolumeClaim", "claimName")
        # That a claim is one which another volume creates is held against the pod, not the volume.
        against = {path for path in paths if path[: len(volume.path)] == volume.path}
        if not against or (claim.text and against == {claim.path}):
            valid[volume["name"].text] = volume
    return valid


def without_metadata(template: Field, refusals: Refusals) -> Refusals:
    """Refusals of a template's metadata, whose paths the server writes without `metadata`."""
    depth = len(template.path)
    for refusal in refusals:
        yield refusal.elsewhere((*refusal.path[:depth], *refusal.path[depth + 1 :]))
