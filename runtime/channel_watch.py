"""Who hears that a channel does not work? The administrators, by the channels that do."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from alerts.breaker import Breaker
from core.channel import Balance, Standing
from core.clock import LOCAL, Clock
from core.text import Text
from runtime.caretakers import Caretakers
from runtime.outlet import Outlet

log = logging.getLogger(__name__)

LOOK = 2.0  # seconds between two looks at the breakers
SAID_AGAIN = timedelta(hours=1)  # as long as it lasts
STEADY = timedelta(minutes=5)  # a channel works for so long before we say that it does again


@dataclass(slots=True)
class ChannelWatch:
    """Tells of channels that rest, until cancelled: at once, every hour, and when it is over."""

    channels: Callable[[], Mapping[str, Breaker]]
    caretakers: Caretakers
    clock: Clock
    _said: dict[str, datetime] = field(default_factory=dict)
    _works: dict[str, datetime] = field(default_factory=dict)  # since then, of those said

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await self.turn()
            await asyncio.sleep(LOOK)

    async def turn(self) -> None:
        """Say what is new."""
        now = self.clock.now()
        known = self.channels()
        resting = {name: one for name, one in known.items() if one.since is not None}
        for name, breaker in resting.items():
            self._works.pop(name, None)
            if name in self._said and now - self._said[name] < SAID_AGAIN:
                continue
            self._said[name] = now
            since = breaker.since or now
            subject, body = _rests(name, since, breaker.why)
            what = f"channel {name} {since.isoformat()} {now.isoformat()}"
            await self.caretakers.tell(what, subject, body, besides=resting)
        for name in self._said.keys() - resting.keys():
            if now - self._works.setdefault(name, now) < STEADY:
                continue
            del self._said[name], self._works[name]
            subject, body = _again(name, now)
            await self.caretakers.tell(f"channel {name} {now.isoformat()}", subject, body)


def standings(
    outlets: Mapping[str, Outlet],
    channels: Mapping[str, Breaker],
    balances: Mapping[str, Balance],
    places: Mapping[str, str] = MappingProxyType({}),
) -> list[Standing]:
    """Return how every configured channel stands, in the order of the settings.

    `places`: where fixed channels lead, as far as it may be shown.
    """

    def standing(name: str, outlet: Outlet) -> Standing:
        breaker = channels.get(name, Breaker())
        return Standing(
            name,
            outlet.channel.help,
            outlet.channel.to,
            places.get(name, ""),
            since=breaker.since,
            again_at=breaker.again_at,
            why=breaker.why if breaker.since is not None else "",
            balance=balances.get(name),
        )

    return [standing(name, outlet) for name, outlet in outlets.items()]


def _rests(name: str, since: datetime, why: str) -> tuple[Text, Text]:
    at = f"{since.astimezone(LOCAL):%H:%M %d/%m/%Y}"
    return (
        Text(f"Kênh báo tin {name} không gửi được", f"The channel {name} does not work"),
        Text(
            f"Từ {at}: {why}\n\nTin đang chờ đi bằng kênh khác, rồi đến người tiếp theo. Kênh được "
            "thử lại mỗi vài phút; sửa xong thì gửi tin thử ở trang Kênh báo tin.",
            f"Since {at}: {why}\n\nWhat waits goes by other channels, then to the next person. "
            "The channel is tried every few minutes; once it is mended, send a test message from "
            "the page Channels.",
        ),
    )


def _again(name: str, now: datetime) -> tuple[Text, Text]:
    at = f"{now.astimezone(LOCAL):%H:%M %d/%m/%Y}"
    return (
        Text(f"Kênh báo tin {name} lại gửi được", f"The channel {name} works again"),
        Text(f"Đến {at} kênh gửi được đã năm phút.", f"By {at} it has worked for five minutes."),
    )
