"""Who looks after the platform itself? Its administrators, told by every way that still works."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from alerts.notice import notice
from alerts.telling import TellingPolicy, addresses
from core.channel import GiveUp, Retry
from core.clock import Clock
from core.incident import Message
from core.inventory import Contact
from core.people import Role, User
from core.text import Language, Text
from runtime.outlet import Outlet

log = logging.getLogger(__name__)

TIMEOUT = 20.0  # seconds for one channel


@dataclass(frozen=True, slots=True)
class Caretakers:
    """The administrators that are contacts, and the channels that lead to one place."""

    users: Callable[[], Awaitable[Sequence[User]]]
    contacts: Callable[[], Sequence[Contact]]
    policy: TellingPolicy
    outlets: Mapping[str, Outlet]
    clock: Clock

    async def tell(
        self, what: str, subject: Text, body: Text, besides: Collection[str] = ()
    ) -> int:
        """Say something by all channels but some; return how many took it.

        Straight and not through the outbox: perhaps the outbox is the trouble. `what` is the
        same when the same is said again.
        """
        names = {u.contact or u.name for u in await self.users() if _cares(u)}
        admins = [one for one in self.contacts() if one.slug in names]
        ways = tuple(way for way in self.policy.ways if way.name not in besides)
        policy = self.policy.model_copy(update={"ways": ways})
        taken = await asyncio.gather(
            *(
                self._send(channel, self._message(what, subject, body, language, to=address))
                for _, address, channel, language in addresses(policy, admins)
            )
        )
        if not any(taken):
            log.error("no administrator could be told: %s", subject.en)
        return sum(taken)

    def _message(
        self, what: str, subject: Text, body: Text, language: Language, *, to: str
    ) -> Message:
        said = subject.said(language)
        return notice(
            "platform",
            what,
            to=to,
            subject=said,
            body=f"{said}.\n\n{body.said(language)}\n",
            at=self.clock.now(),
            language=language,
            url=self.policy.base_url,
            what=what,
        )

    async def _send(self, name: str, message: Message) -> bool:
        outlet = self.outlets.get(name)
        if outlet is None:
            return False
        try:
            await outlet.send(message, TIMEOUT)
        except (Retry, GiveUp) as refusal:
            log.warning("channel %s did not take a word to the administrators: %s", name, refusal)
            return False
        return True


def _cares(user: User) -> bool:
    return user.role is Role.ADMIN and not user.disabled
