"""How a message leaves: by a configured channel, with its secrets, within its time."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from core.channel import Channel, GiveUp, Retry
from core.incident import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A configured channel. `params` fills in the secrets; LookupError names a missing one."""

    channel: Channel
    params: Callable[[], BaseModel]

    async def send(self, message: Message, timeout: float) -> str:
        """Send once and return the provider's receipt; else Retry or GiveUp, whatever happens.

        `timeout` in seconds. A channel's bug is a trouble of this one attempt: it must end
        neither the other messages nor whoever sends them.
        """
        try:
            params = self.params()
        except LookupError as missing:
            raise GiveUp(f"the secret {missing} is not set", channel_broken=True) from missing
        try:
            async with asyncio.timeout(timeout + 1):
                return await self.channel.send(params, message, timeout)
        except TimeoutError as late:
            raise Retry(f"no answer within {timeout:g} s") from late
        except (Retry, GiveUp):
            raise
        except Exception as bug:
            log.exception("channel %s broke", self.channel.name)
            raise Retry(f"{type(bug).__name__}: {bug}") from bug
