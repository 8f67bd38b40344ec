"""Figures that others declare of units, as pages, the API and commands show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from api.spreadsheet import Cell
from core.errors import NotFound
from core.inventory import Inventory, UnitLevel
from core.text import Text, vietnamese_order
from core.unitfigures import Period, UnitFigures
from inventory.figureforms import Form, forms
from inventory.figures import KNOWN_FOR, Latest, Standing, Total, latest, standings, total
from inventory.plan import as_of
from storage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Shown:
    """One list with how its subjects stand, and their names."""

    form: Form
    rows: tuple[Standing, ...]
    total: Total
    names: Mapping[tuple[str, str], str]  # (unit, organisation) → what people call it
    silent: tuple[str, ...] = ()  # names of communes that no fresh row is of

    @property
    def periods(self) -> list[Period]:
        """Return the periods of the rows, last first."""
        found = {one.row.period for one in self.rows}
        return sorted(found, key=lambda period: period.last, reverse=True)

    def name(self, standing: Standing) -> str:
        """Return what people call a subject."""
        return self.names[standing.row.subject[:2]]


def form_of(name: str) -> Form:
    """Return a form; NotFound."""
    form = forms().get(name)
    if form is None:
        known = ", ".join(forms())
        raise NotFound(
            Text(f"Không có danh sách {name}; có: {known}", f"There is no list {name}: {known}")
        )
    return form


async def every(ledger: Ledger, today: date, unit: str | None = None) -> Latest:
    """Return the latest rows of each list."""
    rows = await ledger.unit_figures.holding(since=today - KNOWN_FOR, unit=unit)
    return {
        name: tuple(latest(row for row in rows if row.list == name).values()) for name in forms()
    }


async def shown(ledger: Ledger, name: str, today: date) -> Shown:
    """Return a list as it stands today, by unit in Vietnamese order; NotFound."""
    form = form_of(name)
    inventory = await ledger.inventory.load()
    found = _shown(form, await every(ledger, today), today, inventory)
    heard = {one.row.unit for one in found.rows if not one.stale}
    silent = (
        unit.name
        for unit in as_of(inventory, today).units
        if unit.level is UnitLevel.COMMUNE and unit.slug not in heard
    )
    return replace(found, silent=tuple(sorted(silent, key=vietnamese_order)))


async def all_shown(ledger: Ledger, today: date, unit: str | None = None) -> list[Shown]:
    """Return every list as it stands today, of one unit if it is named."""
    inventory = await ledger.inventory.load()
    found = await every(ledger, today, unit)
    return [_shown(form, found, today, inventory) for form in forms().values()]


def _shown(form: Form, found: Latest, today: date, inventory: Inventory) -> Shown:
    rows = standings(form, found, today, forms())
    names = _names(inventory, (one.row for one in rows))
    ordered = sorted(
        rows, key=lambda one: (vietnamese_order(names[one.row.subject[:2]]), one.row.part)
    )
    return Shown(form, tuple(ordered), total(form, rows), names)


def _names(inventory: Inventory, rows: Iterable[UnitFigures]) -> dict[tuple[str, str], str]:
    units = {unit.slug: unit.name for unit in inventory.units}
    offices = {office.slug: office.name for office in inventory.organisations}
    return {
        row.subject[:2]: offices.get(row.organisation, row.organisation)
        if row.organisation
        else units.get(row.unit, row.unit)
        for row in rows
    }


def heads(form: Form) -> list[Text]:
    """Return the headings of a list as a table, shares with both of their numbers last."""
    part = [Text(form.part.vi, form.part.en)] if form.part is not None else []
    rates = [Text(f"{rate.vi} (tỷ lệ)", f"{rate.en} (share)") for rate in form.rates.values()]
    ages = [Text("Cũ (ngày)", "Age (days)"), Text("Đã cũ", "Stale")]
    columns = [column.name for column in form.columns.values()]
    return [Text("Đơn vị", "Unit"), *part, Text("Kỳ", "Period"), *columns, *rates, *ages]


def cells(found: Shown) -> list[Sequence[Cell]]:
    """Return the rows under `heads`; a share of stale figures is empty."""
    form = found.form
    return [
        [
            found.name(one),
            *([one.row.part] if form.part is not None else []),
            f"{one.row.begin:%d/%m/%Y}" if one.row.span == "day" else f"{one.row.begin:%m/%Y}",
            *(one.row.values.get(name) for name in form.columns),
            *(one.shares[name].value if name in one.shares else None for name in form.rates),
            one.age,
            "x" if one.stale else None,
        ]
        for one in found.rows
    ]


def last_period(form: Form, today: date) -> Period:
    """Return the period that a list is asked for today: the month that ended, or this day."""
    if form.span == "day":
        return Period(begin=today, span="day")
    return Period(begin=(today.replace(day=1) - timedelta(days=1)).replace(day=1), span="month")
