"""`python -m tools.validate [TARGET …]`: judge manifests before they are merged.

Exit codes: 0 everything was judged and nothing is at or above --fail-on, 1 findings, 2 misuse
(arguments, configuration, path), 3 something could not be judged.
"""

import gc
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tools.render.binary import KustomizeUnavailable
from tools.render.starts import Starts
from tools.report.terminal import Unwritten, reader_may_leave
from tools.report.usage import Usage
from tools.source.place import SourceError
from tools.source.repository import STANDARD_INPUT, Repository
from tools.source.root import repository_of
from tools.source.targets import Kind, NamedTarget, bare_repository, named_targets
from tools.source.targets import every_target as find_every_target

if TYPE_CHECKING:
    from tools.rules.earlier import Earlier
    from tools.source.tracked import Tracked

FORMATS = ("text", "json", "github")
SEVERITIES = ("error", "warning", "info")
INTERRUPTED = 130
"""What a shell reports for a program that Ctrl-C ended: 128 + SIGINT."""
COLLECTED_AT = 100_000
"""New objects after which Python looks for garbage: nearly all that a run makes lives until its
end, and looking takes longer than a render. A large repository may still leave some."""
STANDARD_INPUT_LIMIT = 64 * 1024 * 1024
EXAMPLES = """\
examples:
  python -m tools.validate                         everything in the repository
  python -m tools.validate overlays/prod           one overlay
  kustomize build x | python -m tools.validate -   what another program rendered
  python -m tools.validate --staged                before a commit: credentials in what is staged
  python -m tools.validate --explain run-as-non-root
"""
TARGET_HELP = (
    "a folder with a kustomization, a folder or file of plain YAML, or - for standard input; "
    "none: everything in the repository"
)
OPTIONS = (
    ("--kubernetes", "VERSION[,VERSION]", None, "Kubernetes versions to judge for: 1.34,1.36"),
    ("--config", "FILE", None, "the configuration (policies.yaml at the root of the repository)"),
    ("--changed-from", "REV", None, "also judge what changed since REV: origin/main"),
    ("--explain", "RULE", None, "show the page of a rule and exit"),
)
REPEATABLE = (
    ("--output", "FORMAT=FILE", "also write a report to a file"),
    ("--only", "RULE[,RULE]", "run only these rules"),
    ("--skip", "RULE[,RULE]", "leave these rules out"),
)


class Misuse(Exception):
    """Arguments, configuration or paths that make no sense: one sentence, exit code 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with its arguments (sys.argv without the program); the exit code."""
    gc.set_threshold(COLLECTED_AT)
    arguments = _parser().parse_args(argv)
    try:
        return _run(arguments)
    except SourceError as error:
        where = (
            f"{error.place.file}:{error.place.line}:{error.place.column}: " if error.place else ""
        )
        return _misuse(where + error.sentence)
    except (Misuse, KustomizeUnavailable, Unwritten) as error:
        return _misuse(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        # When Python ends, it looks for garbage among all that is not frozen.
        gc.freeze()


def _misuse(sentence: str) -> int:
    from tools.report.printable import printable

    print(f"gitops-gate: {printable(sentence)}", file=sys.stderr)
    return 2


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="validate",
        description="Judge rendered manifests, kustomizations and policies before the merge.",
        epilog=EXAMPLES,
        formatter_class=Usage,
    )
    add = parser.add_argument
    add("targets", nargs="*", metavar="TARGET", help=TARGET_HELP)
    for flag, metavar, default, text in OPTIONS:
        add(flag, metavar=metavar, default=default, help=text)
    for flag, metavar, text in REPEATABLE:
        add(flag, action="append", default=[], metavar=metavar, help=text)
    add("--format", choices=FORMATS, default="text", help="what standard output carries (text)")
    text = "the least severity that costs exit code 1 (error)"
    add("--fail-on", choices=SEVERITIES, default="error", help=text)
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="renders at a time")
    text = "look for credentials in the files as Git has them staged"
    add("--staged", action="store_true", help=text)
    add("--list", action="store_true", help="list the rules and exit")
    return parser


def _run(arguments: Namespace) -> int:
    if arguments.list or arguments.explain:
        return _show_rules(arguments)
    if arguments.jobs < 1:
        raise Misuse("--jobs needs a number from 1 up")
    outputs = _outputs(arguments.output)
    repository, named = _targets(arguments)
    # Kustomize starts here, before the rules and the schema validator are imported.
    starts = Starts(repository, named, arguments.jobs)
    try:
        return _judge(arguments, repository, named, starts, outputs)
    finally:
        starts.stop()


