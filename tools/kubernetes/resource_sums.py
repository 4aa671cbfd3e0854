"""What the containers of a pod need together, by the formula of the scheduler.

https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from tools.kubernetes.limit_range import Amounts
from tools.kubernetes.pod import Container, Role

Sums = Mapping[str, Decimal]
"""Amounts by resource name, added up."""


class ContainerResources(NamedTuple):
    """The effective requests and limits of one container."""

    container: Container
    requests: Amounts
    limits: Amounts

    def of(self, field: str) -> Amounts:
        """`requests` or `limits` by name."""
        return self.requests if field == "requests" else self.limits


def aggregate(containers: Iterable[ContainerResources], field: str) -> dict[str, Decimal]:
    """The most that is needed at any time, by resource; `field` is `requests` or `limits`.

    Main containers and sidecars together, or an init container with the sidecars that started
    before it, whichever is more.
    """
    running: dict[str, Decimal] = {}
    sidecars: dict[str, Decimal] = {}
    starting: dict[str, Decimal] = {}
    for own in containers:
        amounts = {name: stated.amount for name, stated in own.of(field).items()}
        role = own.container.role
        if role in (Role.MAIN, Role.SIDECAR):
            _add(running, amounts)
        if role is Role.SIDECAR:
            _add(sidecars, amounts)
        if role is Role.INIT:
            during = dict(sidecars)
            _add(during, amounts)
            _raise(starting, during)
    _raise(running, starting)
    return running


def _add(sums: dict[str, Decimal], amounts: Sums) -> None:
    for name, amount in amounts.items():
        sums[name] = sums.get(name, Decimal()) + amount


def _raise(sums: dict[str, Decimal], amounts: Sums) -> None:
    for name, amount in amounts.items():
        sums[name] = max(sums.get(name, amount), amount)
