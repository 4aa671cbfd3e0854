"""Label selectors, and words for what they miss."""

from typing import Any

import pytest

from tools.kubernetes.selector import Unmet, matches, unmet

LABELS = {"app": "web", "tier": "front"}


@pytest.mark.parametrize(
    ("selector", "answer"),
    [
        ({}, True),
        (None, False),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "api"}}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "In", "values": ["front"]}]}, True),
        ({"matchExpressions": [{"key": "gone", "operator": "NotIn", "values": ["x"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": ["app"], "operator": "Exists"}]}, False),
    ],
)
def test_matching(selector: Any, answer: bool) -> None:
    assert matches(selector, LABELS) is answer


def test_what_labels_lack_is_said_in_words() -> None:
    selector = {
        "matchLabels": {"app": "api", "tier": "front", "release": "stable"},
        "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["back", "edge"]},
            {"key": "tier", "operator": "NotIn", "values": ["front"]},
            {"key": "zone", "operator": "Exists"},
            {"key": "app", "operator": "DoesNotExist"},
            {"key": "app", "operator": "Like"},
            {"key": "app", "operator": "Exists"},
        ],
    }
    expressions = [
        ("tier", "label 'tier' must be one of 'back', 'edge' and is 'front'"),
        ("tier", "label 'tier' must be none of 'front' and is 'front'"),
        ("zone", "label 'zone' must exist and is missing"),
        ("app", "label 'app' must not exist and is 'web'"),
        ("app", "label 'app' has the unknown operator 'Like' and is 'web'"),
    ]
    assert list(unmet(selector, LABELS)) == [
        Unmet(("matchLabels", "app"), "app", "label 'app' must be 'api' and is 'web'"),
        Unmet(
            ("matchLabels", "release"), "release", "label 'release' must be 'stable' and is missing"
        ),
        *(
            Unmet(("matchExpressions", index), key, sentence)
            for index, (key, sentence) in enumerate(expressions)
        ),
    ]
