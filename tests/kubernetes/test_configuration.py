"""Which ConfigMaps and Secrets pods read."""

from textwrap import dedent

from tools.kubernetes.configuration import configuration_of
from tools.kubernetes.pod import pod_of
from tools.kubernetes.resource import Resource
from tools.source.document import parse


def test_every_way_to_read_one() -> None:
    text = """
        kind: Pod
        metadata: {name: web, namespace: shop}
        spec:
          initContainers:
            - name: init
              envFrom: [{configMapRef: {name: all}}, {secretRef: {name: all-secret}}]
          containers:
            - name: web
              env:
                - {name: A, valueFrom: {configMapKeyRef: {name: one, key: A}}}
                - {name: B, valueFrom: {secretKeyRef: {name: one-secret, key: B}}}
                - {name: C, value: literal}
                - {name: D, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
          volumes:
            - {name: v, configMap: {name: file}}
            - {name: w, secret: {secretName: file-secret}}
            - {name: x, projected: {sources: [{configMap: {name: p}}, {secret: {name: q}}, null]}}
            - {name: y, emptyDir: {}}
            - 5
    """
    pod = pod_of(Resource(parse(dedent(text), "pod.yaml")[0].data))
    assert pod is not None
    assert configuration_of([pod]) == {
        ("ConfigMap", "shop", "all"),
        ("Secret", "shop", "all-secret"),
        ("ConfigMap", "shop", "one"),
        ("Secret", "shop", "one-secret"),
        ("ConfigMap", "shop", "file"),
        ("Secret", "shop", "file-secret"),
        ("ConfigMap", "shop", "p"),
        ("Secret", "shop", "q"),
    }
