"""Fixtures for the tests of registries: `pytest_plugins = ("tests.images.plugin",)`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.images.asking import IMAGE, Client
from tests.images.server import serving


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with serving() as server:
        server.hold("1.0.0", IMAGE)
        yield Client(server, tmp_path)
