"""A batch is written whole or not at all, and a restart finds everything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, Unavailable
from core.incident import (
    Incident,
    IncidentNote,
    IncidentState,
    Member,
    Notification,
    NotificationState,
    Purpose,
    Severity,
)
from core.outcome import Memory, Outcome
from core.status import Status, Streak, TargetState, Transition, Verdict, Watch
from core.text import Text
from storage.brain import BrainBook
from storage.database import Database
from storage.ledger import Ledger

NOW = datetime(2026, 11, 22, 3, 0, 0, 123456, tzinfo=UTC)
CODE = "SC-20261122-0001"


def an_incident(code: str = CODE, **changes: object) -> Incident:
    fields: dict[str, object] = {
        "id": code,
        "root": "line",
        "severity": Severity.MAJOR,
        "began_at": NOW,
        "decided_at": NOW + timedelta(seconds=2),
        "cause": "silence",
        "members": (
            Member(target="line", joined_at=NOW),
            Member(target="a-first", joined_at=NOW, left_at=NOW + timedelta(minutes=1)),
            Member(target="gw", joined_at=NOW + timedelta(seconds=1)),
        ),
    }
    return Incident.model_validate(fields | changes)


def a_notification(purpose: Purpose = Purpose.PROBLEM, **changes: object) -> Notification:
    fields: dict[str, object] = {
        "incident": CODE,
        "purpose": purpose,
        "recipient": "binh",
        "address": "binh@example.vn",
        "channel": "email",
        "reason": "first_notification",
        "due_at": NOW,
    }
    return Notification.model_validate(fields | changes)


def an_outcome(**changes: object) -> Outcome:
    whole = Outcome(
        transitions=[Transition("line", Status.UP, Status.DOWN, NOW, NOW, "confirmed_silence")],
        incidents=[an_incident()],
        notes=[IncidentNote(incident=CODE, at=NOW, kind="opened", text="Mất liên lạc")],
        notifications=[a_notification()],
        streaks=[
            Streak("line/icmp", Verdict.FAILED, NOW, 23, 0, NOW, None, NOW, NOW, "1000", 0.25, "?")
        ],
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


async def test_a_restart_finds_what_was_written(ledger: Ledger) -> None:
    outcome = an_outcome()
    await ledger.brain.commit(outcome, NOW, {"center": NOW})
    assert await ledger.brain.restore(NOW) == Memory(
        states={"line": TargetState("line", Status.DOWN, NOW, "confirmed_silence")},
        streaks={"line/icmp": outcome.streaks[0]},
        incidents=(an_incident(),),
        observed_until={"center": NOW},
        incidents_today=1,
    )


async def test_what_is_beyond_its_threshold_is_kept_until_it_no_longer_is(ledger: Ledger) -> None:
    pending = Watch("slow", 'rtt{instance="gw"}', "gw", 0.2, NOW, NOW)
    firing = Watch("full", "octets", "line", None, NOW, NOW, NOW + timedelta(minutes=1))
    within = Watch("slow", "rtt", "other", 0.1, NOW)
    await ledger.brain.commit(Outcome(watches=[pending, firing, within]), NOW)
    assert set((await ledger.brain.restore(NOW)).watches) == {pending, firing}
    later = replace(pending, at=NOW + timedelta(minutes=5), fired_at=NOW)
    over = replace(firing, beyond_since=None, fired_at=None)
    await ledger.brain.commit(Outcome(watches=[later, over]), NOW)
    assert (await ledger.brain.restore(NOW)).watches == (later,)


async def test_a_restart_finds_when_the_roots_of_late_incidents_fell(ledger: Ledger) -> None:
    def moved(old: Status, new: Status, minutes: float, cause: str | None = "line") -> Transition:
        at = NOW + timedelta(minutes=minutes)
        return Transition("line", old, new, at, at, "confirmed_silence", cause)

    rows = [
        moved(Status.UP, Status.DOWN, 0),
        moved(Status.DOWN, Status.UP, 1, None),
        moved(Status.UP, Status.UNREACHABLE, 2, "hub"),
        moved(Status.UNREACHABLE, Status.DOWN, 3),
        moved(Status.DOWN, Status.DEGRADED, 4, None),
        moved(Status.DEGRADED, Status.DOWN, 5),
    ]
    kept = Outcome(transitions=rows, incidents=[an_incident()])
    await ledger.brain.commit(kept, NOW + timedelta(minutes=6))
    memory = await ledger.brain.restore(NOW + timedelta(minutes=6))
    assert memory.falls == {"line": (rows[0].at, rows[5].at)}
    later = await ledger.brain.restore(NOW + timedelta(minutes=62))
    assert later.falls == {"line": (rows[5].at,)}


async def test_an_empty_ledger_remembers_nothing(ledger: Ledger) -> None:
    assert await ledger.brain.restore(NOW) == Memory()
    assert await ledger.brain.commit(Outcome(), NOW) == []


async def test_a_batch_tells_the_pages_in_order(ledger: Ledger) -> None:
    events = await ledger.brain.commit(an_outcome(), NOW)
    assert [(e.id, e.kind, e.subject) for e in events] == [
        (1, "status", "line"), (2, "incident", CODE), (3, "note", CODE),
    ]  # fmt: skip
    assert events == await ledger.events.events_after(0)
    assert events[0].data["status"] == "down"
    assert events[0].data["at"] == "2026-11-22T03:00:00.123456Z"
    assert events[1].data["members"] == [m.model_dump(mode="json") for m in an_incident().members]


async def test_a_batch_with_one_wrong_row_leaves_no_trace(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    before = (await ledger.brain.restore(NOW), await ledger.events.last_event_id())
    later = NOW + timedelta(seconds=5)
    wrong = an_outcome(
        transitions=[Transition("gw", Status.UP, Status.DOWN, later, later, "x")],
        incidents=[an_incident("SC-20261122-0002"), an_incident()],  # the second is stale
        streaks=[Streak("gw/icmp")],
    )
    with pytest.raises(Conflict, match="stale"):
        await ledger.brain.commit(wrong, later, {"center": later})
    assert (await ledger.brain.restore(NOW), await ledger.events.last_event_id()) == before
    assert len(await ledger.outbox.for_incident(CODE)) == 1


async def test_the_brain_never_touches_an_acknowledgement(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    await ledger.incidents.acknowledge(CODE, "an", NOW)
    events = await ledger.brain.commit(
        Outcome(incidents=[an_incident(version=2, cause="port_down", members=())]), NOW
    )
    kept = await ledger.incidents.get(CODE)
    assert (kept.acked_by, kept.acked_at, kept.cause, kept.version) == ("an", NOW, "port_down", 2)
    assert kept.members == ()
    assert events[0].data["acked_by"] == "an"


async def test_only_a_newer_version_replaces_an_incident(ledger: Ledger) -> None:
    await ledger.brain.commit(Outcome(incidents=[an_incident(version=3)]), NOW)
    for version in (2, 3):
        with pytest.raises(Conflict):
            await ledger.brain.commit(Outcome(incidents=[an_incident(version=version)]), NOW)
    await ledger.brain.commit(
        Outcome(incidents=[an_incident(version=5, cause="b"), an_incident(version=4)]), NOW
    )
    assert (await ledger.incidents.get(CODE)).cause == "b"


async def test_a_notification_is_made_once(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(notifications=[a_notification()] * 2), NOW)
    again = Outcome(
        notifications=[
            a_notification(due_at=NOW + timedelta(hours=1)),
            a_notification(channel="webhook"),
        ]
    )
    await ledger.brain.commit(again, NOW)
    made = [n for n, _ in await ledger.outbox.for_incident(CODE)]
    assert [(n.channel, n.due_at) for n in made] == [("email", NOW), ("webhook", NOW)]


async def test_what_waits_for_the_morning_is_brought_forward_when_the_trouble_grows(
    ledger: Ledger,
) -> None:
    morning, noon = NOW + timedelta(hours=9), NOW + timedelta(hours=14)
    waiting = a_notification(due_at=morning, because="night")
    await ledger.brain.commit(an_outcome(notifications=[waiting]), NOW)
    for due, because, expected in (
        (noon, "day_off", morning),
        (NOW + timedelta(minutes=3), "delay", NOW + timedelta(minutes=3)),
    ):
        again = a_notification(due_at=due, because=because, reason="touches_your_unit")
        await ledger.brain.commit(Outcome(notifications=[again]), NOW)
        [(row, _)] = await ledger.outbox.for_incident(CODE)
        assert (row.due_at, row.reason) == (expected, "first_notification")
    assert row.because == "delay"


async def test_what_was_tried_already_keeps_its_turn(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    [claimed] = await ledger.outbox.claim("hub", NOW)
    later = NOW + timedelta(minutes=5)
    await ledger.outbox.settle(claimed, None, NotificationState.PENDING, later)
    await ledger.brain.commit(Outcome(notifications=[a_notification()]), NOW)
    [(row, _)] = await ledger.outbox.for_incident(CODE)
    assert row.due_at == later


async def test_what_ended_before_it_was_due_is_told_to_nobody(ledger: Ledger) -> None:
    late = NOW + timedelta(minutes=5)
    await ledger.brain.commit(
        an_outcome(
            notifications=[
                a_notification(recipient="told"), a_notification(recipient="spared", due_at=late),
            ]
        ),
        NOW,
    )  # fmt: skip
    (told,) = await ledger.outbox.claim("w", NOW)
    await ledger.outbox.settle(told, None, NotificationState.SENT)
    await ledger.brain.commit(
        Outcome(
            cancelled=[(CODE, Purpose.PROBLEM)],
            notifications=[
                a_notification(Purpose.RECOVERY, recipient=who) for who in ("told", "spared")
            ],
        ),
        NOW,
    )
    made = {(n.recipient, n.purpose): n.state for n, _ in await ledger.outbox.for_incident(CODE)}
    assert made == {
        ("told", Purpose.PROBLEM): NotificationState.SENT,
        ("spared", Purpose.PROBLEM): NotificationState.CANCELLED,
        ("told", Purpose.RECOVERY): NotificationState.PENDING,
    }


async def test_only_open_incidents_are_taken_up_again(ledger: Ledger) -> None:
    rows = [
        an_incident("SC-20261121-0007"),
        an_incident("SC-20261122-0011", state=IncidentState.RECOVERED, recovered_at=NOW),
        an_incident("SC-20261122-0002"),
    ]
    await ledger.brain.commit(Outcome(incidents=rows), NOW)
    memory = await ledger.brain.restore(NOW)
    assert [row.id for row in memory.incidents] == ["SC-20261121-0007", "SC-20261122-0002"]
    assert memory.incidents_today == 11


async def test_the_days_number_begins_anew_at_local_midnight(ledger: Ledger) -> None:
    await ledger.brain.commit(Outcome(incidents=[an_incident()]), NOW)
    evening = datetime(2026, 11, 22, 16, 59, tzinfo=UTC)
    assert (await ledger.brain.restore(evening)).incidents_today == 1
    assert (await ledger.brain.restore(evening + timedelta(minutes=1))).incidents_today == 0


async def test_observed_until_never_goes_back(ledger: Ledger) -> None:
    await ledger.brain.observe("center", NOW)
    await ledger.brain.observe("center", NOW - timedelta(seconds=1))
    await ledger.brain.commit(Outcome(), NOW, {"center": NOW - timedelta(seconds=2), "b": NOW})
    assert (await ledger.brain.restore(NOW)).observed_until == {"center": NOW, "b": NOW}


async def test_five_thousand_streaks_are_written_in_few_statements(ledger: Ledger) -> None:
    streaks = [
        Streak(f"t{n}/icmp", Verdict.OK, NOW, 0, 3, None, NOW, NOW, NOW, "1" * 20, 0.01)
        for n in range(5000)
    ]
    await ledger.brain.commit(Outcome(streaks=streaks), NOW)
    changed = [replace(streak, goods=4) for streak in streaks]
    said: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    await ledger.brain.commit(Outcome(streaks=changed), NOW)
    event.remove(Engine, "before_cursor_execute", hear)
    assert 0 < len(said) < 100
    assert (await ledger.brain.restore(NOW)).streaks == {row.check: row for row in changed}


async def test_a_batch_whose_answer_got_lost_is_written_once(
    ledger: Ledger,
) -> None:
    class AnswerLost(Database):
        def __init__(self) -> None:
            self.answers = iter([False])

        @asynccontextmanager
        async def writing(self) -> AsyncIterator[AsyncConnection]:
            async with ledger.database.writing() as connection:
                yield connection
            if not next(self.answers, True):
                raise Unavailable(Text(vi="mất kết nối", en="connection lost"))

    brain, outcome = BrainBook(AnswerLost()), an_outcome()
    with pytest.raises(Unavailable):
        await brain.commit(outcome, NOW)
    events = await brain.commit(outcome, NOW)
    assert events == await ledger.events.events_after(0)
    assert len(await ledger.status.transitions("line")) == 1
    second = an_outcome(incidents=[an_incident(version=2)])
    assert (await brain.commit(second, NOW))[0].id == events[-1].id + 1
