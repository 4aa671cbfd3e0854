"""`python -m tools.trace TARGET [KIND/NAME [FIELD.PATH]]`: where every rendered value comes from.

Exit codes: 0 traced, 2 misuse (arguments, path, an object or field that is not there), 3 the
target could not be rendered.
"""

import gc
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.render.binary import KustomizeUnavailable
from tools.render.build import RenderFailed
from tools.render.starts import Start
from tools.report.terminal import Unwritten
from tools.report.usage import Usage
from tools.source.place import FieldPath, SourceError
from tools.source.repository import Repository
from tools.source.root import repository_of
from tools.source.targets import Kind, NamedTarget, named_targets

if TYPE_CHECKING:
    from tools.kubernetes.resource import Resource
    from tools.trace.rendered import Rendered

EXAMPLES = """\
examples:
  python -m tools.trace overlays/prod                       the render, each line with its place
  python -m tools.trace overlays/prod Deployment/web        the values of one object
  python -m tools.trace overlays/prod Deployment/web spec.replicas
                                                            one value, and what it replaced
"""


class Misuse(Exception):
    """Arguments that name nothing: one sentence, exit code 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with its arguments; the exit code."""
    # Nearly all that is made lives until the end; looking for garbage takes as long as a render.
    gc.disable()
    arguments = _parser().parse_args(argv)
    try:
        repository, named = _target(arguments.target)
    except SourceError as error:
        return _fail(error.sentence, 2)
    try:
        start = Start(repository, named)  # Kustomize runs while the rest is imported
    except KustomizeUnavailable as error:
        return _fail(str(error), 2)
    try:
        return _traced(arguments, start)
    finally:
        start.stop()
        # When Python ends, it looks for garbage all the same, but not among what is frozen.
        gc.freeze()


def _traced(arguments: Namespace, start: Start) -> int:
    from tools.trace.rendered import rendered

    try:
        _print(arguments, start.repository, rendered(start))
    except (Misuse, Unwritten) as error:
        return _fail(str(error), 2)
    except SourceError as error:
        from tools.report.excerpt import where

        at = where(error.place)
        return _fail(f"{at}: {error.sentence}" if at else error.sentence, 3)
    except RenderFailed as error:
        return _fail(error.reason, 3)
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="trace",
        description="Show which line of the sources sets a rendered value.",
        epilog=EXAMPLES,
        formatter_class=Usage,
    )
    parser.add_argument("target", metavar="TARGET", help="a folder with a kustomization")
    parser.add_argument("object", nargs="?", metavar="KIND/NAME", help="one object of the render")
    parser.add_argument("field", nargs="?", metavar="FIELD.PATH", help="one field of the object")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--annotate", action="store_true", help="the whole render, each line with its place"
    )
    return parser


def _target(argument: str) -> tuple[Repository, NamedTarget]:
    path = Path(argument)
    repository = Repository(repository_of(path))
    named = named_targets(repository, path)
    if len(named) != 1 or named[0].kind is not Kind.KUSTOMIZATION:
        raise SourceError(f"{argument} is no kustomization; name a folder that has one")
    return repository, named[0]


def _print(arguments: Namespace, repository: Repository, rendered: "Rendered") -> None:
    chosen, below = _chosen(arguments, rendered.resources)
    if arguments.format == "json":
        _print_json(rendered, chosen, below)
    else:
        _print_text(arguments, repository, rendered, chosen[:1], below)


def _chosen(arguments: Namespace, every: "list[Resource]") -> "tuple[list[Resource], FieldPath]":
    """The objects to tell about, and the field of the one that is named, () for all of it."""
    if not arguments.object:
        return every, ()
    from tools.trace.address import UnknownAddress, find_field, find_object

    try:
        chosen = find_object(every, arguments.object)
        return [chosen], find_field(chosen.data, arguments.field) if arguments.field else ()
    except UnknownAddress as error:
        raise Misuse(str(error)) from error


def _print_json(rendered: "Rendered", chosen: "Iterable[Resource]", below: FieldPath) -> None:
    """A list with one entry in each line."""
    import json

    from tools.report.terminal import reader_may_leave
    from tools.trace.rendered import entry_data

    entries = [
        json.dumps(entry_data(resource, entry))
        for resource in chosen
        for entry in rendered.trace.entries(resource)
        if entry.path[: len(below)] == below
    ]
    with reader_may_leave():
        print("[", ",\n".join(entries), "]", sep="\n")


def _print_text(
    arguments: Namespace,
    repository: Repository,
    rendered: "Rendered",
    chosen: "list[Resource]",
    below: FieldPath,
) -> None:
    from tools.kubernetes.resource import lookup
    from tools.report.as_chain import annotated, chain, listing
    from tools.report.terminal import print_lines

    if arguments.annotate or not arguments.object:
        print_lines(annotated(rendered))
        return
    value: Any = lookup(chosen[0].data, below)
    if below and not (isinstance(value, dict | list) and value):
        location = rendered.trace.locate(chosen[0], below)
        print_lines(chain(repository, chosen[0], below, value, location))
    else:
        print_lines(listing(rendered, chosen[0], below))


def _fail(sentence: str, code: int) -> int:
    from tools.report.printable import printable

    print(f"gitops-gate: {printable(sentence)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
