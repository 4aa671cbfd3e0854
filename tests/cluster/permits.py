"""Random projects with questions that they nearly answer with yes, and Argo CD's own answers."""

import json
import random
import subprocess
from collections.abc import Sequence
from typing import Any

from tests.cluster.build import binary
from tests.cluster.programs import PERMITS

Question = dict[str, Any]

_NAMES = ("in-cluster", "prod", "prod-eu", "test", "")
_SERVERS = ("https://kubernetes.default.svc", "https://10.0.0.1", "https://prod.example.com:6443")
_NAMESPACES = ("shop", "shop-dev", "kube-system", "argocd", "team-a", "")
_KINDS = (
    ("", "Namespace"), ("", "ConfigMap"), ("apps", "Deployment"), ("batch", "Job"),
    ("rbac.authorization.k8s.io", "ClusterRole"), ("networking.k8s.io", "Ingress"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
)  # fmt: skip
_HOSTS = ("https://git.example.com", "ssh://git@git.example.com", "git@git.example.com:")
_SPOILERS = ("*", "*", "**", "?", "[a-z]", "[!a]", "[^a]", "{", "}", "{}", "\\", "{shop,test}", "")


def answers(questions: Sequence[Question]) -> list[Any]:
    """What Argo CD says to each question."""
    ended = subprocess.run(
        [binary(PERMITS)],
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in ended.stdout.splitlines()]


def questions(source: random.Random, number: int) -> list[Question]:
    """Questions of all sorts, each with a project of its own."""
    asked = (_source, _destination, _destination, _object, _object, _application)
    return [asked[index % len(asked)](source) for index in range(number)]


def address(source: random.Random) -> str:
    """An address of a repository as people write it, or nearly."""
    user = source.choice(("", "", "", "user@", "user:pa%20ss@", "USER:p{w@"))
    start = source.choice(_HOSTS).replace("https://", f"https://{user}")
    host = source.choice((start, start, start.upper(), start.replace(".com", ".com:8443")))
    path = "/".join(source.choices(("team", "Team", "shop", "a b", "%7Eme", "é", "..", ""), k=2))
    end = source.choice(("", "", ".git", ".git/", "/", "?a=b", "#x", " ", ".GIT"))
    joint = "" if host.endswith(":") else "/"
    return source.choice(("", "", " ")) + host + joint + path + end


def _near(source: random.Random, texts: Sequence[str], denies: bool = True) -> str:
    """A pattern that takes one of the texts, or nearly."""
    text = source.choice(texts)
    if source.random() < 0.6:
        start = source.randint(0, len(text))
        end = source.choice((start, len(text), source.randint(start, len(text))))
        text = text[:start] + source.choice(_SPOILERS) + text[end:]
    return ("!" if denies and source.random() < 0.2 else "") + text


def _some(source: random.Random, make: Any) -> list[Any] | None:
    """A list, which may be empty or missing."""
    number = source.choice((None, 0, 1, 1, 2, 3))
    return None if number is None else [make() for _ in range(number)]


def _project(**spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "shop"},
        "spec": {key: value for key, value in spec.items() if value is not None},
    }


def _source(source: random.Random) -> Question:
    asked = address(source)
    known = (asked, asked, address(source), asked.strip().lower(), "*", "https://git.example.com/*")
    lists = _some(source, lambda: _near(source, known))
    return {"ask": "source", "project": _project(sourceRepos=lists), "source": asked}


def _destination(source: random.Random) -> Question:
    def item() -> dict[str, str]:
        fields = {
            "name": _near(source, _NAMES),
            "server": _near(source, _SERVERS),
            "namespace": _near(source, _NAMESPACES),
        }
        return {key: value for key, value in fields.items() if source.random() < 0.7}

    return {
        "ask": "destination",
        "project": _project(destinations=_some(source, item)),
        "server": source.choice(_SERVERS),
        "name": source.choice(_NAMES[:-1]),
        "namespace": source.choice(_NAMESPACES),
    }


def _object(source: random.Random) -> Question:
    def item() -> dict[str, str]:
        group, kind = source.choice(_KINDS)
        return {
            "group": _near(source, (group, group, "*"), False),
            "kind": _near(source, (kind, kind, "*"), False),
        }

    def named() -> dict[str, str]:
        name = _near(source, _NAMESPACES, False) if source.random() < 0.5 else ""
        return {**item(), "name": name} if name else item()

    group, kind = source.choice(_KINDS)
    lists = _project(
        clusterResourceWhitelist=_some(source, named),
        clusterResourceBlacklist=_some(source, named),
        namespaceResourceWhitelist=_some(source, item),
        namespaceResourceBlacklist=_some(source, item),
    )
    return {
        "ask": "object",
        "project": lists,
        "group": group,
        "kind": kind,
        "object": source.choice(_NAMESPACES),
        "namespaced": source.random() < 0.5,
    }


def _application(source: random.Random) -> Question:
    def item() -> str:
        text = _near(source, _NAMESPACES, False)
        kinds = (text, text, f"/{text}/", f"/^{text}$/", f"/(team|shop)-{text}/", "/^shop/", "/.*/")
        return source.choice(kinds)

    lists = _some(source, item)
    namespace = source.choice(("shop", "shop-dev", "team-a"))
    return {
        "ask": "application",
        "project": _project(sourceNamespaces=lists),
        "namespace": namespace,
    }
