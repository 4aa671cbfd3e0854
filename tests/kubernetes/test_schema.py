"""Schemas of Kubernetes' own kinds: what the API server refuses, in its reader's words."""

from textwrap import dedent

import pytest

from tools.kubernetes import corrections
from tools.kubernetes.openapi import UnknownVersion, openapi, versions
from tools.kubernetes.resource import Resource
from tools.kubernetes.schema import Schemas, warm_up
from tools.kubernetes.violations import Violation
from tools.source.document import parse
from tools.source.place import FieldPath

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
"""


def resource(text: str) -> Resource:
    [document] = parse(dedent(text), "object.yaml")
    return Resource(document.data)


def found(text: str, *kubernetes: str) -> list[Violation]:
    return Schemas(kubernetes or ("1.36",)).violations(resource(text))


def sentences(text: str, *kubernetes: str) -> list[str]:
    return [violation.sentence for violation in found(text, *kubernetes)]


def in_pod(*lines: str) -> list[Violation]:
    """What is wrong with a pod whose spec has these lines."""
    return found(POD + "\n".join(f"  {line}" for line in lines))


def test_a_version_may_have_a_prefix_and_a_patch_level() -> None:
    assert {openapi(v).version for v in ("1.34", "v1.34", "1.34.7", "v1.34.0")} == {"1.34"}


def test_versions_are_in_the_order_of_their_numbers() -> None:
    assert versions()[:2] == ("1.25", "1.26")
    assert list(versions()) == sorted(versions(), key=lambda v: int(v.removeprefix("1.")))


@pytest.mark.parametrize("version", ["1.2", "1.999", "2.0", "latest", "", "1.34-rc.1"])
def test_an_unknown_version_is_refused_with_the_known_ones(version: str) -> None:
    with pytest.raises(UnknownVersion) as caught:
        openapi(version)
    known = f"name versions from {versions()[0]} to {versions()[-1]}"
    assert str(caught.value) == f"no schemas are known for Kubernetes {version!r}; {known}"


@pytest.mark.parametrize("version", versions())
def test_every_kind_of_a_version_has_a_schema_that_stands_alone(version: str) -> None:
    """Each reference is to a definition that came with it."""
    for api_version, kinds in openapi(version).kinds.items():
        for kind in kinds:
            schema = openapi(version).schema(api_version, kind)
            assert schema is not None, (api_version, kind)
            assert _references(schema) <= {f"#/$defs/{name}" for name in schema["$defs"]}


def _references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(_references(part) for part in value.values()))
    if isinstance(value, list):
        return set().union(*(_references(part) for part in value))
    return set()


def test_every_correction_is_of_a_definition_that_exists() -> None:
    names = {
        ".".join(name.rsplit(".", 3)[1:])
        for version in versions()
        for api_version, kinds in openapi(version).kinds.items()
        for kind in kinds
        for name in (openapi(version).schema(api_version, kind) or {})["$defs"]
    }
    roots = {
        f"{group.partition('.')[0] or 'core'}.{number}.{kind}"
        for version in versions()
        for api_version, kinds in openapi(version).kinds.items()
        for group, _, number in [api_version.rpartition("/")]
        for kind in kinds
    }
    corrected = {*corrections.REPLACED, *corrections.NOT_REQUIRED, *corrections.ALSO_REQUIRED}
    assert corrected - names - roots == set()


def test_a_kind_is_only_known_by_its_exact_name_and_group() -> None:
    known = openapi("1.36")
    assert known.serves("apps/v1", "Deployment")
    assert not any(
        known.serves(api_version, kind)
        for api_version, kind in [
            ("apps/v1", "deployment"),
            ("apps.example.com/v1", "Deployment"),
            ("v1", "Affinity"),
            ("v1", "../pod-v1"),
            ("../apps/v1", "Deployment"),
            ("", ""),
        ]
    )


@pytest.mark.parametrize(
    ("line", "path", "sentence", "remedy"),
    [
        (
            "hostNetwork: 'true'",
            ("spec", "hostNetwork"),
            "spec.hostNetwork is 'true', must be true or false",
            "Write the value without quotes.",
        ),
        (
            "priority: high",
            ("spec", "priority"),
            "spec.priority is 'high', must be an integer",
            "Write a whole number.",
        ),
        (
            "priority: 4000000000",
            ("spec", "priority"),
            "spec.priority is 4000000000, must be at most 2147483647",
            None,
        ),
        (
            "nodeName: 1.1",
            ("spec", "nodeName"),
            "spec.nodeName is 1.1, must be a string",
            "Put the value in quotes, as it stands in the source.",
        ),
        (
            "tolerations: {key: a}",
            ("spec", "tolerations"),
            "spec.tolerations is a map, must be a list",
            "Write a list, each item after `- `.",
        ),
        (
            "imagePullSecrets: registry",
            ("spec", "imagePullSecrets"),
            "spec.imagePullSecrets is 'registry', must be a list",
            "Write a list, each item after `- `.",
        ),
        (
            "securityContext: restricted",
            ("spec", "securityContext"),
            "spec.securityContext is 'restricted', must be a map",
            "Write a map, its fields indented below this key.",
        ),
        (
            "hostIPC: never",
            ("spec", "hostIPC"),
            "spec.hostIPC is 'never', must be true or false",
            "Write true or false.",
        ),
        (
            "overhead: {memory: 256K}",
            ("spec", "overhead", "memory"),
            "spec.overhead.memory is '256K', must be a quantity such as 2, 500m or 256Mi",
            "Write 256Ki or 256k.",
        ),
        (
            "overhead: {memory: 0.5 GB}",
            ("spec", "overhead", "memory"),
            "spec.overhead.memory is '0.5 GB', must be a quantity such as 2, 500m or 256Mi",
            "Write 0.5Gi or 0.5G.",
        ),
        (
            "overhead: {memory: plenty}",
            ("spec", "overhead", "memory"),
            "spec.overhead.memory is 'plenty', must be a quantity such as 2, 500m or 256Mi",
            "Write a number, directly followed by a unit (m, k, M, G, T, Ki, Mi, Gi, Ti) or by "
            "none.",
        ),
        (
            "overhead: {memory: [256Mi]}",
            ("spec", "overhead", "memory"),
            "spec.overhead.memory is a list, must be a quantity such as 2, 500m or 256Mi",
            "Write a number.",
        ),
        (
            "overhead: {cpu: true}",
            ("spec", "overhead", "cpu"),
            "spec.overhead.cpu is true, must be a quantity such as 2, 500m or 256Mi",
            "Write a number.",
        ),
        (
            "hostnetwork: true",
            ("spec", "hostnetwork"),
            "unknown field 'hostnetwork' in spec; did you mean 'hostNetwork'?",
            "Write `hostNetwork`.",
        ),
        (
            "labels: {app: web}",
            ("spec", "labels"),
            "unknown field 'labels' in spec",
            "Delete the field, or correct its name.",
        ),
        (
            "runAsNonRoot: true",
            ("spec", "runAsNonRoot"),
            "unknown field 'runAsNonRoot' in spec; it belongs to spec.securityContext",
            "Move it to spec.securityContext.",
        ),
    ],
)
def test_a_wrong_field_of_a_pod_is_explained(
    line: str, path: tuple[str, ...], sentence: str, remedy: str | None
) -> None:
    found = in_pod("containers: [{name: web}]", line)
    assert [tuple(violation[:3]) for violation in found] == [(path, sentence, remedy)]


def test_a_field_of_the_pod_in_a_container_is_sent_back_up() -> None:
    assert in_pod("containers: [{name: web, imagePullSecrets: [{name: a}]}]") == [
        Violation(
            ("spec", "containers", 0, "imagePullSecrets"),
            "unknown field 'imagePullSecrets' in spec.containers[0]; it belongs to spec",
            "Move it to spec.",
            meant=("spec", "imagePullSecrets"),
        )
    ]


def test_a_field_at_the_top_that_belongs_below_is_sent_there() -> None:
    text = POD.replace("spec:", "labels: {app: web}\nspec: {containers: [{name: web}]}")
    assert [violation.sentence for violation in found(text)] == [
        "unknown field 'labels'; it belongs to metadata"
    ]


def test_a_missing_field_has_the_path_that_it_would_have() -> None:
    assert in_pod("containers: [{name: web, ports: [{name: http}]}]") == [
        Violation(
            ("spec", "containers", 0, "ports", 0, "containerPort"),
            "spec.containers[0].ports[0].containerPort is missing",
            "Write `containerPort:` below spec.containers[0].ports[0].",
        )
    ]


def test_a_null_is_as_good_as_nothing() -> None:
    assert in_pod("containers: null") == [
        Violation(
            ("spec", "containers"), "spec.containers is missing", "Write `containers:` below spec."
        )
    ]
    assert (
        in_pod("containers: [{name: web, args: null}]", "volumes: [{name: a, emptyDir: null}]")
        == []
    )


def test_a_required_field_under_another_name_is_one_mistake() -> None:
    [wrong] = in_pod("contianers: [{name: web}]")
    assert wrong.sentence == "unknown field 'contianers' in spec; did you mean 'containers'?"

    [wrong] = in_pod("containers: [{name: web, ports: [{number: 80}]}]")
    assert wrong.path == ("spec", "containers", 0, "ports", 0, "number")
    assert wrong.sentence == (
        "unknown field 'number' in spec.containers[0].ports[0], where 'containerPort' is missing"
    )
    assert wrong.remedy == "Write `containerPort`."


def test_a_field_that_one_version_lacks_is_dated() -> None:
    text = POD + "  schedulingGroup: {podGroupName: a}\n  containers: [{name: web}]\n"
    unknown = "unknown field 'schedulingGroup' in spec of Kubernetes"
    assert sentences(text, "1.36") == []
    assert sentences(text, "1.34") == [f"{unknown} 1.34; it came with 1.36"]
    assert sentences(text, "1.34", "1.35", "1.36") == [
        f"{unknown} 1.34 and 1.35; it came with 1.36"
    ]

    text = POD + "  workloadRef: {name: a, podGroup: b}\n  containers: [{name: web}]\n"
    assert sentences(text, "1.36") == [
        "unknown field 'workloadRef' in spec of Kubernetes 1.36; the last version with it is 1.35"
    ]


def test_a_demand_of_one_version_names_that_version() -> None:
    text = """\
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        spec: {validationActions: [Deny]}
        """
    assert sentences(text, "1.34", "1.36") == ["spec.policyName is missing (Kubernetes 1.36)"]
    assert sentences(text, "1.36") == ["spec.policyName is missing"]


def test_a_mistake_in_every_version_is_told_once() -> None:
    text = POD + "  hostNetwork: 5\n  containers: [{name: web}]\n"
    assert sentences(text, *versions()) == ["spec.hostNetwork is 5, must be true or false"]


@pytest.mark.parametrize("version", versions())
@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding,"
        " roleRef: {kind: Role, name: a}}",
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {policyTypes: [Egress]}}",
        "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4}",
        "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass}",
        "{apiVersion: v1, kind: LimitRange, spec: {}}",
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, status: {}}",
        "{apiVersion: v1, kind: Service, spec: {ports: [{port: 80, targetPort: http}]}}",
        "{apiVersion: v1, kind: Service, spec: {ports: [{port: 80.0, targetPort: 8080}]}}",
        "{apiVersion: v1, kind: ResourceQuota, spec: {hard: {cpu: 1, memory: 1.5, pods: '4'}}}",
        "{apiVersion: v1, kind: ConfigMap, data: {a: null}, metadata: {creationTimestamp: null}}",
    ],
)
def test_what_every_server_takes_is_taken(version: str, text: str) -> None:
    assert sentences(text, version) == []


@pytest.mark.parametrize(
    ("kind", "api_version"),
    [
        ("Deployment", "apps/v1"),
        ("StatefulSet", "apps/v1"),
        ("DaemonSet", "apps/v1"),
        ("ReplicaSet", "apps/v1"),
        ("Job", "batch/v1"),
        ("CronJob", "batch/v1"),
        ("Pod", "v1"),
        ("HorizontalPodAutoscaler", "autoscaling/v2"),
    ],
)
def test_a_workload_without_a_spec_is_refused_by_all_versions(kind: str, api_version: str) -> None:
    text = f"{{apiVersion: {api_version}, kind: {kind}}}"
    assert sentences(text, *versions()) == ["spec is missing"]


def test_base64_is_what_go_decodes() -> None:
    text = """\
        apiVersion: v1
        kind: Secret
        data:
          empty: ""
          padded: YQ==
          wrapped: "YWJj\\r\\nYWJj\\n"
          unpadded: YQ
          plain: pass word
        """
    assert [(v.path, v.sentence) for v in found(text)] == [
        (("data", "unpadded"), "data.unpadded must be base64"),
        (("data", "plain"), "data.plain must be base64"),
    ]


def test_the_values_of_a_secret_are_never_shown() -> None:
    text = "{apiVersion: v1, kind: Secret, stringData: {pin: 123456}, data: {pin: 'must be me'}}"
    assert sorted(sentences(text)) == ["data.pin must be base64", "stringData.pin must be a string"]


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ("kind: ConfigMap, data: {a: 1}", ("data",), ("data", "a")),
        ("kind: ConfigMap, data: {'': 1}", ("data",), ("data", "")),
        ("kind: ConfigMap, binaryData: {a: [300]}", ("binaryData",), ("binaryData", "a", 0)),
        ("kind: ConfigMap, immutable: 1", ("immutable",), ("immutable",)),
        (
            "kind: Namespace, metadata: {name: a, labels: {b: true}}",
            ("metadata", "labels"),
            ("metadata", "labels", "b"),
        ),
    ],
)
def test_of_a_map_with_any_keys_the_map_is_named_and_the_key_is_the_place(
    text: str, path: FieldPath, place: FieldPath
) -> None:
    [violation] = found(f"{{apiVersion: v1, {text}}}")
    assert (violation.path, violation.place) == (path, place)


def test_keys_that_look_like_numbers_keep_their_spelling() -> None:
    text = "{apiVersion: v1, kind: ConfigMap, data: {'8080': 1, '007': true, '1.5': []}}"
    assert [violation.place for violation in found(text)] == [
        ("data", "8080"),
        ("data", "007"),
        ("data", "1.5"),
    ]


def test_numbers_that_json_does_not_have_are_no_numbers() -> None:
    assert in_pod("containers: [{name: web}]", "priority: .inf")[0].sentence == (
        "spec.priority is '.inf', must be an integer"
    )


def test_a_long_value_is_cut() -> None:
    [wrong] = in_pod("containers: [{name: web}]", f"hostNetwork: {'x' * 500}")
    assert wrong.sentence == f"spec.hostNetwork is '{'x' * 59}…, must be true or false"


def test_kinds_that_no_wanted_version_has_are_left_to_others() -> None:
    text = "{apiVersion: apps/v2, kind: Deployment, nonsense: true}"
    assert Schemas(("1.36",)).knows(resource(text))
    assert sentences(text) == []


def test_warming_up_decides_nothing() -> None:
    warm_up(("1.34", "1.36"), [("apps/v1", "Deployment"), ("example.com/v1", "Widget")])
    assert sentences("{apiVersion: apps/v1, kind: Deployment, spek: {}}") == [
        "unknown field 'spek'; did you mean 'spec'?"
    ]
    with pytest.raises(UnknownVersion):
        warm_up(("1.1",))
