"""A silence holds problems back, and nothing else: recoveries are told, measuring goes on."""

import asyncio
from datetime import timedelta

import pytest

from alerts.night import Night
from core.clock import LOCAL, SystemClock
from core.incident import IncidentState, Member, Notification, NotificationState, Purpose, Severity
from core.outcome import Outcome
from core.silence import Scope, Silence
from core.watching import DaysOff, Estate
from runtime.dispatcher import Dispatcher, DispatchOptions
from storage.ledger import Ledger
from storage.silences import Wanted
from tests.runtime.test_dispatcher import (
    ESTATE,
    LaterClock,
    Mouth,
    a_notice,
    an_incident,
    made,
    outbox,
    turned,
    written,
)

LINE = Scope(targets=("line1",))


async def silenced(ledger: Ledger, scope: Scope = LINE, hours: float = 1.0) -> Silence:
    now = SystemClock().now()
    wanted = Wanted(now, now + timedelta(hours=hours), "Chờ vật tư", scope)
    return (await ledger.silences.add(wanted, "an", now))[0]


async def ended(ledger: Ledger, *notices: Notification) -> None:
    over = an_incident(state=IncidentState.RECOVERED, recovered_at=SystemClock().now(), version=2)
    cancelled = [("SC-20261122-0001", Purpose.PROBLEM.value)]
    outcome = Outcome(incidents=[over], notifications=list(notices), cancelled=cancelled)
    await ledger.brain.commit(outcome, SystemClock().now())


async def test_a_silenced_problem_is_told_when_the_silence_ends(ledger: Ledger) -> None:
    clock, mouth = LaterClock(), Mouth()
    silence = await silenced(ledger)
    await written(ledger, an_incident(), a_notice())
    dispatcher = made(ledger, mouth, clock)
    await turned(dispatcher)
    assert not mouth.said
    [(held, _)] = await outbox(ledger)
    assert (held.state, held.due_at) == (NotificationState.PENDING, silence.until)
    assert (held.reason, held.held_by) == ("silence_ended", silence.id)
    assert dispatcher.stats.held == 1
    clock.ahead = timedelta(hours=1, seconds=1)
    await turned(dispatcher)
    assert len(mouth.said) == 1
    assert (await outbox(ledger))[0][0].reason == "silence_ended"


async def test_a_problem_that_ends_in_its_silence_is_told_to_nobody_and_neither_is_its_end(
    ledger: Ledger,
) -> None:
    clock, mouth = LaterClock(), Mouth()
    await silenced(ledger)
    await written(ledger, an_incident(), a_notice())
    dispatcher = made(ledger, mouth, clock)
    await turned(dispatcher)
    await ended(ledger, a_notice(purpose=Purpose.RECOVERY, reason="recovered"))
    clock.ahead = timedelta(hours=2)
    await turned(dispatcher)
    assert not mouth.said


async def test_a_recovery_is_told_to_whoever_was_told_silence_or_not(ledger: Ledger) -> None:
    mouth = Mouth()
    await written(ledger, an_incident(), a_notice())
    dispatcher = made(ledger, mouth)
    await turned(dispatcher)
    await silenced(ledger)
    await ended(ledger, a_notice(purpose=Purpose.RECOVERY, reason="recovered"))
    await turned(dispatcher)
    assert [m.id.split(".")[1] for m in mouth.said] == ["problem", "recovery"]


async def test_a_silence_that_is_ended_by_hand_lets_go_at_once(ledger: Ledger) -> None:
    mouth = Mouth()
    silence = await silenced(ledger)
    await written(ledger, an_incident(), a_notice())
    dispatcher = made(ledger, mouth)
    await turned(dispatcher)
    await ledger.silences.end(silence.id, "an", SystemClock().now())
    await turned(dispatcher)
    assert len(mouth.said) == 1


