"""A project permits what Argo CD's own functions say that it permits."""

import os
import random
from typing import Any

import pytest

from tests.cluster.permits import Question, address, answers, questions
from tools.argocd.glob import path_match
from tools.argocd.projects import Cluster, Project, Undecided
from tools.argocd.urls import normalized
from tools.kubernetes.resource import Resource

pytestmark = pytest.mark.cluster

SEED = int(os.environ.get("SEED", "20"))
CASES = int(os.environ.get("CASES", "20000"))


def _ours(question: Question, version: tuple[int, ...] = (3, 2)) -> bool | None:
    """Our answer; None for what is not judged."""
    project = Project(Resource(question["project"]), version)
    try:
        if question["ask"] == "source":
            return project.denies_source(question["source"]) is None
        if question["ask"] == "destination":
            cluster = Cluster(question["server"], question["name"])
            return project.denies_destination(cluster, question["namespace"]) is None
        if question["ask"] == "application":
            return project.admits_namespace(question["namespace"])
        return project.denies_object(_resource(question), question["namespaced"]) is None
    except Undecided:
        return None


def _resource(question: Question) -> Resource:
    group = question["group"]
    return Resource(
        {
            "apiVersion": f"{group}/v1" if group else "v1",
            "kind": question["kind"],
            "metadata": {"name": question["object"]},
        }
    )


def _compared(asked: list[Question], ours: list[bool | None]) -> list[tuple[Any, ...]]:
    """Where we say otherwise. A panic of Argo CD permits nothing."""
    said = [answer is True for answer in answers(asked)]
    pairs = list(zip(asked, ours, said, strict=True))
    judged = [pair for pair in pairs if pair[1] is not None]
    agree = sum(mine is theirs for _, mine, theirs in judged)
    print(f"{agree} of {len(judged)} agree, {len(pairs) - len(judged)} not judged (seed {SEED})")
    assert len(judged) > len(pairs) * 0.9
    assert min(sum(said), len(said) - sum(said)) > len(said) / 10
    return [pair for pair in judged if pair[1] is not pair[2]]


def test_projects_permit_what_argocd_permits() -> None:
    asked = questions(random.Random(SEED), CASES)
    assert _compared(asked, [_ours(question) for question in asked]) == []


def test_names_of_cluster_lists_count_since_3_3() -> None:
    """An entry with a name that does not fit is as good as none."""
    asked = [q for q in questions(random.Random(SEED + 1), CASES) if q["ask"] == "object"]
    ours = [_ours(question, (3, 3)) for question in asked]
    assert _compared([_without_other_names(question) for question in asked], ours) == []


def _without_other_names(question: Question) -> Question:
    spec = dict(question["project"]["spec"])
    for field in ("clusterResourceWhitelist", "clusterResourceBlacklist"):
        spec[field] = [
            item
            for item in spec.get(field, ())
            if not item.get("name") or path_match(item["name"], question["object"])
        ]
    return {**question, "project": {**question["project"], "spec": spec}}


def test_addresses_are_normalized_as_argocd_does() -> None:
    source = random.Random(SEED)
    texts = [address(source) for _ in range(CASES)]
    asked = [{"ask": "normalized", "source": text} for text in texts]
    differ = [
        (text, said, normalized(text))
        for text, said in zip(texts, answers(asked), strict=True)
        if said != normalized(text)
    ]
    print(f"{len(texts) - len(differ)} of {len(texts)} agree (seed {SEED})")
    assert differ == []


def test_what_is_not_known_of_a_cluster_decides_nothing() -> None:
    """Where only its address or its name is known, both answers that it may have are possible."""
    asked = [q for q in questions(random.Random(SEED + 2), CASES) if q["ask"] == "destination"]
    half = [{**question, "name": None} for question in asked[::2]]
    half += [{**question, "server": None} for question in asked[1::2]]
    whole = [*asked[::2], *asked[1::2]]
    wrong = [
        (question, mine)
        for question, mine, said in zip(whole, map(_ours, half), answers(whole), strict=True)
        if said != "panic" and mine is not None and mine is not said
    ]
    assert wrong == []
