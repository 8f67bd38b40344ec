"""A pretend Polycom Group or HDX: the text interface on TCP 24, with its bad habits.

Written from the integrator's manual and what an open adapter says of it: echo, lines that end in
`\\r\\n` or `\\r\\r\\n`, notifications between the lines of an answer, slow writes, one session.
"""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from lab.calls import Channel, Leg
from lab.emulators.answering import About, Stage

_LONGEST = 512
_MEASURED = 5.0  # seconds of a call until something is measured
_FIGURE = re.compile(r"(%?\b(?:[rt][av](?:pl|j)|pktloss)):[\d.]+ ?((?:ms|%)?)")
ABOUT = About(
    family="polycom_text",
    source="RealPresence Group integrator's manual; comments of an open adapter",
    guessed={
        "a wrong password": "the prompt again, and an end after the third",
        "a second session": "closed without a word",
        "%pktloss": "of what is received, over the last seconds",
        "out of a call": "netstats and advnetstats say that the system is not in a call",
        "missing values": "a dash in the first seconds of a call, before anything is measured",
    },
)


@dataclass(slots=True)
class PolycomText:
    """One codec. `password` None: it asks for none."""

    about: ClassVar[About] = ABOUT
    stage: Stage
    password: str | None = None
    busy: bool = False
    pause: float = 0.0  # seconds between two pieces of a line
    refused: int = 0  # second sessions
    wrong: int = 0  # passwords
    asked: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one session."""
        if self.busy:
            self.refused += 1
            return
        self.busy = True
        try:
            if await self._let_in(reader, writer):
                await self._converse(reader, writer)
        finally:
            self.busy = False

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        for _ in range(3):
            if self.password is None:
                return True
            writer.write(b"\r\nPassword: ")
            await writer.drain()
            line = await reader.readline()
            if not line:
                return False
            if line.strip().decode("utf-8", "replace") == self.password:
                writer.write(b"\r\n")
                return True
            self.wrong += 1
        return False

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"Hi, my name is : {self.stage.device}\r\n-> ".encode())
        await writer.drain()
        while line := await reader.readline():
            command = line[:_LONGEST].strip().decode("utf-8", "replace")
            self.asked.append(command)
            writer.write(line.rstrip(b"\r\n") + b"\r\n")  # the echo
            for number, said in enumerate(self._answer(command)):
                end = "\r\r\n" if number % 3 == 1 else "\r\n"
                whole = f"{said}{end}".encode()
                for piece in (whole[: len(whole) // 2], whole[len(whole) // 2 :]):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(self.pause)
                if number % 4 == 2:  # noqa: PLR2004
                    writer.write(b"notification:sysstatus:x:y\r\n")
                if number % 5 == 3:  # noqa: PLR2004
                    writer.write(b"cs: call[34] chan[0] dialstr[a:b] state[CONNECTED]\r\n")
            with contextlib.suppress(ConnectionError):
                await writer.drain()

    def _answer(self, command: str) -> Iterator[str]:
        self.stage.calls.settle()
        condition = self.stage.calls.condition(self.stage.device)
        leg = self.stage.calls.legs.get(self.stage.device)
        if command == "whoami":
            yield from self._whoami()
        elif command == "status":
            yield from self._status(leg)
        elif command == "callinfo all":
            yield from _callinfo(leg)
        elif command in {"advnetstats", "netstats"}:
            yield self._stats(command, leg) if leg else "system is not in a call"
        elif command == "mute near get":
            yield f"mute near {'on' if condition.microphone_muted else 'off'}"
        elif command == "videomute near get":
            yield f"videomute near {'on' if condition.video_muted else 'off'}"
        else:
            yield f"error: command not found: {command}"

    def _stats(self, command: str, leg: Leg) -> str:
        said = _advnetstats(leg) if command == "advnetstats" else _netstats(leg)
        if self.stage.clock.monotonic() - leg.began >= _MEASURED:
            return said
        return _FIGURE.sub(r"\1:- \2", said)

    def _whoami(self) -> Iterator[str]:
        yield f"Hi, my name is : {self.stage.device}"
        yield "Here is what I know about myself:"
        yield "Model: RealPresence Group 500"
        yield "Serial Number: 8214101234ABCD"
        yield "Software Version: Release - 6.2.2-560041"
        yield "Build Information: root on host"
        yield "Time In Last Call: 0:10:20"
        yield "Total Time In Calls: 33:11:41"
        yield "Total Calls: 120"
        yield "SNTP Time Service: auto"
        yield "Local Time is: Sun, 22 Nov 2026 09:00:00"
        yield "H323 Enabled: False"
        yield "SNMP Enabled: True"

    def _status(self, leg: Leg | None) -> Iterator[str]:
        condition = self.stage.calls.condition(self.stage.device)
        rows = (
            ("inacall", leg is not None),
            ("autoanswerp2p", True),
            ("remotecontrol", True),
            ("microphones", condition.microphone),
            ("globaldirectory", False),
            ("ipnetwork", True),
            ("gatekeeper", False),
            ("sipserver", condition.registered),
            ("logthreshold", False),
            ("meetingpassword", False),
            ("rpms", False),
        )
        for name, online in rows:
            yield f"{name} {'online' if online else 'offline'}"
        yield "status end"


def _callinfo(leg: Leg | None) -> Iterator[str]:
    if leg is None:
        yield "system is not in a call"
        return
    yield "callinfo begin"
    far = f"MCU: {leg.conference}"  # a colon within the name
    yield (
        f"callinfo:{leg.number}:{far}:{leg.conference}@hoinghi.example:"
        f"{round(leg.rate / 1000)}:connected:notmuted:outgoing:videocall"
    )
    yield "callinfo end"


def _channels(leg: Leg) -> dict[tuple[str, str], Channel]:
    return {(channel.media, channel.way): channel for channel in leg.channels}


def _advnetstats(leg: Leg) -> str:
    by = _channels(leg)
    words = ["call:0"]
    for letter, way in (("t", "up"), ("r", "down")):
        audio, video = by["audio", way], by["video", way]
        words += [
            f"{letter}ar:{round(audio.bits / 1000)} K",
            f"{letter}vr:1856 K",
            f"{letter}vru:{round(video.bits / 1000)} K",
            f"{letter}vfr:30",
            f"{letter}apl:{audio.counted[1]}",
            f"{letter}aj:{round(audio.jitter * 1000)} ms",
            f"{letter}vpl:{video.counted[1]}",
            f"{letter}vj:{round(video.jitter * 1000)} ms",
        ]
    return " ".join([*words, "vfe:0", "dc:Disabled", f"rsid:{leg.conference}@x", "ccaps:---"])


def _netstats(leg: Leg) -> str:
    down = _channels(leg)["video", "down"]
    kbps, lost = round(leg.rate / 1000), down.counted[1]
    return (
        f"call:0 txrate:{kbps} K rxrate:{kbps} K pktloss:{lost} "
        f"%pktloss:{down.quality.loss * 100:.1f} % tvp:H.264 rvp:H.264 tvf:1280x720 rvf:1280x720 "
        "tap:Siren22 rap:Siren22 tcp:SIP rcp:SIP"
    )
