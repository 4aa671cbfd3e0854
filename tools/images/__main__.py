"""`python -m tools.images lock|check [TARGET …]`: what is known of images, looked up and compared.

Exit codes: 0 everything was looked at and is as it should be, 1 something is not, 2 misuse
(arguments, configuration, path), 3 something could not be looked at.
"""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tools.images.checking import Result, State, asked_of, compare, exit_code, unused
from tools.images.examine import Wish
from tools.images.layers import Measured, measured_in
from tools.images.lock import NAME, ImageLock, read_lock
from tools.images.merging import merged
from tools.images.sources import Answered, Asked, Misnamed, Sources, Stored, local_source
from tools.images.writing import lock_text, replace
from tools.render.binary import KustomizeUnavailable
from tools.report.excerpt import where
from tools.report.printable import printable
from tools.report.progress import Progress
from tools.report.terminal import Unwritten, print_lines, reader_may_leave
from tools.report.usage import Usage
from tools.rules.catalogue import discover
from tools.rules.config import Config, read_config
from tools.rules.image_demand import Demand, Unreadable, demands, read_targets
from tools.source.place import SourceError
from tools.source.repository import Repository
from tools.source.root import repository_of
from tools.source.targets import NamedTarget, every_target, named_targets

if TYPE_CHECKING:
    from tools.rules.target import Target

SCHEMA = "docs/images.lock.schema.json"
INTERRUPTED = 130
EXAMPLES = """\
examples:
  python -m tools.images lock                                 all images, from their registries
  python -m tools.images lock overlays/minikube --from x.tar  what `minikube image save` wrote
  python -m tools.images lock overlays/prod --write-digests   and their digests into the overlay
  python -m tools.images check                                is everything still as locked?
"""


class Misuse(Exception):
    """Arguments or paths that make no sense: one sentence, exit code 2."""


class World:
    """What the command works on."""

    def __init__(self, arguments: Namespace) -> None:
        paths = [Path(target) for target in arguments.targets]
        for path in paths:
            if not os.path.lexists(path):
                raise Misuse(f"there is no {path}; name a folder or a YAML file")
        self.repository = Repository(repository_of(paths[0] if paths else Path.cwd()))
        self.config: Config = read_config(self.repository, discover(), arguments.config)
        self.everything = every_target(self.repository, self.config.exclude)
        self.whole = not paths
        self.named: list[NamedTarget] = self.everything if self.whole else []
        for path in paths:
            self.named += named_targets(self.repository, path)
        self.lock = read_lock(self.repository)
        self.targets: list[Target] = list(
            read_targets(self.repository, dict.fromkeys(self.named), self.config, arguments.jobs)
        )
        self.demands: list[Demand] = demands(self.targets)


class Asking:
    """The sources that the arguments name. Raises Misnamed for what is none."""

    def __init__(self, arguments: Namespace) -> None:
        is_lock = arguments.command == "lock"
        layers = not arguments.without_layers if is_lock else arguments.with_layers
        self._wish = Wish(tuple(arguments.platform) if is_lock else (), layers)
        self._known: dict[str, Measured] = {}
        self._local = [local_source(text, self._wish) for text in arguments.sources]
        self._arguments = arguments

    def trust(self, lock: ImageLock) -> None:
        """Let registries deliver no layer again that is unpacked in a lock under its digest."""
        self._known = measured_in(lock.entries)

    def ask(self, asked: Sequence[Asked]) -> list[Answered]:
        """Look for images, and show how many are found."""
        pulled = any(one.is_pulled for one in asked)
        registry = self._registry() if pulled and not self._arguments.offline else None
        sources = Sources(self._local, registry, self._wish)
        with Progress(len(asked), "looking at images") as progress:
            return sources.find_all(asked, self._arguments.jobs, progress.show)

    def _registry(self) -> Stored:
        from tools.images.credentials import Keychain
        from tools.images.registry import Registry
        from tools.images.transport import Transport

        given = self._arguments
        wish = self._wish._replace(known=self._known)
        transport = Transport(patience=given.timeout, ca_file=given.ca_file)
        return Stored(Registry(transport, Keychain(), tuple(given.plain_http)), wish)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with its arguments; the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return _run(arguments)
    except SourceError as error:
        at = where(error.place)
        return _fail(f"{at}: {error.sentence}" if at else error.sentence, 2)
    except Unreadable as error:
        at = where(error.place)
        return _fail(f"{at}: {error.sentence}" if at else error.sentence, 3)
    except (Misuse, Misnamed, KustomizeUnavailable, Unwritten) as error:
        return _fail(str(error), 2)
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="images",
        description=f"Find out what images really are, and keep it in {NAME}.",
        epilog=EXAMPLES,
        formatter_class=Usage,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="lock|check")
    lock = commands.add_parser("lock", help=f"look at the images and write {NAME}")
    check = commands.add_parser("check", help=f"compare {NAME} with the images and the manifests")
    for command in (lock, check):
        _add_common(command)
    lock.add_argument(
        "--platform", action="append", default=[], metavar="OS/ARCH", help="only this platform"
    )
    text = "fetch no layer from registries; the unpacked size of new ones stays unknown"
    lock.add_argument("--without-layers", action="store_true", help=text)
    text = "write what the tags name now into the `images:` entries of the kustomizations"
    lock.add_argument("--write-digests", action="store_true", help=text)
    text = "fetch and unpack layers again, to compare their sizes"
    check.add_argument("--with-layers", action="store_true", help=text)
    return parser


