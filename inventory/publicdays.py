"""Which days of a year are public holidays in Vietnam? Proposals, each with where it is from.

Days off that were swapped name the Saturday that is worked instead; other make-up days are
announced by each office and are for people to enter.
"""

import re
from dataclasses import dataclass
from datetime import date

import holidays

from core.inventory import SpecialDay
from core.text import Text

_SWAPPED = re.compile(r"thay cho ngày (\d{2})/(\d{2})/(\d{4})")
_INSTEAD = "nghỉ bù"
_PACKAGE = Text(
    vi="gói holidays, theo Bộ luật Lao động và thông báo hằng năm",
    en="the holidays package, after the Labour Code and the yearly announcements",
)
# What the package does not know, each with its source.
_GAPS = (
    (
        SpecialDay(on=date(2026, 1, 2), kind="substitute", name="Nghỉ hoán đổi dịp Tết Dương lịch"),
        Text(
            vi="phương án nghỉ Tết Dương lịch 2026 (Báo Thanh Niên, 13/01/2026); "
            "ngày làm bù xem thông báo của đơn vị",
            en="the scheme of New Year 2026 (Thanh Niên newspaper, 13/01/2026); "
            "the make-up day is announced by each office",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One special day and its source."""

    day: SpecialDay
    source: Text


def proposed(year: int) -> tuple[Proposal, ...]:
    """Return the special days of a year that are known, in order."""
    known = holidays.country_holidays("VN", years=year, language="vi")
    found: dict[date, Proposal] = {}
    for on, name in known.items():
        for day in _days(on, name):
            found[day.on] = Proposal(day, _PACKAGE)
    for day, source in _GAPS:
        if day.on.year == year:
            found.setdefault(day.on, Proposal(day, source))
    return tuple(found[on] for on in sorted(found))


def _days(on: date, name: str) -> tuple[SpecialDay, ...]:
    """Return a day off, and the day that is worked for it if it was swapped."""
    swapped = _SWAPPED.search(name)
    if swapped is None:
        kind = "substitute" if _INSTEAD in name else "holiday"
        return (SpecialDay(on=on, kind=kind, name=name),)
    day, month, year = (int(part) for part in swapped.groups())
    worked = date(year, month, day)
    makeup = f"Làm bù cho ngày {on:%d/%m/%Y}"
    return (
        SpecialDay(on=on, kind="substitute", name=name),
        SpecialDay(on=worked, kind="working", name=makeup, like=on.isoweekday()),
    )
