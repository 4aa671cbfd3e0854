"""What fixtures cannot show of the kustomize rules: sentences, remedies, related places."""

from pathlib import Path

from policies.images import image_pinned_by_digest
from policies.kustomize import (
    file_used,
    generator_immutable_hashed,
    images_entry_matches,
    kustomization_plain,
    kustomization_refs_local,
    patch_effective,
    patch_keeps_maps,
    patch_matches,
)
from tests.miniature import plant
from tests.plain_target import judged
from tools.render.starts import Start
from tools.rules.prepare import prepare
from tools.rules.rule import Rule
from tools.rules.run import Setting, Verdict, judge
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget

WEB = """
--- base/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: example.com/shop/web:1.0.0
--- base/kustomization.yaml
resources: [web.yaml]
"""


def verdict(rule: Rule, root: Path, text: str, folder: str = "overlay") -> Verdict:
    repository = Repository(plant(root, text))
    target = prepare(Start(repository, NamedTarget(folder, Kind.KUSTOMIZATION))).target
    return judged(rule, target)


def sentences(rule: Rule, root: Path, text: str, folder: str = "overlay") -> list[str]:
    """`file:line:column message → remedy` of each finding."""
    return [
        f"{f.source.file}:{f.source.line}:{f.source.column} {f.message} → {f.remedy}"
        for f in verdict(rule, root, text, folder).findings
        if f.source
    ]


def test_a_patch_that_selects_nothing_names_the_nearest_object(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment, name: wbe}
    patch: '[{"op": "remove", "path": "/metadata/labels"}]'
"""
    assert sentences(patch_matches.check, tmp_path, WEB + overlay) == [
        "overlay/kustomization.yaml:3:38 this patch selects nothing: no Deployment is called 'wbe';"
        " did you mean 'web'? → Name an object that is there when the patch is applied, or delete"
        " the patch."
    ]


def test_a_patch_at_which_kustomize_stops_is_named_with_its_entry(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
patches: [{path: wbe.yaml}]
--- overlay/wbe.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: wbe
"""
    [finding] = verdict(patch_matches.check, tmp_path, WEB + overlay).findings
    assert (finding.source, finding.message, finding.related) == (
        ("overlay/wbe.yaml", 4, 9),
        "this patch finds no object: no Deployment is called 'wbe'; did you mean 'web'?",
        ((("overlay/kustomization.yaml", 2, 11), "applied here"),),
    )


def test_a_component_that_is_built_alone_is_not_judged_by_its_patches(tmp_path: Path) -> None:
    component = """
--- component/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [../base]
patches:
  - target: {kind: StatefulSet}
    patch: '[{"op": "remove", "path": "/spec"}]'
"""
    assert verdict(patch_matches.check, tmp_path, WEB + component, "component") == Verdict(
        [], [], set()
    )
    overlay = "--- overlay/kustomization.yaml\ncomponents: [../component]\n"
    assert len(verdict(patch_matches.check, tmp_path, overlay).findings) == 1


def test_an_image_of_the_same_last_name_is_meant_rather_than_one_spelt_alike(
    tmp_path: Path,
) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
images: [{name: web, newTag: 1.0.1}]
"""
    assert sentences(images_entry_matches.check, tmp_path, WEB + overlay) == [
        "overlay/kustomization.yaml:2:17 no container uses an image named 'web'; did you mean"
        " 'example.com/shop/web'? → Write the image as the manifest or the `newName` of a base"
        " names it, without its tag."
    ]


def test_a_patch_without_effect_names_what_it_repeats(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
namePrefix: shop-
resources: [../base]
patches: [{path: label.yaml}]
--- overlay/label.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
"""
    assert sentences(patch_effective.check, tmp_path, WEB + overlay) == [
        "overlay/label.yaml:1:1 this patch changes nothing: it says what stands in Deployment web"
        " already → Delete the patch, or the lines of it that the base says already."
    ]


def test_one_patch_file_that_replaces_the_maps_of_several_objects(tmp_path: Path) -> None:
    overlay = """
--- overlay/service.yaml
apiVersion: v1
kind: Service
metadata: {name: web, labels: {tier: front}}
--- overlay/kustomization.yaml
resources: [../base, service.yaml]
patches:
  - {path: labels.yaml, target: {kind: Deployment}}
  - {path: labels.yaml, target: {kind: Service}}
--- overlay/labels.yaml
- {op: add, path: /metadata/labels, value: {team: shop}}
"""
    assert sentences(patch_keeps_maps.check, tmp_path, WEB + overlay) == [
        "overlay/labels.yaml:1:3 add /metadata/labels replaces the whole map and loses 'app',"
        " 'tier' → Write one operation for each key: `path: /metadata/labels/KEY`, with `~1` for"
        " `/`."
    ]


