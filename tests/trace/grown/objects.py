"""What bases hold: workloads, what they refer to, and kinds that Kustomize does not know."""

from collections.abc import Callable
from typing import Any

from tests.trace.grown.soil import Data, Soil

_IMAGES = ["nginx:1.25", "app", "r:5/a/b:2", "app@sha256:" + "0" * 64, "ghcr.io/x/app:v1"]
_ARGUMENTS = ["--a", "--b=1", "yes", "0x10", "1.0", "", "$(HOST)", "x $(HOST) $$(y) $(NO)", "é"]
_TEXTS = ["1", "true", "text", "a: b", "", "two\nlines\n", "2024-01-01", "null", "{}", "a#b"]


def _made(api: str, kind: str, name: str, **rest: Any) -> Data:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **rest}


def container(soil: Soil, name: str, maps: list[str]) -> Data:
    """A container; `maps` are ConfigMaps that it may refer to."""
    found: Data = {"name": name, "image": soil.choice(_IMAGES)}
    if soil.maybe():
        found["env"] = [_variable(soil, key, maps) for key in soil.some(list("ABCD"), 4)]
    if soil.maybe():
        found["ports"] = [_port(soil, number) for number in soil.some([80, 443, 8080], 3)]
    if soil.maybe():
        found["args"] = soil.some(_ARGUMENTS, 4)
    if soil.maybe(0.3):
        found["resources"] = soil.choice([{}, {"limits": {"cpu": "100m", "memory": "1Gi"}}])
    if soil.maybe(0.3):
        mounts = soil.some(["tmp", "cfg"], 2)
        found["volumeMounts"] = [{"mountPath": f"/{one}", "name": one} for one in mounts]
    if maps and soil.maybe(0.2):
        found["envFrom"] = [{"configMapRef": {"name": soil.choice(maps)}}]
    return found


def _variable(soil: Soil, name: str, maps: list[str]) -> Data:
    if maps and soil.maybe(0.4):
        reference = {"name": soil.choice(maps), "key": "A"}
        return {"name": name, "valueFrom": {"configMapKeyRef": reference}}
    return {"name": name, "value": soil.choice(_TEXTS)}


def _port(soil: Soil, number: int) -> Data:
    port: Data = {"containerPort": number}
    if soil.maybe():
        port["protocol"] = soil.choice(["TCP", "UDP"])
    if soil.maybe(0.3):
        port["name"] = f"p{number}"
    return port


def pod(soil: Soil, maps: list[str]) -> Data:
    """The spec of a pod."""
    names = soil.some(["web", "side", "log"], 3, 1)
    found: Data = {"containers": [container(soil, name, maps) for name in names]}
    if soil.maybe(0.2):
        found["initContainers"] = [container(soil, "init", maps)]
    if soil.maybe():
        found["volumes"] = [_volume(soil, name, maps) for name in soil.some(["tmp", "cfg"], 2)]
    if soil.maybe(0.3):
        found["tolerations"] = [{"key": key} for key in soil.some(["a", "b"], 2)]
    if soil.maybe(0.2):
        found["imagePullSecrets"] = [{"name": "pull"}]
    if soil.maybe(0.2):
        found["hostNetwork"] = soil.maybe()
    return found


def _volume(soil: Soil, name: str, maps: list[str]) -> Data:
    if maps and soil.maybe():
        return {"name": name, "configMap": {"name": soil.choice(maps)}}
    return {"name": name, "emptyDir": {}}


def _template(soil: Soil, name: str, maps: list[str]) -> Data:
    labels = {"app": name}
    metadata: Data = {"labels": labels}
    if soil.maybe(0.2):
        metadata["annotations"] = {"at": name}
    spec = {"selector": {"matchLabels": labels if soil.maybe(0.3) else dict(labels)}}
    return {**spec, "template": {"metadata": metadata, "spec": pod(soil, maps)}}


def deployment(soil: Soil, name: str, maps: list[str]) -> Data:
    found = _made("apps/v1", "Deployment", name, spec=_template(soil, name, maps))
    found["metadata"]["labels"] = {"app": name, "team": soil.choice(["a", "b"])}
    if soil.maybe(0.3):
        found["metadata"]["annotations"] = soil.choice([{}, {"note": "n", "flag": "true"}])
    if soil.maybe():
        found["spec"]["replicas"] = soil.random.randint(0, 3)
    return found


