"""One process, one socket per room: SNMP v2c agents for every device that has an address.

A datagram's destination (IP_PKTINFO) says which device was asked, and the answer leaves from
that address. Requests are decoded by pysnmp, once per distinct request: pollers repeat
themselves with another request id.
"""

import asyncio
import random
import socket
import struct
from dataclasses import dataclass

from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto.api import v2c

from core.clock import Clock
from core.inventory import Device
from lab.equipment import Truth, mib_of
from lab.mib import Mib, Oid, tlv
from lab.namespaces import inside
from lab.network import Kind, Network, bind
from lab.world import Quality

_COMMUNITY = b"public"
_PKTINFO = struct.Struct("=i4s4s")  # in_pktinfo: interface, source to use, destination
_IP_PKTINFO = getattr(socket, "IP_PKTINFO", 8)  # unnamed before Python 3.14
_LARGEST = 1400  # bytes of an answer: none is fragmented on a line with 1500
_MOST_BINDINGS = 400
_REMEMBERED = 4096  # distinct requests
_BURST = 64  # datagrams read before others get a turn


@dataclass(frozen=True, slots=True)
class Request:
    """A request without its request id."""

    kind: str  # "get", "next" or "bulk"
    oids: tuple[Oid, ...]
    non_repeaters: int = 0
    repetitions: int = 0


_KINDS = {
    v2c.GetRequestPDU.tagSet: "get",
    v2c.GetNextRequestPDU.tagSet: "next",
    v2c.GetBulkRequestPDU.tagSet: "bulk",
}


def _request_id(data: bytes) -> slice | None:
    """Return where the request id (a whole TLV) lies in a message; None if it is not one."""
    at = 0
    try:
        at += 2 + (data[at + 1] & 0x7F if data[at + 1] & 0x80 else 0)  # the sequence's header
        at += 2 + data[at + 1]  # version
        at += 2 + data[at + 1]  # community
        at += 2 + (data[at + 1] & 0x7F if data[at + 1] & 0x80 else 0)  # the PDU's header
        return slice(at, at + 2 + data[at + 1])
    except IndexError:
        return None


def _decoded(data: bytes) -> Request | None:
    """Return what is asked; None for what deserves no answer."""
    try:
        message, _ = decoder.decode(data, asn1Spec=v2c.Message())
        api = v2c.apiMessage
        if int(api.get_version(message)) != 1 or bytes(api.get_community(message)) != _COMMUNITY:
            return None
        pdu = api.get_pdu(message)
        kind = _KINDS.get(pdu.tagSet)
        if kind is None:
            return None
        oids = tuple(tuple(oid) for oid, _ in v2c.apiPDU.get_varbinds(pdu))
    except (PyAsn1Error, ValueError, TypeError):
        return None
    if kind != "bulk":
        return Request(kind, oids)
    bulk = v2c.apiBulkPDU
    heads = max(0, int(bulk.get_non_repeaters(pdu)))
    return Request(kind, oids, heads, max(0, int(bulk.get_max_repetitions(pdu))))


def _bindings(request: Request, mib: Mib) -> list[bytes]:
    """Return the bindings of the answer (RFC 3416, 4.2.1 to 4.2.3)."""
    if request.kind == "get":
        return [mib.get(oid) for oid in request.oids]
    heads = len(request.oids) if request.kind == "next" else request.non_repeaters
    found = [mib.after(oid)[1] for oid in request.oids[:heads]]
    columns = list(request.oids[heads:])
    size = sum(map(len, found))
    for _ in range(request.repetitions if columns else 0):
        before = tuple(columns)
        for number, oid in enumerate(before):
            columns[number], binding = mib.after(oid)
            size += len(binding)
            if size > _LARGEST or len(found) >= _MOST_BINDINGS:
                return found
            found.append(binding)
        if tuple(columns) == before:  # every column has ended
            break
    return found


