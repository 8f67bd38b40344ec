"""A network of our own whose every address answers pings as the test says.

A thread lives in a new network namespace; all routes lead into a TUN device, behind which
another thread plays the world. Everything ends with the `with` block.
"""

import ctypes
import fcntl
import heapq
import os
import select
import socket
import struct
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x0001 | 0x1000
_V4, _V6 = 4, 6

Answer = Callable[[str, int], float | None]  # (address, how often it was asked) -> delay or silence


class Land:
    """The played world. `answer` may be replaced at any time. A `core.collector.Sockets`."""

    def __init__(self, inside: ThreadPoolExecutor, tun: int) -> None:
        self.answer: Answer = lambda address, asked: 0.0
        self.asked: Counter[str] = Counter()
        self.at: dict[str, list[float]] = {}  # when each address was asked, monotonic
        self.opened: list[socket.socket] = []
        self.raw_allowed = True
        self._inside = inside
        self._tun = tun
        self._stop, self._stopping = os.pipe()
        self._due: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def open(self, family: socket.AddressFamily, kind: int, proto: int = 0) -> socket.socket:
        """Open a socket inside the land."""
        if kind == socket.SOCK_RAW and not self.raw_allowed:
            raise PermissionError(1, "Operation not permitted")
        made = self._inside.submit(socket.socket, family, kind, proto).result()
        made.setblocking(False)
        self.opened.append(made)
        return made

    def run(self, *command: str) -> None:
        """Run a command inside the land."""
        self._inside.submit(subprocess.run, command, check=True, capture_output=True).result()

    def close(self) -> None:
        """End the world."""
        os.write(self._stopping, b"x")
        self._thread.join()
        for handle in (self._stop, self._stopping, self._tun):
            os.close(handle)

    def _play(self) -> None:
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else 1.0
            ready, _, _ = select.select([self._tun, self._stop], [], [], wait)
            if self._stop in ready:
                return
            if self._tun in ready:
                self._hear(os.read(self._tun, 2048))
            while self._due and self._due[0][0] <= time.monotonic():
                os.write(self._tun, heapq.heappop(self._due)[1])

    def _hear(self, packet: bytes) -> None:
        reply = _reply_v4(packet) if packet[0] >> 4 == _V4 else _reply_v6(packet)
        if reply is None:
            return
        address, answer = reply
        now = time.monotonic()
        self.asked[address] += 1
        self.at.setdefault(address, []).append(now)
        delay = self.answer(address, self.asked[address])
        if delay is not None:
            heapq.heappush(self._due, (now + delay, answer))


def _reply_v4(packet: bytes) -> tuple[str, bytes] | None:
    size = (packet[0] & 15) * 4
    if packet[9] != socket.IPPROTO_ICMP or packet[size] != 8:
        return None
    source, target = packet[12:16], packet[16:20]
    icmp = bytes((0, 0, 0, 0)) + packet[size + 4 :]
    icmp = icmp[:2] + struct.pack("!H", _sum(icmp)) + icmp[4:]
    head = packet[:12] + target + source + packet[20:size]
    return socket.inet_ntoa(target), head + icmp


def _reply_v6(packet: bytes) -> tuple[str, bytes] | None:
    if packet[6] != socket.IPPROTO_ICMPV6 or packet[40] != 128:
        return None
    source, target = packet[8:24], packet[24:40]
    icmp = bytes((129, 0, 0, 0)) + packet[44:]
    pseudo = target + source + struct.pack("!IHBB", len(icmp), 0, 0, socket.IPPROTO_ICMPV6)
    icmp = icmp[:2] + struct.pack("!H", _sum(pseudo + icmp)) + icmp[4:]
    return socket.inet_ntop(socket.AF_INET6, target), packet[:8] + target + source + icmp


def _sum(data: bytes) -> int:
    """Add up plainly, unlike the code under test."""
    total = 0
    for high, low in zip(data[::2], data[1::2], strict=True):
        total += high << 8 | low
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _settle(name: str) -> int:
    """Make the calling thread's new network; return the TUN device's file."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN_NO_PI))
    for line in (
        "link set lo up",
        f"link set {name} up txqueuelen 10000",
        f"address add 10.0.0.1/8 dev {name}",
        f"-6 address add fd00::1/64 dev {name} nodad",
    ):
        subprocess.run(["ip", *line.split()], check=True, capture_output=True)
    return tun


@contextmanager
def land() -> Iterator[Land]:
    """Enter a new land: 10.0.0.0/8 and fd00::/64, everything answers at once. Needs root."""
    with ThreadPoolExecutor(1) as inside:
        made = Land(inside, inside.submit(_settle, "world").result())
        try:
            yield made
        finally:
            made.close()
