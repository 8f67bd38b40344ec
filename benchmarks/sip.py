"""SIP OPTIONS beside sipsak, in one run, by turns.

`python -m benchmarks.sip --runs 5 --check` starts a responder, lets our sweep ask `-n` peers twice
each over `--seconds`, lets sipsak ask `-k` times (a process each, as its users run it), and prints
one JSON line per contestant (median CPU µs per question, and the range) and, last, the ratio. With
`--check` it exits with 1 where the target is missed. Needs Debian's sipsak. The responder is a
process of its own, and not counted.
"""

import argparse
import asyncio
import json
import multiprocessing
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

from collectors._sip.sweep import Sweep
from core.clock import SystemClock
from core.reading import Reading
from core.watching import Check
from runtime.kit import make_kit
from runtime.process import run

TARGET = 1 / 50  # of sipsak's CPU, at most
_KEPT = ("Via", "From", "To", "Call-ID", "CSeq")


def respond(told: Connection) -> None:
    """Answer every request for ever."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as answering:
        answering.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        answering.bind(("127.0.0.1", 0))
        told.send(answering.getsockname()[1])
        while True:
            octets, sender = answering.recvfrom(4096)
            lines = octets.decode().split("\r\n")
            kept = [line for line in lines if line.startswith(_KEPT)]
            head = ["SIP/2.0 200 OK", *kept, "Allow: INVITE, ACK, BYE, OPTIONS"]
            answer = [*head, "User-Agent: codec/1.0", "Content-Length: 0", "", ""]
            answering.sendto("\r\n".join(answer).encode(), sender)


@contextmanager
def responder() -> Iterator[int]:
    """Run the responder; give its port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=respond, args=(there,), daemon=True)
    process.start()
    try:
        port: int = here.recv()
        yield port
    finally:
        process.kill()
        process.join()


class Feed:
    """Checks that never change."""

    version = 1

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks

    def current(self) -> Sequence[Check]:
        """Return all of them."""
        return self._checks

    def hints(self) -> Sequence[str]:
        """Return none."""
        return ()


async def _ours(port: int, count: int, seconds: float) -> None:
    checks = [
        Check(
            slug=f"codec-{n}/sip_options",
            target=f"codec-{n}",
            collector="sip_options",
            address="127.0.0.1",
            params={"port": port},
            interval=seconds / 2,
            timeout=4.0,
            labels=(("instance", f"codec-{n}"), ("job", "bench")),
        )
        for n in range(count)
    ]
    readings: list[Reading] = []
    task = asyncio.create_task(Sweep(Feed(checks), make_kit(SystemClock()), readings.extend).run())
    await asyncio.sleep(seconds / 2)  # by now every peer was met once
    readings.clear()
    before = time.process_time()
    await asyncio.sleep(seconds)
    spent, done = time.process_time() - before, list(readings)
    task.cancel()
    await asyncio.wait([task])
    good = sum(reading.ok for reading in done)
    asked = len(done)
    print(json.dumps({"good": good, "asked": asked, "cpu_us": spent / asked * 1e6}))


def our_turn(port: int, count: int, seconds: float) -> dict[str, float]:
    """Return what ours did, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sip", "--ours", str(port)]
    told = subprocess.run(
        [*command, "-n", str(count), "--seconds", str(seconds)], check=True, capture_output=True
    )
    measured: dict[str, float] = json.loads(told.stdout)
    return measured


def sipsaks_turn(port: int, count: int) -> dict[str, float]:
    """Return what sipsak did."""
    program = shutil.which("sipsak") or sys.exit("no sipsak")
    before, good = resource.getrusage(resource.RUSAGE_CHILDREN), 0
    for _ in range(count):
        asked = subprocess.run(
            [program, "-s", f"sip:127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        good += asked.returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"good": good, "asked": count, "cpu_us": spent / count * 1e6}


def compared(o: argparse.Namespace) -> bool:
    """Run both by turns, print the figures; say whether the target is reached."""
    turns: dict[str, list[float]] = {"ours": [], "sipsak": []}
    with responder() as port:
        for _ in range(o.runs):
            for who, told in (
                ("ours", our_turn(port, o.n, o.seconds)),
                ("sipsak", sipsaks_turn(port, o.k)),
            ):
                if told["good"] != told["asked"] or told["asked"] < (o.n if who == "ours" else 1):
                    sys.exit(f"{who}: {told['good']} of {told['asked']} answers were good")
                turns[who].append(told["cpu_us"])
    middle = {who: statistics.median(spent) for who, spent in turns.items()}
    for who, spent in turns.items():
        row = {"who": who, "cpu_us": round(middle[who], 1)}
        print(json.dumps(row | {"least": round(min(spent), 1), "most": round(max(spent), 1)}))
    times = [theirs / ours for ours, theirs in zip(turns["ours"], turns["sipsak"], strict=True)]
    ratio = middle["sipsak"] / middle["ours"]
    row = {"sipsak_over_ours": round(ratio, 1), "runs": [round(one, 1) for one in times]}
    print(json.dumps(row | {"target": round(1 / TARGET)}))
    return ratio >= 1 / TARGET


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=5000, help="peers")
    parser.add_argument("-k", type=int, default=200, help="processes of sipsak")
    parser.add_argument("--seconds", type=float, default=10.0, help="of one turn of ours")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--ours", type=int, metavar="PORT", help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.ours:
        run(_ours(o.ours, o.n, o.seconds))
    elif not compared(o) and o.check:
        sys.exit(1)


if __name__ == "__main__":
    main()
