"""Where a finding points when several fields, or several files, make a mistake together.

Each case adds an overlay to one base. `§` marks what the finding must point at, `~` what it must
relate; in files without a mark nothing is found.
"""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.rules.marked import BASE, OVERLAY, RULES, check, judged

IN_CONTAINER = """\
spec:
  template:
    spec:
      containers:
        - name: web
"""


class Case(NamedTuple):
    """A patch of an overlay, and changes of the base as pairs of texts."""

    rule: str
    patch: str
    base: tuple[tuple[str, str], ...] = ()


def container(text: str) -> str:
    return IN_CONTAINER + "".join(f"          {line}\n" for line in text.splitlines())


CONTRADICTIONS = [
    Case("probes-distinct", container("readinessProbe: {httpGet: {path: §/live}}"),
         (("path: /live", "path: ~/live"),)),
    Case("probes-distinct", container("livenessProbe: {httpGet: {path: §/ready}}"),
         (("path: /ready", "path: ~/ready"),)),
    Case("progress-deadline-covers-startup", container("startupProbe:\n  failureThreshold: §60"),
         (("progressDeadlineSeconds: 600", "progressDeadlineSeconds: ~600"),)),
    Case("progress-deadline-covers-startup", "spec:\n  progressDeadlineSeconds: §300\n",
         (("failureThreshold: 30", "failureThreshold: ~30"),)),
    Case("requests-within-limits", container("resources:\n  limits:\n    cpu: §100m"),
         (("cpu: 200m", "cpu: ~200m"),)),
    Case("requests-within-limits", container("resources:\n  requests:\n    cpu: §1"),
         (("cpu: 500m", "cpu: ~500m"),)),
    Case("selector-matches-template",
         "spec:\n  template:\n    metadata:\n      labels:\n        app: §shop\n",
         (("      app: web\n      tier", "      app: ~web\n      tier"),)),
    Case("selector-matches-template", "spec:\n  selector:\n    matchLabels:\n      app: §shop\n",
         (("        app: web\n        tier", "        app: ~web\n        tier"),)),
    Case("spread-selects-own-pods",
         "spec:\n  template:\n    metadata:\n      labels:\n        tier: §back\n",
         (("              tier: front", "              tier: ~front"),)),
    Case("probe-timing-sane", container("readinessProbe:\n  failureThreshold: §9"),
         (("failureThreshold: 6", "failureThreshold: ~6"),)),
    Case("probe-timing-sane", container("livenessProbe:\n  periodSeconds: §3"),
         (("            failureThreshold: 3\n", "            failureThreshold: ~3\n"),)),
    Case("probe-timing-sane", container("livenessProbe: {initialDelaySeconds: §5}"),
         (("          startupProbe:", "          ~startupProbe:"),)),
    Case("probe-port-exposed",
         container("ports:\n  - $patch: replace\n  - name: http\n    containerPort: §9090"),
         (("path: /live\n              port: http", "path: /live\n              port: ~8080"),)),
    Case("shutdown-graceful", container("lifecycle:\n  preStop:\n    sleep:\n      seconds: §40"),
         (("PeriodSeconds: 30", "PeriodSeconds: ~30"),)),
    Case("shutdown-graceful", "spec:\n  template:\n    spec:\n"
         "      terminationGracePeriodSeconds: §10\n", (("seconds: 10", "seconds: ~10"),)),
    # One layer sets both: the field that people change.
    Case("progress-deadline-covers-startup", "spec: {paused: false}\n",
         (("DeadlineSeconds: 600", "DeadlineSeconds: §300"),
          ("failureThreshold: 30", "failureThreshold: ~30"))),
    Case("requests-within-limits", container("resources:\n  requests:\n    cpu: §2\n"
                                             "  limits:\n    cpu: ~1")),
]  # fmt: skip


@pytest.mark.parametrize("case", CONTRADICTIONS, ids=lambda case: case.rule)
def test_of_fields_that_contradict_each_other_the_one_set_last_is_named(
    tmp_path: Path, case: Case
) -> None:
    base = BASE
    for old, new in case.base:
        assert old in base
        base = base.replace(old, new, 1)
    check(tmp_path, base + OVERLAY + case.patch, case.rule)


HPA = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: NAME}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web
  minReplicas: 2
  maxReplicas: 5
"""


def test_replicas_below_an_autoscaler_are_to_be_deleted_whichever_was_set_last(
    tmp_path: Path,
) -> None:
    overlay = """
