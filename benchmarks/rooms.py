"""What do 200 rooms of mixed makes cost, asked every 30 seconds?

`python -m benchmarks.rooms --check` runs emulators of every family in a process of its own (not
counted), every room in a call, over TLS where the family has it; looks at each room
`--rounds` times, spread as the scheduler would, each from `look_once` with its transcript; and
prints, one JSON line a family, the CPU seconds of a look (median and range by round), then which
share of one core the rooms take at the interval. With `--check` it exits with 1 where that is
beyond the target.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection

from core.clock import SystemClock
from core.watching import Check
from lab import synthetic
from lab.calls import Calls
from lab.certificates import Authority
from lab.emulators.answering import Emulator, Stage
from lab.emulators.cisco_codec import CiscoCodec
from lab.emulators.cisco_meeting_server import CiscoMeetingServer
from lab.emulators.lifesize import Lifesize
from lab.emulators.pexip import Pexip
from lab.emulators.poly_videoos import PolyVideoOs
from lab.emulators.polycom_text import PolycomText
from lab.emulators.serving import served
from lab.emulators.yealink_text import YealinkText
from lab.fabric import Fabric
from lab.world import World
from runtime.kit import make_kit
from runtime.process import run
from runtime.registries import collectors
from runtime.scheduler import look_once

TARGET = 0.15  # of one core, at most
INTERVAL = 30.0  # seconds
_USER, _PASSWORD = "monitor", "thong-suot-2026"
_LOGIN = f"{_USER}:{_PASSWORD}"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_SHARES: Mapping[str, float] = {  # of the rooms
    "cisco_codec": 0.4,
    "poly_videoos": 0.3,
    "polycom_text": 0.15,
    "yealink_text": 0.1,
    "lifesize": 0.05,
}
_ROOMS: Mapping[str, Callable[[Stage], Emulator]] = {
    "cisco_codec": CiscoCodec,
    "poly_videoos": PolyVideoOs,
}
_BY_TEXT: Mapping[str, Callable[[Stage], Talk]] = {  # on a command line, without TLS
    "polycom_text": lambda stage: PolycomText(stage).talk,
    "yealink_text": lambda stage: YealinkText(stage).talk,
    "lifesize": lambda stage: Lifesize(stage, _USER, _PASSWORD).talk,
}
_BRIDGES: Mapping[str, Callable[[Stage], Emulator]] = {
    "cisco_meeting_server": CiscoMeetingServer,
    "pexip": Pexip,
}
_CONFERENCE = 50  # rooms of them that are on the bridges


async def _serve(told: Connection) -> None:
    """Serve one emulator of each family until killed; tell the ports."""
    fabric = Fabric(synthetic.inventory(5, 60))
    world, clock = World(fabric), SystemClock()
    calls = Calls(lambda: world, clock)
    rooms = [d.slug for d in fabric.devices.values() if d.kind == "endpoint"][:_CONFERENCE]
    for room in rooms:
        calls.join(room, "giao-ban", content=True)
    context = Authority(clock.now()).context("127.0.0.1", clock.now(), timedelta(days=30))
    makes = {**_ROOMS, **_BRIDGES}
    async with AsyncExitStack() as stack:
        ports = {}
        for name, make in makes.items():
            emulator = make(Stage(calls, clock, rooms[0]))
            ports[name] = await stack.enter_async_context(served(emulator, context))
        for name, talk in _BY_TEXT.items():
            codec = talk(Stage(calls, clock, rooms[0]))
            server = await stack.enter_async_context(await asyncio.start_server(codec, "127.0.0.1"))
            ports[name] = server.sockets[0].getsockname()[1]
        await asyncio.sleep(3)  # the calls are connected
        told.send(ports)
        await asyncio.Event().wait()


def serve(told: Connection) -> None:
    """Run the emulators."""
    run(_serve(told))


@contextmanager
def emulators() -> Iterator[Mapping[str, int]]:
    """Give the ports of running emulators, by family."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        ports: Mapping[str, int] = here.recv()
        yield ports
    finally:
        process.kill()
        process.join()


class _Purse:
    """The emulators' login."""

    def reveal(self, name: str) -> str | None:  # noqa: ARG002
        """Return it."""
        return _LOGIN


def _checks(family: str, port: int, count: int) -> Sequence[Check]:
    return [
        Check(
            slug=f"{family}-{n}/{family}",
            target=f"{family}-{n}",
            collector=family,
            address="127.0.0.1",
            params={"port": port} | ({} if family in _BY_TEXT else {"verify": False}),
            interval=INTERVAL,
            timeout=20.0,
            secret="codec",
            labels=(("instance", f"{family}-{n}"), ("job", "bench"), ("site", "a")),
        )
        for n in range(count)
    ]


async def _measured(ports: Mapping[str, int], rooms: int, rounds: int) -> Mapping[str, list[float]]:
    """Return the CPU seconds of a look, by family, a figure for each round after the first."""
    known, kit = collectors(), make_kit(SystemClock(), secrets=_Purse())
    counts = {name: round(share * rooms) for name, share in _SHARES.items()}
    counts |= dict.fromkeys(_BRIDGES, 1)
    checks = {name: _checks(name, ports[name], count) for name, count in counts.items()}
    spent: dict[str, list[float]] = {name: [] for name in counts}
    for number in range(rounds + 1):
        for name, many in checks.items():
            begun = time.process_time()
            for check in many:
                _, reading = await look_once(known[name], check, kit)
                if not reading.ok:
                    sys.exit(f"{name}: {reading.failure}")
            if number:  # connections are made and everything is asked in the first
                spent[name].append((time.process_time() - begun) / len(many))
    await kit.aclose()
    return spent


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=200, help="rooms")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true")
    o = parser.parse_args()
    with emulators() as ports:
        spent = run(_measured(ports, o.n, o.rounds))
    share = 0.0
    for name, figures in spent.items():
        count = round(_SHARES[name] * o.n) if name in _SHARES else 1
        middle = statistics.median(figures)
        share += count * middle / INTERVAL
        row = {"family": name, "checks": count, "cpu_ms": round(middle * 1e3, 2)}
        least, most = round(min(figures) * 1e3, 2), round(max(figures) * 1e3, 2)
        print(json.dumps(row | {"least": least, "most": most}))
    print(json.dumps({"rooms": o.n, "share_of_a_core": round(share, 4), "target": TARGET}))
    if o.check and share > TARGET:
        sys.exit(1)


if __name__ == "__main__":
    main()
