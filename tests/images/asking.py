"""A client of a registry that plays in the same process, and servers that misbehave."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.images.made import MadeImage, MadeLayer, tar_of
from tests.images.server import Exchange, Server
from tools.images.credentials import Keychain
from tools.images.examine import Examiner, Wish
from tools.images.failure import (
    ImageFailure,
)
from tools.images.lock import Entry
from tools.images.registry import Registry
from tools.images.transport import Transport
from tools.kubernetes.image_reference import parse_image

LAYER = MadeLayer(tar_of({"app": b"a" * 800}))
IMAGE = MadeImage([LAYER], run={"User": "1000"})
PASSWORD = "correct horse"  # made up
PATIENCE = 0.4


class Client:
    """What the command uses, with little patience, and with a record of how long it waits."""

    def __init__(self, server: Server, home: Path) -> None:
        self.server = server
        self.home = home
        self.waits: list[float] = []

    def login(self, host: str = "", **entry: str) -> None:
        """Keep a login as `docker login` does."""
        encoded = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
        auths = {host or self.server.host: entry or {"auth": encoded}}
        (self.home / "config.json").write_text(json.dumps({"auths": auths}), encoding="utf-8")

    def look(self, image: str = "shop/web:1.0.0", measure: bool = True) -> list[Entry]:
        transport = Transport(patience=PATIENCE, attempts=3, sleep=self.waits.append)
        keychain = Keychain({"DOCKER_CONFIG": str(self.home)})
        registry = Registry(transport, keychain)
        examiner = Examiner(registry, Wish(measure=measure), pause=self.waits.append)
        return examiner.entries(parse_image(f"{self.server.host}/{image}"))

    def failure(
        self, kind: type[ImageFailure] = ImageFailure, image: str = "shop/web:1.0.0"
    ) -> str:
        """Why looking fails, with the host as HOST; nothing secret may be in it."""
        with pytest.raises(kind) as raised:
            self.look(image)
        text = str(raised.value)
        assert PASSWORD not in text
        assert "signature" not in text
        return text.replace(self.server.host, "HOST")


def answering(
    status: int, content: bytes = b"", headers: Mapping[str, str] = {}
) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.answer(status, content, headers)


def first(
    times: int, act: Callable[[Exchange], None], part: str = ""
) -> Callable[[Exchange], bool]:
    """Misbehave the first times that a path with this part is asked for."""
    left = [times]

    def misbehave(exchange: Exchange) -> bool:
        if part not in exchange.path or not left[0]:
            return False
        left[0] -= 1
        act(exchange)
        return True

    return misbehave


def always(act: Callable[[Exchange], None], part: str = "") -> Callable[[Exchange], bool]:
    return first(1_000_000, act, part)
