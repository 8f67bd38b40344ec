"""Measures the legal rule of utilisation: once a day, of the seven local days that have ended.

What was found stands in memory for pages, and in the engine for boards, rules and reports. It
changes at midnight alone, so that a rule over it cannot fire twice a day for the same line.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock
from core.errors import Unavailable
from core.labels import Series
from core.reading import Sample
from core.text import Text
from core.watching import Estate, Target, TargetKind
from reports.capacity import (
    SLOT,
    SLOTS,
    Crowding,
    Day,
    Direction,
    LineUse,
    Named,
    Week,
    crowding,
    ended_by,
    weighed,
)
from reports.periods import local_day
from reports.report import Period, PeriodKind
from storage.line_use import ABOVE, KNOWN, P95, End, means, recorded
from storage.series import SeriesReader

log = logging.getLogger(__name__)

AGAIN = 60.0  # seconds until it is tried again, or looked whether a day has ended
BREATH = 0.02  # seconds between two lines: the engine has others to answer
REPORTED = frozenset({PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER})
Progress = Callable[[int, int], None]  # (done, of how many)

SERIES = (
    (
        P95,
        Text(
            "Phân vị 95 của mức dùng băng thông (trung bình 5 phút) trong 7 ngày đã hết; số liệu "
            "thiếu tính là không có lưu lượng",
            "95th percentile of use (5-minute means) over the 7 days that have ended; what is "
            "missing counts as no traffic",
        ),
        ("link", "direction"),
    ),
    (
        KNOWN,
        Text(
            f"Số trung bình 5 phút có số liệu trong 7 ngày đó; đủ là {SLOTS}",
            f"5-minute means known of those 7 days; all would be {SLOTS}",
        ),
        ("link", "direction"),
    ),
    (
        ABOVE,
        Text(
            "Số trung bình 5 phút trên 90 % băng thông trong 7 ngày đó",
            "5-minute means above 90 % of the capacity in those 7 days",
        ),
        ("link", "direction"),
    ),
)


def ends_of(estate: Estate) -> dict[str, list[End]]:
    """Return the declared ports of every line."""
    far = {t.slug: t.members for t in estate.targets if t.kind is TargetKind.LINK}
    found: dict[str, list[End]] = {}
    for check in estate.checks:
        for fact in check.ports:
            end = End(
                check.target, fact.port, check.target in far.get(fact.link, ()), check.interval
            )
            found.setdefault(fact.link, []).append(end)
    return found


async def measured(
    reader: SeriesReader,
    estate: Estate,
    end: datetime,
    *,
    only: Callable[[Target], bool] | None = None,
    progress: Progress | None = None,
) -> Week:
    """Return how every line was used in the seven days up to `end`; Unavailable."""
    ends = ends_of(estate)
    lines = [t for t in estate.targets if t.kind is TargetKind.LINK and (only is None or only(t))]
    found: dict[str, LineUse] = {}
    for number, line in enumerate(lines):
        found[line.slug] = await _measured(reader, line, ends.get(line.slug, ()), end)
        if progress is not None:
            progress(number + 1, len(lines))
        await asyncio.sleep(BREATH)
    return Week(end, found)


async def _measured(
    reader: SeriesReader, line: Target, ends: Sequence[End], end: datetime
) -> LineUse:
    capacity = line.capacity_mbps * 1e6 if line.capacity_mbps else None
    if not ends:
        return LineUse(line.slug, capacity, counted=False)
    into, out_of = await means(reader, ends, end - SLOT * SLOTS, end)
    ways = {Direction.IN: weighed(into, capacity), Direction.OUT: weighed(out_of, capacity)}
    return LineUse(line.slug, capacity, ways)


def use_samples(week: Week) -> list[Sample]:
    """Return what is written of a week: the lines whose capacity and port are known."""
    samples: list[Sample] = []
    for line in week.lines.values():
        if not line.capacity or not line.counted:
            continue
        for direction in Direction:
            way, labels = line.way(direction), {"link": line.link, "direction": direction.value}
            samples += [
                (Series.of(P95, (), **labels), way.at_least / line.capacity),
                (Series.of(KNOWN, (), **labels), float(way.known)),
                (Series.of(ABOVE, (), **labels), float(way.above)),
            ]
    return samples


@dataclass(slots=True)
class LineUseWatch:
    """Holds the newest week, measured anew when a day has ended or the lines have changed."""

    reader: SeriesReader
    estate: Callable[[], Estate]
    clock: Clock
    week: Week | None = None
    _measured_for: object = None

    def newest(self) -> Week | None:
        """Return the week that ended last, None while it is not measured yet."""
        return self.week

    def samples(self) -> list[Sample]:
        """Return what is written now; nothing between midnight and the end of measuring."""
        if self.week is None or self.week.end != ended_by(self.clock.now()):
            return []
        return use_samples(self.week)

    async def run(self) -> None:
        """Measure whenever it is due, until cancelled."""
        said = ""
        while True:
            try:
                await self.turn()
                said = ""
            except Unavailable as trouble:
                if str(trouble) != said:
                    said = str(trouble)
                    log.warning("the use of lines cannot be measured: %s", said)
            await asyncio.sleep(AGAIN)

    async def turn(self) -> bool:
        """Measure if it is due; say whether it was."""
        estate = self.estate()
        due = (ended_by(self.clock.now()), _lines_of(estate))
        if due == self._measured_for:
            return False
        self.week = await measured(self.reader, estate, due[0])
        self._measured_for = due
        return True


def _lines_of(estate: Estate) -> object:
    """Return what the measure depends on, to compare."""
    lines = [(t.slug, t.capacity_mbps) for t in estate.targets if t.kind is TargetKind.LINK]
    ends = [(link, tuple(ends)) for link, ends in ends_of(estate).items()]
    return tuple(lines), tuple(ends)


def is_asked(lines: Sequence[Named], period: Period) -> bool:
    """Say whether a report of these lines and period has a section on their use."""
    return bool(lines) and period.kind in REPORTED


async def crowded(
    reader: SeriesReader, lines: Sequence[Named], period: Period, now: datetime
) -> Crowding:
    """Return the lines beyond the bound in a period, by what was found on each of its days.

    The week that ended with a day was measured and written on the next. Unavailable if the engine
    does not answer.
    """
    first = period.begin + timedelta(days=1)
    last = min(period.end, ended_by(now))
    rows = await recorded(reader, first, last) if first <= last else []
    names = {one.link for one in lines}
    days = [
        Day(
            on=local_day(row.written_on - SLOT),
            link=row.link,
            direction=Direction(row.direction),
            known=row.known,
            above=row.above,
            at_least=row.at_least,
        )
        for row in rows
        if row.link in names and row.direction in set(Direction)
    ]
    return crowding(lines, days)
