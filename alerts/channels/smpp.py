"""Does a carrier's message centre take the SMS? By SMPP 3.4, on a leased line without Internet.

One session for one message: bind as a transmitter, submit, unbind. The number that the centre
gives (`message_id`) is the receipt; delivery to the telephone is its own business. With `answers`
we bind as a receiver every few seconds and take what people sent to our number (`deliver_sm`).
"""

import asyncio
import logging
import ssl
import struct
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Self

from aiosmpplib.protocol import (
    BindReceiver,
    BindTransmitter,
    DeliverSmResp,
    EnquireLinkResp,
    SubmitSm,
    Unbind,
)
from aiosmpplib.state import NPI, TON, PhoneNumber
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from alerts.channels._http import CaFile, Discretion, Verify, secrets_of
from alerts.channels._words import as_sms, number, short
from core.answer import Answer
from core.channel import Back, Channel, GiveUp, Retry, Take
from core.incident import Message
from core.text import Text

log = logging.getLogger(__name__)

_TAG = struct.Struct("!HH")  # §3.2.4.1: tag, length
_HEAD = struct.Struct("!IIII")  # §3.2: length, command, status, sequence
_LONGEST = 65536  # bytes of a PDU that we read
_RESPONSE = 0x80000000
_BIND_TRANSMITTER, _SUBMIT_SM, _UNBIND, _ENQUIRE_LINK = 0x02, 0x04, 0x06, 0x15
_BIND_RECEIVER, _DELIVER_SM = 0x01, 0x05
_QUIET = 2.0  # seconds without a message after which there is none
_AT_ONCE = 50  # messages of one look
_RECEIPT = 0x3C  # §5.2.12: the message is a receipt of some kind
_HEADED = 0x40
_PAYLOAD = 0x0424  # §5.3.2.32: the text of a message that is longer than 254 octets
_UCS2 = 0x08
_PARTING = 1.0  # seconds for goodbye, after the message was taken

# §5.1.3. The account or the sender is wrong / this message or its receiver is; the rest may pass.
_BROKEN = frozenset({0x0A, 0x0D, 0x0E, 0x0F, 0x15, 0x48, 0x49, 0x53})
_PERMANENT = frozenset({0x01, 0x0B, 0x50, 0x51, 0x65, 0x66})
_SAID = {
    0x01: "the message is too long",
    0x08: "system error",
    0x0A: "the sender is not allowed",
    0x0B: "no such number",
    0x0D: "bind failed",
    0x0E: "wrong password",
    0x0F: "unknown system_id",
    0x14: "its queue is full",
    0x45: "submit failed",
    0x58: "too many messages at once",
}


class SmppParams(BaseModel):
    """Where the centre is, who we are to it, and as whom we send."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: Annotated[str, Text(vi="Máy chủ SMSC", en="The message centre")]
    port: Annotated[int, Field(ge=1, le=65535), Text(vi="Cổng", en="Its port")] = 2775
    system_id: Annotated[str, Field(max_length=15), Text(vi="system_id", en="The system_id")]
    password: Annotated[
        SecretStr,
        Text(
            vi='Mật khẩu (SMPP cho tối đa 8 ký tự); nên viết "secret:TÊN"',
            en='The password (SMPP allows 8 characters); better "secret:NAME"',
        ),
    ]
    system_type: Annotated[str, Field(max_length=12), Text(vi="system_type", en="system_type")] = ""
    sender: Annotated[
        str,
        Field(pattern=r"^([A-Za-z0-9 ._-]{1,11}|\+?\d{1,20})$"),
        Text(
            vi="Brandname đã đăng ký (tối đa 11 ký tự) hoặc số gửi",
            en="The registered brand name (11 characters at most) or number that sends",
        ),
    ]
    answers: Annotated[
        bool,
        Text(
            vi="Nhận tin trả lời (OK 0042) gửi tới số sender, bằng bind_receiver; brandname thì "
            "không trả lời được",
            en="Take answers (OK 0042) to the number of sender, by bind_receiver; a brand name "
            "cannot be answered",
        ),
    ] = False
    tls: Annotated[bool, Text(vi="Mã hoá đường truyền (TLS)", en="Encrypt by TLS")] = False
    verify: Verify = True
    ca_file: CaFile = None

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        if self.answers and not self.sender.removeprefix("+").isdecimal():
            raise ValueError("a brand name cannot be answered: sender must be a number")
        return self


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Bind, submit, unbind; return the centre's number for the message."""
    if not isinstance(params, SmppParams):
        raise TypeError("these are not the parameters of SMPP")
    with Discretion(secrets_of(params)).kept():
        try:
            bind, submit = _requests(params, message)
        except (ValueError, UnicodeError) as fault:
            raise GiveUp(f"cannot be said in SMPP: {fault}", channel_broken=True) from None
        try:
            async with asyncio.timeout(timeout):
                return await _session(params, bind, submit)
        except TimeoutError:
            raise Retry(f"no answer within {timeout:g} s") from None
        except asyncio.IncompleteReadError:
            raise Retry("the message centre hung up") from None
        except OSError as trouble:
            raise Retry(f"{type(trouble).__name__}: {trouble}") from None


