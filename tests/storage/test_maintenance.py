"""Announced works are kept with who recorded them, and called off but never removed."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict, Invalid, NotFound
from core.maintenance import Maintenance
from storage.ledger import Ledger

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
NIGHT = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)  # 23:00 in Vietnam


async def some_works(ledger: Ledger, begin: datetime = NIGHT, **more: object) -> Maintenance:
    fields: dict[str, object] = {"carriers": ("VNPT",)} | more
    return await ledger.maintenance.add(
        begin, begin + timedelta(hours=3), "Nâng cấp tuyến", "an", NOW, **fields  # type: ignore[arg-type]
    )  # fmt: skip


async def test_works_are_numbered_by_their_local_day(ledger: Ledger) -> None:
    first = await some_works(ledger)
    second = await some_works(ledger)
    late = await some_works(ledger, NIGHT + timedelta(hours=1))  # already the next day here
    assert [w.id for w in (first, second, late)] == [
        "BT-20261201-0001", "BT-20261201-0002", "BT-20261202-0001"
    ]  # fmt: skip
    assert (first.announced_at, first.recorded_at, first.by) == (NOW, NOW, "an")


async def test_works_are_found_by_the_time_they_touch(ledger: Ledger) -> None:
    works = await some_works(ledger, units=("xa-1",), targets=("s1",), reference="123/VNPT")
    touching = (NIGHT + timedelta(hours=2), NIGHT + timedelta(hours=9))
    assert await ledger.maintenance.find(*touching) == [works]
    assert await ledger.maintenance.find(NIGHT + timedelta(hours=3)) == []
    assert await ledger.maintenance.find(None, NIGHT) == []
    assert await ledger.maintenance.find() == [works]


async def test_works_that_come_back_are_found_until_the_last_time_is_over(ledger: Ledger) -> None:
    works = await some_works(ledger, rule="freq=weekly;count=3")
    last = NIGHT + timedelta(weeks=2, hours=3)
    assert (works.rule, works.until) == ("FREQ=WEEKLY;COUNT=3", last)
    assert await ledger.maintenance.find(last - timedelta(seconds=1)) == [works]
    assert await ledger.maintenance.find(last) == []
    assert works.holds_until(NIGHT + timedelta(weeks=1)) == NIGHT + timedelta(weeks=1, hours=3)
    assert works.holds_until(NIGHT + timedelta(days=1)) is None
    gone = await ledger.maintenance.cancel(works.id, "an", NIGHT)
    assert gone.holds_until(NIGHT) is None


async def test_works_are_called_off_once(ledger: Ledger) -> None:
    works = await some_works(ledger)
    gone = await ledger.maintenance.cancel(works.id, "binh", NOW + timedelta(days=1), "10.0.0.9")
    assert gone.cancelled_at == NOW + timedelta(days=1)
    assert await ledger.maintenance.find() == [gone]
    with pytest.raises(Conflict):
        await ledger.maintenance.cancel(works.id, "binh", NOW)
    with pytest.raises(NotFound):
        await ledger.maintenance.cancel("BT-20260101-0001", "binh", NOW)
    audit = await ledger.people.audit_rows()
    assert [(row.action, row.actor, row.subject) for row in audit[:2]] == [
        ("maintenance.cancel", "binh", works.id), ("maintenance.add", "an", works.id)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"carriers": ()},
        {"rule": "FREQ=DAILY"},
        {"announced_at": NOW + timedelta(days=1)},
        {"reference": "x" * 300},
        {"units": ("Không phải mã",)},
    ],
)
async def test_works_that_make_no_sense_are_refused(
    ledger: Ledger, wrong: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        await some_works(ledger, NIGHT, **wrong)
    with pytest.raises(Invalid):
        await ledger.maintenance.add(NIGHT, NIGHT, "x", "an", NOW, carriers=("VNPT",))
    assert await ledger.maintenance.find() == []


async def test_works_may_be_announced_before_they_are_recorded(ledger: Ledger) -> None:
    works = await some_works(ledger, announced_at=NOW - timedelta(days=9))
    assert (await ledger.maintenance.find())[0].announced_at == NOW - timedelta(days=9)
    assert works.recorded_at == NOW
