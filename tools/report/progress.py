"""A progress bar on standard error for runs that take longer than a second."""

import sys
from types import TracebackType
from typing import Any

DELAY = 1.0
"""Seconds before anything is shown."""


class Progress:
    """Counts what is finished. Shows nothing unless standard error is a terminal.

    `doing` is what the bar says.
    """

    def __init__(self, total: int, doing: str = "judging") -> None:
        self._total = total
        self._doing = doing
        self._done = 0
        self._bar: Any = None
        self._timer: Any = None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            from threading import Timer

            self._timer = Timer(DELAY, self._start)
            self._timer.daemon = True
            self._timer.start()
        return self

    def show(self, done: int) -> None:
        """Say how many are finished."""
        self._done = done
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self._bar is not None:
            self._bar.stop()

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn(self._doing), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        bar = Bar(*columns, console=Console(stderr=True), transient=True)
        bar.add_task(self._doing, total=self._total, completed=self._done)
        bar.start()
        self._bar = bar
