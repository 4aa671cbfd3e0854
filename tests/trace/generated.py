"""Trees made at random from a seed: bases, components, patches and generators in any mixture.

What is made is meant to be nasty, not sensible; a tree that kustomize refuses is skipped by whoever
asks for one.
"""

from pathlib import Path
from typing import Any

from tests.trace.grown.entries import (
    Entry,
    Ground,
    common,
    configurations,
    crds,
    described,
    generated,
    images,
    labels,
    names,
    replacements,
    replicas,
    variables,
)
from tests.trace.grown.objects import ANCHORED, OTHERS, deployment
from tests.trace.grown.patches import json_patches, merge_patches, patches
from tests.trace.grown.plugins import generators, transformers
from tests.trace.grown.soil import Data, Soil
from tests.trace.perturbation import render

_ENTRIES: list[tuple[float, Entry]] = [
    (0.7, patches), (0.4, labels), (0.3, common), (0.4, names), (0.5, images), (0.3, replicas),
    (0.5, generated), (0.3, replacements), (0.25, merge_patches), (0.25, json_patches),
    (0.15, configurations), (0.1, crds), (0.2, transformers), (0.15, generators),
]  # fmt: skip
"""What a kustomization may hold, and how often it does."""
_AT_THE_TOP: list[tuple[float, Entry]] = [(0.3, described), (0.3, variables)]


def grow(root: Path, seed: int) -> str:
    """Write a tree below a folder; returns the folder to build."""
    return _Garden(Soil(root, seed)).overlay()


class _Garden:
    def __init__(self, soil: Soil) -> None:
        self.soil = soil
        self.maps: list[tuple[str, str]] = []

    def overlay(self) -> str:
        soil = self.soil
        folders = [self.base(f"base{i}") for i in range(soil.random.randint(1, 3))]
        if soil.maybe(0.7):
            below = soil.some(folders, 3, 1)
            self.layer("middle", below)
            folders = [folder for folder in folders if folder not in below] + ["middle"]
        return self.layer("overlay", folders, soil.random.randint(0, 2), is_top=True)

    def base(self, folder: str) -> str:
        soil = self.soil
        maps = [name for kind, name in self.maps if kind == "ConfigMap"]
        maps += [f"{folder}-configmap"]
        objects = [
            deployment(soil, f"{folder}-{i}", maps) for i in range(soil.random.randint(1, 2))
        ]
        for end, make in soil.some(list(OTHERS), 5, 1):
            objects.append(make(soil, f"{folder}-0{end}", maps))
        resources = self.files(folder, objects)
        if soil.maybe(0.25):
            resources.append(soil.text(f"{folder}/x.yaml", ANCHORED.format(name=f"{folder}-x")))
        data: Data = {"resources": resources}
        self.maps.append(("ConfigMap", f"{folder}-configmap"))
        entry = {"name": f"{folder}-configmap", "literals": ["A=1", "Z=last"]}
        data["configMapGenerator"] = [entry]
        if soil.maybe(0.3):
            data["namePrefix"] = f"{folder[-1]}-"
        self.kustomization(folder, data)
        return folder

    def files(self, folder: str, objects: list[Data]) -> list[str]:
        """The objects in files: one each, all in one, or as a List."""
        soil = self.soil
        how = soil.choice(["each", "each", "one", "list"])
        if how == "one":
            return [soil.documents(folder, "all", *objects)]
        if how == "list":
            return [soil.documents(folder, "list", {"apiVersion": "v1", "kind": "List",
                                                    "items": objects})]  # fmt: skip
        return [soil.documents(folder, f"object{i}", one) for i, one in enumerate(objects)]

    def layer(
        self, folder: str, below: list[str], components: int = 0, *, is_top: bool = False
    ) -> str:
        """A kustomization that builds on others."""
        soil = self.soil
        listed = [f"../{one}" for one in below]
        old = listed[:1] if soil.maybe(0.15) else []
        data: Data = {"resources": [one for one in listed if one not in old]}
        if old:
            data["bases"] = old
        self.kustomization(folder, data)
        for number in range(components):
            self.component(f"part{number}", folder, data)
        entries = [*_ENTRIES, *(_AT_THE_TOP if is_top else ())]
        self.fill(Ground(soil, folder, self.objects(folder), self.maps), data, entries, folder)
        return folder

    def component(self, folder: str, parent: str, of_parent: Data) -> None:
        api = "kustomize.config.k8s.io/v1alpha1"
        data: Data = {"apiVersion": api, "kind": "Component"}
        if self.soil.maybe():
            _, make = self.soil.choice(list(OTHERS))
            data["resources"] = self.files(folder, [make(self.soil, f"{folder}-w", [])])
        else:
            data["labels"] = [{"pairs": {"part": folder}}]  # an empty one is refused
        ground = Ground(self.soil, folder, self.objects(parent), self.maps)
        self.kustomization(folder, data)
        of_parent.setdefault("components", []).append(f"../{folder}")
        self.kustomization(parent, of_parent)
        self.fill(ground, data, _ENTRIES, parent)

    def objects(self, folder: str) -> list[Data]:
        return [dict(resource.data) for resource in render(self.soil.root / folder) or []]

    def fill(
        self, ground: Ground, data: Data, entries: list[tuple[float, Entry]], built: str
    ) -> None:
        """Add entries of all kinds to a kustomization; those on which the build of a folder stops
        are taken back.
        """
        file = self.soil.root / ground.folder / "kustomization.yaml"
        for chance, make in entries:
            if not self.soil.maybe(chance):
                continue
            before, maps = dict(data), list(self.maps)
            text = file.read_text(encoding="utf-8")
            for field, value in make(ground).items():
                data[field] = data[field] + value if field in data else value
            self.kustomization(ground.folder, data)
            if render(self.soil.root / built) is None:
                data.clear()
                data.update(before)
                self.maps[:] = maps
                file.write_text(text, encoding="utf-8")

    def kustomization(self, folder: str, data: dict[str, Any]) -> None:
        self.soil.text(f"{folder}/kustomization.yaml", self.soil.yaml(data))
