"""The watcher outside hears of us while every promise is kept, and never otherwise."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels.webhook import signature
from alerts.telling import TellingPolicy, Way
from core.clock import LOCAL
from core.people import User
from lab.mailbox import Webhook
from runtime.caretakers import Caretakers
from runtime.heartbeat import BEGUN, RESUMED, Heartbeat, Vitals, a_drill, begins, unwell
from runtime.sections.telling import Drill
from runtime.sections.telling import Heartbeat as Wanted
from storage.ledger import Ledger
from tests.ports import free_port
from tests.runtime.test_auditor import ADMIN, CONTACTS
from tests.runtime.test_dispatcher import LaterClock, Mouth

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=LOCAL).astimezone(UTC)
SECRETS = {"watch-key": "k3y"}


class House:
    """A heartbeat over a real ledger, to a real server."""

    def __init__(self, ledger: Ledger, **wanted: object) -> None:
        self.ledger, self.clock, self.mail = ledger, LaterClock(), Mouth()
        self.late = 0
        outlets = {"mail": self.mail.outlet()}
        policy = TellingPolicy(ways=(Way(name="mail"),))
        self.heart = Heartbeat(
            Wanted.model_validate(wanted),
            self._vitals,
            ledger.people,
            Caretakers(self._users, lambda: CONTACTS, policy, outlets, self.clock),
            SECRETS.get,
            self.clock,
        )

    def _vitals(self) -> Vitals:
        now = self.clock.now()
        return Vitals(now, now, now, self.late)

    async def _users(self) -> Sequence[User]:
        return [ADMIN]

    async def after(self, **span: float) -> None:
        self.clock.ahead += timedelta(**span)
        await self.heart.turn()


@pytest.fixture
async def watcher() -> AsyncIterator[Webhook]:
    """The watcher outside."""
    async with Webhook() as hook:
        yield hook


async def test_it_goes_out_signed_while_all_is_well(ledger: Ledger, watcher: Webhook) -> None:
    house = House(ledger, url=watcher.url, method="POST", secret="secret:watch-key")
    await house.after(seconds=1)
    [call] = await watcher.wait(1)
    headers = {name.lower(): value for name, value in call.headers.items()}
    given = headers["x-thongsuot-signature"]
    at = int(given.split(",")[0].removeprefix("t="))
    assert given == signature("k3y", call.body, at)
    assert json.loads(call.body)["purpose"] == "heartbeat"
    assert house.heart.stats.sent == 1
    assert not house.heart.troubles()


async def test_nothing_goes_out_while_a_message_is_late_and_the_reason_is_said(
    sqlite_ledger: Ledger, watcher: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(sqlite_ledger, url=watcher.url)
    house.late = 3
    await house.after(seconds=1)
    await house.after(seconds=60)
    assert not watcher.calls
    assert [one.en for one in house.heart.troubles()] == ["No heartbeat: 3 messages late"]
    assert caplog.text.count("does not go out: 3 messages late") == 1
    house.late = 0
    await house.after(seconds=60)
    assert len(await watcher.wait(1)) == 1


async def test_a_watcher_that_is_away_is_said_without_its_address(sqlite_ledger: Ledger) -> None:
    house = House(sqlite_ledger, url=f"http://127.0.0.1:{free_port()}/ping/s3cret-uuid")
    await house.after(seconds=1)
    [trouble] = house.heart.troubles()
    assert "The watcher takes none" in trouble.en
    assert "s3cret-uuid" not in trouble.en


async def test_a_secret_that_is_not_set_is_named(sqlite_ledger: Ledger) -> None:
    house = House(sqlite_ledger, url="secret:watch-url")
    await house.after(seconds=1)
    assert house.heart.stats.refused == "the secret watch-url is not set"


async def test_a_drill_really_stops_it_says_so_and_ends_by_itself(
    ledger: Ledger, watcher: Webhook
) -> None:
    house = House(ledger, url=watcher.url)
    await ledger.people.audit(a_drill("cli:an", house.clock.now(), 900.0))
    for _ in range(14):
        await house.after(seconds=60)
    assert not watcher.calls
    assert [m.subject for m in house.mail.said] == ["DIỄN TẬP: nhịp tim của Thông Suốt đã ngừng"]
    await house.after(seconds=61)
    assert len(await watcher.wait(1)) == 1
    assert house.mail.said[-1].subject == "Hết diễn tập: nhịp tim đã gửi lại"
    await house.after(seconds=60)
    assert len(house.mail.said) == 2
    begun, resumed = [await ledger.people.last_audit(name) for name in (BEGUN, RESUMED)]
    assert begun is not None
    assert begun.actor == "cli:an"
    assert resumed is not None


async def test_a_drill_outlives_a_restart(sqlite_ledger: Ledger, watcher: Webhook) -> None:
    first = House(sqlite_ledger, url=watcher.url)
    await sqlite_ledger.people.audit(a_drill("cli:an", first.clock.now(), 900.0))
    await first.after(seconds=60)
    second = House(sqlite_ledger, url=watcher.url)
    await second.after(seconds=120)
    assert not watcher.calls
    await second.after(minutes=15)
    assert second.mail.said[-1].subject == "Hết diễn tập: nhịp tim đã gửi lại"


@pytest.mark.parametrize(
    ("last", "after", "holds"),
    [
        (None, timedelta(0), True),
        (None, timedelta(minutes=59), True),
        (None, timedelta(minutes=-1), False),
        (None, timedelta(hours=1), False),
        (None, timedelta(days=1), False),
        (MONDAY - timedelta(days=7), timedelta(minutes=1), True),
        (MONDAY, timedelta(minutes=1), False),
    ],
)
def test_the_weekly_drill_begins_once_at_its_hour(
    last: datetime | None, after: timedelta, *, holds: bool
) -> None:
    drill = Drill.model_validate({"on": "mon", "at": "09:00"})
    assert begins(drill, last, MONDAY + after) is holds
    assert not begins(Drill(), last, MONDAY + after)


def test_a_drill_late_in_the_evening_begins_after_midnight_too() -> None:
    drill = Drill.model_validate({"on": "sun", "at": "23:30"})
    midnight = MONDAY - timedelta(hours=9)
    assert begins(drill, None, midnight + timedelta(minutes=10))
    assert not begins(drill, midnight - timedelta(minutes=20), midnight + timedelta(minutes=10))
    assert not begins(drill, None, midnight + timedelta(minutes=31))


def test_whatever_does_not_work_is_a_reason() -> None:
    now, old = MONDAY, MONDAY - timedelta(minutes=5)
    assert not unwell(Vitals(now, now, now), now)
    assert [one.en for one in unwell(Vitals(old, old, old, 1, 2, 3, broken=True), now)] == [
        "the ledger is not written",
        "the dispatcher does not work",
        "the promises are not audited",
        "1 messages late",
        "2 incidents without any message",
        "3 incidents of which nobody can be told",
        "a fault of ours keeps messages back",
    ]
    assert len(unwell(Vitals(None, None, None), now)) == 3
