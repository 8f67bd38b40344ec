"""Does a number or an address belong to whom the inventory says? A code goes there, at once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.proving import proof_message
from alerts.telling import TellingPolicy, addresses
from core.channel import GiveUp, Retry
from core.clock import Clock
from core.errors import NotFound
from core.incident import Message
from core.inventory import Contact
from core.proof import Proof
from core.text import Language, Text
from runtime.outlet import Outlet
from storage.proofs import ProofBook

TIMEOUT = 20.0  # seconds for one channel
LIFETIME = timedelta(hours=24)  # of a code


@dataclass(frozen=True, slots=True)
class Prover:
    """Sends codes by every channel that leads to a contact."""

    book: ProofBook
    outlets: Mapping[str, Outlet]
    policy: TellingPolicy
    clock: Clock

    async def prove(self, contact: Contact, by: str, origin: str = "") -> list[Proof]:
        """Send a code by each way to a contact and return what the channels said.

        NotFound if no way leads there, Conflict if a code has just gone out.
        """
        personal = tuple(way for way in self.policy.ways if way.to != "fixed")
        ways = list(addresses(self.policy.model_copy(update={"ways": personal}), [contact]))
        if not ways:
            raise NotFound(
                Text(
                    vi=f"Không có kênh nào đến được {contact.name}: thiếu số điện thoại, thư điện "
                    "tử, hoặc [channels.…]",
                    en=f"No channel leads to {contact.name}: a telephone number, an address, or "
                    "[channels.…] is missing",
                )
            )
        now = self.clock.now()
        asked = [
            await self.book.ask(
                contact, address, channel, by, now, lifetime=LIFETIME, origin=origin
            )
            for _, address, channel, _ in ways
        ]
        return list(await asyncio.gather(*(self._send(proof, contact) for proof in asked)))

    async def _send(self, proof: Proof, contact: Contact) -> Proof:
        outlet = self.outlets[proof.channel]
        language: Language = "en" if contact.language == "en" else "vi"
        back = outlet.reply_to if outlet.channel.to == "phone" else None
        message = proof_message(proof, contact.name, language, back)
        sent, receipt = await _said(outlet, message)
        await self.book.settle(proof.id or 0, receipt, sent=sent)
        return proof.model_copy(update={"receipt": receipt, "sent": sent})


async def _said(outlet: Outlet, message: Message) -> tuple[bool, str]:
    """Return whether a channel took a message, and what it said."""
    try:
        return True, await outlet.send(message, TIMEOUT)
    except (Retry, GiveUp) as refusal:
        return False, str(refusal)
