"""What a person who is stuck is told to write: of each mistake that a rule finds, its own."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.miniature import plant
from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import Config, parse_config
from tools.rules.gate import Gate
from tools.source.document import parse
from tools.source.repository import Repository
from tools.source.targets import every_target

RULES = discover()
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
"""
HPA = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec:
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  annotations:
"""
NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web}]}
"""
BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
"""
WIDGET = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
    - {name: v2, served: false, storage: false, schema: {openAPIV3Schema: {type: object}}}
---
apiVersion: example.com/v2
kind: Widget
metadata: {name: a}
"""
SYNC = "argocd.argoproj.io/sync-options"
ENFORCE = "pod-security.kubernetes.io/enforce"


class Case(NamedTuple):
    """The only finding of a rule about some objects; `settings` are what policies.yaml says."""

    rule: str
    text: str
    message: str
    remedy: str
    settings: str = ""


DISTINCT = {
    "{httpGet: {path: /health, port: 80}}": "Let liveness ask for a sign of life (/health), "
    "readiness for all it needs (/ready).",
    "{grpc: {port: 80}}": "Give each probe a `service` of its own, for which the program answers "
    "separately.",
    "{tcpSocket: {port: 80}}": "Let readiness ask by httpGet, grpc or exec for all the program "
    "needs; an open port is only a sign of life.",
    "{exec: {command: [live]}}": "Let the command of liveness look for a sign of life, that of "
    "readiness for all the program needs.",
}


def pod(fields: str, **container: str) -> str:
    own = "".join(f", {key}: {value}" for key, value in container.items())
    return f"{POD}  containers: [{{name: web{own}}}]\n  {fields}\n"


def deployment(fields: str, **container: str) -> str:
    own = "".join(f", {key}: {value}" for key, value in container.items())
    return DEPLOYMENT.replace("{name: web}]", f"{{name: web{own}}}]") + f"  {fields}\n"


def hpa(fields: str) -> str:
    return f"{HPA}  {fields}\n"


