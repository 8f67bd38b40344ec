"""Messages leave a real ledger by a channel that does as it is told."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from pydantic import BaseModel

from alerts.together import together
from core.channel import Channel, GiveUp, Retry, Send
from core.clock import SystemClock
from core.incident import (
    Chain,
    Delivery,
    Incident,
    IncidentNote,
    IncidentState,
    Member,
    Message,
    Notification,
    NotificationState,
    Purpose,
    Severity,
    Step,
)
from core.outcome import Outcome
from core.text import Text
from core.watching import Estate
from runtime.dispatcher import Dispatcher, DispatchOptions, backoff
from runtime.outlet import Outlet
from storage.ledger import Ledger
from tests.alerts.province import estate

ESTATE = estate(hubs=1, communes=2)
NOW = SystemClock().now()


class Nothing(BaseModel):
    """No parameters."""


class Mouth:
    """A channel that keeps what it is given, after the troubles it was told to have."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles = list(troubles)
        self.said: list[Message] = []

    async def send(self, params: BaseModel, message: Message, timeout: float) -> str:
        if self.troubles:
            raise self.troubles.pop(0)
        self.said.append(message)
        return "receipt 1"

    def outlet(self) -> Outlet:
        channel = Channel("mouth", Text(vi="thử", en="test"), Nothing, self.send)
        return Outlet(channel, Nothing)


