"""Mistakes planted one at a time in a copy of this repository.

The gate names the rule and the line, and says nothing else.

Each plant replaces a text in a file; `§` in the new text marks the places that must be named, in
the order of the rules.
"""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.render.starts import Starts
from tools.rules.catalogue import discover
from tools.rules.config import read_config
from tools.rules.gate import Gate
from tools.source.repository import Repository
from tools.source.targets import every_target

ROOT = Path(__file__).parent.parent
MANIFESTS = ("argocd", "base", "components", "overlays", "policies.yaml")
MARK = "§"


class Plant(NamedTuple):
    """One mistake: in `file`, `old` becomes `new`; `rules` find it at the marks.

    `also` are findings about what follows from it elsewhere, as `rule file:line`.
    """

    rules: str
    file: str
    old: str
    new: str
    also: tuple[str, ...] = ()


BACKEND = "base/backend/deployment.yaml"
PROD = "overlays/prod/kustomization.yaml"
MINIKUBE = "overlays/minikube/kustomization.yaml"
RESOURCES = "overlays/prod/patches/todo-backend-resources.yaml"
SPREAD = "overlays/prod/patches/todo-backend-spread.yaml"
PULL_POLICY = "overlays/minikube/patches/deployments-pull-policy.yaml"
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
HPA = "components/autoscaling/hpa-backend.yaml"
ROLE = "components/rbac/role.yaml"