async def receive(params: BaseModel, take: Take, timeout: float) -> None:
    """Bind for a moment; the centre keeps what it is not told that we have."""
    if not isinstance(params, SmppParams):
        raise TypeError("these are not the parameters of SMPP")
    with Discretion(secrets_of(params)).kept():
        try:
            async with asyncio.timeout(timeout):
                await _listening(params, take, timeout)
        except (TimeoutError, asyncio.IncompleteReadError):
            raise Retry("the message centre does not answer, or hung up") from None
        except OSError as trouble:
            raise Retry(f"{type(trouble).__name__}: {trouble}") from None


async def _listening(params: SmppParams, take: Take, timeout: float) -> None:
    bind = BindReceiver(
        sequence_num=1,
        system_id=params.system_id,
        password=params.password.get_secret_value(),
        system_type=params.system_type,
    )
    reader, writer = await asyncio.open_connection(
        params.host, params.port, ssl=await _trust(params)
    )
    centre = _Centre(reader, writer)
    end = asyncio.get_running_loop().time() + timeout / 2
    try:
        await centre.asked(bind.pdu(), _BIND_RECEIVER, 1)
        with suppress(TimeoutError):
            for _ in range(_AT_ONCE):
                async with asyncio.timeout_at(min(end, asyncio.get_running_loop().time() + _QUIET)):
                    number_, body = await centre.delivered()
                answer = _answer(body)
                if answer is not None:
                    await take(answer)
                writer.write(DeliverSmResp(sequence_num=number_).pdu())
                await writer.drain()
        with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, Retry, GiveUp):
            async with asyncio.timeout(_PARTING):
                await centre.asked(Unbind(sequence_num=2).pdu(), _UNBIND, 2)
    finally:
        writer.transport.abort()


def _answer(body: bytes) -> Answer | None:
    """Return what a deliver_sm says (§4.6.1); None for a receipt, and for what makes no sense."""
    try:
        return _read_answer(_Fields(body))
    except ValueError as fault:
        log.warning("a message of the centre cannot be read, it is let go of: %s", fault)
        return None


def _read_answer(fields: "_Fields") -> Answer | None:
    fields.text()  # service_type
    kind, _, sender = fields.byte(), fields.byte(), fields.text()
    fields.take(2)
    fields.text()  # our own number
    esm_class = fields.byte()
    fields.take(2)
    fields.text(), fields.text()  # when, until when
    fields.take(2)
    coding = fields.byte()
    fields.take(1)
    said = fields.take(fields.byte()) or fields.optional(_PAYLOAD)
    if esm_class & _RECEIPT:
        return None
    if esm_class & _HEADED and said:
        said = said[said[0] + 1 :]
    words = said.decode("utf-16-be", "replace") if coding == _UCS2 else said.decode("latin-1")
    number_ = f"+{sender}" if kind == TON.INTERNATIONAL.value else sender
    # the centre names no message, so one that comes twice is answered twice
    return Answer(uuid.uuid4().hex, number_, words)


