"""The Todo Chatbot as it is meant to be, written down by hand."""

from typing import Any

COMPONENTS = ("autoscaling", "database", "external-secrets", "ingress", "rbac")
ENVIRONMENTS = ("minikube", "prod")
NAMESPACES = {"minikube": "todo-local", "prod": "todo-prod"}
SERVICES = ("todo-backend", "todo-frontend", "todo-mcp")

# What a service is in every environment. A secret key's value says whether the pod starts without.
EVERYWHERE: dict[str, dict[str, Any]] = {
    "todo-frontend": {
        "component": "frontend",
        "command": [],
        "ports": {"http": 3000},
        "config": {"NEXT_PUBLIC_API_URL", "NEXT_PUBLIC_APP_URL", "NEXT_PUBLIC_BETTER_AUTH_URL"},
        "secrets": {},
        "written": {"/tmp": "64Mi", "/app/.next/cache": "256Mi"},
    },
    "todo-backend": {
        "component": "backend",
        "command": ["uvicorn", "app.main:app", "--host=0.0.0.0", "--port=8000"],
        "ports": {"http": 8000},
        "config": {
            "BETTER_AUTH_ISSUER",
            "BETTER_AUTH_JWKS_URL",
            "BETTER_AUTH_URL",
            "CORS_ORIGINS",
            "JWT_ALGORITHM",
            "LOG_LEVEL",
            "MCP_SERVER_URL",
        },
        "secrets": {
            "BETTER_AUTH_SECRET": False,
            "CHATKIT_WORKFLOW_ID": False,
            "COHERE_API_KEY": True,
            "DATABASE_URL": False,
            "OPENAI_API_KEY": False,
        },
        "written": {"/tmp": "64Mi"},
    },
    "todo-mcp": {
        "component": "mcp-server",
        "command": ["python", "-m", "mcp_server.run"],
        "ports": {"http": 8001},
        "config": {"BETTER_AUTH_URL", "LOG_LEVEL", "MCP_SERVER_PORT"},
        "secrets": {"BETTER_AUTH_SECRET": False, "DATABASE_URL": False},
        "written": {"/tmp": "64Mi"},
    },
}

# Path, initial delay, period, failures that are allowed: the same for every service.
PROBES = {
    "livenessProbe": ("/health", 30, 10, 3),
    "readinessProbe": ("/ready", 5, 5, 3),
    "startupProbe": ("/startup", 10, 5, 30),
}

# What depends on the environment. Resources: CPU and memory requested, CPU and memory allowed.
PER_ENVIRONMENT: dict[str, dict[str, Any]] = {
    "minikube": {
        "replicas": 1,
        "pull": ("Never", []),
        "spread": [],
    },
    "prod": {
        "replicas": None,
        "pull": ("IfNotPresent", ["registry-credentials"]),
        "spread": ["topology.kubernetes.io/zone", "kubernetes.io/hostname"],
    },
}
RESOURCES = {
    "minikube": {
        "todo-frontend": ("100m", "128Mi", "500m", "512Mi"),
        "todo-backend": ("100m", "128Mi", "500m", "512Mi"),
        "todo-mcp": ("50m", "64Mi", "250m", "256Mi"),
    },
    "prod": dict.fromkeys(SERVICES, ("250m", "256Mi", "500m", "512Mi")),
}
IMAGES = {
    "minikube": {
        "todo-frontend": "todo-frontend:phase4",
        "todo-backend": "todo-backend:phase4",
        "todo-mcp": "todo-backend:phase4",
    },
    "prod": {
        "todo-frontend": "registry.example.com/todo/todo-frontend:1.0.0",
        "todo-backend": "registry.example.com/todo/todo-backend:1.0.0",
        "todo-mcp": "registry.example.com/todo/todo-backend:1.0.0",
    },
}
NODE_PORTS = {"minikube": {"todo-frontend": 30080, "todo-backend": 30081}, "prod": {}}


def workload(environment: str, name: str) -> dict[str, Any]:
    """All that the tables say of one service in one environment."""
    return {
        "namespace": NAMESPACES[environment],
        "strategy": ("RollingUpdate", 1, 0),
        "account": (name, False),
        "probes": PROBES,
        "image": IMAGES[environment][name],
        "resources": RESOURCES[environment][name],
        **EVERYWHERE[name],
        **PER_ENVIRONMENT[environment],
    }


def config(app: str, api: str) -> dict[str, str]:
    """The config map where the browser sees the site at `app` and the backend at `api`."""
    return {
        "BETTER_AUTH_ISSUER": "http://todo-frontend:3000",
        "BETTER_AUTH_JWKS_URL": "http://todo-frontend:3000/api/auth/jwks",
        "BETTER_AUTH_URL": app,
        "CORS_ORIGINS": app,
        "JWT_ALGORITHM": "HS256",
        "LOG_LEVEL": "info",
        "MCP_SERVER_PORT": "8001",
        "MCP_SERVER_URL": "http://todo-mcp:8001",
        "NEXT_PUBLIC_API_URL": api,
        "NEXT_PUBLIC_APP_URL": app,
        "NEXT_PUBLIC_BETTER_AUTH_URL": app,
    }


CONFIG = {
    "minikube": config("http://192.168.49.2:30080", "http://192.168.49.2:30081"),
    "prod": config("https://todo.example.com", "https://todo.example.com/api"),
}
PROTECTED = {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}
PART_OF = {
    "app.kubernetes.io/part-of": "todo-chatbot",
    "app.kubernetes.io/managed-by": "kustomize",
}
