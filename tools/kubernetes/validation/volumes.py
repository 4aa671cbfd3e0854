"""The volumes of a Pod."""

from tools.kubernetes.validation.field import Field, Refusals


def volumes(field: Field) -> Refusals:
    """What the server has against `spec.volumes` of a Pod or of a template."""
    yield from ()
