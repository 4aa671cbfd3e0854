"""Templates of ApplicationSets, filled in as Argo CD does: the plain kind, and Go's.

https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/GoTemplate/
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tools.argocd.gotemplate.fault import Unrenderable

_PLAIN = r"\{\{(.*?)\}\}"
__all__ = ["Unrenderable", "fill"]


def fill(value: Any, parameters: Mapping[str, Any], go: bool, options: Sequence[Any] = ()) -> Any:
    """A value with every text in it rendered, keys of maps included.

    `options` are those of Go's templates, such as `missingkey=error`. Raises Unrenderable.
    """
    if isinstance(value, str):
        if "{{" not in value:
            return value
        return _go(value, parameters, options) if go else _plain(value, parameters)
    if isinstance(value, list):
        return [_below(index, item, parameters, go, options) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {
            _below(key, key, parameters, go, options): _below(key, item, parameters, go, options)
            for key, item in value.items()
        }
    return value


def _below(
    key: str | int, value: Any, parameters: Mapping[str, Any], go: bool, options: Sequence[Any]
) -> Any:
    try:
        return fill(value, parameters, go, options)
    except Unrenderable as error:
        error.path = (key, *error.path)
        raise


def _go(text: str, parameters: Mapping[str, Any], options: Sequence[Any]) -> str:
    from tools.argocd.gotemplate.evaluate import render
    from tools.argocd.gotemplate.values import from_data

    return render(text, from_data(parameters), options)


def _plain(text: str, parameters: Mapping[str, Any]) -> str:
    """Unknown names stay as they are, which Argo CD then takes literally."""

    def replaced(match: re.Match[str]) -> str:
        found = parameters.get(match[1].strip())
        return found if isinstance(found, str) else match[0]

    return re.sub(_PLAIN, replaced, text, flags=re.DOTALL)
