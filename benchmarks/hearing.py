"""What does a storm of traps and syslog do to polling and to the disk? JSON.

One process listens (the product's listener, remarks and SQLite ledger, on the product's loop),
polls SNMP agents played by benchmarks/responder.c meanwhile, and notes by how much its loop is
late. Another process sends so many messages a second over loopback: a third each of v2c traps
and of syslog by UDP and TCP, every one different. Calm and storm are measured by turns.
"""

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.build import built
from benchmarks.snmp import OIDS, Meter, OwnSockets, address
from collectors._snmp import ber
from collectors._snmp.agent import Patience, Trouble
from collectors._snmp.engine import Engine
from core.clock import SystemClock
from core.watching import Check
from runtime import process
from runtime.hearing import Listener, open_ear
from runtime.hints import Hints
from runtime.sections.looking import Hearing
from storage import migrations
from storage.ledger import Ledger, open_ledger
from tests.ports import free_port

LATE = 0.01  # seconds between two looks at the loop
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"


class Feed:
    """Devices at so many loopback addresses."""

    version = 1

    def __init__(self, devices: int) -> None:
        """Watch 127.0.0.1 … 127.0.0.n."""
        self._checks = [
            Check(
                slug=f"gw-{n}/icmp",
                target=f"gw-{n}",
                collector="icmp",
                address=f"127.0.0.{n + 1}",
                reach=True,
            )
            for n in range(devices)
        ]

    def current(self) -> list[Check]:
        """Return the checks."""
        return self._checks


class NoSecrets:
    """Nothing is set."""

    def reveal(self, name: str) -> str | None:
        """Return nothing."""
        del name
        return None


def trap(number: int) -> bytes:
    """Return a linkDown of an interface of that number."""

    def bound(name: str, value: bytes) -> bytes:
        return ber.tlv(ber.SEQUENCE, ber.oid(name) + value)

    bindings = (
        bound("1.3.6.1.2.1.1.3.0", ber.integer(5, ber.TIME_TICKS))
        + bound("1.3.6.1.6.3.1.1.4.1.0", ber.oid(LINK_DOWN))
        + bound("1.3.6.1.2.1.2.2.1.1.3", ber.integer(number))
    )
    body = ber.integer(number) + ber.integer(0) * 2 + ber.tlv(ber.SEQUENCE, bindings)
    community = ber.tlv(ber.STRING, b"public")
    return ber.tlv(ber.SEQUENCE, ber.integer(1) + community + ber.tlv(0xA7, body))


def storm(rate: int, seconds: float, devices: int, ports: list[int]) -> None:
    """Send, a hundredth of a second's worth at a time; print how many were sent."""
    doors, streams = [], []
    for n in range(devices):
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        door.bind((f"127.0.0.{n + 1}", 0))
        doors.append(door)
        stream = socket.socket()
        stream.bind((f"127.0.0.{n + 1}", 0))
        stream.connect(("127.0.0.1", ports[2]))
        stream.setblocking(False)
        streams.append(stream)
    sent = blocked = 0
    begun = time.perf_counter()
    while (passed := time.perf_counter() - begun) < seconds:
        while sent < passed * rate:
            at = sent % devices
            line = b"<11>Nov 30 10:00:00 gw %%LINK-3-UPDOWN: Interface Gi%d down" % sent
            kind = sent % 3
            if kind == 0:
                doors[at].sendto(trap(sent), ("127.0.0.1", ports[0]))
            elif kind == 1:
                doors[at].sendto(line, ("127.0.0.1", ports[1]))
            else:
                try:
                    streams[at].send(line + b"\n")
                except BlockingIOError:
                    blocked += 1
            sent += 1
        time.sleep(0.002)
    print(json.dumps({"sent": sent, "made_to_wait": blocked}))


