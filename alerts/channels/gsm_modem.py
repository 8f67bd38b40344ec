"""Does a GSM modem on this machine send the SMS? By AT commands over a serial line.

3GPP TS 27.007 (the terminal) and TS 27.005 §3 (text mode). It needs no Internet and shares no
fate with the lines that we watch. The receipt is the network's reference of the message.

With `answers` it also reads what people reply (§4, PDU mode), and removes what it has read from
the SIM, which holds a few dozen messages. It looks every few seconds instead of waiting for
`+CMTI`: so the line is free for a page, and an indication that gets lost loses nothing.
"""

import asyncio
import errno
import logging
import os
import re
import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from typing import Annotated

import serial
from pydantic import BaseModel, ConfigDict, Field

from alerts.channels import _pdu
from alerts.channels._words import as_sms, number, short
from core.answer import Answer
from core.channel import Back, Channel, GiveUp, Retry, Take
from core.incident import Message
from core.text import Text

log = logging.getLogger(__name__)

_CTRL_Z, _ESC = b"\x1a", b"\x1b"
_LOOK_AGAIN = 0.2  # seconds between two looks at a device that another message holds
_ABROAD = 145  # TS 24.011 type of address: an international number
_QUIET = 0.2  # seconds without a word before we begin
_MOST = 4096  # bytes that may come before the answer is there
_LISTED = 131072  # bytes of a whole list of messages: three hundred of them
_AT_ONCE = 20  # messages of one look, so that a flood of them does not keep the line from a page
_AT_HOME = frozenset({"1", "5"})  # registered, at home or roaming (TS 27.007 §7.2)
# A final result counts when its line has ended: "ERROR: 3" may yet become "ERROR: 332".
_FINAL = re.compile(r"^(OK|ERROR|\+CM[ES] ERROR: [^\r\n]*)\r?\n", re.MULTILINE)
_FAULT = re.compile(r"ERROR: (\d+)")
_LONGEST_FINAL = 200  # bytes
_STORED = re.compile(r"\+CMGL: (\d+),([01]),")  # received, unread or read (TS 27.005 §4.1)
_MEMORY = re.compile(r'"(\w{2})"')
_HEX = re.compile(r"[0-9A-Fa-f]+")
# TS 27.005 §3.2.5. The SIM, the subscription or the centre's number / the message or its receiver.
_BROKEN = frozenset({8, 10, 50, 69, 310, 311, 312, 313, 315, 316, 317, 318, 330})
_PERMANENT = frozenset({1, 28})


class GsmModemParams(BaseModel):
    """Which device."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: Annotated[
        str,
        Field(pattern=r"^/dev/"),
        Text(
            vi="Thiết bị nối tiếp của modem, ví dụ /dev/serial/by-id/…; SIM phải tắt mã PIN",
            en="The modem's serial device, such as /dev/serial/by-id/…; the SIM must ask no PIN",
        ),
    ]
    baudrate: Annotated[
        int, Field(ge=1200, le=4_000_000), Text(vi="Tốc độ cổng", en="The line's speed")
    ] = 115200
    answers: Annotated[
        bool,
        Text(
            vi="Nhận tin trả lời (OK 0042); mọi tin nhắn đến SIM này được đọc rồi xoá khỏi SIM",
            en="Take answers (OK 0042); every text that comes to the SIM is read and removed",
        ),
    ] = False


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Hand one text to the network; one message at a time has the device."""
    if not isinstance(params, GsmModemParams):
        raise TypeError("these are not the parameters of a GSM modem")
    to = number(message, "+84")
    # Ctrl-Z would end the text, ESC drop it: only what is printed goes through
    text = "".join(c for c in short(message).sms if " " <= c <= "~")
    try:
        async with asyncio.timeout(timeout), _opened(params) as line:
            return await _sent(line, to, text)
    except TimeoutError:
        raise Retry(f"the modem does not answer within {timeout:g} s") from None
    except OSError as trouble:
        raise Retry(f"{type(trouble).__name__}: {trouble}") from None


