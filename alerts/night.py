"""Who is woken at night, and what waits for the morning? Decided by class, severity and hour."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from pydantic import Field

from alerts.hours import expected_since, next_boundary
from core.clock import LOCAL
from core.incident import Due, Severity
from core.model import Model
from core.watching import DaysOff, Hours

_WEEK = (1, 2, 3, 4, 5, 6, 7)
_WORKDAYS = (1, 2, 3, 4, 5)
_MIDNIGHT = time(23, 59)


class Night(Model):
    """When people are left alone, and by what. Times are local; by default nothing waits."""

    begin: time = time(21, 0)  # from then on, until `morning`
    morning: time = time(7, 30)
    days_off: bool = True  # weekends and holidays are as nights are
    waiting: tuple[Severity, ...] = ()
    classes: Mapping[str, tuple[Severity, ...]] = Field(default_factory=dict)  # instead, of a class

    def waits(self, klass: str, severity: Severity) -> bool:
        """Say whether such a problem waits for the morning."""
        return severity in self.classes.get(klass, self.waiting)

    def evening(self, at: datetime) -> date | None:
        """Return the local day on whose evening the night of an instant began, None by day."""
        local = at.astimezone(LOCAL)
        if local.time() < self.morning:
            return local.date() - timedelta(days=1)
        return local.date() if local.time() >= self.begin > self.morning else None

    def due(self, due: Due, klass: str, severity: Severity, off: DaysOff) -> Due:
        """Return when a problem that is due by its delay is told: then, or in the morning."""
        if not self.waits(klass, severity):
            return due
        waking = (self._waking(off),)
        if expected_since(waking, due.at) is not None:
            return due
        morning = next_boundary([waking], due.at)
        if morning is None:  # no working day within a month: then rather at once
            return due
        return Due(morning, "night" if self._works(due.at, off) else "day_off")

    def _works(self, at: datetime, off: DaysOff) -> bool:
        """Say whether the local day of an instant is a working day."""
        day = at.astimezone(LOCAL).date()
        if not self.days_off or day in off.worked:
            return True
        return day.isoweekday() in _WORKDAYS and day not in off.closed

    def _waking(self, off: DaysOff) -> Hours:
        """Return the hours in which everything is told."""
        late = self.begin if self.begin > self.morning else _MIDNIGHT
        if not self.days_off:
            return Hours(days=_WEEK, begin=self.morning, end=late)
        return Hours(
            days=_WORKDAYS,
            begin=self.morning,
            end=late,
            off_on=off.closed,
            also_on=off.worked,
        )
