"""How a message leaves: by a configured channel, with its secrets, within its time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from core.channel import Back, Balance, Channel, GiveUp, Retry, Take
from core.errors import Unavailable
from core.incident import Message

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outlet:
    """A configured channel. `params` fills in the secrets; LookupError names a missing one."""

    channel: Channel
    params: Callable[[], BaseModel]
    back: Back | None = None  # how answers come
    reply_to: str | None = None  # where messages are answered: a number, "": where they come from

    async def send(self, message: Message, timeout: float) -> str:
        """Send once and return the provider's receipt; else Retry or GiveUp, whatever happens.

        `timeout` in seconds. A channel's bug is a trouble of this one attempt: it must end
        neither the other messages nor whoever sends them.
        """
        return await self._asked(
            lambda params: self.channel.send(params, message, timeout), timeout
        )

    def says(self, message: Message) -> tuple[str, str]:
        """Return the subject and the text that are read of a message by this way."""
        if self.channel.says is None:
            return message.subject, message.body
        try:
            return "", self.channel.says(self.params(), message)
        except LookupError:  # a secret is missing, and so nothing goes out
            return message.subject, message.body

    async def receive(self, take: Take, timeout: float) -> None:
        """Look once for answers, as `send`; Unavailable passes: `take` could not keep one.

        `timeout` is for the provider; keeping what came may take as long again.
        """
        look = self.channel.receive
        if look is None:
            raise GiveUp(f"{self.channel.name} cannot be looked at", channel_broken=True)
        await self._asked(lambda params: look(params, take, timeout), 2 * timeout)

    async def balance(self, timeout: float) -> Balance | None:
        """Return what is left to spend, None where that is not to be asked; else as `send`."""
        ask = self.channel.balance
        if ask is None:
            return None
        return await self._asked(lambda params: ask(params, timeout), timeout)

    async def _asked(self, ask: Callable[[BaseModel], Awaitable[T]], timeout: float) -> T:
        try:
            params = self.params()
        except LookupError as missing:
            raise GiveUp(f"the secret {missing} is not set", channel_broken=True) from missing
        try:
            async with asyncio.timeout(timeout + 1):
                return await ask(params)
        except TimeoutError as late:
            raise Retry(f"no answer within {timeout:g} s") from late
        except (Retry, GiveUp, Unavailable):
            raise
        except Exception as bug:
            log.exception("channel %s broke", self.channel.name)
            raise Retry(f"{type(bug).__name__}: {bug}") from bug
