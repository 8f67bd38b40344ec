"""While a channel rests people are told by the next one, then the next person; and who mends it."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from prometheus_client import CollectorRegistry

from alerts.breaker import FIRST_REST, IN_A_ROW, Breaker
from alerts.telling import TellingPolicy, Way
from core.channel import Balance, GiveUp, Retry
from core.incident import NotificationState
from core.people import User
from runtime.balance_watch import BalanceStats
from runtime.caretakers import Caretakers
from runtime.channel_watch import ChannelWatch, standings
from runtime.pipeline import PipelineStats
from runtime.scheduler import Stats
from runtime.selfmetrics import SelfMetrics
from storage.ledger import Ledger
from tests.runtime.test_auditor import ADMIN, CONTACTS
from tests.runtime.test_dispatcher import (
    LaterClock,
    Mouth,
    a_notice,
    an_incident,
    made,
    outbox,
    turned,
    written,
)
from tests.runtime.test_escalation import AN, BINH, Night

FIVE_HUNDRED = [Retry("HTTP 500")] * IN_A_ROW


async def test_a_provider_that_fails_in_a_row_is_left_in_peace_and_tried_by_one_message(
    ledger: Ledger,
) -> None:
    clock, mouth = LaterClock(), Mouth(*FIVE_HUNDRED, Retry("HTTP 502"))
    dispatcher = made(ledger, mouth, clock, per_channel=1)
    await written(ledger, an_incident(), *(a_notice(recipient=f"r{n}") for n in range(9)))
    for _ in range(9):
        await turned(dispatcher)
    assert dispatcher.stats.broken == {"mouth": "HTTP 500"}
    assert len(mouth.troubles) == 1  # five were tried, the other four were not
    rows = await outbox(ledger)
    said = [attempts[0].receipt for _, attempts in rows if len(attempts) == 1]
    assert sum("not tried, the channel rests since" in words for words in said) == 4
    assert all(row.due_at > clock.now() for row, _ in rows)

    clock.ahead += 1.3 * FIRST_REST  # what was set aside waits a little longer, spread out
    for _ in range(3):
        await turned(dispatcher)
    assert not mouth.troubles  # one has tried, in vain
    assert not mouth.said
    assert dispatcher.stats.broken == {"mouth": "HTTP 502"}
    clock.ahead += 3 * FIRST_REST
    await turned(dispatcher)
    assert len(mouth.said) == 1
    assert not dispatcher.stats.broken
    for _ in range(8):
        await turned(dispatcher)
    assert len({message.to for message in mouth.said}) == 1
    assert len({message.id for message in mouth.said}) == len(mouth.said) == 9


async def test_a_mailbox_that_is_busy_says_nothing_of_its_server(sqlite_ledger: Ledger) -> None:
    busy = [Retry("450 mailbox busy", only_this=True)] * (2 * IN_A_ROW)
    clock, mouth = LaterClock(), Mouth(*busy)
    dispatcher = made(sqlite_ledger, mouth, clock)
    await written(sqlite_ledger, an_incident(), *(a_notice(recipient=f"r{n}") for n in range(10)))
    for _ in range(2):
        await turned(dispatcher)
    assert not mouth.troubles
    assert not dispatcher.stats.broken


async def test_a_test_message_tries_a_resting_channel_at_once_and_ends_its_rest(
    sqlite_ledger: Ledger,
) -> None:
    clock, mouth = LaterClock(), Mouth(GiveUp("535 wrong password", channel_broken=True))
    dispatcher = made(sqlite_ledger, mouth, clock)
    await written(sqlite_ledger, an_incident(), a_notice())
    await turned(dispatcher)
    assert dispatcher.stats.broken
    await sqlite_ledger.outbox.add(a_notice(None))  # somebody has mended it and wants to know
    await turned(dispatcher)
    await turned(dispatcher)
    assert [message.id.split(".")[0] for message in mouth.said] == ["test", "SC-20261122-0001"]


async def test_who_is_on_duty_is_told_by_the_next_channel_meanwhile(ledger: Ledger) -> None:
    night = Night(ledger)
    night.mouth.troubles = [GiveUp("535 wrong password", channel_broken=True)]
    await night.falls()
    await night.after(0)
    assert night.heard() == [AN.phone]
    states = await night.states()
    assert states["an", "mouth"] is NotificationState.PENDING
    assert ("binh", "mouth") not in states


async def test_the_next_person_is_told_at_once_where_nobody_can_be_reached_on_duty(
    ledger: Ledger,
) -> None:
    night = Night(ledger)
    night.mouth.troubles = [GiveUp("535 wrong password", channel_broken=True)]
    binh = BINH.model_copy(update={"phone": "0987654321"})
    people = (AN.model_copy(update={"phone": ""}), binh)
    night.edition = replace(night.edition, contacts=people)
    await night.falls()
    await night.after(0)
    assert night.heard() == [binh.phone]


class Admins:
    """A watch over breakers, and an administrator with mail and telephone."""

    def __init__(self) -> None:
        self.clock, self.mail, self.sms = LaterClock(), Mouth(), Mouth()
        self.breakers = {"mail": Breaker(), "sms": Breaker()}
        self.outlets = {"mail": self.mail.outlet(), "sms": self.sms.outlet()}
        policy = TellingPolicy(ways=(Way(name="mail", to="email"), Way(name="sms", to="phone")))
        caretakers = Caretakers(self._users, lambda: CONTACTS, policy, self.outlets, self.clock)
        self.watch = ChannelWatch(lambda: self.breakers, caretakers, self.clock)

    async def _users(self) -> list[User]:
        return [ADMIN]

    async def after(self, **span: float) -> tuple[list[str], list[str]]:
        """Let time pass; return the subjects by mail and by SMS since the last time."""
        self.clock.ahead += timedelta(**span)
        await self.watch.turn()
        heard = (
            [message.subject for message in self.mail.said],
            [message.subject for message in self.sms.said],
        )
        self.mail.said.clear()
        self.sms.said.clear()
        return heard


async def test_the_administrators_hear_of_it_by_another_path_once_and_when_it_is_over() -> None:
    house = Admins()
    assert await house.after() == ([], [])
    house.breakers["sms"].failed("hết tiền", house.clock.now(), broken=True)
    assert await house.after(seconds=2) == (["Kênh báo tin sms không gửi được"], [])
    assert await house.after(seconds=2) == ([], [])
    house.breakers["sms"].took()
    assert await house.after(seconds=30) == ([], [])
    house.breakers["sms"].failed("hết tiền", house.clock.now(), broken=True)
    assert await house.after(seconds=30) == ([], [])  # it flaps: one word is enough
    assert await house.after(hours=1) == (["Kênh báo tin sms không gửi được"], [])
    house.breakers["sms"].took()
    await house.after(seconds=1)
    again = ["Kênh báo tin sms lại gửi được"]
    assert await house.after(minutes=5) == (again, again)


async def test_the_page_is_told_how_every_channel_stands() -> None:
    house = Admins()
    house.breakers["sms"].failed("hết tiền", house.clock.now(), broken=True)
    mail, sms = standings(house.outlets, house.breakers, {})
    assert (mail.name, mail.since, mail.why) == ("mail", None, "")
    assert (sms.name, sms.why) == ("sms", "hết tiền")
    assert sms.again_at == house.breakers["sms"].again_at


async def test_metrics_say_of_every_channel_whether_it_rests_and_what_is_left(
    sqlite_ledger: Ledger,
) -> None:
    dispatcher = made(sqlite_ledger, Mouth(GiveUp("535 wrong password", channel_broken=True)))
    balances = SimpleNamespace(stats=BalanceStats({"sms": Balance(51200, 100_000)}))
    still = SimpleNamespace
    metrics = SelfMetrics(
        still(stats=PipelineStats()), still(stats=Stats()), dispatcher, None, balance=balances
    )
    registry = CollectorRegistry()
    registry.register(metrics)
    assert registry.get_sample_value("thongsuot_channel_rests", {"channel": "mouth"}) == 0
    await written(sqlite_ledger, an_incident(), a_notice())
    await turned(dispatcher)
    assert registry.get_sample_value("thongsuot_channel_rests", {"channel": "mouth"}) == 1
    assert registry.get_sample_value("thongsuot_channels_broken") == 1
    assert registry.get_sample_value("thongsuot_channel_balance", {"channel": "sms"}) == 51200
