"""Devices that say what they said when they were recorded, on sockets of their own.

One server for each way of an exchange. What is asked of it and was not asked then is `unknown`.
"""

import asyncio
import re
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from collectors._sip.message import Framing
from collectors._snmp import ber, message
from collectors._snmp.recording import asked
from collectors._vc.tape import STRUCK
from lab.emulators.answering import About, Ask, Reply
from lab.emulators.serving import served
from tests.collectors.servers import replying, talking
from tests.collectors.snmp_agent import (
    END_OF_MIB,
    NO_SUCH_INSTANCE,
    Element,
    Ids,
    PlayedAgent,
    Request,
    ids,
    response,
    stage,
)
from tests.collectors.test_snmp_recordings import element

Exchanges = Iterable[Mapping[str, Any]]
SECRET = "user:password"  # what the replayed collector shows, whatever it was
_ABSENT = {str(tag) for tag in (ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.END_OF_MIB_VIEW)}
_OF_THE_REQUEST = re.compile(
    rb"^(via|v|from|f|call-id|i|cseq)[ \t]*:[^\r\n]*", re.IGNORECASE | re.MULTILINE
)
_LONG = {b"v": b"via", b"f": b"from", b"i": b"call-id"}


class Replay(Protocol):
    """A device on a socket."""

    unknown: list[str]

    def load(self, exchanges: Exchanges) -> None:
        """Take what was said in the next look."""


class Http:
    """Answers each request of a look as often as it was asked."""

    about = About("recording", "a real device", {})

    def __init__(self) -> None:
        self.unknown: list[str] = []
        self._answers: dict[str, deque[Reply]] = {}

    def load(self, exchanges: Exchanges) -> None:
        self._answers = defaultdict(deque)
        for one in exchanges:
            kind, heads = one["kind"] or "text/plain", tuple(one.get("headers", {}).items())
            reply = Reply(int(one["status"]), one["body"].encode(), kind, heads)
            self._answers[one["asked"]].append(reply)

    def answer(self, ask: Ask) -> Reply:
        query = "&".join(f"{key}={value}" for key, value in ask.query.items())
        asked = f"{ask.method} {ask.path}{'?' if query else ''}{query}"
        asked = re.sub(r"checksum=[0-9a-f]+", "checksum=***", asked)
        if not self._answers.get(asked):
            self.unknown.append(asked)
            return Reply(404)
        return self._answers[asked].popleft()


