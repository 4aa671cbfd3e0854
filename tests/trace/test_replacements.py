"""Replacements and vars: a copied value stands where its source is set."""

from pathlib import Path

from tests.trace.traced import Traced

OBJECTS = """
        --- objects.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: source}  #: source-name
        data:
          url: http://host:80/path  #: url
          number: "12"  #: number
        ---
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          items:
          - name: a  #: a-name
            value: one  #: a
          - name: b  #: b-name
            value: two  #: b
          size: 1  #: size
          text: x/y/z  #: text
"""


def test_fields_lists_and_created_fields(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- kustomization.yaml
        resources: [objects.yaml]
        replacements:
        - source: {{kind: ConfigMap, name: source, fieldPath: data.number}}
          targets:
          - select: {{kind: Widget}}
            fieldPaths:
            - "spec.items.[name=b].value"
            - spec.size
          - select: {{kind: Widget}}
            fieldPaths: [spec.made, spec.list.0]
            options: {{create: true}}
        - source: {{kind: ConfigMap}}
          targets:
          - select: {{kind: Widget}}
            fieldPaths: ["metadata.annotations.[example.com/from]"]
            options: {{create: true}}
        - sourceValue: given  #: given
          targets:
          - select: {{kind: Widget}}
            fieldPaths: ["spec.items.*.all"]
            options: {{create: true}}
        """,
    )
    assert traced.places("Widget/w", "spec") == {
        "items[0].name": "a-name (resource)",
        "items[0].value": "a (resource)",
        "items[0].all": "given (replacement)",
        "items[1].name": "b-name (resource)",
        "items[1].value": "number (replacement)",
        "items[1].all": "given (replacement)",
        "size": "number (replacement)",
        "text": "text (resource)",
        "made": "number (replacement)",
        "list[0]": "number (replacement)",
    }
    assert traced.places("Widget/w", "metadata", "annotations") == {
        "['example.com/from']": "source-name (replacement)"
    }
    assert traced.overrides("Widget/w", "spec", "size") == [("size", 1)]


def test_parts_of_values(tmp_path: Path) -> None:
    """The last part of a source follows its end; which other part is used, the entry decides."""
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        --- kustomization.yaml
        resources: [objects.yaml]
        replacements:
        - source:
            kind: ConfigMap
            fieldPath: data.url
            options: {{delimiter: /, index: 3}}
          targets:
          - select: {{kind: Widget}}
            fieldPaths: [spec.text]
            options: {{delimiter: /, index: 1}}
        - source:
            kind: ConfigMap
            fieldPath: data.url  #: field-path
            options: {{delimiter: /, index: 2}}
          targets:
          - select: {{kind: Widget}}
            fieldPaths: ["spec.items.[name=a].value"]
        """,
    )
    resource = traced.resource("Widget/w")
    assert resource.get("spec", "text") == "x/path/z"
    assert traced.place("Widget/w", "spec", "text") == "url (replacement)"
    assert resource.get("spec", "items", 0, "value") == "host:80"
    assert traced.place("Widget/w", "spec", "items", 0, "value") == "field-path (replacement)"


def test_selections_and_a_file(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        namePrefix: p-
        resources: [maps.yaml]
        replacements:
        - path: replacements.yaml
        --- replacements.yaml
        - source: {kind: ConfigMap, name: one, fieldPath: data.a}
          targets:
          - select: {kind: ConfigMap}
            reject:
            - {name: three}
            fieldPaths: [data.b]
        --- maps.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: one}
        data: {a: "1", b: one}  #: one
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: two}
        data: {b: two}  #: two
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: three}
        data: {b: three}  #: three
        """,
    )
    assert [traced.place(f"ConfigMap/p-{name}", "data", "b") for name in ("two", "three")] == [
        "one (replacement)",
        "three (resource)",
    ]
    (application,) = traced.applied("replacement")
    assert (application.matched, application.place.file, application.place.line) == (
        2,
        "replacements.yaml",
        3,
    )


def test_data_inside_a_text(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        f"""{OBJECTS}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {{name: config}}
        data:
          json: '{{"b": 1, "a": {{"x": "old"}}}}'  #: json
          yaml: |  #: yaml
            # a comment
            list:
            - name: p
              value: old
        --- kustomization.yaml
        resources: [objects.yaml]
        replacements:
        - source: {{kind: ConfigMap, name: source, fieldPath: data.number}}
          targets:
          - select: {{name: config}}
            fieldPaths: [data.json.a.x, "data.yaml.list.[name=p].value"]
        """,
    )
    data = traced.resource("ConfigMap/config").get("data")
    assert data["json"] == '{"a":{"x":"12"},"b":1}'
    assert traced.places("ConfigMap/config", "data") == {
        "json": "number (replacement)",
        "yaml": "number (replacement)",
    }
    assert [line for line, _ in traced.overrides("ConfigMap/config", "data", "json")] == ["json"]


def test_vars(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        namePrefix: p-
        resources: [objects.yaml]
        vars:
        - name: SERVICE
          objref: {apiVersion: v1, kind: Service, name: web}
        - name: PORT
          objref: {apiVersion: v1, kind: Service, name: web}
          fieldref: {fieldpath: "spec.ports[0].port"}
        --- objects.yaml
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
          - port: 80  #: port
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: p}
        spec:
          containers:
          - name: c
            args: ["$(PORT)", "--host=$(SERVICE)", "$(UNKNOWN)", plain]  #: args
        """,
    )
    args = ("spec", "containers", 0, "args")
    assert traced.resource("Pod/p-p").get(*args) == [80, "--host=p-web", "$(UNKNOWN)", "plain"]
    assert traced.places("Pod/p-p", *args) == {
        "[0]": "port (replacement)",
        "[1]": "args (replacement)",
        "[2]": "args (resource)",
        "[3]": "args (resource)",
    }
