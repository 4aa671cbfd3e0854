"""What kustomize says on its standard error, made fit for one sentence.

The patterns are those of kustomize 5.8.1; a message that fits none of them is shown whole.
"""

import os
import re

MAX_LENGTH = 1000
"""Characters of a message that are shown: kustomize quotes whole configurations."""

_WARNING = "# Warning: "

# A folder below the one that is built: everything before says only how kustomize got there.
_RECURSED = r".*recursed accumulation of path '(?P<folder>[^']*)': (?P<message>.*)"

# kustomize tries each entry as a file, then as a folder, and reports both failures. What it says
# of the second try tells nothing, except that a folder includes itself.
_TRIED_TWICE = (
    r"accumulating resources: accumulation err='(?P<file>.*?)': "
    r"(?P<folder>must build at directory: .*|new root .*|cycle detected: .*|no 'git' program .*)"
)

_MISSING = r"evalsymlink failure on '(?P<path>[^']*)' ?: lstat [^:]*: (?P<why>.*)"


def plain(text: str) -> str:
    """The text in one line, with everything that a terminal would obey or hide written out."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def warnings(stderr: str) -> tuple[str, ...]:
    """Each line that a successful run printed beside its output, without kustomize's marker."""
    lines = (plain(line.removeprefix(_WARNING)) for line in stderr.splitlines())
    return tuple(line for line in lines if line)


def failure(stderr: str) -> str:
    """Why a run failed: kustomize's last word without its way there, "" if it said nothing.

    Paths below the working folder are relative to it.
    """
    lines = (line for line in stderr.splitlines() if not line.startswith(_WARNING))
    message = plain(" ".join(lines)).removeprefix("Error: ")
    place = ""
    if recursed := re.fullmatch(_RECURSED, message):
        place, message = f"in {recursed['folder']}: ", recursed["message"]
    if tried := re.fullmatch(_TRIED_TWICE, message):
        circular = tried["folder"].startswith("cycle detected")
        message = tried["folder"] if circular else tried["file"]
    message = message.removeprefix("accumulating resources: ")
    return _short(place + re.sub(_MISSING, r"'\g<path>': \g<why>", message))


def _short(message: str) -> str:
    here = os.getcwd().rstrip(os.sep) + os.sep
    message = message.replace(here, "")
    return message if len(message) <= MAX_LENGTH else f"{message[:MAX_LENGTH]} …"
