"""The spec of a Pod or of a template.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec; exactly,
ValidatePodSpec of pkg/apis/core/validation.
"""

from tools.kubernetes.validation.affinity import Labels, affinity, topology_spread
from tools.kubernetes.validation.container_ports import ports_of_node
from tools.kubernetes.validation.containers import containers
from tools.kubernetes.validation.environment import file_volumes
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import HIGHEST_ID, dns_subdomain, enumeration, within
from tools.kubernetes.validation.metadata import labels
from tools.kubernetes.validation.pod_context import PodContext
from tools.kubernetes.validation.pod_network import (
    dns_config,
    host_aliases,
    host_names,
    own_users,
)
from tools.kubernetes.validation.pod_resources import pod_resources
from tools.kubernetes.validation.resource_requirements import overhead
from tools.kubernetes.validation.scheduling import (
    readiness_gates,
    resource_claims,
    scheduling_gates,
    tolerations,
)
from tools.kubernetes.validation.security_contexts import pod_security
from tools.kubernetes.validation.windows import host_processes, operating_system

_ENUMERATIONS = {
    "restartPolicy": ("Always", "OnFailure", "Never"),
    "dnsPolicy": ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
}
_PREEMPTION = ("PreemptLowerPriority", "Never")


def pod_spec(context: PodContext, pod_labels: Labels) -> Refusals:
    """All of it but the volumes; `pod_labels` are those of a Pod, none of a template."""
    spec = context.spec
    yield from containers(context)
    yield from resource_claims(spec["resourceClaims"])
    yield from pod_resources(spec, is_pod=context.is_pod)
    yield from ports_of_node(spec, is_pod=context.is_pod)
    yield from _words(spec)
    yield from _names(spec)
    yield from labels(spec["nodeSelector"])
    yield from pod_security(spec)
    yield from affinity(spec["affinity"], pod_labels)
    yield from topology_spread(spec["topologySpreadConstraints"], pod_labels)
    yield from tolerations(spec["tolerations"])
    yield from readiness_gates(spec["readinessGates"])
    yield from scheduling_gates(spec["schedulingGates"])
    yield from dns_config(spec)
    yield from host_aliases(spec["hostAliases"])
    yield from host_names(spec)
    yield from own_users(context)
    yield from host_processes(context)
    yield from operating_system(context)
    if spec["overhead"].is_set:
        yield from overhead(spec["overhead"])
    yield from _files(context)


def _words(spec: Field) -> Refusals:
    for name, known in _ENUMERATIONS.items():
        if spec[name].text:
            yield from enumeration(spec[name], known)
    if spec["preemptionPolicy"].is_set:
        yield from enumeration(spec["preemptionPolicy"], _PREEMPTION)
    if spec["activeDeadlineSeconds"].is_set:
        yield from within(spec["activeDeadlineSeconds"], 1, HIGHEST_ID)


def _names(spec: Field) -> Refusals:
    account = spec["serviceAccountName"]
    if not account.text:
        # The older spelling of the same.
        account = spec["serviceAccount"]
    if account.text:
        where = spec["serviceAccountName"].path
        yield from (refusal.elsewhere(where) for refusal in dns_subdomain(account))
    for name in ("nodeName", "priorityClassName"):
        if spec[name].text:
            yield from dns_subdomain(spec[name])
    if spec["runtimeClassName"].is_set:
        yield from dns_subdomain(spec["runtimeClassName"])


def _files(context: PodContext) -> Refusals:
    volumes = {volume["name"].text: volume for volume in context.spec["volumes"].items()}
    for container in context.containers():
        yield from file_volumes(container, volumes)