def _judge(
    arguments: Namespace,
    repository: Repository,
    named: list[NamedTarget],
    starts: Starts,
    outputs: list[tuple[str, Path]],
) -> int:
    from tools.kubernetes.openapi import UnknownVersion
    from tools.kubernetes.schema import warm_up
    from tools.report.progress import Progress
    from tools.report.write import print_report, write_report
    from tools.rules.catalogue import discover
    from tools.rules.config import read_config, select
    from tools.rules.gate import Gate
    from tools.rules.rule import Severity
    from tools.rules.typed import ConfigError

    rules = discover()
    gc.freeze()  # what was imported stays
    config = read_config(repository, rules, arguments.config)
    only, skip = _words(arguments.only), _words(arguments.skip)
    try:
        chosen = select(rules, only, skip)
        kubernetes = tuple(_words([arguments.kubernetes or ""])) or config.kubernetes
        warm_up(kubernetes)  # also refuses versions without schemas
    except (ConfigError, UnknownVersion) as error:
        raise Misuse(str(error)) from error
    whole = not (arguments.targets or only or skip)
    tracked = _tracked(arguments, repository)
    gate = Gate(repository, chosen, config, kubernetes, whole=whole, tracked=tracked)
    with _earlier(arguments, repository, named) as gate.earlier, Progress(len(named)) as progress:
        for report in gate.run(starts):
            progress.show(len(report.targets))
    for format_name, file in outputs:
        write_report(report, format_name, file, repository)
    print_report(report, arguments.format, repository)
    return report.exit_code(Severity[arguments.fail_on.upper()])


@contextmanager
def _earlier(
    arguments: Namespace, repository: Repository, named: Sequence[NamedTarget]
) -> Iterator["Earlier | None"]:
    """The targets as they were at the revision to compare with, if one is named."""
    revision = arguments.changed_from
    if revision is None:
        yield None
        return
    from tools.rules.earlier import Earlier
    from tools.source.revision import at_revision

    with at_revision(repository.root, revision) as folder:
        earlier = Earlier(Repository(folder), revision, named, arguments.jobs)
        try:
            yield earlier
        finally:
            earlier.stop()


def _tracked(arguments: Namespace, repository: Repository) -> "Tracked | None":
    """The files of the whole repository, if they are to be judged: not for some of its targets."""
    if arguments.targets and not arguments.staged:
        return None
    from tools.source.tracked import Index, WorkTree

    return Index(repository.root) if arguments.staged else WorkTree(repository.root)


def _targets(arguments: Namespace) -> tuple[Repository, list[NamedTarget]]:
    """The repository, and the targets that the arguments name in it."""
    paths = [Path(target) for target in arguments.targets if target != "-"]
    for path in paths:
        if not os.path.lexists(path):
            raise Misuse(f"there is no {path}; name a folder, a YAML file or -")
    repository = Repository(repository_of(paths[0] if paths else Path.cwd()))
    named: list[NamedTarget] = []
    for target in arguments.targets:
        if target == "-":
            repository.keep(STANDARD_INPUT, _standard_input())
            named.append(NamedTarget("-", Kind.PLAIN, (STANDARD_INPUT,)))
        else:
            named.extend(named_targets(repository, Path(target)))
    if not arguments.targets:
        named = _everything(repository, arguments.config)
    return repository, list(dict.fromkeys(named))


def _everything(repository: Repository, config: str | None) -> list[NamedTarget]:
    from tools.rules.config import read_exclude

    exclude = read_exclude(repository, config)
    return find_every_target(repository, exclude) or [bare_repository(repository, exclude)]


def _standard_input() -> str:
    content = sys.stdin.buffer.read(STANDARD_INPUT_LIMIT + 1)
    if len(content) > STANDARD_INPUT_LIMIT:
        raise Misuse(f"standard input is larger than {STANDARD_INPUT_LIMIT} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Misuse(f"standard input is not UTF-8 text (byte {error.start + 1})") from error


def _words(values: Sequence[str]) -> list[str]:
    """Comma-separated and repeated arguments, flat."""
    return [word.strip() for value in values for word in value.split(",") if word.strip()]


def _outputs(given: Sequence[str]) -> list[tuple[str, Path]]:
    outputs = []
    for entry in given:
        format_name, equals, file = entry.partition("=")
        if not equals or not file or format_name not in FORMATS:
            raise Misuse(f"--output takes FORMAT=FILE, a format of {', '.join(FORMATS)}: {entry!r}")
        if not Path(file).parent.is_dir():
            raise Misuse(f"--output {entry}: there is no folder {Path(file).parent}")
        outputs.append((format_name, Path(file)))
    return outputs


def _show_rules(arguments: Namespace) -> int:
    from tools.report.pages import explain, list_rules
    from tools.rules.catalogue import discover
    from tools.rules.config import select
    from tools.rules.typed import ConfigError

    rules = discover()
    try:
        chosen = select(rules, [arguments.explain] if arguments.explain else [], [])
    except ConfigError as error:
        raise Misuse(str(error)) from error
    with reader_may_leave():
        print(explain(rules[arguments.explain]) if arguments.explain else list_rules(chosen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