PLANTS = [
    # pods
    Plant("run-as-non-root", BACKEND, "runAsUser: 1000", "runAsUser: §0"),
    Plant("run-as-non-root", BACKEND, "runAsNonRoot: true", "runAsNonRoot: §false"),
    Plant("privilege-escalation-disabled", BACKEND,
          "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: §true"),
    Plant("not-privileged", BACKEND,
          "allowPrivilegeEscalation: false",
          "allowPrivilegeEscalation: false\n            privileged: §true"),
    Plant("root-filesystem-read-only", BACKEND,
          "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: §false"),
    Plant("capabilities-dropped", BACKEND,
          "                - ALL", "                - ALL\n              add: [§SYS_ADMIN]"),
    Plant("seccomp-profile-set", BACKEND, "type: RuntimeDefault", "type: §Unconfined"),
    Plant("host-namespaces-unused", BACKEND,
          "      enableServiceLinks: false",
          "      enableServiceLinks: false\n      hostPID: §true"),
    Plant("service-account-token-not-mounted", BACKEND,
          "automountServiceAccountToken: false", "automountServiceAccountToken: §true"),
    Plant("service-account-dedicated", "base/mcp-server/deployment.yaml",
          "serviceAccountName: todo-mcp", "serviceAccountName: §todo-backend"),
    Plant("pod-security-labels-set", "overlays/prod/namespace.yaml",
          "pod-security.kubernetes.io/enforce: restricted",
          "pod-security.kubernetes.io/enforce: §baseline"),
    Plant("fs-group-set", BACKEND, "      securityContext:\n        runAsNonRoot: true\n"
          "        runAsUser: 1000\n        runAsGroup: 1000\n        fsGroup: 1000\n",
          "      §securityContext:\n        runAsNonRoot: true\n"
          "        runAsUser: 1000\n        runAsGroup: 1000\n"),
    Plant("privilege-escalation-disabled", "components/database/stateful-set.yaml",
          "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: §true"),
    # resources
    Plant("quantity-unit-sane", RESOURCES, "memory: 256Mi", "memory: §256m"),
    Plant("schema-valid", RESOURCES, "memory: 256Mi", "memory: §256K"),
    Plant("schema-valid", BACKEND, "sizeLimit: 64Mi", "sizeLimit: §64MB"),
    Plant("quantity-unit-sane", RESOURCES, "cpu: 250m", "cpu: §-250m"),
    Plant("quantity-canonical", RESOURCES, "cpu: 500m", "cpu: §'0.5'"),
    Plant("volume-resolves", SPREAD, "    spec:\n",
          "    spec:\n      volumes:\n        - name: tmp\n          $patch: §delete\n"),
    Plant("empty-dir-limited", BACKEND, "emptyDir:\n            sizeLimit: 64Mi", "§emptyDir: {}"),
    # The base states the map of limits, the patch only adds to it.
    Plant("", RESOURCES, "            limits:\n              cpu: 500m\n", "            limits:\n",
          (f"limits-set {BACKEND}:150",)),
    Plant("requests-within-limits", RESOURCES, "memory: 256Mi", "memory: §1Gi",
          ("quota-fits overlays/prod/patches/todo-backend-resources.yaml:13",
           "quota-fits overlays/prod/resource-quota.yaml:20")),
    # The server refuses the one, and the other is not what was agreed.
    Plant("requests-within-limits resource-range", RESOURCES,
          "cpu: 250m\n              memory: 256Mi\n            limits:\n              cpu: 500m",
          "cpu: §250m\n              memory: 256Mi\n            limits:\n              cpu: §240m"),
    Plant("quantity-unit-sane", RESOURCES, "memory: 512Mi", "memory: §512m"),
    Plant("requests-within-limits", BACKEND,
          "              ephemeral-storage: 64Mi\n", "              ephemeral-storage: §512Mi\n"),
    # probes
    Plant("probe-port-exposed", BACKEND,
          "path: /health\n              port: http", "path: /health\n              port: §8001"),
    Plant("probe-timing-sane", BACKEND,
          "periodSeconds: 10\n            timeoutSeconds: 5",
          "periodSeconds: 10\n            timeoutSeconds: §15"),
    Plant("probe-timing-sane", BACKEND, "failureThreshold: 30", "failureThreshold: §0"),
    Plant("progress-deadline-covers-startup", BACKEND,
          "progressDeadlineSeconds: 300", "progressDeadlineSeconds: §60"),
    Plant("probes-distinct", BACKEND, "path: /health", "path: §/ready"),
    Plant("probes-distinct", RESOURCES,
          "          resources:", "          readinessProbe:\n            httpGet:\n"
          "              path: §/health\n          resources:"),
    Plant("progress-deadline-covers-startup", RESOURCES,
          "          resources:", "          startupProbe:\n"
          "            failureThreshold: §100\n          resources:"),
    Plant("readiness-probe-set", RESOURCES,
          "          resources:", "          readinessProbe: §null\n          resources:"),
    # rollout
    Plant("rolling-update-zero-downtime", BACKEND, "maxUnavailable: 0", "maxUnavailable: §1"),
    Plant("rolling-update-zero-downtime", BACKEND, "maxSurge: 1", "maxSurge: §0"),
    Plant("autoscaler-target-exists", HPA,
          "kind: Deployment\n    name: todo-backend", "kind: Deployment\n    name: §todo-backnd"),
    Plant("autoscaler-target-exists", HPA,
          "kind: Deployment\n    name: todo-backend",
          "kind: §StatefulSet\n    name: todo-backend"),
    Plant("disruption-budget-set", "overlays/prod/pdb-backend.yaml",
          "matchLabels:\n      app.kubernetes.io/name: todo-backend",
          "matchLabels:\n      app.kubernetes.io/name: §todo-backnd"),
    Plant("replicas-owned-by-autoscaler", PROD, "patches:\n",
          "replicas:\n  - name: todo-backend\n    count: §3\n\npatches:\n"),
    Plant("replicas-owned-by-autoscaler", BACKEND,
          "spec:\n", "spec:\n  replicas: §2\n"),
    Plant("autoscaler-bounds-sane", HPA, "maxReplicas: 10", "maxReplicas: §2"),
    # So many that neither the quota nor the node has room for them, which follows from it.
    Plant("replicas-in-range", HPA, "maxReplicas: 10", "maxReplicas: §100"),
    Plant("autoscaler-bounds-sane", HPA, "minReplicas: 2", "minReplicas: §1"),
    Plant("autoscaler-metrics-measurable", HPA, "name: cpu", "name: §memroy"),
    Plant("disruption-budget-allows-eviction", "overlays/prod/pdb-backend.yaml",
          "maxUnavailable: 1", "minAvailable: §2"),
    # The API server refuses it; of the hook and the period it is the one that was set last.
    Plant("server-accepts", SPREAD,
          "    spec:\n", "    spec:\n      terminationGracePeriodSeconds: §5\n"),
    Plant("writable-paths-mounted", BACKEND,
          "mountPath: /tmp", "mountPath: /tmp\n              readOnly: §true"),
    Plant("service-account-dedicated", SPREAD,
          "    spec:\n", "    spec:\n      serviceAccountName: §todo-mcp\n"),
    Plant("disruption-budget-allows-eviction", "overlays/prod/pdb-backend.yaml",
          "maxUnavailable: 1", "maxUnavailable: §0"),
    Plant("spread-selects-own-pods", SPREAD,
          "topologyKey: kubernetes.io/hostname\n          maxSkew: 1\n"
          "          whenUnsatisfiable: ScheduleAnyway\n          labelSelector:\n"
          "            matchLabels:\n              app.kubernetes.io/name: todo-backend",
          "topologyKey: kubernetes.io/hostname\n          maxSkew: 1\n"
          "          whenUnsatisfiable: ScheduleAnyway\n          labelSelector:\n"
          "            matchLabels:\n              app.kubernetes.io/name: §todo-frontend"),
    Plant("", BACKEND, "terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: 5",
          ("server-accepts base/backend/deployment.yaml:145",)),
    Plant("", BACKEND, "sleep:\n                seconds: 10",
          "exec:\n                command: [sleep, '60']",
          ("shutdown-graceful base/backend/deployment.yaml:32",)),
    Plant("replicas-in-range", MINIKUBE,
          "- name: todo-mcp\n    count: 1", "- name: todo-mcp\n    count: §4"),
    Plant("replicas-in-range", MINIKUBE,
          "- name: todo-mcp\n    count: 1", "- name: todo-mcp\n    count: §40"),
    # what only the server's own validation refuses
    Plant("server-accepts", BACKEND, "imagePullPolicy: IfNotPresent",
          "imagePullPolicy: §Ifnotpresent"),
    Plant("server-accepts", BACKEND, "livenessProbe:\n",
          "livenessProbe:\n            tcpSocket: §{port: http}\n"),
    # rbac
    Plant("", MINIKUBE, "# Repeated from", "components: [../../components/rbac]\n\n# Repeated from",
          (f"rbac-no-secret-read {ROLE}:17",
           "application-project-permits argocd/project-minikube.yaml:15")),
    Plant("rbac-no-wildcards", ROLE, "- watch", "- §'*'"),
    Plant("rbac-no-escalation", ROLE, "- secrets", "- §pods/exec"),
    Plant("rbac-binding-resolves", "components/rbac/role-binding.yaml",
          "kind: Role\n  name: todo-chatbot-role", "kind: Role\n  name: §todo-chatbot-rule"),
    # images
    Plant("image-tag-set", MINIKUBE, "newTag: phase4", "newTag: §latest"),
    Plant("image-tag-semver", PROD, "newTag: 1.0.0", "newTag: §main"),
    Plant("image-registry-allowed", PROD,
          "newName: registry.example.com/todo/todo-frontend\n    newTag: 1.0.0",
          "newName: §registry.example.org/todo/todo-frontend\n    newTag: 1.0.0"),
    Plant("image-pull-policy-fits", BACKEND,
          "imagePullPolicy: IfNotPresent", "imagePullPolicy: §Never"),
    # The name comes from the base where the overlay sets the tag only.
    Plant("image-consistent", "base/mcp-server/deployment.yaml",
          "image: todo-backend", "image: §todo-frontend", (f"image-consistent {PROD}:24",)),
    Plant("selector-matches-template", BACKEND,
          "        app.kubernetes.io/component: backend\n    spec",
          "        app.kubernetes.io/component: §back\n    spec"),
    Plant("selector-matches-template", BACKEND,
          "  selector:\n    matchLabels:\n      app.kubernetes.io/name: todo-backend",
          "  selector:\n    matchLabels:\n      app.kubernetes.io/name: §todo-backnd"),
    Plant("probe-port-exposed", BACKEND, "- name: http", "- name: §htp"),
    Plant("autoscaler-target-exists", HPA,
          "kind: Deployment\n    name: todo-backend", "kind: Deployment\n    name: §ghost"),
    # objects
    Plant("name-valid", "overlays/prod/namespace.yaml",
          "pod-security.kubernetes.io/enforce: restricted",
          "pod-security.kubernetes.io/enforce: restricted\n    §team a: todo"),
    Plant("schema-valid", BACKEND, "revisionHistoryLimit: 5", "revisionHistoryLimit: §five"),
    Plant("schema-valid", BACKEND, "imagePullPolicy: IfNotPresent",
          "§imagePullPolcy: IfNotPresent"),
    Plant("schema-valid", RESOURCES, "            limits:",
          "            §limit: {}\n            limits:"),
    Plant("api-version-served", HPA, "apiVersion: autoscaling/v2\n",
          "apiVersion: §autoscaling/v2beta2\n"),
    Plant("yaml-unambiguous", "overlays/prod/pdb-backend.yaml",
          "  maxUnavailable: 1\n", "  maxUnavailable: 1\n  §maxUnavailable: 1\n"),
    # kustomize
    Plant("patch-matches", PROD,
          "      version: v1\n      kind: Deployment",
          "      version: v1\n      kind: §StatefulSet"),
    Plant("patch-matches", PROD, "      kind: Deployment\n",
          "      kind: Deployment\n      §labelSelector: app.kubernetes.io/nam=todo-backend\n"),
    Plant("images-entry-matches", PROD, "- name: todo-backend\n    newName",
          "- name: §todo-backnd\n    newName"),
    # What Kustomize then misses, or has twice, is not said as well.
    Plant("kustomization-strict", PROD, "configMapGenerator:\n",
          "§resources:\n  - namespace.yaml\n\nconfigMapGenerator:\n"),
    Plant("kustomization-strict", PROD, "  - ../../components/ingress\n",
          "  - ../../components/ingress\n  - §../../base\n"),
    Plant("schema-valid", BACKEND,
          "      volumes:\n        - name: tmp\n          emptyDir:\n            sizeLimit: 64Mi\n",
          "      §volumes:\n        tmp:\n          emptyDir: {}\n"),
    Plant("kustomization-strict", PROD, "namespace: todo-prod", "§Namespace: todo-prod"),
    Plant("kustomization-strict", "components/rbac/kustomization.yaml",
          "resources:", "§Resources:"),
    Plant("kustomization-refs-local", "components/rbac/kustomization.yaml",
          "  - role.yaml", "  - role.yaml\n  - §../../../outside.yaml"),
    Plant("schema-valid", "components/ingress/ingress.yaml",
          "ingressClassName: nginx", "§ingresClassName: nginx"),
    Plant("labels-not-in-selectors", "base/kustomization.yaml",
          "includeSelectors: false", "includeSelectors: §true",
          ("network-dns-allowed base/network/allow-dns.yaml:14",)),
    Plant("generator-immutable-hashed", PROD, "  immutable: true", "  immutable: §false"),
    Plant("patch-merges-element", RESOURCES, "- name: backend", "- §name: backnd"),
    Plant("patch-merges-element", "overlays/minikube/patches/todo-backend-resources.yaml",
          "- name: backend", "- §name: backnd"),
    Plant("patch-merges-element", "overlays/prod/patches/todo-mcp-resources.yaml",
          "- name: mcp", "- §name: mpc"),
    Plant("patch-merges-element", "overlays/minikube/patches/todo-backend-node-port.yaml",
          "- port: 8000", "- §port: 8001"),
    Plant("patch-merges-element", RESOURCES,
          "          resources:", "          env:\n            - §name: LOG_LVEL\n"
          "              value: debug\n          resources:"),
    Plant("patch-merges-element", RESOURCES,
          "      containers:", "      volumes:\n        - §name: tpm\n          emptyDir:\n"
          "            sizeLimit: 1Gi\n      containers:"),
    Plant("container-image-set", BACKEND, "- name: backend\n          image: todo-backend",
          "- §name: backend"),
    # What a kustomization gives to all of its objects
    Plant("object-namespaced", PROD, f"{HEAD}\nnamespace: todo-prod\n", f"§{HEAD}"),
    Plant("object-namespaced", PROD, "namespace: todo-prod", "namespace: §''"),
    Plant("object-namespaced", "argocd/kustomization.yaml",
          f"{HEAD}\nnamespace: argocd\n", f"§{HEAD}"),
    Plant("labels-standard", "base/kustomization.yaml",
          "pairs:\n      app.kubernetes.io/part-of: todo-chatbot\n", "§pairs:\n"),
    Plant("labels-standard", "base/kustomization.yaml",
          "- pairs:\n      app.kubernetes.io/part-of: todo-chatbot\n"
          "      app.kubernetes.io/managed-by: kustomize\n    includeSelectors: false\n"
          "    includeTemplates: true\n",
          "- §pairs:\n      app.kubernetes.io/part-of: todo-chatbot\n"
          "      app.kubernetes.io/managed-by: kustomize\n    includeSelectors: false\n"),
    Plant("labels-standard", "base/kustomization.yaml",
          "includeTemplates: true", "includeTemplates: §false"),
    Plant("labels-standard", BACKEND,
          "  labels:\n    app.kubernetes.io/name: todo-backend\n"
          "    app.kubernetes.io/component: backend\nspec",
          "  §labels:\n    app.kubernetes.io/name: todo-backend\nspec"),
    Plant("kustomization-refs-local", "components/rbac/kustomization.yaml",
          "  - role.yaml", "  - §roles.yaml"),
    Plant("kustomization-refs-local", PROD,
          "  - pdb-frontend.yaml", "  - pdb-frontend.yaml\n  - §https://example.com/x.yaml"),
    # services
    Plant("service-selects-pods", "base/mcp-server/service.yaml",
          "selector:\n    app.kubernetes.io/name: todo-mcp",
          "selector:\n    app.kubernetes.io/name: §todo-backend"),
    Plant("service-port-resolves", "base/backend/service.yaml",
          "targetPort: http", "targetPort: §web"),
    Plant("port-valid", "base/backend/service.yaml", "targetPort: http", "targetPort: §'8000'"),
    Plant("service-type-allowed", "base/mcp-server/service.yaml",
          "type: ClusterIP", "type: §NodePort",
          ("network-flows-exact base/mcp-server/service.yaml:14",)),
    Plant("node-port-allowed", "overlays/minikube/patches/todo-backend-node-port.yaml",
          "nodePort: 30081", "nodePort: §30082", (f"url-node-port-matches {MINIKUBE}:72",)),
    Plant("ingress-backend-resolves", "components/ingress/ingress.yaml",
          "name: todo-backend\n                port:\n                  name: http",
          "name: todo-backend\n                port:\n                  name: §web"),
    Plant("ingress-class-set", "components/ingress/ingress.yaml",
          "spec:\n  ingressClassName: nginx\n", "§spec:\n"),
    Plant("ingress-path-unique", "components/ingress/ingress.yaml",
          "path: /api\n", "path: §/\n"),
    Plant("ingress-no-snippets", "components/ingress/ingress.yaml",
          'nginx.ingress.kubernetes.io/ssl-redirect: "true"',
          'nginx.ingress.kubernetes.io/server-snippet: §"deny all;"'),
    Plant("ingress-rewrite-keeps-path", "components/ingress/ingress.yaml",
          'nginx.ingress.kubernetes.io/ssl-redirect: "true"',
          "nginx.ingress.kubernetes.io/rewrite-target: §/"),
    # references
    Plant("config-map-key-exists", BACKEND, "key: MCP_SERVER_URL", "key: §MCP_SERVER_ULR"),
    Plant("config-map-key-used", "base/kustomization.yaml",
          "- LOG_LEVEL=info", "- LOG_LEVEL=info\n      - §LOG_FORMAT=json"),
    Plant("service-account-exists", "base/mcp-server/deployment.yaml",
          "serviceAccountName: todo-mcp", "serviceAccountName: §todo-mpc"),
    Plant("volume-resolves", BACKEND,
          "- name: tmp\n              mountPath", "- name: §temp\n              mountPath"),
    Plant("env-name-valid", BACKEND, "- name: LOG_LEVEL\n", "- name: §log-level\n"),
    Plant("env-reference-expands", BACKEND, "- --port=8000", "- §--port=$(PORT)"),
    Plant("env-url-resolves", "base/kustomization.yaml",
          "MCP_SERVER_URL=http://todo-mcp:8001", "§MCP_SERVER_URL=http://todo-mcp:8000"),
    Plant("env-url-resolves", "base/kustomization.yaml",
          "BETTER_AUTH_ISSUER=http://todo-frontend", "§BETTER_AUTH_ISSUER=http://todo-fronted"),
    Plant("url-node-port-matches", MINIKUBE,
          "NEXT_PUBLIC_APP_URL=http://192.168.49.2:30080",
          "§NEXT_PUBLIC_APP_URL=http://192.168.49.2:30081"),
    Plant("named-object-exists", "overlays/prod/patches/deployments-pull-secret.yaml",
          "registry-credentials", "§registry-credential"),
    # A URL that the base gives to all, and an overlay without the Service.
    Plant("", PROD, "patches:\n", "patches:\n  - patch: |-\n      $patch: delete\n"
          "      apiVersion: v1\n      kind: Service\n      metadata:\n        name: todo-mcp\n",
          ("env-url-resolves base/kustomization.yaml:41",
           "environments-agree base/mcp-server/service.yaml:4")),
    # secrets
    Plant("secret-key-used", "components/external-secrets/external-secret.yaml",
          "secretKey: COHERE_API_KEY", "secretKey: §COHERE_KEY"),
    Plant("secret-not-in-git", PROD, "# Repeated from",
          "secretGenerator:\n  - name: extra\n    §literals:\n      - SMTP_PASSWORD=hunter2\n\n"
          "# Repeated from",
          (f"labels-standard {PROD}:44", f"secret-key-used {PROD}:44",
           "application-project-permits argocd/project-prod.yaml:15")),
    Plant("secret-not-in-env-literal", BACKEND,
          "- name: DATABASE_URL\n              valueFrom:\n                secretKeyRef:\n"
          "                  name: todo-chatbot-secrets\n                  key: DATABASE_URL\n",
          "- name: DATABASE_URL\n              value: §postgresql://todo:s3cr3t@db.example.com/todo\n"),
    Plant("secret-not-in-config-map", "base/kustomization.yaml",
          "- LOG_LEVEL=info", "- §LOG_LEVEL=ghp_" + "R7tqW2nXkLmP9vBzYc3JdHs8GfA5eU0oQiTb"),
    Plant("secret-key-declared", BACKEND, "key: OPENAI_API_KEY", "key: §OPENAI_API_KEI"),
    Plant("secret-key-used", "components/external-secrets/external-secret.yaml",
          "    - secretKey: OPENAI_API_KEY\n",
          "    - secretKey: §SMTP_PASSWORD\n      remoteRef:\n        key: todo-chatbot\n"
          "    - secretKey: OPENAI_API_KEY\n"),
    Plant("secret-consumed-as-env", BACKEND, "      volumes:\n",
          "      volumes:\n        - name: url\n          secret:\n"
          "            secretName: §todo-chatbot-secrets\n            items:\n"
          "              - key: DATABASE_URL\n                path: url\n"),
    Plant("secret-least-shared", "base/mcp-server/deployment.yaml",
          "key: BETTER_AUTH_SECRET", "key: §OPENAI_API_KEY"),
    # network
    Plant("network-default-deny", "base/network/default-deny.yaml",
          "  policyTypes:\n    - Ingress\n    - Egress", "  §policyTypes:\n    - Ingress"),
    Plant("network-dns-allowed", "base/network/allow-dns.yaml",
          "      ports:\n        - protocol: UDP\n          port: 53\n"
          "        # Answers too large for one datagram are asked for again over TCP.\n"
          "        - protocol: TCP\n          port: 53\n",
          "      §ports:\n        - protocol: UDP\n          port: 53\n"),
    # That the declared flow is shut follows from the port, which is said once.
    Plant("network-policy-port-matches", "base/network/backend.yaml",
          "        - protocol: TCP\n          port: 8000",
          "        - protocol: TCP\n          port: §80"),
    # The rule opens the port to nobody, and the backend's URL of the server leads nowhere.
    Plant("network-peer-matches", "base/network/backend.yaml",
          "        - podSelector:\n            matchLabels:\n"
          "              app.kubernetes.io/name: todo-mcp",
          "        - §podSelector:\n            matchLabels:\n"
          "              app.kubernetes.io/name: todo-mpc",
          also=("network-flows-exact base/network/backend.yaml:33",
                "env-url-resolves base/kustomization.yaml:41")),
    Plant("network-flows-exact network-metadata-blocked", "base/network/mcp-server.yaml",
          "        - ipBlock:\n            cidr: 0.0.0.0/0\n            except:\n"
          "              - 10.0.0.0/8\n              - 100.64.0.0/10\n"
          "              - 169.254.0.0/16\n",
          "        - §ipBlock:\n            cidr: 0.0.0.0/0\n            §except:\n"
          "              - 10.0.0.0/8\n              - 100.64.0.0/10\n"),
    # The DNS is still there for it by the policy of all pods, and nothing else.
    Plant("network-flows-exact network-policy-selects-pods", "base/network/mcp-server.yaml",
          "  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: todo-mcp\n",
          "  §podSelector:\n    matchLabels:\n      app.kubernetes.io/name: §todo-mcp-server\n",
          also=("env-url-resolves base/kustomization.yaml:41",)),
    Plant("network-flows-exact", "components/ingress/network-frontend.yaml",
          "        - namespaceSelector:\n            matchLabels:\n"
          "              kubernetes.io/metadata.name: ingress-nginx\n"
          "          podSelector:\n            matchLabels:\n"
          "              app.kubernetes.io/name: ingress-nginx\n"
          "              app.kubernetes.io/component: controller\n",
          "        - §namespaceSelector:\n            matchLabels:\n"
          "              kubernetes.io/metadata.name: ingress-nginx\n"),
    Plant("network-flows-exact", "base/network/mcp-server.yaml",
          "        - protocol: TCP\n          port: 5432",
          "        - protocol: TCP\n          port: 5432\n"
          "        §- protocol: TCP\n          port: 22"),
    Plant("", "overlays/prod/kustomization.yaml",
          "patches:\n",
          "patches:\n  - patch: |-\n      $patch: delete\n      apiVersion: networking.k8s.io/v1\n"
          "      kind: NetworkPolicy\n      metadata: {name: default-deny}\n",
          also=("network-default-deny overlays/prod/kustomization.yaml:4",)),
    # relations
    Plant("environments-agree", RESOURCES, "    spec:\n      containers:",
          "    spec:\n      shareProcessNamespace: §true\n      containers:"),
    # At most of these Kustomize stops, and says no line.
    Plant("patch-applies", PULL_POLICY, "op: replace", "op: §replac"),
    Plant("patch-applies", PULL_POLICY, "containers/0/", "containers/§3/"),
    Plant("patch-applies", PULL_POLICY, "  value:", "  §vaule:"),
    Plant("patch-applies", PROD,
          "  - path: patches/todo-mcp-spread.yaml",
          "  - path: patches/todo-mcp-spread.yaml\n  - §target: {}"),
    Plant("replacement-matches", PROD,
          "name: todo-chatbot-config\n      fieldPath: data.NEXT_PUBLIC_APP_URL",
          "name: todo-chatbot-config\n      fieldPath: §data.NEXT_PUBLIC_AP_URL"),
    Plant("replacement-matches", PROD, "spec.tls.0.hosts.0", "§spec.tls.1.hosts.0"),
    Plant("generator-valid", PROD,
          "- NEXT_PUBLIC_APP_URL=https://todo.example.com",
          "- §NEXT_PUBLIC_APP_URL https://todo.example.com"),
    Plant("generator-valid", PROD,
          "- name: todo-chatbot-config", "- name: §todo-chatbot-settings"),
    Plant("replicas-entry-matches", MINIKUBE, "- name: todo-mcp\n", "- name: §todo-mpc\n"),
    Plant("resource-listed-once", PROD,
          "  - pdb-frontend.yaml", "  - pdb-frontend.yaml\n  - §pdb-frontend.yaml"),
    Plant("resource-identified", "base/backend/service.yaml", "kind: Service", "§Kind: Service"),
]  # fmt: skip


