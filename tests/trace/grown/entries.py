"""What kustomizations hold: each function makes some fields of one, for the objects it sees."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.trace.grown.soil import Data, Soil


class Ground(NamedTuple):
    """Where a kustomization grows: the objects that it builds on, and what generators made."""

    soil: Soil
    folder: str
    objects: list[Data]
    maps: list[tuple[str, str]]

    def names(self, *kinds: str) -> list[str]:
        """The names of the objects of some kinds, of all without any."""
        found = [o["metadata"]["name"] for o in self.objects if not kinds or o["kind"] in kinds]
        return found or ["nobody"]


Entry = Callable[[Ground], Data]


def labels(ground: Ground) -> Data:
    soil = ground.soil
    entry: Data = {"pairs": {"layer": ground.folder, "shared": "x"}}
    if soil.maybe():
        entry[soil.choice(["includeSelectors", "includeTemplates"])] = True
    if soil.maybe(0.3):
        fields = [{"path": "spec/labels", "create": True, "kind": "Widget"}]
        entry["fields"] = fields if soil.maybe() else [{"path": "spec/selector", "kind": "Service"}]
    return {
        "labels": [entry, *([{"pairs": {"num": "1", "shared": "z"}}] if soil.maybe(0.3) else [])]
    }


def common(ground: Ground) -> Data:
    soil = ground.soil
    found = {
        "commonLabels": {"by-all": ground.folder, "app": "all"},
        "commonAnnotations": {"by": ground.folder, "note": "all", "truth": "true"},
    }
    return {key: found[key] for key in soil.some(list(found), 2, 1)}


def names(ground: Ground) -> Data:
    folder = ground.folder
    pairs = [("namespace", f"ns-{folder}"), ("nameSuffix", f"-{folder}"), ("namePrefix", "p-")]
    return dict(ground.soil.some(pairs, 3, 1))


def images(ground: Ground) -> Data:
    soil = ground.soil
    changes: list[Data] = [
        {"newTag": "9"}, {"newName": "other/x"}, {"digest": "sha256:abc"}, {"tagSuffix": "-dev"},
        {"newName": "r:1/y", "newTag": "1.0"}, {"newName": "z", "digest": "sha256:0f"},
        {"newTag": "3", "digest": "sha256:1f"},
    ]  # fmt: skip
    chosen = soil.some(["nginx", "app", "r:5/a/b", ".*/app", "other/x", "new"], 4, 1)
    entries = [{"name": name} | soil.choice(changes) for name in chosen]
    return {"images": entries}


def replicas(ground: Ground) -> Data:
    name = ground.soil.choice(ground.names("Deployment", "StatefulSet"))
    return {"replicas": [{"name": name, "count": ground.soil.random.randint(4, 9)}]}


# Generators

_LITERALS = ["A=1", "B=two", 'C="q"', "D=", "E='a b'", "G=x=y", "H=é"]


def generator(ground: Ground, name: str, *, of: str = "ConfigMap") -> Data:
    """One entry of a generator with whatever it may be made of."""
    soil, folder = ground.soil, ground.folder
    entry: Data = {"name": name, "literals": soil.some(_LITERALS, 4, 1)}
    if soil.maybe(0.4):
        number = soil.number()
        content = f"# env\nK{number}=1\n\n  L{number}=a=b\nM{number}=\n"
        file = soil.text(f"{folder}/{name}{number}.env", content)
        entry["env" if soil.maybe(0.2) else "envs"] = file
        if "envs" in entry:
            entry["envs"] = [file]
    if soil.maybe(0.4):
        entry["files"] = [_file(ground, name) for _ in range(soil.random.randint(1, 2))]
    if soil.maybe(0.4):
        entry["options"] = _options(soil)
    if of == "Secret" and soil.maybe():
        entry["type"] = soil.choice(["Opaque", "example.com/kind"])
    if soil.maybe(0.15):
        entry["namespace"] = "elsewhere"
    return entry


def _file(ground: Ground, name: str) -> str:
    soil = ground.soil
    file = f"{name}-{soil.number()}.{soil.choice(['txt', 'json', 'ini'])}"
    content = soil.choice(["content\n", "two\nlines\n", '{"a": 1}\n', "x" * 90, "tab\there\n"])
    if soil.maybe(0.1):
        (ground.soil.root / ground.folder).mkdir(parents=True, exist_ok=True)
        (ground.soil.root / ground.folder / file).write_bytes(b"\xff\xfe\x00binary")
    else:
        soil.text(f"{ground.folder}/{file}", content)
    return file if soil.maybe() else f"key{soil.number()}={file}"


def _options(soil: Soil) -> Data:
    choices: list[tuple[str, Any]] = [
        ("disableNameSuffixHash", soil.maybe()),
        ("immutable", soil.maybe()),
        ("labels", {"made": "here", "n": "1"}),
        ("annotations", {"why": "made"}),
    ]
    return dict(soil.some(choices, 3, 1))


def generated(ground: Ground) -> Data:
    """Generators, which may merge into or replace what is below them."""
    soil = ground.soil
    found: Data = {}
    for field, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        if soil.maybe(0.7):
            name = f"{ground.folder}-{kind.lower()}"
            found[field] = [generator(ground, name, of=kind)]
            below = [one for of, one in ground.maps if of == kind]
            if below and soil.maybe():
                entry = generator(ground, soil.choice(below), of=kind)
                entry.pop("namespace", None)
                found[field].append({**entry, "behavior": soil.choice(["merge", "replace"])})
            ground.maps.append((kind, name))
    if soil.maybe(0.2):
        found["generatorOptions"] = _options(soil)
    return found


# Replacements and variables

_TARGETS: list[Data] = [
    {"select": {"kind": "Widget"}, "fieldPaths": ["spec.items.0.name", "spec.items.[name=b].size"]},
    {"select": {"kind": "Widget"}, "fieldPaths": ["spec.items.*.size"]},
    {"select": {"kind": "Widget"}, "fieldPaths": ["spec.host"],
     "options": {"delimiter": ".", "index": 1}},
    {"select": {"kind": "Widget"}, "fieldPaths": ["spec.config.url"]},
    {"select": {"kind": "Deployment"}, "fieldPaths": ["spec.template.metadata.labels.copied"],
     "options": {"create": True}},
    {"select": {"kind": "Deployment"}, "reject": [{"name": "nobody"}],
     "fieldPaths": ["spec.template.spec.containers.*.image"],
     "options": {"delimiter": ":", "index": 0}},
    {"select": {"kind": "Service"}, "fieldPaths": ["metadata.annotations.[example.com/x]"],
     "options": {"create": True}},
    {"select": {"kind": "Service"}, "fieldPaths": ["spec.ports.[name=s80].port"]},
]  # fmt: skip
_PATHS = {
    "Service": ["metadata.name", "spec.ports.0.port", "spec.selector.app"],
    "Deployment": ["metadata.name", "spec.template.spec.containers.0.image"],
    "Widget": ["spec.host", "spec.items.1.name", "spec.items.0"],
}


def replacements(ground: Ground) -> Data:
    soil = ground.soil
    found = [_replacement(ground) for _ in range(soil.random.randint(1, 3))]
    if soil.maybe(0.3):
        file = soil.documents(ground.folder, f"replacements{soil.number()}", found)
        return {"replacements": [{"path": file}]}
    return {"replacements": found}


def _replacement(ground: Ground) -> Data:
    soil = ground.soil
    targets = [dict(one) for one in soil.some(_TARGETS, 2, 1)]
    kinds = [kind for kind in _PATHS if ground.names(kind) != ["nobody"]]
    if not kinds or soil.maybe(0.2):
        return {"sourceValue": soil.choice(["given", "a.b"]), "targets": targets}
    kind = soil.choice(kinds)
    source = {"kind": kind, "name": soil.choice(ground.names(kind))}
    source["fieldPath"] = soil.choice(_PATHS[kind])
    if soil.maybe(0.3) and source["fieldPath"] in ("spec.host", "metadata.name"):
        return {"source": {**source, "options": {"delimiter": soil.choice(["-", "."])}},
                "targets": targets}  # fmt: skip
    return {"source": source, "targets": targets}


def variables(ground: Ground) -> Data:
    name = ground.soil.choice(ground.names("Service"))
    reference = {"kind": "Service", "name": name, "apiVersion": "v1"}
    entry: Data = {"name": "HOST", "objref": reference}
    if ground.soil.maybe(0.3):
        entry["fieldref"] = {
            "fieldpath": ground.soil.choice(["metadata.name", "spec.ports[0].name"])
        }
    return {"vars": [entry]}


def configurations(ground: Ground) -> Data:
    soil = ground.soil
    config = {
        "namePrefix": [{"path": "spec/host", "kind": "Widget"}],
        "commonAnnotations": [{"path": "spec/notes", "kind": "Widget", "create": True}],
        "commonLabels": [{"path": "spec/labels", "kind": "Widget", "create": True}],
        "images": [{"path": "spec/items/name", "kind": "Widget"}],
        "replicas": [{"path": "spec/size", "kind": "Widget", "create": True}],
        "varReference": [{"path": "spec/text", "kind": "Widget"}],
        "nameReference": [
            {"kind": "Service", "version": "v1",
             "fieldSpecs": [{"path": "spec/host", "kind": "Widget"}]},
        ],
    }  # fmt: skip
    chosen = {key: config[key] for key in soil.some(list(config), 4, 1)}
    file = soil.documents(ground.folder, f"configuration{soil.number()}", chosen)
    return {"configurations": [file]}


_DEFINITIONS: Data = {
    "com.example.v1.Widget": {"Schema": {"properties": {
        "apiVersion": {}, "kind": {}, "metadata": {}, "spec": {"$ref": "com.example.v1.Spec"}}}},
    "com.example.v1.Spec": {"Schema": {"properties": {
        "host": {"x-kubernetes-identity": ""},
        "labels": {"x-kubernetes-label-selector": ""},
        "notes": {"x-kubernetes-annotation": ""},
        "items": {"x-kubernetes-object-ref-api-version": "v1",
                  "x-kubernetes-object-ref-kind": "Service"}}}},
}  # fmt: skip


def crds(ground: Ground) -> Data:
    file = f"definitions{ground.soil.number()}"
    return {"crds": [ground.soil.documents(ground.folder, file, _DEFINITIONS)]}


def described(ground: Ground) -> Data:
    entries = ["managedByLabel", "originAnnotations", "transformerAnnotations"]
    found: Data = {"buildMetadata": ground.soil.some(entries, 2, 1)}
    if ground.soil.maybe():
        found["sortOptions"] = {"order": ground.soil.choice(["fifo", "legacy"])}
    return found
