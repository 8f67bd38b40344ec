"""Silences are kept with whose they are, ended but never removed; what they held goes out."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict, Invalid, NotFound
from core.incident import Due, Incident, Notification, NotificationState, Purpose, Severity
from core.outcome import Outcome
from core.silence import Pause, Scope, Silence
from storage.ledger import Ledger
from storage.silences import Wanted

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def a_silence(ledger: Ledger, **more: object) -> Silence:
    fields: dict[str, object] = {
        "begin": NOW,
        "end": NOW + HOUR,
        "reason": "Chờ vật tư",
        "scope": Scope(carriers=("VNPT",)),
    } | more
    row, _ = await ledger.silences.add(Wanted(**fields), "an", NOW)  # type: ignore[arg-type]
    return row


async def an_incident(ledger: Ledger, code: str = "SC-20261122-0001") -> Notification:
    incident = Incident(
        id=code, root="line1", severity=Severity.MAJOR, began_at=NOW, decided_at=NOW
    )
    notice = Notification(
        incident=code,
        purpose=Purpose.PROBLEM,
        recipient="lan",
        address="lan@example.vn",
        channel="mail",
        reason="new_problem",
        due_at=NOW,
    )
    await ledger.brain.commit(Outcome(incidents=[incident], notifications=[notice]), NOW)
    [claimed] = await ledger.outbox.claim("hub", NOW)
    return claimed


async def test_a_silence_comes_back_as_it_was_kept(ledger: Ledger) -> None:
    first = await a_silence(ledger, rule="freq=weekly;count=3", scope=Scope(("xa-1",), ("VNPT",)))
    second = await a_silence(ledger, scope=Scope(circuits=("TSL-1",), targets=("gw-1",)))
    assert [first.id, second.id] == ["TD-20261122-0001", "TD-20261122-0002"]
    assert first.until == NOW + timedelta(weeks=2) + HOUR
    assert await ledger.silences.find() == [first, second]
    assert await ledger.silences.get(second.id) == second
    assert await ledger.silences.find(NOW + HOUR) == [first]
    assert await ledger.silences.find(first.until) == []


async def test_many_people_may_silence_at_once(ledger: Ledger) -> None:
    rows = await asyncio.gather(*(a_silence(ledger) for _ in range(8)))
    assert sorted(row.id[-4:] for row in rows) == [f"{n:04}" for n in range(1, 9)]


async def test_a_silence_holds_only_while_one_of_its_times_lasts(ledger: Ledger) -> None:
    row = await a_silence(ledger, rule="FREQ=DAILY;COUNT=2")
    day = timedelta(days=1)
    assert row.holds_until(NOW) == NOW + HOUR
    assert row.holds_until(NOW + 2 * HOUR) is None
    assert row.holds_until(NOW + day) == NOW + day + HOUR
    assert not row.over(NOW + 2 * HOUR)
    assert row.over(NOW + 2 * day)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"end": NOW}, "end"),
        ({"begin": NOW - 2 * HOUR, "end": NOW - HOUR}, "end"),
        ({"end": NOW + timedelta(days=367)}, "end"),
        ({"rule": "FREQ=YEARLY;COUNT=7"}, "end"),
        ({"scope": Scope()}, "units"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"rule": "FREQ=DAILY"}, "rule"),
        ({"scope": Scope(units=("Xã Một",))}, "units"),
    ],
)
async def test_a_silence_without_end_reason_or_object_is_refused(
    sqlite_ledger: Ledger, wrong: dict[str, object], key: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await a_silence(sqlite_ledger, **wrong)
    assert [problem.key for problem in refusal.value.problems] == [key]
    assert await sqlite_ledger.silences.find() == []


async def test_a_silence_of_an_incident_is_in_its_timeline_and_on_the_audit_trail(
    ledger: Ledger,
) -> None:
    await an_incident(ledger)
    row = await a_silence(ledger, scope=Scope(incidents=("SC-20261122-0001",)))
    await ledger.silences.end(row.id, "binh", NOW + HOUR / 2)
    notes = await ledger.incidents.notes("SC-20261122-0001")
    assert [(n.kind, n.actor) for n in notes] == [("silenced", "an"), ("unsilenced", "binh")]
    audit = await ledger.people.audit_rows()
    assert [(row.action, row.actor) for row in audit[:2]] == [
        ("silence.end", "binh"),
        ("silence.add", "an"),
    ]
    with pytest.raises(NotFound):
        await a_silence(ledger, scope=Scope(incidents=("SC-20260101-0001",)))


async def test_a_silence_is_ended_once(ledger: Ledger) -> None:
    row = await a_silence(ledger)
    ended, _ = await ledger.silences.end(row.id, "binh", NOW + HOUR / 2)
    assert (ended.ended_at, ended.ended_by) == (NOW + HOUR / 2, "binh")
    assert ended.holds_until(NOW + HOUR / 2) is None
    assert await ledger.silences.find(NOW + HOUR / 2) == []
    with pytest.raises(Conflict):
        await ledger.silences.end(row.id, "binh", NOW + HOUR / 2)
    with pytest.raises(NotFound):
        await ledger.silences.end("TD-20260101-0001", "binh", NOW)


async def test_what_a_silence_held_back_is_due_when_it_is_ended(ledger: Ledger) -> None:
    row = await a_silence(ledger)
    claimed = await an_incident(ledger)
    pause = Pause(row.id, "silence", row.until, row.owner, row.reason)
    assert await ledger.outbox.hold(claimed, pause, Due(row.until, "silence"))
    assert not await ledger.outbox.hold(claimed, pause, Due(row.until, "silence"))
    [(held, attempts)] = await ledger.outbox.for_incident("SC-20261122-0001")
    assert (held.state, held.due_at, held.attempts) == (NotificationState.PENDING, row.until, 0)
    assert (held.reason, held.because, held.held_by) == ("silence_ended", "silence", row.id)
    assert attempts == []
    assert await ledger.silences.hidden([row.id, "TD-1"]) == {
        row.id: ["SC-20261122-0001"],
        "TD-1": [],
    }
    assert await ledger.outbox.claim("hub", NOW + HOUR / 2) == []
    await ledger.silences.end(row.id, "an", NOW + HOUR / 2)
    assert len(await ledger.outbox.claim("hub", NOW + HOUR / 2)) == 1


async def test_the_timeline_says_once_that_messages_are_held_back(ledger: Ledger) -> None:
    row = await a_silence(ledger)
    pause = Pause(row.id, "silence", row.until, row.owner, row.reason)
    await ledger.outbox.hold(await an_incident(ledger), pause, Due(NOW, "silence"))
    [again] = await ledger.outbox.claim("hub", NOW)
    await ledger.outbox.hold(again, pause, Due(row.until, "silence"))
    notes = await ledger.incidents.notes("SC-20261122-0001")
    assert [(n.kind, n.text) for n in notes] == [("held", f"{row.id}: Chờ vật tư")]
