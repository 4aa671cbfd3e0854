"""Every Application that objects say or make."""

from collections.abc import Sequence
from typing import NamedTuple

from tools.argocd.applications import Application, is_application, is_set
from tools.argocd.generators import Unmade, made
from tools.kubernetes.resource import Resource
from tools.source.repository import Repository


class Applications(NamedTuple):
    """Applications, and the parts of ApplicationSets that cannot be followed."""

    all: list[Application]
    unmade: list[tuple[Resource, Unmade]]


def applications_of(resources: Sequence[Resource], repository: Repository) -> Applications:
    """The Applications among objects, and those that their ApplicationSets make, in order."""
    found = Applications([], [])
    for resource in resources:
        if is_application(resource):
            found.all.append(Application(resource, resource.data))
        elif is_set(resource):
            for result in made(resource, repository):
                if isinstance(result, Unmade):
                    found.unmade.append((resource, result))
                else:
                    found.all.append(result)
    return found
