"""Gateways as their documents say are asked what is left; too little is told once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from alerts.channels.http_gateway import CHANNEL, HttpGatewayParams
from alerts.telling import TellingPolicy, Way
from core.channel import Balance
from core.people import User
from runtime.balance_watch import LOW, BalanceWatch
from runtime.caretakers import Caretakers
from runtime.outlet import Outlet
from storage.ledger import Ledger
from tests.alerts.channels.providers import Answering, listening
from tests.alerts.channels.providers.sms import Esms, SpeedSms, Viettel
from tests.alerts.channels.test_http_gateway import PATHS, SETTINGS
from tests.runtime.test_auditor import ADMIN, CONTACTS
from tests.runtime.test_dispatcher import LaterClock, Mouth


class House:
    """A watch over one gateway, and an administrator who reads mail."""

    def __init__(self, ledger: Ledger, url: str, preset: str, **changes: Any) -> None:
        given = {"preset": preset, "url": url + PATHS[preset], **SETTINGS[preset], **changes}
        self.params = HttpGatewayParams.model_validate(given)
        self.mail, self.clock = Mouth(), LaterClock()
        outlets = {"sms": Outlet(CHANNEL, lambda: self.params), "mail": self.mail.outlet()}
        policy = TellingPolicy(ways=(Way(name="mail", to="email"),))
        caretakers = Caretakers(self._users, lambda: CONTACTS, policy, outlets, self.clock)
        self.watch = BalanceWatch(outlets, ledger.people, caretakers, self.clock)

    async def _users(self) -> list[User]:
        return [ADMIN]

    async def subjects(self) -> list[str]:
        """Ask, and return what the administrator has heard so far."""
        await self.watch.turn()
        return [message.subject for message in self.mail.said]


@pytest.fixture
async def esms() -> AsyncIterator[str]:
    """A gateway with 752,743 đồng left."""
    async with listening(Esms()) as url:
        yield url


@pytest.mark.parametrize(
    ("preset", "provider", "left"),
    [("esms", Esms(), 752743), ("speedsms", SpeedSms(), 100000.5), ("viettel", Viettel(), 51200)],
)
async def test_every_preset_that_can_knows_how_to_ask(
    sqlite_ledger: Ledger, preset: str, provider: Answering, left: float
) -> None:
    async with listening(provider) as url:
        house = House(sqlite_ledger, url, preset)
        await house.watch.turn()
    assert house.watch.stats.balances == {"sms": Balance(left, 100_000)}


async def test_too_little_is_told_once_even_over_a_restart(ledger: Ledger, esms: str) -> None:
    assert await House(ledger, esms, "esms").subjects() == []
    house = House(ledger, esms, "esms", least_balance=800_000)
    told = ["Kênh sms sắp hết tiền: còn 752.743"]
    assert await house.subjects() == told
    assert "800.000" in house.mail.said[0].body
    assert await house.subjects() == told
    later = House(ledger, esms, "esms", least_balance=800_000)
    assert await later.subjects() == []
    assert await House(ledger, esms, "esms").subjects() == []  # enough again
    assert await House(ledger, esms, "esms", least_balance=800_000).subjects() == told
    row = await ledger.people.last_audit(LOW, "sms")
    assert row is not None
    assert row.detail == "752743"


async def test_a_gateway_that_says_no_number_has_no_balance(
    sqlite_ledger: Ledger, esms: str, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(sqlite_ledger, esms, "esms")
    await house.watch.turn()
    assert house.watch.stats.balances
    step = {"method": "GET", "url": PATHS["esms"], "value": "Balance"}
    house.params = House(sqlite_ledger, esms, "esms", balance=step).params
    await house.watch.turn()
    assert house.watch.stats.balances == {}
    assert "does not tell its balance" in caplog.text


async def test_a_channel_that_nobody_has_to_pay_is_not_asked(sqlite_ledger: Ledger) -> None:
    house = House(sqlite_ledger, "http://127.0.0.1:1", "fpt")
    assert await house.subjects() == []
    assert house.watch.stats.balances == {}
