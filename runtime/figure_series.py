"""Figures that others declare of units, as series: values while they are fresh, and their age.

Values of stale figures end, as those of a device that answers no more; the age goes on.
"""

from collections.abc import Iterator

from api.figures import every
from core.clock import LOCAL, Clock
from core.labels import Series
from core.reading import Sample
from core.text import Text
from inventory.figureforms import Form, forms
from inventory.figures import Standing, standings
from storage.ledger import Ledger

AGE = "unit_figures_age_seconds"
SHARE = "unit_figures_ratio"
DAY = 86_400
_Row = tuple[str, tuple[tuple[str, str], ...], float]


def series() -> Iterator[tuple[str, Text, tuple[str, ...]]]:
    """Yield every name with its help and its labels."""
    yield (
        AGE,
        Text("Kỳ số liệu của đơn vị kết thúc đã bao lâu", "How long ago a unit's period ended"),
        ("list", "unit", "organisation", "part"),
    )
    yield (
        SHARE,
        Text("Tỷ lệ tính từ số liệu đơn vị", "A share computed of units' figures"),
        ("list", "share", "unit", "organisation", "part"),
    )
    for form in forms().values():
        own = (form.part.label,) if form.part is not None else ()
        for column in form.columns.values():
            yield column.metric, column.name, ("unit", "organisation", *own, *column.labels)


class FigureSeries:
    """Looked up by `refresh`; what was found is given out until then."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._rows: list[_Row] = []

    async def refresh(self) -> None:
        """Look up what stands; Unavailable if the ledger does not answer."""
        today = self._clock.now().astimezone(LOCAL).date()
        found = await every(self._ledger, today)
        self._rows = [
            row
            for form in forms().values()
            for one in standings(form, found, today, forms())
            for row in _told(form, one)
        ]

    def samples(self, base: tuple[tuple[str, str], ...]) -> list[Sample]:
        """Return what was found as samples; `base` are the series' labels."""
        return [(Series.of(name, (*base, *labels)), value) for name, labels, value in self._rows]


def _told(form: Form, one: Standing) -> Iterator[_Row]:
    row = one.row
    whom = (
        ("unit", row.unit),
        *((("organisation", row.organisation),) if row.organisation else ()),
    )
    named = (("list", form.name), *whom, *((("part", row.part),) if row.part else ()))
    yield AGE, named, float(one.age * DAY)
    if one.stale:
        return
    own = ((form.part.label, row.part),) if form.part is not None and row.part else ()
    for name, column in form.columns.items():
        if name in row.values:
            factor = DAY if column.kind == "days" else 1
            labels = (*whom, *own, *column.labels.items())
            yield column.metric, labels, row.values[name] * factor
    for name, share in one.shares.items():
        yield SHARE, (*named, ("share", name)), share.value