--- overlay/kustomization.yaml
resources: [../base]
components: [../component]
--- component/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [hpa.yaml]
--- component/hpa.yaml"""
    hpa = HPA.replace("NAME", "web").replace("    name: web", "    name: ~web")
    base = BASE.replace("replicas: 3", "replicas: §3")
    check(tmp_path / "component", base + overlay + hpa, "replicas-owned-by-autoscaler")

    overlay = overlay.replace("[../base]", "[../base]\nreplicas:\n  - name: web\n    count: §2")
    check(tmp_path / "entry", BASE + overlay + hpa, "replicas-owned-by-autoscaler")


REMOVALS = [
    Case("probe-port-exposed", container("livenessProbe: null\nreadinessProbe: null\n"
                                         "ports: §null"),
         (("{path: /startup, port: http}", "{path: /startup, port: ~http}"),)),
    Case("probe-port-exposed", container("livenessProbe: null\nreadinessProbe: null\n"
                                         "ports:\n  - containerPort: 8080\n    $patch: §delete"),
         (("{path: /startup, port: http}", "{path: /startup, port: ~http}"),)),
    Case("volume-resolves", "spec:\n  template:\n    spec:\n      volumes:\n"
                            "        - name: tmp\n          $patch: §delete\n",
         (("      containers:\n", "      volumes: [{name: tmp, emptyDir: {}}]\n"
           "      containers:\n"),
          ("          ports:\n", "          volumeMounts: [{mountPath: /tmp, ~name: tmp}]\n"
           "          ports:\n"))),
    # What the same patch adds as well is no less at fault than the removal.
    Case("probe-port-exposed",
         container("livenessProbe: null\nreadinessProbe: null\nports: ~null\n"
                   "startupProbe: {httpGet: {port: §http}}")),
]  # fmt: skip


@pytest.mark.parametrize("case", REMOVALS, ids=lambda case: case.rule)
def test_what_a_later_patch_takes_away_is_missing_there(tmp_path: Path, case: Case) -> None:
    base = BASE
    for old, new in case.base:
        assert old in base
        base = base.replace(old, new, 1)
    check(tmp_path, base + OVERLAY + case.patch, case.rule)


def test_of_two_services_with_one_selector_the_overlay_has_added_the_wrong_one(
    tmp_path: Path,
) -> None:
    """The render has it first, because that is sorted by name."""
    text = """
--- overlay/kustomization.yaml
resources: [service.yaml, ../base]
--- overlay/service.yaml
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  §selector: {app: web}
  ports: [{name: http, port: 80}]
"""
    base = BASE.replace("  selector: {app: web}", "  ~selector: {app: web}")
    assert check(tmp_path, base + text, "service-selector-unique") == [
        "Service 'web' is the same but for its name"
    ]


GENERATED = """
--- base/kustomization.yaml
resources: [pod.yaml]
configMapGenerator:
  - name: settings
    literals: [LEVEL=info, UNUSED=x]
--- base/pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: one}
spec:
  containers:
    - name: a
      env:
        - {name: A, valueFrom: {configMapKeyRef: {name: settings, key: LEVEL}}}
        - {name: B, valueFrom: {configMapKeyRef: {name: settings, key: COLOUR}}}
--- overlay/kustomization.yaml
resources: [../base]
namePrefix: prod-
configMapGenerator:
  - name: settings
    behavior: merge
    literals: [STAGE=prod]
"""


def test_a_generated_object_is_named_as_the_files_have_it(tmp_path: Path) -> None:
    """Its hash differs between overlays, and so would what is said of one mistake in the base."""
    verdict = judged(tmp_path, GENERATED, "config-map-key-exists", "config-map-key-used")
    assert [finding.message for finding in verdict.findings] == [
        "nothing takes key 'UNUSED' of ConfigMap 'settings'",
        "container 'a' takes key 'COLOUR' of ConfigMap 'settings', which has no such key",
        "nothing takes key 'STAGE' of ConfigMap 'settings'",
    ]


MOVED = """
--- overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: |-
      - op: move
        from: /spec/template/spec/containers/0/resources/limits
        path: §/spec/template/spec/containers/0/resources/limit
"""


def test_what_an_operation_moves_to_an_unknown_field_is_told_once_and_there(
    tmp_path: Path,
) -> None:
    base = BASE.replace("            limits:\n", "            ~limits:\n")
    base = base.replace("topologyKey: zone", "topologyKey: zone\n          maxSkew: 1")
    rules = ("limits-set", "schema-valid")
    resources = "spec.template.spec.containers[0].resources"
    assert check(tmp_path / "both", base + MOVED, *rules) == [
        f"unknown field 'limit' in {resources}; did you mean 'limits'?"
    ]
    missing = ["container 'web' has no limit for cpu and memory"]
    assert check(tmp_path / "one", BASE + MOVED, "limits-set") == missing


TWO_IMAGES = """
--- base/kustomization.yaml
resources: [pods.yaml]
--- base/pods.yaml
apiVersion: v1
kind: Pod
metadata: {name: one}
spec:
  containers: [{name: a, image: "~shop/web:1.0.0"}]
---
apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  containers: [{name: b, image: "shop/web:1.0.0"}]
--- overlay/kustomization.yaml
resources: [../base]
images:
  - name: shop/web
    newName: NAME
    newTag: TAG
    digest: sha256:DIGEST