RULES = discover()


def planted(root: Path, plant: Plant) -> set[tuple[str, str, int]]:
    """Plant the mistake; what must be found is every rule of the plant at the line of its mark."""
    for name in MANIFESTS:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, root / name)
    (root / ".git").mkdir()
    file = root / plant.file
    text = file.read_text(encoding="utf-8")
    assert text.count(plant.old) >= 1, "the manifest has changed; plant something else"
    marked = text.replace(plant.old, plant.new, 1)
    file.write_text(marked.replace(MARK, ""), encoding="utf-8")
    lines = [n for n, line in enumerate(marked.splitlines(), 1) if MARK in line]
    ids = plant.rules.split()
    also = (re.fullmatch(r"(\S+) (\S+):(\d+)", entry) for entry in plant.also)
    consequences = {(match[1], match[2], int(match[3])) for match in also if match}
    return {(rule, plant.file, line) for rule, line in zip(ids, lines, strict=True)} | consequences


def found(root: Path) -> set[tuple[str, str, int]]:
    repository = Repository(root)
    config = read_config(repository, RULES, None)
    targets = every_target(repository, config.exclude)
    # Not the whole of it: what one of its waivers is for stands in tests, which are not copied.
    gate = Gate(repository, RULES, config, config.kubernetes)
    *_, report = gate.run(Starts(repository, targets, 2))
    assert all(finding.source and finding.remedy for finding in report.findings)
    return {
        (f.rule, f.source.file, f.source.line)
        for f in report.findings
        if f.source and f.waiver is None
    }


