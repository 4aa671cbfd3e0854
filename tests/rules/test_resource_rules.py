"""What fixtures cannot show of the resource and probe rules: sentences, and what is not judged."""

from typing import Any

from policies.probes import probe_timing_sane
from policies.resources import capacity_fits, quantity_unit_sane, quota_fits, resource_range
from tests.plain_target import judged, plain_target
from tools.rules.facts import Cluster, Facts
from tools.rules.rule import Rule
from tools.rules.run import Verdict

QUOTA = """
    ---
    apiVersion: v1
    kind: ResourceQuota
    metadata: {name: quota}
    spec: {hard: {requests.cpu: 1, pods: 40}}
    """
DEPLOYMENT = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 4
      template:
        spec:
          containers:
            - {name: web, resources: {requests: {cpu: 250m}}}
    """
DAEMON_SET = """
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent}
    spec: {template: {spec: {containers: [{name: agent, resources: {requests: {cpu: 10m}}}]}}}
    """


def verdict(rule: Rule, text: str, options: Any = None, facts: Facts | None = None) -> Verdict:
    """One rule on the objects of a YAML text."""
    target = plain_target(text, facts=facts or Facts())
    return judged(rule, target, options)


def test_a_quota_says_the_sum_what_it_is_made_of_and_where() -> None:
    (finding,) = verdict(quota_fits.check, QUOTA + DEPLOYMENT + DAEMON_SET).findings
    assert finding.message == (
        "requests.cpu comes to 1260m at most, over the 1 of this quota: "
        "Deployment/web 5 x 250m, DaemonSet/agent 1 x 10m"
    )
    assert [(r.place.line, r.message) for r in finding.related] == [
        (17, "4 pods and 1 more during an update"),
        (23, "1 pod"),
        (13, "so many pods"),
    ]


def test_a_sum_names_the_three_largest() -> None:
    small = "".join(
        DAEMON_SET.replace("10m", f"{cpu}m").replace("agent", f"agent-{cpu}") for cpu in range(1, 5)
    )
    (finding,) = verdict(quota_fits.check, QUOTA + DEPLOYMENT + small).findings
    assert finding.message.endswith(
        "Deployment/web 5 x 250m, DaemonSet/agent-4 1 x 4m, DaemonSet/agent-3 1 x 3m and 2 more"
    )


def test_daemon_sets_count_once_and_say_so_unless_the_nodes_are_known() -> None:
    unknown = verdict(quota_fits.check, QUOTA + DAEMON_SET)
    known = verdict(quota_fits.check, QUOTA + DAEMON_SET, facts=Facts(cluster=Cluster(nodes=101)))
    assert [n.reason for n in unknown.not_judged] == [
        "counted for one node; declare facts.cluster.nodes"
    ]
    assert known.not_judged == []
    assert [f.message.partition(" at most")[0] for f in known.findings] == [
        "requests.cpu comes to 1010m",
        "pods comes to 101",
    ]


def test_an_unknown_overhead_is_said() -> None:
    text = DEPLOYMENT.replace("containers:", "runtimeClassName: gvisor\n          containers:")
    reasons = [
        [n.reason for n in verdict(rule, QUOTA + text, facts=facts).not_judged]
        for rule, facts in (
            (quota_fits.check, None),
            (capacity_fits.check, Facts(cluster=Cluster(cpu="8"))),
        )
    ]
    assert reasons == [
        ["its RuntimeClass is not in the target, so the pod overhead is not counted"],
        ["its RuntimeClass is not in the target, so the pod overhead is not counted"],
    ]


def test_disputed_defaults_are_said() -> None:
    ranges = "".join(
        f"""
    ---
    apiVersion: v1
    kind: LimitRange
    metadata: {{name: range-{cpu}}}
    spec: {{limits: [{{type: Container, defaultRequest: {{memory: {cpu}Mi}}}}]}}
    """
        for cpu in (1, 2)
    )
    assert [
        n.reason for n in verdict(quota_fits.check, QUOTA + DEPLOYMENT + ranges).not_judged
    ] == ["LimitRanges disagree about the default for memory; the first of them was counted"]


def test_a_storage_class_that_the_cluster_chooses_is_not_judged() -> None:
    quota = QUOTA.replace("requests.cpu: 1", "fast.storageclass.storage.k8s.io/requests.storage: 1")
    claim = """
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec: {resources: {requests: {storage: 1Gi}}}
    """
    (entry,) = verdict(quota_fits.check, quota + claim).not_judged
    assert (entry.reason, entry.blocking) == (
        "how much of fast.storageclass.storage.k8s.io/requests.storage is used does not stand in "
        "the manifests",
        False,
    )


def test_a_cluster_that_is_declared_wrongly_blocks() -> None:
    facts = Facts(cluster=Cluster(cpu="two", memory="4Gi", reserved_memory="5Gi"))
    found = verdict(capacity_fits.check, DEPLOYMENT, facts=facts)
    assert found.findings == []
    assert [(n.reason, n.blocking) for n in found.not_judged] == [
        ("facts.cluster does not say cpu in quantities such as 2 or 4096Mi", True)
    ]


def test_options_that_are_no_quantities_block() -> None:
    ranges = resource_range.Options(requests={"cpu": resource_range.Range(min="some")})
    units = quantity_unit_sane.Options(min_bytes="1MB")
    reasons = [
        (n.reason, n.blocking)
        for rule, options in ((resource_range.check, ranges), (quantity_unit_sane.check, units))
        for n in verdict(rule, DEPLOYMENT, options).not_judged
    ]
    assert reasons == [
        ("'some' in policies.yaml is not a quantity", True),
        ("minBytes '1MB' is not a quantity", True),
    ]


def test_units_come_with_the_one_that_was_meant() -> None:
    found = verdict(quantity_unit_sane.check, DEPLOYMENT.replace("cpu: 250m", "memory: 512m"))
    assert [(f.message, f.remedy) for f in found.findings] == [
        (
            "the memory request of container 'web' is '512m', which is 0.512 bytes",
            "Write 512Mi, if that is what is meant.",
        )
    ]


def test_times_name_both_probes() -> None:
    readiness = "readinessProbe: {grpc: {port: 81}, failureThreshold: 3}"
    probes = f"livenessProbe: {{tcpSocket: {{port: 80}}}}, {readiness}"
    found = verdict(
        probe_timing_sane.check, DEPLOYMENT.replace("resources", f"{probes}, resources")
    )
    assert [f.message for f in found.findings] == [
        "the liveness probe of container 'web' gives up after 30 s, not later than readiness, "
        "which does after 30 s"
    ]
