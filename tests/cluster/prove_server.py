"""`make prove-server`: a real API server judges mutants of correct objects, and so do we.

Each mutant is sent with `dryRun=All&fieldValidation=Strict`. The seed is printed; the same seed makes
the same mutants. Verdicts can be recorded and replayed, which needs no server and takes seconds.
Exit code 1 if the goals are missed.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from random import SystemRandom

from tests.cluster.agreement import Agreement, compare, lines, report
from tests.cluster.api import ApiServer
from tests.cluster.mutants import Mutant, mutants
from tests.cluster.sites import correct_objects, installed
from tests.cluster.verdicts import Judged, read, write

CONNECTIONS = 3
Connect = Callable[[], ApiServer]


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    seed, judged = _judged(arguments)
    if arguments.record:
        write(arguments.record, judged, seed)
    agreement = Agreement(map(compare, judged))
    if arguments.format == "json":
        print(json.dumps(report(agreement, seed), indent=1, ensure_ascii=False))
    else:
        print(f"seed {seed}")
        print(*lines(agreement, arguments.groups), sep="\n")
    return int(not agreement.sums.is_good)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="prove-server", description="Judge our verdicts by the server's.")
    parser.add_argument("--mutants", type=int, default=5000, help="how many")
    parser.add_argument("--seed", type=int, help="the seed; a random one if there is none")
    parser.add_argument("--kinds", help="only these, with commas between them")
    parser.add_argument("--server", type=Path, help="a file with url, token and ca of a server")
    parser.add_argument("--record", type=Path, help="write the verdicts to a file")
    parser.add_argument("--replay", type=Path, help="judge what a file holds, without a server")
    parser.add_argument("--groups", type=int, default=60, help="how many disagreements to print")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser


def _judged(arguments: Namespace) -> tuple[int, list[Judged]]:
    kinds = arguments.kinds.split(",") if arguments.kinds else list(correct_objects())
    unknown = [kind for kind in kinds if kind not in correct_objects()]
    if unknown:
        raise SystemExit(f"no correct objects of kind {unknown[0]}")
    if arguments.replay:
        seed, judged = read(arguments.replay)
        return seed, [one for one in judged if one.mutant.kind in kinds]
    seed = SystemRandom().randrange(1_000_000) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", file=sys.stderr)
    with connected(arguments.server) as connect:
        return seed, judge(connect, list(mutants(seed, arguments.mutants, kinds)))


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


def judge(connect: Connect, some: Iterable[Mutant]) -> list[Judged]:
    """The server's verdicts on some mutants, in their order."""
    first = connect()
    install(first)
    free: SimpleQueue[ApiServer] = SimpleQueue()
    for one in (first, *(connect() for _ in range(CONNECTIONS - 1))):
        free.put(one)

    def answered(mutant: Mutant) -> Judged:
        connection = free.get()
        try:
            return Judged(mutant, connection.try_create(mutant.data, _home(connection, mutant)))
        finally:
            free.put(connection)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        found = list(pool.map(answered, some))
    while not free.empty():
        free.get().close()
    return found


def install(server: ApiServer) -> None:
    """Make sure that the server has the custom kinds; returns when it knows them."""
    import time

    for definition in installed():
        answer = server.create(definition.data)
        if not answer.accepted and answer.code != 409:
            raise ValueError(f"the server refuses {definition.name}: {answer.message}")
    for kind, objects in correct_objects().items():
        # A kind is served some moments after its definition is there.
        for _ in range(100):
            answer = server.try_create(objects[0])
            if answer.code != 404:
                break
            time.sleep(0.1)
        else:
            raise ValueError(f"the server does not know {kind}: {answer.message}")


def _home(server: ApiServer, mutant: Mutant) -> str:
    """Where the correct object would go: a mistake must not send it elsewhere."""
    original = correct_objects()[mutant.kind][mutant.original]
    return server.path(original["apiVersion"], original["kind"])


if __name__ == "__main__":
    sys.exit(main())
