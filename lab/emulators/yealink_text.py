"""A pretend Yealink VC: the ASCII interface on TCP 6024, with its feedback between answers.

Written from the vendor's guide to API commands (port, commands) and the replies that two
integrators' drivers match: `sysstatus get …`, `mute near get …`, `donotdisturb global get …`.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import ClassVar

from lab.emulators.answering import About, Stage

_LONGEST = 512
ABOUT = About(
    family="yealink_text",
    source="API Commands Introduction for Yealink VCS V1.06 and V1.08; two integrators' drivers",
    guessed={
        "version": 'one line: version "model:…" "firmware:…" "hardware:…"',
        "the greeting": "the version line, unasked, once a connection is open",
        "a password": "asked for by Password: before anything else, the end after a wrong one",
        "feedback": "lines of the same form as answers, at any time",
        "callinfo": "not emulated: no document shows its reply",
    },
)


@dataclass(slots=True)
class YealinkText:
    """One codec. `password` None: it asks for none."""

    about: ClassVar[About] = ABOUT
    stage: Stage
    password: str | None = None
    wrong: int = 0  # passwords
    asked: list[str] = field(default_factory=list)
    ringing: bool = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one session."""
        if self.password is not None:
            writer.write(b"Password:")
            await writer.drain()
            shown = (await reader.readline()).strip().decode("utf-8", "replace")
            if shown != self.password:
                self.wrong += 1
                return
        writer.write(f"{self._version()}\r\n".encode())
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                command = line[:_LONGEST].strip().decode("utf-8", "replace")
                self.asked.append(command)
                whole = f"{self._answer(command)}\r\n".encode()
                writer.write(b"volume get 7\r\n")  # feedback: somebody turned it up
                for piece in (whole[: len(whole) // 2], whole[len(whole) // 2 :]):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)

    def _version(self) -> str:
        return 'version "model:VC800" "firmware:63.345.0.30" "hardware:63.2.0.0.0.0.0"'

    def _answer(self, command: str) -> str:
        self.stage.calls.settle()
        condition = self.stage.calls.condition(self.stage.device)
        if command == "sysstatus get":
            return f"sysstatus get {self._state()}"
        if command == "mute near get":
            return f"mute near get {'on' if condition.microphone_muted else 'off'}"
        if command == "donotdisturb global get":
            return f"donotdisturb global get {'on' if condition.do_not_disturb else 'off'}"
        if command == "version":
            return self._version()
        return "error: unknown command"

    def _state(self) -> str:
        if self.stage.device in self.stage.calls.legs:
            return "talking"
        if self.ringing:
            return "ringing"
        return "idle" if self.stage.calls.condition(self.stage.device).awake else "sleeping"
