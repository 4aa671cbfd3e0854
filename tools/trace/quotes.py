"""Whether a string has to be written in quotes in YAML."""

import re

from tools.source.document import parse
from tools.source.place import SourceError

_DATE = re.compile(r"\d{4}-\d\d?-\d\d?(?:$|[Tt]|[ \t]+\d)")
_STRING = "tag:yaml.org,2002:str"


def needs_quotes(text: str) -> bool:
    """Whether a string that is written without quotes would be read as something else.

    go-yaml v3 takes dates for times, our reader does not.
    """
    if _DATE.match(text):
        return True
    try:
        found = [document.node for document in parse(text, "a scalar")]
    except SourceError:
        return True
    return [(node.tag, node.value) for node in found] != [(_STRING, text)]
