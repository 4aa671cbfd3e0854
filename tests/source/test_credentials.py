"""What looks like a credential, and what only looks like one at first sight."""

import time

import pytest

from tools.source.credentials import names_credential, sign_of, signs_in
from tools.source.token_forms import form_of


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("DB_PASSWORD", "hunter2", "a literal of 7 characters"),
        ("PGPASSWORD", "hunter2", "a literal of 7 characters"),
        ("DB_PASSWORD", "123456", "a literal of 6 characters"),
        ("spring.datasource.password", " hunter2 ", "a literal of 7 characters"),
        ("A", "ghp_R7tqW2nXkLmP9vBzYc3JdHs8GfA5eU0oQiTb", "a GitHub token of 40 characters"),
        ("A", "--token=glpat-x9Kq2LmZp7RtVw4YbNcD,x", "a GitLab token of 26 characters"),
        ("A", "redis://:s3cr3t@cache/0", "a password of 6 characters"),
        ("A", "redis://:${P}@cache postgres://u:s3cr3t@db", "a password of 6 characters"),
        ("A", "Server=db;Uid=sa;Pwd=abc12;", "a password of 5 characters"),
        ("A", "-----BEGIN PRIVATE KEY-----\nabc", "a private key"),
    ],
)
def test_what_it_is_told_without_the_value(name: str, value: str, what: str) -> None:
    sign = sign_of(name, value)

    assert sign is not None
    assert sign.what == what


@pytest.mark.parametrize(
    "name",
    [
        *("password", "dbPassword", "API_KEY", "apiKey", "APIKey", "api-key", "JWT_SECRET_1"),
        *("SECRET_KEY_BASE", "AWS_SECRET_ACCESS_KEY", "PASSWORD_B64", "smtp.pass", "PGPASSWORD"),
    ],
)
def test_names_of_credentials(name: str) -> None:
    assert names_credential(name)


@pytest.mark.parametrize(
    "name",
    [
        *("PASSWORD_FILE", "SECRET_NAME", "TOKEN_EXPIRY", "tokenTTL", "passwordMinLength", "KEY"),
        *("AWS_ACCESS_KEY_ID", "PUBLIC_KEY", "SORT_KEY", "PWD", "COMPASS", "MAX_TOKENS", "_"),
        *("EOS_TOKEN", "imagePullSecret", "existingSecret", "SECRETARY", "TOKENIZER", "htpasswd"),
    ],
)
def test_names_of_other_things(name: str) -> None:
    assert not names_credential(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_TOKEN", "123456"),
        ("DB_PASSWORD", "12"),
        ("SECRET", "15m"),
        ("TOKEN", "1.5"),
        ("PW", "-1"),
    ],
)
def test_numbers_are_settings(name: str, value: str) -> None:
    assert sign_of(name, value) is None


def test_a_name_that_is_known_is_a_reference() -> None:
    assert sign_of("CLIENT_SECRET", "shop-oauth") is not None
    assert sign_of("CLIENT_SECRET", "shop-oauth", {"shop-oauth"}) is None


def test_lines_of_a_file() -> None:
    text = "user = shop\n# password = hunter2\n'password' : 'hunter2',\ntoken=$TOKEN\nb://a:pw1@c"

    assert [(sign.line, sign.name, sign.length) for sign in signs_in(text)] == [
        (3, "password", 7),
        (5, "", 3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *(part * 80_000 for part in ("a", "a.", "a=", "A1", "password=", "'", "a b=")),
        "a://" * 80_000 + "@",
        "://" + "a" * 300_000 + "@",
        " " * 300_000 + "x",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    begin = time.process_time()
    form_of(text)
    list(signs_in(text))
    sign_of(text, text)
    sign_of("PASSWORD", text)

    assert time.process_time() - begin < 2
