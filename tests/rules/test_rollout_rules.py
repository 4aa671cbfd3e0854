"""What fixtures cannot show of the rollout rules: sentences, severities, what is not judged."""

from typing import Any

import pytest

from policies.rollout import (
    autoscaler_metrics_measurable,
    autoscaler_set,
    autoscaler_target_exists,
    data_survives,
    disruption_budget_allows_eviction,
    node_selector_known,
    replicas_owned_by_autoscaler,
    rolling_update_zero_downtime,
    shutdown_graceful,
)
from tests.plain_target import judged, plain_target
from tools.rules.rule import Rule, Severity
from tools.rules.run import Verdict

DEPLOYMENT = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      strategy: {type: Recreate}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers: [{name: web}]
          volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
    """
CLAIM = """
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec: {accessModes: [ReadWriteMany]}
    """
SERVICE = """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{name: PORT, port: 80}]}
    """


def verdict(rule: Rule, *texts: str) -> Verdict:
    """One rule with its default options on the objects of YAML texts."""
    target = plain_target(*texts)
    return judged(rule, target)


def findings(rule: Rule, *texts: str) -> list[tuple[Severity, str]]:
    return [(f.severity, f.message) for f in verdict(rule, *texts).findings]


def not_judged(rule: Rule, *texts: str) -> list[tuple[str, bool]]:
    """Reasons, and whether they block; there must be no finding beside them."""
    outcome = verdict(rule, *texts)
    assert outcome.findings == []
    return [(entry.reason, entry.blocking) for entry in outcome.not_judged]


@pytest.mark.parametrize(
    ("services", "severity"),
    [
        ((), Severity.WARNING),
        ((SERVICE.replace("PORT", "http-metrics"),), Severity.WARNING),
        ((SERVICE.replace("PORT", "http"),), Severity.ERROR),
    ],
)
def test_an_outage_that_nobody_waits_for_is_a_warning(
    services: tuple[str, ...], severity: Severity
) -> None:
    sentence = "strategy 'Recreate' stops every pod before the first successor starts"
    found = findings(rolling_update_zero_downtime.check, DEPLOYMENT, CLAIM, *services)
    assert found == [(severity, sentence)]


def test_metrics_need_no_draining() -> None:
    scraped = findings(shutdown_graceful.check, DEPLOYMENT, SERVICE.replace("PORT", "http-metrics"))
    served = findings(shutdown_graceful.check, DEPLOYMENT, SERVICE.replace("PORT", "http"))

    sentence = (
        "container 'web' may get requests of Service 'web' after SIGTERM, and has no preStop hook"
    )
    assert (scraped, served) == ([], [(Severity.WARNING, sentence)])


def test_a_claim_that_is_not_there_leaves_the_question_open() -> None:
    unknown = "the claim is not in this target"
    assert not_judged(rolling_update_zero_downtime.check, DEPLOYMENT) == [
        (
            "strategy 'Recreate' stops every pod before the first successor starts;"
            f" whether two pods can share its claim is unknown: {unknown}",
            False,
        )
    ]
    assert not_judged(autoscaler_set.check, DEPLOYMENT) == [
        ("whether two pods can share its claim is unknown: it is not in this target", False)
    ]


@pytest.mark.parametrize(
    ("strategy", "sentence"),
    [
        (
            "{}",
            "an update takes 2 of 8 pods away before any is replaced:"
            " maxUnavailable is not set and defaults to '25%'",
        ),
        (
            "{rollingUpdate: {maxUnavailable: 50%}}",
            "an update takes 4 of 8 pods away before any is replaced: maxUnavailable is '50%'",
        ),
        (
            "{rollingUpdate: {maxSurge: 0, maxUnavailable: 1%}}",
            "an update takes 1 of 8 pods away before any is replaced: maxSurge is 0",
        ),
    ],
)
def test_the_sentence_names_what_decides(strategy: str, sentence: str) -> None:
    deployment = f"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: web}}
        spec: {{replicas: 8, strategy: {strategy}}}
        """
    found = findings(rolling_update_zero_downtime.check, deployment)
    assert [message for _, message in found] == [sentence]


AUTOSCALER = """
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web, namespace: shop}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      minReplicas: 2
      maxReplicas: 10
    """