def _answer(request_id: bytes, bindings: list[bytes]) -> bytes:
    no_error = bytes((2, 1, 0))
    pdu = tlv(0xA2, request_id + no_error * 2 + tlv(0x30, b"".join(bindings)))
    return tlv(0x30, bytes((2, 1, 1)) + tlv(4, _COMMUNITY) + pdu)


class Agents:
    """The agents of every device of a world, on a network."""

    def __init__(self, network: Network, truth: Truth, clock: Clock) -> None:
        self._network, self._truth, self._clock = network, truth, clock
        # Where packets do not follow the world by themselves, the agents must.
        self._enforcing = network.kind is Kind.LOOPBACK
        self._random = random.Random(0)  # noqa: S311  (loss, not secrecy)
        self._owners: dict[bytes, Device] = {}
        self._mibs: dict[str, Mib] = {}
        self._requests: dict[bytes, Request | None] = {}
        self._sockets: list[socket.socket] = []
        self.answered = 0

    def start(self) -> None:
        """Open a socket in every room. Conflict where the port is taken."""
        fabric = self._truth().fabric
        for device in fabric.devices.values():
            self._owners[socket.inet_aton(device.address)] = device
        for link in fabric.links.values():
            if link.address:
                self._owners[socket.inet_aton(link.address)] = fabric.devices[link.far]
        for room in self._network.rooms():
            with inside(room.namespace):
                made = self._open()
            self._sockets.append(made)
            asyncio.get_running_loop().add_reader(made.fileno(), self._read, made)

    def _open(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        made.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        if self._enforcing:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        bind(made, "", self._network.ports.snmp)
        return made

    def _read(self, made: socket.socket) -> None:
        for _ in range(_BURST):
            try:
                data, extras, _, peer = made.recvmsg(4096, 64)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error for an earlier answer
            for level, kind, content in extras:
                if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
                    _, _, destination = _PKTINFO.unpack(content[: _PKTINFO.size])
                    self._serve(made, data, destination, peer)

    def _serve(self, made: socket.socket, data: bytes, asked: bytes, peer: tuple[str, int]) -> None:
        device = self._owners.get(asked)
        span = _request_id(data)
        if device is None or span is None:
            return
        request = self._known(data, span)
        if request is None:
            return
        quality = Quality()
        if self._enforcing:
            world = self._truth()
            quality = world.quality(device.slug)
            silent = socket.inet_ntoa(asked) in world.silent_addresses
            if silent or self._random.random() < quality.loss:
                return
        answer = _answer(data[span], _bindings(request, self._mib(device)))
        extras = [(socket.IPPROTO_IP, _IP_PKTINFO, _PKTINFO.pack(0, asked, asked))]
        self.answered += 1
        if quality.delay:
            loop = asyncio.get_running_loop()
            loop.call_later(quality.delay, self._send, made, answer, extras, peer)
        else:
            self._send(made, answer, extras, peer)

    def _send(
        self,
        made: socket.socket,
        answer: bytes,
        extras: list[tuple[int, int, bytes]],
        peer: tuple[str, int],
    ) -> None:
        try:
            made.sendmsg([answer], extras, 0, peer)
        except OSError:
            return  # an answer may be lost, as on any network

    def _known(self, data: bytes, span: slice) -> Request | None:
        key = data[: span.start] + data[span.stop :]
        if key not in self._requests:
            if len(self._requests) >= _REMEMBERED:
                self._requests.clear()
            self._requests[key] = _decoded(data)
        return self._requests[key]

    def _mib(self, device: Device) -> Mib:
        if device.slug not in self._mibs:
            self._mibs[device.slug] = mib_of(device, self._truth, self._clock)
        return self._mibs[device.slug]

    def close(self) -> None:
        """Close every socket."""
        for made in self._sockets:
            asyncio.get_running_loop().remove_reader(made.fileno())
            made.close()
        self._sockets.clear()
