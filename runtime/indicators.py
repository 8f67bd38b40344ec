"""Which indicators do the figures that others declared give, of a unit at the end of a period?"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from core.inventory import Inventory
from core.text import Text
from core.unitfigures import UnitFigures
from inventory.figureforms import Form, forms
from inventory.figures import Share, Standing, latest, standings, total
from inventory.plan import as_of
from reports.indicators import Indicator


def within(inventory: Inventory, unit: str, on: date) -> frozenset[str]:
    """Return a unit and all below it, on a day."""
    below: dict[str | None, list[str]] = {}
    for row in as_of(inventory, on).units:
        below.setdefault(row.parent, []).append(row.slug)
    found, waiting = set(), [unit]
    while waiting:
        slug = waiting.pop()
        if slug not in found:
            found.add(slug)
            waiting += below.get(slug, ())
    return frozenset(found)


def indicators(
    rows: Iterable[UnitFigures], units: Collection[str], on: date
) -> tuple[Indicator, ...]:
    """Return the indicators of some units on a day, by their code."""
    kept = [row for row in rows if row.unit in units]
    every = {
        name: tuple(latest(row for row in kept if row.list == name).values()) for name in forms()
    }
    found = [
        one
        for form in forms().values()
        if every[form.name]
        for one in _of(form, standings(form, every, on, forms()))
    ]
    return tuple(sorted(found, key=lambda one: int(one.code[1:])))


def _of(form: Form, rows: tuple[Standing, ...]) -> Iterator[Indicator]:
    whole = total(form, rows)
    newest = max((one.row.period for one in rows), key=lambda period: period.last)
    for name, column in form.columns.items():
        if column.indicator and name in whole.values:
            source = Text(f"cộng {form.from_vi}", f"sum of {form.from_en}")
            known = [one for one in rows if not one.stale and name in one.row.values]
            share = Share(whole.values[name], 0)
            yield _indicator(
                column.indicator, column.name, share, known, whole.stale, newest.said, source
            )
    for name, rate in form.rates.items():
        if rate.indicator and name in whole.shares:
            source = Text(rate.source_vi, rate.source_en)
            known = [one for one in rows if name in one.shares]
            yield _indicator(
                rate.indicator,
                rate.name,
                whole.shares[name],
                known,
                whole.stale,
                newest.said,
                source,
            )


def _indicator(  # noqa: PLR0917
    code: str,
    name: Text,
    share: Share,
    known: list[Standing],
    stale: int,
    figures: Text,
    source: Text,
) -> Indicator:
    return Indicator(
        code=code,
        name=name,
        of=round(share.of),
        per=round(share.per) or None,
        units=len({one.row.subject[:2] for one in known}),
        stale=stale,
        figures=figures,
        source=source,
    )
