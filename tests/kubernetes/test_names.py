"""What the API server has against names, label keys and annotation keys."""

import pytest

from tools.kubernetes.names import key_objection, name_objection, value_objection

BOTH = ("1.34", "1.36")
SUBDOMAIN = (
    "only lower case letters, digits, '-' and '.', with a letter or digit at both ends of each part"
)
LABEL = "only lower case letters, digits and '-', with a letter or digit at both ends"
QUALIFIED = "only letters, digits, '-', '_' and '.', with a letter or digit at both ends"


@pytest.mark.parametrize(
    ("kind", "name", "objection"),
    [
        ("ConfigMap", "settings.v1-2", ""),
        ("ConfigMap", "Settings", SUBDOMAIN),
        ("ConfigMap", "settings\n", SUBDOMAIN),
        ("ConfigMap", "sëttings", SUBDOMAIN),
        ("ConfigMap", "a" * 253, ""),
        ("ConfigMap", "a" * 254, "it has 254 characters, 253 are allowed"),
        ("Namespace", "shop.example", LABEL),
        ("StatefulSet", "db.shop", LABEL),
        (
            "StatefulSet",
            "a" * 53,
            "it has 53 characters, 52 are allowed, because its pods carry it in a label together"
            " with a hash of 11 characters",
        ),
        ("Service", "1-web", "a Service's name begins with a letter before Kubernetes 1.36"),
        ("Service", "Web", LABEL),
        ("ClusterRole", "system:Node Reader", ""),
        (
            "Role",
            "a/b",
            "it would stand in a URL, where '/', '%', '.' and '..' mean something else",
        ),
    ],
)
def test_each_kind_has_its_own_rule(kind: str, name: str, objection: str) -> None:
    assert name_objection(kind, name, BOTH) == objection


@pytest.mark.parametrize(
    ("versions", "refused"), [(("1.36",), False), (("1.36", "1.37"), False), (BOTH, True)]
)
def test_every_version_has_to_accept_the_name_of_a_service(
    versions: tuple[str, ...], refused: bool
) -> None:
    assert bool(name_objection("Service", "1-web", versions)) is refused


@pytest.mark.parametrize(
    ("prefix", "accepted"),
    [("migrate-", True), ("migrate", True), ("-", False), ("Migrate-", False)],
)
def test_a_generated_name_may_follow_a_dash(prefix: str, accepted: bool) -> None:
    assert (name_objection("Job", prefix, BOTH, prefix=True) == "") is accepted
    assert name_objection("Job", "migrate-", BOTH) == SUBDOMAIN


@pytest.mark.parametrize("key", ["app", "app.kubernetes.io/name", "A_b.c-D", "a" * 63, "x.y/z"])
def test_keys_that_are_right(key: str) -> None:
    assert key_objection(key) == ""
    assert key_objection(key, annotation=True) == ""


@pytest.mark.parametrize("key", ["", "/", "a/", "/a", "a/b/c", "a b", "_a", "a" * 64, "a..b/c"])
def test_keys_that_are_wrong(key: str) -> None:
    assert key_objection(key)
    assert key_objection(key, annotation=True)


def test_only_an_annotation_may_have_capitals_in_its_prefix() -> None:
    wrong = f"its prefix 'Example.com' is no DNS subdomain ({SUBDOMAIN})"
    assert key_objection("Example.com/name") == wrong
    assert key_objection("Example.com/name", annotation=True) == ""


@pytest.mark.parametrize(
    ("value", "objection"),
    [
        ("", ""),
        ("Web_1.0", ""),
        ("a" * 63, ""),
        ("a" * 64, "it has 64 characters, 63 are allowed"),
        ("two words", QUALIFIED),
        ("-x", QUALIFIED),
        ("x\n", QUALIFIED),
    ],
)
def test_label_values(value: str, objection: str) -> None:
    assert value_objection(value) == objection
