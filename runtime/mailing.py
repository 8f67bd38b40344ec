"""Are letters sent that nobody asks for? At their hour, once to everybody; a missed one later."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from core.channel import GiveUp, Retry
from core.clock import Clock
from core.errors import DomainError, Unavailable
from core.incident import Message
from core.inventory import Contact
from core.sending import ReportSending
from core.text import Language
from runtime.bugs import worded
from runtime.outlet import Outlet

log = logging.getLogger(__name__)

LOOK = 30.0  # seconds between two looks at the clock
GRACE = 5.0  # seconds for a mail that is on its way when we are told to stop
TIMEOUT = 120.0  # seconds to hand one mail over: it carries files
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)  # before another attempt

Reader = tuple[str, Language]  # an address, and the language of the letter to it
Compose = Callable[[str, Language], Message]


class Sendings(Protocol):
    """The ledger's memory of what was sent."""

    async def reached(self, schedule: str, period: str) -> set[str]:
        """Return who has it."""

    async def remember(self, sending: ReportSending) -> None:
        """Keep that it was sent."""


class Letters(Protocol):
    """One kind of letter that goes out by itself, once a period to each of its readers."""

    @property
    def name(self) -> str:
        """What it is remembered as."""

    @property
    def channel(self) -> str | None:
        """Return the configured e-mail channel; None: the first."""

    def period(self, now: datetime) -> str:
        """Return the last period whose letter is due: `month 2026-10-01`."""

    async def readers(self, now: datetime) -> list[Reader]:
        """Return who gets the letter of that period."""

    async def write(self, now: datetime) -> Compose:
        """Look everything up once; return what makes the letter to one reader."""


@dataclass(slots=True)
class _Trouble:
    again_at: datetime
    wait: timedelta
    bug: str  # of ours, in words; empty if it is another trouble


@dataclass(slots=True)
class Mailing:
    """Sends the letters that are due, until cancelled."""

    letters: Sequence[Letters]
    outlets: Mapping[str, Outlet]
    sendings: Sendings
    clock: Clock
    _troubles: dict[str, _Trouble] = field(default_factory=dict)

    @property
    def bug(self) -> str:
        """Return the fault of ours for which a letter waits, in words; empty if none does."""
        return next((one.bug for one in self._troubles.values() if one.bug), "")

    async def run(self) -> None:
        """Look at the clock again and again."""
        while True:
            await self.turn()
            await asyncio.sleep(LOOK)

    async def turn(self) -> None:
        """Send what is due and not sent."""
        for letters in self.letters:
            trouble = self._troubles.get(letters.name)
            if trouble is not None and self.clock.now() < trouble.again_at:
                continue
            await self._attempt(letters)

    async def _attempt(self, letters: Letters) -> None:
        try:
            await self._send(letters)
        except (OSError, Unavailable, Retry, GiveUp, DomainError, LookupError) as trouble:
            said = trouble.text.en if isinstance(trouble, DomainError) else str(trouble)
            self._put_off(letters.name, said)
        except Exception as bug:
            log.exception("the scheduled letter %s cannot be made", letters.name)
            self._put_off(letters.name, "a bug of ours", worded(bug))
        else:
            self._troubles.pop(letters.name, None)

    def _put_off(self, name: str, why: str, bug: str = "") -> None:
        before = self._troubles.get(name)
        wait = min(before.wait * 2, LONGEST_WAIT) if before else FIRST_WAIT
        self._troubles[name] = _Trouble(self.clock.now() + wait, wait, bug)
        log.error("the scheduled letter %s is not sent, again in %s: %s", name, wait, why)

    async def _send(self, letters: Letters) -> None:
        now = self.clock.now()
        period = letters.period(now)
        reached = await self.sendings.reached(letters.name, period)
        missing = [one for one in await letters.readers(now) if one[0] not in reached]
        if not missing:
            return
        compose = await letters.write(now)
        outlet = self.outlets[self._channel(letters)]
        for address, language in missing:
            sending = ReportSending(
                schedule=letters.name, period=period, address=address, sent_at=self.clock.now()
            )
            message = compose(address, language)
            await _whole(self._deliver(outlet.send(message, TIMEOUT), sending))

    async def _deliver(self, sent: Awaitable[str], sending: ReportSending) -> None:
        """Hand one mail over, and remember it."""
        receipt = await sent
        await self._remember(sending.model_copy(update={"receipt": receipt}))
        log.info(
            "the scheduled letter %s of %s went to %s",
            sending.schedule,
            sending.period,
            sending.address,
        )

    async def _remember(self, sending: ReportSending) -> None:
        """Write that it went out; a ledger that is away is waited for, or it would go twice."""
        while True:
            with suppress(OSError, Unavailable):
                await self.sendings.remember(sending)
                return
            await asyncio.sleep(1)

    def _channel(self, letters: Letters) -> str:
        mail = (name for name, outlet in self.outlets.items() if outlet.channel.to == "email")
        found = letters.channel or next(mail, None)
        if found is None or found not in self.outlets:
            raise LookupError('no e-mail channel is configured: [channels.…] kind = "email"')
        return found


def addressed(
    name: str, to: Iterable[str], contacts: Iterable[Contact], language: Language
) -> list[Reader]:
    """Return the addresses of contacts and plain addresses, each once."""
    known = {contact.slug: contact for contact in contacts}
    found: dict[str, Language] = {}
    for one in to:
        contact = known.get(one)
        if contact is not None and contact.email:
            found[contact.email] = "en" if contact.language == "en" else "vi"
        elif "@" in one:
            found[one] = language
        else:
            log.error("the scheduled letter %s: %s has no address", name, one)
    return list(found.items())


def mark(name: str, period: str, address: str) -> str:
    """Return what stays the same when a letter is sent again."""
    return sha256(f"{name} {period} {address}".encode()).hexdigest()[:16]


async def _whole(delivery: Coroutine[None, None, None]) -> None:
    """Let a delivery come to its end for a moment when we are told to stop, or it goes twice.

    In a task of its own also because the mail library may swallow the cancellation.
    """
    task = asyncio.create_task(delivery)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=GRACE)
        if not task.cancel() and not task.cancelled() and task.exception() is not None:
            log.warning("a scheduled letter did not go out: %s", task.exception())
        raise
