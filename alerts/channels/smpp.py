"""Does a carrier's message centre take the SMS? By SMPP 3.4, on a leased line without Internet.

One session for one message: bind as a transmitter, submit, unbind. The number that the centre
gives (`message_id`) is the receipt; delivery to the telephone is its own business.
"""

import asyncio
import ssl
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from aiosmpplib.protocol import BindTransmitter, EnquireLinkResp, SubmitSm, Unbind
from aiosmpplib.state import NPI, TON, PhoneNumber
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from alerts.channels._http import CaFile, Discretion, Verify, secrets_of
from alerts.channels._words import number, short
from core.channel import Channel, GiveUp, Retry
from core.incident import Message
from core.text import Text

_HEAD = struct.Struct("!IIII")  # §3.2: length, command, status, sequence
_LONGEST = 65536  # bytes of a PDU that we read
_RESPONSE = 0x80000000
_BIND_TRANSMITTER, _SUBMIT_SM, _UNBIND, _ENQUIRE_LINK = 0x02, 0x04, 0x06, 0x15
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
    tls: Annotated[bool, Text(vi="Mã hoá đường truyền (TLS)", en="Encrypt by TLS")] = False
    verify: Verify = True
    ca_file: CaFile = None


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


CHANNEL = Channel(
    name="smpp",
    help=Text(
        vi="Tin nhắn SMS qua SMPP 3.4 tới SMSC của nhà mạng (không cần Internet)",
        en="SMS by SMPP 3.4 to a carrier's message centre (needs no Internet)",
    ),
    params=SmppParams,
    send=send,
    to="phone",
)
