"""Generated ConfigMaps and Secrets: each key at the literal, line or file that it comes from."""

from pathlib import Path

from tests.trace.traced import Traced


def only(traced: Traced, kind: str) -> str:
    """The slug of the one object of a kind, whose name may end in a hash."""
    (found,) = [resource.ref.slug for resource in traced.resources if resource.kind == kind]
    return found


def test_literals_env_files_and_files(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        configMapGenerator:  #: field
        - name: settings  #: name
          literals:
          - PLAIN=a=b  #: plain
          - QUOTED="a b"  #: quoted
          - EMPTY=  #: empty
          envs: [values.env]
          files:
          - folder/own-name.txt
          - key=folder/other.txt
          options:
            labels: {made: here}  #: labels
            annotations: {note: text}  #: annotations
            immutable: true  #: immutable
            disableNameSuffixHash: true
        --- values.env
        # A comment, then a blank line.

        LEVEL=info
          INDENTED=yes
        --- folder/own-name.txt
        one
        two
        --- folder/other.txt
        other
        """,
    )
    assert traced.places("ConfigMap/settings") == {
        "apiVersion": "field (generator)",
        "kind": "field (generator)",
        "metadata.name": "name (generator)",
        "metadata.labels.made": "labels (generator)",
        "metadata.annotations.note": "annotations (generator)",
        "immutable": "immutable (generator)",
        "data.PLAIN": "plain (generator)",
        "data.QUOTED": "quoted (generator)",
        "data.EMPTY": "empty (generator)",
        "data.LEVEL": "values.env:3 (generator)",
        "data.INDENTED": "values.env:4 (generator)",
        "data['own-name.txt']": "folder/own-name.txt:1 (generator)",
        "data.key": "folder/other.txt:1 (generator)",
    }
    location = traced.location("ConfigMap/settings", "data", "INDENTED")
    assert location.place == ("values.env", 4, 3)


def test_secrets(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        secretGenerator:  #: field
        - name: opaque
          literals: [KEY=value]  #: literal
        - name: typed
          type: kubernetes.io/basic-auth  #: type
          namespace: given  #: namespace
          files: [username]
        --- username
        somebody
        """,
    )
    slugs = {r.name.rpartition("-")[0]: r.ref.slug for r in traced.resources}
    assert traced.place(slugs["opaque"], "kind") == "field (generator)"
    default = "nowhere: Kustomize sets this type where the entry of the generator has none"
    assert traced.place(slugs["opaque"], "type") == default
    assert traced.place(slugs["opaque"], "data", "KEY") == "literal (generator)"
    assert traced.place(slugs["typed"], "type") == "type (generator)"
    assert traced.place(slugs["typed"], "metadata", "namespace") == "namespace (generator)"
    assert traced.place(slugs["typed"], "data", "username") == "username:1 (generator)"


def test_binary_and_long_content(tmp_path: Path) -> None:
    (tmp_path / "image.bin").write_bytes(b"\xff\xfe\x00")
    traced = Traced(
        tmp_path,
        f"""
        --- kustomization.yaml
        generatorOptions: {{disableNameSuffixHash: true}}
        configMapGenerator:
        - name: m
          files: [image.bin]
        secretGenerator:
        - name: s
          literals:
          - exact={"a" * 52}  #: exact
          - longer={"a" * 53}  #: longer
        """,
    )
    assert traced.places("ConfigMap/m", "binaryData") == {
        "['image.bin']": "image.bin:1 (generator)"
    }
    assert traced.places("Secret/s", "data") == {
        "exact": "exact (generator)",
        "longer": "longer (generator)",
    }


def test_merge_and_replace(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- overlay/kustomization.yaml
        resources: [../base]
        generatorOptions:
          labels: {common: "1"}  #: common
        configMapGenerator:  #: overlay-field
        - name: merged
          behavior: merge
          literals:
          - A=overlay  #: overlay-A
          - C=overlay  #: overlay-C
        - name: replaced
          behavior: replace
          literals:
          - B=overlay  #: overlay-B
        --- base/kustomization.yaml
        generatorOptions: {disableNameSuffixHash: true}
        configMapGenerator:
        - name: merged  #: merged
          literals:
          - A=base  #: base-A
          - B=base  #: base-B
        - name: replaced  #: replaced
          literals:
          - A=base
        """,
        "overlay",
    )
    assert traced.places("ConfigMap/merged") == {
        "apiVersion": "overlay-field (generator)",
        "kind": "overlay-field (generator)",
        "metadata.name": "merged (generator)",
        "metadata.labels.common": "common (generator)",
        "data.A": "overlay-A (generator)",
        "data.B": "base-B (generator)",
        "data.C": "overlay-C (generator)",
    }
    assert traced.overrides("ConfigMap/merged", "data", "A") == [("base-A", "base")]
    assert traced.places("ConfigMap/replaced") == {
        "apiVersion": "overlay-field (generator)",
        "kind": "overlay-field (generator)",
        "metadata.name": "replaced (generator)",
        "metadata.labels.common": "common (generator)",
        "data.B": "overlay-B (generator)",
    }


def test_a_hash_that_one_generator_switches_off(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- overlay/kustomization.yaml
        resources: [../base]
        configMapGenerator:
        - {name: m, behavior: merge, literals: [A=2], options: {disableNameSuffixHash: true}}
        --- base/kustomization.yaml
        configMapGenerator:
        - {name: m, literals: [A=1]}  #: base
        """,
        "overlay",
    )
    assert traced.place("ConfigMap/m", "metadata", "name") == "base (generator)"


def test_a_patch_of_a_generated_object(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        configMapGenerator:
        - name: m
          literals: [A=generated]  #: literal
        patches:
        - target: {kind: ConfigMap, name: m}
          patch: |
            - {op: replace, path: /data/A, value: patched}  #: patch
        """,
    )
    slug = only(traced, "ConfigMap")
    assert traced.place(slug, "data", "A") == "patch (patch)"
    assert traced.overrides(slug, "data", "A") == [("literal", "generated")]


def test_what_two_options_say_at_once_has_no_one_place(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        generatorOptions: {disableNameSuffixHash: true, immutable: true}  #: all
        configMapGenerator:
        - name: both
          options: {immutable: true}
        - name: common
        """,
    )
    reason = "generatorOptions and the options of the entry both say so, and one of them is enough"
    assert traced.place("ConfigMap/both", "immutable") == f"nowhere: {reason}"
    assert traced.place("ConfigMap/common", "immutable") == "all (generator)"
