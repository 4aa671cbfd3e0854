"""`make prove-trace`: every value of many trees perturbed, and one report of what came of it.

The trees are all kustomizations of this repository, those of its tests included, and as many made
at random as asked for, from a seed that is printed. The report is `build/prove-trace.md`. Exit code
1 if the shares of values that have a place, or of places that move their values, miss the goals.
"""

import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import SystemRandom
from typing import NamedTuple

from tests.trace.generated import grow
from tests.trace.perturbation import MOVED, NAMED, NOTHING, Verdict, judge, render
from tools.source.place import SourceError
from tools.source.repository import Repository
from tools.source.tree import Tree

ROOT = Path(__file__).parent.parent.parent
REPORT = ROOT / "build" / "prove-trace.md"
_NOT_OURS = frozenset({".venv", ".git", "build", "node_modules"})


class Job(NamedTuple):
    """A tree to judge: a folder of the repository, or the seed of one to make."""

    name: str
    seed: int | None


class Done(NamedTuple):
    """A judged tree; `reason` says why there was nothing to judge."""

    name: str
    verdict: Verdict
    reason: str | None = None


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    seed = SystemRandom().randrange(1_000_000) if arguments.seed is None else arguments.seed
    print(f"seed {seed}, {arguments.trees} random trees", flush=True)
    jobs = [*repository_jobs(), *random_jobs(seed, arguments.trees)]
    begin = time.monotonic()
    done = _judged(jobs, arguments.jobs)
    lines = list(report(done, seed, time.monotonic() - begin))
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(*summary(done), f"report: {REPORT.relative_to(ROOT)}", sep="\n")
    return int(not all(verdict.is_good for _, verdict in groups(done)))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="prove-trace", description="Judge the trace by perturbation.")
    parser.add_argument("--trees", type=int, default=100, help="how many random trees")
    parser.add_argument("--seed", type=int, help="the seed of the first of them")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    return parser


def repository_jobs() -> Iterator[Job]:
    """Every kustomization of the repository; components are judged where they are used."""
    for path in sorted(ROOT.rglob("[kK]ustomization*")):
        inside = path.relative_to(ROOT)
        is_file = path.suffix in (".yaml", ".yml") or path.name == "Kustomization"
        if is_file and not _NOT_OURS.intersection(inside.parts):
            yield Job(inside.parent.as_posix(), None)


def random_jobs(seed: int, count: int) -> Iterator[Job]:
    """Random trees with consecutive seeds."""
    for one in range(seed, seed + count):
        yield Job(f"seed {one}", one)


def _judged(jobs: Sequence[Job], workers: int) -> list[Done]:
    found = []
    with ProcessPoolExecutor(workers) as pool:
        for number, done in enumerate(pool.map(judged, jobs), 1):
            found.append(done)
            if sys.stderr.isatty():
                print(f"\r{number}/{len(jobs)} trees", end="", file=sys.stderr, flush=True)
    return found


def judged(job: Job) -> Done:
    """The verdict on one tree."""
    if job.seed is None:
        return _judged_folder(job.name, ROOT, "" if job.name == "." else job.name)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        return _judged_folder(job.name, root, grow(root, job.seed))


def _judged_folder(name: str, root: Path, folder: str) -> Done:
    try:
        tree = Tree(Repository(root), folder)
        tree.read()
    except SourceError as error:
        return Done(name, NOTHING, error.sentence)
    if tree.refusals:
        return Done(name, NOTHING, tree.refusals[0].sentence)
    if tree.root is not None and tree.root.is_component:
        return Done(name, NOTHING, "a component")
    if render(root / folder) is None:
        return Done(name, NOTHING, "kustomize does not build it")
    return Done(name, judge(root, folder))


def groups(done: Iterable[Done]) -> list[tuple[str, Verdict]]:
    """The sums over the trees of the repository and over the random ones."""
    sums = {"repository": NOTHING, "random trees": NOTHING}
    for one in done:
        group = "random trees" if one.name.startswith("seed ") else "repository"
        sums[group] |= one.verdict
    return list(sums.items())


def summary(done: Sequence[Done]) -> Iterator[str]:
    """A table of the sums."""
    yield "| trees | judged | values | with a place | tried | moved | of these, build stopped |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, verdict in groups(done):
        trees = [one for one in done if one.name.startswith("seed ") == (name == "random trees")]
        judged_ones = sum(one.reason is None for one in trees)
        yield (
            f"| {name} | {judged_ones} of {len(trees)} | {verdict.total} "
            f"| {verdict.named_share:.3%} | {verdict.tried} | {verdict.moved_share:.3%} "
            f"| {verdict.stopped} |"
        )


def report(done: Sequence[Done], seed: int, seconds: float) -> Iterator[str]:
    """The whole report in Markdown."""
    yield "# The trace, judged by perturbation"
    yield ""
    goals = f"{NAMED:.1%} have a place, {MOVED:.1%} of these move"
    yield f"Seed {seed}. Goals: {goals}. It took {seconds:.0f} s."
    yield ""
    yield from summary(done)
    yield from _section("Places that do not move their value", done, _unmoved)
    yield from _section("Values without a place", done, _unnamed)
    yield ""
    yield "## Trees that were not judged"
    yield ""
    yield from (f"- {one.name}: {one.reason}" for one in done if one.reason is not None)


def _section(
    title: str, done: Iterable[Done], lines: Callable[[Verdict], Iterable[str]]
) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    for one in done:
        yield from (f"- {one.name}: {line}" for line in lines(one.verdict))


def _unmoved(verdict: Verdict) -> Iterator[str]:
    for value in verdict.unmoved:
        place = value.location.place
        assert place is not None
        at = f"{place.file}:{place.line}:{place.column}"
        yield f"{value} at {at} ({value.location.layer})"


def _unnamed(verdict: Verdict) -> Iterator[str]:
    for value in verdict.unnamed:
        yield f"{value}: {value.location.reason}"


if __name__ == "__main__":
    sys.exit(main())