async def receive(params: BaseModel, take: Take, timeout: float) -> None:
    """Read what has come to the SIM, and remove it."""
    if not isinstance(params, GsmModemParams):
        raise TypeError("these are not the parameters of a GSM modem")
    try:
        async with asyncio.timeout(timeout), _opened(params) as line:
            await _greeted(line)
            with suppress(Retry, GiveUp):  # where it cannot, it keeps messages by itself
                await line.asked("AT+CNMI=2,1")  # kept, not thrown at whoever listens
            await _look_where_it_keeps_them(line)
            await line.asked("AT+CMGF=0")
            stored = list(_stored(await line.asked("AT+CMGL=4", most=_LISTED)))
            for answer, places in _answers(stored[:_AT_ONCE]):
                if answer is not None:
                    await take(answer)
                for place in places:
                    await line.asked(f"AT+CMGD={place}")
    except TimeoutError:
        raise Retry(f"the modem does not answer within {timeout:g} s") from None
    except OSError as trouble:
        raise Retry(f"{type(trouble).__name__}: {trouble}") from None


async def _look_where_it_keeps_them(line: "_Line") -> None:
    """List the memory that takes what comes in (mem3 of +CPMS, §3.2.2), if that is another."""
    with suppress(Retry, GiveUp):
        kept = _MEMORY.findall(await line.asked("AT+CPMS?"))
        if len(kept) == 3 and kept[0] != kept[2]:  # noqa: PLR2004  (to read, to write, to receive)
            await line.asked(f'AT+CPMS="{kept[2]}"')


def _stored(listed: str) -> Iterator[tuple[int, str]]:
    """Yield place and PDU of every message that came in; what is said between is passed over."""
    place = None
    for line in listed.splitlines():
        said = line.strip()
        if found := _STORED.match(said):
            place = int(found[1])
        elif place is not None and _HEX.fullmatch(said):
            yield place, said
            place = None


def _answers(stored: list[tuple[int, str]]) -> Iterator[tuple[Answer | None, list[int]]]:
    """Yield the messages with the places that hold them; None for what is no message.

    Parts of a long one are put together as far as they are there: the code stands in the first.
    """
    long: dict[tuple[str, int], list[tuple[int, int, str, str]]] = {}
    for place, pdu in stored:
        try:
            said = _pdu.read(pdu)
        except ValueError as fault:
            log.warning("a text on the SIM cannot be read, it is removed: %s", fault)
            said = None
        if said is None:
            yield None, [place]
        elif said.part is None:
            yield Answer(_digest(pdu), said.sender, said.text), [place]
        else:
            parts = long.setdefault((said.sender, said.part.message), [])
            parts.append((said.part.number, place, pdu, said.text))
    for (sender, _), parts in long.items():
        parts.sort()
        first, _, pdu, _ = parts[0]
        places = [place for _, place, _, _ in parts]
        text = "".join(words for _, _, _, words in parts)
        # a later part alone is the rest of what was read before
        yield Answer(_digest(pdu), sender, text) if first == 1 else None, places


def _digest(pdu: str) -> str:
    """Return what a message is known by: its PDU holds sender and time to the second."""
    return sha256(pdu.encode()).hexdigest()[:32]


async def _greeted(line: "_Line") -> None:
    await line.settle()
    await line.asked("ATE0")  # what it echoes is not what it says
    await line.asked("AT+CMEE=1")
    sim = await line.asked("AT+CPIN?")
    if "READY" not in sim:
        raise GiveUp(f"the SIM wants a PIN: {_one(sim)}", channel_broken=True)


async def _sent(line: "_Line", to: str, text: str) -> str:
    await _greeted(line)
    registered = await line.asked("AT+CREG?")
    if not _AT_HOME & set(re.findall(r"\+CREG: \d,(\d)", registered)):
        raise Retry(f"the modem has no network: {_one(registered)}")
    await line.asked("AT+CMGF=1")
    await _alphabet(line)
    await line.asked("AT+CSMP=17,167,0,0")  # a submission in the default alphabet, kept one day
    await line.asked(f'AT+CMGS="{to}",{_ABROAD}', prompt=True)
    said = await line.asked(text, end=_CTRL_Z)
    reference = re.search(r"\+CMGS: (\d+)", said)
    if reference is None:
        raise Retry(f"the modem gives no reference: {_one(said)}")
    return f"reference {reference[1]}"