def test_a_merge_says_that_it_drops_what_the_base_says(tmp_path: Path) -> None:
    overlay = """
--- settings/kustomization.yaml
generatorOptions: {immutable: true}
configMapGenerator: [{name: settings, literals: [A=1]}]
--- overlay/kustomization.yaml
resources: [../settings]
configMapGenerator: [{name: settings, behavior: merge, literals: [A=2]}]
"""
    assert sentences(generator_immutable_hashed.check, tmp_path, overlay) == [
        "overlay/kustomization.yaml:2:22 ConfigMap 'settings' is not immutable, because this merge"
        " drops what the base says → Write `generatorOptions: {immutable: true}` in this"
        " kustomization."
    ]


def test_what_the_replay_does_not_follow_is_not_judged(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
patches:
- target: {kind: Deployment, name: '\\pL+'}
  patch: '[{"op": "add", "path": "/spec/replicas", "value": 2}]'
"""
    found = verdict(patch_matches.check, tmp_path, WEB + overlay)
    assert found.findings == []
    assert [(n.source and n.source.file, n.blocking) for n in found.not_judged] == [
        ("overlay/kustomization.yaml", False)
    ]


def test_a_service_account_that_is_generated_need_not_be_immutable(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
generators: [plugin.yaml]
--- overlay/plugin.yaml
apiVersion: builtin
kind: IAMPolicyGenerator
metadata: {name: policy}
cloud: gke
kubernetesService: {namespace: shop, name: web}
serviceAccount: {projectId: shop, name: web}
"""
    found = verdict(generator_immutable_hashed.check, tmp_path, WEB + overlay)
    assert (found.findings, found.not_judged) == ([], [])


def test_an_unused_file_names_the_kustomization_that_may_list_it(tmp_path: Path) -> None:
    stray = """
--- base/stray.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: stray}
"""
    assert sentences(file_used.check, tmp_path, WEB + stray, "base") == [
        "base/stray.yaml:1:1 no kustomization uses this file → List the file in"
        " base/kustomization.yaml, or delete it."
    ]


def test_a_reference_that_is_refused_keeps_its_own_remedy(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources:
  - missing.yaml
  - /etc
  - ../base/web.yaml
  - ../empty
--- empty/note.txt
nothing
"""
    assert sentences(kustomization_refs_local.check, tmp_path, WEB + overlay) == [
        "overlay/kustomization.yaml:2:5 'missing.yaml' does not exist → Correct the name or delete"
        " the entry.",
        "overlay/kustomization.yaml:3:5 '/etc' is absolute → Name the path relative to this"
        " kustomization.",
        "overlay/kustomization.yaml:4:5 '../base/web.yaml' is outside the folder of this"
        " kustomization → Move the file here, or give its folder a kustomization and name the"
        " folder.",
        "overlay/kustomization.yaml:5:5 empty holds no kustomization → Add one, or name its files.",
    ]


def test_a_name_of_nothing_is_answered_with_what_is_there_and_not_listed(tmp_path: Path) -> None:
    overlay = """
--- overlay/namespace.yaml
kind: Namespace
--- overlay/settings.yaml
kind: ConfigMap
--- overlay/kustomization.yaml
resources:
  - namespaces.yaml
  - settings.yaml
  - setting.yaml
  - ../bases
"""
    remedy = "Correct the name or delete the entry."
    assert sentences(kustomization_refs_local.check, tmp_path, WEB + overlay) == [
        "overlay/kustomization.yaml:2:5 'namespaces.yaml' does not exist; "
        f"did you mean 'namespace.yaml'? → {remedy}",
        f"overlay/kustomization.yaml:4:5 'setting.yaml' does not exist → {remedy}",
        "overlay/kustomization.yaml:5:5 '../bases' does not exist; "
        f"did you mean '../base'? → {remedy}",
    ]


def test_a_plugin_is_not_called_by_a_kind_that_is_no_text(tmp_path: Path) -> None:
    overlay = """
--- overlay/kustomization.yaml
transformers:
  - |-
    apiVersion: example.com/v1
    kind: Y
    metadata: {name: program}
"""
    assert [f.message for f in verdict(kustomization_plain.check, tmp_path, overlay).findings] == [
        "this plugin runs a program or a container while rendering"
    ]


def test_an_entry_for_no_image_speaks_for_the_image_it_means_unless_that_is_waived(
    tmp_path: Path,
) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
images:
  - {name: example.com/shop/wed, newTag: 1.0.1}
"""
    rules = (images_entry_matches.check, image_pinned_by_digest.check)
    repository = Repository(plant(tmp_path, WEB + overlay))
    target = prepare(Start(repository, NamedTarget("overlay", Kind.KUSTOMIZATION))).target
    catalogue = {rule.id: rule for rule in rules}
    settings = {rule.id: Setting(rule.severity, rule.options) for rule in rules}

    found = judge(catalogue, settings, target).findings
    assert [finding.rule for finding in found] == ["images-entry-matches"]
    waived = judge(catalogue, settings, target, lambda f: f.rule == "image-pinned-by-digest")
    assert [finding.rule for finding in waived.findings] == [
        "image-pinned-by-digest",
        "images-entry-matches",
    ]
