"""One digest, whoever of Python's own computes it."""

import hashlib
import sys

import pytest

from tools.source.checksum import sha256


@pytest.mark.parametrize("content", [b"", b"abc", bytes(range(256)) * 40])
def test_it_is_sha_256(content: bytes) -> None:
    assert sha256(content) == hashlib.sha256(content).hexdigest()


def test_without_the_modules_of_python_itself_openssl_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("_sha2", "_sha256"):
        monkeypatch.setitem(sys.modules, name, None)
    # FIPS 180-4, the example of one block.
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(b"abc") == expected