class _Fields:
    """Octets that are taken one after the other; ValueError if there are fewer."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        """Return the next ones."""
        if len(self._data) < count:
            raise ValueError("it ends too early")
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def byte(self) -> int:
        """Return the next one."""
        return self.take(1)[0]

    def text(self) -> str:
        """Return a C string."""
        said, zero, self._data = self._data.partition(b"\0")
        if not zero:
            raise ValueError("a field of it does not end")
        return said.decode("ascii", "replace")

    def optional(self, wanted: int) -> bytes:
        """Return an optional parameter (§3.2.4.1), b"" if it is not there."""
        while len(self._data) >= _TAG.size:
            tag, length = _TAG.unpack(self.take(_TAG.size))
            value = self.take(length)
            if tag == wanted:
                return value
        return b""


def _requests(params: SmppParams, message: Message) -> tuple[bytes, bytes]:
    bind = BindTransmitter(
        sequence_num=1,
        system_id=params.system_id,
        password=params.password.get_secret_value(),
        system_type=params.system_type,
    )
    submit = SubmitSm(
        sequence_num=2,
        short_message=short(message).sms,
        source=_source(params.sender),
        destination=PhoneNumber(number(message), TON.INTERNATIONAL, NPI.ISDN),
        registered_delivery=0,  # nobody would be here to take the report
    )
    return bind.pdu(), submit.pdu()


def _source(sender: str) -> PhoneNumber:
    """Return the sender with its type of number: a name, a whole number, or a short code."""
    digits = sender.removeprefix("+")
    if not digits.isdecimal():
        return PhoneNumber(sender, TON.ALPHANUMERIC, NPI.UNKNOWN)
    whole = len(digits) > 8  # noqa: PLR2004  (short codes of carriers are shorter)
    kind = TON.INTERNATIONAL if whole else TON.NETWORK_SPECIFIC
    return PhoneNumber(digits, kind, NPI.ISDN if whole else NPI.UNKNOWN)


async def _session(params: SmppParams, bind: bytes, submit: bytes) -> str:
    reader, writer = await asyncio.open_connection(
        params.host, params.port, ssl=await _trust(params)
    )
    centre = _Centre(reader, writer)
    try:
        await centre.asked(bind, _BIND_TRANSMITTER, 1)
        answer = await centre.asked(submit, _SUBMIT_SM, 2)
        with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, Retry, GiveUp):
            async with asyncio.timeout(_PARTING):
                await centre.asked(Unbind(sequence_num=3).pdu(), _UNBIND, 3)
    finally:
        writer.transport.abort()  # what was said is said; TLS would wait for its own goodbye
    number_, _, _ = answer.partition(b"\0")
    return f"message {number_.decode('ascii', 'replace')[:65]}"


async def _trust(params: SmppParams) -> ssl.SSLContext | None:
    if not params.tls:
        return None
    try:
        context = await asyncio.to_thread(ssl.create_default_context, cafile=params.ca_file)
    except OSError as fault:
        raise GiveUp(f"the CA file cannot be used: {fault}", channel_broken=True) from None
    if not params.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(frozen=True, slots=True)
class _Centre:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def asked(self, request: bytes, command: int, sequence: int) -> bytes:
        """Return the body of the response; links are answered meanwhile, the rest is not for us."""
        self.writer.write(request)
        await self.writer.drain()
        while True:
            kind, status, answered, body = await self._read()
            if kind == _ENQUIRE_LINK:
                self.writer.write(EnquireLinkResp(sequence_num=answered).pdu())
            elif answered == sequence and kind in {command | _RESPONSE, _RESPONSE}:
                if status or kind == _RESPONSE:  # §4.3: a generic_nack is a refusal
                    raise _refusal(status)
                return body

    async def delivered(self) -> tuple[int, bytes]:
        """Return number and body of the next message; links are answered meanwhile."""
        while True:
            kind, _, number_, body = await self._read()
            if kind == _ENQUIRE_LINK:
                self.writer.write(EnquireLinkResp(sequence_num=number_).pdu())
            elif kind == _DELIVER_SM:
                return number_, body

    async def _read(self) -> tuple[int, int, int, bytes]:
        length, kind, status, sequence = _HEAD.unpack(await self.reader.readexactly(_HEAD.size))
        if not _HEAD.size <= length <= _LONGEST:
            raise Retry("what answers does not speak SMPP")
        return kind, status, sequence, await self.reader.readexactly(length - _HEAD.size)


def _refusal(status: int) -> Retry | GiveUp:
    said = f"0x{status:08X} {_SAID.get(status, 'refused')}"
    if status in _BROKEN:
        return GiveUp(said, channel_broken=True)
    return GiveUp(said) if status in _PERMANENT else Retry(said)


def _back(params: BaseModel) -> Back | None:
    return "receive" if isinstance(params, SmppParams) and params.answers else None


CHANNEL = Channel(
    name="smpp",
    help=Text(
        vi="Tin nhắn SMS qua SMPP 3.4 tới SMSC của nhà mạng (không cần Internet)",
        en="SMS by SMPP 3.4 to a carrier's message centre (needs no Internet)",
    ),
    params=SmppParams,
    send=send,
    to="phone",
    receive=receive,
    back=_back,
    says=as_sms,
)