class Lateness:
    """By how much the loop is late, and how long polls take."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.polls: list[float] = []
        self.failed = 0

    async def watch(self) -> None:
        """Look at the loop until cancelled."""
        while True:
            due = time.perf_counter() + LATE
            await asyncio.sleep(LATE)
            self.late.append(time.perf_counter() - due)

    async def poll(self, engine: Engine, port: int, number: int, every: float) -> None:
        """Poll a device until cancelled."""
        agent = await engine.agent(address(number), port, "public")
        plan = engine.plan(OIDS)
        while True:
            begun = time.perf_counter()
            try:
                await engine.get(agent, plan, Patience(1.0, 1))
            except Trouble:
                self.failed += 1
            took = time.perf_counter() - begun
            self.polls.append(took)
            await asyncio.sleep(max(0.0, every - took))

    def said(self) -> dict[str, float]:
        """Return medians and worst of both, in milliseconds."""
        return {
            "polls": len(self.polls),
            "polls_failed": self.failed,
            "poll_ms_p50": round(statistics.median(self.polls) * 1e3, 2),
            "poll_ms_p99": round(statistics.quantiles(self.polls, n=100)[98] * 1e3, 2),
            "loop_late_ms_p50": round(statistics.median(self.late) * 1e3, 2),
            "loop_late_ms_p99": round(statistics.quantiles(self.late, n=100)[98] * 1e3, 2),
            "loop_late_ms_max": round(max(self.late) * 1e3, 2),
        }


async def measured(o: argparse.Namespace, folder: Path, rate: int) -> dict[str, object]:
    """Listen and poll for a while, under a storm of that rate (0: calm)."""
    url = f"sqlite:///{folder / f'{rate}-{time.time_ns()}.db'}"
    await migrations.upgrade(url)
    ledger: Ledger = await open_ledger(url, None, SystemClock())
    ports = [free_port() for _ in range(3)]
    names = ("traps", "syslog", "syslog_tcp")
    hearing = Hearing.model_validate(
        {name: f"0.0.0.0:{port}" for name, port in zip(names, ports, strict=True)}
        | {"kept": o.kept}
    )
    hints = Hints(Feed(o.devices), lambda _: None, SystemClock())  # type: ignore[arg-type]
    ear = await open_ear(hearing, hints, NoSecrets(), ledger.remarks, SystemClock())
    listener = Listener(hearing, ear)
    engine, lateness = Engine(OwnSockets()), Lateness()
    tasks = [asyncio.create_task(listener.run()), asyncio.create_task(lateness.watch())]
    tasks += [
        asyncio.create_task(lateness.poll(engine, o.port, k, o.polled / 100))
        for k in range(o.polled)
    ]
    await asyncio.sleep(1.0)
    lateness.late.clear()
    lateness.polls.clear()
    meter = Meter()
    sender = None
    if rate:
        words = [str(rate), str(o.seconds), str(o.devices), *map(str, ports)]
        sender = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.hearing", "--storm", *words, stdout=subprocess.PIPE
        )
    sent = {}
    if sender is not None:
        sent = json.loads((await sender.communicate())[0])
    else:
        await asyncio.sleep(o.seconds)
    cost = meter.cost()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    listener.close()
    await engine.aclose()
    stats = hints.stats
    rows = await ledger.remarks.how_many()
    await ledger.aclose()
    size = _size(folder, url.rpartition("/")[2])
    return {
        "rate": rate,
        **sent,
        "heard": stats.heard,
        "dropped": stats.dropped,
        "junk": stats.junk,
        "rows": rows,
        "ledger_mb": round(size / 1e6, 2),
        "cpu_share": round(cost.cpu / cost.wall, 3),
        **lateness.said(),
    }


def _size(folder: Path, name: str) -> int:
    """Return the bytes of a ledger's files."""
    return sum(file.stat().st_size for file in folder.glob(f"{name}*"))


async def turns(o: argparse.Namespace, folder: Path) -> list[dict[str, object]]:
    """Measure calm and storm by turns."""
    return [await measured(o, folder, rate) for _ in range(o.rounds) for rate in (0, o.rate)]


def main() -> None:
    """Run it, or be the storm."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=int, default=10_000)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--devices", type=int, default=20)
    options.add_argument("--polled", type=int, default=200, help="agents, 100 polls a second")
    options.add_argument("--kept", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--storm", nargs="+", help=argparse.SUPPRESS)
    o = options.parse_args()
    if o.storm:
        rate, seconds, devices, *ports = o.storm
        storm(int(rate), float(seconds), int(devices), list(map(int, ports)))
        return
    o.port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        program = built("responder", Path(folder))
        responder = subprocess.Popen([str(program), "-p", str(o.port)], stdout=subprocess.DEVNULL)
        try:
            for one in process.run(turns(o, Path(folder))):
                print(json.dumps(one))
        finally:
            responder.terminate()
            responder.wait(10)


if __name__ == "__main__":
    main()