PROBE = "httpGet: {path: /health, port: 80}"
CASES = [
    # pods
    Case("run-as-non-root", pod("securityContext: {runAsNonRoot: true, runAsUser: 0}"),
         "the pod runs as root: runAsUser is 0",
         "Write the number of a user above 0, such as `runAsUser: 1000`."),
    Case("run-as-non-root", pod("securityContext: {runAsNonRoot: false}"),
         "the pod may run as root: runAsNonRoot is false",
         "Write `runAsNonRoot: true`."),
    Case("seccomp-profile-set", pod("securityContext: {seccompProfile: {type: Unconfined}}"),
         "the pod sets the seccomp profile type 'Unconfined'",
         "Write `type: RuntimeDefault` in it."),
    Case("seccomp-profile-set", pod("securityContext: {seccompProfile: {localhostProfile: a}}"),
         "the pod sets the seccomp profile without a type",
         "Write `type: RuntimeDefault` in it."),
    Case("apparmor-profile-allowed", pod("securityContext: {appArmorProfile: {}}"),
         "the pod sets the AppArmor profile without a type",
         "Remove the profile, or use the type `RuntimeDefault` or `Localhost`."),
    Case("capabilities-dropped",
         pod("", securityContext="{capabilities: {drop: [ALL], add: [CAP_NET_BIND_SERVICE]}}"),
         "container 'web' adds the capability 'CAP_NET_BIND_SERVICE'",
         "Write `NET_BIND_SERVICE`."),
    Case("capabilities-dropped", pod("", securityContext="{capabilities: {drop: [all]}}"),
         "container 'web' does not drop ALL capabilities: 'all' is not in upper case, so that the "
         "standard refuses it",
         "Write `ALL`, in upper case."),
    Case("capabilities-dropped",
         pod("", securityContext="{capabilities: {drop: [ALL], add: [SYS_ADMIN]}}"),
         "container 'web' adds the capability 'SYS_ADMIN'",
         "Remove the entry from `add`."),
    Case("host-paths-unused", pod("volumes: [{name: logs, hostPath: {}}]"),
         "volume 'logs' is a path of the node",
         "Use an `emptyDir` for scratch data, a PersistentVolumeClaim for data that stays, or a "
         "ConfigMap for files."),
    Case("privilege-escalation-disabled", pod("", securityContext="{privileged: true}"),
         "container 'web' may gain privileges: allowPrivilegeEscalation is not set",
         "Remove `privileged: true`, then set `allowPrivilegeEscalation: false`."),
    Case("pod-security-labels-set", f"{NAMESPACE}    {ENFORCE}: baseline\n",
         "the namespace enforces the standard 'baseline' instead of 'restricted'",
         f"Set the label `{ENFORCE}: restricted`."),
    Case("pod-security-labels-set", f"{NAMESPACE}    {ENFORCE}: privileged\n",
         "the namespace enforces the standard 'privileged' instead of 'baseline'",
         f"Set the label `{ENFORCE}: baseline`.",
         "rules: {pod-security-labels-set: {level: baseline}}"),
    Case("pod-security-labels-set", f"{NAMESPACE}    {ENFORCE}: restricted\n",
         f"the version of the enforced standard is not pinned: {ENFORCE}-version is not set",
         f"Set the label `{ENFORCE}-version: v1.33`, with the version of the cluster.",
         'kubernetes: ["1.35", "1.33"]'),
    Case("selinux-options-allowed", pod("securityContext: {seLinuxOptions: {user: system_u}}"),
         "the pod sets the SELinux user 'system_u', which is forbidden",
         "Delete `user`; the runtime sets it."),
    Case("service-account-dedicated", pod(""),
         "the pod runs as ServiceAccount 'default'",
         "Create ServiceAccount 'web', and set `serviceAccountName: web` on the pod."),
    Case("volume-types-restricted", pod("volumes: [{name: code, gitRepo: {}}]"),
         "volume 'code' is of type gitRepo, which is forbidden",
         "Clone in an init container, into an `emptyDir` with a `sizeLimit`."),
    # probes
    Case("liveness-probe-set", pod("", livenessProbe="{periodSeconds: 5}"),
         "the liveness probe of container 'web' asks nothing",
         "Write httpGet, tcpSocket, grpc or exec below livenessProbe."),
    Case("readiness-probe-set", pod("", readinessProbe="{periodSeconds: 5}"),
         "the readiness probe of container 'web' asks nothing",
         "Write httpGet, tcpSocket, grpc or exec below readinessProbe."),
    Case("startup-probe-set", deployment("", startupProbe="{periodSeconds: 5}"),
         "the startup probe of container 'web' asks nothing",
         "Write httpGet, tcpSocket, grpc or exec below startupProbe."),
    *(Case("probes-distinct", pod("", livenessProbe=probe, readinessProbe=probe),
           "the liveness probe of container 'web' asks the same as its readiness probe", remedy)
      for probe, remedy in DISTINCT.items()),
    Case("probes-distinct",
         pod("", livenessProbe="{grpc: {port: 80}}", readinessProbe="{grpc: {port: 80}}"),
         "the liveness probe of container 'web' asks the same as its readiness probe",
         "Give each probe a `service` of its own, for which the program answers separately. "
         "Or give liveness a failureThreshold by which it fails later than readiness.",
         "rules: {probes-distinct: {acceptLaterLiveness: true}}"),
    Case("probe-timing-sane", pod("", livenessProbe=f"{{{PROBE}, failureThreshold: 0}}"),
         "failureThreshold of the liveness probe of container 'web' is 0, which the API server "
         "takes for the default 3",
         "Write `failureThreshold: 1` or more."),
    Case("probe-timing-sane", pod("", livenessProbe=f"{{{PROBE}, timeoutSeconds: -5}}"),
         "timeoutSeconds of the liveness probe of container 'web' is -5, which the API server "
         "refuses",
         "Write `timeoutSeconds: 1` or more."),
    Case("probe-timing-sane", pod("", livenessProbe=f"{{{PROBE}, timeoutSeconds: 15}}"),
         "the liveness probe of container 'web' may take 15 s and is repeated every 10 s",
         "Write `timeoutSeconds: 9` or less, or raise periodSeconds."),
    Case("probe-timing-sane", pod("", livenessProbe=f"{{{PROBE}, periodSeconds: 1}}"),
         "the liveness probe of container 'web' may take 1 s and is repeated every 1 s",
         "Write `periodSeconds: 2` or more."),
    Case("probe-timing-sane",
         pod("", livenessProbe=f"{{{PROBE}, periodSeconds: 8}}",
             readinessProbe="{grpc: {port: 9000}}"),
         "the liveness probe of container 'web' gives up after 24 s, not later than readiness, "
         "which does after 30 s",
         "Write `failureThreshold: 4` or more in the liveness probe."),
    Case("probe-timing-sane",
         pod("", livenessProbe=f"{{{PROBE}}}", startupProbe=f"{{{PROBE}, periodSeconds: 5}}"),
         "the startup probe of container 'web' gives up after 15 s, earlier than liveness, which "
         "would after 30 s",
         "Write `failureThreshold: 6` or more in the startup probe."),
    Case("progress-deadline-covers-startup",
         deployment("progressDeadlineSeconds: 30", startupProbe=f"{{{PROBE}}}"),
         "progressDeadlineSeconds is 30, but the probes allow the pod 30 s to start",
         "Write `progressDeadlineSeconds: 90` or so, or let the probes allow less."),
    # resources
    Case("namespace-quota-set", NAMESPACE + "    a: b\n---\n" + NAMESPACE.replace(
         "Namespace", "ResourceQuota").replace("shop", "shop\n  namespace: shop") + "    a: b\n",
         "namespace 'shop' has no LimitRange",
         "Add a LimitRange with metadata.namespace shop."),
    Case("requests-set", pod("", resources="{requests: {cpu: 1}}"),
         "container 'web' requests no memory",
         "Write resources.requests with memory, as much as the container usually needs."),
    Case("empty-dir-limited", pod("volumes: [{name: tmp, emptyDir: {sizeLimit: 0}}]"),
         "emptyDir volume 'tmp' has no size limit: 0 is none",
         "Write sizeLimit below emptyDir, for example 64Mi."),
    Case("quantity-unit-sane", pod("", resources="{requests: {memory: 4}}"),
         "the memory request of container 'web' is 4, which is 4 bytes",
         "Write 4Mi or 4Gi, if that is what is meant."),
    Case("quantity-unit-sane", pod("", resources="{requests: {memory: 1000000}}"),
         "the memory request of container 'web' is 1000000, which is 1000000 bytes",
         "Write 1Mi or more; Mi and Gi are the units for memory and storage."),
    Case("resource-range", pod("", resources="{requests: {cpu: 1}}"),
         "container 'web' has a cpu request of 1, more than 500m",
         "Write 500m or less, or agree on another range in policies.yaml.",
         "rules: {resource-range: {requests: {cpu: {max: 500m}}}}"),
    Case("requests-within-limits", pod("", resources="{requests: {cpu: 1}}") + """\
---
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: shop}
spec: {limits: [{type: Container, default: {cpu: 500m}}]}
""",
         "container 'web' requests 1 of cpu, more than the limit of '500m' that LimitRange "
         "'defaults' gives it",
         "State resources.limits.cpu in the container, 1 or more."),
    Case("quota-fits", pod("", resources="{requests: {cpu: 1}, limits: {cpu: 1}}") + """\
---
apiVersion: v1
kind: LimitRange
metadata: {name: bounds, namespace: shop}
spec: {limits: [{type: Container, max: {cpu: 500m}}]}
""",
         "container 'web' has a cpu limit of 1, but LimitRange 'bounds' demands '500m' at most",
         "Write 500m at most, or change max in the LimitRange."),
    Case("quota-fits", pod("", resources="{requests: {cpu: 1}}") + """\
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota, namespace: shop}
spec: {hard: {limits.cpu: 4}}
""",
         "container 'web' has no cpu limit, and ResourceQuota 'quota' refuses pods without one",
         "Write resources.limits.cpu in the container, or give it a default in a LimitRange."),
    Case("quota-fits", pod("", resources="{requests: {cpu: 1}}") + """\
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota, namespace: shop}
spec: {hard: {requests.cpu: 800m}}
""",
         "requests.cpu comes to 1 at most, over the '800m' of this quota: Pod/web 1 x 1",
         "Write `requests.cpu: 1` or more, or lower what the objects named here take."),
    # rollout
    Case("revision-history-bounded", deployment("revisionHistoryLimit: 0"),
         "revisionHistoryLimit is 0: there is nothing to go back to",
         "Write `revisionHistoryLimit: 5`."),
    Case("revision-history-bounded", deployment(""),
         "revisionHistoryLimit is not set and defaults to 10, more than 3",
         "Write `revisionHistoryLimit: 3`.",
         "rules: {revision-history-bounded: {max: 3}}"),
    Case("autoscaler-bounds-sane", hpa("{minReplicas: 1, maxReplicas: 5}"),
         "minReplicas is 1, fewer than 2", "Write `minReplicas: 2` or more."),
    Case("autoscaler-bounds-sane", hpa("{minReplicas: 4, maxReplicas: 2}"),
         "maxReplicas 2 is below minReplicas 4, so there is nothing to scale",
         "Write `maxReplicas: 5` or more."),
    Case("autoscaler-target-exists",
         f"{deployment('')}---\n"
         + hpa("scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}"),
         "there is no Deployment 'wbe' in its namespace", "Write `name: web`."),
    Case("autoscaler-target-exists",
         f"{deployment('')}---\n"
         + hpa("scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}"),
         "there is no StatefulSet 'web' in its namespace", "Write `kind: Deployment`."),
    Case("autoscaler-target-exists",
         f"{deployment('')}---\n" + hpa("scaleTargetRef: {kind: Deployment, name: web}"),
         "apiVersion is not set, but Deployment 'web' is of 'apps/v1'",
         "Write `apiVersion: apps/v1`."),
    Case("autoscaler-target-exists",
         hpa("scaleTargetRef: {apiVersion: apps/v1, kind: DaemonSet, name: web}"),
         "a DaemonSet has no number of replicas that could be scaled",
         "Name a Deployment or StatefulSet, or delete the autoscaler."),
    Case("data-survives", f"{CLAIM}    {SYNC}: ServerSideApply=true,Prune=False,Delete=false\n",
         "Argo CD can prune it: its sync-options lack Prune=false",
         f"Write `{SYNC}: ServerSideApply=true,Delete=false,Prune=false`.",
         "rules: {data-survives: {argocd: true}}"),
    Case("data-survives", f"{CLAIM}    a: b\n",
         "Argo CD can prune and delete it: its sync-options lack Prune=false and Delete=false",
         f"Add the annotation {SYNC}: Prune=false,Delete=false.",
         "rules: {data-survives: {argocd: true}}"),
    Case("disruption-budget-allows-eviction", f"{deployment('')}---\n{BUDGET}  maxUnavailable: 0\n",
         "maxUnavailable 0 keeps the only pod from being evicted",
         "Write `maxUnavailable: 1`.",
         "environments: {prod: {targets: ['*']}}"),
    Case("replicas-in-range", deployment("replicas: 1"),
         "replicas is 1, below the minimum of 2", "Write `replicas: 2` or more.",
         "rules: {replicas-in-range: {min: 2, max: 4}}"),
    Case("replicas-in-range", deployment("replicas: 5"),
         "replicas is 5, above the maximum of 4", "Write `replicas: 4` or less.",
         "rules: {replicas-in-range: {min: 2, max: 4}}"),
    Case("rolling-update-zero-downtime",
         deployment("strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}"),
         "maxSurge and maxUnavailable are both 0, which the API server refuses",
         "Write `maxSurge: 1`."),
    Case("selector-matches-template", DEPLOYMENT.replace("{matchLabels: {app: web}}", "{}"),
         "the selector is empty, which is refused: it would match every pod",
         "Write matchLabels with one or more labels of the pod template."),
    Case("node-selector-known", pod("nodeSelector: {kubernetes.io/os: Linux}"),
         "node label 'kubernetes.io/os' is never 'Linux'; it is linux or windows",
         "Write linux."),
    # objects
    Case("api-version-served", WIDGET,
         "example.com/v2 is not served by the kind's own CustomResourceDefinition; it serves "
         "example.com/v1",
         "Write `apiVersion: example.com/v1`."),
    Case("api-version-served", WIDGET.replace("served: true", "served: false"),
         "example.com/v2 is not served by the kind's own CustomResourceDefinition; it serves no "
         "version",
         "Set `served: true` for a version of its CustomResourceDefinition."),
    Case("name-valid", NAMESPACE.replace("shop", "a" * 64) + "    a: b\n",
         f"name '{'a' * 64}' is not valid: it has 64 characters, 63 are allowed",
         "Shorten it to 63 characters."),
    Case("name-valid", NAMESPACE.replace("shop", "My_Shop") + "    a: b\n",
         "name 'My_Shop' is not valid: only lower case letters, digits and '-', with a letter or "
         "digit at both ends",
         "Write `my-shop`, for example."),
    Case("name-valid", f"{NAMESPACE}    team: https://example.com\n",
         "value 'https://example.com' of label 'team' is not valid: only letters, digits, '-', '_' "
         "and '.', with a letter or digit at both ends",
         "Write `https-example.com`, for example. An annotation may hold any text."),
    Case("labels-standard", pod("").replace("metadata: {", "metadata: {labels: {team: ''}, "),
         "the object leaves empty the label team", "Write `team: …` below metadata.labels.",
         "rules: {labels-standard: {required: [team]}}"),
    Case("schema-valid", pod("", ports="[{containerPort: 80, protocol: [TCP]}]"),
         "spec.containers[0].ports[0].protocol is a list, must be a string",
         "Run `kubectl explain pod.spec.containers.ports.protocol` to see what it may hold."),
    Case("yaml-unambiguous", POD.replace("Pod", "NetworkPolicy") + "  podSelector:\n",
         "'podSelector' has no value, which is null and not the empty map",
         "Write `{}` for every pod, labels for some, or `null` if that is meant."),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.message[:40]}")
def test_the_remedy_fits_the_mistake(tmp_path: Path, case: Case) -> None:
    repository = Repository(plant(tmp_path, f"--- shop.yaml\n{case.text}"))
    document = parse(case.settings, "policies.yaml")
    config = parse_config(document[0], RULES) if document else Config()
    gate = Gate(repository, {case.rule: RULES[case.rule]}, config, config.kubernetes)
    *_, report = gate.run(Starts(repository, every_target(repository, ()), 1))
    found = [f for f in report.findings if f.rule == case.rule]
    assert [(f.message, f.remedy) for f in found] == [(case.message, case.remedy)]
