"""Text from manifests made safe to print."""

import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """The text with control characters, terminal escapes and direction marks written out."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