def _add_common(command: ArgumentParser) -> None:
    add = command.add_argument
    add("targets", nargs="*", metavar="TARGET", help="an overlay; none: the whole repository")
    text = "an OCI layout, an archive of docker save, IMAGE=PATH for one of them, or `engine`"
    add("--from", action="append", default=[], metavar="SOURCE", dest="sources", help=text)
    add("--offline", action="store_true", help="ask no registry")
    text = "ask this registry without encryption: registry.test:5000"
    add("--plain-http", action="append", default=[], metavar="HOST", help=text)
    add("--ca-file", default="", metavar="FILE", help="certificates to trust beside the system's")
    add("--timeout", type=float, default=30.0, metavar="SECONDS", help="patience with a server")
    add("--jobs", type=int, default=4, metavar="N", help="images at a time (4)")
    add("--config", metavar="FILE", help="the configuration (policies.yaml)")
    add("--format", choices=("text", "json"), default="text")


def _run(arguments: Namespace) -> int:
    if arguments.jobs < 1 or arguments.timeout <= 0:
        raise Misuse("--jobs and --timeout need a number above 0")
    if arguments.ca_file and not Path(arguments.ca_file).is_file():
        raise Misuse(f"there is no {arguments.ca_file}; --ca-file names certificates (PEM)")
    asking = Asking(arguments)
    world = World(arguments)
    if arguments.command == "lock":
        results = _lock(arguments, world, asking)
    else:
        results = _check(arguments, world, asking)
    code = exit_code(results)
    if arguments.command == "lock" and arguments.write_digests and code == 0:
        code = _write_digests(world)
    _print(arguments, results, code)
    return code


def _lock(arguments: Namespace, world: World, asking: Asking) -> list[Result]:
    asking.trust(world.lock)
    asked = [_asked(demand, arguments.write_digests) for demand in world.demands]
    answers = asking.ask(list(dict.fromkeys(asked)))
    entries = merged(world.lock, answers, keep_others=not world.whole)
    file = world.repository.path(NAME)
    text = lock_text(entries, world.repository.is_file(SCHEMA))
    if (entries or file.exists()) and _text_of(file) != text:
        try:
            replace(file, text)
        except OSError as error:
            raise Misuse(f"{NAME} cannot be written: {error.strerror}") from error
    # Whoever names a target and where its images are wants all of them.
    is_explicit = bool(arguments.targets and arguments.sources)
    return [_locked(answer, world, is_explicit) for answer in answers]


def _asked(demand: Demand, by_tag: bool) -> Asked:
    if by_tag:
        return asked_of(demand.reference, demand.is_pulled)
    return Asked(demand.reference, demand.is_pulled)


def _locked(answer: Answered, world: World, is_explicit: bool) -> Result:
    image = str(answer.asked.reference)
    if answer.failure is None:
        return Result(image, State.LOCKED, (), tuple(answer.entries))
    kept = tuple(world.lock.find(answer.asked.reference))
    reasons = [str(answer.failure)] + ([f"{NAME} keeps what it said"] if kept else [])
    skipped = answer.is_out_of_sight and not is_explicit
    state = State.UNSEEN if skipped else State.UNKNOWN
    return Result(image, state, tuple(reasons), kept)


def _check(arguments: Namespace, world: World, asking: Asking) -> list[Result]:
    is_alone = arguments.offline and not arguments.sources
    asked = [
        asked_of(demand.reference, demand.is_pulled)
        for demand in world.demands
        if (not is_alone if world.lock.find(demand.reference) else not demand.is_pulled)
    ]
    answers = {answer.asked: answer for answer in asking.ask(list(dict.fromkeys(asked)))}
    results = [
        compare(
            demand.reference,
            world.lock,
            answers.get(asked_of(demand.reference, demand.is_pulled)),
        )
        for demand in world.demands
    ]
    if world.whole:
        results += unused(world.lock, [demand.reference for demand in world.demands])
    return results


def _write_digests(world: World) -> int:
    """Bring the digests of the new lock into the kustomizations; the exit code."""
    from tools.rules.digest_writing import Unwritable, plan, prove

    world.repository = Repository(world.repository.root)  # which has a new lock
    made, failures = plan(world.targets, read_lock(world.repository))
    for failure in failures:
        at = where(failure.place)
        _fail(f"{at}: {failure.sentence}" if at else failure.sentence, 1)
    if made.texts:
        try:
            prove(made, world.everything, world.repository, world.config)
        except Unwritable as error:
            return _fail(f"nothing is written: {error.sentence}", 3)
        for file, text in made.texts.items():
            replace(world.repository.path(file), text)
    for written in made.written:
        print(f"{where(written.place)}: {written.image} is {written.digest}", file=sys.stderr)
    return int(bool(failures))


def _print(arguments: Namespace, results: list[Result], code: int) -> None:
    from tools.report.as_lock import lock_data, lock_lines

    if arguments.format == "json":
        with reader_may_leave():
            print(json.dumps(lock_data(results, code), indent=1))
        return
    print_lines(lock_lines(results))


def _text_of(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return None


def _fail(sentence: str, code: int) -> int:
    print(f"gitops-gate: {printable(sentence)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
