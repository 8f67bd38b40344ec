"""Periodic figures that others declare of units: base stations, PCs, mailboxes, antivirus.

The platform does not measure them. A carrier, a mail administrator or a console says them of a
unit (or an organisation in it) and of a day or a month, and may say them anew.
"""

import calendar
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from core.model import Line, Model, Slug
from core.text import Text

Span = Literal["day", "month"]


class Period(Model):
    """A local day, or a month by its first day."""

    begin: date
    span: Span

    @property
    def last(self) -> date:
        """Return its last day."""
        if self.span == "day":
            return self.begin
        days = calendar.monthrange(self.begin.year, self.begin.month)[1]
        return self.begin.replace(day=days)

    @property
    def said(self) -> Text:
        """Return it in words: "tháng 10/2026", "ngày 30/11/2026"."""
        if self.span == "day":
            return Text(f"ngày {self.begin:%d/%m/%Y}", f"{self.begin:%d/%m/%Y}")
        return Text(f"tháng {self.begin:%m/%Y}", f"{self.begin:%m/%Y}")

    def age(self, today: date) -> timedelta:
        """Return how long ago it ended; nothing while it goes on."""
        return max(timedelta(), today - self.last)


class UnitFigures(Model):
    """What a list says of one subject in one period. What it does not say is absent, not 0.

    `organisation` is empty where the unit itself is meant; `part` is the operator, application
    or product that the figures are of, empty where the list has no such parts.
    """

    list: Slug
    unit: Slug
    organisation: str = ""
    part: Line = ""
    begin: date
    span: Span
    values: Mapping[str, float]

    @property
    def period(self) -> Period:
        """Return the period that is spoken of."""
        return Period(begin=self.begin, span=self.span)

    @property
    def subject(self) -> tuple[str, str, str]:
        """Return whom and what the figures are of: unit, organisation, part."""
        return self.unit, self.organisation, self.part

    @property
    def key(self) -> tuple[str, date, Span, str, str, str]:
        """Return by what a later word about the same is known."""
        return self.list, self.begin, self.span, *self.subject


class Declared(UnitFigures):
    """Figures as they are kept: who brought them, from which file, until when they held."""

    id: int | None = None
    source: Line = Field(description="The file that they stood in.")
    by: str
    at: AwareDatetime
    replaced_at: datetime | None = None
