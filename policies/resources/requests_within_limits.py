"""No request exceeds its limit.

The API server refuses a pod that requests more than its limit. The Deployment is accepted all the
same: it merely never gets a pod, and the reason stands in the events of a ReplicaSet.

Looks at every resource of every container as it is after the LimitRanges of the namespace have
filled in what is missing, which is where the mistake hides: a container that requests 1 CPU and
states no limit gets the LimitRange's `default` of 500m, and is refused. A limit for the whole pod
(`spec.resources`, since Kubernetes 1.34) is compared with the request of the whole pod, which is
what its containers request together unless it is stated. That one is refused too where it is less
than what the containers request after a LimitRange has filled in theirs, and so is its limit where
it is less than the one that a LimitRange gives to a container. A LimitRange that is not among the
judged objects is not seen.

https://kubernetes.io/docs/concepts/policy/limit-range/
"""

from collections.abc import Iterator

from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.limit_range import Amounts, Stated
from tools.kubernetes.pod import Pod, Role
from tools.kubernetes.quantity import format_quantity, is_bytes
from tools.kubernetes.resource import Resource
from tools.kubernetes.resource_sums import ContainerResources
from tools.rules.rule import Cause, Judges, Problem, Severity, rule
from tools.rules.target import Target


@rule(
    judges=Judges.POD,
    severity=Severity.ERROR,
    remedy="Raise the limit or lower the request; state both, so that no default comes between.",
    defers_to=("quantity-unit-sane", "limits-set"),
)
def check(pod: Pod, target: Target, options: None) -> Iterator[Problem]:
    resources = PodResources(pod, target.resources)
    for own in resources.containers:
        yield from _container(own)
    stated, sums = resources.pod_level("requests"), resources.without_overhead("requests")
    for name, limit in resources.pod_level("limits").items():
        if sums.get(name, 0) > limit.amount:
            request = format_quantity(sums[name], binary=is_bytes(name))
            words = (("the request", stated.get(name)), ("the limit", limit))
            yield Problem.between(
                f"the pod requests {request!r} of {name}, and limits itself to {limit.value!r}",
                *(Cause(pod.workload, one.path, word) for word, one in words if one),
            )
    yield from _pod(resources)
    for own in resources.containers:
        if own.container.role is Role.MAIN:
            yield from _given_limits(own, resources.pod_level("limits"))


def _given_limits(own: ContainerResources, whole: Amounts) -> Iterator[Problem]:
    """A LimitRange lets a container take more than its whole pod."""
    workload = own.container.pod.workload
    for name, limit in own.limits.items():
        if name in whole and limit.resource is not workload and limit.amount > whole[name].amount:
            yield Problem(
                whole[name].path,
                f"container {own.container.name!r} has a {name} limit of "
                f"{_named(limit, workload)}, more than the {whole[name].value!r} of the whole pod",
                related=((limit.resource, limit.path, "the default limit"),),
                remedy=f"State resources.limits.{name} in the container, "
                f"{whole[name].value} or less.",
            )


def _pod(resources: PodResources) -> Iterator[Problem]:
    """The containers ask for more than the whole pod, and it is a LimitRange that makes them."""
    pod, whole = resources.pod, resources.whole["requests"]
    own = resources.of_containers("requests", defaults=False)
    for name, together in resources.of_containers("requests").items():
        if name in whole and together > whole[name] >= own.get(name, 0):
            asked, allowed = (
                format_quantity(amount, binary=is_bytes(name)) for amount in (together, whole[name])
            )
            given = resources.defaults.requests.get(name)
            yield Problem(
                pod.at("resources", "requests", name),
                f"the containers request {asked} of {name} with what LimitRanges give them, "
                f"more than the {allowed} of the whole pod",
                related=((given.resource, given.path, "the default request"),) if given else (),
                remedy=f"Write resources.requests.{name} of the pod, {asked} or more, or state "
                "what each container requests.",
            )


def _container(own: ContainerResources) -> Iterator[Problem]:
    workload = own.container.pod.workload
    for name, request in own.requests.items():
        limit = own.limits.get(name)
        if limit is None or request.amount <= limit.amount:
            continue
        words = (("request", request), ("limit", limit))
        given = [stated for _, stated in words if stated.resource is not workload]
        causes = [
            Cause(s.resource, s.path, f"the default {word}" if s in given else f"the {word}")
            for word, s in words
        ]
        causes.sort(key=lambda cause: cause.resource is not workload)
        asked, allowed = (_named(stated, workload) for stated in (request, limit))
        yield Problem.between(
            f"container {own.container.name!r} requests {asked} of {name}, "
            f"more than the limit of {allowed}",
            *causes,
            remedy=_remedy(name, request, limit) if given else None,
        )


def _named(stated: Stated, workload: Resource) -> str:
    given = stated.resource is not workload
    by = f" that LimitRange {stated.resource.name!r} gives it" if given else ""
    return f"{stated.value!r}{by}"


def _remedy(name: str, request: Stated, limit: Stated) -> str:
    """What the container itself has to state, so that the default does not apply."""
    if limit.resource.kind == "LimitRange":
        return f"State resources.limits.{name} in the container, {request.value} or more."
    return f"State resources.requests.{name} in the container, {limit.value} or less."
