"""The ServiceAccount that an IAMPolicyGenerator makes (`api/filters/iampolicygenerator`)."""

from tools.trace.objects import Object
from tools.trace.origin import Source
from tools.trace.value import Map, Scalar, Value

_ANNOTATION = "iam.gke.io/gcp-service-account"
_FIXED = "an IAMPolicyGenerator makes nothing but ServiceAccounts"


def service_account(config: Map) -> Object:
    """The object that a configuration describes."""
    assert config.source is not None
    source = config.source.as_layer("generator")

    def made(text: str, *path: str) -> Scalar:
        by = config.get(*path)
        if not isinstance(by, Scalar):
            return Scalar(Source(None, "generator", reason=_FIXED), None, None, None, text)
        return Scalar(by.source.as_layer("generator"), by.key, by.node, None, text)

    def map_of(fields: dict[str, Value]) -> Map:
        return Map(source, None, config.node, fields)

    project = config.text("serviceAccount", "projectId")
    account = f"{config.text('serviceAccount', 'name')}@{project}.iam.gserviceaccount.com"
    name = config.text("kubernetesService", "name")
    metadata: dict[str, Value] = {
        "annotations": map_of({_ANNOTATION: made(account, "serviceAccount", "name")}),
        "name": made(name, "kubernetesService", "name"),
    }
    if namespace := config.text("kubernetesService", "namespace"):
        metadata["namespace"] = made(namespace, "kubernetesService", "namespace")
    fields: dict[str, Value] = {
        "apiVersion": made("v1"),
        "kind": made("ServiceAccount"),
        "metadata": map_of(metadata),
    }
    return Object(map_of(fields))
