"""The newest date that a page tells, in the ways dates are written in Vietnam."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from core.clock import LOCAL

_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-3])\s?[:hH]\s?(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    r"(?:\s?(?P<half>SA|CH|AM|PM)\b)?"  # sáng, chiều
)
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_AFTER = rf"(?:\s{{0,3}}[,|(–-]?\s{{0,3}}(?:lúc\s)?{_CLOCK}(?![\d:]))?"
_BEFORE = rf"(?:(?<![\d:]){_CLOCK}\s{{0,3}}[,|–-]?\s{{0,3}}(?:ngày\s)?)?"

# 05/11/2026, 5-11-2026, 05.11.2026; a time before or after.
_NUMBERS = re.compile(
    rf"{_BEFORE.replace('?P<', '?P<b_')}(?<!\d){_DAY}(?P<mark>[/.-]){_MONTH}(?P=mark){_YEAR}"
    rf"(?!\d){_AFTER}"
)
# ngày 05 tháng 11 năm 2026
_WORDS = re.compile(
    rf"{_BEFORE.replace('?P<', '?P<b_')}(?<!\d){_DAY}\s{{1,3}}tháng\s{{1,3}}{_MONTH}\s{{0,3}}"
    rf"(?:,|năm|/)?\s{{0,3}}{_YEAR}(?!\d){_AFTER}",
    re.IGNORECASE,
)
# 2026-11-05, 2026-11-05T14:05:00+07:00
_ISO = re.compile(
    rf"(?<!\d){_YEAR}-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[T ](?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    r"(?:\.\d{1,9})?(?P<zone>Z|[+-][01]\d:?[0-5]\d)?)?(?!\d)"
)
# Thu, 05 Nov 2026 14:05:00 +0700, as feeds have it (RFC 5322)
_MAIL = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d "
    r"(?:[+-]\d{4}|GMT|UTC)"
)
_AHEAD = timedelta(days=1)  # what lies further ahead is announced, not news
_LONGEST = 128 * 1024  # characters: 40 ms of our time


def newest(text: str, now: datetime) -> datetime | None:
    """Return the latest instant that a text tells and that is not ahead of `now`; None: none.

    A day without a time counts as its end, or as `now` on that day: today's news is not old.
    """
    text = text[:_LONGEST]
    found = [min(at, now) for at in _instants(text) if at - now <= _AHEAD]
    return max(found, default=None)


def _instants(text: str) -> Iterator[datetime]:
    for pattern in (_NUMBERS, _WORDS, _ISO):
        for match in pattern.finditer(text):
            at = _at(match.groupdict())
            if at is not None:
                yield at
    for match in _MAIL.finditer(text):
        try:
            yield parsedate_to_datetime(match[0])
        except (ValueError, TypeError):
            continue


def _at(parts: dict[str, str | None]) -> datetime | None:
    hour = parts.get("hour") or parts.get("b_hour")
    minute = parts.get("minute") or parts.get("b_minute")
    second = parts.get("second") or parts.get("b_second")
    try:
        day = datetime(
            int(parts["year"] or 0), int(parts["month"] or 0), int(parts["day"] or 0), tzinfo=LOCAL
        )
    except ValueError:
        return None
    if hour is None or minute is None:
        return day.replace(hour=23, minute=59, second=59).astimezone(UTC)
    at = day.replace(
        hour=_hour(int(hour), parts.get("half") or parts.get("b_half")),
        minute=int(minute),
        second=int(second or 0),
    )
    return _in_zone(at, parts.get("zone")).astimezone(UTC)


def _hour(said: int, half: str | None) -> int:
    """Return the hour of the day, of which twelve may be counted twice."""
    if half is None or said > 12:  # noqa: PLR2004
        return said
    return said % 12 + (12 if half.upper() in {"CH", "PM"} else 0)


def _in_zone(at: datetime, zone: str | None) -> datetime:
    if zone is None:
        return at
    if zone == "Z":
        return at.replace(tzinfo=UTC)
    bare = zone.replace(":", "")
    ahead = timedelta(hours=int(bare[1:3]), minutes=int(bare[3:5]))
    return at.replace(tzinfo=UTC) - (ahead if zone[0] == "+" else -ahead)
