"""`make prove-server`: a real API server judges mutants of correct objects, and so do we.

Each mutant is sent with `dryRun=All&fieldValidation=Strict`. The seed is printed; the same seed
makes the same mutants. Verdicts can be recorded and replayed, which needs no server and takes
seconds.
Exit code 1 if the goals are missed.
"""

import json
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import RemoteDisconnected
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from random import SystemRandom
from typing import Any

from tests.cluster.agreement import Agreement, Verdict
from tests.cluster.answer import Answer
from tests.cluster.api import ApiServer, NoSuchKind
from tests.cluster.mutants import Mutant, mutants
from tests.cluster.report import as_data, lines
from tests.cluster.sites import correct_objects, installed
from tests.cluster.verdicts import Judged, ours, read, recorded

CONNECTIONS = 3
_AT_ONCE = 300
_PATIENCE = 30.0
_NOT_SERVED, _ALREADY_THERE = 404, 409
Connect = Callable[[], ApiServer]


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    with ExitStack() as stack:
        seed, judged = _judged(arguments, stack)
        if arguments.record:
            judged = recorded(arguments.record, judged, seed)
        agreement = Agreement(judged, _gate() if arguments.gate else ours)
    if arguments.format == "json":
        print(json.dumps(as_data(agreement, seed), indent=1, ensure_ascii=False))
    else:
        print(f"seed {seed}", *lines(agreement, arguments.groups), sep="\n")
    return int(not agreement.sums.is_good)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="prove-server", description="Judge our verdicts by the server's.")
    parser.add_argument("--mutants", type=int, default=5000, help="how many")
    parser.add_argument("--seed", type=int, help="the seed; a random one if there is none")
    parser.add_argument("--kinds", type=_kinds, default="", help="only these, between commas")
    parser.add_argument("--server", type=Path, help="a file with url, token and ca of a server")
    parser.add_argument("--record", type=Path, help="write the verdicts to a file")
    parser.add_argument("--replay", type=Path, help="judge what a file holds, without a server")
    parser.add_argument("--gate", action="store_true", help="judge by the whole gate, slowly")
    parser.add_argument("--groups", type=int, default=60, help="how many disagreements to explain")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser


def _gate() -> Verdict:
    """The gate's verdict; it takes a while to load, and nobody else needs it."""
    from tests.cluster.gate import reported

    return reported


def _kinds(text: str) -> list[str]:
    """Kinds between commas, all for none."""
    kinds = text.split(",") if text else list(correct_objects())
    unknown = [kind for kind in kinds if kind not in correct_objects()]
    if unknown:
        raise ArgumentTypeError(f"there are no correct objects of kind {unknown[0]!r}")
    return kinds


def _judged(arguments: Namespace, stack: ExitStack) -> tuple[int, Iterable[Judged]]:
    """The seed and the verdicts; what gives them lives as long as the stack."""
    if arguments.replay:
        seed, judged = read(arguments.replay)
        return seed, (one for one in judged if one.mutant.kind in arguments.kinds)
    seed = SystemRandom().randrange(1_000_000) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", file=sys.stderr)
    connect = stack.enter_context(connected(arguments.server))
    some = mutants(seed, arguments.mutants, arguments.kinds)
    return seed, _with_progress(judge(connect, some), arguments.mutants)


def _with_progress(judged: Iterable[Judged], total: int) -> Iterator[Judged]:
    for number, one in enumerate(judged, 1):
        if sys.stderr.isatty() and number % 100 == 0:
            print(f"\r{number}/{total} mutants", end="", file=sys.stderr, flush=True)
        yield one


@contextmanager
def connected(server: Path | None) -> Iterator[Connect]:
    """What opens connections: to a server that runs, or to one that lives as long as this."""
    if server is not None:
        known = json.loads(server.read_text(encoding="utf-8"))
        yield lambda: ApiServer(known["url"], known["token"], Path(known["ca"]))
        return
    from tests.cluster.control_plane import control_plane

    with control_plane() as plane:
        yield plane.connect


def judge(connect: Connect, some: Iterable[Mutant]) -> Iterator[Judged]:
    """The server's verdicts on some mutants, in their order; a few are sent at a time."""
    free: SimpleQueue[ApiServer] = SimpleQueue()

    def answered(mutant: Mutant) -> Judged:
        server = free.get()
        try:
            return Judged(mutant, _answer(server, mutant))
        finally:
            free.put(server)

    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            free.put(stack.enter_context(closing(connect())))
        install(connect)
        pool = stack.enter_context(ThreadPoolExecutor(CONNECTIONS))
        remaining = iter(some)
        while batch := list(islice(remaining, _AT_ONCE)):
            yield from pool.map(answered, batch)


def install(connect: Connect) -> None:
    """Make sure that the server has the custom kinds; returns when it knows them."""
    with closing(connect()) as server:
        for definition in installed():
            answer = server.create(definition.data)
            if not answer.accepted and answer.code != _ALREADY_THERE:
                raise ValueError(f"the server refuses {definition.name}: {answer.message}")
        for objects in correct_objects().values():
            _await_kind(server, objects[0])


def _await_kind(server: ApiServer, data: Mapping[str, Any]) -> None:
    """A kind is served some moments after its definition is there."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            answer = server.try_create(data)
        except NoSuchKind:
            answer = Answer(_NOT_SERVED)
        if answer.code != _NOT_SERVED:
            return
        if time.monotonic() > deadline:
            raise ValueError(f"the server does not serve {data['kind']}: {answer.message}")
        time.sleep(0.1)


def _answer(server: ApiServer, mutant: Mutant) -> Answer:
    """The server's answer. A few objects make it panic, and it hangs up: that is a refusal too."""
    try:
        return server.try_create(mutant.data, _home(server, mutant))
    except RemoteDisconnected:
        return Answer(500, "Panic", "the server closed the connection without an answer")


def _home(server: ApiServer, mutant: Mutant) -> str:
    """Where the correct object would go: a mistake must not send it elsewhere."""
    original = correct_objects()[mutant.kind][mutant.original]
    return server.path(original["apiVersion"], original["kind"])


if __name__ == "__main__":
    sys.exit(main())
