"""What pods request in the end: defaults, init containers, sidecars, the pod itself, overhead."""

from decimal import Decimal
from typing import Any

from tools.kubernetes.effective_resources import PodResources
from tools.kubernetes.pod import pod_of
from tools.kubernetes.quantity import format_quantity, is_bytes
from tools.kubernetes.resource import Resource, ResourceSet


def container(name: str, requests: Any = None, limits: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "resources": {"requests": requests, "limits": limits}, **more}


def limit_range(*items: dict[str, Any], name: str = "bounds") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"limits": list(items)},
    }


def pod(*others: dict[str, Any], **spec: Any) -> PodResources:
    data = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": spec,
    }
    resources = ResourceSet([Resource(each, index) for index, each in enumerate([data, *others])])
    found = pod_of(resources[0])
    assert found is not None
    return PodResources(found, resources)


def written(sums: Any) -> dict[str, str]:
    return {name: format_quantity(sums[name], binary=is_bytes(name)) for name in sorted(sums)}


def test_a_missing_request_is_the_limit() -> None:
    own = pod(containers=[container("web", {"cpu": "100m"}, {"cpu": 1, "memory": "64Mi"})])
    assert written(own.requests) == {"cpu": "100m", "memory": "64Mi"}
    assert written(own.limits) == {"cpu": "1", "memory": "64Mi"}


def test_the_limit_is_the_request_before_a_limit_range_has_a_say() -> None:
    defaults = limit_range({"type": "Container", "defaultRequest": {"cpu": "10m"}})
    own = pod(defaults, containers=[container("web", None, {"cpu": 1})])
    assert written(own.requests) == {"cpu": "1"}


def test_a_limit_range_completes_itself() -> None:
    """default from max, defaultRequest from default, then from min."""
    item = {
        "type": "Container",
        "max": {"cpu": 2, "memory": "1Gi"},
        "default": {"memory": "512Mi"},
        "min": {"cpu": "10m", "ephemeral-storage": "1Mi"},
    }
    own = pod(limit_range(item), containers=[container("web")])
    assert written(own.requests) == {"cpu": "2", "ephemeral-storage": "1Mi", "memory": "512Mi"}
    assert written(own.limits) == {"cpu": "2", "memory": "512Mi"}


def test_only_defaults_that_are_taken_are_contested() -> None:
    one = limit_range({"type": "Container", "default": {"cpu": 1, "memory": "1Gi"}}, name="one")
    two = limit_range({"type": "Container", "default": {"cpu": 2, "memory": "1024Mi"}}, name="two")
    assert pod(one, two, containers=[container("web")]).contested == ["cpu"]
    assert pod(one, two, containers=[container("web", None, {"cpu": 1})]).contested == []


def test_init_containers_count_one_by_one_with_the_sidecars_before_them() -> None:
    """Starting: 100m + 700m, then 100m + 50m + 300m. Running: 100m + 50m + 400m."""
    own = pod(
        initContainers=[
            container("first-sidecar", {"cpu": "100m"}, restartPolicy="Always"),
            container("migrate", {"cpu": "700m", "memory": "1Gi"}),
            container("second-sidecar", {"cpu": "50m"}, restartPolicy="Always"),
            container("warm-up", {"cpu": "300m"}),
        ],
        containers=[container("web", {"cpu": "400m", "memory": "64Mi"})],
    )
    assert written(own.requests) == {"cpu": "800m", "memory": "1Gi"}


def test_the_pod_says_it_for_all() -> None:
    own = pod(
        resources={"requests": {"cpu": "1"}, "limits": {"cpu": 2, "memory": "1Gi"}},
        containers=[container("web", {"cpu": "100m"}), container("log")],
    )
    assert written(own.requests) == {"cpu": "1", "memory": "1Gi"}
    assert written(own.limits) == {"cpu": "2", "memory": "1Gi"}


def test_a_limit_of_the_pod_keeps_what_its_containers_request() -> None:
    own = pod(
        resources={"limits": {"cpu": 2, "memory": "1Gi"}},
        containers=[container("web", {"cpu": "100m"}), container("log", {"cpu": "50m"})],
    )
    assert written(own.requests) == {"cpu": "150m", "memory": "1Gi"}


