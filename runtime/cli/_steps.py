"""How far long work has come, on the terminal's error stream; silent where there is none."""

import sys
from time import monotonic

from core.text import Language, Text

_PERIOD = 0.2  # seconds between two writings


class Steps:
    """One line that is written over: the step, and how many rows or bytes it has done."""

    def __init__(self, language: Language, *, quiet: bool = False) -> None:
        self._language = language
        self._shown = sys.stderr.isatty() and not quiet
        self._step: Text | None = None
        self._count = 0
        self._said_at = 0.0

    def __call__(self, step: Text, count: int) -> None:
        """Take note of some more of a step."""
        if not self._shown:
            return
        if step is not self._step:
            self.end()
            self._step, self._count, self._said_at = step, 0, 0.0
        self._count += count
        if monotonic() - self._said_at >= _PERIOD:
            self._said_at = monotonic()
            self._write()

    def end(self) -> None:
        """End the line, so that what follows begins on its own."""
        if self._shown and self._step is not None:
            self._write()
            sys.stderr.write("\n")
            self._step = None

    def _write(self) -> None:
        if self._step is not None:
            sys.stderr.write(f"\r\033[K  {self._step.said(self._language)}: {self._count:,}")
            sys.stderr.flush()
