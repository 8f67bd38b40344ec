"""What does one poll of a switch with 48 ports and its health cost, beyond the wire?

`python -m benchmarks.switch [-r ROUNDS]` prints one JSON line: CPU milliseconds of a poll by our
collectors, and of the same datagrams merely sent and received. The agent is another process.
"""

import argparse
import asyncio
import json
import logging
import multiprocessing
import socket
import statistics
import time
from bisect import bisect_right
from collections.abc import Callable
from multiprocessing.connection import Connection

from collectors import snmp_health, snmp_interfaces
from collectors._snmp import ber
from core.clock import SystemClock
from core.collector import Kit
from core.watching import Check
from runtime.kit import make_kit

PORTS = 48
REPEATS = 7  # of the rounds
Table = dict[tuple[int, ...], bytes]
_IF, _IFX = (1, 3, 6, 1, 2, 1, 2, 2, 1), (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
_ENTITY, _SENSOR = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1), (1, 3, 6, 1, 4, 1, 9, 9, 91, 1, 1, 1, 1)
_CISCO = (1, 3, 6, 1, 4, 1, 9, 9)


def switch() -> Table:
    """Return the objects of a Catalyst: ports, processor, memory, fans, power, 24 optics."""

    def text(words: str) -> bytes:
        return ber.tlv(ber.STRING, words.encode())

    table: Table = {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): text("Cisco IOS Software, Version 15.2(7)E"),
        (1, 3, 6, 1, 2, 1, 1, 2, 0): ber.oid("1.3.6.1.4.1.9.1.1208"),
        (1, 3, 6, 1, 2, 1, 1, 3, 0): ber.integer(8_640_000, ber.TIME_TICKS),
        (1, 3, 6, 1, 2, 1, 2, 1, 0): ber.integer(PORTS),
        (*_CISCO, 109, 1, 1, 1, 1, 8, 1): ber.integer(17, ber.GAUGE32),
        (*_CISCO, 48, 1, 1, 1, 2, 1): text("Processor"),
        (*_CISCO, 48, 1, 1, 1, 5, 1): ber.integer(50_661_572, ber.GAUGE32),
        (*_CISCO, 48, 1, 1, 1, 6, 1): ber.integer(392_203_472, ber.GAUGE32),
    }
    for port in range(1, PORTS + 1):
        table[(*_IF, 2, port)] = text(f"GigabitEthernet1/0/{port}")
        table[(*_IFX, 1, port)] = text(f"Gi1/0/{port}")
        table[(*_IFX, 15, port)] = ber.integer(1000, ber.GAUGE32)
        for column in (3, 7, 8):
            table[(*_IF, column, port)] = ber.integer(1)
        table[(*_IF, 9, port)] = ber.integer(4_320_000 + port, ber.TIME_TICKS)
        for column in (13, 14, 19, 20):
            table[(*_IF, column, port)] = ber.integer(port, ber.COUNTER32)
        for column in (6, 7, 10, 11):
            table[(*_IFX, column, port)] = ber.integer((port << 33) + column, ber.COUNTER64)
    for row in range(1, 4):
        for group in (3, 4, 5):
            table[(*_CISCO, 13, 1, group, 1, 2, row)] = text(f"part {row}")
            table[(*_CISCO, 13, 1, group, 1, 6 if group == 3 else 3, row)] = ber.integer(1)
    for row in range(1, 49):  # 24 optics: what they send and what they receive
        table[(*_ENTITY, 7, row)] = text(f"Te1/1/{row // 2} {'Rx' if row % 2 else 'Tx'} Power")
        for column, said in ((1, 14), (2, 9), (3, 1), (4, -47), (5, 1)):
            table[(*_SENSOR, column, row)] = ber.integer(said)
    return table


def serve(table: Table, told: Connection) -> None:
    """Answer GET, GetNext and GetBulk from a table; the same question costs once."""
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", 0))
    told.send(door.getsockname()[1])
    names, known = sorted(table), dict[bytes, bytes]()
    while True:
        data, source = door.recvfrom(65535)
        at = data.index(b"\x02\x04") + 2
        key = data[:at] + data[at + 4 :]
        if key not in known:
            known[key] = _answered(data, table, names)
        answer = known[key]
        place = answer.index(b"\x02\x04") + 2
        door.sendto(answer[:place] + data[at : at + 4] + answer[place + 4 :], source)


