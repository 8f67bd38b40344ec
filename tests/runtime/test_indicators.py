"""Indicators of declared figures in a report: of its units, at its end, as they were known then."""

from datetime import UTC, date, datetime, timedelta

from core.inventory import Changes
from core.unitfigures import UnitFigures
from reports.indicators import Indicator
from reports.periods import period_of
from reports.report import PeriodKind, ScopeKind
from reports.request import UptimeRequest
from runtime.indicators import indicators, within
from runtime.reporting import build
from storage.ledger import Ledger
from tests.inventory.builders import a_land

OCTOBER = date(2026, 10, 1)
END = date(2026, 10, 31)
NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)


def a_row(name: str, unit: str = "xa-1", begin: date = OCTOBER, part: str = "", **values: float) -> UnitFigures:  # fmt: skip  # noqa: E501
    return UnitFigures(list=name, unit=unit, part=part, begin=begin, span="month", values=values)


def numbers(found: tuple[Indicator, ...]) -> list[tuple[str, int, int | None, int, int]]:
    return [(one.code, one.of, one.per, one.units, one.stale) for one in found]


def test_indicators_have_both_numbers_and_leave_out_what_is_stale() -> None:
    rows = [
        a_row("computers", pcs=24, officials=20, online=12),
        a_row("computers", "xa-2", date(2025, 1, 1), pcs=100, officials=100, online=100),
        a_row("mailboxes", issued=18, active=9),
        a_row("bts", part="Viettel", stations=30),
        a_row("bts", part="MobiFone", stations=12),
        a_row("bts", "elsewhere", part="MobiFone", stations=99),
    ]
    found = indicators(rows, {"xa-1", "xa-2"}, END)
    assert numbers(found) == [
        ("I4", 24, 20, 1, 1),
        ("I5", 12, 24, 1, 1),
        ("I6", 18, None, 1, 0),
        ("I6", 18, 20, 1, 0),
        ("I14", 42, None, 1, 0),
    ]
    assert found[0].figures.vi == "tháng 10/2026"


def test_nothing_declared_is_no_row_and_no_zero() -> None:
    assert indicators([], {"xa-1"}, END) == ()


def test_a_province_has_its_communes() -> None:
    assert within(a_land(), "dong-nai", END) == {"dong-nai", "xa-1"}
    assert within(a_land(), "xa-1", END) == {"xa-1"}


async def test_a_report_of_a_month_tells_them_as_they_were_known(sqlite_ledger: Ledger) -> None:
    ledger = sqlite_ledger
    await ledger.inventory.apply(Changes(put=a_land()), "an", NOW - timedelta(days=60))
    said = NOW - timedelta(days=1)
    await ledger.unit_figures.gather([a_row("computers", pcs=9, officials=10)], "a", "an", said)
    later = NOW + timedelta(hours=1)
    await ledger.unit_figures.gather([a_row("computers", pcs=10, officials=10)], "b", "an", later)

    async def told(
        kind: PeriodKind = PeriodKind.MONTH, as_known_at: datetime | None = None
    ) -> list[tuple[str, int, int | None, int, int]]:
        request = UptimeRequest(
            period=period_of(kind, OCTOBER),
            scope=ScopeKind.UNIT,
            key="dong-nai",
            as_known_at=as_known_at,
        )
        report = await build(ledger, request, later + timedelta(hours=1))
        return numbers(report.indicators)

    assert await told() == [("I4", 10, 10, 1, 0)]
    assert await told(as_known_at=NOW) == [("I4", 9, 10, 1, 0)]
    assert await told(PeriodKind.WEEK) == []
