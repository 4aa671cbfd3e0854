"""Whether two pods run the same program, as far as their manifests tell.

Versions of one program (canary, blue and green, shards) share an image and the command that is
started in it; a web server and the workers behind it often share the image only.
"""

from posixpath import basename
from typing import Any, NamedTuple

from tools.kubernetes.image_reference import InvalidImage, parse_image
from tools.kubernetes.pod import Container, Pod, Role
from tools.kubernetes.resource import as_list

_FINITE = frozenset({"Job", "CronJob"})
_SHELLS = frozenset({"ash", "bash", "dash", "sh"})


class _Program(NamedTuple):
    """The last part of an image's repository, and what is started in it."""

    image: str
    command: tuple[str, ...]
    subcommand: str


def same_program(one: Pod, other: Pod) -> bool:
    """Whether a main container of one pod runs what one of the other's runs.

    What a Job does is never the same as what a workload does that keeps running. An image that
    is not stated may be any.
    """
    if (one.workload.kind in _FINITE) != (other.workload.kind in _FINITE):
        return False
    of_one, of_other = _programs(one), _programs(other)
    unknown = any(program is None for program in of_one | of_other)
    return unknown or not of_one.isdisjoint(of_other)


def _programs(pod: Pod) -> set[_Program | None]:
    found = {_program(c) for c in pod.containers if c.role is Role.MAIN}
    return found or {None}


def _program(container: Container) -> _Program | None:
    try:
        name = basename(parse_image(str(container.get("image") or "")).repository)
    except InvalidImage:
        return None
    command = tuple(str(word) for word in as_list(container.get("command")))
    if command and basename(command[0]) in _SHELLS:
        return _Program(name, command[:1], "")
    return _Program(name, command, _subcommand(container.get("args")))


def _subcommand(arguments: Any) -> str:
    """The first argument, if it is a word and not an option: `thanos store`, `celery worker`."""
    words = [str(word) for word in as_list(arguments)]
    return words[0] if words and not words[0].startswith("-") else ""
