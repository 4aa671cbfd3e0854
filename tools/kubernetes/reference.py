"""One reference: the place where an object names another object, or a key or port of it."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

from tools.kubernetes.pod import Container, Pod
from tools.kubernetes.resource import Resource
from tools.source.place import FieldPath


class Via(Enum):
    """What kind of field holds a reference. The comment names the kind that is referred to."""

    ENV = "env"  # ConfigMap, Secret: one key
    ENV_FROM = "envFrom"  # ConfigMap, Secret: all keys
    VOLUME = "volume"  # ConfigMap, Secret: one of `items`, else all keys; drivers' Secrets
    PROJECTED = "projected volume"  # the same, below `projected.sources`
    SUB_PATH = "subPath"  # ConfigMap, Secret: the key that a mount's `subPath` picks
    CLAIM = "claim"  # PersistentVolumeClaim
    IMAGE_PULL = "imagePullSecrets"  # Secret, of pods and ServiceAccounts
    SERVICE_ACCOUNT = "service account"  # ServiceAccount, of pods and token Secrets
    CLASS = "class"  # StorageClass, PriorityClass, RuntimeClass, IngressClass, GatewayClass …
    BACKEND = "backend"  # Service (with a port) or another kind, of Ingresses and routes
    TLS = "TLS"  # Secret, of Ingresses and Gateways
    SCALE_TARGET = "scale target"  # workloads
    GOVERNING_SERVICE = "serviceName"  # Service of a StatefulSet
    ROLE = "role"  # Role, ClusterRole
    SUBJECT = "subject"  # ServiceAccount of a binding, also as system:serviceaccount:…
    WEBHOOK = "webhook"  # Service with a port, of webhooks and of APIServices
    ANNOTATION = "annotation"  # Secret, ConfigMap, Service
    OTHER = "field"  # any other field of a known kind
    CUSTOM = "custom field"  # a field that looks like a reference, of a kind that nobody knows
    VARIABLE = "$(VAR)"  # the object itself; `key` is the name of a variable of `container`
    ADDRESS = "address"  # Service; from a URL or host:port in a text that `container` is given


class Reference(NamedTuple):
    """One field of `resource` names another object.

    via            the kind of field
    resource       the object that holds the name
    path           the field that holds the name: where a finding about a missing object belongs
    kind, group    of the object that is named; the group is "" for the core API, None if unknown
    namespace      of the object that is named; "" for cluster-wide kinds, and where the referring
                   manifest states none
    name           of the object that is named, never empty
    key            the key of a ConfigMap or Secret, or the variable of a `$(VAR)`; None if the
                   object is named as such
    port           number or name of a Service port, None if none is given
    part_path      the field that holds the key or port; `path` if there is none of its own
    whole          whether all keys there are get used: envFrom, and a volume without `items` that
                   is not only mounted key by key with subPath
    optional       whether the object, or its key, may be missing
    pod, container who takes the value, where it goes to a pod or container. For ADDRESS,
                   `resource` may be a ConfigMap while `pod` is the one that is given its value
    scheme, host,  of an ADDRESS: `http` ("" without one), the host name, and the URL or host:port
    text           as written
    """

    via: Via
    resource: Resource
    path: FieldPath
    kind: str
    name: str
    namespace: str = ""
    group: str | None = ""
    key: str | None = None
    port: int | str | None = None
    part_path: FieldPath = ()
    whole: bool = False
    optional: bool = False
    pod: Pod | None = None
    container: Container | None = None
    scheme: str = ""
    host: str = ""
    text: str = ""

    @property
    def place(self) -> FieldPath:
        """Where a finding about the key or port belongs."""
        return self.part_path or self.path

    @property
    def called(self) -> str:
        """`ConfigMap 'settings'`, for messages."""
        return f"{self.kind} {self.name!r}"


class What(NamedTuple):
    """A kind that fields refer to; what is not namespaced exists once in the cluster."""

    kind: str
    group: str | None = ""
    namespaced: bool = True


SECRET = What("Secret")
CONFIG_MAP = What("ConfigMap")
SERVICE = What("Service")
SERVICE_ACCOUNT = What("ServiceAccount")
STORAGE_CLASS = What("StorageClass", "storage.k8s.io", namespaced=False)


class Referrer(NamedTuple):
    """An object whose fields name others, for itself or for a pod or a container of it."""

    resource: Resource
    pod: Pod | None = None
    container: Container | None = None

    def names(self, via: Via, path: FieldPath, what: What, **more: Any) -> Iterator[Reference]:
        """The reference of the field at `path`, if that holds a name.

        It is one to the referrer's own namespace unless `more`, further fields of a Reference,
        says something else.
        """
        name = self.resource.get(*path)
        if not isinstance(name, str) or not name:
            return
        namespace = self.resource.namespace if what.namespaced else ""
        fields = {"namespace": namespace, "pod": self.pod, "container": self.container, **more}
        yield Reference(via, self.resource, path, what.kind, name, group=what.group, **fields)
