"""`make prove-changes`: a real API server judges changes of objects, and so do we.

The seed is printed; the same seed makes the same pairs. Exit code 1 if less than 99.5 % agree.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import SystemRandom

from tests.cluster.agreement import AGREEMENT, Agreement
from tests.cluster.api import ApiServer
from tests.cluster.pairs import Pair, against, answered, depends_on_apply, pairs
from tests.cluster.prove_server import connected
from tests.cluster.report import lines
from tests.cluster.verdicts import Judged


def main(argv: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="prove-changes", description="Judge our verdicts on changes.")
    parser.add_argument("--pairs", type=int, default=2000, help="how many")
    parser.add_argument("--seed", type=int, help="the seed; a random one if there is none")
    parser.add_argument("--server", type=Path, help="a file with url, token and ca of a server")
    parser.add_argument("--groups", type=int, default=40, help="how many disagreements to print")
    arguments = parser.parse_args(argv)
    seed = SystemRandom().randrange(1_000_000) if arguments.seed is None else arguments.seed
    print(f"seed {seed}", file=sys.stderr)
    with connected(arguments.server) as connect:
        server = connect()
        agreement = agreement_on(server, pairs(seed, arguments.pairs))
    print(f"seed {seed}", *lines(agreement, arguments.groups), sep="\n")
    return int(agreement.sums.agreement < AGREEMENT)


def agreement_on(server: ApiServer, some: Iterable[Pair]) -> Agreement:
    """Both verdicts on pairs, those left out that depend on how objects are merged."""
    known: dict[str, Pair] = {}

    def judged() -> Iterator[Judged]:
        for pair in some:
            found = answered(server, pair)
            if found is not None and not depends_on_apply(found.answer):
                known[pair.new.data["metadata"]["name"]] = pair
                yield found

    return Agreement(judged(), lambda data: against(known[data["metadata"]["name"]]))


if __name__ == "__main__":
    sys.exit(main())
