"""A link that leads out of the repository stops all of its Applications, and is told once."""

from pathlib import Path

from tests.miniature import plant
from tools.render import starts
from tools.rules.catalogue import discover
from tools.rules.config import Config
from tools.rules.gate import Gate
from tools.source.repository import Repository
from tools.source.targets import every_target

RULE = {"application-source-resolves": discover()["application-source-resolves"]}
APPLICATION = """
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {{name: {name}}}
    spec:
      source: {{repoURL: https://git.example.com/shop.git, path: overlays/prod}}
      destination: {{server: https://kubernetes.default.svc, namespace: shop}}
"""
MINIATURE = f"""
    --- argocd/a.yaml{APPLICATION.format(name="a")}
    --- argocd/b.yaml{APPLICATION.format(name="b")}
    --- overlays/prod/kustomization.yaml
    resources: [web.yaml]
    --- overlays/prod/web.yaml
    {{apiVersion: v1, kind: ConfigMap, metadata: {{name: web, namespace: shop}}}}
"""


def judged(root: Path) -> list[tuple[str, int, str]]:
    repository = Repository(root)
    gate = Gate(repository, RULE, Config(), ("1.36",))
    *_, report = gate.run(starts.Starts(repository, every_target(repository, []), 2))
    return [(f.source.file, f.source.line, f.message) for f in report.findings if f.source]


def test_one_link_is_one_finding(tmp_path: Path) -> None:
    plant(tmp_path, MINIATURE)
    (tmp_path / "docs").symlink_to("overlays")
    assert judged(tmp_path) == []
    (tmp_path / "notes").symlink_to("../elsewhere/notes")
    assert judged(tmp_path) == [
        (
            "argocd/a.yaml",
            5,
            "Argo CD refuses the whole repository for the link 'notes', which leads out of it",
        )
    ]
