"""An overlay over one base, with marks at what a finding points at and what it relates."""

from pathlib import Path

from tests.miniature import plant
from tools.render.starts import Start
from tools.rules.catalogue import discover
from tools.rules.facts import Facts
from tools.rules.prepare import prepare
from tools.rules.run import Setting, Verdict, judge
from tools.source.repository import Repository
from tools.source.targets import Kind, NamedTarget

RULES = discover()
FINDING, RELATED = "§", "~"

BASE = """
--- base/kustomization.yaml
resources: [web.yaml, service.yaml]
--- base/service.yaml
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80}]
--- base/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  progressDeadlineSeconds: 600
  selector:
    matchLabels:
      app: web
      tier: front
  template:
    metadata:
      labels:
        app: web
        tier: front
    spec:
      terminationGracePeriodSeconds: 30
      topologySpreadConstraints:
        - topologyKey: zone
          whenUnsatisfiable: DoNotSchedule
          labelSelector:
            matchLabels:
              tier: front
      containers:
        - name: web
          image: example.com/shop/web:1.0.0
          ports:
            - name: http
              containerPort: 8080
          startupProbe:
            httpGet: {path: /startup, port: http}
            failureThreshold: 30
          livenessProbe:
            httpGet:
              path: /live
              port: http
            periodSeconds: 10
            failureThreshold: 6
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 10
            failureThreshold: 3
          lifecycle:
            preStop:
              sleep:
                seconds: 10
          resources:
            requests:
              cpu: 200m
            limits:
              cpu: 500m
"""

OVERLAY = """
--- overlay/kustomization.yaml
resources: [../base]
patches: [path: patch.yaml]
--- overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
"""


def marked(root: Path, mark: str) -> list[tuple[str, int]]:
    return [
        (file.relative_to(root).as_posix(), number)
        for file in sorted(root.rglob("*.yaml"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if mark in line
    ]


def judged(
    root: Path, text: str, *rules: str, facts: Facts | None = None, options: object = None
) -> Verdict:
    """The verdict of rules on the overlay, without the marks."""
    for file in sorted(plant(root, text).rglob("*.yaml")):
        clean = file.read_text(encoding="utf-8").replace(FINDING, "").replace(RELATED, "")
        file.write_text(clean, encoding="utf-8")
    start = Start(Repository(root), NamedTarget("overlay", Kind.KUSTOMIZATION))
    target = prepare(start).target
    assert len(target.resources) > 0, "the case does not render"
    target.facts = facts or Facts()
    settings = {
        name: Setting(RULES[name].severity, options or RULES[name].options) for name in rules
    }
    return judge(RULES, settings, target)


def check(tmp_path: Path, text: str, *rules: str) -> list[str]:
    """Compare the places of findings with the marks; the messages, for what else is to be said."""
    with_marks, without = tmp_path / "marks", tmp_path / "repository"
    plant(with_marks, text)
    verdict = judged(without, text, *rules)
    places = [(f.source.file, f.source.line) for f in verdict.findings if f.source]
    related = [(r.place.file, r.place.line) for f in verdict.findings for r in f.related]
    first = [r for r in related if r not in marked(with_marks, FINDING)]
    assert places, "nothing is found"
    assert places == marked(with_marks, FINDING)
    assert set(marked(with_marks, RELATED)) <= set(first)
    return [finding.message for finding in verdict.findings]
