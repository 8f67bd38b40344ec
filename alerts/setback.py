"""What becomes of remembered times when the clock is set back? What lay ahead moves with it."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from alerts.facts import Fact, Port
from core.incident import Incident
from core.status import Streak, TargetState, Watch

SET_BACK = timedelta(seconds=1)  # a smaller step is the clock's own trembling

_Row = TypeVar("_Row", Fact, Port, Streak, TargetState, Watch)


def earlier(at: datetime, by: timedelta, now: datetime) -> datetime:
    """Return an instant that a clock set back by so much would have told; never after now."""
    return min(at - by, now) if at > now else at


def row_earlier(row: _Row, by: timedelta, now: datetime) -> _Row:
    """Return a row all of whose times are told by the clock as it is now."""
    values = ((field.name, getattr(row, field.name)) for field in fields(row))
    changes: dict[str, Any] = dict(_moved(values, by, now))
    return replace(row, **changes) if changes else row


def incident_earlier(incident: Incident, by: timedelta, now: datetime) -> Incident:
    """Return an open incident whose begin is told by the clock as it is now."""
    times = (("began_at", incident.began_at), ("decided_at", incident.decided_at))
    changes: dict[str, Any] = dict(_moved(times, by, now))
    if not changes:
        return incident
    return incident.model_copy(update={**changes, "version": incident.version + 1})


def _moved(
    values: Iterable[tuple[str, object]], by: timedelta, now: datetime
) -> Iterator[tuple[str, datetime]]:
    for name, value in values:
        if isinstance(value, datetime) and value > now:
            yield name, earlier(value, by, now)