def name_of(plant: Plant) -> str:
    rules = plant.rules or plant.also[0].partition(" ")[0]
    return f"{rules}-{plant.file}".replace(" ", "+")


@pytest.mark.parametrize("plant", PLANTS, ids=name_of)
def test_a_planted_mistake_is_found_at_its_line_and_nothing_else(
    tmp_path: Path, plant: Plant
) -> None:
    expected = planted(tmp_path, plant)
    assert expected, "a plant marks the line that must be named"
    assert found(tmp_path) == expected


def test_without_a_mistake_nothing_is_found(tmp_path: Path) -> None:
    planted(tmp_path, Plant("", "policies.yaml", "exclude", "exclude"))
    assert found(tmp_path) == set()


def test_a_limit_range_that_falls_out_of_use_is_missing_where_it_would_be_listed(
    tmp_path: Path,
) -> None:
    planted(tmp_path, Plant("", PROD, "  - limit-range.yaml\n", ""))
    text = (tmp_path / PROD).read_text(encoding="utf-8")
    assert found(tmp_path) == {
        ("file-used", "overlays/prod/limit-range.yaml", 3),
        ("namespace-quota-set", PROD, text.splitlines().index("resources:") + 1),
        ("project-least-privilege", "argocd/project-prod.yaml", 18),
    }


def test_a_file_that_falls_out_of_use_is_found_with_what_it_did(tmp_path: Path) -> None:
    planted(tmp_path, Plant("", PROD, "  - pdb-frontend.yaml\n", ""))
    assert found(tmp_path) == {
        ("file-used", "overlays/prod/pdb-frontend.yaml", 1),
        ("disruption-budget-set", "base/frontend/deployment.yaml", 4),
    }