class LaterClock(SystemClock):
    """The machine's clock, set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


def an_incident(code: str = "SC-20261122-0001", **changes: object) -> Incident:
    fields: dict[str, object] = {
        "id": code,
        "root": "line1",
        "severity": Severity.CRITICAL,
        "began_at": NOW,
        "decided_at": NOW,
        "cause": "silence",
        "members": (Member(target="line1", joined_at=NOW), Member(target="hub1", joined_at=NOW)),
    }
    return Incident.model_validate(fields | changes)


def a_notice(incident: str | None = "SC-20261122-0001", **changes: object) -> Notification:
    fields: dict[str, object] = {
        "incident": incident,
        "purpose": Purpose.PROBLEM if incident else Purpose.TEST,
        "recipient": "truc",
        "address": "truc@example.vn",
        "channel": "mouth",
        "reason": "new_problem",
        "due_at": NOW,
    }
    return Notification.model_validate(fields | changes)


async def written(ledger: Ledger, incident: Incident, *notices: Notification) -> None:
    await ledger.brain.commit(
        Outcome(incidents=[incident], notifications=list(notices)), SystemClock().now()
    )


def made(
    ledger: Ledger,
    mouth: Mouth,
    clock: SystemClock | None = None,
    person: Callable[[str], Awaitable[str]] | None = None,
    **options: float,
) -> Dispatcher:
    return Dispatcher(
        ledger,
        {"mouth": mouth.outlet()},
        lambda: ESTATE,
        clock or SystemClock(),
        told=asyncio.Event(),
        options=DispatchOptions(base_url="https://ts.example.vn", timeout=1.0, **options),  # type: ignore[arg-type]
        person=person,
    )


async def turned(dispatcher: Dispatcher) -> None:
    await dispatcher.turn()
    await dispatcher.settled()


async def outbox(
    ledger: Ledger, incident: str = "SC-20261122-0001"
) -> list[tuple[Notification, list[Delivery]]]:
    return await ledger.outbox.for_incident(incident)


async def test_a_message_goes_out_once_with_its_receipt_and_a_link_that_works(
    ledger: Ledger,
) -> None:
    mouth = Mouth()
    await written(ledger, an_incident(), a_notice())
    dispatcher = made(ledger, mouth)
    await turned(dispatcher)
    await turned(dispatcher)
    [message] = mouth.said
    assert "Kênh VNPT đi hub1 (VNPT-line1) mất kết nối từ" in message.body
    [(notice, [delivery])] = await outbox(ledger)
    assert notice.state is NotificationState.SENT
    assert delivery.receipt == "receipt 1"
    token = message.body.split("https://ts.example.vn/a/")[1].split()[0]
    assert token not in delivery.body
    link = await ledger.links.redeem(token, SystemClock().now())
    assert (link.incident, link.contact) == ("SC-20261122-0001", "truc")


async def test_trouble_that_passes_is_tried_again_later_under_the_same_id(
    sqlite_ledger: Ledger,
) -> None:
    clock, mouth = LaterClock(), Mouth(Retry("450 later"), Retry("451 later", after=60.0))
    await written(sqlite_ledger, an_incident(), a_notice())
    dispatcher = made(sqlite_ledger, mouth, clock)
    await turned(dispatcher)
    await turned(dispatcher)
    assert not mouth.said
    assert len(mouth.troubles) == 1
    clock.ahead += timedelta(seconds=10)
    await turned(dispatcher)
    clock.ahead += timedelta(seconds=50)
    await turned(dispatcher)
    assert not mouth.said
    clock.ahead += timedelta(seconds=30)
    await turned(dispatcher)
    [(notice, deliveries)] = await outbox(sqlite_ledger)
    assert [d.receipt for d in deliveries] == ["450 later", "451 later", "receipt 1"]
    assert [m.id for m in mouth.said] == [f"SC-20261122-0001.problem.{notice.id}"]


async def test_what_cannot_be_delivered_until_the_deadline_fails_loudly(
    sqlite_ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    clock, mouth = LaterClock(), Mouth(*[Retry("no route")] * 50)
    over = an_incident(state=IncidentState.RECOVERED, recovered_at=NOW)
    told = a_notice(state=NotificationState.SENT)  # an open problem is tried until it is told
    await written(sqlite_ledger, over, told, a_notice(purpose=Purpose.RECOVERY))
    dispatcher = made(sqlite_ledger, mouth, clock, deadline=600.0)
    for _ in range(40):
        await turned(dispatcher)
        clock.ahead += timedelta(seconds=30)
    notice, deliveries = (await outbox(sqlite_ledger))[1]
    assert notice.state is NotificationState.FAILED
    assert 3 < len(deliveries) < 12
    assert "is given up: no route" in caplog.text
    assert "failed" in [n.kind for n in await sqlite_ledger.incidents.notes("SC-20261122-0001")]


async def test_a_refusal_for_good_fails_at_once(sqlite_ledger: Ledger) -> None:
    mouth = Mouth(GiveUp("550 no such mailbox"))
    await written(sqlite_ledger, an_incident(), a_notice())
    dispatcher = made(sqlite_ledger, mouth)
    await turned(dispatcher)
    [(notice, _)] = await outbox(sqlite_ledger)
    assert notice.state is NotificationState.FAILED
    assert not dispatcher.stats.broken


async def test_a_broken_channel_is_disabled_loudly_and_tried_again_after_a_while(
    sqlite_ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    clock, mouth = LaterClock(), Mouth(GiveUp("535 wrong password", channel_broken=True))
    await written(sqlite_ledger, an_incident(), a_notice())
    dispatcher = made(sqlite_ledger, mouth, clock)
    await turned(dispatcher)
    assert dispatcher.stats.broken == {"mouth": "535 wrong password"}
    assert "channel mouth is disabled: 535" in caplog.text
    await sqlite_ledger.outbox.add(a_notice(recipient="lan"))
    await turned(dispatcher)
    assert not mouth.said
    clock.ahead += timedelta(seconds=400)
    await turned(dispatcher)
    assert len(mouth.said) == 1  # one finds out for the others
    await turned(dispatcher)
    assert {m.to for m in mouth.said} == {"truc@example.vn"}
    assert len(mouth.said) == 2
    assert not dispatcher.stats.broken


async def test_a_secret_that_is_not_set_disables_the_channel_and_is_named(
    sqlite_ledger: Ledger,
) -> None:
    def params() -> BaseModel:
        raise LookupError("smtp-password")

    await written(sqlite_ledger, an_incident(), a_notice())
    dispatcher = made(sqlite_ledger, Mouth())
    dispatcher._outlets = {"mouth": Outlet(Mouth().outlet().channel, params)}
    await turned(dispatcher)
    assert dispatcher.stats.broken == {"mouth": "the secret smtp-password is not set"}


@pytest.mark.parametrize("state", [IncidentState.RECOVERED, IncidentState.MERGED])
async def test_a_problem_that_has_ended_is_not_told(
    sqlite_ledger: Ledger, state: IncidentState
) -> None:
    mouth = Mouth()
    await written(sqlite_ledger, an_incident(), a_notice())
    await written(sqlite_ledger, an_incident(state=state, version=2))
    await turned(made(sqlite_ledger, mouth))
    [(notice, _)] = await outbox(sqlite_ledger)
    assert notice.state is NotificationState.CANCELLED
    assert not mouth.said


async def test_a_problem_that_somebody_has_taken_on_before_its_page_is_not_told(
    sqlite_ledger: Ledger,
) -> None:
    mouth = Mouth()
    await written(sqlite_ledger, an_incident(), a_notice())
    await sqlite_ledger.incidents.acknowledge("SC-20261122-0001", "an", SystemClock().now())
    await turned(made(sqlite_ledger, mouth))
    assert not mouth.said


async def test_a_recovery_names_in_full_who_took_it_on(sqlite_ledger: Ledger) -> None:
    mouth = Mouth()

    async def person(name: str) -> str:
        return {"truc": "Lê Văn Trực"}[name]

    dispatcher = made(sqlite_ledger, mouth, person=person)
    await written(sqlite_ledger, an_incident(), a_notice())
    await turned(dispatcher)
    await sqlite_ledger.incidents.acknowledge("SC-20261122-0001", "truc", NOW)
    over = await sqlite_ledger.incidents.get("SC-20261122-0001")
    over = over.model_copy(
        update={
            "state": IncidentState.RECOVERED,
            "recovered_at": NOW + timedelta(minutes=5),
            "version": over.version + 1,
        }
    )
    await written(sqlite_ledger, over, a_notice(purpose=Purpose.RECOVERY))
    await turned(dispatcher)
    assert "Người tiếp nhận: Lê Văn Trực." in mouth.said[1].body


async def test_a_recovery_is_told_to_those_alone_who_were_told_of_the_problem(
    sqlite_ledger: Ledger,
) -> None:
    mouth = Mouth(GiveUp("550 no such mailbox"))
    await written(sqlite_ledger, an_incident(), a_notice(recipient="lan"))
    dispatcher = made(sqlite_ledger, mouth)
    await turned(dispatcher)
    await sqlite_ledger.outbox.add(a_notice())
    await turned(dispatcher)
    over = an_incident(
        state=IncidentState.RECOVERED, recovered_at=NOW + timedelta(minutes=5), version=2
    )
    recovered = [a_notice(recipient=r, purpose=Purpose.RECOVERY) for r in ("truc", "lan")]
    await written(sqlite_ledger, over, *recovered)
    await turned(dispatcher)
    assert [m.id.split(".")[1] for m in mouth.said] == ["problem", "recovery"]
    assert "gián đoạn 5 phút" in mouth.said[1].body


async def test_a_parents_message_names_the_incidents_it_speaks_for(
    sqlite_ledger: Ledger,
) -> None:
    mouth = Mouth()
    await written(sqlite_ledger, an_incident("SC-20261122-0002"))
    note = IncidentNote(incident="SC-20261122-0002", at=NOW, kind="merged", text="SC-20261122-0001")
    notice = a_notice("SC-20261122-0002")
    await sqlite_ledger.brain.commit(Outcome(notes=[note], notifications=[notice]), NOW)
    await turned(made(sqlite_ledger, mouth))
    assert "Gồm cả các sự cố: SC-20261122-0001." in mouth.said[0].body


async def test_a_test_message_needs_no_incident(sqlite_ledger: Ledger) -> None:
    mouth = Mouth()
    await sqlite_ledger.outbox.add(a_notice(None, language="en"))
    await turned(made(sqlite_ledger, mouth))
    assert mouth.said[0].subject.startswith("Test message of Thông Suốt")


async def test_a_hanging_channel_costs_its_timeout_and_hinders_no_other(
    sqlite_ledger: Ledger,
) -> None:
    quick = Mouth()

    async def hang(params: BaseModel, message: Message, timeout: float) -> str:
        await asyncio.sleep(60)
        return ""

    outlets = {"mouth": quick.outlet(), "slow": outlet_of(hang)}
    slow = [a_notice(recipient=f"r{n}", channel="slow") for n in range(20)]
    await written(sqlite_ledger, an_incident(), *slow, a_notice())
    dispatcher = Dispatcher(
        sqlite_ledger,
        outlets,
        lambda: ESTATE,
        SystemClock(),
        told=asyncio.Event(),
        options=DispatchOptions(timeout=0.2, per_channel=20),
    )
    await dispatcher.turn()
    async with asyncio.timeout(5):
        while not quick.said:
            await asyncio.sleep(0.01)
    await dispatcher.settled()
    states = [n.state for n, _ in await outbox(sqlite_ledger) if n.channel == "slow"]
    assert states == [NotificationState.PENDING] * 20


def outlet_of(send: Send) -> Outlet:
    return Outlet(Channel("slow", Text(vi="chậm", en="slow"), Nothing, send), Nothing)


async def test_a_message_that_breaks_us_is_put_aside_and_the_others_go_out(
    sqlite_ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    mouth, troubles = Mouth(), [ValueError("no estate")]

    def breaking() -> Estate:
        if troubles:
            raise troubles.pop()
        return ESTATE

    await written(sqlite_ledger, an_incident(), a_notice())
    await sqlite_ledger.outbox.add(a_notice(None))
    broken = Dispatcher(
        sqlite_ledger,
        {"mouth": mouth.outlet()},
        breaking,
        SystemClock(),
        told=asyncio.Event(),
    )
    await turned(broken)
    assert len(mouth.said) == 1
    assert "could not be made" in caplog.text
    assert broken.stats.bugs.count == 1


class Broken:
    """An escalation in which a fault of ours lies."""

    def __init__(self) -> None:
        self.mended = False

    async def messages(self, promise: Notification, *_: object) -> list[Notification]:
        if not self.mended:
            raise UnboundLocalError("told")
        fields = {"id": None, "channel": "mouth", "step": None, "attempts": 0}
        return [promise.model_copy(update=fields | {"state": NotificationState.PENDING})]

    async def otherwise(self, *_: object) -> list[Notification]:
        return []

    async def quiet_until(self, *_: object) -> None:
        return None


async def test_a_step_that_breaks_us_is_counted_written_down_once_and_told_when_we_are_mended(
    ledger: Ledger,
) -> None:
    chain = Chain(slug="duty", name="Trực", steps=(Step(number=1, tell="contact", contact="truc"),))
    clock, mouth, escalation = LaterClock(), Mouth(), Broken()
    await written(ledger, an_incident(chain=chain), a_notice(channel="duty", step=1))
    dispatcher = Dispatcher(
        ledger,
        {"mouth": mouth.outlet()},
        lambda: ESTATE,
        clock,
        told=asyncio.Event(),
        escalation=escalation,
    )
    for _ in range(4):
        await turned(dispatcher)
        clock.ahead += timedelta(minutes=3)
    bugs = dispatcher.stats.bugs
    assert (bugs.count, bugs.words) == (4, "UnboundLocalError: told")
    assert bugs.since is not None
    assert bugs.since < clock.now() - timedelta(minutes=11)
    ((step, receipts),) = await outbox(ledger)
    assert (step.state, step.attempts) == (NotificationState.PENDING, 4)
    assert [one.receipt for one in receipts] == ["it could not be made: UnboundLocalError: told"]
    escalation.mended = True
    clock.ahead += timedelta(minutes=10)
    for _ in range(2):
        await turned(dispatcher)
    assert len(mouth.said) == 1
    assert not bugs.lasting(clock.now())


@asynccontextmanager
async def running(*dispatchers: Dispatcher) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(d.run()) for d in dispatchers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def test_two_dispatchers_share_the_work_and_send_nothing_twice(ledger: Ledger) -> None:
    mouth = Mouth()
    told = asyncio.Event()
    dispatchers: Sequence[Dispatcher] = [
        Dispatcher(
            ledger,
            {"mouth": mouth.outlet()},
            lambda: ESTATE,
            SystemClock(),
            told=told,
            options=DispatchOptions(worker=f"w{n}", per_channel=4),
        )
        for n in range(2)
    ]
    async with running(*dispatchers):
        notices = [a_notice(recipient=f"r{n}") for n in range(40)]
        await written(ledger, an_incident(), *notices)
        told.set()
        async with asyncio.timeout(20):
            while len(mouth.said) < 40:
                await asyncio.sleep(0.02)
    assert len({m.id for m in mouth.said}) == len(mouth.said) == 40


async def test_the_loop_wakes_at_once_when_told(sqlite_ledger: Ledger) -> None:
    mouth = Mouth()
    dispatcher = made(sqlite_ledger, mouth)
    async with running(dispatcher):
        await asyncio.sleep(0.1)
        await written(sqlite_ledger, an_incident(), a_notice())
        dispatcher._told.set()
        begun = asyncio.get_running_loop().time()
        async with asyncio.timeout(5):
            while not mouth.said:
                await asyncio.sleep(0.005)
        assert asyncio.get_running_loop().time() - begun < 0.9


async def test_a_stop_puts_back_what_hangs_so_that_the_next_start_says_it(
    sqlite_ledger: Ledger,
) -> None:
    hanging = asyncio.Event()

    async def hang(params: BaseModel, message: Message, timeout: float) -> str:
        hanging.set()
        await asyncio.sleep(60)
        return ""

    await written(sqlite_ledger, an_incident(), a_notice(channel="slow"))
    dispatcher = Dispatcher(
        sqlite_ledger,
        {"slow": outlet_of(hang)},
        lambda: ESTATE,
        SystemClock(),
        told=asyncio.Event(),
        options=DispatchOptions(grace=0.1),
    )
    async with running(dispatcher):
        async with asyncio.timeout(5):
            await hanging.wait()
    [(notice, _)] = await outbox(sqlite_ledger)
    assert notice.state is NotificationState.PENDING


async def test_late_messages_are_said_aloud_once(
    sqlite_ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    clock, mouth = LaterClock(), Mouth(Retry("no route", after=3600.0))
    await written(sqlite_ledger, an_incident(), a_notice(due_at=NOW - timedelta(minutes=5)))
    dispatcher = made(sqlite_ledger, mouth, clock)
    with caplog.at_level(logging.ERROR):
        await turned(dispatcher)
    assert "waiting for more than two minutes" in caplog.text
    assert dispatcher.stats.late == 1


def test_waits_double_up_to_five_minutes() -> None:
    waits = [backoff(n) for n in (0, 1, 2, 3, 7, 1000)]
    assert waits == [5.0, 5.0, 10.0, 20.0, 300.0, 300.0]


async def test_a_clock_that_is_set_back_makes_no_message_wait(ledger: Ledger) -> None:
    mouth, clock = Mouth(Retry("busy")), LaterClock()
    clock.ahead = timedelta(hours=7)
    dispatcher = made(ledger, mouth, clock)
    later = a_notice(recipient="lan", due_at=clock.now() + timedelta(seconds=180))
    await written(ledger, an_incident(), a_notice(due_at=clock.now()), later)
    await turned(dispatcher)
    assert not mouth.said
    clock.ahead = timedelta(0)
    await turned(dispatcher)
    waits = {n.recipient: n.due_at - clock.now() for n, _ in await outbox(ledger)}
    assert waits["truc"] < timedelta(seconds=10)
    assert timedelta(seconds=150) < waits["lan"] < timedelta(seconds=181)
    clock.ahead = timedelta(seconds=10)
    await turned(dispatcher)
    assert [m.to for m in mouth.said] == ["truc@example.vn"]


async def test_what_left_the_inventory_is_not_said_to_be_back(ledger: Ledger) -> None:
    mouth = Mouth()
    dispatcher = made(ledger, mouth)
    await written(ledger, an_incident(), a_notice())
    await turned(dispatcher)
    ended = an_incident(state=IncidentState.RECOVERED, recovered_at=NOW, version=2)
    why = IncidentNote(incident=ended.id, at=NOW, kind="recovered", text="retired")
    recovery = a_notice(purpose=Purpose.RECOVERY, reason="recovered")
    await ledger.brain.commit(
        Outcome(incidents=[ended], notes=[why], notifications=[recovery]), NOW
    )
    await turned(dispatcher)
    assert [m.subject.split()[0] for m in mouth.said] == ["SỰ", "NGỪNG"]


async def a_storm(ledger: Ledger, count: int, **changes: object) -> None:
    """Keep so many incidents, each told to one person."""
    for number in range(1, count + 1):
        code = f"SC-20261122-{number:04}"
        later = timedelta(seconds=1 if number > 3 else 0)
        notice = a_notice(code, **({"due_at": NOW + later} | changes))
        await written(ledger, an_incident(code, root=f"line{number % 2 + 1}"), notice)


async def test_a_storm_is_one_message_to_one_person(ledger: Ledger) -> None:
    mouth = Mouth()
    await a_storm(ledger, 5)
    await turned(made(ledger, mouth, together=4))
    [message] = mouth.said
    assert message.subject.startswith("5 SỰ CỐ CÙNG LÚC: SỰ CỐ SC-20261122-0001: ")
    links = message.body.split("https://ts.example.vn/a/")[1:]
    for number, link in enumerate(links, start=1):
        code = f"SC-20261122-{number:04}"
        assert code in message.body
        assert (await ledger.links.peek(link.split()[0], SystemClock().now())).incident == code
        [(notice, [delivery])] = await outbox(ledger, code)
        assert notice.state is NotificationState.SENT
        assert link.split()[0] not in delivery.body
    assert len(links) == 5
    assert len(str((message.data or {})["sms"])) <= 160


@pytest.mark.parametrize(("at_once", "told"), [(20, 23), (19, 19)])
async def test_a_great_storm_takes_along_what_is_due_within_a_minute(
    ledger: Ledger, at_once: int, told: int
) -> None:
    mouth, clock = Mouth(), LaterClock()
    clock.ahead = NOW - clock.now()
    for number in range(1, at_once + 4):
        code = f"SC-20261122-{number:04}"
        due = NOW + timedelta(seconds=50 if number > at_once else 0)
        await written(ledger, an_incident(code), a_notice(code, due_at=due))
    await turned(made(ledger, mouth, clock, together=4))
    assert [m.subject.split(":")[0] for m in mouth.said] == [f"{told} SỰ CỐ CÙNG LÚC"]


async def test_few_messages_are_said_each_by_itself(sqlite_ledger: Ledger) -> None:
    mouth = Mouth()
    await a_storm(sqlite_ledger, 3)
    await turned(made(sqlite_ledger, mouth, together=4))
    assert len(mouth.said) == 3
    assert not any("CÙNG LÚC" in message.subject for message in mouth.said)


async def test_without_being_asked_nothing_is_put_together(sqlite_ledger: Ledger) -> None:
    mouth = Mouth()
    await a_storm(sqlite_ledger, 6, due_at=NOW)
    await turned(made(sqlite_ledger, mouth))
    assert len(mouth.said) == 6


async def test_what_was_taken_on_is_left_out_of_the_one_message(sqlite_ledger: Ledger) -> None:
    mouth = Mouth()
    await a_storm(sqlite_ledger, 5)
    await sqlite_ledger.incidents.acknowledge("SC-20261122-0002", "lan", NOW)
    await turned(made(sqlite_ledger, mouth, together=4))
    [message] = mouth.said
    assert message.subject.startswith("4 SỰ CỐ CÙNG LÚC")
    assert "SC-20261122-0002" not in message.body
    [(notice, [])] = await outbox(sqlite_ledger, "SC-20261122-0002")
    assert notice.state is NotificationState.CANCELLED


async def test_the_ends_of_a_storm_are_one_message_too(ledger: Ledger) -> None:
    mouth = Mouth()
    await a_storm(ledger, 5)
    dispatcher = made(ledger, mouth, together=2)
    await turned(dispatcher)
    over = {"purpose": Purpose.RECOVERY, "reason": "recovered", "due_at": NOW}
    for number in range(1, 6):
        code = f"SC-20261122-{number:04}"
        ended = {"state": IncidentState.RECOVERED, "recovered_at": NOW, "version": 2}
        await written(ledger, an_incident(code, **ended), a_notice(code, **over))
    await turned(dispatcher)
    told, ends = mouth.said
    assert told.subject.startswith("5 SỰ CỐ CÙNG LÚC: ")
    assert ends.subject.startswith("5 SỰ CỐ ĐÃ HẾT: KHÔI PHỤC SC-20261122-0001: ")
    assert ends.short is not None
    assert "5 su co da het" in ends.short.sms
    assert len(ends.short.sms) <= 160
    kept = [(await outbox(ledger, f"SC-20261122-{n:04}"))[-1] for n in range(1, 6)]
    for number, (notice, [delivery]) in enumerate(kept, start=1):
        assert notice.state is NotificationState.SENT
        assert f"SC-20261122-{number:04}" in delivery.body
        assert f"SC-20261122-{number % 5 + 1:04}" not in delivery.body, "each keeps its own words"


def test_of_very_many_only_the_first_are_told_in_full() -> None:
    made_up = [
        Message(id=str(n), to="x", subject=f"SỰ CỐ {n}:", body=f"lời của {n}.") for n in range(700)
    ]
    one = together(made_up, "vi", "https://ts.example.vn")
    assert "lời của 49." in one.body
    assert "lời của 50." not in one.body
    assert "SỰ CỐ 499:" in one.body
    assert "SỰ CỐ 500:" not in one.body
    assert "Và 200 sự cố nữa: https://ts.example.vn" in one.body


async def few_at_a_time(ledger: Ledger, **changes: object) -> tuple[Mouth, Dispatcher, LaterClock]:
    """Tell a person of one problem, then, while that is fresh, find three more."""
    clock, mouth = LaterClock(), Mouth()
    dispatcher = made(ledger, mouth, clock, together=2)
    for number in range(1, 5):
        code = f"SC-20261122-{number:04}"
        due = clock.now() - timedelta(seconds=1)
        notice = a_notice(code, **({"due_at": due} | changes))
        await written(ledger, an_incident(code, root=f"line{number % 2 + 1}"), notice)
        await turned(dispatcher)
        clock.ahead += timedelta(seconds=2)
    return mouth, dispatcher, clock


async def test_what_follows_a_message_is_gathered_into_one(ledger: Ledger) -> None:
    mouth, dispatcher, clock = await few_at_a_time(ledger)
    assert [m.subject.split(":")[0] for m in mouth.said] == ["SỰ CỐ SC-20261122-0001"]
    clock.ahead += timedelta(seconds=10)
    await turned(dispatcher)
    assert [m.subject.split(":")[0] for m in mouth.said][1:] == ["3 SỰ CỐ CÙNG LÚC"]


async def test_who_was_told_of_nothing_after_all_does_not_wait_for_more(
    sqlite_ledger: Ledger,
) -> None:
    mouth, clock = Mouth(), LaterClock()
    dispatcher = made(sqlite_ledger, mouth, clock, together=2)
    await written(sqlite_ledger, an_incident(), a_notice())
    await sqlite_ledger.incidents.acknowledge("SC-20261122-0001", "lan", NOW)
    await turned(dispatcher)
    assert not mouth.said
    await written(sqlite_ledger, an_incident("SC-20261122-0002"), a_notice("SC-20261122-0002"))
    await turned(dispatcher)
    assert [m.subject.split(":")[0] for m in mouth.said] == ["SỰ CỐ SC-20261122-0002"]


async def test_a_message_that_waits_has_not_been_tried(ledger: Ledger) -> None:
    mouth, clock = Mouth(), LaterClock()
    dispatcher = made(ledger, mouth, clock, together=2)
    await written(ledger, an_incident(), a_notice())
    await turned(dispatcher)
    await written(ledger, an_incident("SC-20261122-0002"), a_notice("SC-20261122-0002"))
    await turned(dispatcher)
    [(waiting, deliveries)] = await outbox(ledger, "SC-20261122-0002")
    assert (waiting.state, waiting.attempts) == (NotificationState.PENDING, 0)
    assert not deliveries
    assert waiting.due_at > clock.now() + timedelta(seconds=10)


async def test_what_a_meeting_needs_waits_for_nobody(sqlite_ledger: Ledger) -> None:
    mouth, _, _ = await few_at_a_time(sqlite_ledger, because="meeting")
    assert len(mouth.said) == 4


async def test_what_may_come_back_goes_along_with_nothing_before_its_time(
    sqlite_ledger: Ledger,
) -> None:
    mouth, clock = Mouth(), LaterClock()
    dispatcher = made(sqlite_ledger, mouth, clock, together=2)
    soon = clock.now() + timedelta(seconds=3)
    held = a_notice("SC-20261122-0002", due_at=soon, because="coming_back")
    await written(sqlite_ledger, an_incident("SC-20261122-0002", root="line2"), held)
    await written(sqlite_ledger, an_incident(), a_notice(due_at=clock.now()))
    await turned(dispatcher)
    assert [m.subject.split(":")[0] for m in mouth.said] == ["SỰ CỐ SC-20261122-0001"]


async def test_a_machine_gets_every_message_by_itself(sqlite_ledger: Ledger) -> None:
    mouth = Mouth()
    await a_storm(sqlite_ledger, 5, recipient="mouth", address="https://hook.example.vn")
    dispatcher = made(sqlite_ledger, mouth, LaterClock(), together=4)
    await asyncio.sleep(1)
    await turned(dispatcher)
    assert len(mouth.said) == 5


async def test_a_storm_that_cannot_be_told_is_told_later_as_one(sqlite_ledger: Ledger) -> None:
    clock, mouth = LaterClock(), Mouth(Retry("451 later"))
    await a_storm(sqlite_ledger, 5)
    dispatcher = made(sqlite_ledger, mouth, clock, together=4)
    await turned(dispatcher)
    assert mouth.said == []
    clock.ahead += timedelta(seconds=10)
    await turned(dispatcher)
    [message] = mouth.said
    assert message.subject.startswith("5 SỰ CỐ CÙNG LÚC")
    for number in range(1, 6):
        [(notice, deliveries)] = await outbox(sqlite_ledger, f"SC-20261122-{number:04}")
        assert notice.state is NotificationState.SENT
        assert [delivery.ok for delivery in deliveries] == [False, True]