class Text:
    """Holds one conversation, line by line; a line that was secret may be any."""

    def __init__(self) -> None:
        self.unknown: list[str] = []
        self._script: deque[Mapping[str, Any]] = deque()

    def load(self, exchanges: Exchanges) -> None:
        self._script = deque(exchanges)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._script and not self._script[0]["asked"]:
            await self._say(self._script.popleft(), writer)
        while line := await reader.readline():
            said = line.decode().strip()
            if not self._script or self._script[0]["asked"] not in (said, STRUCK):
                self.unknown.append(said)
                return
            await self._say(self._script.popleft(), writer)

    async def _say(self, exchange: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        writer.write(exchange["body"].encode())
        await writer.drain()
        if exchange["status"]:
            writer.close()


@dataclass
class Snmp(PlayedAgent):
    """Knows what it told, each value in the order in which it was told."""

    community: bytes = SECRET.encode()
    unknown: list[str] = field(default_factory=list)
    told: dict[Ids, deque[Element]] = field(default_factory=dict)
    absent: set[Ids] = field(default_factory=set)
    refused: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def load(self, exchanges: Exchanges) -> None:
        self.told, self.absent, self.refused = defaultdict(deque), set(), {}
        for one in exchanges:
            if one["status"]:
                self.refused[one["asked"]] = one
                continue
            for row in one["body"].splitlines():
                name, tag, value = row.split("|")
                if tag in _ABSENT:
                    self.absent.add(ids(name))
                else:
                    self.told[ids(name)].append(element(tag, value))

    def answer(self, request: Request) -> bytes:
        refused = self.refused.get(asked_by(request))
        if refused is not None:
            names = [(name, b"\x05\x00") for name in request.names]
            return response(request, names, status=refused["status"], index=int(refused["body"]))
        if request.kind == message.GET:
            for name in request.names:
                if name not in self.told and name not in self.absent:
                    self.unknown.append(".".join(map(str, name)))
            return response(request, [(name, self._take(name)) for name in request.names])
        order = sorted(self.told)
        rows: list[tuple[Ids, Element]] = []
        many = request.repetitions if request.kind == message.GET_BULK else 1
        for head in request.names:
            at = bisect_right(order, head)
            rows += [(name, self._take(name)) for name in order[at : at + many]]
            if at + many > len(order):
                rows.append((rows[-1][0] if rows else head, END_OF_MIB))
        return response(request, rows)

    def _take(self, name: Ids) -> Element:
        values = self.told.get(name)
        if not values:
            return NO_SUCH_INSTANCE
        return values.popleft() if len(values) > 1 else values[0]


def asked_by(request: Request) -> str:
    """Return a request as a recording names it."""
    numbers = (0, request.non_repeaters, request.repetitions)
    names = [ber.oid(".".join(map(str, name))) + b"\x05\x00" for name in request.names]
    bindings = b"".join(ber.tlv(ber.SEQUENCE, name) for name in names)
    head = b"".join(map(ber.integer, numbers))
    return asked(ber.tlv(request.kind, head + ber.tlv(ber.SEQUENCE, bindings)))


class Datagrams:
    """Answers one question after the other, repeating of each what the answer repeated."""

    def __init__(self) -> None:
        self.unknown: list[str] = []
        self.answers: deque[Mapping[str, Any]] = deque()

    def load(self, exchanges: Exchanges) -> None:
        self.answers = deque(exchanges)

    def reply(self, question: bytes) -> list[bytes]:
        if not self.answers:
            self.unknown.append(question.hex())
            return []
        told = self.answers.popleft()
        begin, end = map(int, told["kind"].split("-"))
        octets = bytearray.fromhex(told["body"])
        octets[begin:end] = question[begin:end]
        return [bytes(octets)]


class Sip(Datagrams):
    """Answers each request with the response that was recorded, made out to this request."""

    def reply(self, question: bytes) -> list[bytes]:
        if not self.answers:
            self.unknown.append(question.decode())
            return []
        ours = {_name(found[1]): found[0] for found in _OF_THE_REQUEST.finditer(question)}
        told: str = self.answers.popleft()["body"]
        return [_OF_THE_REQUEST.sub(lambda found: ours[_name(found[1])], told.encode())]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        framing = Framing()
        while chunk := await reader.read(65535):
            for question in framing.take(chunk):
                writer.writelines(self.reply(question))


def _name(header: bytes) -> bytes:
    return _LONG.get(header.lower(), header.lower())


@asynccontextmanager
async def standing(way: str, params: dict[str, Any]) -> AsyncIterator[tuple[Replay, int]]:
    """Set up a device of a way; give it and its port.

    `params` of the look are changed where a replay cannot follow them: there is no TLS, since a
    recording has no key.
    """
    if way == "http":
        params["scheme"], http = "http", Http()
        async with served(http) as port:
            yield http, port
    elif way == "text":
        text = Text()
        async with talking(text.talk) as port:
            yield text, port
    elif way == "snmp":
        async with stage(Snmp) as play:
            agent = play({})
            assert isinstance(agent, Snmp)
            yield agent, agent.port
    elif way == "sip" and params.get("transport", "udp") != "udp":
        params["transport"], sip = "tcp", Sip()
        async with talking(sip.talk) as port:
            yield sip, port
    else:
        device = Sip() if way == "sip" else Datagrams()
        async with replying(device.reply) as (port, _):
            yield device, port