def _answered(data: bytes, table: Table, names: list[tuple[int, ...]]) -> bytes:
    begin, end = ber.span(data, 0, len(data), ber.SEQUENCE)
    at, after = ber.span(data, begin + 3, end, ber.STRING)
    community, kind = data[at:after], data[after]
    begin, end = ber.content_span(data, after, end)
    numbers = []
    for _ in range(3):
        at, begin = ber.span(data, begin, end, ber.INTEGER)
        numbers.append(data[at:begin])
    begin, end = ber.span(data, begin, end, ber.SEQUENCE)
    asked: list[tuple[int, ...]] = []
    while begin < end:
        inner, begin = ber.span(data, begin, end, ber.SEQUENCE)
        at, after = ber.span(data, inner, begin, ber.OID)
        asked.append(ber.subids(data[at:after]))
    rows: list[tuple[tuple[int, ...], bytes]] = []
    if kind == 0xA0:
        rows = [(name, table.get(name, b"\x81\x00")) for name in asked]
    else:
        many = int.from_bytes(numbers[2]) if kind == 0xA5 else 1
        for name in asked:
            first = bisect_right(names, name)
            rows += [(one, table[one]) for one in names[first : first + many]]
            if first == len(names):
                rows.append((name, b"\x82\x00"))
    bindings = b"".join(
        ber.tlv(ber.SEQUENCE, ber.oid(".".join(map(str, name))) + value) for name, value in rows
    )
    body = ber.tlv(ber.INTEGER, numbers[0]) + b"\x02\x01\x00" * 2 + ber.tlv(ber.SEQUENCE, bindings)
    inner_message = b"\x02\x01\x01" + ber.tlv(ber.STRING, community) + ber.tlv(0xA2, body)
    return ber.tlv(ber.SEQUENCE, inner_message)


class _Silent:
    def note(self, line: str, *args: object) -> None:
        """Say nothing."""


def check(name: str, port: int) -> Check:
    """Return the check of a collector on the agent."""
    return Check(
        slug=f"sw-1/{name}",
        target="sw-1",
        collector=name,
        address="127.0.0.1",
        params={"port": port, "community": "public"},
        labels=(("instance", "sw-1"), ("job", "thongsuot"), ("site", "s-1")),
        timeout=20.0,
    )


async def ours(port: int, rounds: int) -> dict[str, float]:
    """Return CPU milliseconds of a poll, ports and health together, and what it brings."""
    kit: Kit = make_kit(SystemClock())
    looks = ((snmp_interfaces, "snmp_interfaces"), (snmp_health, "snmp_health"))
    samples, sent = 0, 0
    for module, name in looks:
        for _ in range(60):  # learned, and the replies' layouts too
            reading = await module.look(check(name, port), kit, _Silent())
        samples += len(reading.samples)
    engine = kit.engines["snmp"]
    spent = []
    for _ in range(rounds * REPEATS):
        before, began = engine.counts.sent, time.process_time()  # type: ignore[attr-defined]
        for module, name in looks:
            await module.look(check(name, port), kit, _Silent())
        spent.append((time.process_time() - began) * 1000)
        now_sent = engine.counts.sent - before  # type: ignore[attr-defined]
        sent = min(sent or now_sent, now_sent)
    await kit.aclose()
    return {
        "poll_ms": statistics.median(spent),
        "best_poll_ms": statistics.quantiles(spent, n=20)[0],  # of a machine with other work
        "with_lessons_ms": statistics.mean(spent),  # of 60 polls one learns the tables anew
        "samples": samples,
        "requests": sent,
    }


async def wire(port: int, requests: int, rounds: int) -> dict[str, float]:
    """Return CPU milliseconds of as many datagrams of the usual size, sent and received."""
    loop = asyncio.get_running_loop()
    names = [(*_IFX, 6, one) for one in range(1, PORTS + 1)]
    heads = [ber.oid(".".join(map(str, name))) for name in names]
    bindings = b"".join(ber.tlv(ber.SEQUENCE, head + b"\x05\x00") for head in heads)
    body = b"\x02\x04\x01\x02\x03\x04" + b"\x02\x01\x00" * 2 + ber.tlv(ber.SEQUENCE, bindings)
    datagram = ber.tlv(
        ber.SEQUENCE, b"\x02\x01\x01" + ber.tlv(ber.STRING, b"public") + ber.tlv(0xA0, body)
    )
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.setblocking(False)
    peer = ("127.0.0.1", port)
    left, done = 0, loop.create_future()

    def read() -> None:
        nonlocal left
        door.recvfrom(65535)
        left -= 1
        if left:
            door.sendto(datagram, peer)
        else:
            done.set_result(None)

    loop.add_reader(door, read)
    spent = []
    for _ in range(rounds * REPEATS):
        began = time.process_time()
        left, done = requests, loop.create_future()
        door.sendto(datagram, peer)
        await done
        spent.append((time.process_time() - began) * 1000)
    loop.remove_reader(door)
    door.close()
    return {
        "wire_ms": statistics.median(spent),
        "best_wire_ms": statistics.quantiles(spent, n=20)[0],
    }


def main() -> None:
    """Measure, and print one JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-r", type=int, default=50, dest="rounds")
    rounds = parser.parse_args().rounds
    logging.disable(logging.WARNING)
    near, far = multiprocessing.Pipe()
    start: Callable[..., multiprocessing.Process] = multiprocessing.Process
    agent = start(target=serve, args=(switch(), far), daemon=True)
    agent.start()
    port = near.recv()
    found = asyncio.run(ours(port, rounds))
    found |= asyncio.run(wire(port, int(found["requests"]), rounds))
    agent.terminate()
    found["beyond_the_wire_ms"] = found["poll_ms"] - found["wire_ms"]
    found["best_beyond_the_wire_ms"] = found["best_poll_ms"] - found["best_wire_ms"]
    print(json.dumps({key: round(value, 3) for key, value in found.items()}))


if __name__ == "__main__":
    main()
