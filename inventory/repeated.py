"""Which events of a calendar come back too often, since too long ago, or never?

Whoever writes a rule out steps through all that it ever brought: a rule of a few letters may bring
more than any computer writes out in a day.
"""

from collections.abc import Mapping, Sequence
from typing import Any

_TOO_FINE = frozenset({"HOURLY", "MINUTELY", "SECONDLY"})  # no meeting or duty comes back so soon
_MOST_A_DAY = 24  # times that one rule may come back within a day
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # of a month, at most
_OLDEST = 1970  # the year in which calendars of computers begin


def is_endless(event: Any) -> bool:
    """Say whether an event is repeated as none is that a calendar of people holds."""
    rules = event.get("rrule", [])
    rules = rules if isinstance(rules, list) else [rules]
    if not rules:
        return False
    first = event.decoded("dtstart", None)
    ancient = first is not None and first.year < _OLDEST
    return ancient or any(_too_often(rule) or _never(rule) for rule in rules)


def _too_often(rule: Mapping[str, Sequence[Any]]) -> bool:
    if {str(freq).upper() for freq in rule.get("FREQ", ())} & _TOO_FINE:
        return True
    if any(int(every) < 1 for every in rule.get("INTERVAL", ())):
        return True
    times = 1
    for name in _WITHIN_A_DAY:
        times *= len(rule.get(name, ())) or 1
    return times > _MOST_A_DAY


def _never(rule: Mapping[str, Sequence[Any]]) -> bool:
    """Say whether a rule has no day, or picks days in a way in which it may have none."""
    if "BYYEARDAY" in rule or "BYWEEKNO" in rule:
        return True
    if "BYSETPOS" in rule and {str(freq).upper() for freq in rule.get("FREQ", ())} == {"DAILY"}:
        return True
    days = [abs(int(day)) for day in rule.get("BYMONTHDAY", ())]
    months = [int(month) for month in rule.get("BYMONTH", range(1, 13))]
    most = max((_DAYS[month - 1] for month in months if 1 <= month <= len(_DAYS)), default=0)
    return not most or (bool(days) and not 1 <= min(days) <= most)
