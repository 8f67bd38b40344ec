"""What is late is driven on by another way, and the administrators hear of it by yet another."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest

from alerts.telling import TellingPolicy, Way
from alerts.topology import Topology
from core.channel import GiveUp, Retry
from core.incident import (
    Chain,
    IncidentState,
    Notification,
    NotificationState,
    Purpose,
    Step,
)
from core.inventory import Contact
from core.people import Role, User
from core.watching import Estate
from runtime.auditor import FORGOTTEN, STEPS, Auditor, by_place, to_say
from runtime.caretakers import Caretakers
from runtime.dispatcher import Dispatcher, DispatchOptions
from storage.ledger import Ledger
from tests.runtime.test_dispatcher import (
    ESTATE,
    NOW,
    LaterClock,
    Mouth,
    a_notice,
    an_incident,
    outbox,
    turned,
    written,
)

CHAIN = Chain(slug="duty", name="Trực", steps=(Step(number=1, tell="contact", contact="truc"),))
ADMIN = User(name="an", full_name="An", role=Role.ADMIN, contact="an", created_at=NOW)
CONTACTS = (
    Contact(slug="an", name="An", email="an@example.vn", phone="0900000001"),
    Contact(slug="truc", name="Trực", email="truc@example.vn", phone="0900000002"),
)
POLICY = TellingPolicy(
    delays={}, ways=(Way(name="mouth"), Way(name="sms", to="phone")), base_url=""
)


class OtherWays:
    """An escalation that knows of one way more to everybody."""

    async def messages(self, *_: object, **__: object) -> list[Notification]:
        return []

    async def quiet_until(self, *_: object) -> None:
        return None

    async def otherwise(self, failed: Notification, now: object) -> list[Notification]:
        other = {"id": None, "channel": "sms", "address": "0900000002", "attempts": 0}
        state = {"state": NotificationState.PENDING, "due_at": now}
        return [failed.model_copy(update=other | state)]


class House:
    """A dispatcher and its auditor over one ledger and one clock."""

    def __init__(self, ledger: Ledger, mail: Mouth, sms: Mouth) -> None:
        self.clock = LaterClock()
        self.clock.ahead = NOW - self.clock.now()  # the tests' rows are of then
        self.woken = 0
        self.estate: Estate | None = ESTATE
        outlets = {"mouth": mail.outlet(), "sms": sms.outlet()}
        self.dispatcher = Dispatcher(
            ledger,
            outlets,
            self._estate,
            self.clock,
            told=asyncio.Event(),
            options=DispatchOptions(timeout=1.0),
            escalation=OtherWays(),
        )
        self.auditor = Auditor(
            ledger.outbox,
            self.dispatcher.pass_on,
            Caretakers(self._users, lambda: CONTACTS, POLICY, outlets, self.clock),
            lambda: Topology(ESTATE),
            self.clock,
            self._wake,
            self.dispatcher.stats.bugs,
        )

    async def _users(self) -> Sequence[User]:
        return [ADMIN]

    def _estate(self) -> Estate:
        if self.estate is None:
            raise ZeroDivisionError("division by zero")
        return self.estate

    def _wake(self) -> None:
        self.woken += 1

    async def pass_time(self, **span: float) -> None:
        self.clock.ahead += timedelta(**span)
        await turned(self.dispatcher)
        await self.auditor.turn()


async def test_what_one_way_does_not_deliver_goes_by_another_and_the_administrators_hear(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    mail, sms = Mouth(*[Retry("451 later")] * 100), Mouth()
    house = House(ledger, mail, sms)
    await written(ledger, an_incident(chain=CHAIN), a_notice())
    await house.pass_time(seconds=30)
    assert house.auditor.stats.kept
    with caplog.at_level(logging.ERROR):
        await house.pass_time(minutes=3)
    assert (house.auditor.stats.late, house.auditor.stats.redriven) == (1, 1)
    assert house.woken == 1
    assert [m.to for m in sms.said] == ["0900000001"]
    assert sms.said[0].subject == "Có tin báo chưa đến được người nhận sau hơn 2 phút"
    assert "- kênh mouth: 1" in sms.said[0].body
    for _ in range(20):
        await house.pass_time(minutes=1)
    assert len(await outbox(ledger)) == 2, "another way is opened once"
    assert [m.to for m in sms.said] == ["0900000001", "0900000002"]
    mail.troubles.clear()
    await house.pass_time(minutes=6)
    assert house.auditor.stats.kept
    assert sms.said[-1].subject == "Các tin báo lại đến nơi"


async def test_the_administrators_hear_at_once_that_a_fault_of_ours_keeps_messages_back(
    ledger: Ledger,
) -> None:
    mail, sms = Mouth(), Mouth()
    house = House(ledger, mail, sms)
    await written(ledger, an_incident(chain=CHAIN), a_notice())
    house.dispatcher.stats.bugs.add(KeyError("of yesterday"), house.clock.now() - timedelta(days=1))
    house.estate = None
    await house.pass_time(seconds=30)
    assert house.auditor.stats.broken == 1
    assert not house.auditor.stats.kept
    said = (mail.said + sms.said)[0]
    assert said.subject == "Phần mềm lỗi, có tin báo không soạn được"
    assert "không soạn được tin; xem nhật ký của thongsuot, hãy tự báo: 1\n" in said.body + "\n"
    house.estate = ESTATE
    await house.pass_time(minutes=1)
    [(note, _)] = await outbox(ledger)
    assert note.state is NotificationState.SENT


async def test_it_says_again_every_hour_and_never_by_the_channel_that_is_stuck(
    sqlite_ledger: Ledger,
) -> None:
    mail, sms = Mouth(*[GiveUp("535 password", channel_broken=True)] * 100), Mouth()
    house = House(sqlite_ledger, mail, sms)
    await written(sqlite_ledger, an_incident(), a_notice())
    for _ in range(130):
        await house.pass_time(minutes=1)
    assert house.auditor.stats.told == 3
    assert not mail.said


async def test_what_nobody_has_heard_of_yet_is_tried_beyond_every_deadline(
    sqlite_ledger: Ledger,
) -> None:
    mail, sms = Mouth(*[Retry("503 later")] * 2000), Mouth(*[Retry("503 later")] * 2000)
    house = House(sqlite_ledger, mail, sms)
    await written(sqlite_ledger, an_incident(), a_notice())
    for _ in range(5 * 60):  # the deadline is four hours
        await house.pass_time(minutes=1)
    assert (house.auditor.stats.late, house.auditor.stats.kept) == (1, False)
    mail.troubles.clear()
    for _ in range(30):
        await house.pass_time(minutes=1)
    [(note, _)] = await outbox(sqlite_ledger)
    assert note.state is NotificationState.SENT
    assert house.auditor.stats.kept


async def test_what_somebody_has_heard_of_is_given_up_at_the_deadline(
    sqlite_ledger: Ledger,
) -> None:
    mail, sms = Mouth(*[Retry("503 later")] * 2000), Mouth()
    house = House(sqlite_ledger, mail, sms)
    by_phone = a_notice(channel="sms", address="0900000002")
    await written(sqlite_ledger, an_incident(), a_notice(), by_phone)
    for _ in range(5 * 60):
        await house.pass_time(minutes=1)
    states = {note.channel: note.state for note, _ in await outbox(sqlite_ledger)}
    assert states == {"mouth": NotificationState.FAILED, "sms": NotificationState.SENT}


@pytest.mark.parametrize("refusal", [GiveUp("550 no such user"), None])
async def test_an_open_incident_whose_messages_reach_nobody_is_no_kept_promise(
    ledger: Ledger, refusal: GiveUp | None
) -> None:
    mail, sms = Mouth(*[refusal] if refusal else []), Mouth()
    house = House(ledger, mail, sms)
    step = a_notice(step=1, channel="", address="")  # of a chain in which nobody is found
    rows = [a_notice(), step] if refusal else [step]
    await written(ledger, an_incident(), *rows)
    await house.pass_time(minutes=8)
    assert (house.auditor.stats.unreached, house.auditor.stats.kept) == (1, False)
    assert "không còn ai nhận được tin, hãy tự báo (SC-20261122-0001): 1" in sms.said[0].body
    await ledger.incidents.acknowledge("SC-20261122-0001", "an", NOW)
    await house.pass_time(minutes=1)
    assert house.auditor.stats.kept


async def test_an_open_incident_that_nobody_was_ever_to_be_told_of_is_told(
    ledger: Ledger,
) -> None:
    mail, sms = Mouth(), Mouth()
    house = House(ledger, mail, sms)
    await written(ledger, an_incident())
    await house.pass_time(seconds=60)
    assert not await outbox(ledger)
    await house.pass_time(minutes=8)
    assert house.auditor.stats.forgotten == 1
    rows = [note for note, _ in await outbox(ledger)]
    assert {(row.purpose, row.reason) for row in rows} == {(Purpose.PROBLEM, "new_problem")}
    await house.pass_time(seconds=1)
    assert house.auditor.stats.kept
    assert {note.state for note, _ in await outbox(ledger)} == {NotificationState.SENT}


async def test_what_is_taken_on_or_over_owes_nobody_a_message(sqlite_ledger: Ledger) -> None:
    house = House(sqlite_ledger, Mouth(), Mouth())
    await written(sqlite_ledger, an_incident())
    await sqlite_ledger.incidents.acknowledge("SC-20261122-0001", "an", NOW)
    await written(sqlite_ledger, an_incident("SC-20261122-0002", state=IncidentState.RECOVERED))
    await house.pass_time(minutes=30)
    assert house.auditor.stats.kept


async def test_a_claim_whose_worker_is_gone_is_late_and_taken_over(ledger: Ledger) -> None:
    house = House(ledger, Mouth(), Mouth())
    await written(ledger, an_incident(), a_notice())
    await ledger.outbox.claim("another", NOW, lease_s=60.0)
    house.clock.ahead = timedelta(minutes=3)
    await house.auditor.turn()
    assert (house.auditor.stats.late, house.woken) == (1, 1)
    await house.pass_time(seconds=1)
    assert house.auditor.stats.kept


async def test_what_is_held_back_is_not_late(sqlite_ledger: Ledger) -> None:
    house = House(sqlite_ledger, Mouth(Retry("451 later")), Mouth())
    later = NOW + timedelta(hours=2)
    await written(sqlite_ledger, an_incident(), a_notice(held_by="s1", due_at=later))
    await house.pass_time(minutes=10)
    assert house.auditor.stats.kept


def test_a_late_step_hangs_in_its_chain_and_a_message_on_its_channel() -> None:
    rows = [a_notice(), a_notice(recipient="lan"), a_notice(channel="", step=2)]
    assert by_place(rows, [a_notice(channel="sms")]) == {"mouth": 2, STEPS: 1, FORGOTTEN: 1}


def test_a_place_is_said_when_it_is_new_and_once_an_hour() -> None:
    said = {"a": NOW, "b": NOW - timedelta(hours=1)}
    assert to_say({"a": 1, "b": 2, "c": 3}, said, NOW) == ("b", "c")
