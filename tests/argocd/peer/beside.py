"""`python -m tests.argocd.peer.beside FOLDER…`: the peer and the gate over whole repositories.

Prints what the peer says and none of our findings answers, and counts the rest by rule. Each folder
is judged in a copy of its own: a clone with one commit, of the address that most Applications take
their folders from, with every branch or tag that they name, and without what `policies.yaml`
excludes. So a folder without a history is judged, and one that lies inside of another repository.
`--orphans` has the peer look for files that nothing deploys in the whole folder; by itself it does
not. `--deploy` adds an Application for each kustomization, chart and folder of manifests, all into
one namespace and with self-healing, so that there is something to judge in a repository without
Applications. The exit code is 1 if something is unanswered.
"""

import argparse
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.argocd.peer.case import ADDRESS, clone_of
from tests.argocd.peer.peer import ANSWERS, RULES, Said, ours, peer
from tools.kubernetes.resource import as_map
from tools.rules.config import read_config
from tools.rules.finding import Finding
from tools.rules.gate import Report
from tools.source.place import SourceError
from tools.source.repository import Repository
from tools.source.targets import Kind, every_target, yaml_files

_IGNORED = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache")
_REF = re.compile(r"[A-Za-z0-9][\w./+-]*")
_QUOTED = re.compile(r"[`'\"]([^`'\"\s]+)[`'\"]|Applications: ([\w., -]+) —")

APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {0}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: '{1}', targetRevision: main, path: '{2}'}}
  destination: {{server: https://kubernetes.default.svc, namespace: beside}}
  syncPolicy:
    automated:
      selfHeal: true
"""


class Compared(NamedTuple):
    """Both over one folder; `unanswered` is what only the peer says."""

    said: list[Said]
    unanswered: list[Said]
    report: Report


def compared(folder: Path, orphans: bool = False, deploy: bool = False) -> Compared:
    """Both over a copy of a folder. Raises SourceError where the peer does not come to an end."""
    with TemporaryDirectory() as temporary:
        copy = Path(temporary, folder.resolve().name)
        shutil.copytree(folder, copy, symlinks=True, ignore=_IGNORED)
        _leave_out(copy)
        if deploy:
            _deploy(copy)
        address, revisions = _named(copy)
        settings = copy / ".argocd-lint.yaml"
        if orphans and not settings.exists():
            settings.write_text("scan_roots: [.]\n", encoding="utf-8")
        clone_of(copy, address, revisions)
        said, report = peer(copy), ours(copy)
    return Compared(said, [each for each in said if not answered(each, report)], report)


def _leave_out(folder: Path) -> None:
    """Delete what `policies.yaml` excludes."""
    for path in read_config(Repository(folder), RULES, None).exclude:
        for found in folder.glob(path.rstrip("/*")):
            shutil.rmtree(found) if found.is_dir() else found.unlink()


def _deploy(folder: Path) -> None:
    """Write an Application for each target of a repository."""
    targets = every_target(Repository(folder), [])
    names = [target.path for target in targets if target.kind is not Kind.COMPONENT]
    texts = [APPLICATION.format(f"app-{n}", ADDRESS, name) for n, name in enumerate(names)]
    made = folder / "beside-applications"
    made.mkdir()
    (made / "all.yaml").write_text("---\n".join(texts), encoding="utf-8")


def _named(folder: Path) -> tuple[str, set[str]]:
    """The address that most sources with a folder have, and the revisions that sources name."""
    repository = Repository(folder)
    addresses: Counter[str] = Counter()
    revisions: set[str] = set()
    for file in yaml_files(repository, ""):
        for source in _sources(repository, file):
            path = source.get("path")
            if isinstance(path, str):
                is_here = repository.is_folder(path.strip("/"))
                addresses[str(source["repoURL"])] += 1 + 9 * is_here
            revisions |= set(filter(_REF.fullmatch, [str(source.get("targetRevision"))]))
    (address, _), *_ = addresses.most_common(1) or [(ADDRESS, 0)]
    return address, revisions - {"HEAD", "main", "None"}


def _sources(repository: Repository, file: str) -> Iterator[dict[str, object]]:
    try:
        documents = repository.documents(file) if "repoURL" in repository.text(file) else []
    except SourceError:
        return
    stack: list[object] = [document.data for document in documents]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
            if "repoURL" in as_map(value):
                yield value
        elif isinstance(value, list):
            stack.extend(value)


def answered(said: Said, report: Report) -> bool:
    """Whether one of our findings is about what the peer found.

    It is of a rule that answers the peer's, and at the same file, below the same folder, or about
    something that both quote. What the peer cannot look at needs no answer.
    """
    if said.is_unsure:
        return True
    words = _words(said.message) | {said.application}
    rules = ANSWERS[said.rule]
    return any(_is_about(said, f, words) for f in report.findings if f.rule in rules)


def _is_about(said: Said, finding: Finding, words: set[str]) -> bool:
    files = [place.file for place in (finding.source, *(r.place for r in finding.related)) if place]
    if said.file in files:
        return True
    if finding.rule == "application-covers" and finding.source:
        return said.file.startswith(finding.source.file.rpartition("/")[0] + "/")
    own = _words(finding.message) | ({finding.resource.name} if finding.resource else set())
    return bool((own & words) - {"", "spec.replicas"})


def _words(message: str) -> set[str]:
    found: set[str] = set()
    for quoted, names in _QUOTED.findall(message):
        found |= {quoted} if quoted else {name.strip() for name in names.split(",")}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="beside", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--orphans", action="store_true", help="look for undeployed files too")
    parser.add_argument("--deploy", action="store_true", help="add an Application for each target")
    given = parser.parse_args(arguments)
    left = 0
    for folder in given.folders:
        try:
            both = compared(folder, given.orphans, given.deploy)
        except SourceError as error:
            print(f"{folder}: {error.sentence}")
            continue
        left += len(both.unanswered)
        _print(folder, both)
    return int(left > 0)


def _print(folder: Path, both: Compared) -> None:
    unsure = sum(each.is_unsure for each in both.said)
    own = {rule for rules in ANSWERS.values() for rule in rules}
    found = sum(finding.rule in own for finding in both.report.findings)
    print(
        f"{folder}: the peer finds {len(both.said) - unsure} and cannot look at {unsure}, "
        f"{len(both.unanswered)} without an answer; rules that answer it find {found}"
    )
    for (rule, file, line, message), times in Counter(
        (each.rule, each.file, each.line, each.message) for each in both.unanswered
    ).items():
        many = f" ({times} times)" if times > 1 else ""
        print(f"  {rule} {file}:{line or '-'}{many}\n    {message}")


if __name__ == "__main__":
    sys.exit(main())
