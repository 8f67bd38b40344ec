"""What do people answer? Channels that lead back are listened to, and senders hear what came of it.

Kept and acted on in one transaction before the provider forgets it; a reply is worth something
now or never, so it goes out straight, once, and what became of it is kept beside the answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from alerts.answering import code_in, may_reply, reply
from alerts.wording import sms
from core.answer import Answer, Outcome
from core.channel import GiveUp, Posted, Retry
from core.clock import Clock
from core.errors import Unavailable
from core.incident import Message, Short
from core.inventory import Contact
from core.outcome import Event
from core.telephone import international, is_whole
from core.text import Language, Text
from runtime.outlet import Outlet
from storage.answers import Coming

log = logging.getLogger(__name__)

PAUSE = 5.0  # seconds between two looks
FIRST_WAIT, LONGEST_WAIT = 5.0, 60.0  # seconds after a look that failed
TIMEOUT = 15.0  # seconds of one look, or one reply: less than a page waits for a modem
MOST = 100  # answers of one look whose senders hear of them


class AnswerBook(Protocol):
    """The part of the ledger that keeps answers."""

    async def take(self, coming: Coming, now: datetime) -> tuple[Outcome, list[Event]]:
        """Keep an answer and do what it says."""

    async def replied(self, number: int, receipt: str) -> None:
        """Keep what became of our reply."""


@dataclass(slots=True)
class AnswerStats:
    """Counted since the start, for the self metrics."""

    taken: dict[tuple[str, str], int] = field(default_factory=dict)  # by channel and verdict
    deaf: dict[str, str] = field(default_factory=dict)  # channels that cannot be heard, and why


@dataclass(slots=True)
class Answers:
    """Listens to the channels that lead back, until cancelled."""

    book: AnswerBook
    outlets: Mapping[str, Outlet]
    contacts: Callable[[], Sequence[Contact]]
    person: Callable[[str], Awaitable[str]]  # account or contact → full name
    publish: Callable[[Iterable[Event]], None]
    clock: Clock
    stats: AnswerStats = field(default_factory=AnswerStats)

    @property
    def listens(self) -> bool:
        """Say whether there is a channel to go and look at."""
        return bool(self._listened())

    def troubles(self) -> list[Text]:
        """Return which channels cannot be heard now, in words."""
        return [
            Text(
                vi=f"Không nghe được tin trả lời qua kênh {name}: {why}",
                en=f"Answers by the channel {name} are not heard: {why}",
            )
            for name, why in sorted(self.stats.deaf.items())
        ]

    def _listened(self) -> list[str]:
        return [name for name, outlet in self.outlets.items() if outlet.back == "receive"]

    async def run(self) -> None:
        """Look at every channel again and again; one that fails leaves the others alone."""
        async with asyncio.TaskGroup() as group:
            for name in self._listened():
                group.create_task(self._listen(name), name=f"answers by {name}")

    async def _listen(self, name: str) -> None:
        wait = PAUSE
        while True:
            trouble = await self._attempt(name)
            if trouble is None:
                wait = PAUSE
                if self.stats.deaf.pop(name, None) is not None:
                    log.warning("answers by %s are heard again", name)
            else:
                wait = min(max(wait * 2, FIRST_WAIT), LONGEST_WAIT)
                if name not in self.stats.deaf:
                    log.error("answers by %s are not heard: %s", name, trouble)
                self.stats.deaf[name] = trouble
            await asyncio.sleep(wait)

    async def _attempt(self, name: str) -> str | None:
        """Look once; return why nothing could be heard, None if all is well."""
        try:
            await self.look(name)
        except (Retry, GiveUp, OSError, Unavailable) as trouble:
            return str(trouble) or type(trouble).__name__
        return None

    async def look(self, name: str) -> int:
        """Take what has come by a channel and tell the senders; return how many answers came."""
        outlet = self.outlets[name]
        came: list[tuple[Answer, Outcome]] = []

        async def take(answer: Answer) -> None:
            if self._concerns_us(outlet, answer):
                came.append((answer, await self._take(name, answer)))

        trouble: Exception | None = None
        try:
            await outlet.receive(take, TIMEOUT)
        except (Retry, GiveUp, OSError, Unavailable) as fault:
            trouble = fault
        for answer, outcome in came[:MOST]:  # the line is free again
            await self._reply(name, answer, outcome)
        if trouble is not None:
            raise trouble
        return len(came)

    async def hear(self, name: str, posted: Posted) -> bytes:
        """Take what a provider posted; return the body of the answer to it.

        LookupError if no channel of this name is called; NotTheirs as of `Channel.hear`.
        """
        outlet = self.outlets[name]
        if outlet.back != "hear" or outlet.channel.hear is None:
            raise LookupError(name)
        heard = outlet.channel.hear(outlet.params(), posted)
        said = ""
        for answer in heard.answers[:MOST]:
            if not self._concerns_us(outlet, answer):
                continue
            outcome = await self._take(name, answer)
            said = await self._words(outcome)
            if heard.speaks:
                await self.book.replied(outcome.number, "said")
            else:
                await self._reply(name, answer, outcome)
        return heard.body(said)

    @staticmethod
    def _concerns_us(outlet: Outlet, answer: Answer) -> bool:
        """Say whether it is for us: in a chat people talk to each other, too."""
        return outlet.channel.to == "phone" or code_in(answer.text) is not None

    async def _take(self, name: str, answer: Answer) -> Outcome:
        coming = Coming(name, answer, self._people(answer), code_in(answer.text))
        outcome, events = await self.book.take(coming, self.clock.now())
        self.publish(events)
        if not outcome.again:
            key = (name, outcome.verdict.value)
            self.stats.taken[key] = self.stats.taken.get(key, 0) + 1
            log.info("an answer by %s: %s", name, outcome.verdict)
        return outcome

    def _people(self, answer: Answer) -> frozenset[str]:
        """Return who that may be: whom the channel names, or who has this number today."""
        known = {contact.slug: contact for contact in self.contacts()}
        if answer.contact is not None:
            return frozenset({answer.contact} & known.keys())
        if not is_whole(answer.sender):
            return frozenset()
        number = international(answer.sender)
        return frozenset(
            slug
            for slug, contact in known.items()
            if contact.phone and international(contact.phone) == number
        )

    async def _words(self, outcome: Outcome) -> str:
        who = outcome.by or outcome.contact
        return reply(outcome, await self.person(who) if who else "", self._language(outcome))

    def _language(self, outcome: Outcome) -> Language:
        english = any(c.slug == outcome.contact and c.language == "en" for c in self.contacts())
        return "en" if english else "vi"

    async def _reply(self, name: str, answer: Answer, outcome: Outcome) -> None:
        """Tell the sender what came of it, if there is still room for replies."""
        outlet = self.outlets[name]
        by_phone = outlet.channel.to == "phone"
        if not may_reply(outcome, answer.sender, by_phone=by_phone):
            return
        words = await self._words(outcome)
        message = Message(
            id=f"answer.{sha256(f'{name} {answer.id}'.encode()).hexdigest()[:16]}",
            to=answer.sender,
            subject=words,
            body="",
            short=Short(sms=sms(words), minimal=words, template="test"),
        )
        try:
            receipt = await outlet.send(message, TIMEOUT)
        except (Retry, GiveUp) as refusal:
            log.warning("an answer by %s is not replied to: %s", name, refusal)
            receipt = f"not sent: {refusal}"
        await self.book.replied(outcome.number, receipt)
