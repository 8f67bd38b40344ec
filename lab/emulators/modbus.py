"""Pretend sensors and generators over Modbus TCP: input registers that move, functions 3 and 4."""

import asyncio
import contextlib
import math
import socket
import struct
from collections.abc import Callable, Mapping

from core.clock import Clock
from lab.emulators.answering import About
from lab.emulators.talks import Talks

ABOUT = About(
    family="modbus",
    source="MODBUS Application Protocol 1.1b3, MODBUS Messaging on TCP/IP 1.0b",
    guessed={"registers": "a map of our own, for makers have theirs"},
)
_HEAD = struct.Struct("!HHHB")  # transaction, protocol, length, unit
_READ = struct.Struct("!BHH")  # function, address, count
_READING = (3, 4)
_MOST = 125  # registers of one answer
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS = 1, 2
_PATIENCE = 30.0  # seconds with one peer

Registers = Callable[[], Mapping[int, int]]  # address → 16 bits, of this moment


def climate(clock: Clock) -> Registers:
    """Return the registers of a machine room's sensors.

    0 and 1: tenths of a degree in the room and at the racks, 2: tenths of a per cent of humidity,
    3: 1 while water is on the floor.
    """

    def now() -> Mapping[int, int]:
        swell = math.sin(2 * math.pi * clock.monotonic() / 900)
        return {
            0: round(230 + 12 * swell),
            1: round(262 + 20 * swell),
            2: round(520 - 40 * swell),
            3: 0,
        }

    return now


def generator(clock: Clock) -> Registers:
    """Return the registers of a generator that stands ready.

    0: thousandths of the fuel, 1: tenths of a volt of its battery, 2: turns a minute, 3: hours it
    has run, 4: 0 stopped, 1 running; of the mains 5: tenths of a volt, 6: hundredths of a hertz,
    7: tenths of an ampere.
    """

    def now() -> Mapping[int, int]:
        swell = math.sin(2 * math.pi * clock.monotonic() / 600)
        return {
            0: 780,
            1: round(268 + 2 * swell),
            2: 0,
            3: 412,
            4: 0,
            5: round(2240 + 30 * swell),
            6: round(5000 + 4 * swell),
            7: round(310 + 45 * swell),
        }

    return now


class ModbusServer:
    """Answers on connections that it is handed."""

    def __init__(self, registers: Registers) -> None:
        self._registers = registers
        self._talks = Talks()

    def take(self, taken: socket.socket) -> None:
        """Serve an accepted connection."""
        self._talks.begin(self._talk(taken))

    async def _talk(self, taken: socket.socket) -> None:
        taken.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=taken)
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(_PATIENCE):
                while True:
                    transaction, _, length, unit = _HEAD.unpack(
                        await reader.readexactly(_HEAD.size)
                    )
                    said = self.answer(await reader.readexactly(max(1, length) - 1))
                    writer.write(_HEAD.pack(transaction, 0, len(said) + 1, unit) + said)
                    await writer.drain()
        writer.close()

    def answer(self, asked: bytes) -> bytes:
        """Return the answer to a request without its head: registers, or a refusal."""
        if len(asked) != _READ.size or asked[0] not in _READING:
            return bytes(((asked[0] if asked else 0) | 0x80, _ILLEGAL_FUNCTION))
        function, address, count = _READ.unpack(asked)
        known = self._registers()
        wanted = range(address, address + count)
        if not 1 <= count <= _MOST or any(one not in known for one in wanted):
            return bytes((function | 0x80, _ILLEGAL_ADDRESS))
        words = struct.pack(f"!{count}H", *(known[one] & 0xFFFF for one in wanted))
        return bytes((function, len(words))) + words

    async def close(self) -> None:
        """Hang up on everybody."""
        await self._talks.close()
