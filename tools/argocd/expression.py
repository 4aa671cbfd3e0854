"""Regular expressions that .NET and Python read alike.

Argo CD searches with https://github.com/dlclark/regexp2, which reads them as .NET does.
"""

import re

_ESCAPE = r"\\[dDwWbB.\-/\\^$|()\[\]{}*+?]"
_CLASS = rf"\[\^?(?:[A-Za-z0-9_./](?:-[A-Za-z0-9])?|{_ESCAPE})+-?\]"
_ONE = rf"(?:{_ESCAPE}|{_CLASS}|[A-Za-z0-9_.:/@#%&,;=~\"'<>!-])"
_MANY = r"(?:[*+]|\{\d{1,3},\d{0,3}\})"
_PART = rf"\(\?[:=!]|\((?!\?)|\)\??|[|^$]|{_ONE}(?:(?:{_MANY}|\?|\{{\d{{1,3}}\}})\??)?"
_LONGEST = 253
"""Longer texts are not searched, however simple the expression."""
_TRIED = 3
"""With more parts that can be of any length, a search may never end."""


def found(expression: str, text: str) -> bool | None:
    """Whether an expression is found in a text; None if it is not known here what it means."""
    if not text.isascii() or len(text) > _LONGEST or len(re.findall(_MANY, expression)) > _TRIED:
        return None
    if not re.fullmatch(rf"(?:{_PART})*", expression):
        return None
    try:
        return re.search(expression, text) is not None
    except re.error:
        return None
