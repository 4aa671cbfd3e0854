"""What fixtures cannot show of the rules about names and identity: sentences, sizes, not judged."""

from policies.objects import name_valid, object_namespaced, object_unique
from tests.plain_target import judged, plain_target
from tools.rules.rule import Rule
from tools.rules.run import Verdict


def verdict(rule: Rule, text: str) -> Verdict:
    """One rule with its default options on the objects of a YAML text."""
    target = plain_target(text)
    return judged(rule, target)


def annotated(count: int) -> str:
    """An object with a number of annotations of 1000 bytes each, their keys included."""
    lines = "".join(f"    example.com/{n:04d}: {'x' * 984}\n" for n in range(count))
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: large\n  annotations:\n{lines}"


def test_annotations_share_256_kibibytes() -> None:
    fits = verdict(name_valid.check, annotated(262)).findings
    (found,) = verdict(name_valid.check, annotated(263)).findings

    assert fits == []
    assert found.message == "the annotations have 263000 bytes, 262144 are allowed"
    assert found.path == ("metadata", "annotations")


def test_both_definitions_are_shown() -> None:
    (found,) = verdict(
        object_unique.check,
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
        """,
    ).findings

    assert found.message == "ConfigMap 'settings' is defined a second time"
    assert found.source and found.source.line == 10
    assert [(r.place.line, r.message) for r in found.related] == [(5, "defined first here")]


MIXED = """
    apiVersion: example.com/v1
    kind: Widget
    metadata: {name: one}
    ---
    apiVersion: example.com/v1
    kind: Widget
    metadata: {name: two}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings, namespace: NAMESPACE}
    """


def test_a_kind_that_nobody_knows_is_named_once() -> None:
    outcome = verdict(object_namespaced.check, MIXED.replace("NAMESPACE", "shop"))

    reason = "whether a Widget has a namespace is unknown without its CRD"
    assert [(entry.reason, entry.blocking) for entry in outcome.not_judged] == [(reason, False)]
    assert [finding.message for finding in outcome.findings] == [
        "the object names no namespace, ConfigMap 'settings' names 'shop'"
    ]


def test_the_namespaces_of_every_cluster_ask_nothing_of_the_others() -> None:
    outcome = verdict(object_namespaced.check, MIXED.replace("NAMESPACE", "kube-system"))
    assert outcome == Verdict([], [], set())
