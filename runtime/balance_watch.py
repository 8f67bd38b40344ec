"""Is there money left at the SMS gateway? Asked every hour; the administrators hear of too little.

That they were told stands in the audit trail, so that a restart does not tell them again.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.channel import Balance, GiveUp, Retry
from core.clock import Clock
from core.errors import Unavailable
from core.people import AuditRow
from core.text import Text
from runtime.caretakers import Caretakers
from runtime.outlet import Outlet

log = logging.getLogger(__name__)

PERIOD = 3600.0  # seconds between two questions
TIMEOUT = 20.0  # seconds for one answer
LOW, ENOUGH = "balance.low", "balance.enough"  # in the audit trail, of a channel


class Trail(Protocol):
    """The audit trail."""

    async def audit(self, row: AuditRow) -> None:
        """Add a row."""

    async def last_audit(self, action: str, subject: str | None = None) -> AuditRow | None:
        """Return the newest row of an action on a subject."""


@dataclass(slots=True)
class BalanceStats:
    """What the providers said last, by channel; who does not answer is left out."""

    balances: dict[str, Balance] = field(default_factory=dict)
    asked_at: datetime | None = None


@dataclass(slots=True)
class BalanceWatch:
    """Asks until cancelled."""

    outlets: Mapping[str, Outlet]
    trail: Trail
    caretakers: Caretakers
    clock: Clock
    stats: BalanceStats = field(default_factory=BalanceStats)

    async def run(self) -> None:
        """Ask again and again."""
        while True:
            await self.turn()
            await asyncio.sleep(PERIOD)

    async def turn(self) -> None:
        """Ask every channel, and tell once of each that has too little."""
        for name, outlet in self.outlets.items():
            balance = await self._asked(name, outlet)
            if balance is None:
                self.stats.balances.pop(name, None)
                continue
            self.stats.balances[name] = balance
            try:
                await self._tell(name, balance)
            except (OSError, Unavailable) as trouble:
                log.warning("whether the balance of %s was told of is not known: %s", name, trouble)
        self.stats.asked_at = self.clock.now()

    async def _asked(self, name: str, outlet: Outlet) -> Balance | None:
        try:
            return await outlet.balance(TIMEOUT)
        except (Retry, GiveUp) as refusal:
            log.warning("channel %s does not tell its balance: %s", name, refusal)
            return None

    async def _tell(self, name: str, balance: Balance) -> None:
        told = await self.trail.last_audit(LOW, name)
        ended = await self.trail.last_audit(ENOUGH, name)
        known = told is not None and (ended is None or (ended.id or 0) < (told.id or 0))
        if balance.low == known:
            return
        now = self.clock.now()
        amount = f"{balance.amount:.15g}"
        if balance.low:
            log.error("channel %s has only %s left", name, amount)
            subject, body = _low(name, balance)
            if not await self.caretakers.tell(f"balance {name} {now.isoformat()}", subject, body):
                return  # nobody heard: said again in an hour
        action = LOW if balance.low else ENOUGH
        await self.trail.audit(
            AuditRow(at=now, actor="thongsuot", action=action, subject=name, detail=amount)
        )


def _low(name: str, balance: Balance) -> tuple[Text, Text]:
    left, least = f"{balance.amount:,.0f}", f"{balance.least or 0:,.0f}"
    vi_left, vi_least = left.replace(",", "."), least.replace(",", ".")
    return (
        Text(f"Kênh {name} sắp hết tiền: còn {vi_left}", f"Channel {name} runs out: {left} left"),
        Text(
            f"Thấp hơn mức đặt trước {vi_least}. Hết tiền thì không nhắn được cho ai; nạp thêm với "
            "nhà cung cấp.",
            f"That is below the {least} that was set. Without money nobody can be told this way: "
            "top it up with the provider.",
        ),
    )
