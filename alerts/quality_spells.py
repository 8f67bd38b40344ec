"""Which times of a meeting were good, which bad? One row per room and change, not per sample.

Pure: qualities in, rows out. A grade counts as changed when two windows agree, from the first of
them on, so that one bad window neither makes a row nor is forgotten: the worst figure is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.both_ends import RoomQuality
from alerts.legs import FRESH
from core.callquality import Grade, QualitySpan, Side

AGREE = 2  # windows
_WORSE = 1.1  # times: by so much a figure must be worse to be kept in place of another
_ALWAYS = timedelta(minutes=1)  # so often the end of a span that goes on is written


@dataclass(slots=True)
class Spell:
    """How one room's call went on, and what of it is written."""

    span: QualitySpan | None = None
    _other: QualitySpan | None = None  # a grade that one window spoke for
    _windows: int = 0
    _last: datetime | None = None  # the newest window that was taken in
    _written: QualitySpan | None = None

    @classmethod
    def resumed(cls, span: QualitySpan) -> "Spell":
        """Return what goes on after a restart: the last row, if its call was heard just now."""
        return cls(span, None, 0, span.until, span)

    def hear(
        self, meeting: str, room: str, quality: RoomQuality | None, side: Side, now: datetime
    ) -> list[QualitySpan]:
        """Take in how the call is; return the rows to write, in order."""
        if quality is None:
            return self._silent(now)
        if self._last is not None and quality.at <= self._last:
            return self._due()
        rows = []
        if self._last is not None and quality.at - self._last > FRESH:
            rows = self._end()
        self._last = quality.at
        found = _span(meeting, room, quality, side)
        if self.span is None:
            self.span, self._other = found, None
        elif found.grade is self.span.grade:
            passed = _together(self.span, self._other) if self._other else self.span
            self.span, self._other = _together(passed, found), None
        elif self._other is None or self._other.grade is not found.grade:
            self._other, self._windows = found, 1
        else:
            self._other, self._windows = _together(self._other, found), self._windows + 1
        if self._other is not None and self._windows >= AGREE:
            rows += [self.span.model_copy(update={"until": self._other.begin})]
            self.span, self._other, self._written = self._other, None, None
        return rows + self._due()

    def _silent(self, now: datetime) -> list[QualitySpan]:
        if self._last is None or now - self._last <= FRESH:
            return []
        return self._end()

    def _end(self) -> list[QualitySpan]:
        """End what goes on with its last window: nothing is said of what was not measured."""
        rows = [self.span] if self.span is not None and self.span != self._written else []
        self.span, self._other, self._last, self._written = None, None, None, None
        return rows

    def _due(self) -> list[QualitySpan]:
        """Return the present row where it is new, is worse, or goes on for long."""
        span, written = self.span, self._written
        if span is None or span == written:
            return []
        same = written is not None and span.begin == written.begin
        if same and written is not None:
            told = (span.by, span.value, span.side) == (written.by, written.value, written.side)
            if told and span.until - written.until < _ALWAYS:
                return []
        self._written = span
        return [span]

    def close(self) -> list[QualitySpan]:
        """Return what is left to write when the meeting is over."""
        return self._end()


def _span(meeting: str, room: str, quality: RoomQuality, side: Side) -> QualitySpan:
    verdict = quality.verdict
    return QualitySpan(
        meeting=meeting,
        room=room,
        begin=quality.at,
        until=quality.at,
        grade=verdict.grade,
        by=verdict.by,
        media=verdict.media,
        direction=verdict.direction,
        value=verdict.value,
        at=quality.at,
        rating=quality.rating,
        side=side,
    )


def _together(span: QualitySpan, found: QualitySpan) -> QualitySpan:
    """Return a span that goes on: its grade, the worst figure of both, the lowest rating."""
    kept = found if found.grade > span.grade or _is_worse(span, found) else span
    ratings = [one for one in (span.rating, found.rating) if one is not None]
    known = found.side is not Side.UNKNOWN
    return kept.model_copy(
        update={
            "begin": span.begin,
            "until": found.until,
            "grade": span.grade,
            "rating": min(ratings, default=None),
            "side": found.side if known else span.side,
        }
    )


def _is_worse(span: QualitySpan, found: QualitySpan) -> bool:
    """Say whether a figure is clearly worse than the one that is kept, of the same kind."""
    if found.by != span.by or found.value is None or span.value is None:
        return span.value is None
    if found.by == "used":  # less of the rate is worse
        return found.value * _WORSE < span.value
    return found.value > span.value * _WORSE


def running(rows: Sequence[QualitySpan], now: datetime) -> Iterable[QualitySpan]:
    """Yield of every room the row that may go on after a restart of ours."""
    last: dict[str, QualitySpan] = {}
    for row in rows:
        if row.room not in last or row.begin > last[row.room].begin:
            last[row.room] = row
    return (row for row in last.values() if now - row.until <= FRESH)


def worst_of(spans: Sequence[QualitySpan]) -> QualitySpan | None:
    """Return the span with the worst grade, the first of equals; None if there are none."""
    known = [one for one in spans if one.grade is not Grade.UNKNOWN]
    return max(known, key=lambda one: one.grade, default=None)
