"""Trees made at random from a seed: bases, components, patches and generators in any mixture.

What is made is meant to be nasty, not sensible; a tree that kustomize refuses is skipped by whoever
asks for one.
"""

import json
from pathlib import Path
from random import Random
from typing import Any

import yaml

Data = dict[str, Any]


def grow(root: Path, seed: int) -> str:
    """Write a tree below a folder; returns the folder to build."""
    return _Garden(root, Random(seed)).overlay()


class _Garden:
    def __init__(self, root: Path, random: Random) -> None:
        self.root = root
        self.random = random
        self.names: list[tuple[str, str]] = []
        self.maps: list[str] = []

    def maybe(self, chance: float = 0.5) -> bool:
        return self.random.random() < chance

    def some(self, choices: list[Any], most: int) -> list[Any]:
        return self.random.sample(choices, self.random.randint(0, min(most, len(choices))))

    def write(self, file: str, *documents: Any) -> str:
        """Write documents as YAML in one of the styles people write it, or as JSON."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if len(documents) == 1 and self.maybe(0.15):
            text = json.dumps(documents[0], indent=2) + "\n"
        else:
            flow = self.random.choice([False, False, None])
            text = yaml.safe_dump_all(documents, default_flow_style=flow, sort_keys=self.maybe())
            text = ("# a comment\n---\n" if self.maybe(0.3) else "") + text
        if self.maybe(0.1):
            text = text.replace("\n", "\r\n")
        path.write_bytes(text.encode())
        return file.rpartition("/")[2]

    def overlay(self) -> str:
        bases = [self.base(f"base{i}") for i in range(self.random.randint(1, 2))]
        middle = self.layer("middle", [f"../{base}" for base in bases], "Kustomization")
        components = [
            self.layer(f"part{i}", [], "Component") for i in range(self.random.randint(0, 2))
        ]
        return self.layer("overlay", [f"../{middle}"], "Kustomization", components)

    def base(self, folder: str) -> str:
        deployments = [self.deployment(f"{folder}-{i}") for i in range(self.random.randint(1, 2))]
        resources = [self.write(f"{folder}/workloads.yaml", *deployments)]
        resources.append(self.write(f"{folder}/service.yaml", self.service(f"{folder}-0")))
        resources.append(self.write(f"{folder}/widget.yaml", self.widget(f"{folder}-w")))
        kustomization: Data = {"resources": resources}
        if self.maybe():
            kustomization["namePrefix"] = f"{folder[-1]}-"
        if self.maybe(0.8):
            kustomization["configMapGenerator"] = [self.generator(folder, f"{folder}-settings")]
            self.maps.append(f"{folder}-settings")
        self.write_kustomization(folder, kustomization)
        return folder

    def layer(
        self, folder: str, resources: list[str], kind: str, components: list[str] | None = None
    ) -> str:
        kustomization: Data = {"kind": kind, "resources": resources}
        if kind == "Component":
            kustomization["apiVersion"] = "kustomize.config.k8s.io/v1alpha1"
        if components:
            kustomization["components"] = [f"../{component}" for component in components]
        fields = [
            self.labels, self.patches, self.images, self.replicas, self.annotations, self.names_,
            self.replacements, self.merged_maps, self.old_patches,
        ]  # fmt: skip
        for field in self.some(fields, len(fields)):
            field(folder, kustomization)
        if kind == "Component" and self.maybe():
            widget = self.widget(f"{folder}-w")
            resources.append(self.write(f"{folder}/widget.yaml", widget))
        self.write_kustomization(folder, kustomization)
        return folder

    def write_kustomization(self, folder: str, data: Data) -> None:
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        path = self.root / folder / "kustomization.yaml"
        path.write_text(yaml.dump(data, Dumper=_Dumper, sort_keys=False), encoding="utf-8")

    # What objects are made of

    def container(self, name: str) -> Data:
        random = self.random
        container: Data = {"name": name, "image": random.choice(["nginx:1.25", "app", "r:5/a/b:2"])}
        if self.maybe():
            container["env"] = [self.variable(key) for key in self.some(list("ABCD"), 4)]
        if self.maybe():
            container["ports"] = [self.port(n) for n in self.some([80, 443, 8080], 3)]
        if self.maybe():
            container["args"] = self.some(["--a", "--b=1", "yes", "0x10", "1.0", ""], 4)
        if self.maybe():
            container["resources"] = random.choice(
                [{}, {"limits": {"cpu": "100m", "memory": "1Gi"}}]
            )
        if self.maybe(0.3):
            container["volumeMounts"] = [
                {"mountPath": f"/{n}", "name": n} for n in self.some(["tmp", "cfg"], 2)
            ]
        return container

    def variable(self, name: str) -> Data:
        if self.maps and self.maybe(0.4):
            reference = {"name": self.random.choice(self.maps), "key": "A"}
            return {"name": name, "valueFrom": {"configMapKeyRef": reference}}
        return {"name": name, "value": self.random.choice(["1", "true", "text", "a: b", ""])}

    def port(self, number: int) -> Data:
        port: Data = {"containerPort": number}
        if self.maybe():
            port["protocol"] = self.random.choice(["TCP", "UDP"])
        if self.maybe(0.3):
            port["name"] = f"p{number}"
        return port

    def pod(self) -> Data:
        pod: Data = {
            "containers": [self.container(n) for n in self.some(["web", "side", "log"], 3)]
        }
        pod["containers"] = pod["containers"] or [self.container("web")]
        if self.maybe():
            pod["volumes"] = [{"name": n, "emptyDir": {}} for n in self.some(["tmp", "cfg"], 2)]
        if self.maybe(0.3):
            pod["tolerations"] = [{"key": key} for key in self.some(["a", "b"], 2)]
        if self.maybe(0.3):
            pod["hostNetwork"] = self.maybe()
        return pod

    def deployment(self, name: str) -> Data:
        self.names.append(("Deployment", name))
        metadata: Data = {"name": name, "labels": {"app": name}}
        if self.maybe(0.3):
            metadata["annotations"] = self.random.choice([{}, {"note": "n", "flag": "true"}])
        template = {"metadata": {"labels": {"app": name}}, "spec": self.pod()}
        spec: Data = {"selector": {"matchLabels": {"app": name}}, "template": template}
        if self.maybe():
            spec["replicas"] = self.random.randint(0, 3)
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}

    def service(self, name: str) -> Data:
        self.names.append(("Service", name))
        ports = [{"port": n, "targetPort": n, "name": f"s{n}"} for n in (80, 443)]
        spec = {"selector": {"app": name}, "ports": ports}
        metadata = {"name": name}
        return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}

    def widget(self, name: str) -> Data:
        self.names.append(("Widget", name))
        spec: Data = {
            "items": [{"name": "a", "size": 1}, {"name": "b", "size": 2}],
            "on": self.maybe(),
        }
        if self.maybe(0.3):
            spec["nothing"] = None
        if self.maybe(0.3):
            spec["text"] = "two\nlines\n"
        metadata = {"name": name}
        return {
            "apiVersion": "example.com/v1",
            "kind": "Widget",
            "metadata": metadata,
            "spec": spec,
        }

    # What kustomizations are made of

    def generator(self, folder: str, name: str) -> Data:
        entry: Data = {"name": name, "literals": ["A=1", *self.some(["B=two", 'C="q"', "D="], 3)]}
        if self.maybe():
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            (self.root / folder / "x.env").write_text("# env\nE=1\n\nF=a=b\n", encoding="utf-8")
            entry["envs"] = ["x.env"]
        if self.maybe(0.3):
            (self.root / folder / "x.txt").parent.mkdir(parents=True, exist_ok=True)
            (self.root / folder / "x.txt").write_text("content\n", encoding="utf-8")
            entry["files"] = [self.random.choice(["x.txt", "key=x.txt"])]
        if self.maybe(0.3):
            entry["options"] = {"disableNameSuffixHash": self.maybe(), "immutable": self.maybe(),
                                "labels": {"made": "here"}}  # fmt: skip
        return entry

    def merged_maps(self, folder: str, data: Data) -> None:
        if self.maps:
            entry = {"name": self.random.choice(self.maps), "behavior": "merge"}
            data["configMapGenerator"] = [
                {**entry, "literals": self.some(["A=2", f"N={folder}"], 2)}
            ]

    def labels(self, folder: str, data: Data) -> None:
        entry: Data = {"pairs": {"layer": folder, "shared": "x"}}
        if self.maybe():
            entry[self.random.choice(["includeSelectors", "includeTemplates"])] = True
        data["labels"] = [entry]

    def annotations(self, folder: str, data: Data) -> None:
        data["commonAnnotations"] = {"by": folder, "note": "all"}

    def names_(self, folder: str, data: Data) -> None:
        data.update(self.some([("namespace", f"ns-{folder}"), ("nameSuffix", f"-{folder}")], 2))

    def images(self, folder: str, data: Data) -> None:
        names = self.some(["nginx", "app", "r:5/a/b"], 3)
        changes = [{"newTag": "9"}, {"newName": "other/x"}, {"digest": "sha256:abc"}]
        data["images"] = [{"name": n, **self.random.choice(changes)} for n in names]

    def replicas(self, folder: str, data: Data) -> None:
        names = [name for kind, name in self.names if kind == "Deployment"]
        data["replicas"] = [{"name": self.random.choice(names), "count": 5}]

    def replacements(self, folder: str, data: Data) -> None:
        services = [name for kind, name in self.names if kind == "Service"]
        source = {"kind": "Service", "name": self.random.choice(services)}
        target: Data = {"select": {"kind": "Widget"}, "fieldPaths": ["spec.items.0.name"]}
        if self.maybe():
            target = {
                "select": {"kind": "Deployment"},
                "fieldPaths": ["spec.template.metadata.labels.copied"],
                "options": {"create": True},
            }
        data["replacements"] = [{"source": source, "targets": [target]}]

    def patches(self, folder: str, data: Data) -> None:
        data["patches"] = [self.patch(folder, i) for i in range(self.random.randint(1, 4))]

    def old_patches(self, folder: str, data: Data) -> None:
        kind, name = self.random.choice(self.names)
        file = self.write(f"{folder}/old.yaml", self.strategic(kind, name))
        data["patchesStrategicMerge"] = [file]

    def patch(self, folder: str, number: int) -> Data:
        kind, name = self.random.choice(self.names)
        if self.maybe(0.4):
            body: Any = self.operations(kind)
            entry: Data = {"target": {"kind": kind}}
        else:
            body = self.strategic(kind, name)
            entry = {"target": {"kind": kind, "name": f".*{name}.*"}} if self.maybe() else {}
        if self.maybe():
            entry["path"] = self.write(f"{folder}/patch{number}.yaml", body)
        else:
            entry["patch"] = json.dumps(body) if self.maybe() else yaml.safe_dump(body)
        return entry

    def strategic(self, kind: str, name: str) -> Data:
        api = {"Deployment": "apps/v1", "Service": "v1", "Widget": "example.com/v1"}[kind]
        patch: Data = {"apiVersion": api, "kind": kind, "metadata": {"name": name}}
        if self.maybe(0.3):
            patch["metadata"]["labels"] = {"patched": "yes"}
        if kind == "Deployment":
            spec = self.pod()
            if self.maybe(0.3):
                spec["containers"].append({"name": "side", "$patch": "delete"})
            if self.maybe(0.2):
                spec["volumes"] = [{"$patch": "replace"}, {"name": "only", "emptyDir": {}}]
            patch["spec"] = {"template": {"spec": spec}}
            if self.maybe(0.2):
                patch["spec"]["replicas"] = None
        elif kind == "Service":
            patch["spec"] = {"ports": [{"port": 80, "nodePort": 30000}, {"port": 81}]}
        else:
            patch["spec"] = self.random.choice(
                [{"items": [{"name": "c"}]}, {"on": None, "new": {"a": 1}}]
            )
        return patch

    def operations(self, kind: str) -> list[Data]:
        label = {"op": "add", "path": "/metadata/labels", "value": {"replaced": "all"}}
        choices: dict[str, list[Data]] = {
            "Deployment": [
                {"op": "add", "path": "/spec/template/spec/containers/0/env",
                 "value": [{"name": "J", "value": "json"}]},
                {"op": "replace", "path": "/spec/template/spec/containers/0/image",
                 "value": "new:1"},
                {"op": "add", "path": "/spec/template/spec/containers/-",
                 "value": {"name": "last", "image": "nginx:1.25"}},
                {"op": "add", "path": "/spec/template/spec/containers/0",
                 "value": {"name": "first", "image": "app"}},
                {"op": "remove", "path": "/spec/selector"},
                {"op": "copy", "from": "/metadata/name", "path": "/spec/template/spec/nodeName"},
                {"op": "move", "from": "/spec/template/metadata", "path": "/spec/moved"},
                {"op": "add", "path": "/metadata/annotations/a~1b", "value": "slash"},
                {"op": "test", "path": "/kind", "value": "Deployment"},
                label,
            ],
            "Service": [{"op": "replace", "path": "/spec/ports/0/port", "value": 8080},
                        {"op": "remove", "path": "/spec/ports/1"}, label],
            "Widget": [{"op": "add", "path": "/spec/items/1", "value": {"name": "between"}},
                       {"op": "replace", "path": "/spec/on", "value": "no"}, label],
        }  # fmt: skip
        return self.some(choices[kind], 4) or [label]


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as literal blocks, as people do."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
