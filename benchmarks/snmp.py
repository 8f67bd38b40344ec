"""How many SNMP devices does the product's own engine poll per CPU second? One JSON line.

The engine runs as it does in the product: on the same event loop, with the same settings.

One poll is 5 system scalars and 8 columns of 24 interfaces: 197 values in 4 GETs. Device k is
127.(1+(k>>15)).((k>>7)&255).(1+(k&127)); benchmarks/responder.c plays them all.
"""

import argparse
import asyncio
import json
import resource
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

from collectors._snmp.agent import Patience, Trouble
from collectors._snmp.engine import Engine
from runtime import process

_IF, _IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
SCALARS = tuple(f"1.3.6.1.2.1.1.{i}.0" for i in (1, 2, 3, 5, 6))
# ifOperStatus, ifInErrors, ifOutErrors, ifInDiscards; ifHC{In,Out}{Octets,UcastPkts}
COLUMNS = (
    *(f"{_IF}.{i}" for i in (8, 14, 20, 13)),
    *(f"{_IFX}.{i}" for i in (6, 10, 7, 11)),
)
INTERFACES = 24
OIDS = (*SCALARS, *(f"{column}.{row}" for column in COLUMNS for row in range(1, INTERFACES + 1)))


@dataclass(slots=True)
class Result:
    """What the rounds came to."""

    ok: int = 0
    failed: int = 0
    varbinds: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took: seconds, seconds of CPU, those of the kernel among them, MiB."""

    wall: float
    cpu: float
    kernel: float
    rss: float


class OwnSockets:
    """Sockets of this process."""

    def open(self, family: socket.AddressFamily, kind: int, proto: int = 0) -> socket.socket:
        """Return a new socket."""
        return socket.socket(family, kind, proto)


def address(k: int) -> str:
    """Return where device k lives."""
    return f"127.{1 + (k >> 15)}.{k >> 7 & 255}.{1 + (k & 127)}"


def parser() -> argparse.ArgumentParser:
    """Return the options that every contestant takes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("-n", type=int, default=1000, metavar="DEVICES")
    options.add_argument("-c", type=int, default=500, metavar="IN_FLIGHT")
    options.add_argument("-r", type=int, default=3, metavar="ROUNDS")
    options.add_argument("-p", type=int, default=16100, metavar="PORT")
    options.add_argument("-t", type=float, default=1.0, metavar="TIMEOUT")
    options.add_argument("-R", type=int, default=1, metavar="RETRIES")
    return options


def used() -> tuple[float, float]:
    """Return CPU seconds, and those of the kernel among them, of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_stime


class Meter:
    """Wall and CPU of this process from here on."""

    def __init__(self) -> None:
        """Start it."""
        self._begun = time.perf_counter()
        self._cpu, self._kernel = used()

    def cost(self) -> Cost:
        """Return what was used so far."""
        cpu, kernel = used()
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        wall = time.perf_counter() - self._begun
        return Cost(wall, cpu - self._cpu, kernel - self._kernel, rss)


def line(result: Result, o: argparse.Namespace, cost: Cost) -> str:
    """Return the JSON line."""
    polls = o.n * o.r
    return json.dumps(
        {
            "ok": result.ok,
            "failed": result.failed,
            "varbinds": result.varbinds,
            "wall_s": round(cost.wall, 4),
            "cpu_s": round(cost.cpu, 4),
            "sys_s": round(cost.kernel, 4),
            "dev_per_s": round(polls / cost.wall, 1),
            "cpu_ms_per_dev": round(cost.cpu * 1000 / polls, 4),
            "dev_per_cpu_s": round(polls / max(cost.cpu, 1e-9), 1),
            "rss_mb": round(cost.rss, 1),
            "n": o.n,
        }
    )


async def _serve(
    engine: Engine, devices: Iterator[int], port: int, patience: Patience, result: Result
) -> None:
    plan = engine.plan(OIDS)
    for k in devices:
        agent = await engine.agent(address(k), port, "public")
        try:
            values = await engine.get(agent, plan, patience)
        except Trouble:
            result.failed += 1
        else:
            result.ok += 1
            result.varbinds += len(values) - values.count(None)


async def sweep(n: int, flights: int, rounds: int, port: int, patience: Patience) -> Result:
    """Poll n devices so many times, `flights` of them at a time."""
    engine = Engine(OwnSockets(), window=flights)
    result = Result()
    for _ in range(rounds):
        devices = iter(range(n))
        workers = min(flights, n)
        await asyncio.gather(
            *(_serve(engine, devices, port, patience, result) for _ in range(workers))
        )
    await engine.aclose()
    return result


def main() -> None:
    """Run it."""
    o = parser().parse_args()
    meter = Meter()
    result = process.run(sweep(o.n, o.c, o.r, o.p, Patience(o.t, o.R)))
    print(line(result, o, meter.cost()))


if __name__ == "__main__":
    main()
