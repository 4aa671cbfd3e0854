"""A patch for a container that nobody declares is one mistake."""

from pathlib import Path

from tests.rules.marked import BASE, OVERLAY, RULES, check, judged

MISNAMED = (
    BASE
    + OVERLAY
    + """\
spec:
  template:
    spec:
      containers:
        - name: §wbe
          resources:
            requests:
              memory: 64Mi
            limits:
              memory: 128Mi
          livenessProbe: {httpGet: {path: /, port: 9}}
"""
)


def test_a_misspelt_container_is_one_finding(tmp_path: Path) -> None:
    """Neither what it lacks is told, nor what the one that was meant lacks because of it."""
    rules = [name for name, rule in RULES.items() if rule.group in ("probes", "resources")]
    verdict = judged(tmp_path, MISNAMED, *rules, "patch-merges-element", "container-image-set")
    containers = ("spec", "template", "spec", "containers")
    assert [(f.rule, f.path, f.message) for f in verdict.findings] == [
        (  # A patch for the right container would leave this as it is.
            "ephemeral-storage-bounded",
            (*containers, 1, "resources", "limits", "ephemeral-storage"),
            "container 'web' has no limit for ephemeral-storage",
        ),
        (
            "patch-merges-element",
            (*containers, 0),
            "this patch adds a container 'wbe' without an image to Deployment/web; "
            "did you mean 'web'?",
        ),
    ]


def test_without_the_rule_about_patches_the_image_is_what_is_missing(tmp_path: Path) -> None:
    found = check(tmp_path, MISNAMED, "container-image-set", "liveness-probe-set")
    assert found == ["container 'wbe' has no image"]


def test_a_whole_container_of_a_patch_hides_nothing(tmp_path: Path) -> None:
    text = MISNAMED.replace("§wbe", "§proxy\n          image: example.com/shop/proxy:1.0.0")
    found = check(tmp_path, text, "patch-merges-element", "readiness-probe-set")
    assert found == ["container 'proxy' has no readiness probe"]
