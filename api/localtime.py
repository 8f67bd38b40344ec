"""Which instant does a form mean? Browsers send local time without its zone."""

from datetime import datetime, time, timedelta

from core.clock import LOCAL

MORNING = time(7, 30)


def instant(local: str) -> datetime:
    """Return the instant of a browser's `2026-11-22T21:00`; ValueError if it is none."""
    found = datetime.fromisoformat(local)
    if found.tzinfo is not None:
        raise ValueError(local)
    return found.replace(tzinfo=LOCAL)


def next_morning(now: datetime) -> datetime:
    """Return the next half past seven."""
    local = now.astimezone(LOCAL)
    today = datetime.combine(local.date(), MORNING, LOCAL)
    return today if local < today else today + timedelta(days=1)
