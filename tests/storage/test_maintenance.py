"""Announced works are kept with who recorded them, and called off but never removed."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict, Invalid, NotFound
from core.incident import Incident, IncidentState, Severity
from core.maintenance import Maintenance
from core.outcome import Outcome, TakenIn
from core.silence import Scope
from storage.ledger import Ledger

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
NIGHT = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)  # 23:00 in Vietnam
VNPT = Scope(carriers=("VNPT",))


async def some_works(ledger: Ledger, begin: datetime = NIGHT, **more: object) -> Maintenance:
    fields: dict[str, object] = {"scope": VNPT} | more
    return await ledger.maintenance.add(
        begin,
        begin + timedelta(hours=3),
        "Nâng cấp tuyến",
        actor="an",
        now=NOW,
        **fields,  # type: ignore[arg-type]
    )


async def test_works_are_numbered_by_their_local_day(ledger: Ledger) -> None:
    first = await some_works(ledger)
    second = await some_works(ledger)
    late = await some_works(ledger, NIGHT + timedelta(hours=1))  # already the next day here
    assert [w.id for w in (first, second, late)] == [
        "BT-20261201-0001", "BT-20261201-0002", "BT-20261202-0001"
    ]  # fmt: skip
    assert (first.announced_at, first.recorded_at, first.by) == (NOW, NOW, "an")


async def test_works_are_found_by_the_time_they_touch(ledger: Ledger) -> None:
    scope = Scope(("xa-1",), ("VNPT",), ("TSL-1",), ("s1",))
    works = await some_works(ledger, scope=scope, reference="123/VNPT")
    assert works.scope == scope
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
        {"scope": Scope()},
        {"rule": "FREQ=DAILY"},
        {"announced_at": NOW + timedelta(days=1)},
        {"reference": "x" * 300},
        {"scope": Scope(units=("Không phải mã",))},
        {"scope": Scope(circuits=("x" * 300,))},
    ],
)
async def test_works_that_make_no_sense_are_refused(
    ledger: Ledger, wrong: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        await some_works(ledger, NIGHT, **wrong)
    with pytest.raises(Invalid):
        await ledger.maintenance.add(NIGHT, NIGHT, "x", "an", NOW, scope=VNPT)
    assert await ledger.maintenance.find() == []


async def test_works_may_be_announced_before_they_are_recorded(ledger: Ledger) -> None:
    works = await some_works(ledger, announced_at=NOW - timedelta(days=9))
    assert (await ledger.maintenance.find())[0].announced_at == NOW - timedelta(days=9)
    assert works.recorded_at == NOW


async def with_incidents(ledger: Ledger, *codes: str) -> None:
    found = [
        Incident(id=code, root="line1", severity=Severity.MAJOR, began_at=NOW, decided_at=NOW)
        for code in codes
    ]
    await ledger.brain.commit(Outcome(incidents=found), NOW)


async def test_works_that_mend_an_incident_are_in_its_timeline(ledger: Ledger) -> None:
    code = "SC-20261122-0001"
    await with_incidents(ledger, code)
    works = await some_works(ledger, scope=Scope(incidents=(code,)))
    assert await ledger.maintenance.find() == [works]
    await ledger.maintenance.cancel(works.id, "binh", NOW + timedelta(hours=1))
    notes = await ledger.incidents.notes(code)
    assert [(note.kind, note.actor, note.text) for note in notes] == [
        ("works", "an", f"{works.id}: Nâng cấp tuyến"),
        ("works_cancelled", "binh", f"{works.id}: Nâng cấp tuyến"),
    ]


async def test_works_mend_no_incident_that_there_is_not(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        await some_works(ledger, scope=Scope(incidents=("SC-20261122-0009",)))
    assert await ledger.maintenance.find() == []
    assert await ledger.people.audit_rows() == []


async def test_works_follow_the_incident_that_they_mend_into_what_it_becomes_part_of(
    ledger: Ledger,
) -> None:
    gone, stays = "SC-20261122-0001", "SC-20261122-0002"
    await with_incidents(ledger, gone, stays)
    meant = await some_works(ledger, scope=Scope(incidents=(gone,)))
    await some_works(ledger)
    off = await some_works(ledger, scope=Scope(incidents=(gone,)))
    await ledger.maintenance.cancel(off.id, "an", NOW)
    merged = Incident(
        id=gone,
        root="line1",
        severity=Severity.MAJOR,
        state=IncidentState.MERGED,
        merged_into=stays,
        began_at=NOW,
        decided_at=NOW,
        version=2,
    )
    await ledger.brain.commit(Outcome(incidents=[merged], taken_in=[TakenIn(gone, stays)]), NOW)
    named = {row.id: row.incidents for row in await ledger.maintenance.find()}
    assert named[meant.id] == (gone, stays)
    assert named[off.id] == (gone,)
    assert sum(stays in codes for codes in named.values()) == 1
