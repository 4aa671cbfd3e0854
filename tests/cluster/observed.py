"""What Argo CD does with all cases at once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.cluster.argocd import ArgoCD, State
from tests.cluster.cases import Case
from tests.cluster.control_plane import wait_until
from tests.cluster.git import BareRepository

# What is still so after this long without anything else going on is taken to stay so.
_SECONDS_TO_STAY = 10.0
_SECONDS = 150.0
_ENDLESS = ("running", "held")
_PLACES = ("present", "absent", "order")
_VERSIONS = {"PersistentVolumeClaim": "v1", "ConfigMap": "v1", "ServiceAccount": "v1"}


@dataclass(frozen=True)
class Observed:
    """What became of one case."""

    outcome: str
    """synced, warned, refused, running, held, or nothing of these."""
    said: str
    """What Argo CD, or the API server, said of it."""
    versions: Mapping[str, int] = field(default_factory=dict)
    """The resource version of each object that the case asks about and that is there."""
    data: Mapping[str, str] = field(default_factory=dict)
    """The data of the ConfigMap `settings`."""


def outcome(state: State) -> str:
    """One word for what Argo CD says of an Application."""
    if state.refused:
        return "refused"
    if state.phase == "Running":
        return "running"
    # Where there is nothing to apply, there is no operation either.
    if state.phase in ("", "Succeeded") and state.sync == "Synced":
        return "warned" if state.conditions else "synced"
    if not state.phase and state.sync == "OutOfSync" and not state.conditions:
        return "held"
    return f"{state.phase} {state.sync}".strip()


def observe(argo: ArgoCD, repository: BareRepository, cases: Sequence[Case]) -> dict[str, Observed]:
    """Create every case, wait for what becomes of it, then change the repository and the cluster
    for those that are about this, and wait again.
    """
    api = argo.plane.api
    refused = {}
    for case in cases:
        if not case.creates:
            argo.plane.add_namespace(case.namespace)
        for object_ in (case.project, case.application):
            # As a client would that does not ask for strictness.
            answer = api.create(object_, options={"fieldValidation": "Ignore"})
            if not answer.accepted:
                refused[case.name] = Observed("refused", answer.message)
    there = [case for case in cases if case.name not in refused]
    _settle(argo, there)
    states = argo.states()
    found = {case.name: _observed(argo, case, states[case.name]) for case in there}
    moved = [case for case in there if case.gone or case.drifts]
    _move(argo, repository, cases, moved)
    return {
        **refused,
        **found,
        **{case.name: _observed(argo, case, states[case.name]) for case in moved},
    }


def _settle(argo: ArgoCD, cases: Sequence[Case]) -> None:
    """Wait until each case has an end, but for those that are expected to have none."""
    ending = {case.name for case in cases if case.argo not in _ENDLESS}

    def settled() -> bool:
        states = argo.states()
        return all(outcome(states[name]) in ("synced", "warned", "refused") for name in ending)

    begin = time.monotonic()
    while not settled() and time.monotonic() - begin < _SECONDS:
        time.sleep(0.5)
    time.sleep(_SECONDS_TO_STAY)


def _move(
    argo: ArgoCD, repository: BareRepository, cases: Sequence[Case], moved: Sequence[Case]
) -> None:
    """Take from Git what goes, change in the cluster what drifts, and let Argo CD see it."""
    revision = repository.commit(tree(cases, afterwards=True))
    for case in moved:
        if case.drifts:
            path = argo.plane.api.path("v1", "ConfigMap", "settings", namespace=case.namespace)
            patched = argo.plane.api.patch(path, {"data": {"a": "changed in the cluster"}})
            if not patched.accepted:
                raise ValueError(patched.message)
        argo.refresh(case.name, hard=False)
    names = [case.name for case in moved]
    argo.wait(names, lambda state: state.revision == revision)
    time.sleep(_SECONDS_TO_STAY)
    # A claim goes when the controller that protects it lets it.
    wait_until(lambda: not _leaving(argo, moved), "the end of what is being deleted")


def _leaving(argo: ArgoCD, cases: Sequence[Case]) -> list[str]:
    api = argo.plane.api
    path = api.path("v1", "PersistentVolumeClaim", namespace="")
    claims = api.get(path).body["items"]
    ours = {case.namespace for case in cases}
    return [
        claim["metadata"]["namespace"]
        for claim in claims
        if claim["metadata"]["namespace"] in ours and claim["metadata"].get("deletionTimestamp")
    ]


def tree(cases: Sequence[Case], *, afterwards: bool = False) -> dict[str, str]:
    """The files of all cases."""
    return {name: text for case in cases for name, text in case.tree(afterwards=afterwards).items()}


def _observed(argo: ArgoCD, case: Case, state: State) -> Observed:
    versions = {}
    for name in {name for key in _PLACES for name in case.shows.get(key, ())}:
        if found := _get(argo, case, name):
            versions[name] = int(found["metadata"]["resourceVersion"])
    settings = _get(argo, case, "ConfigMap/settings") or {}
    said = "; ".join([f"{kind}: {text}" for kind, text in state.conditions] or [state.message])
    return Observed(outcome(state), said, versions, settings.get("data") or {})


def _get(argo: ArgoCD, case: Case, reference: str) -> Mapping[str, Any] | None:
    kind, _, name = reference.partition("/")
    path = argo.plane.api.path(_VERSIONS[kind], kind, name, namespace=case.namespace)
    answer = argo.plane.api.get(path)
    return answer.body if answer.accepted else None
