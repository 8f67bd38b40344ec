"""A GSM modem behind a pseudo-terminal, written from 3GPP TS 27.007 and TS 27.005.

It sends in text mode (§3) and lists, reads and removes what came in as PDUs (§4).
"""

import asyncio
import os
import re
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CTRL_Z, ESC = "\x1a", "\x1b"
PLACE = re.compile(r"AT\+CMG([RD])=(\d+)")
NUMBER = re.compile(r'AT\+CMGS="(\+?\d+)",(\d+)')


@dataclass
class Modem:
    """`sim`, `registered`: what it says of itself; `error`: the +CMS ERROR of a submission."""

    sim: str = "READY"
    registered: int = 1  # TS 27.007 §7.2: 1 home, 5 roaming, 2 searching, 3 denied
    error: int | None = None
    hears_nothing: bool = False
    loses_the_answer: bool = False
    talks_between: bool = False  # unsolicited result codes, in the middle of ours
    no_ira: bool = False
    no_cnmi: bool = False
    memories: tuple[str, str, str] = ("SM", "SM", "SM")  # to read, to write, what comes in
    full: int = 30  # messages that the SIM holds
    inbox: dict[int, tuple[int, str]] = field(default_factory=dict)  # place: (state, PDU)
    sent: list[tuple[str, str]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    _echo: bool = True  # ATE1 is the usual state at power-up
    _text_mode: bool = False
    _numeric: bool = False
    _to: str | None = None
    _got: str = ""

    def arrive(self, pdu: str, state: int = 0) -> int:
        """Keep a message on the SIM (0: received and unread, 3: one that was sent)."""
        place = next(n for n in range(1, self.full + 1) if n not in self.inbox)
        self.inbox[place] = (state, pdu)
        return place

    def feed(self, data: str) -> str:
        """Return what the modem says to some characters."""
        said = ""
        for character in data if not self.hears_nothing else "":
            if self._to is not None:
                said += self._texted(character)
                continue
            if self._echo:
                said += character
            if character == "\r":
                line, self._got = self._got.strip(), ""
                said += self._commanded(line)
            else:
                self._got += character
        return said

    def _texted(self, character: str) -> str:
        """Take the text of a message up to Ctrl-Z, or drop it at ESC (TS 27.005 §3.5.1)."""
        if character not in {CTRL_Z, ESC}:
            self._got += character
            return character if self._echo else ""
        to, text, self._to, self._got = self._to or "", self._got, None, ""
        if character == ESC:
            return _line("OK")
        if self.error is not None:
            return _line(f"+CMS ERROR: {self.error}")
        self.sent.append((to, text))
        if self.loses_the_answer:
            return ""
        return self._chatter() + _line("+CMGS: 42") + self._chatter() + _line("OK")

    def _commanded(self, line: str) -> str:
        self.heard.append(line)
        if not line:
            return ""
        said = self._answer(line.upper(), line)
        return self._chatter() + said

    def _answer(self, command: str, line: str) -> str:
        if found := NUMBER.fullmatch(line):
            if not self._text_mode or (found[2] == "145") != found[1].startswith("+"):
                return _line("+CMS ERROR: 304")
            self._to = found[1]
            return "\r\n> "
        if found := PLACE.fullmatch(line):
            return self._at(found[1], int(found[2]))
        if command == "AT+CMGL=4" and not self._text_mode:
            here = self.memories[0] == self.memories[2]
            return (self._listed() if here else "") + _line("OK")
        no_sim = self.sim not in {"READY", "SIM PIN", "SIM PUK"}
        says = {
            "AT": "",
            "ATE0": "",
            "AT+CMEE=1": "",
            "AT+CPIN?": None if no_sim else f"+CPIN: {self.sim}",
            "AT+CREG?": f"+CREG: 0,{self.registered}",
            'AT+CPMS="SM"': "+CPMS: 0,30,0,30,0,30",
            "AT+CPMS?": "+CPMS: " + ",".join(f'"{m}",1,30' for m in self.memories),
            "AT+CMGF=1": "",
            "AT+CMGF=0": "",
            "AT+CNMI=2,1": None if self.no_cnmi else "",
            'AT+CSCS="IRA"': None if self.no_ira else "",
            'AT+CSCS="GSM"': "",
            "AT+CSMP=17,167,0,0": "",
        }.get(command)
        self._echo = self._echo and command != "ATE0"
        self._numeric = self._numeric or command == "AT+CMEE=1"
        if command == 'AT+CPMS="SM"':
            self.memories = ("SM", *self.memories[1:])
        if command.startswith("AT+CMGF="):
            self._text_mode = command.endswith("1")
        if says is None:
            return self._fault(10 if command == "AT+CPIN?" else 100)
        return (_line(says) if says else "") + _line("OK")

    def _listed(self) -> str:
        """List every message (§4.1); reading makes it a read one."""
        said = ""
        for place, (state, pdu) in sorted(self.inbox.items()):
            # the octets after the message centre's number
            length = len(pdu) // 2 - 1 - int(pdu[:2] or "0", 16) if pdu[:2].isalnum() else 0
            said += f"\r\n+CMGL: {place},{state},,{length}\r\n" + self._chatter() + pdu
            self.inbox[place] = (1 if state == 0 else state, pdu)
        return said + "\r\n" if said else ""

    def _at(self, verb: str, place: int) -> str:
        if place not in self.inbox:
            return _line("+CMS ERROR: 321")  # invalid memory index
        if verb == "D":
            del self.inbox[place]
            return _line("OK")
        state, pdu = self.inbox[place]
        return _line(f"+CMGR: {state},,0") + pdu + "\r\n" + _line("OK")

    def _fault(self, code: int) -> str:
        return _line(f"+CME ERROR: {code}" if self._numeric else "ERROR")

    def _chatter(self) -> str:
        return _line('+CMTI: "SM",3') + _line("^RSSI: 18") if self.talks_between else ""


def _line(words: str) -> str:
    return f"\r\n{words}\r\n"


@asynccontextmanager
async def plugged_in(modem: Modem, *, piece: int = 5) -> AsyncIterator[str]:
    """Yield the device; the modem speaks in pieces of a few bytes, as serial lines do."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    loop = asyncio.get_running_loop()

    def heard() -> None:
        try:
            data = os.read(ours, 4096)
        except OSError:  # nobody has the device open
            return
        saying.extend(modem.feed(data.decode("latin-1")).encode("latin-1"))
        loop.add_writer(ours, said)

    def said() -> None:
        """Say one piece, and the next when the other side had its turn."""
        with suppress(BlockingIOError):
            del saying[: os.write(ours, saying[:piece])]
        if not saying:
            loop.remove_writer(ours)

    saying = bytearray()
    loop.add_reader(ours, heard)
    try:
        yield os.ttyname(theirs)
    finally:
        loop.remove_reader(ours)
        loop.remove_writer(ours)
        os.close(ours)
        os.close(theirs)
