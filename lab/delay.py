"""How long is a packet held? Delay in user space, for kernels without netem (NFQUEUE).

The kernel hands over packets that carry a mark and keeps their bodies; each is let go when its
time has come, in order. Needs iptables, whose NFQUEUE target works where nft's `queue` is
missing. Measured against the clock of an event loop: right to about a millisecond.
"""

import asyncio
import heapq
import random
import socket
import struct
from collections.abc import Mapping, Sequence

from lab.namespaces import inside, run
from lab.world import Quality

_NETLINK_NETFILTER = 12
_SOL_NETLINK, _NO_ENOBUFS = 270, 5
_SO_RCVBUFFORCE = 33
_SUBSYSTEM = 3 << 8  # NFNL_SUBSYS_QUEUE
_PACKET, _VERDICT, _CONFIG = 0, 1, 2
_ATTR_PACKET_HEADER, _ATTR_VERDICT, _ATTR_MARK = 1, 2, 3
_LONGEST = 20_000  # packets held at once; more are dropped, as by a full buffer


def _packets(data: bytes) -> list[tuple[int, int]]:
    """Return (packet id, mark) of every packet in a netlink datagram."""
    found = []
    at = 0
    while at + 20 <= len(data):
        size, kind = struct.unpack_from("=IH", data, at)
        if size < 20:  # noqa: PLR2004  (netlink and nfnetlink headers)
            break
        if kind == _SUBSYSTEM | _PACKET:
            number, mark, here = None, 0, at + 20
            while here + 8 <= at + size:
                length, attribute = struct.unpack_from("=HH", data, here)
                if attribute & 0x7FFF == _ATTR_PACKET_HEADER:
                    number = struct.unpack_from("!I", data, here + 4)[0]
                elif attribute & 0x7FFF == _ATTR_MARK:
                    mark = struct.unpack_from("!I", data, here + 4)[0]
                here += max(4, (length + 3) & ~3)
            if number is not None:
                found.append((number, mark))
        at += (size + 3) & ~3
    return found


class Delayer:
    """Holds packets of one namespace, by the quality of their mark.

    `chain` and `chosen` are the place and the match of the iptables rule that picks them.
    """

    def __init__(
        self, chain: str, chosen: Sequence[str], *, queue: int = 1, namespace: int | None = None
    ) -> None:
        self._rule = (chain, *chosen)
        self._namespace = namespace
        self._queue = queue
        self._random = random.Random(0)  # noqa: S311  (jitter, not secrecy)
        self._marks: Mapping[int, Quality] = {}
        self._held: list[tuple[float, int]] = []
        self._last: dict[int, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._socket: socket.socket | None = None

    def use(self, marks: Mapping[int, Quality]) -> None:
        """Hold packets of these marks from now on; the first call opens the queue."""
        self._marks = marks
        if marks and self._socket is None:
            with inside(self._namespace):
                self._open()

    def _open(self) -> None:
        queue = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
        try:
            queue.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 8 << 20)
        except PermissionError:
            queue.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        queue.setsockopt(_SOL_NETLINK, _NO_ENOBUFS, 1)
        queue.bind((0, 0))
        queue.send(self._message(_CONFIG, 1, struct.pack("!BBH", 1, 0, 0)))  # bind to the queue
        queue.send(self._message(_CONFIG, 2, struct.pack("!IB", 0, 1)))  # send no bodies
        queue.send(self._message(_CONFIG, 3, struct.pack("!I", _LONGEST)))
        queue.setblocking(False)
        target = ["-j", "NFQUEUE", "--queue-num", str(self._queue), "--queue-bypass"]
        run(["iptables", "-w", "-t", "mangle", "-A", *self._rule, *target])
        asyncio.get_running_loop().add_reader(queue.fileno(), self._read)
        self._socket = queue

    def _message(self, kind: int, attribute: int, data: bytes) -> bytes:
        head = struct.pack("!BBH", 0, 0, self._queue)
        body = head + struct.pack("=HH", 4 + len(data), attribute) + data
        body += b"\0" * (-len(body) % 4)
        return struct.pack("=IHHII", 16 + len(body), _SUBSYSTEM | kind, 1, 0, 0) + body

    def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while self._socket is not None:
            try:
                data = self._socket.recv(65536)
            except BlockingIOError:
                break
            now = loop.time()
            for number, mark in _packets(data):
                held = self._marks.get(mark, Quality())
                due = now + held.delay + self._random.uniform(-held.jitter, held.jitter)
                self._last[mark] = max(due, self._last.get(mark, now))  # a line keeps order
                heapq.heappush(self._held, (self._last[mark], number))
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._held:
            self._timer = asyncio.get_running_loop().call_at(self._held[0][0], self._let_go)

    def _let_go(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._held and self._held[0][0] <= now:
            _, number = heapq.heappop(self._held)
            if self._socket is not None:
                data = struct.pack("!II", 1, number)  # NF_ACCEPT
                self._socket.send(self._message(_VERDICT, _ATTR_VERDICT, data))
        self._arm()

    def close(self) -> None:
        """Stop; packets still held are lost."""
        if self._timer is not None:
            self._timer.cancel()
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
