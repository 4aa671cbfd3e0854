"""Which function validates which kind, and an object against the servers of several versions."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from tools.kubernetes.decoding import decoded, has_null
from tools.kubernetes.deprecations import numbers
from tools.kubernetes.openapi import openapi
from tools.kubernetes.validation.field import Field, Refusal, Refusals, Release

Validator = Callable[[Field], Refusals]

_VALIDATORS: Mapping[tuple[str, str], str] = {
    ("", "ConfigMap"): "config.config_map",
    ("", "LimitRange"): "quotas.limit_range",
    ("", "Namespace"): "config.namespace",
    ("", "PersistentVolume"): "persistent_volumes.persistent_volume",
    ("", "PersistentVolumeClaim"): "claims.persistent_volume_claim",
    ("", "Pod"): "pod.pod",
    ("", "ReplicationController"): "workloads.replication_controller",
    ("", "ResourceQuota"): "quotas.resource_quota",
    ("", "Secret"): "config.secret",
    ("", "Service"): "services.service",
    ("", "ServiceAccount"): "config.service_account",
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): (
        "admission_policies.validating_admission_policy"
    ),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): (
        "admission_policies.validating_admission_policy_binding"
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        "custom_resources.custom_resource_definition"
    ),
    ("apps", "DaemonSet"): "workloads.daemon_set",
    ("apps", "Deployment"): "workloads.deployment",
    ("apps", "ReplicaSet"): "workloads.replica_set",
    ("apps", "StatefulSet"): "stateful_sets.stateful_set",
    ("autoscaling", "HorizontalPodAutoscaler"): "autoscaling.horizontal_pod_autoscaler",
    ("batch", "CronJob"): "batch.cron_job",
    ("batch", "Job"): "batch.job",
    ("coordination.k8s.io", "Lease"): "coordination.lease",
    ("discovery.k8s.io", "EndpointSlice"): "endpoint_slices.endpoint_slice",
    ("networking.k8s.io", "Ingress"): "ingresses.ingress",
    ("networking.k8s.io", "IngressClass"): "ingresses.ingress_class",
    ("networking.k8s.io", "NetworkPolicy"): "network_policies.network_policy",
    ("policy", "PodDisruptionBudget"): "disruption.pod_disruption_budget",
    ("rbac.authorization.k8s.io", "ClusterRole"): "rbac.cluster_role",
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): "rbac.cluster_role_binding",
    ("rbac.authorization.k8s.io", "Role"): "rbac.role",
    ("rbac.authorization.k8s.io", "RoleBinding"): "rbac.role_binding",
    ("scheduling.k8s.io", "PriorityClass"): "scheduling_classes.priority_class",
    ("storage.k8s.io", "StorageClass"): "storage_classes.storage_class",
}
"""Module and function by group and kind. A module is loaded for the first object of its kinds."""


def refusals(
    api_version: str, kind: str, data: Mapping[str, Any], versions: Sequence[str]
) -> list[tuple[Refusal, tuple[str, ...]]]:
    """What servers have against an object, each with the versions that say so.

    `data` is the whole object, `versions` are Kubernetes versions such as `1.36`. [] for a kind
    whose validation is not known here.
    """
    validator = validator_of(api_version, kind)
    if validator is None:
        return []
    found: dict[Refusal, list[str]] = {}
    if versions and has_null(data):
        data = decoded(data, openapi(versions[-1]).schema(api_version, kind) or {})
    done: list[Refusal] = []
    depends = True
    for version in versions:
        if depends:
            release = Release(numbers(version)[1])
            done = list(dict.fromkeys(validator(Field((), data, release))))
            depends = release.mattered
        for refusal in done:
            found.setdefault(refusal, []).append(version)
    return [(refusal, tuple(by)) for refusal, by in found.items()]


@cache
def validator_of(api_version: str, kind: str) -> Validator | None:
    """The function that validates a kind, None if there is none; the first call imports it."""
    name = _VALIDATORS.get((api_version.rpartition("/")[0], kind))
    if name is None:
        return None
    module, _, function = name.partition(".")
    validator: Validator = getattr(import_module(f"{__package__}.{module}"), function)
    return validator
