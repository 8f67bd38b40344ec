"""Our engine beside gufo_snmp, snmp_exporter and a bare C loop, in one run, by turns.

Prints one JSON line per contestant and case (medians of the runs) and, last, the ratios. With
`--check` it exits with 1 where a target is missed. Needs gcc, gufo-snmp and Debian's
prometheus-snmp-exporter; takes some minutes.
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.build import built
from benchmarks.snmp import OIDS, address

Row = dict[str, Any]
HOSTILE = (
    *("truncated", "random", "wrongid", "huge", "empty", "duplicate", "late", "toobig"),
    *("header", "community", "source"),
)


@dataclass(frozen=True)
class Case:
    """What is polled, and how."""

    name: str
    fleet: tuple[str, ...] = ()  # options of the responder
    poll: tuple[str, ...] = ()
    contestants: tuple[str, ...] = ("c", "ours", "gufo")


CASES = (
    Case("rtt0", (), ("-n", "2000", "-c", "300", "-r", "5"), ("c", "ours", "gufo", "exporter")),
    Case("rtt20", ("-r", "20"), ("-n", "5000", "-c", "5000", "-r", "3", "-t", "2")),
    Case(
        "rtt20_dead10",
        ("-r", "20", "-d", "10"),
        ("-n", "5000", "-c", "5000", "-r", "1", "-t", "1", "-R", "1"),
        ("c", "ours"),
    ),
)


def command(contestant: str, programs: Path) -> list[str]:
    """Return how a contestant is started."""
    modules = {"ours": "snmp", "gufo": "snmp_gufo", "exporter": "snmp_exporter"}
    if contestant == "c":
        return [str(programs / "poller")]
    return [sys.executable, "-m", f"benchmarks.{modules[contestant]}"]


@contextmanager
def fleet(programs: Path, options: Sequence[str]) -> Iterator[int]:
    """Run the responder on a free port; yield the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("0.0.0.0", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [str(programs / "responder"), "-p", str(port), *options], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield port
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def told(port: int, word: bytes = b"S") -> Row:
    """Return the responder's own counters."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(5)
        asker.sendto(word, ("127.0.0.1", port))
        answer: Row = json.loads(asker.recv(4096))
        return answer


def run(contestant: str, programs: Path, port: int, options: Sequence[str]) -> Row:
    """Return the JSON line of one run, with what the responder counted."""
    told(port, b"R")
    whole = [*command(contestant, programs), "-p", str(port), *options]
    done = subprocess.run(whole, check=True, capture_output=True, text=True)
    row: Row = json.loads(done.stdout)
    row["served"] = told(port)["varbinds"]
    if row["varbinds"] != row["ok"] * len(OIDS):
        sys.exit(f"{contestant} skips work: {row}")
    return row


def median(rows: Sequence[Row]) -> Row:
    """Return the row whose CPU is the median."""
    return sorted(rows, key=lambda row: float(row["cpu_s"]))[len(rows) // 2]


def mixed(x: int) -> int:
    """Return the responder's hash of an address: who is dead follows from it."""
    x ^= x >> 16
    x = x * 0x7FEB352D & 0xFFFFFFFF
    x ^= x >> 15
    x = x * 0x846CA68B & 0xFFFFFFFF
    return x ^ x >> 16


def dead(n: int, percent: float) -> int:
    """Return how many of n devices are dead."""
    numbers = (int.from_bytes(socket.inet_aton(address(k))) for k in range(n))
    return sum(mixed(number) % 1000 < percent * 10 for number in numbers)


def compared(case: Case, programs: Path, runs: int) -> dict[str, Row]:
    """Return the median row of each contestant."""
    rows: dict[str, list[Row]] = {name: [] for name in case.contestants}
    with fleet(programs, case.fleet) as port:
        for _ in range(runs):
            for name in case.contestants:
                rows[name].append(run(name, programs, port, case.poll))
    medians = {name: median(found) for name, found in rows.items()}
    for name, row in medians.items():
        walls = [float(each["wall_s"]) for each in rows[name]]
        row["wall_s"] = statistics.median(walls)
        print(json.dumps({"case": case.name, "contestant": name, **row}), flush=True)
    return medians


def spoilt(programs: Path) -> dict[str, int]:
    """Return how many of 300 devices were read, by kind of hostile reply (20 % of replies)."""
    read: dict[str, int] = {}
    for kind in ("loss", *HOSTILE):
        options = ["-l", "20"] if kind == "loss" else ["-x", "20", "-k", kind]
        with fleet(programs, options) as port:
            poll = ("-n", "300", "-c", "300", "-r", "1", "-t", "1", "-R", "2")
            row = run("ours", programs, port, poll)
        read[kind] = row["ok"]
        print(json.dumps({"case": "hostile20", "kind": kind, **row}), flush=True)
    return read


def verdicts(results: dict[str, dict[str, Row]]) -> Iterator[tuple[str, float, bool]]:
    """Yield (what, figure, reached) of every target."""
    calm, far, part = results["rtt0"], results["rtt20"], results["rtt20_dead10"]
    per_cpu = {name: float(row["dev_per_cpu_s"]) for name, row in calm.items()}
    against = per_cpu["ours"] / per_cpu["exporter"]
    yield "devices per CPU second, times snmp_exporter", against, against >= 8
    against = per_cpu["ours"] / per_cpu["gufo"]
    yield "devices per CPU second, times gufo_snmp", against, against >= 1.6
    wall = far["ours"]["wall_s"] / far["c"]["wall_s"]
    yield "wall of 5,000 devices at 20 ms, times the C loop", wall, wall <= 4.5
    yield "RSS of it in MiB", far["ours"]["rss_mb"], far["ours"]["rss_mb"] <= 80
    missed = part["ours"]["failed"]
    yield "failed devices where the dead are so many", missed, missed == dead(5000, 10)


def main() -> None:
    """Run every case."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument(
        "--check", action="store_true", help="exit with 1 where a target is missed"
    )
    options.add_argument("--no-hostile", action="store_true")
    o = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        programs = Path(folder)
        built("responder", programs)
        built("poller", programs)
        results = {case.name: compared(case, programs, o.runs) for case in CASES}
        if not o.no_hostile:
            spoilt(programs)
    reached = True
    for what, figure, good in verdicts(results):
        print(json.dumps({"target": what, "figure": round(figure, 2), "reached": good}))
        reached = reached and good
    sys.exit(0 if reached or not o.check else 1)


if __name__ == "__main__":
    main()