async def test_announced_works_hold_back_what_they_concern_until_they_end(
    ledger: Ledger,
) -> None:
    clock, mouth = LaterClock(), Mouth()
    now = SystemClock().now()
    works = await ledger.maintenance.add(
        now - timedelta(hours=1), now + timedelta(hours=1), "Thay cáp",
        "an", now, scope=Scope(carriers=("VNPT",)),
    )  # fmt: skip
    await written(ledger, an_incident(), a_notice())
    dispatcher = made(ledger, mouth, clock)
    await turned(dispatcher)
    [(held, _)] = await outbox(ledger)
    assert (held.reason, held.because, held.held_by) == ("works_ended", "works", works.id)
    assert not mouth.said
    clock.ahead = timedelta(hours=1, seconds=1)
    await turned(dispatcher)
    assert len(mouth.said) == 1


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (Scope(incidents=("SC-20261122-0001",)), True),
        (Scope(incidents=("SC-20261122-0002",)), False),
        (Scope(circuits=("vnpt-dni-0001",)), True),
        (Scope(circuits=("VNPT-DNI-0002",)), False),
    ],
)
async def test_works_of_a_circuit_or_an_incident_hold_that_and_nothing_else_until_they_end(
    ledger: Ledger, scope: Scope, held: bool
) -> None:
    clock, mouth = LaterClock(), Mouth()
    now = SystemClock().now()
    await written(ledger, an_incident(), a_notice())
    other = an_incident("SC-20261122-0002", root="hub2-gw", members=())
    await ledger.brain.commit(Outcome(incidents=[other]), now)
    await ledger.maintenance.add(
        now, now + timedelta(hours=1), "Hàn lại cáp", "an", now, scope=scope
    )
    circuits = {"line1": "VNPT-DNI-0001"}
    targets = [
        target.model_copy(update={"circuit": circuits.get(target.slug)})
        for target in ESTATE.targets
    ]
    what = ESTATE.model_copy(update={"targets": tuple(targets)})
    dispatcher = Dispatcher(
        ledger,
        {"mouth": mouth.outlet()},
        lambda: what,
        clock,
        told=asyncio.Event(),
    )
    await turned(dispatcher)
    assert len(mouth.said) == (0 if held else 1)
    clock.ahead = timedelta(hours=1, seconds=1)
    await turned(dispatcher)
    assert len(mouth.said) == 1


async def test_works_that_are_called_off_let_go_at_once(sqlite_ledger: Ledger) -> None:
    mouth = Mouth()
    now = SystemClock().now()
    works = await sqlite_ledger.maintenance.add(
        now, now + timedelta(hours=9), "Thay cáp", "an", now, scope=LINE
    )
    await written(sqlite_ledger, an_incident(), a_notice())
    dispatcher = made(sqlite_ledger, mouth)
    await turned(dispatcher)
    assert not mouth.said
    await sqlite_ledger.maintenance.cancel(works.id, "an", SystemClock().now())
    await turned(dispatcher)
    assert len(mouth.said) == 1


async def test_what_waits_for_the_morning_does_so_after_a_silence_too(
    sqlite_ledger: Ledger,
) -> None:
    silence = await silenced(sqlite_ledger, hours=20)
    off = tuple(silence.until.astimezone(LOCAL).date() + timedelta(days=n) for n in range(2))
    what = Estate(targets=ESTATE.targets, days_off=DaysOff(closed=off))
    dispatcher = Dispatcher(
        sqlite_ledger,
        {"mouth": Mouth().outlet()},
        lambda: what,
        SystemClock(),
        told=asyncio.Event(),
        options=DispatchOptions(night=Night(waiting=(Severity.CRITICAL,))),
    )
    await written(sqlite_ledger, an_incident(), a_notice())
    await turned(dispatcher)
    [(held, _)] = await outbox(sqlite_ledger)
    assert held.due_at > silence.until + timedelta(hours=1)
    assert (held.because, f"{held.due_at.astimezone(LOCAL):%H:%M}") == ("day_off", "07:30")


