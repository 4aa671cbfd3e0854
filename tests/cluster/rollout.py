"""What happens to a namespace's Deployments and quota while something is going on."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from tests.cluster.api import ApiServer
from tests.cluster.control_plane import ControlPlane
from tools.kubernetes.quantity import parse_quantity

_PAUSE = 0.1


@dataclass
class Observed:
    """What was seen of one namespace: several times a second, so not every moment."""

    looks: int = 0
    short: set[str] = field(default_factory=set)
    """Deployments that once had fewer available pods than they ask for."""
    over: set[str] = field(default_factory=set)
    """Entries of a quota of which more was used than it allows."""
    peak: dict[str, Decimal] = field(default_factory=dict)
    """The most that was used of each entry of a quota."""


@contextmanager
def observe(plane: ControlPlane, namespace: str) -> Iterator[Observed]:
    """Look from now until the context ends."""
    seen, end = Observed(), threading.Event()
    failed: list[Exception] = []

    def look() -> None:
        with closing(plane.connect()) as api:
            try:
                while not end.is_set():
                    _look(api, namespace, seen)
                    time.sleep(_PAUSE)
            except Exception as error:
                failed.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join()
    if failed:
        raise failed[0]


def _look(api: ApiServer, namespace: str, seen: Observed) -> None:
    seen.looks += 1
    for deployment in api.get(api.path("apps/v1", "Deployment", namespace=namespace)).body["items"]:
        status = deployment.get("status") or {}
        if status.get("availableReplicas", 0) < deployment["spec"]["replicas"]:
            seen.short.add(deployment["metadata"]["name"])
    for quota in api.get(api.path("v1", "ResourceQuota", namespace=namespace)).body["items"]:
        status = quota.get("status") or {}
        hard = status.get("hard") or {}
        for name, text in (status.get("used") or {}).items():
            used, limit = parse_quantity(text), parse_quantity(hard[name])
            if used is None or limit is None:
                raise ValueError(f"{name}: {text} of {hard[name]}")
            seen.peak[name] = max(seen.peak.get(name, Decimal(0)), used)
            if used > limit:
                seen.over.add(name)


def events(plane: ControlPlane, namespace: str, reason: str) -> list[str]:
    """The messages of the events of this reason in a namespace."""
    found = plane.api.get(plane.api.path("v1", "Event", namespace=namespace)).body["items"]
    return [event.get("message", "") for event in found if event.get("reason") == reason]
