"""How do units stand by the figures that others declared? Latest values, their age, their shares.

What is stale is said to be stale, enters no total and gives no share: no data is not good data.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.text import Text
from core.unitfigures import UnitFigures
from inventory.figureforms import Form, Rate

KNOWN_FOR = timedelta(days=800)  # what is older is history, not how things are
Latest = Mapping[str, Sequence[UnitFigures]]  # form → the latest rows of each subject


@dataclass(frozen=True, slots=True)
class Share:
    """A numerator and what it is a part of; the share follows, and is printed with both."""

    of: float
    per: float

    @property
    def value(self) -> float:
        """Return the share, 0…1 and more."""
        return self.of / self.per


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest figures of a subject. `shares` has those alone that are known."""

    row: UnitFigures
    age: int  # days since the period ended
    stale: bool
    shares: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class Total:
    """All fresh rows of a list together; `units` that they are of, `stale` rows left out."""

    units: int
    stale: int
    values: Mapping[str, float]
    shares: Mapping[str, Share]


def latest(rows: Iterable[UnitFigures]) -> dict[tuple[str, str, str], UnitFigures]:
    """Return the row of the last period of each subject."""
    found: dict[tuple[str, str, str], UnitFigures] = {}
    for row in rows:
        known = found.get(row.subject)
        if known is None or row.period.last >= known.period.last:
            found[row.subject] = row
    return found


def standings(
    form: Form, every: Latest, today: date, forms: Mapping[str, Form]
) -> tuple[Standing, ...]:
    """Return how each subject of a list stands today, in the order of the rows."""
    whole = _whole(every, today, forms)
    return tuple(_standing(form, row, whole, today) for row in every.get(form.name, ()))


def is_stale(form: Form, row: UnitFigures, today: date) -> bool:
    """Say whether a row is too old to be how things are."""
    return row.period.age(today).days > form.stale_after


def total(form: Form, rows: Sequence[Standing]) -> Total:
    """Return the sums of the fresh rows; of what is worst where it is largest, the largest."""
    fresh = [one for one in rows if not one.stale]
    values: dict[str, float] = {}
    for name, column in form.columns.items():
        said = [one.row.values[name] for one in fresh if name in one.row.values]
        if said and column.kind != "ratio":
            values[name] = max(said) if column.worst else sum(said)
    shares = {
        name: found for name, rate in form.rates.items() if (found := _sum(name, rate, fresh))
    }
    return Total(
        len({one.row.subject[:2] for one in fresh}), len(rows) - len(fresh), values, shares
    )


def _sum(name: str, rate: Rate, fresh: Iterable[Standing]) -> Share | None:
    """Add up the shares that are known; what stands in another list once for each subject."""
    known = [one for one in fresh if name in one.shares]
    if not known:
        return None
    foreign = any("." in per for per in rate.per)
    bases = {one.row.subject[: 2 if foreign else 3]: one.shares[name].per for one in known}
    return Share(sum(one.shares[name].of for one in known), sum(bases.values()))


def _whole(
    every: Latest, today: date, forms: Mapping[str, Form]
) -> dict[tuple[str, str, str], float]:
    """Return (unit, organisation, "form.column") → value, of lists without parts, where fresh."""
    return {
        (row.unit, row.organisation, f"{name}.{column}"): value
        for name, rows in every.items()
        if name in forms and forms[name].part is None
        for row in rows
        if not is_stale(forms[name], row, today)
        for column, value in row.values.items()
    }


def _standing(
    form: Form, row: UnitFigures, whole: Mapping[tuple[str, str, str], float], today: date
) -> Standing:
    stale = is_stale(form, row, today)
    shares: dict[str, Share] = {}
    for name, rate in form.rates.items() if not stale else ():
        of = [row.values.get(column) for column in rate.of]
        per = [
            whole.get((row.unit, row.organisation, column))
            if "." in column
            else row.values.get(column)
            for column in rate.per
        ]
        numerator = sum(value for value in of if value is not None)
        denominator = sum(value for value in per if value is not None)
        if None not in of and None not in per and denominator > 0:
            shares[name] = Share(numerator, denominator)
    return Standing(row, row.period.age(today).days, stale, shares)


def age_said(standing: Standing) -> Text:
    """Return of when the figures are, and whether that is too long ago."""
    said = standing.row.period.said
    if not standing.stale:
        return Text(f"số liệu {said.vi}", f"figures of {said.en}")
    return Text(
        f"số liệu {said.vi}, đã cũ {standing.age} ngày",
        f"figures of {said.en}, {standing.age} days old: stale",
    )
