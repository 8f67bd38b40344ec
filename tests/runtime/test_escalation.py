"""Steps of a chain go out of a real ledger to whoever is on duty when they are due."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from alerts.chains import chosen, promised
from alerts.telling import TellingPolicy, Way
from alerts.topology import Topology
from core.channel import GiveUp
from core.incident import (
    Due,
    Incident,
    IncidentState,
    Member,
    NotificationState,
    Purpose,
    Severity,
)
from core.inventory import Changes, Contact, EscalationStep, Inventory, Rota, RotaRule
from core.outcome import Outcome
from core.rota import Swap
from core.silence import Scope
from core.watching import Hours
from runtime.dispatcher import Dispatcher, DispatchOptions
from runtime.escalator import Escalator
from runtime.estate_feed import Edition
from storage.ledger import Ledger
from storage.silences import Wanted
from tests.alerts.province import estate
from tests.runtime.test_dispatcher import LaterClock, Mouth, turned

CODE = "SC-20261122-0001"
ESTATE = estate(hubs=1, communes=2)
AN = Contact(slug="an", name="An", email="an@donvi.vn", phone="0912345678")
BINH = Contact(slug="binh", name="Bình", email="binh@donvi.vn")
STEPS = (
    EscalationStep(slug="khan-cap", name="Khẩn cấp", rota="cntt", channels=("mouth",)),
    EscalationStep(
        slug="khan-cap", name="Khẩn cấp", step=2, after=10, tell="contact", contact="binh"
    ),
)
DUTY = Inventory(
    contacts=(AN, BINH),
    rotas=(Rota(slug="cntt", name="Trực CNTT"),),
    rota_rules=(
        RotaRule(slug="an", name="An trực", rota="cntt", people=("an",), start=date(2020, 1, 1)),
    ),
)


class Night:
    """An incident of a hub with a chain of two people, and a dispatcher that tells them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.clock = LaterClock()
        self.begun = self.clock.now()
        self.mouth, self.phone = Mouth(), Mouth()
        ways = (Way(name="mouth"), Way(name="phone", to="phone"))
        self.edition = Edition(1, self.begun.date(), ESTATE, (AN, BINH))
        self.dispatcher = Dispatcher(
            ledger,
            {"mouth": self.mouth.outlet(), "phone": self.phone.outlet()},
            lambda: ESTATE,
            self.clock,
            told=asyncio.Event(),
            options=DispatchOptions(base_url="https://ts.example.vn"),
            escalation=Escalator(ledger.rota, lambda: self.edition, TellingPolicy(ways=ways)),
        )

    async def falls(
        self, steps: Sequence[EscalationStep] = STEPS, severity: Severity = Severity.CRITICAL
    ) -> Incident:
        await self.ledger.inventory.apply(Changes(put=DUTY), "an", self.begun)
        incident = Incident(
            id=CODE,
            root="line1",
            severity=severity,
            began_at=self.begun,
            decided_at=self.begun,
            members=(Member(target="line1", joined_at=self.begun),),
        )
        chain = chosen(incident, steps, Topology(ESTATE))
        assert chain is not None
        incident = incident.model_copy(update={"chain": chain})
        rows = promised(incident, chain, Purpose.PROBLEM, "new_problem", Due(self.begun, "at_once"))
        outcome = Outcome(incidents=[incident], notifications=rows)
        await self.ledger.brain.commit(outcome, self.begun)
        return incident

    async def ends(self, incident: Incident) -> None:
        now = self.clock.now()
        over = incident.model_copy(
            update={"state": IncidentState.RECOVERED, "recovered_at": now, "version": 2}
        )
        assert incident.chain is not None
        rows = promised(over, incident.chain, Purpose.RECOVERY, "recovered", Due(now, "at_once"))
        outcome = Outcome(incidents=[over], notifications=rows, cancelled=[(CODE, Purpose.PROBLEM)])
        await self.ledger.brain.commit(outcome, now)

    async def after(self, minutes: float) -> None:
        self.clock.ahead = timedelta(minutes=minutes)
        for _ in range(5):
            await turned(self.dispatcher)

    async def states(self) -> dict[tuple[str, str], NotificationState]:
        rows = await self.ledger.outbox.for_incident(CODE)
        return {(row.recipient, row.channel): row.state for row, _ in rows}

    def heard(self) -> list[str]:
        return [message.to for message in (*self.mouth.said, *self.phone.said)]


