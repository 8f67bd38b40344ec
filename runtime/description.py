"""What is written beside the measurements: what targets are and how they stand, and ourselves.

A country has over a hundred thousand such series. Those of the estate are made once an edition;
a turn only fills in statuses, and comes in parts, so that nobody waits for the whole of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from alerts.brain import Brain
from core.reading import Sample
from inventory.compiled import JOB
from runtime.estate_feed import Edition, EstateFeed
from runtime.infoseries import StatusRow, info_samples, status_rows, status_samples
from runtime.selfmetrics import SelfMetrics
from runtime.surroundings import Lapse, incident_samples, line_samples, unit_samples
from runtime.tally import Tally

PART = 1000  # targets
T = TypeVar("T")


# What the ledger or the engine hold besides the estate (duty, meetings, rooms, lines), as series;
# it is given the labels of all that is ours.
Told = Callable[[tuple[tuple[str, str], ...]], Iterable[Sample]]


class Description:
    """The present description, part by part; what it no longer holds is ended."""

    def __init__(
        self,
        feed: EstateFeed,
        brain: Brain,
        of_ourselves: SelfMetrics,
        tally: Tally,
        vantage: str,
        *,
        beside: Sequence[Told] = (),
    ) -> None:
        self._feed = feed
        self._brain = brain
        self._of_ourselves = of_ourselves
        self._tally = tally
        self._beside = tuple(beside)
        self._ours = (("job", JOB), ("vantage", vantage))
        self._edition: Edition | None = None
        self._fixed: list[Sequence[Sample]] = []
        self._rows: list[Sequence[StatusRow]] = []
        self._lapse_of_edition, self._lapse = Lapse(), Lapse()

    def parts(self) -> Iterator[Sequence[Sample]]:
        """Yield the samples of one turn."""
        edition = self._feed.edition
        if edition is not self._edition:
            yield self._take_up(edition)
        yield from self._fixed
        for rows in self._rows:
            yield status_samples(self._brain.states, rows)
        moving = [
            *incident_samples(self._brain.incidents, edition.estate),
            *self._of_ourselves.samples(self._ours),
            *self._tally.samples(edition.estate.checks, self._ours),
            *(sample for told in self._beside for sample in told(self._ours)),
        ]
        yield moving + self._lapse.ended(moving)

    def _take_up(self, edition: Edition) -> list[Sample]:
        """Make the series of an edition; return the ends of those that it has no more."""
        self._edition, estate = edition, edition.estate
        fixed = [
            *info_samples(estate),
            *unit_samples(estate, edition.units),
            *line_samples(estate),
        ]
        rows = status_rows(estate.targets)
        self._fixed = _portions(fixed)
        self._rows = _portions(rows)
        return self._lapse_of_edition.ended([*fixed, *status_samples({}, rows)])


def _portions(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[start : start + PART] for start in range(0, len(items), PART)]
