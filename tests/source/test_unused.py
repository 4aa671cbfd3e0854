"""Files that lie beside kustomizations and that none of them names."""

from pathlib import Path

from tests.miniature import plant
from tools.source.repository import Repository
from tools.source.tree import Tree
from tools.source.unused import unused_files
from tools.source.usage import whole_usage

REPOSITORY = """
--- base/kustomization.yaml
resources: [used.yaml]
--- base/used.yaml
kind: ConfigMap
--- base/parts/left.yaml
kind: ConfigMap
--- overlays/one/kustomization.yaml
resources: [../../base]
components: [../../components/extra]
patches: [{path: patch.yaml}]
--- overlays/one/patch.yaml
kind: ConfigMap
--- overlays/two/kustomization.yaml
resources: [missing.yaml]
components: [../../components/extra]
--- overlays/two/perhaps.yaml
kind: ConfigMap
--- components/extra/kustomization.yaml
kind: Component
--- components/loose.yaml
kind: ConfigMap
--- docs/example.yaml
kind: ConfigMap
"""


def test_files_of_the_layout_and_their_owners(tmp_path: Path) -> None:
    tree = Tree(Repository(plant(tmp_path, REPOSITORY)), "overlays/one")
    found = [
        (file, owner and owner.file, laid_out)
        for file, owner, laid_out in unused_files(tree, ("base", "components", "overlays"))
    ]
    assert found == [
        ("base/parts/left.yaml", "base/kustomization.yaml", True),
        ("components/loose.yaml", None, True),
    ]


def test_without_a_layout_only_the_folders_that_files_are_taken_from(tmp_path: Path) -> None:
    root = plant(tmp_path, REPOSITORY)
    (root / "overlays/one/beside.yaml").write_text("kind: ConfigMap\n")
    tree = Tree(Repository(root), "overlays/one")
    assert [unused.file for unused in unused_files(tree, ())] == ["overlays/one/beside.yaml"]


def test_who_uses_a_folder(tmp_path: Path) -> None:
    usage = whole_usage(Repository(plant(tmp_path, REPOSITORY)))
    assert usage.users("components/extra") == ["overlays/one", "overlays/two"]
    assert usage.users("base") == ["overlays/one"]
    assert usage.dangling == {"overlays/two"}
