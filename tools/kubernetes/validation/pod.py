"""Pod, and the template of a Pod that every workload has.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/; exactly,
ValidatePodCreate and ValidatePodTemplateSpec of pkg/apis/core/validation.
"""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_subdomain
from tools.kubernetes.validation.metadata import annotations, labels, object_meta


def pod(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)


def pod_template(template: Field) -> Refusals:
    """The template of a workload, with the field that holds it: `spec.template`.

    What only one kind asks of its template, such as a restartPolicy, is for that kind to say.
    """
    for refusal in (
        *labels(template.at("metadata", "labels")),
        *annotations(template.at("metadata", "annotations")),
    ):
        # The server leaves `metadata` out of the path.
        path = tuple(part for part in refusal.path if part != "metadata")
        yield refusal._replace(path=path, place=refusal.place or refusal.path)
