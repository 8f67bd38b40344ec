"""What people say about duty beyond the lists: who takes over from whom, and what comes next."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from core.inventory import CalendarSpan, DutyRole, Rota, RotaRule, Shift, SpecialDay
from core.model import Line, Model, Slug
from core.text import nfc


class Swap(Model):
    """Somebody takes over duty for a while, half-open [begin, end), aware UTC.

    It wins over shifts and rules; of two the one recorded later wins. Never removed, only
    cancelled.
    """

    id: int | None = None
    rota: Slug
    role: DutyRole = "primary"
    contact: Slug  # who is on duty instead
    begin: datetime
    end: datetime
    reason: Line
    by: str
    recorded_at: datetime
    cancelled_at: datetime | None = None


class HandOver(Model):
    """What whoever goes off duty leaves to whoever comes on."""

    id: int | None = None
    rota: Slug
    at: datetime
    by: str
    text: Annotated[
        str,
        BeforeValidator(lambda said: nfc(said) if isinstance(said, str) else said),
        StringConstraints(min_length=1, max_length=2000),
    ]


class RotaWarning(Model):
    """A flaw of a rota that its owner was told of. Unique by the first three."""

    rota: Slug
    kind: Annotated[
        str, StringConstraints(pattern=r"^(gap|overlap|double)( \d\d:\d\d)?$")
    ]  # and when it begins
    on: date  # the local day on which it begins
    contact: Slug
    sent_at: datetime
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class DutyRows:
    """All that is written down about who is on duty, of every rota."""

    rotas: tuple[Rota, ...] = ()
    rules: tuple[RotaRule, ...] = ()
    shifts: tuple[Shift, ...] = ()
    swaps: tuple[Swap, ...] = ()
    calendars: tuple[CalendarSpan, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
