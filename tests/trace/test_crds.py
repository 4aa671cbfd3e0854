"""`crds`: an OpenAPI document that says which fields of custom kinds hold names and labels."""

from pathlib import Path

from tests.trace.traced import Traced


def test_fields_that_the_definitions_mark(tmp_path: Path) -> None:
    traced = Traced(
        tmp_path,
        """
        --- kustomization.yaml
        namePrefix: p-  #: prefix
        commonLabels: {app: all}  #: label
        commonAnnotations: {note: all}  #: annotation
        crds: [crd.json]
        resources: [objects.yaml]
        --- objects.yaml
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: w}
        spec:
          called: me  #: called
          settings: {name: settings}  #: reference
          other: {key: settings}  #: not-marked
          selects: {}
          notes: {}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        --- crd.json
        {
          "com.example.v1.Widget": {"Schema": {"properties": {
            "apiVersion": {}, "kind": {}, "metadata": {},
            "spec": {"$ref": "com.example.v1.WidgetSpec"}
          }}},
          "com.example.v1.WidgetSpec": {"Schema": {"properties": {
            "called": {"x-kubernetes-identity": ""},
            "settings": {
              "x-kubernetes-object-ref-api-version": "v1",
              "x-kubernetes-object-ref-kind": "ConfigMap"
            },
            "other": {"x-kubernetes-object-ref-kind": "ConfigMap"},
            "selects": {"x-kubernetes-label-selector": ""},
            "notes": {"x-kubernetes-annotation": ""}
          }}}
        }
        """,
    )
    assert traced.places("Widget/p-w", "spec") == {
        "called": "prefix (name)",
        "settings.name": "reference (name)",
        "other.key": "not-marked (resource)",
        "selects.app": "label (labels)",
        "notes.note": "annotation (annotations)",
    }
    assert traced.overrides("Widget/p-w", "spec", "called") == [("called", "me")]
