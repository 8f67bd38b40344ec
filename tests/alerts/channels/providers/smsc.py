"""A message centre by SMPP 3.4 (issue 1.2): bind, submit, unbind; written from its tables alone."""

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

GENERIC_NACK, RESPONSE = 0x80000000, 0x80000000  # §5.1.2.1
BIND_TRANSMITTER, SUBMIT_SM, UNBIND, ENQUIRE_LINK = 0x02, 0x04, 0x06, 0x15
BIND_RECEIVER, DELIVER_SM = 0x01, 0x05
ROK, RINVPASWD, RINVSYSID = 0x00, 0x0E, 0x0F  # §5.1.3
SC_INTERFACE_VERSION = 0x0210  # §5.3.2.25
GSM = {0x00: "@", 0x02: "$", 0x11: "_"}  # 3GPP TS 23.038 §6.2.1, where it is not ASCII


@dataclass
class Submitted:
    """The fields of a submit_sm (§4.4.1) that a test looks at."""

    source: tuple[int, int, str]
    destination: tuple[int, int, str]
    registered_delivery: int
    data_coding: int
    text: str


@dataclass
class Smsc:
    """`bind_status`, `submit_status`: what to answer; the rest counts what came."""

    system_id: str = "tinh"
    password: str = "mat-khau"
    bind_status: int = ROK
    submit_status: int = ROK
    chatty: bool = False  # it asks and delivers between our requests
    nack: bool = False
    inbox: list[bytes] = field(default_factory=list)  # bodies of deliver_sm, kept until answered
    submitted: list[Submitted] = field(default_factory=list)
    binds: int = 0
    unbinds: int = 0
    answered_links: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one ESME until it unbinds or hangs up."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(16)
                length, command, status, sequence = struct.unpack("!IIII", head)
                body = await reader.readexactly(length - 16)
                if command == ENQUIRE_LINK | RESPONSE:
                    self.answered_links += 1
                    continue
                if command == DELIVER_SM | RESPONSE:
                    assert (sequence, status) == (500 + len(self.inbox), ROK)
                    assert body == b"\0", "message_id is unused and NULL (§4.6.2)"
                    self.inbox.pop(0)
                    self._deliver(writer)
                    continue
                assert status == ROK, "a request's status is zero (§3.2)"
                if self.chatty:
                    writer.write(_pdu(ENQUIRE_LINK, ROK, 900 + sequence))
                    writer.write(_pdu(DELIVER_SM, ROK, 950 + sequence, b"\0" * 17))
                if self.nack:
                    writer.write(_pdu(GENERIC_NACK, 0x03, sequence))
                else:
                    writer.write(self._answer(command, sequence, body))
                if command == BIND_RECEIVER:
                    self._deliver(writer)
                await writer.drain()
                if command == UNBIND:
                    return

    def _deliver(self, writer: asyncio.StreamWriter) -> None:
        """Deliver the next message; the one after it when this one has been answered."""
        if self.inbox:
            writer.write(_pdu(DELIVER_SM, ROK, 500 + len(self.inbox), self.inbox[0]))

    def _answer(self, command: int, sequence: int, body: bytes) -> bytes:
        if command in {BIND_TRANSMITTER, BIND_RECEIVER}:
            self.binds += 1
            status = self.bind_status or self._known(body)
            said = b"SMSC\0" + struct.pack("!HHB", SC_INTERFACE_VERSION, 1, 0x34)
            # a response with an error has no body (§4.1.2)
            return _pdu(command | RESPONSE, status, sequence, b"" if status else said)
        if command == SUBMIT_SM:
            if self.submit_status != ROK:
                return _pdu(command | RESPONSE, self.submit_status, sequence)
            self.submitted.append(_submitted(body))
            return _pdu(command | RESPONSE, ROK, sequence, b"4F1A-%d\0" % len(self.submitted))
        assert command == UNBIND
        self.unbinds += 1
        return _pdu(command | RESPONSE, ROK, sequence)

    def _known(self, body: bytes) -> int:
        fields = _Fields(body)
        system_id, password, _system_type = (fields.text() for _ in range(3))
        assert fields.byte() == 0x34, "interface_version (§5.2.4)"
        if system_id != self.system_id:
            return RINVSYSID
        return ROK if password == self.password else RINVPASWD


class _Fields:
    def __init__(self, body: bytes) -> None:
        self._bytes: Iterator[int] = iter(body)

    def byte(self) -> int:
        return next(self._bytes)

    def text(self) -> str:
        found = bytearray()
        while byte := next(self._bytes):
            found.append(byte)
        return found.decode("ascii")

    def octets(self, count: int) -> bytes:
        return bytes(next(self._bytes) for _ in range(count))


def _submitted(body: bytes) -> Submitted:
    fields = _Fields(body)
    fields.text()  # service_type
    source = (fields.byte(), fields.byte(), fields.text())
    destination = (fields.byte(), fields.byte(), fields.text())
    fields.octets(3)  # esm_class, protocol_id, priority_flag
    fields.text()  # schedule_delivery_time
    fields.text()  # validity_period
    registered = fields.byte()
    fields.byte()  # replace_if_present_flag
    coding = fields.byte()
    fields.byte()  # sm_default_msg_id
    octets = fields.octets(fields.byte())
    text = "".join(GSM.get(o, chr(o)) for o in octets) if coding == 0 else octets.decode("ascii")
    return Submitted(source, destination, registered, coding, text)


def _pdu(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    return struct.pack("!IIII", 16 + len(body), command, status, sequence) + body


def mobile_originated(
    sender: str, text: str, *, esm_class: int = 0, payload: bool = False, header: bytes = b""
) -> bytes:
    """Return the body of a deliver_sm (§4.6.1)."""
    wide = any(ord(c) > 126 for c in text)
    said = header + text.encode("utf-16-be" if wide else "ascii")
    whole = sender.startswith("+")
    kind = b"\x01\x01" if whole else b"\x00\x00"
    source = kind + sender.removeprefix("+").encode() + b"\0"
    head = b"\0" + source + b"\x03\x00" + b"8099\0" + bytes((esm_class, 0, 0)) + b"\0\0"
    head += bytes((0, 0, 8 if wide else 0, 0))
    if payload:
        return head + b"\0" + struct.pack("!HH", 0x0424, len(said)) + said
    return head + bytes((len(said),)) + said


@asynccontextmanager
async def listening(smsc: Smsc) -> AsyncIterator[int]:
    """Serve on loopback; yield the port."""
    sessions: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await smsc.serve(reader, writer)
        finally:
            writer.close()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        sessions.add(task)
        task.add_done_callback(sessions.discard)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(sessions):
            task.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
        await server.wait_closed()
