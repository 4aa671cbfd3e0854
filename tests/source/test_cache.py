"""Where the toolkit keeps what it need not make twice."""

from pathlib import Path

import pytest

from tools.source.cache import cache_folder


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"GITOPS_GATE_CACHE": "/own", "XDG_CACHE_HOME": "/xdg", "HOME": "/home/me"}, "/own"),
        ({"XDG_CACHE_HOME": "/xdg", "HOME": "/home/me"}, "/xdg/gitops-gate"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/me"}, "/home/me/.cache/gitops-gate"),
    ],
)
def test_the_cache_is_where_it_is_asked_to_be(variables: dict[str, str], folder: str) -> None:
    assert cache_folder(variables) == Path(folder)


def test_nobody_is_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert cache_folder({}) is None
