"""What a repository holds when nobody names a target."""

from pathlib import Path

from tests.miniature import plant
from tools.source.repository import Repository
from tools.source.targets import every_target


def targets(root: Path, text: str) -> list[str]:
    return [target.path for target in every_target(Repository(plant(root, text)), [])]


def test_what_another_one_builds_on_and_a_component_are_no_targets(tmp_path: Path) -> None:
    text = """
--- base/kustomization.yaml
resources: []
--- components/extra/kustomization.yaml
kind: Component
--- overlays/prod/kustomization.yaml
resources: [../../base]
components: [../../components/extra]
"""
    assert targets(tmp_path, text) == ["overlays/prod"]


def test_what_one_of_two_kustomizations_of_a_folder_builds_on_is_no_target(tmp_path: Path) -> None:
    text = """
--- base/kustomization.yaml
resources: []
--- components/extra/kustomization.yaml
kind: Component
--- prod/kustomization.yaml
resources: [../base]
components: [../components/extra]
--- prod/kustomization.yml
resources: []
"""
    assert targets(tmp_path, text) == ["prod"]


def test_kustomizations_that_use_each_other_are_judged_all_the_same(tmp_path: Path) -> None:
    text = """
--- itself/kustomization.yaml
resources: [.]
--- one/kustomization.yaml
resources: [../two]
--- two/kustomization.yaml
resources: [../one]
--- top/kustomization.yaml
resources: [../below]
--- below/kustomization.yaml
resources: []
"""
    assert targets(tmp_path, text) == ["itself", "one", "top"]
