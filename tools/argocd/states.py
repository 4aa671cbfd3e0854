"""What keeps an object from being Healthy, in words."""

from enum import Enum
from typing import NamedTuple, Protocol

from tools.kubernetes.pod import Pod
from tools.kubernetes.resource import ResourceSet
from tools.source.place import FieldPath


class Condition(Enum):
    """Something of the cluster on which health hangs; the value is the option that tells it."""

    INGRESS = "ingress_addresses"
    BALANCER = "load_balancers"
    METRICS = "metrics"
    CLAIMS = "claims_bind_at_once"
    GATEWAYS = "gateways"


class State(NamedTuple):
    """Why an object is not Healthy: for certain, or unless the cluster has what it `needs`.

    `question` asks for that, and `denied` says that it is not there. `fails` says that Argo CD
    calls the object Degraded, which ends the sync as failed instead of letting it wait.
    """

    path: FieldPath
    sentence: str
    needs: Condition | None = None
    question: str = ""
    denied: str = ""
    fails: bool = False
    remedy: str | None = None


class Rendered(Protocol):
    """The objects that are applied together, and the Argo CD that applies them."""

    @property
    def resources(self) -> ResourceSet: ...

    @property
    def pods(self) -> list[Pod]: ...

    @property
    def argocd(self) -> str: ...
