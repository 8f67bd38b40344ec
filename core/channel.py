"""What a way of telling is: parameters and one function that sends or says why not."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from pydantic import BaseModel

from core.incident import Message
from core.text import Text


class Retry(Exception):
    """It did not go out now; try again later. `after`: seconds the provider asked for.

    `only_this`: the provider works, it is this one message or address that has to wait.
    """

    def __init__(self, why: str, after: float | None = None, *, only_this: bool = False) -> None:
        super().__init__(why)
        self.after = after
        self.only_this = only_this


class GiveUp(Exception):
    """It will never go out like this; `channel_broken` disables the channel loudly."""

    def __init__(self, why: str, *, channel_broken: bool = False) -> None:
        super().__init__(why)
        self.channel_broken = channel_broken


class Send(Protocol):
    """Deliver one message; return the provider's receipt; raise Retry or GiveUp."""

    def __call__(self, params: BaseModel, message: Message, timeout: float) -> Awaitable[str]:
        """Send once."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left to spend with a provider, in its own unit; below `least` it is too little."""

    amount: float
    least: float | None = None

    @property
    def low(self) -> bool:
        """Say whether it is too little."""
        return self.least is not None and self.amount < self.least


class AskBalance(Protocol):
    """Ask a provider what is left to spend; None: it is not to be asked. Retry or GiveUp."""

    def __call__(self, params: BaseModel, timeout: float) -> Awaitable[Balance | None]:
        """Ask once."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way of telling. A module of `alerts/channels/` holds one public `CHANNEL`."""

    name: str
    help: Text
    params: type[BaseModel]
    send: Send
    to: Literal["email", "phone", "fixed"] = "fixed"  # where: a contact's own, or one `url`
    balance: AskBalance | None = None  # of providers that are paid beforehand


@dataclass(frozen=True, slots=True)
class Standing:
    """How a configured channel stands: it works, or rests `since` an instant, and why."""

    name: str
    help: Text
    since: datetime | None = None
    again_at: datetime | None = None  # when one message tries it
    why: str = ""
    balance: Balance | None = None
