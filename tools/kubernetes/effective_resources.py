"""What the containers and pods of a workload really request and are limited to.

https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/. A request that is
missing equals the limit; then the LimitRanges of the namespace fill what is still missing; then
the amounts of the containers add up to the pod's, unless `spec.resources` of the pod says them
(on by default since Kubernetes 1.34), and the RuntimeClass' overhead comes on top.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from tools.kubernetes.limit_range import (
    Amounts,
    Defaults,
    container_defaults,
    stated_amounts,
)
from tools.kubernetes.pod import Container, Pod, Role
from tools.kubernetes.resource import Resource, ResourceSet, as_map
from tools.kubernetes.resource_sums import ContainerResources, Sums, aggregate
from tools.kubernetes.wrong_amounts import is_wrong, unless_wrong

OVERHEAD_UNKNOWN = "its RuntimeClass is not in the target, so the pod overhead is not counted"


class PodResources:
    """The effective requests and limits of a pod; `resources` are the objects of the target."""

    def __init__(self, pod: Pod, resources: ResourceSet) -> None:
        self.pod = pod
        self._resources = resources

    @cached_property
    def defaults(self) -> Defaults:
        """What LimitRanges give to the containers of the pod."""
        return container_defaults(self._resources, self.pod.namespace)

    @cached_property
    def containers(self) -> tuple[ContainerResources, ...]:
        """Every container that can have resources, with its effective ones."""
        return tuple(
            ContainerResources(
                own.container,
                {
                    **unless_wrong(own.container, "requests", self.defaults.requests),
                    **own.requests,
                },
                {**unless_wrong(own.container, "limits", self.defaults.limits), **own.limits},
            )
            for own in self._own
        )

    @cached_property
    def _own(self) -> list[ContainerResources]:
        """As the containers say it, a missing request being the limit."""
        found = []
        for container in self.pod.containers:
            if container.role is not Role.EPHEMERAL:
                workload = self.pod.workload
                limits = stated_amounts(workload, container.at("resources", "limits"))
                requests = stated_amounts(workload, container.at("resources", "requests"))
                same = unless_wrong(container, "requests", limits)
                found.append(ContainerResources(container, {**same, **requests}, limits))
        return found

    def pod_level(self, field: str) -> Amounts:
        """What the pod itself says in `requests` or `limits` for all of its containers together."""
        stated = stated_amounts(self.pod.workload, self.pod.at("resources", field))
        return {name: amount for name, amount in stated.items() if _pod_level(name)}

    def unstated(
        self, own: ContainerResources, field: str, names: Iterable[str], *, defaults: bool = True
    ) -> list[str]:
        """The resources of which neither the container nor the pod as a whole states any.

        `field` is `requests` or `limits`; `defaults` says whether what a LimitRange fills in
        counts. An amount of 0 reserves nothing and limits nothing; one that cannot be read is not
        unstated, but unknown.
        """
        whole = {**self.pod_level("limits"), **self.pod_level(field)}
        workload = self.pod.workload
        amounts = {
            name: stated
            for name, stated in own.of(field).items()
            if defaults or stated.resource is workload
        }
        sources = (amounts, whole)
        return [
            name
            for name in names
            if not any(name in source and source[name].amount > 0 for source in sources)
            and not self.is_unknown(own.container, field, name)
        ]

    def is_unknown(self, container: Container, field: str, name: str) -> bool:
        """Whether nobody can tell the amount, because what stands there is none."""
        if any(is_wrong(container, part, name) for part in {field, "limits"}):
            return True
        own = (container.get("resources", part, name) for part in {field, "limits"})
        return name in self.defaults.unreadable and all(value is None for value in own)

    @cached_property
    def requests(self) -> Sums:
        """What the scheduler and a ResourceQuota count, overhead included."""
        sums = {**self.without_overhead("requests")}
        for name, amount in self.overhead.items():
            sums[name] = sums.get(name, Decimal()) + amount
        return sums

    @cached_property
    def limits(self) -> Sums:
        """What a ResourceQuota counts, overhead included where there is a limit."""
        sums = {**self.without_overhead("limits")}
        for name, amount in self.overhead.items():
            if sums.get(name):
                sums[name] += amount
        return sums

    def of_containers(self, field: str, *, defaults: bool = True) -> Sums:
        """The sum of the containers in `requests` or `limits`, without LimitRanges if asked."""
        return aggregate(_running(self.containers if defaults else self._own), field)

    def without_overhead(self, field: str) -> Sums:
        """The sum of the containers in `requests` or `limits`, or what the pod says instead."""
        return {**self.of_containers(field), **self.whole[field]}

    def in_limit_ranges(self, field: str) -> Sums:
        """The same as a LimitRange for pods sees it: large pages are summed up all the same."""
        whole = self.whole[field]
        instead = {name: whole[name] for name in whole if name in _COMPUTE}
        return {**self.of_containers(field), **instead}

    @cached_property
    def whole(self) -> Mapping[str, Sums]:
        """What holds for all containers together, in `requests` and in `limits`.

        Completed, where the pod says anything, from what its containers say before LimitRanges
        have a say: a limit of large pages and then the request, which else equals the limit.
        """
        requests, limits = (
            {name: stated.amount for name, stated in self.pod_level(field).items()}
            for field in ("requests", "limits")
        )
        if requests or limits:
            for name, amount in self.of_containers("limits", defaults=False).items():
                if name.startswith(_LARGE_PAGES) and name not in requests:
                    limits.setdefault(name, amount)
        if limits:
            sums = self.of_containers("requests", defaults=False)
            asked = {name: sums[name] for name in sums if name in _COMPUTE}
            requests = {**limits, **asked, **requests}
        return {"requests": requests, "limits": limits}

    @cached_property
    def overhead(self) -> Sums:
        """What running a pod costs by itself: by its RuntimeClass, else as the pod says."""
        source, path = self.pod.workload, self.pod.at("overhead")
        if runtime_class := self.runtime_class:
            source, path = runtime_class, ("overhead", "podFixed")
        return {name: stated.amount for name, stated in stated_amounts(source, path).items()}

    @property
    def runtime_class(self) -> Resource | None:
        """The RuntimeClass of the pod, if it is in the target."""
        name = self.pod.get("runtimeClassName")
        return self._resources.find("RuntimeClass", name, "") if isinstance(name, str) else None

    @property
    def overhead_unknown(self) -> bool:
        """Whether the pod names a RuntimeClass that is not in the target, and no overhead."""
        named = self.pod.get("runtimeClassName") is not None
        return named and self.runtime_class is None and not as_map(self.pod.get("overhead"))

    @property
    def contested(self) -> list[str]:
        """Resources for which a container takes a default about which LimitRanges disagree."""
        taken = {
            name
            for own in self.containers
            for amounts in (own.requests, own.limits)
            for name, stated in amounts.items()
            if stated.resource is not self.pod.workload
        }
        return sorted(taken & self.defaults.contested)

    @property
    def best_effort(self) -> bool:
        """Whether the pod's quality of service is BestEffort: nothing says cpu or memory.

        https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
        """
        parts = list(self.whole.values())
        if not isinstance(self.pod.get("resources"), dict):
            parts = [
                {name: stated.amount for name, stated in own.of(field).items()}
                for own in self.containers
                for field in ("requests", "limits")
            ]
        return not any(
            amount > 0 for part in parts for name, amount in part.items() if name in _COMPUTE
        )


def _running(containers: Sequence[ContainerResources]) -> Sequence[ContainerResources]:
    """Those that count: one without an image beside others is refused, and never runs."""
    return [own for own in containers if own.container.get("image")] or containers


def _pod_level(name: str) -> bool:
    """Whether a pod may state this resource for all of its containers together."""
    return name in _COMPUTE or name.startswith(_LARGE_PAGES)


_COMPUTE = frozenset({"cpu", "memory"})
_LARGE_PAGES = "hugepages-"
