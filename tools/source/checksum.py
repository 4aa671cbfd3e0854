"""SHA-256 for those who hash a little."""

from importlib import import_module

_HOMES = ("_sha2", "_sha256", "hashlib")
"""Python's own code since 3.12, before, and OpenSSL's, which takes longer to load than a render
to be traced. The first two are not there where Python was built without them."""


def sha256(content: bytes) -> str:
    """The digest of some bytes, as 64 hexadecimal digits."""
    for home in _HOMES[:-1]:
        try:
            return str(import_module(home).sha256(content).hexdigest())
        except ImportError:
            continue
    return str(import_module(_HOMES[-1]).sha256(content).hexdigest())
