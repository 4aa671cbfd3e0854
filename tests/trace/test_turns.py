"""Which of two values was set later: an overlay's after its bases', patches after resources."""

from pathlib import Path

from tests.trace.traced import Traced

TREE = """
--- overlay/kustomization.yaml
resources: [own.yaml, ../base]
components: [../component]
configMapGenerator:
- name: made
  literals: [A=1]
  options: {disableNameSuffixHash: true}
patches:
- patch: |-
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: based}
    data: {first: "1", both: "1"}
- patch: |-
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: based}
    data: {second: "2", both: "2"}
- target: {kind: ConfigMap, name: based}
  patch: |-
    - {op: remove, path: /data/taken}
labels:
- pairs: {team: shop}
--- overlay/own.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: own}
data: {key: value}
--- component/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [added.yaml]
patches:
- patch: |-
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: based}
    data: {third: "3"}
--- component/added.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: added}
data: {key: value}
--- base/kustomization.yaml
resources: [one.yaml, two.yaml]
patches:
- patch: |-
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: based}
    data: {patched: "1"}
--- base/one.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: based}
data: {key: value, taken: away}
--- base/two.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data: {key: value}
"""


def test_values_are_set_in_the_order_in_which_kustomize_applies_them(tmp_path: Path) -> None:
    traced = Traced(tmp_path, TREE, "overlay")
    fields = [
        ("based", "data", "key"),
        ("based", "data", "patched"),
        ("own", "data", "key"),
        ("made", "data", "A"),
        ("based", "data", "third"),
        ("based", "data", "first"),
        ("based", "data", "both"),
        ("based", "data", "taken"),
        ("based", "metadata", "labels", "team"),
    ]
    turns = [traced.location(f"ConfigMap/{name}", *path).turn for name, *path in fields]
    assert turns == sorted(set(turns)), "each one after those before it"


def test_what_is_listed_side_by_side_is_set_at_once(tmp_path: Path) -> None:
    traced = Traced(tmp_path, TREE, "overlay")

    def turn(name: str, key: str = "key") -> int:
        return traced.location(f"ConfigMap/{name}", "data", key).turn

    assert turn("based") == turn("other")
    assert turn("own") == turn("added"), "a component lists for the one that uses it"
    assert turn("based", "second") == turn("based", "both")
    assert turn("based", "missing") == turn("based"), "a missing field counts as its parent"


def test_objects_are_added_by_bases_first_and_in_the_order_of_the_lists(tmp_path: Path) -> None:
    traced = Traced(tmp_path, TREE, "overlay")
    names = [resource.name for resource in sorted(traced.resources, key=traced.trace.added)]
    assert names == ["based", "other", "own", "added", "made"]
