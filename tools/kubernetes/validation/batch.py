"""CronJob, Job."""

from tools.kubernetes.validation.field import Field, Refusals
from tools.kubernetes.validation.formats import dns_subdomain
from tools.kubernetes.validation.metadata import object_meta


def cron_job(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)


def job(obj: Field) -> Refusals:
    yield from object_meta(obj["metadata"], dns_subdomain, namespaced=True)