async def test_who_is_on_duty_is_told_first_and_the_next_while_nobody_answers(
    ledger: Ledger,
) -> None:
    night = Night(ledger)
    await night.falls()
    await night.after(0)
    assert night.heard() == ["an@donvi.vn"]
    await night.after(9.9)
    assert night.heard() == ["an@donvi.vn"]
    await night.after(10.1)
    assert night.heard() == ["an@donvi.vn", "binh@donvi.vn"]
    first, second = night.mouth.said
    assert "Lý do nhận tin này: phụ trách nơi có sự cố." in first.body
    assert "Lý do nhận tin này: sau 10 phút chưa ai tiếp nhận." in second.body
    assert second.html is not None
    assert "Lý do nhận tin này: sau 10 phút chưa ai tiếp nhận." in second.html
    notes = await ledger.incidents.notes(CODE)
    assert [n.text for n in notes if n.kind == "escalated"] == [
        "khan-cap/1: an",
        "khan-cap/2: binh",
    ]


async def test_after_a_silence_the_first_step_gets_its_minutes_before_the_next(
    ledger: Ledger,
) -> None:
    night = Night(ledger)
    until = night.begun + timedelta(minutes=40)
    wanted = Wanted(night.begun, until, "Chờ vật tư", Scope(targets=("line1",)))
    await ledger.silences.add(wanted, "an", night.begun)
    await night.falls()
    await night.after(1)
    await night.after(20)
    assert not night.heard()
    await night.after(40.1)
    await night.after(49.9)
    assert night.heard() == ["an@donvi.vn"]
    await night.after(50.3)
    assert night.heard() == ["an@donvi.vn", "binh@donvi.vn"]


async def test_a_hub_that_was_away_tells_the_first_step_first(sqlite_ledger: Ledger) -> None:
    night = Night(sqlite_ledger)
    await night.falls()
    await night.after(60)
    assert night.heard() == ["an@donvi.vn"]
    await night.after(70.3)
    assert night.heard() == ["an@donvi.vn", "binh@donvi.vn"]


async def test_who_does_not_answer_is_reminded_if_the_chain_says_so(
    sqlite_ledger: Ledger,
) -> None:
    night = Night(sqlite_ledger)
    again = EscalationStep(slug="khan-cap", name="Khẩn cấp", step=2, after=5, rota="cntt")
    await night.falls((STEPS[0], again))
    await night.after(0)
    await night.after(6)
    first, reminder = night.mouth.said
    assert first.to == reminder.to == "an@donvi.vn"
    assert first.id != reminder.id
    assert reminder.subject.startswith("NHẮC LẠI, chưa ai tiếp nhận: SỰ CỐ SC-")
    assert "https://ts.example.vn/a/" in reminder.body
    assert len(str((reminder.data or {})["sms"])) <= 160
    assert str((reminder.data or {})["sms"]).startswith("SU CO: ")  # as registered


async def test_who_acknowledges_lets_the_others_sleep(ledger: Ledger) -> None:
    night = Night(ledger)
    await night.falls()
    await night.after(0)
    token = night.mouth.said[0].body.split("https://ts.example.vn/a/")[1].split()[0]
    await ledger.links.acknowledge(token, night.clock.now())
    assert (await ledger.incidents.get(CODE)).acked_by == "an"
    await night.after(11)
    assert night.heard() == ["an@donvi.vn"]
    assert (await night.states())["khan-cap/2", ""] is NotificationState.CANCELLED


async def test_the_person_is_found_when_the_step_is_due(sqlite_ledger: Ledger) -> None:
    night = Night(sqlite_ledger)
    await night.falls()
    swap = Swap(
        rota="cntt",
        contact="binh",
        begin=night.begun - timedelta(hours=1),
        end=night.begun + timedelta(hours=1),
        reason="An ốm",
        by="lan",
        recorded_at=night.begun,
    )
    await sqlite_ledger.rota.swap(swap)
    await night.after(0)
    assert night.heard() == ["binh@donvi.vn"]


