"""Which hosts and ports texts name, and which Services host names stand for."""

import pytest

from tools.kubernetes.addresses import ServiceName, addresses_in, service_name


def found(text: str) -> list[tuple[str, str, int | None]]:
    return [(one.scheme, one.host, one.port) for one in addresses_in(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://web", [("http", "web", None)]),
        ("HTTPS://Web:8443/path?next=/x", [("https", "web", 8443)]),
        ("postgres://user:p%40ss@db:5432/shop", [("postgres", "db", 5432)]),
        ("jdbc:postgresql://db:5432/shop", [("postgresql", "db", 5432)]),
        ("mongodb://a:27017,b:27018/shop", [("mongodb", "a", 27017), ("mongodb", "b", 27018)]),
        ("see http://web. And http://api, too", [("http", "web", None), ("http", "api", None)]),
        ("web:80", [("", "web", 80)]),
        ("web:80,api:81", [("", "web", 80), ("", "api", 81)]),
        ("--upstream=web:80", [("", "web", 80)]),
        ("--upstream=http://web:80", [("http", "web", 80)]),
        ("dns:///web.shop.svc:80", [("", "web.shop.svc", 80)]),
        ("server web.shop.svc.cluster.local:80;", [("", "web.shop.svc.cluster.local", 80)]),
        ("db.shop.svc", [("", "db.shop.svc", None)]),
        # A word, a time, an image, a sentence.
        ("web", []),
        ("web: 80", []),
        ("nothing:really", []),
        ("GET web:80 please", []),
        # What is still to be filled in is no host.
        ("http://$(HOST):80", []),
        ("http://web$(SUFFIX):80", []),
        ("http://web-${ENV}:80", []),
        ("http://{{ .Host }}:80", []),
        # Behind these stands no host.
        ("s3://backups/daily", []),
        ("unix:///run/app.sock", []),
        ("http://[::1]:80", []),
    ],
)
def test_addresses_of_a_text(text: str, expected: list[tuple[str, str, int | None]]) -> None:
    assert found(text) == expected


def test_what_is_shown_of_an_address_holds_no_password() -> None:
    texts = [address.text for address in addresses_in("see postgres://user:p%40ss@db:5432/shop")]
    assert texts == ["postgres://db:5432"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("web", ServiceName("web", "", "", False)),
        ("web.shop", ServiceName("web", "shop", "", False)),
        ("db-0.db.shop", ServiceName("db", "shop", "", False)),
        ("web.any.svc", ServiceName("web", "any", "", True)),
        ("web.any.svc.cluster.local", ServiceName("web", "any", "cluster.local", True)),
        ("db-0.db.any.svc", ServiceName("db", "any", "", True)),
        ("_http._tcp.web.any.svc", ServiceName("web", "any", "", True)),
        ("web.svc.cluster.local", ServiceName("web", "", "cluster.local", True)),
        ("web.svc", ServiceName("web", "", "", True)),
        ("example.com", None),
        ("web.svc.example.com", None),
        ("localhost", None),
        ("10.0.0.1", None),
        ("web..shop", None),
    ],
)
def test_the_service_of_a_host_name(host: str, expected: ServiceName | None) -> None:
    assert service_name(host, {"shop"}) == expected