""".replace("DIGEST", "0" * 64)


def test_what_is_wrong_in_a_part_of_an_image_is_where_an_entry_says_that_part(
    tmp_path: Path,
) -> None:
    """The container is not named, so that one entry is one mistake."""
    text = TWO_IMAGES.replace("NAME", "§example.org/web").replace("TAG", "main")
    rule = RULES["image-registry-allowed"]
    allowed = replace(rule.options, allow=("example.com",))
    verdict = judged(tmp_path / "name", text, rule.id, options=allowed)
    assert [(f.message, f.source and f.source.line) for f in verdict.findings] == [
        ("the image is taken from example.org/web; allowed are example.com", 4)
    ] * 2

    text = TWO_IMAGES.replace("NAME", "example.org/web").replace("TAG", "§main")
    verdict = judged(tmp_path / "tag", text, "image-tag-semver")
    named = f"image 'example.org/web:main@sha256:{'0' * 64}'"
    assert [(f.message, f.source and f.source.line) for f in verdict.findings] == [
        (f"{named} has the tag 'main', which is no semantic version", 5)
    ] * 2


SIDE_BY_SIDE = f"""
--- overlay/kustomization.yaml
resources: [web.yaml, ../base, another.yaml]
--- overlay/web.yaml{HPA.replace("NAME", "web").replace("    name: web", "    name: ~web")}
--- overlay/another.yaml{HPA.replace("NAME", "another").replace("    name: web", "    name: §web")}
"""


def test_of_two_autoscalers_the_one_that_is_listed_last_is_wrong(tmp_path: Path) -> None:
    """The render has it first, because that is sorted by name."""
    check(tmp_path, BASE + SIDE_BY_SIDE, "autoscaler-target-exists")


def test_of_two_autoscalers_the_overlay_has_added_the_wrong_one(tmp_path: Path) -> None:
    """Although it is listed before the base."""
    base = BASE.replace("[web.yaml, service.yaml]", "[web.yaml, service.yaml, hpa.yaml]")
    text = f"""
--- base/hpa.yaml{HPA.replace("NAME", "web").replace("    name: web", "    name: ~web")}
--- overlay/kustomization.yaml
resources: [another.yaml, ../base]
--- overlay/another.yaml{HPA.replace("NAME", "another").replace("    name: web", "    name: §web")}
"""
    check(tmp_path, base + text, "autoscaler-target-exists")


def test_a_label_of_an_overlay_that_its_selector_does_not_get(tmp_path: Path) -> None:
    text = """
--- overlay/kustomization.yaml
resources: [../base]
labels:
  - pairs:
      tier: §back
    includeTemplates: true
"""
    base = BASE.replace("      tier: front\n  template", "      tier: ~front\n  template")
    check(tmp_path, base + text, "selector-matches-template", "spread-selects-own-pods")


BUDGET = """
--- overlay/kustomization.yaml
resources: [../base, budget.yaml]
REPLICAS
--- overlay/budget.yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: BUDGET
  selector: {matchLabels: {app: web}}
"""


def test_a_budget_is_too_strict_or_the_replicas_are_too_few(tmp_path: Path) -> None:
    base = BASE.replace("replicas: 3", "replicas: ~3")
    strict = BUDGET.replace("BUDGET", "§3").replace("REPLICAS", "")
    check(tmp_path / "strict", base + strict, "disruption-budget-allows-eviction")

    few = BUDGET.replace("BUDGET", "~2").replace("REPLICAS", "replicas: [{name: web, count: §2}]")
    check(tmp_path / "few", BASE + few, "disruption-budget-allows-eviction")


def test_the_limit_range_of_an_overlay_contradicts_the_base(tmp_path: Path) -> None:
    base = BASE.replace("cpu: 200m", "cpu: ~200m").replace(
        "            limits:\n              cpu: 500m\n", ""
    )
    text = """
--- overlay/kustomization.yaml
resources: [../base, limits.yaml]
--- overlay/limits.yaml
apiVersion: v1
kind: LimitRange
metadata: {name: defaults}
spec:
  limits:
    - type: Container
      default:
        cpu: §100m
"""
    check(tmp_path, base + text, "requests-within-limits")


def test_a_metric_that_nothing_measures_is_misspelt(tmp_path: Path) -> None:
    text = f"""
--- overlay/kustomization.yaml
resources: [../base, hpa.yaml]
--- overlay/hpa.yaml{HPA.replace("NAME", "web")}\
  metrics:
    - type: Resource
      resource:
        name: §memroy
        target: {{type: Utilization, averageUtilization: 70}}
"""
    check(tmp_path, BASE + text, "autoscaler-metrics-measurable")


def test_a_metric_without_its_request_is_told_once(tmp_path: Path) -> None:
    base = BASE.replace(
        "requests:\n              cpu: 200m", "requests:\n              memory: 1Gi"
    )
    base = base.replace("limits:\n              cpu: 500m", "limits:\n              memory: 1Gi")
    overlay = f"""
--- overlay/kustomization.yaml
resources: [../base, hpa.yaml]
--- overlay/hpa.yaml{HPA.replace("NAME", "web")}"""
    both = ("autoscaler-metrics-measurable", "requests-set")
    text = base.replace("            requests:\n", "            §requests:\n") + overlay
    assert check(tmp_path / "both", text, *both) == ["container 'web' requests no cpu"]
    assert len(check(tmp_path / "alone", text, both[0])) == 1
