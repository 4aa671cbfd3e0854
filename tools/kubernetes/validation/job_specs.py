"""The spec of a Job, in a CronJob too.

https://kubernetes.io/docs/concepts/workloads/controllers/job/; exactly, validateJobSpec of
pkg/apis/batch/validation.
"""

import re

from tools.kubernetes.names import subdomain_objection
from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import enumeration, not_negative
from tools.kubernetes.validation.job_policies import failure_policy, success_policy
from tools.kubernetes.validation.pod import pod_template

_COUNTS = (
    "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
    "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes",
)  # fmt: skip
_INDEXED, _NON_INDEXED = "Indexed", "NonIndexed"
_MOST_INDEXES = 100_000
_FEWER_INDEXES = 10_000
"""The limit where there are more than 100,000 completions with a backoffLimitPerIndex."""

_MANAGER_BYTES = 63
_URL_PATH = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")


def job_spec(spec: Field) -> Refusals:
    """All but the selector."""
    for name in _COUNTS:
        yield from not_negative(spec[name])
    mode = spec["completionMode"]
    if mode.is_set:
        yield from enumeration(mode, (_NON_INDEXED, _INDEXED))
    yield from _managed_by(spec["managedBy"])
    yield from _per_index(spec)
    if mode.text == _INDEXED:
        yield from _indexed(spec)
    yield from _policies(spec)
    yield from pod_template(spec["template"])
    yield from _restart_policy(spec)


def _managed_by(field: Field) -> Refusals:
    if not field.is_set:
        return
    host, _, path = field.text.partition("/")
    if not host or not path or subdomain_objection(host) or not _URL_PATH.fullmatch(path):
        yield field.must("be a path with a domain before it, such as example.com/controller")
    if len(field.text.encode()) > _MANAGER_BYTES:
        yield field.too_long(_MANAGER_BYTES, "bytes")


def _per_index(spec: Field) -> Refusals:
    limit, failed = spec["backoffLimitPerIndex"], spec["maxFailedIndexes"]
    if failed.is_set and not limit.is_set:
        yield limit.required("maxFailedIndexes needs it")
    if spec["completionMode"].value in (None, _NON_INDEXED):
        for field in spec.set_among((limit.name, failed.name)):
            yield field.forbidden(f"without `completionMode: {_INDEXED}`")


def _indexed(spec: Field) -> Refusals:
    completions, parallelism = spec["completions"], spec["parallelism"]
    failed = spec["maxFailedIndexes"]
    if not completions.is_set:
        yield completions.required(f"`completionMode: {_INDEXED}` needs it")
    yield from _at_most(parallelism, _MOST_INDEXES)
    yield from _at_most(failed, _MOST_INDEXES)
    if completions.number is not None:
        yield from _at_most(failed, completions.number)
    many = (completions.number or 0) > _MOST_INDEXES
    if many and spec["backoffLimitPerIndex"].is_set:
        if not failed.is_set:
            yield failed.required(f"there are more than {_MOST_INDEXES} completions")
        yield from _at_most(parallelism, _FEWER_INDEXES)
        yield from _at_most(failed, _FEWER_INDEXES)


def _at_most(field: Field, most: int) -> Refusals:
    if (field.number or 0) > most:
        yield field.must(f"be at most {most}")


def _policies(spec: Field) -> Refusals:
    failure, success = spec["podFailurePolicy"], spec["successPolicy"]
    replacement = spec["podReplacementPolicy"]
    if failure.is_set:
        yield from failure_policy(spec)
    if success.is_set and spec["completionMode"].text != _INDEXED:
        yield success.forbidden(f"without `completionMode: {_INDEXED}`")
    elif success.is_set:
        yield from success_policy(success, spec["completions"].number)
    if replacement.is_set:
        both = ("Failed",) if failure.is_set else ("Failed", "TerminatingOrFailed")
        yield from enumeration(replacement, both)


def _restart_policy(spec: Field) -> Refusals:
    policy = spec.at("template", "spec", "restartPolicy")
    if not policy.text:
        yield policy.required("a Job has `OnFailure` or `Never`: its pods end")
    elif policy.text not in ("OnFailure", "Never"):
        yield policy.must("be OnFailure or Never: the pods of a Job end")
    elif policy.text != "Never" and spec["podFailurePolicy"].is_set:
        yield policy.must("be Never as there is a podFailurePolicy")
