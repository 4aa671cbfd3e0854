"""Pod, and the template of a Pod that every workload has.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/; exactly,
ValidatePodCreate and ValidatePodTemplateSpec of pkg/apis/core/validation.
"""

from tools.kubernetes.validation.containers import image_without_spaces
from tools.kubernetes.validation.field import Field, Refusal, Refusals
from tools.kubernetes.validation.formats import dns_subdomain
from tools.kubernetes.validation.metadata import annotations, final_name, labels, object_meta
from tools.kubernetes.validation.pod_admission import pod_admission
from tools.kubernetes.validation.pod_annotations import (
    annotations_and_fields,
    pod_annotations,
)
from tools.kubernetes.validation.pod_context import PodContext, valid_volumes, without_metadata
from tools.kubernetes.validation.pod_resources import filled_in
from tools.kubernetes.validation.pod_spec import pod_spec
from tools.kubernetes.validation.volumes import volumes


def pod(obj: Field) -> Refusals:
    metadata, spec = obj["metadata"], filled_in(obj["spec"])
    yield from object_meta(metadata, dns_subdomain, namespaced=True)
    found = list(volumes(spec["volumes"], pod_name=final_name(metadata)))
    yield from found
    context = _context(spec, found, is_pod=True)
    yield from pod_annotations(metadata["annotations"], context)
    own = metadata["labels"].value
    yield from pod_spec(context, own if isinstance(own, dict) else {})
    for container in (*spec["initContainers"].items(), *spec["containers"].items()):
        yield from image_without_spaces(container)
    if not spec["ephemeralContainers"].is_empty:
        yield spec["ephemeralContainers"].forbidden("when a Pod is created; debuggers add them")
    if spec["nodeName"].text and not spec["schedulingGates"].is_empty:
        yield spec["nodeName"].forbidden("while there are schedulingGates")
    yield from annotations_and_fields(metadata["annotations"], context)
    yield from pod_admission(metadata, spec)


def pod_template(template: Field) -> Refusals:
    """The template of a workload, with the field that holds it: `spec.template`.

    What only one kind asks of its template, such as a restartPolicy, is for that kind to say.
    """
    metadata, spec = template["metadata"], template["spec"]
    found = list(volumes(spec["volumes"]))
    context = _context(spec, found, is_pod=False)
    yield from without_metadata(template, labels(metadata["labels"]))
    yield from without_metadata(template, annotations(metadata["annotations"]))
    yield from without_metadata(template, pod_annotations(metadata["annotations"], context))
    yield from found
    yield from pod_spec(context, {})
    yield from annotations_and_fields(metadata["annotations"], context)
    if not spec["ephemeralContainers"].is_empty:
        yield spec["ephemeralContainers"].forbidden("in a template; debuggers add them to Pods")


def _context(spec: Field, against_volumes: list[Refusal], *, is_pod: bool) -> PodContext:
    return PodContext(spec, is_pod, valid_volumes(spec["volumes"], against_volumes))
