"""When does it come back? Rules of RFC 5545 (RRULE), reckoned in local time and always ending."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import NamedTuple

from dateutil.rrule import rrulestr

from core.clock import LOCAL
from core.text import Text

MOST = 1000  # times that one rule may come back
_LONGEST_STEP = 366  # INTERVAL
# A rule that never fits is searched until the year 9999: a few parts keep that short.
_PARTS = {
    "DAILY": {"BYDAY"},
    "WEEKLY": {"BYDAY", "WKST"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL"}
_EXAMPLE = Text(
    vi="Viết như FREQ=WEEKLY;BYDAY=SA;UNTIL=20271231 hoặc FREQ=DAILY;COUNT=10",
    en="Write it like FREQ=WEEKLY;BYDAY=SA;UNTIL=20271231 or FREQ=DAILY;COUNT=10",
)


class Span(NamedTuple):
    """One time that it is so, half-open [begin, end), aware UTC."""

    begin: datetime
    end: datetime


class BadRule(ValueError):
    """A rule that is not taken: what is wrong with it, and how to mend it."""

    def __init__(self, what: Text, mend: Text = _EXAMPLE) -> None:
        super().__init__(what.en)
        self.what, self.mend = what, mend


def normal(rule: str, begin: datetime) -> str:
    """Return a rule as it is kept; BadRule if it has no end, or is none that we reckon with."""
    parts = _parts(rule)
    frequency = parts.get("FREQ", "")
    if frequency not in _PARTS:
        raise BadRule(
            Text(
                vi="FREQ phải là DAILY, WEEKLY, MONTHLY hoặc YEARLY",
                en="FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY",
            )
        )
    strange = parts.keys() - _PARTS[frequency] - _ALWAYS
    if strange:
        names = ", ".join(sorted(strange))
        raise BadRule(
            Text(
                vi=f"không dùng được {names} với FREQ={frequency}",
                en=f"{names} cannot be used with FREQ={frequency}",
            )
        )
    if ("UNTIL" in parts) == ("COUNT" in parts):
        raise BadRule(
            Text(
                vi="lịch lặp phải có điểm dừng: đúng một trong UNTIL và COUNT",
                en="what comes back must end: exactly one of UNTIL and COUNT",
            )
        )
    kept = ";".join(f"{name}={value}" for name, value in parts.items())
    _refuse_endless(kept, parts, begin)
    return kept


def spans(begin: datetime, end: datetime, rule: str | None) -> Iterator[Span]:
    """Yield every time from the first on. Each is as long as the first, on the local clock."""
    if rule is None:
        yield Span(begin, end)
        return
    lasting = _wall(end) - _wall(begin)
    for start in _begins(rule, begin):
        yield Span(_instant(start), _instant(start + lasting))


def span_at(begin: datetime, end: datetime, rule: str | None, now: datetime) -> Span | None:
    """Return the time that is going on; of several that overlap the one that ends last."""
    going_on = (span for span in spans(begin, end, rule) if span.begin <= now < span.end)
    return max(going_on, key=lambda span: span.end, default=None)


def over_at(begin: datetime, end: datetime, rule: str | None) -> datetime:
    """Return when the last time ends."""
    return max(span.end for span in spans(begin, end, rule))


def _parts(rule: str) -> dict[str, str]:
    text = rule.strip().upper().removeprefix("RRULE:")
    parts: dict[str, str] = {}
    for one in text.split(";"):
        name, equals, value = (part.strip() for part in one.partition("="))
        if not equals or not value or name in parts:
            raise BadRule(Text(vi=f"không đọc được “{one}”", en=f"“{one}” cannot be read"))
        parts[name] = value
    return parts


def _refuse_endless(rule: str, parts: dict[str, str], begin: datetime) -> None:
    step = parts.get("INTERVAL", "1")
    if not step.isdecimal() or not 1 <= int(step) <= _LONGEST_STEP:
        raise BadRule(
            Text(
                vi=f"INTERVAL phải từ 1 đến {_LONGEST_STEP}",
                en=f"INTERVAL must be from 1 to {_LONGEST_STEP}",
            )
        )
    try:
        times = _begins(rule, begin)
    except ValueError as fault:
        raise BadRule(
            Text(vi=f"không hiểu lịch lặp: {fault}", en=f"the rule is not understood: {fault}")
        ) from fault
    if not times:
        raise BadRule(Text(vi="lịch lặp không có lần nào", en="the rule never comes true"))
    if times[0] != _wall(begin):
        raise BadRule(
            Text(
                vi=f"lần đầu ({_wall(begin):%H:%M %d/%m/%Y}) không thuộc lịch lặp",
                en=f"the first time ({_wall(begin):%H:%M %d/%m/%Y}) is none of the rule's",
            ),
            Text(
                vi=f"Đổi lịch lặp, hoặc cho lần đầu bắt đầu {times[0]:%H:%M %d/%m/%Y}",
                en=f"Change the rule, or let the first begin {times[0]:%H:%M %d/%m/%Y}",
            ),
        )
    if len(times) > MOST:
        raise BadRule(
            Text(vi=f"lịch lặp quá {MOST} lần", en=f"the rule comes back more than {MOST} times"),
            Text(vi="Đặt điểm dừng gần hơn", en="Let it end earlier"),
        )


@lru_cache(maxsize=256)
def _begins(rule: str, begin: datetime) -> tuple[datetime, ...]:
    """Return the local times without zone at which it begins; one more than `MOST` at the most."""
    parts = _parts(rule)
    if "UNTIL" in parts:
        parts["UNTIL"] = f"{_until(parts['UNTIL']):%Y%m%dT%H%M%S}"
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    found = []
    for start in rrulestr(text, dtstart=_wall(begin)):
        found.append(start)
        if len(found) > MOST:
            break
    return tuple(found)


def _until(value: str) -> datetime:
    """Return the last local time of a rule: a bare date means the whole of that day."""
    if value.endswith("Z"):
        utc = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return _wall(utc)
    if "T" in value:
        return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007  (local, as the RFC has it)
    day = datetime.strptime(value, "%Y%m%d")  # noqa: DTZ007
    return datetime.combine(day, time.max).replace(microsecond=0)


def _wall(at: datetime) -> datetime:
    return at.astimezone(LOCAL).replace(tzinfo=None)


def _instant(wall: datetime) -> datetime:
    return wall.replace(tzinfo=LOCAL).astimezone(UTC)