async def test_a_silence_that_is_ended_at_night_lets_nothing_out_that_waits_for_the_morning(
    sqlite_ledger: Ledger,
) -> None:
    silence = await silenced(sqlite_ledger, hours=20)
    today = SystemClock().now().astimezone(LOCAL).date()
    off = DaysOff(closed=(today, today + timedelta(days=1)))
    mouth = Mouth()
    dispatcher = Dispatcher(
        sqlite_ledger,
        {"mouth": mouth.outlet()},
        lambda: Estate(targets=ESTATE.targets, days_off=off),
        SystemClock(),
        told=asyncio.Event(),
        options=DispatchOptions(night=Night(waiting=(Severity.CRITICAL,))),
    )
    await written(sqlite_ledger, an_incident(), a_notice())
    await turned(dispatcher)
    await sqlite_ledger.silences.end(silence.id, "an", SystemClock().now())
    await turned(dispatcher)
    assert not mouth.said
    [(waits, _)] = await outbox(sqlite_ledger)
    assert f"{waits.due_at.astimezone(LOCAL):%H:%M}" == "07:30"


async def test_one_silence_after_the_other_holds_on(sqlite_ledger: Ledger) -> None:
    clock, mouth = LaterClock(), Mouth()
    await silenced(sqlite_ledger)
    longer = await silenced(sqlite_ledger, Scope(carriers=("VNPT",)), hours=5)
    await written(sqlite_ledger, an_incident(), a_notice())
    dispatcher = made(sqlite_ledger, mouth, clock)
    await turned(dispatcher)
    clock.ahead = timedelta(hours=2)
    await turned(dispatcher)
    assert not mouth.said
    assert (await outbox(sqlite_ledger))[0][0].held_by == longer.id


@pytest.mark.parametrize("scope", [Scope(targets=("hub1",)), Scope(carriers=("Viettel",))])
async def test_what_is_not_meant_goes_out(sqlite_ledger: Ledger, scope: Scope) -> None:
    mouth = Mouth()
    await silenced(sqlite_ledger, scope)
    await written(sqlite_ledger, an_incident(root="hub2-gw"), a_notice())
    await turned(made(sqlite_ledger, mouth))
    assert len(mouth.said) == 1


async def test_of_silences_that_follow_each_other_each_is_said_to_have_held_it(
    ledger: Ledger,
) -> None:
    clock, mouth = LaterClock(), Mouth()
    first = await silenced(ledger)
    await written(ledger, an_incident(), a_notice())
    dispatcher = made(ledger, mouth, clock)
    await turned(dispatcher)
    second = await silenced(ledger, hours=2)
    clock.ahead = timedelta(hours=1, seconds=1)
    await turned(dispatcher)
    [(held, _)] = await outbox(ledger)
    assert held.held_by == second.id
    code = "SC-20261122-0001"
    assert await ledger.silences.hidden([first.id, second.id, "TD-1"]) == {
        first.id: [code],
        second.id: [code],
        "TD-1": [],
    }
    assert [n.kind for n in await ledger.incidents.notes(code)].count("held") == 2
    clock.ahead = timedelta(hours=2, seconds=1)
    await turned(dispatcher)
    assert len(mouth.said) == 1


async def test_two_that_hold_it_only_together_are_both_said_to_and_either_may_let_it_go(
    ledger: Ledger,
) -> None:
    mouth = Mouth()
    hub = await silenced(ledger, Scope(units=("unit-hub1",)), hours=1)
    commune = await silenced(ledger, Scope(units=("unit-c11",)), hours=2)
    now = SystemClock().now()
    members = [Member(target=slug, joined_at=now) for slug in ("line1", "hub1", "c11")]
    await written(ledger, an_incident(members=tuple(members)), a_notice())
    dispatcher = made(ledger, mouth)
    await turned(dispatcher)
    assert not mouth.said
    [(held, _)] = await outbox(ledger)
    assert (held.held_by, held.due_at) == (hub.id, hub.until)
    hidden = await ledger.silences.hidden([hub.id, commune.id])
    assert hidden == {hub.id: ["SC-20261122-0001"], commune.id: ["SC-20261122-0001"]}
    await ledger.silences.end(commune.id, "an", SystemClock().now())
    await turned(dispatcher)
    assert len(mouth.said) == 1