async def test_a_later_edit_of_the_chain_changes_nothing_of_an_open_incident(
    ledger: Ledger,
) -> None:
    night = Night(ledger)
    incident = await night.falls()
    other = STEPS[0].model_copy(update={"contact": "binh", "tell": "contact"})
    await ledger.inventory.apply(Changes(put=Inventory(escalations=(other,))), "an", night.begun)
    memory = await ledger.brain.restore(night.begun)
    assert memory.incidents[0].chain == incident.chain


async def test_a_channel_that_fails_for_good_gives_way_to_the_next_and_then_to_the_next_person(
    sqlite_ledger: Ledger,
) -> None:
    night = Night(sqlite_ledger)
    night.mouth.troubles = [GiveUp("550 no such mailbox")]
    night.phone.troubles = [GiveUp("no such number")]
    await night.falls()
    for _ in range(4):
        await night.after(0)
    states = await night.states()
    assert states["an", "mouth"] is NotificationState.FAILED
    assert states["an", "phone"] is NotificationState.FAILED
    assert night.heard() == ["binh@donvi.vn"]  # ten minutes early


async def test_the_next_person_waits_while_another_channel_has_reached_the_first(
    sqlite_ledger: Ledger,
) -> None:
    night = Night(sqlite_ledger)
    night.mouth.troubles = [GiveUp("550 no such mailbox")]
    await night.falls()
    for _ in range(4):
        await night.after(0)
    assert night.heard() == ["0912345678"]


async def test_the_end_is_told_to_whoever_heard_of_the_problem(ledger: Ledger) -> None:
    night = Night(ledger)
    incident = await night.falls()
    await night.after(0)
    await night.ends(incident)
    await night.after(20)
    assert night.heard() == ["an@donvi.vn", "an@donvi.vn"]
    states = await night.states()
    assert states["khan-cap/0", ""] is NotificationState.UNFOLDED
    assert states["khan-cap/2", ""] is NotificationState.CANCELLED


async def test_an_end_that_comes_before_the_first_telling_is_told_to_nobody(
    sqlite_ledger: Ledger,
) -> None:
    night = Night(sqlite_ledger)
    await night.ends(await night.falls())
    await night.after(20)
    assert night.heard() == []
    assert set((await night.states()).values()) == {NotificationState.CANCELLED}


async def test_a_step_unfolds_once_even_if_its_worker_dies_on_the_way(
    ledger: Ledger,
) -> None:
    night = Night(ledger)
    await night.falls()
    now: datetime = night.clock.now()
    [claimed] = [n for n in await ledger.outbox.claim("hub", now) if n.step == 1]
    message = claimed.model_copy(update={"recipient": "an", "channel": "mouth", "step": None})
    assert len(await ledger.outbox.unfold(claimed, [message], now)) == 1
    assert await ledger.outbox.unfold(claimed, [message], now) == []
    notes = await ledger.incidents.notes(CODE)
    assert [n.kind for n in notes] == ["escalated"]


async def test_a_message_waits_for_the_morning_and_goes_out_at_once_when_it_becomes_critical(
    sqlite_ledger: Ledger,
) -> None:
    night = Night(sqlite_ledger)
    always = Hours(days=(1, 2, 3, 4, 5, 6, 7), begin=time(0), end=time(23, 59, 59))
    sleeper = BINH.model_copy(update={"quiet": "dem"})
    night.edition = replace(night.edition, contacts=(AN, sleeper), hours={"dem": (always,)})
    to_binh = STEPS[1].model_copy(update={"step": 1, "after": 0})
    incident = await night.falls((to_binh,), severity=Severity.MAJOR)
    await night.after(0)
    assert night.heard() == []
    assert (await night.states())["binh", "mouth"] is NotificationState.PENDING
    worse = incident.model_copy(update={"severity": Severity.CRITICAL, "version": 2})
    await sqlite_ledger.brain.commit(Outcome(incidents=[worse]), night.clock.now())
    await night.after(6.1)
    assert night.heard() == ["binh@donvi.vn"]
