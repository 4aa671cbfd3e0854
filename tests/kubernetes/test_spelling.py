"""A slip of the finger, and names that only look like one."""

import pytest

from tools.kubernetes.spelling import slip


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("LOG_LVEL", "LOG_LEVEL"),
        ("LOG_LEEVEL", "LOG_LEVEL"),
        ("LOG_LEVVEL", "LOG_LEVEL"),
        ("LOG_LEBEL", "LOG_LEVEL"),
        ("LOG_LVEEL", "LOG_LEVEL"),
        ("backned", "backend"),
        ("todo-backnd", "todo-backend"),
    ],
)
def test_one_letter_inside_a_word_is_a_slip(written: str, meant: str) -> None:
    assert slip(written, ["OTHER", meant]) == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LOG_LEVEL", "LOG_LEVEL"),
        ("DB_HOSTS", "DB_HOST"),
        ("HTTPS_PROXY", "HTTP_PROXY"),
        ("WRITER_URL", "RITER_URL"),
        ("CACHE1_URL", "CACHE2_URL"),
        ("KEY_A", "KEY_B"),
        ("web", "wab"),
        ("READ_TIMEOUT", "WRITE_TIMEOUT"),
        ("LOG_LEVEL", "LOG_LEVEL_DB"),
        ("LGO_LVEL", "LOG_LEVEL"),
    ],
)
def test_what_people_tell_apart_is_none(one: str, other: str) -> None:
    assert slip(one, [other]) is None