def stateful_set(soil: Soil, name: str, maps: list[str]) -> Data:
    spec = _template(soil, name, maps)
    spec["serviceName"] = f"{name}-service"
    claim = {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast"}
    spec["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    return _made("apps/v1", "StatefulSet", name, spec=spec)


def cron_job(soil: Soil, name: str, maps: list[str]) -> Data:
    template = {"spec": {**pod(soil, maps), "restartPolicy": "Never"}}
    spec = {"schedule": "0 * * * *", "jobTemplate": {"spec": {"template": template}}}
    return _made("batch/v1", "CronJob", name, spec=spec)


def service(soil: Soil, name: str, maps: list[str]) -> Data:
    ports = [{"port": n, "targetPort": n, "name": f"s{n}"} for n in (80, 443)]
    return _made("v1", "Service", name, spec={"selector": {"app": name}, "ports": ports})


def widget(soil: Soil, name: str, maps: list[str]) -> Data:
    """A kind that Kustomize does not know."""
    spec: Data = {
        "items": [{"name": "a", "size": 1}, {"name": "b", "size": 2}, {"name": "c"}],
        "on": soil.maybe(),
        "host": "www.example.com",
        "config": '{"url": "http://old", "deep": {"a": 1}}',
    }
    for key, value in (("nothing", None), ("text", "two\nlines\n"), ("ratio", 0.5), ("none", [])):
        if soil.maybe(0.3):
            spec[key] = value
    if soil.maybe(0.3):
        spec["containers"] = [{"name": "x", "image": soil.choice(_IMAGES)}]
    return _made("example.com/v1", "Widget", name, spec=spec)


def autoscaler(soil: Soil, name: str, maps: list[str]) -> Data:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name.replace("-hpa", "")}
    spec = {"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 3}
    api = soil.choice(["autoscaling/v1", "autoscaling/v2"])
    return _made(api, "HorizontalPodAutoscaler", name, spec=spec)


def role_binding(soil: Soil, name: str, maps: list[str]) -> Data:
    subject: Data = {"kind": "ServiceAccount", "name": soil.choice(["default", "runner"])}
    if soil.maybe():
        subject["namespace"] = "default"
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"}
    api = "rbac.authorization.k8s.io/v1"
    return _made(api, "RoleBinding", name, subjects=[subject], roleRef=role)


def ingress(soil: Soil, name: str, maps: list[str]) -> Data:
    backend = {"service": {"name": name.replace("-ingress", "-service"), "port": {"number": 80}}}
    rule = {"host": "$(HOST).example.com", "http": {"paths": [{"path": "/", "backend": backend}]}}
    return _made("networking.k8s.io/v1", "Ingress", name, spec={"rules": [rule]})


def network_policy(soil: Soil, name: str, maps: list[str]) -> Data:
    peer = {"podSelector": {"matchLabels": {"app": "x"}}}
    spec = {"podSelector": {}, "ingress": [{"from": [peer]}], "policyTypes": ["Ingress"]}
    return _made("networking.k8s.io/v1", "NetworkPolicy", name, spec=spec)


def config_map(soil: Soil, name: str, maps: list[str]) -> Data:
    keys = soil.some(list("ABCDEF"), 5, 1)
    return _made("v1", "ConfigMap", name, data={key: soil.choice(_TEXTS) for key in keys})


def service_account(soil: Soil, name: str, maps: list[str]) -> Data:
    return _made("v1", "ServiceAccount", name)


def namespace(soil: Soil, name: str, maps: list[str]) -> Data:
    return _made("v1", "Namespace", name)


def secret(soil: Soil, name: str, maps: list[str]) -> Data:
    return _made("v1", "Secret", name, stringData={"A": soil.choice(_TEXTS)})


def claim(soil: Soil, name: str, maps: list[str]) -> Data:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return _made("v1", "PersistentVolumeClaim", name, spec=spec)


OTHERS: tuple[tuple[str, Callable[[Soil, str, list[str]], Data]], ...] = (
    ("-service", service), ("-w", widget), ("-set", stateful_set), ("-cron", cron_job),
    ("-hpa", autoscaler), ("-binding", role_binding), ("-ingress", ingress),
    ("-policy", network_policy), ("-cm", config_map), ("-sa", service_account),
    ("-ns", namespace), ("-secret", secret), ("-claim", claim),
)  # fmt: skip
"""The objects that may stand beside a Deployment, each with the end of its name."""

ANCHORED = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  labels: &labels
    kept: &kept anchored
    other: two
  annotations:
    <<: *labels
    other: mine
data:
  first: *kept
  second: &second "quoted"
  third: *second
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, labels: &app {{app: {name}, tier: back}}}}
spec:
  selector:
    matchLabels: *app
  template:
    metadata:
      labels:
        <<: *app
        tier: front
    spec:
      containers:
        - &one
          name: web
          image: &image app:1
          env: &env
            - {{name: A, value: a}}
        - <<: *one
          name: log
        - name: side
          image: *image
          env: *env
"""
"""Objects with anchors, aliases and merge keys."""