SCALED = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      replicas: 3
      template: {spec: {containers: [{name: web}]}}
    """


def test_the_owner_of_the_replicas_is_shown() -> None:
    (found,) = verdict(replicas_owned_by_autoscaler.check, SCALED, AUTOSCALER).findings

    owner = "HorizontalPodAutoscaler 'web' sets it between 2 and 10"
    assert found.message == f"replicas is 3 although {owner}"
    assert [related.message for related in found.related] == ["the autoscaler names this workload"]


def test_a_missing_request_is_found_on_the_container_and_shows_the_metric() -> None:
    (found,) = verdict(autoscaler_metrics_measurable.check, SCALED, AUTOSCALER).findings

    assert found.resource and found.resource.slug == "Deployment/web"
    assert found.message == (
        "container 'web' requests no cpu, so that HorizontalPodAutoscaler 'web' cannot compute"
        " its utilization"
    )
    assert [related.message for related in found.related] == ["the metric that needs it"]


def test_an_autoscaler_alone_is_not_judged() -> None:
    assert not_judged(autoscaler_target_exists.check, AUTOSCALER) == [
        ("Deployment 'web' is not in this target, nor any workload", False)
    ]
    assert not_judged(autoscaler_metrics_measurable.check, AUTOSCALER) == [
        ("the pods of Deployment 'web' are not in this target", False)
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            ("name: web}\n      min", "name: wbe}\n      min"),
            "there is no Deployment 'wbe' in its namespace",
        ),
        (("apps/v1", "v1"), "apiVersion is 'v1', but Deployment 'web' is of 'apps/v1'"),
        (
            ("apiVersion: apps/v1, ", ""),
            "apiVersion is not set, but Deployment 'web' is of 'apps/v1'",
        ),
        (("shop", "blog"), "Deployment 'web' is in namespace 'shop', the autoscaler is not"),
        (("Deployment", "DaemonSet"), "a DaemonSet has no number of replicas that could be scaled"),
    ],
)
def test_what_keeps_the_workload_from_being_found(change: tuple[str, str], sentence: str) -> None:
    found = findings(autoscaler_target_exists.check, SCALED, AUTOSCALER.replace(*change))
    assert found == [(Severity.ERROR, sentence)]


def test_labels_and_taints_that_nobody_declared_may_exist() -> None:
    pod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          nodeSelector: {pool: web, kubernetes.io/os: linux}
          tolerations: [{key: dedicated, operator: Exists}]
          containers: [{name: web}]
        """
    reasons = (
        "node label 'pool' may not exist: facts.cluster.nodeLabels declares no labels of the nodes",
        "taint 'dedicated' may not exist: facts.cluster.taints declares no taints of the nodes",
    )
    assert not_judged(node_selector_known.check, pod) == [(reason, False) for reason in reasons]


def test_a_claim_is_not_judged_where_nothing_speaks_of_argocd() -> None:
    reason = "nothing says that Argo CD deploys it; set the option argocd"
    assert not_judged(data_survives.check, CLAIM) == [(reason, False)]


def budget(**spec: Any) -> str:
    fields = "".join(f", {name}: {value}" for name, value in spec.items())
    return f"""
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {{name: web, namespace: shop}}
        spec: {{selector: {{}}{fields}}}
        """


@pytest.mark.parametrize(
    ("spec", "sentences"),
    [
        ({"maxUnavailable": 1}, []),
        ({"minAvailable": 1}, []),
        ({"minAvailable": "50%"}, []),
        ({"minAvailable": 2}, ["minAvailable 2 keeps all 2 pods from being evicted"]),
        ({"minAvailable": "51%"}, ["minAvailable '51%' keeps all 2 pods from being evicted"]),
        ({"maxUnavailable": "0%"}, ["maxUnavailable '0%' keeps all 2 pods from being evicted"]),
        (
            {},
            ["neither minAvailable nor maxUnavailable is set, which allows no eviction at all"],
        ),
    ],
)
def test_budgets_meet_the_fewest_replicas(spec: dict[str, Any], sentences: list[str]) -> None:
    found = findings(disruption_budget_allows_eviction.check, SCALED, AUTOSCALER, budget(**spec))
    assert found == [(Severity.ERROR, sentence) for sentence in sentences]


def test_how_many_pods_a_daemon_set_has_is_not_known() -> None:
    agents = SCALED.replace("Deployment", "DaemonSet")
    assert not_judged(disruption_budget_allows_eviction.check, agents, budget(minAvailable=1)) == [
        ("how many pods DaemonSet/web has at a time stands in no manifest", False)
    ]
