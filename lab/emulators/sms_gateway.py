"""A pretend gateway for short messages: it tells what is left on an account that shrinks."""

import json
from dataclasses import dataclass, field
from typing import ClassVar

from core.clock import Clock
from lab.emulators.answering import About, Ask, Reply

_AT_FIRST, _EACH_SECOND = 2_450_000, 12.0  # VND


@dataclass(slots=True)
class SmsGateway:
    """One account, whoever asks."""

    about: ClassVar[About] = About(
        family="SMS gateway",
        source="what Vietnamese gateways have in common: a GET that answers with JSON",
        guessed={"/balance": "each has a path and a name of its own"},
    )
    clock: Clock
    _begun: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin to spend."""
        self._begun = self.clock.monotonic()

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if ask.path != "/balance":
            return Reply(404)
        spent = _EACH_SECOND * (self.clock.monotonic() - self._begun)
        left = max(0, int((_AT_FIRST - spent) // 250 * 250))
        body = json.dumps({"balance": left, "currency": "VND"}).encode()
        return Reply(200, body, "application/json")
