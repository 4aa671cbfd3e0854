"""A registry is asked politely."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.images.asking import IMAGE, LAYER, PATIENCE, Client, always, answering, first
from tests.images.made import MadeImage, MadeIndex, sha256
from tests.images.server import Exchange, Server, serving
from tools.images.credentials import Keychain
from tools.images.examine import Examiner, Wish
from tools.images.failure import (
    NoSuchImage,
    Unreachable,
)
from tools.images.registry import Registry
from tools.images.transport import Transport
from tools.kubernetes.image_reference import parse_image

pytest_plugins = ("tests.images.plugin",)


def test_an_image_is_looked_at(client: Client) -> None:
    [found] = client.look()
    assert (found.digest, found.index_digest, found.unpacked) == (IMAGE.digest, "", 800)
    assert (found.user, found.measured) == ("1000", True)
    assert [path for path, _ in client.server.seen] == [
        "/v2/shop/web/manifests/1.0.0",
        f"/v2/shop/web/blobs/{sha256(IMAGE.config)}",
        f"/v2/shop/web/blobs/{sha256(LAYER.packed)}",
    ]


def test_layers_are_only_fetched_to_be_measured(client: Client) -> None:
    [found] = client.look(measure=False)
    assert (found.unpacked, found.compressed, found.measured) == (None, len(LAYER.packed), False)
    assert len(client.server.seen) == 2


def test_every_platform_of_an_index_is_asked_for_by_its_digest(client: Client) -> None:
    arm = MadeImage([LAYER], "linux/arm64")
    index = MadeIndex([IMAGE, arm])
    client.server.hold("1.0.0", index)
    for image in (IMAGE, arm):
        client.server.hold(image.digest, image)
    found = client.look()
    assert [(e.platform, e.pinned) for e in found] == [
        ("linux/amd64", index.digest),
        ("linux/arm64", index.digest),
    ]
    layers = [path for path, _ in client.server.seen if sha256(LAYER.packed) in path]
    assert len(layers) == 1, "a layer that two share is fetched once"


def test_an_image_that_is_not_there(client: Client) -> None:
    assert client.failure(NoSuchImage, "shop/web:2.0.0") == "HOST has no such image"
    assert client.waits == []


def test_a_server_that_is_busy_is_asked_again_when_it_wants(client: Client) -> None:
    act = answering(429, headers={"Retry-After": "7"})
    client.server.misbehaviours = [first(2, act, "/manifests/"), first(1, act, "/blobs/")]
    assert client.look()[0].unpacked == 800
    assert client.waits == [7.0, 7.0, 7.0]


def test_the_wait_may_be_a_date_and_grows_where_nothing_is_said(client: Client) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    client.server.misbehaviours = [
        first(1, answering(503, headers={"Retry-After": soon})),
        first(1, answering(502)),
    ]
    client.look()
    dated, grown = client.waits
    assert 20 < dated <= 30
    assert 1.0 <= grown <= 1.5


def test_nobody_waits_for_hours(client: Client) -> None:
    act = answering(429, headers={"Retry-After": "3600"})
    client.server.misbehaviours = [always(act)]
    assert client.failure(Unreachable) == (
        "HOST wants to be left alone for 3600 seconds; try again then"
    )
    assert client.waits == []


def test_a_server_that_stays_broken_is_given_up(client: Client) -> None:
    client.server.misbehaviours = [always(answering(500))]
    assert client.failure(Unreachable) == "HOST answers 500"
    assert len(client.server.seen) == 3


def test_a_server_that_is_silent_costs_its_time_and_no_more(client: Client) -> None:
    client.server.misbehaviours = [always(lambda exchange: time.sleep(3 * PATIENCE))]
    begin = time.monotonic()
    assert client.failure(Unreachable) == "HOST gives no answer in time"
    assert time.monotonic() - begin < 3 * 2 * PATIENCE + 1


def test_headers_that_arrive_byte_by_byte_are_not_waited_for(client: Client) -> None:
    def trickle(exchange: Exchange) -> None:
        for _ in range(40):
            exchange.wfile.write(b"H")
            exchange.wfile.flush()
            time.sleep(PATIENCE / 8)

    client.server.misbehaviours = [always(trickle)]
    begin = time.monotonic()
    assert "HOST gives no answer in time" in client.failure(Unreachable)
    assert time.monotonic() - begin < 3 * 2 * PATIENCE + 1


def test_a_layer_that_trickles_is_let_go_of(client: Client) -> None:
    def trickle(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", str(len(LAYER.packed)))
        exchange.end_headers()
        for byte in LAYER.packed:
            exchange.wfile.write(bytes([byte]))
            exchange.wfile.flush()
            time.sleep(PATIENCE / 8)

    client.server.misbehaviours = [always(trickle, sha256(LAYER.packed))]
    assert client.failure(Unreachable) == "HOST sends less than 16,384 bytes a second"


def cut(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", str(len(LAYER.packed)))
    exchange.end_headers()
    exchange.wfile.write(LAYER.packed[:30])
    exchange.close_connection = True


def test_a_layer_that_is_cut_off_is_fetched_again(client: Client) -> None:
    client.server.misbehaviours = [first(1, cut, sha256(LAYER.packed))]
    assert client.look()[0].unpacked == 800
    assert client.waits == [1.0]


def test_a_layer_that_is_cut_off_each_time_is_given_up(client: Client) -> None:
    client.server.misbehaviours = [always(cut, sha256(LAYER.packed))]
    assert client.failure(Unreachable) == ("HOST ends the connection in the middle of its answer")


def test_a_host_where_nobody_listens(client: Client) -> None:
    with serving() as gone:
        host = gone.host
    client.server = Server.__new__(Server)
    with pytest.raises(Unreachable, match="cannot be connected to"):
        Examiner(
            Registry(Transport(PATIENCE, 1, sleep=client.waits.append), Keychain({})), Wish()
        ).entries(parse_image(f"{host}/web:1"))
