"""How the commands show what they take."""

import os
from argparse import RawDescriptionHelpFormatter

_WIDTH = 80


class Usage(RawDescriptionHelpFormatter):
    """As wide as the terminal, without asking `shutil` for it.

    argparse makes a formatter for each argument that it is told of, and importing shutil with its
    archive formats takes as long as reading an overlay.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """The columns that COLUMNS says, else those of the terminal, else 80."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        return int(said)
    try:
        return os.get_terminal_size().columns or _WIDTH
    except OSError:
        return _WIDTH
