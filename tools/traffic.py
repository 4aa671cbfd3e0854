"""`python -m tools.traffic TARGET`: who may connect to whom, as a table or a picture.

Exit codes: 0 computed, 2 misuse (arguments, configuration, path), 3 the target could not be
rendered or read.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from tools.render.binary import KustomizeUnavailable
from tools.render.starts import Start
from tools.report.excerpt import where
from tools.report.flow_rows import FlowRows
from tools.report.printable import printable
from tools.report.terminal import print_lines, reader_may_leave
from tools.report.usage import Usage
from tools.rules.catalogue import discover
from tools.rules.config import read_config
from tools.rules.gate import Gate
from tools.rules.prepare import prepare
from tools.source.place import SourceError
from tools.source.repository import Repository
from tools.source.root import repository_of
from tools.source.targets import named_targets

FORMATS = ("text", "mermaid", "svg", "json")
EXAMPLES = """\
examples:
  python -m tools.traffic overlays/prod                              a table
  python -m tools.traffic overlays/prod --format svg > traffic.svg   a picture
  python -m tools.traffic overlays/prod --format mermaid             a graph for Markdown
"""


class Unreadable(Exception):
    """A target that could not be rendered or read: one sentence, exit code 3."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with its arguments; the exit code."""
    parser = ArgumentParser(
        prog="traffic",
        description="Show which pods reach which, and what outside, by the NetworkPolicies.",
        epilog=EXAMPLES,
        formatter_class=Usage,
    )
    parser.add_argument("target", metavar="TARGET", help="an overlay, or plain YAML")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--config", metavar="FILE", help="the configuration (policies.yaml)")
    arguments = parser.parse_args(argv)
    try:
        path, found = flows_of(arguments.target, arguments.config)
    except Unreadable as error:
        return _fail(str(error), 3)
    except SourceError as error:
        at = where(error.place)
        return _fail(f"{at}: {error.sentence}" if at else error.sentence, 2)
    except KustomizeUnavailable as error:
        return _fail(str(error), 2)
    if path == "." and arguments.format != "json":  # A repository's root has a better name.
        path = Path(arguments.target).resolve().name
    _print(arguments.format, path, found)
    return 0


def flows_of(argument: str, config_file: str | None) -> tuple[str, FlowRows]:
    """The path of a target, and its traffic.

    Raises SourceError for what the arguments or the configuration get wrong, Unreadable for a
    target that cannot be judged whole.
    """
    if not Path(argument).exists():
        raise SourceError(f"there is no {argument}; name a folder or a YAML file")
    repository = Repository(repository_of(Path(argument)))
    named = named_targets(repository, Path(argument))
    if len(named) != 1:
        listed = ", ".join(one.path for one in named)
        raise SourceError(f"{argument} holds {len(named)} targets; name one: {listed}")
    config = read_config(repository, discover(), config_file)
    target, obstacles = prepare(Start(repository, named[0]), config.kubernetes)
    for obstacle in obstacles:
        if obstacle.blocking:
            at = where(obstacle.place)
            raise Unreadable(f"{at}: {obstacle.reason}" if at else obstacle.reason)
    Gate(repository, {}, config, config.kubernetes).equip(target)
    return target.path, FlowRows(target)


def _print(format_name: str, path: str, found: FlowRows) -> None:
    if format_name == "text":
        from tools.report.as_flow_table import flow_table

        print_lines(flow_table(path, found.rows, found.silent))
        return
    with reader_may_leave():
        print(_text(format_name, path, found))


def _text(format_name: str, path: str, found: FlowRows) -> str:
    if format_name == "json":
        from tools.report.as_flow_json import flow_data

        return json.dumps(flow_data(path, found.rows, found.silent), indent=1)
    if format_name == "mermaid":
        from tools.report.as_mermaid import mermaid

        return mermaid(found.rows, found.silent)
    from tools.report.as_svg import svg_picture

    return svg_picture(path, found.rows, found.silent)


def _fail(sentence: str, code: int) -> int:
    print(f"gitops-gate: {printable(sentence)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
