"""What a way of telling is: parameters and one function that sends or says why not.

Some ways lead back too: `receive` goes and looks for answers, `hear` is called with them.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from pydantic import BaseModel

from core.answer import Answer
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


Take = Callable[[Answer], Awaitable[None]]  # keeps an answer; raises if the ledger is away


class Receive(Protocol):
    """Look once for what has come, waiting no longer than `timeout`; raise Retry or GiveUp.

    Each answer is let go of at the provider only when `take` has returned, where the provider
    lets us choose. What cannot be read is let go of, too, or it would come again for ever.
    """

    def __call__(self, params: BaseModel, take: Take, timeout: float) -> Awaitable[None]:
        """Look once."""


class NotTheirs(Exception):
    """A request does not prove that it comes from the provider."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A request of a provider to us."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    query: Mapping[str, str] = field(default_factory=dict)


def _nothing_to_say(_reply: str) -> bytes:
    return b"{}"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a request of a provider holds."""

    answers: tuple[Answer, ...] = ()
    # The body of our answer, in which a reply is said; a reply is sent apart where it says none.
    body: Callable[[str], bytes] = _nothing_to_say
    speaks: bool = False  # whether `body` says the reply


class Hear(Protocol):
    """Return what a request holds; NotTheirs where it proves nothing. Nonsense holds nothing."""

    def __call__(self, params: BaseModel, posted: Posted) -> Heard:
        """Read one request."""


Back = Literal["receive", "hear"]


Says = Callable[[BaseModel, Message], str]


def _one_way(_params: BaseModel) -> Back | None:
    return None


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
    receive: Receive | None = None
    hear: Hear | None = None
    back: Callable[[BaseModel], Back | None] = _one_way  # how answers come with these parameters
    says: Says | None = None  # what is read of a message there; None: subject and body


@dataclass(frozen=True, slots=True)
class Standing:
    """How a configured channel stands: it works, or rests `since` an instant, and why."""

    name: str
    help: Text
    to: Literal["email", "phone", "fixed"] = "fixed"
    address: str = ""  # of a fixed one
    since: datetime | None = None
    again_at: datetime | None = None  # when one message tries it
    why: str = ""
    balance: Balance | None = None