def test_the_pod_cannot_say_it_for_storage() -> None:
    own = pod(
        resources={"requests": {"cpu": 1, "ephemeral-storage": "1Gi"}},
        containers=[container("web", {"ephemeral-storage": "1Mi"})],
    )
    assert written(own.requests) == {"cpu": "1", "ephemeral-storage": "1Mi"}


def test_overhead_comes_from_the_runtime_class() -> None:
    runtime_class = {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": "sandboxed"},
        "overhead": {"podFixed": {"cpu": "50m", "memory": "100Mi"}},
    }
    spec = {
        "runtimeClassName": "sandboxed",
        "containers": [container("web", {"cpu": "100m"}, {"memory": "100Mi"})],
    }
    own = pod(runtime_class, **spec)
    assert written(own.requests) == {"cpu": "150m", "memory": "200Mi"}
    assert written(own.limits) == {"memory": "200Mi"}  # there is no limit for cpu to raise
    assert not own.overhead_unknown
    assert pod(**spec).overhead_unknown
    assert not pod(**spec, overhead={"cpu": "50m"}).overhead_unknown
    assert written(pod(**spec, overhead={"cpu": "50m"}).requests) == {
        "cpu": "150m",
        "memory": "100Mi",
    }


def test_best_effort_says_nothing_above_zero_of_cpu_or_memory() -> None:
    assert pod(containers=[container("web", {"cpu": 0, "ephemeral-storage": "1Gi"})]).best_effort
    assert not pod(containers=[container("web", None, {"memory": "1Mi"})]).best_effort
    assert not pod(resources={"limits": {"cpu": 1}}, containers=[container("web")]).best_effort


def test_what_is_unstated() -> None:
    own = pod(
        containers=[container("web", {"cpu": "0", "memory": "lots"}, {"ephemeral-storage": "1Gi"})]
    )
    names = ("cpu", "memory", "ephemeral-storage", "hugepages-2Mi")
    assert own.unstated(own.containers[0], "requests", names) == ["cpu", "hugepages-2Mi"]


def test_nothing_fills_in_what_is_wrong() -> None:
    defaults = limit_range({"type": "Container", "default": {"cpu": 1, "memory": "1Gi"}})
    own = pod(defaults, containers=[container("web", {"cpu": "-1"}, {"cpu": 1, "memory": "2GB"})])
    assert (written(own.requests), written(own.limits)) == ({}, {"cpu": "1"})
    assert own.unstated(own.containers[0], "requests", ("cpu", "memory")) == []


def test_a_limit_range_that_is_wrong_leaves_unknown_what_it_would_give() -> None:
    wrong = limit_range({"type": "Container", "default": {"cpu": "one", "memory": "1Gi"}})
    own = pod(wrong, containers=[container("web"), container("api", {"cpu": 0}, {"cpu": 0})])
    web, api = own.containers
    assert own.unstated(web, "limits", ("cpu", "memory", "ephemeral-storage")) == [
        "ephemeral-storage"
    ]
    assert own.unstated(api, "limits", ("cpu",)) == ["cpu"]


def test_hostile_shapes_are_nothing() -> None:
    own = pod(resources=["x"], containers=[{"name": 7, "resources": "x"}, None], overhead=3)
    assert (dict(own.requests), dict(own.limits)) == ({}, {})
    assert own.requests.get("cpu", Decimal()) == 0


def test_the_pod_takes_over_large_pages_and_what_its_containers_request() -> None:
    limits = {"cpu": "1", "hugepages-2Mi": "4Mi"}
    two = [container(name, None, limits) for name in ("web", "log")]
    own = pod(resources={"requests": {"memory": "1Gi"}}, containers=two)
    assert own.whole == {
        "requests": {"hugepages-2Mi": 8 * 2**20, "cpu": 2, "memory": 2**30},
        "limits": {"hugepages-2Mi": 8 * 2**20},
    }
    assert pod(containers=two).whole == {"requests": {}, "limits": {}}


def test_amounts_are_kept_in_thousandths_and_null_as_zero() -> None:
    own = pod(containers=[container("web", {"cpu": "0.1m"}, {"memory": None, "cpu": "1.0001"})])
    assert written(own.requests) == {"cpu": "1m", "memory": "0"}
    assert written(own.limits) == {"cpu": "1001m", "memory": "0"}
