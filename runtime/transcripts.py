"""What was said during the last runs of each check, failures kept longest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.reading import Failure, Reading

LINES = 200  # per run
LINE_LENGTH = 500  # characters
RUNS = 3  # kept per check, whatever they brought
FAILURES = 3  # kept per check beside them


@dataclass(slots=True)
class Run:
    """One run of one check: when, what was said, what came of it. A `core.collector.Transcript`."""

    check: str
    began_at: datetime
    lines: list[str] = field(default_factory=list)
    failure: Failure | None = None
    duration: float | None = None  # seconds
    settled: bool = False
    overran: bool = False  # ended by the deadline from outside
    dropped: int = 0  # lines beyond the limit

    def note(self, line: str, *args: object) -> None:
        """Add one line; `line % args`, as in logging."""
        if len(self.lines) >= LINES:
            self.dropped += 1
            return
        self.lines.append((line % args if args else line)[:LINE_LENGTH])

    def settle(self, reading: Reading) -> None:
        """Write down what came of it."""
        self.failure = reading.failure
        self.duration = reading.duration
        self.settled = True


@dataclass(slots=True)
class _Shelf:
    # Tuples, oldest first: two deques for each of 20,000 checks would take 30 MB.
    runs: tuple[Run, ...] = ()
    failures: tuple[Run, ...] = ()


class Transcripts:
    """The last runs of every check, in bounded memory."""

    def __init__(self) -> None:
        self._shelves: dict[str, _Shelf] = {}

    def keep(self, run: Run) -> None:
        """Keep a settled run; the oldest beyond the limits go, successes first."""
        shelf = self._shelves.setdefault(run.check, _Shelf())
        if len(shelf.runs) == RUNS and shelf.runs[0].failure is not None:
            shelf.failures = (*shelf.failures, shelf.runs[0])[-FAILURES:]
        shelf.runs = (*shelf.runs, run)[-RUNS:]

    def of(self, check: str) -> Sequence[Run]:
        """Return the kept runs of a check, newest first."""
        shelf = self._shelves.get(check, _Shelf())
        return (*reversed(shelf.runs), *reversed(shelf.failures))

    def forget_before(self, horizon: datetime) -> None:
        """Drop runs that began earlier."""
        for slug, shelf in list(self._shelves.items()):
            shelf.runs = tuple(run for run in shelf.runs if run.began_at >= horizon)
            shelf.failures = tuple(run for run in shelf.failures if run.began_at >= horizon)
            if not shelf.runs and not shelf.failures:
                del self._shelves[slug]

    def forget_all_but(self, checks: Collection[str]) -> None:
        """Drop the runs of checks that are watched no more."""
        for slug in self._shelves.keys() - set(checks):
            del self._shelves[slug]