async def _alphabet(line: "_Line") -> None:
    """Speak ASCII to the modem, or its own alphabet, which has the same letters."""
    try:
        await line.asked('AT+CSCS="IRA"')
    except Retry:
        await line.asked('AT+CSCS="GSM"')


class _Line:
    """The serial line, without blocking the loop."""

    def __init__(self, port: serial.Serial) -> None:
        self._file: int = port.fileno()

    async def settle(self) -> None:
        """Drop a text that somebody began, and what is still said of it, until it is quiet."""
        os.write(self._file, _ESC + b"\r")
        heard = 0
        with suppress(TimeoutError):
            while heard < _MOST:
                async with asyncio.timeout(_QUIET):
                    heard += len(await self._heard())

    async def asked(
        self, words: str, *, end: bytes = b"\r", prompt: bool = False, most: int = _MOST
    ) -> str:
        """Say something and return the answer; raise what its final result code means."""
        os.write(self._file, words.encode("ascii") + end)
        said = ""
        while len(said) < most:
            before = len(said)
            said += await self._heard()
            final = _FINAL.search(said, max(0, before - _LONGEST_FINAL))
            if prompt and said.endswith("> "):
                return said
            if final is not None:
                if final[1] != "OK":
                    raise _refusal(words, final[1])
                return said
        raise Retry("what is on the line does not speak like a modem")

    async def _heard(self) -> str:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()

        def spoke() -> None:
            if not ready.done():
                ready.set_result(None)

        loop.add_reader(self._file, spoke)
        try:
            await ready
        finally:
            loop.remove_reader(self._file)
        data = os.read(self._file, _MOST)
        if not data:  # it said that there was something
            raise OSError(errno.ENODEV, "the modem is gone")
        return data.decode("ascii", "replace")


@asynccontextmanager
async def _opened(params: GsmModemParams) -> AsyncIterator[_Line]:
    port = await _port(params)
    try:
        yield _Line(port)
    finally:
        with suppress(termios.error):  # it is gone
            port.reset_output_buffer()  # closing would wait until all is said
        port.close()


async def _port(params: GsmModemParams) -> serial.Serial:
    """Open the device as soon as nobody else has it; GiveUp when there is none."""
    while True:
        try:
            return serial.Serial(params.device, params.baudrate, timeout=0, exclusive=True)
        except serial.SerialException as fault:
            if fault.errno not in {errno.EAGAIN, errno.EBUSY}:
                why = os.strerror(fault.errno) if fault.errno else str(fault)
                raise GiveUp(f"{params.device}: {why}", channel_broken=True) from None
        except ValueError as fault:
            raise GiveUp(f"{params.device}: {fault}", channel_broken=True) from None
        await asyncio.sleep(_LOOK_AGAIN)


def _refusal(words: str, final: str) -> Retry | GiveUp:
    asked = words if words.startswith("AT") else "the text"
    said = f"{asked.partition('=')[0]}: {final}"
    fault = _FAULT.search(final)
    code = int(fault[1]) if fault else None
    if code in _BROKEN:
        return GiveUp(said, channel_broken=True)
    return GiveUp(said) if code in _PERMANENT else Retry(said)


def _one(said: str) -> str:
    return " ".join(said.split())[:100]


def _back(params: BaseModel) -> Back | None:
    return "receive" if isinstance(params, GsmModemParams) and params.answers else None


CHANNEL = Channel(
    name="gsm_modem",
    help=Text(
        vi="Tin nhắn SMS qua modem GSM cắm ở máy này (không cần Internet)",
        en="SMS by a GSM modem at this machine (needs no Internet)",
    ),
    params=GsmModemParams,
    send=send,
    to="phone",
    receive=receive,
    back=_back,
    says=as_sms,
)
