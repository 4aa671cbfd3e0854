"""Whatever else an object names exists: pull Secrets, certificates, Services of webhooks and so on.

Names are not checked when an object is applied. A webhook whose Service is missing refuses every
request it is asked about, or lets all of them through. A StatefulSet without its governing Service
runs, and its pods cannot find each other. With a missing pull Secret a private image is not
pulled; with a missing certificate the browser is shown the controller's own.

Looks at `imagePullSecrets`, TLS Secrets of Ingresses and Gateways, the Secrets of ServiceAccounts,
annotations that name Secrets or Services (`nginx.ingress.kubernetes.io/auth-secret` …), the
Services of webhooks, of APIServices and of StatefulSets (`serviceName`). Services must be in the
target or in `facts.services` of `policies.yaml`, Secrets must be delivered by the target or be
declared in `facts.secretKeys`; where nothing is declared there and no ExternalSecret is in the
target, a missing Secret is only a warning. Other kinds that objects name (classes, stores of
External Secrets, issuers, KEDA's authentications, volumes …) often belong to the cluster: for them,
only a name that is nearly that of an object in the target is a finding, and every other one is not
judged.

A Secret that a program of the target may create, because its role lets it or because a custom
object names it, is not judged.

Not looked at is what another rule knows better: keys of ConfigMaps and Secrets, ServiceAccounts,
claims, roles, backends of Ingresses, what autoscalers scale. Not judged are plain files that hold
no Secret, or no Service, at all, and Services in a namespace of which the target holds nothing.
An object that leaves its namespace out may be in any. kube-score also demands that a governing
Service is headless and selects the pods: where nobody asks for the pods' names, any will do.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

from collections.abc import Iterator

from tools.kubernetes.provided import SECRET, provided_by
from tools.kubernetes.reference import Reference, Via
from tools.kubernetes.references import same_namespace
from tools.kubernetes.resource import Resource
from tools.kubernetes.secret_programs import creator_of
from tools.kubernetes.spelling import closest
from tools.rules.rule import Judges, Problem, Severity, Unjudged, rule
from tools.rules.target import Target

JUDGED = frozenset(
    {Via.IMAGE_PULL, Via.TLS, Via.ANNOTATION, Via.WEBHOOK, Via.GOVERNING_SERVICE}
    | {Via.CLASS, Via.OTHER}
)
ELSEWHERE = frozenset({"ConfigMap", "ServiceAccount", "PersistentVolumeClaim"})
SYSTEM = "system-"
"""Priority classes that every cluster has begin with it."""

NEARLY = 0.85
SECRET_REMEDY = "Correct the name, add what makes the Secret, or declare it in facts.secretKeys."


@rule(
    judges=Judges.OBJECT,
    severity=Severity.ERROR,
    remedy="Correct the name, add the object, or declare it in facts.services or facts.secretKeys.",
)
def check(resource: Resource, target: Target, options: None) -> Iterator[Problem | Unjudged]:
    for reference in target.references.of(resource):
        if reference.via not in JUDGED or reference.kind in ELSEWHERE or reference.optional:
            continue
        if target.references.resolve(reference) or _is_built_in(reference):
            continue
        if reference.kind == SECRET:
            yield from _secret(reference, target)
        elif reference.kind == "Service":
            yield from _service(reference, target)
        else:
            yield _other(reference, target)


def _is_built_in(reference: Reference) -> bool:
    return reference.kind == "PriorityClass" and reference.name.startswith(SYSTEM)


def _secret(reference: Reference, target: Target) -> Iterator[Problem | Unjudged]:
    if target.delivery(SECRET, reference.name, reference.namespace):
        return
    near = _near(reference, target)
    alone = target.tree is None and not target.facts.secret_keys
    creator = creator_of(reference, target.references, target.access)
    if near is None and alone and not target.resources.of_kind(SECRET):
        yield Unjudged("nothing here says what delivers Secrets", path=reference.path)
    elif near is None and creator:
        yield Unjudged(f"{reference.called} is not here, but {creator}", path=reference.path)
    else:
        severity = Severity.ERROR if _lists_secrets(target) else Severity.WARNING
        sentence = f"nothing delivers {reference.called}"
        if near is None and (declared := _declared(reference, target)):
            sentence += f"; did you mean {declared!r}?"
        problem = _problem(reference, sentence, near, severity)
        yield problem._replace(remedy=SECRET_REMEDY)


def _declared(reference: Reference, target: Target) -> str | None:
    """The nearly equal name of a Secret that policies.yaml declares, or that something makes."""
    made = (one for resource in target.resources for one in provided_by(resource))
    names = {one.name for one in made if one.kind == SECRET}
    names |= {name.rpartition("/")[2] for name in target.facts.secret_keys}
    return closest(reference.name, names, NEARLY)


def _lists_secrets(target: Target) -> bool:
    """Whether the Secrets of a target are known: it runs, and somebody says where they come from.

    A component has those of the overlays that use it.
    """
    stated = target.facts.secret_keys or target.resources.of_kind("ExternalSecret")
    return bool(stated) and not target.is_part


def _service(reference: Reference, target: Target) -> Iterator[Problem | Unjudged]:
    if target.facts.exists(target.facts.services, reference.namespace, reference.name):
        return
    near = _near(reference, target)
    is_foreign = all(r.namespace != reference.namespace for r in target.resources)
    has_services = target.tree is not None or bool(target.resources.of_kind("Service"))
    if near is None and (is_foreign or not has_services):
        yield Unjudged(f"{reference.called} is not in this target", path=reference.path)
        return
    milder = Severity.WARNING if reference.via is Via.GOVERNING_SERVICE else Severity.ERROR
    where = f" in namespace {reference.namespace!r}" if reference.namespace else ""
    yield _problem(reference, f"there is no {reference.called}{where}", near, milder)


def _other(reference: Reference, target: Target) -> Problem | Unjudged:
    near = _near(reference, target)
    if near is None:
        return Unjudged(f"{reference.called} is not in this target", path=reference.path)
    return _problem(reference, f"there is no {reference.called}", near, Severity.ERROR)


def _near(reference: Reference, target: Target) -> Resource | None:
    """The object of the same kind and namespace with nearly the name, None if there is none."""
    here = {
        other.name: other
        for other in target.resources.of_kind(reference.kind)
        if same_namespace(other.namespace, reference.namespace)
    }
    return here.get(closest(reference.name, here, NEARLY) or "")


def _problem(
    reference: Reference, sentence: str, near: Resource | None, severity: Severity
) -> Problem:
    hint = f"; did you mean {near.name!r}?" if near else ""
    related = ((near, ("metadata", "name"), str(near.ref)),) if near else ()
    return Problem(reference.path, sentence + hint, related=related, severity=severity)
