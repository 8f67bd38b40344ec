"""A pretend Lifesize Room, Team, Express or Icon: its command line over telnet.

Written from the vendor's Automation Command Line Interface 4.6 and CLI note 4.8, and from what two
open connectors read: fields between commas, an empty line, then `ok,00` or `error,NN`, a `$`.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from lab.calls import Leg
from lab.emulators.answering import About, Stage

_LONGEST = 512
_NEGOTIATION = bytes((0xFF, 0xFD, 0x18, 0xFF, 0xFB, 0x01))  # DO terminal type, WILL echo
ABOUT = About(
    family="lifesize",
    source="LifeSize Automation CLI 4.6.0, CLI note 4.8; two open connectors",
    guessed={
        "a wrong password": "Login incorrect and the prompt again, the end after the third",
        "fields 6, 7 and 9 of an active call": "name of the far end, rate, an empty one",
        "an Icon's fields": "a number to hang up by in 5, the far end in 6, the rest alike",
        "commands of an Icon on older models": "error,09",
    },
)


@dataclass(slots=True)
class Lifesize:
    """One codec. An Icon knows sleep and do-not-disturb, and calls states otherwise."""

    about: ClassVar[About] = ABOUT
    stage: Stage
    user: str = "auto"
    password: str = "mat-khau-moi"  # noqa: S105  (of a pretend device)
    icon: bool = False
    knows_calls: bool = True  # of `status call active`
    wrong: int = 0
    asked: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one session."""
        writer.write(_NEGOTIATION)
        with contextlib.suppress(ConnectionError):
            if await self._let_in(reader, writer):
                await self._converse(reader, writer)

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        for _ in range(3):
            user = await _typed(reader, writer, b"login: ")
            password = await _typed(reader, writer, b"Password: ")
            if user is None or password is None:
                return False
            if (user, password) == (self.user, self.password):
                return True
            self.wrong += 1
            writer.write(b"\r\nLogin incorrect\r\n")
        return False

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\r\n$ ")
        await writer.drain()
        while (line := await _line(reader)) is not None:
            self.asked.append(line)
            writer.write(f"{line}\r\n".encode())  # the echo
            answer = list(self._answer(line))
            writer.write(b"VC,0,HD,1280,720\r\n")  # a message that nobody asked for
            for said in (*answer, "", "ok,00") if answer != ["?"] else ("", "error,09"):
                writer.write(f"{said}\r\n".encode())
                await writer.drain()
            writer.write(b"$ ")
            await writer.drain()

    def _answer(self, command: str) -> Iterator[str]:
        self.stage.calls.settle()
        condition = self.stage.calls.condition(self.stage.device)
        leg = self.stage.calls.legs.get(self.stage.device)
        if command == "get system model":
            yield f"LifeSize,{'Icon 600' if self.icon else 'Room 220'}"
        elif command == "get system version":
            yield "LS_RM2_4.8.0 (12),4.8.0.59"
        elif command == "get audio mute":
            yield "on" if condition.microphone_muted else "off"
        elif command == "status call active" and self.knows_calls:
            if leg is not None:
                yield self._call(leg)
        elif command == "get system asleep" and self.icon:
            yield "0" if condition.awake else "1"
        elif command == "get system do-not-disturb" and self.icon:
            yield "enabled" if condition.do_not_disturb else "disabled"
        else:
            yield "?"

    def _call(self, leg: Leg) -> str:
        state = "media-connected" if self.icon else "Connected"
        seconds = int(self.stage.clock.monotonic() - leg.began)
        lasts = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        far = f"{leg.conference}@hoinghi.example"
        rate = round(leg.rate / 1000)
        name = f"{leg.number},{far}" if self.icon else f"{far},MCU"
        return f"{leg.number},1,{state},No,Video,{name},{rate},sip,,{lasts}"


async def _typed(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, prompt: bytes
) -> str | None:
    writer.write(prompt)
    await writer.drain()
    return await _line(reader)


async def _line(reader: asyncio.StreamReader) -> str | None:
    """Return a typed line without telnet's negotiations, None at the end."""
    line = await reader.readline()
    if not line:
        return None
    while (at := line.find(b"\xff")) >= 0:
        line = line[:at] + line[at + 3 :]
    return line[:_LONGEST].strip().decode("utf-8", "replace")
