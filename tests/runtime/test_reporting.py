"""From a real ledger to a report: the figures, whatever the inventory became meanwhile."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from core.inventory import Changes, Inventory, Site, Unit, UnitLevel
from core.outcome import Outcome
from core.status import Status, Transition
from reports.periods import read
from reports.report import PeriodKind, Report, ScopeKind, Seconds
from reports.request import UptimeRequest
from runtime.reporting import build
from storage.ledger import Ledger

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
HOUR = 3600


def unit(slug: str, code: str, level: UnitLevel, parent: str | None = None, **more: object) -> Unit:
    fields = {"slug": slug, "code": code, "level": level, "name": slug, "parent": parent}
    return Unit.model_validate(fields | {"province_code": "75"} | more)


PROVINCE = unit("tinh", "75", UnitLevel.PROVINCE)
COMMUNE = unit("xa-1", "00001", UnitLevel.COMMUNE, "tinh")
LAND = Inventory(
    units=(PROVINCE, COMMUNE, unit("xa-2", "00002", UnitLevel.COMMUNE, "tinh")),
    sites=(
        Site(slug="s1", name="UBND xã 1", unit="xa-1"),
        Site(slug="s2", name="UBND xã 2", unit="xa-2"),
    ),
)


def local(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """Return a local time of October 2026."""
    return datetime(2026, 10, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=7)


async def keep(ledger: Ledger, *rows: tuple[str, Status, datetime]) -> None:
    made = [
        Transition(target, Status.UNKNOWN, status, at, at + timedelta(seconds=2), "x")
        for target, status, at in rows
    ]
    await ledger.brain.commit(Outcome(transitions=made), NOW)


async def ask(ledger: Ledger, key: str = "75", month: str = "2026-10", **more: object) -> Report:
    period = read(PeriodKind.MONTH, month)
    request = UptimeRequest(ScopeKind.UNIT, key, period, **more)  # type: ignore[arg-type]
    return await build(ledger, request, NOW)


async def test_a_month_is_counted_to_the_second(ledger: Ledger) -> None:
    await ledger.inventory.apply(Changes(put=LAND), "test", NOW)
    await keep(
        ledger,
        ("s1", Status.UP, local(1) - timedelta(days=3)),
        ("s2", Status.UP, local(1) - timedelta(days=3)),
        ("s1", Status.DOWN, local(5, 8)),
        ("s1", Status.UP, local(5, 9, 0, 1)),
    )
    report = await ask(ledger)
    whole = report.rows[0]
    assert whole.seconds == Seconds(up=2 * 31 * 86400 - HOUR - 1, down=HOUR + 1)
    assert [row.key for row in report.rows] == ["tinh", "xa-1", "s1", "xa-2", "s2"]
    (outage,) = report.outages
    assert (outage.target, outage.begin, outage.seconds) == ("s1", local(5, 8), HOUR + 1)
    assert whole.mttr == Fraction(HOUR + 1)
