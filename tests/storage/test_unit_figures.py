"""Figures that others declare are kept by subject and period; what is replaced stays as history."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta

from core.errors import Conflict
from core.unitfigures import UnitFigures
from storage.ledger import Ledger
from storage.unit_figures import Gathered
from tests.storage.test_brain import NOW

OCTOBER = date(2026, 10, 1)
LATER = NOW + timedelta(hours=1)


def a_row(unit: str = "dak-o", part: str = "Viettel", **values: float) -> UnitFigures:
    known: Mapping[str, float] = values or {"stations": 12.0}
    return UnitFigures(list="bts", unit=unit, part=part, begin=OCTOBER, span="month", values=known)


async def test_a_list_is_kept_whole_and_audited(ledger: Ledger) -> None:
    rows = [a_row(), a_row("an-loc")]
    done = await ledger.unit_figures.gather(rows, "bts.xlsx", "an", NOW, origin="192.0.2.7")
    assert (done.added, done.changed, done.same) == (tuple(rows), (), 0)
    held = await ledger.unit_figures.holding("bts", since=OCTOBER)
    assert [(row.unit, row.part, dict(row.values), row.source, row.by) for row in held] == [
        ("an-loc", "Viettel", {"stations": 12.0}, "bts.xlsx", "an"),
        ("dak-o", "Viettel", {"stations": 12.0}, "bts.xlsx", "an"),
    ]
    [audited] = await ledger.people.audit_rows(1)
    assert (audited.action, audited.subject) == ("figures.import", "bts 2026-10-01")
    assert (audited.detail, audited.origin) == ("bts.xlsx: 2 added, 0 changed", "192.0.2.7")


async def test_the_same_list_once_more_changes_nothing_and_is_not_audited(ledger: Ledger) -> None:
    await ledger.unit_figures.gather([a_row()], "bts.xlsx", "an", NOW)
    done = await ledger.unit_figures.gather([a_row()], "bts (1).xlsx", "binh", LATER)
    assert (done.added, done.changed, done.same) == ((), (), 1)
    assert len(await ledger.unit_figures.history("bts", "dak-o")) == 1
    assert [row.actor for row in await ledger.people.audit_rows(9)] == ["an"]


async def test_a_later_word_replaces_and_the_earlier_is_history(ledger: Ledger) -> None:
    await ledger.unit_figures.gather([a_row(), a_row(part="VinaPhone")], "a.xlsx", "an", NOW)
    mended = a_row(stations=13.0)
    weighed = await ledger.unit_figures.weigh([mended])
    assert [(old.values["stations"], new.values["stations"]) for old, new in weighed.changed] == [
        (12.0, 13.0)
    ]
    assert len(await ledger.unit_figures.history("bts", "dak-o")) == 2  # weighing wrote nothing
    await ledger.unit_figures.gather([mended], "b.xlsx", "binh", LATER)
    told = [
        (row.part, row.values["stations"], row.by, row.replaced_at)
        for row in await ledger.unit_figures.history("bts", "dak-o")
    ]
    assert told == [
        ("Viettel", 13.0, "binh", None),
        ("Viettel", 12.0, "an", LATER),
        ("VinaPhone", 12.0, "an", None),
    ]
    held = await ledger.unit_figures.holding("bts", since=OCTOBER)
    assert [(row.part, row.values["stations"]) for row in held] == [
        ("Viettel", 13.0),
        ("VinaPhone", 12.0),
    ]


async def test_older_periods_are_left_out_where_nobody_asks_for_them(ledger: Ledger) -> None:
    await ledger.unit_figures.gather([a_row()], "a.xlsx", "an", NOW)
    assert await ledger.unit_figures.holding("bts", since=date(2026, 11, 1)) == []
    assert await ledger.unit_figures.holding(since=OCTOBER, unit="an-loc") == []


async def test_of_two_who_bring_the_same_at_once_one_row_holds(ledger: Ledger) -> None:
    rows = [[a_row(stations=float(count))] for count in range(4)]
    done = await asyncio.gather(
        *(ledger.unit_figures.gather(row, "a.xlsx", "an", NOW) for row in rows),
        return_exceptions=True,
    )
    assert all(isinstance(one, Gathered | Conflict) for one in done), done
    assert any(isinstance(one, Gathered) for one in done)
    assert len(await ledger.unit_figures.holding("bts", since=OCTOBER)) == 1
