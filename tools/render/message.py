"""What kustomize says on its standard error, made fit for one sentence.

The patterns are those of kustomize 5.8.1; a message that fits none of them is shown whole.
"""

import os
import re
from pathlib import PurePath
from typing import NamedTuple

MAX_LENGTH = 400
"""Characters of a message that are shown: kustomize quotes whole configurations."""

_WARNING = "# Warning: "

# A folder below the one that is built: everything before says only how kustomize got there.
_RECURSED = (
    r".*(?:recursed accumulation of|couldn't make target for) path '(?P<folder>[^']*)': "
    r"(?P<message>.*)"
)

# kustomize tries each entry as a file, then as a folder, and reports both failures. What it says
# of the second try tells nothing, except that a folder includes itself.
_TRIED_TWICE = (
    r"accumulating resources: accumulation err='(?P<file>.*?)': "
    r"(?P<folder>must build at directory: .*|new root .*|cycle detected: .*|no 'git' program .*)"
)

# Components are quoted once more than resources are.
_COMPONENT = r'accumulating components: accumulateDirectory: "(?P<message>.*)"'

_FILE = r"['\"\[](?P<file>[^'\"\[\]\s]+\.(?:ya?ml|json))['\"\]]"

# What differs from run to run, or repeats a whole configuration or object.
_CLUTTER = (
    (r" ?\[signal .*| goroutine \d+ \[.*", ""),
    (r"trouble configuring builtin (\w+) with config: `.*?`: ", r"\1: "),
    (r" ?&\{[^{}]*\}", ""),
    (r'resid\.ResId\{Gvk:resid\.Gvk\{[^{}]*Kind:"(\w*)"[^{}]*\}, Name:"([^"]*)"[^{}]*\}', r"\1 \2"),
    (r" in object \{\{[^{}]*\} \{\{[^{}]*\}.*?\}\}", ""),
    (r" ?\(?\b0x[0-9a-f]{6,}\b\??\)?", ""),
    (r"(produces ID conflict): .*", r"\1"),
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


class Failure(NamedTuple):
    """Why a run failed: kustomize's last word without its way there, "" if it said nothing.

    `folder` is the one it speaks of, `file` a file in it or "".
    """

    sentence: str
    folder: str
    file: str


def failure(stderr: str, folder: str) -> Failure:
    """Why the run for a folder (absolute) failed. Paths are relative to the working folder."""
    lines = (line for line in stderr.splitlines() if not line.startswith(_WARNING))
    message = plain(" ".join(lines)).removeprefix("Error: ")
    place, built = "", folder
    if component := re.fullmatch(_COMPONENT, message):
        message = component["message"]
    if recursed := re.fullmatch(_RECURSED, message):
        place, message = f"in {recursed['folder']}: ", recursed["message"]
        built = recursed["folder"]
    if tried := re.fullmatch(_TRIED_TWICE, message):
        circular = tried["folder"].startswith("cycle detected")
        message = tried["folder"] if circular else tried["file"]
    message = message.removeprefix("accumulating resources: ")
    named = re.search(_FILE, message)
    for pattern, short in _CLUTTER:
        message = re.sub(pattern, short, message)
    sentence = _short(place + re.sub(_MISSING, r"'\g<path>': \g<why>", message), folder)
    return Failure(sentence, built, named["file"] if named else "")


def _short(message: str, folder: str) -> str:
    """Without the folders that the built one is in, and not too long."""
    here = os.getcwd().rstrip(os.sep) + os.sep
    message = message.replace(here, "")
    for outer in PurePath(folder).parents:
        if len(outer.parts) > 1:
            message = message.replace(f"{outer}{os.sep}", "")
    return message if len(message) <= MAX_LENGTH else f"{message[:MAX_LENGTH]} …"
