"""One wrong quantity is one finding, said by the rule that owns the mistake."""

from datetime import date
from pathlib import Path

import pytest

from tests.miniature import plant
from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import Config
from tools.rules.gate import Gate
from tools.rules.waiver import Waiver
from tools.source.place import Place
from tools.source.repository import Repository
from tools.source.targets import every_target

RULES = {
    name: rule
    for name, rule in discover().items()
    if rule.group == "resources" or name in ("schema-valid", "autoscaler-metrics-measurable")
}
NAMESPACE = """\
--- shop.yaml
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota, namespace: shop}
spec: {hard: {requests.cpu: 4, requests.memory: 4Gi, limits.cpu: 4, limits.memory: 4Gi}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: bounds, namespace: shop}
spec: {limits: [{type: Container, min: {memory: 16Mi}}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {cpu: 500m, memory: 256Mi, ephemeral-storage: 256Mi}
      volumes:
        - name: tmp
          emptyDir: {sizeLimit: 64Mi}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 2
  metrics:
    - type: Resource
      resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}
    - type: Resource
      resource: {name: cpu, target: {type: AverageValue, averageValue: 400m}}
"""
A_QUANTITY = "must be a quantity such as 2, 500m or 256Mi"
OF_WEB = "spec.template.spec.containers[0].resources"


def findings(root: Path, old: str, new: str, *waivers: Waiver) -> list[tuple[str, str, str]]:
    """What is found when one place of manifests that are right says something else.

    All of it is found at the mark.
    """
    assert NAMESPACE.count(old) == 1
    before, _, after = NAMESPACE.replace(old, new).partition("§")
    repository = Repository(plant(root, before + after))
    config = Config(waivers=waivers)
    gate = Gate(repository, RULES, config, config.kubernetes)
    *_, report = gate.run(Starts(repository, every_target(repository, ()), 1))
    # The first line of the text names the file.
    place = Place("shop.yaml", before.count("\n"), len(before) - before.rfind("\n"))
    assert {f.source for f in report.findings if f.rule != "quota-fits"} <= {place}
    return [(f.rule, f.message, f.remedy) for f in report.findings]


def test_without_a_mistake_nothing_is_found(tmp_path: Path) -> None:
    assert findings(tmp_path, "100m", "100m") == []


@pytest.mark.parametrize(
    ("old", "new", "field", "remedy"),
    [
        ("memory: 128Mi", "memory: §128K", f"{OF_WEB}.requests.memory", "Write 128Ki or 128k."),
        ("memory: 256Mi", "memory: §256MB", f"{OF_WEB}.limits.memory", "Write 256Mi or 256M."),
        ("cpu: 100m", "cpu: §0.1 cores", f"{OF_WEB}.requests.cpu", "Write 0.1."),
        ("storage: 256Mi", "storage: §1 GB", f"{OF_WEB}.limits.ephemeral-storage",
         "Write 1Gi or 1G."),
        ("sizeLimit: 64Mi", "sizeLimit: §64mb", "spec.template.spec.volumes[0].emptyDir.sizeLimit",
         "Write 64Mi or 64M."),
        ("storage: 5Gi", "storage: §5GB", "spec.resources.requests.storage", "Write 5Gi or 5G."),
        ("limits.cpu: 4", "limits.cpu: §4 cores", "spec.hard['limits.cpu']", "Write 4."),
        ("Container, min: {memory: 16Mi", "Container, min: {memory: §16 Mi",
         "spec.limits[0].min.memory", "Write 16Mi."),
        ("400m", "§400 millicores", "spec.metrics[1].resource.target.averageValue", "Write 400m."),
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_for_the_schema(
    tmp_path: Path, old: str, new: str, field: str, remedy: str
) -> None:
    value = new.partition("§")[2]
    sentence = f"{field} is {value!r}, {A_QUANTITY}"
    assert findings(tmp_path, old, new) == [("schema-valid", sentence, remedy)]


def test_amounts_that_are_no_map_are_for_the_schema(tmp_path: Path) -> None:
    sentence = f"{OF_WEB}.requests is 'plenty', must be a map"
    remedy = "Write a map, its fields indented below this key."
    found = findings(tmp_path, "{cpu: 100m, memory: 128Mi}", "§plenty")
    assert found == [("schema-valid", sentence, remedy)]


@pytest.mark.parametrize(
    ("old", "new", "subject"),
    [
        ("cpu: 100m", "cpu: §-100m", "the cpu request of container 'web'"),
        ("memory: 256Mi", "memory: §-256Mi", "the memory limit of container 'web'"),
        ("sizeLimit: 64Mi", "sizeLimit: §-64Mi", "the sizeLimit of volume 'tmp'"),
        ("storage: 5Gi", "storage: §-5Gi", "the storage request of the claim"),
        ("limits.memory: 4Gi", "limits.memory: §-4Gi", "the limits.memory quota"),
    ],
)
def test_an_amount_below_zero_is_for_the_unit(
    tmp_path: Path, old: str, new: str, subject: str
) -> None:
    value = new.partition("§")[2]
    sentence = f"{subject} is {value!r}, and no amount is below 0"
    remedy = f"Write {value[1:]}, or delete the field."
    assert findings(tmp_path, old, new) == [("quantity-unit-sane", sentence, remedy)]


def test_a_limit_in_thousandths_of_a_byte_is_not_also_below_the_request(tmp_path: Path) -> None:
    assert findings(tmp_path, "256Mi, eph", "§256m, eph") == [
        (
            "quantity-unit-sane",
            "the memory limit of container 'web' is '256m', which is 0.256 bytes",
            "Write 256Mi, if that is what is meant.",
        )
    ]


def test_too_many_cores_are_not_also_over_the_quota(tmp_path: Path) -> None:
    assert findings(tmp_path, "cpu: 500m", "cpu: §500") == [
        (
            "quantity-unit-sane",
            "the cpu limit of container 'web' is 500, which is 500 cores",
            "Write 500m, if thousandths of a core are meant.",
        )
    ]


def test_a_waived_unit_does_not_hide_what_follows_from_it(tmp_path: Path) -> None:
    place = Place("policies.yaml", 1, 1)
    waiver = Waiver("quantity-unit-sane", "Deployment/web", "a large node", date.max, None, place)
    found = findings(tmp_path, "cpu: 500m", "cpu: §500", waiver)
    assert sorted(rule for rule, *_ in found) == ["quantity-unit-sane", "quota-fits"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "{cpu: 500m, memory: 256Mi, ephemeral-storage: 256Mi}",
            "§null",
            ("container 'web' has no limit for cpu and memory: resources.limits is null",
             "Write resources.limits with cpu and memory, as much as the container may ever take."),
        ),
        (
            "memory: 256Mi, eph",
            "memory: §null, eph",
            ("container 'web' has no limit for memory: resources.limits.memory is null",
             "Write resources.limits with memory, as much as the container may ever take."),
        ),
        (
            "memory: 256Mi, eph",
            "memory: §0, eph",
            ("container 'web' has no limit for memory: resources.limits.memory is 0",
             "Write resources.limits with memory, as much as the container may ever take."),
        ),
    ],
)  # fmt: skip
def test_a_null_or_a_zero_is_called_what_it_is(
    tmp_path: Path, old: str, new: str, expected: tuple[str, str]
) -> None:
    found = findings(tmp_path, old, new)
    assert [rest for rule, *rest in found if rule == "limits-set"] == [[*expected]]
