"""CronJob, Job.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/; exactly, ValidateJob
and ValidateCronJobCreate of pkg/apis/batch/validation, after generateSelector of
pkg/registry/batch/job, which gives the pods of a Job labels with its name and uid.
"""

from typing import Any

from tools.kubernetes.names import LABEL_LENGTH
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_label, dns_subdomain, enumeration, not_negative
from tools.kubernetes.validation.job_specs import job_spec
from tools.kubernetes.validation.metadata import final_name, label_selector, object_meta
from tools.kubernetes.validation.pod_selection import labels_of, selects
from tools.kubernetes.validation.schedules import schedule, time_zone

_NAME_LABELS = ("job-name", "batch.kubernetes.io/job-name")
_UID_LABELS = ("controller-uid", "batch.kubernetes.io/controller-uid")
_UID = "\0"
"""Stands for the uid of the Job, which nobody can know before it is there."""

_CRON_JOB_LENGTH = 52
_CONCURRENCY = ("Allow", "Forbid", "Replace")


def cron_job(obj: Field) -> Refusals:
    metadata, spec = obj["metadata"], obj["spec"]
    yield from object_meta(metadata, dns_subdomain, namespaced=True)
    if len(final_name(metadata).encode()) > _CRON_JOB_LENGTH:
        yield metadata["name"].too_long(_CRON_JOB_LENGTH)
    yield from schedule(spec["schedule"])
    yield from time_zone(spec["timeZone"])
    if spec["concurrencyPolicy"].text:
        yield from enumeration(spec["concurrencyPolicy"], _CONCURRENCY)
    for name in ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from not_negative(spec[name])
    job_template = spec.at("jobTemplate", "spec")
    yield from job_spec(job_template)
    if job_template["selector"].is_set:
        yield job_template["selector"].forbidden(
            "in a CronJob, whose Jobs get theirs by themselves"
        )
    if job_template["manualSelector"].is_true:
        yield job_template["manualSelector"].forbidden("in a CronJob")


def job(obj: Field) -> Refusals:
    metadata, spec = obj["metadata"], _filled(obj["spec"])
    yield from object_meta(metadata, dns_subdomain, namespaced=True)
    yield from job_spec(spec)
    yield from _selection(spec, final_name(metadata))
    yield from _index_in_host_name(metadata, spec)


def _filled(spec: Field) -> Field:
    """Without completions and parallelism, a Job has one pod."""
    one = {"completions": 1, "parallelism": 1}
    if not isinstance(spec.value, dict) or spec.set_among(one):
        return spec
    return spec.with_value({**spec.value, **one})


def _index_in_host_name(metadata: Field, spec: Field) -> Refusals:
    completions = spec["completions"].number or 0
    if spec["completionMode"].text == "Indexed" and completions > 0:
        last = f"{final_name(metadata)}-{completions - 1}"
        for refusal in dns_label(metadata["name"].with_value(last)):
            sentence = f"{refusal.sentence} (the host name of its last pod)"
            yield refusal._replace(sentence=sentence, remedy=None)


def _selection(spec: Field, name: str) -> Refusals:
    selector, template = spec["selector"], spec["template"]
    if spec["manualSelector"].is_true:
        if not selector.is_set:
            yield selector.required("manualSelector says that it is not generated")
        found = [*label_selector(selector)]
        yield from found or selects(selector, template, labels_of(template))
        return
    yield from _generated_labels(template, name)
    found = [*label_selector(selector)]
    yield from found
    if selector.is_set and not found:
        yield from _generated_selector(selector, template, name)


def _generated_labels(template: Field, name: str) -> Refusals:
    labels = template.at("metadata", "labels")
    for key in (*_NAME_LABELS, *_UID_LABELS):
        label = labels[key]
        if label.is_set and (key in _UID_LABELS or label.text != name):
            yield label.forbidden("with another value than the server's, which sets it by itself")
    if len(name) > LABEL_LENGTH and not all(labels[key].is_set for key in _NAME_LABELS):
        whole = template["labels"]
        place = ("metadata", "name")
        sentence = (
            f"metadata.name has more than {LABEL_LENGTH} characters, and is a label of the pods"
        )
        yield whole.refused(sentence, f"Shorten it to {LABEL_LENGTH} characters.")._replace(
            place=place
        )


def _generated_selector(selector: Field, template: Field, name: str) -> Refusals:
    """The server adds the uid to it, and it has to match what the server adds to the pods."""
    expected: dict[str, Any] = dict.fromkeys(_NAME_LABELS, name) | dict.fromkeys(_UID_LABELS, _UID)
    for refusal in selects(selector, template, expected):
        yield refusal._replace(
            path=selector.path,
            sentence=f"{selector} is made by the server, and this one would not match its labels",
            remedy="Delete it, or write `manualSelector: true`.",
        )
    yield from selects(selector, template, expected | labels_of(template))
