"""How many pings does our sweep get out of a CPU second, and are its loss and RTT the truth?

Needs root, fping and a C compiler. All is measured in a private network namespace that is
removed at the end. Prints one JSON document:

- `cost`: our sweep and fping side by side, each pinging every target once a second; CPU by the
  kernel's account of the process, pings by the namespace's own ICMP counters, medians of rounds.
- `truth`: `icmp_responder.c` answers after an exact delay with an exact loss; what we call lost
  must be what it dropped, to the packet.
- `loopback`: the kernel answers inside the send, so the RTT we see is our own error.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.build import built
from collectors._icmp.sweep import Sweep
from core.clock import SystemClock
from core.reading import Reading
from core.watching import Check
from runtime.kit import make_kit

HERE = Path(__file__).parent
SETTLE = 3.0  # seconds until every probe of an ended sweep is decided


def address(k: int) -> str:
    """Return the address of target k; all of 127/8 is this machine."""
    return f"127.{1 + (k >> 15)}.{(k >> 7) & 255}.{1 + (k & 127)}"


class Feed:
    """The targets; with `all_told` every probe is emitted, as in a burst."""

    def __init__(self, targets: int, interval: float, *, reach: bool, all_told: bool) -> None:
        self.version = 1
        self.checks: Sequence[Check] = [
            Check(
                slug=f"t{k}/icmp",
                target=f"t{k}",
                collector="icmp",
                address=address(k),
                interval=interval,
                timeout=2.0,
                reach=reach,
            )
            for k in range(targets)
        ]
        self._hints = [check.slug for check in self.checks] if all_told else []

    def current(self) -> Sequence[Check]:
        return self.checks

    def hints(self) -> Sequence[str]:
        return self._hints

    def end(self) -> None:
        self.checks, self._hints = (), []
        self.version += 1


async def sweep(options: argparse.Namespace) -> dict[str, object]:
    """Run our sweep for a while; return its counts and the RTTs it told, in µs."""
    rtts: list[float] = []

    def take(readings: Sequence[Reading]) -> None:
        if options.all_told:
            rtts.extend(r.duration * 1e6 for r in readings if r.duration is not None)

    feed = Feed(options.targets, options.interval, reach=options.bursts, all_told=options.all_told)
    running = Sweep(feed, make_kit(SystemClock()), take)
    task = asyncio.create_task(running.run())
    await asyncio.sleep(options.seconds)
    feed.end()
    await asyncio.sleep(SETTLE)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    stats = running.stats
    rtts.sort()
    marks = {f"p{p}": round(rtts[int(len(rtts) * p / 100)], 1) for p in (1, 50, 90, 99) if rtts}
    return {
        "sent": stats.sent,
        "answered": stats.answered,
        "missed": stats.missed,
        "voided": stats.voided,
        "refused": stats.refused,
        "bursts": stats.bursts,
        "rtts": len(rtts),
        "rtt_us": marks,
    }


class Space:
    """A network namespace of our own."""

    def __init__(self, name: str) -> None:
        self.name = name

    def command(self, *words: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *words]

    def run(self, *words: str) -> str:
        return subprocess.run(
            self.command(*words), check=True, capture_output=True, text=True
        ).stdout

    def ours(self, *words: str) -> list[str]:
        return self.command(sys.executable, "-m", "benchmarks.icmp", "--sweep", *words)

    def echos(self) -> int:
        """Return how many echo requests were received so far."""
        names, values = (
            line.split()
            for line in self.run("cat", "/proc/net/snmp").splitlines()
            if line.startswith("Icmp:")
        )
        return int(values[names.index("InEchos")])


@contextmanager
def space() -> Iterator[Space]:
    """Make a namespace, remove it at the end."""
    made = Space(f"bench-icmp-{os.getpid()}")
    subprocess.run(["ip", "netns", "add", made.name], check=True)
    try:
        made.run("ip", "link", "set", "lo", "up")
        yield made
    finally:
        subprocess.run(["ip", "netns", "del", made.name], check=True)


def cpu(pid: int) -> float:
    """Return the CPU seconds that a process of one thread has used, user and system."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def steady_cost(inside: Space, command: Sequence[str], warm: float, seconds: float) -> float:
    """Run a pinger; return its CPU per ping, in µs, once it is in its rhythm."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE.parent
    )
    try:
        time.sleep(warm)
        begun, asked = cpu(process.pid), inside.echos()
        time.sleep(seconds)
        spent, asked = cpu(process.pid) - begun, inside.echos() - asked
    finally:
        process.terminate()
        process.wait()
    return spent / asked * 1e6


def cost(inside: Space, options: argparse.Namespace, targets: Path) -> dict[str, object]:
    """Alternate the contestants; return medians, and the ratio to fping's better way."""
    spread = f"{1000 / options.targets:.3f}"  # ms between two packets: even over the second
    contestants = {
        "ours": inside.ours("-n", str(options.targets), "--seconds", "1000"),
        "fping_spread": inside.command(
            *("fping", "-q", "-l", "-p", "1000", "-i", spread, "-t", "500", "-f", str(targets))
        ),
        "fping_dense": inside.command(
            *("fping", "-q", "-l", "-p", "1000", "-i", "0.01", "-t", "500", "-f", str(targets))
        ),
    }
    spent: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name, command in contestants.items():
            spent[name].append(steady_cost(inside, command, 4.0, options.seconds))
    medians = {name: statistics.median(values) for name, values in spent.items()}
    ratio = min(medians["fping_spread"], medians["fping_dense"]) / medians["ours"]
    return {
        "cpu_us_per_ping": {name: round(value, 2) for name, value in medians.items()},
        "rounds": {name: [round(v, 2) for v in values] for name, values in spent.items()},
        "pings_per_cpu_s": {name: round(1e6 / value) for name, value in medians.items()},
        "ratio_to_better_fping": round(ratio, 2),
    }


def truth(
    inside: Space, responder: Path, options: argparse.Namespace, loss: int, *words: str
) -> dict[str, object]:
    """Sweep against the exact responder; return both accounts and the false losses."""
    world = subprocess.Popen(
        # First in line for the CPU, so that its delay stays exact while ours works beside it.
        inside.command("chrt", "-f", "10", str(responder), str(options.delay_us), str(loss)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert world.stdout is not None
    world.stdout.readline()
    said = subprocess.run(
        inside.ours("-n", str(options.targets), "--seconds", str(options.seconds), *words),
        check=True,
        capture_output=True,
        text=True,
        cwd=HERE.parent,
    ).stdout
    account, _ = world.communicate("")
    ours, theirs = json.loads(said), json.loads(account)
    return {
        "ours": ours,
        "responder": theirs,
        "loss_told": round(ours["missed"] / ours["sent"], 5),
        "loss_true": round(theirs["dropped"] / theirs["requests"], 5),
        "false_losses": ours["missed"] - theirs["dropped"],
    }


def compare(options: argparse.Namespace) -> dict[str, object]:
    """Run everything."""
    with tempfile.TemporaryDirectory() as folder, space() as inside:
        responder = built("icmp_responder", Path(folder))
        targets = Path(folder) / "targets"
        targets.write_text("".join(f"{address(k)}\n" for k in range(options.targets)))
        size, seconds = str(options.targets), str(options.seconds)
        result: dict[str, object] = {
            "targets": options.targets,
            "cost": cost(inside, options, targets),
            "loopback": json.loads(
                subprocess.run(
                    inside.ours("-n", size, "--seconds", seconds, "--all-told"),
                    check=True,
                    capture_output=True,
                    cwd=HERE.parent,
                ).stdout
            ),
        }
        inside.run("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1")
        result["truth"] = truth(inside, responder, options, options.loss)
        result["truth_with_bursts"] = truth(inside, responder, options, options.loss, "--bursts")
        result["truth_rtt"] = truth(inside, responder, options, 0, "--all-told")
    return result


def main() -> None:
    """Parse the command line and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("-n", "--targets", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=6.0, help="measured per contestant")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay-us", type=int, default=20_000)
    parser.add_argument("--loss", type=int, default=40, help="per mille")
    parser.add_argument("--sweep", action="store_true", help="be the contestant, here and now")
    parser.add_argument("--interval", type=float, default=1.0)
    parser.add_argument("--bursts", action="store_true")
    parser.add_argument("--all-told", action="store_true")
    options = parser.parse_args()
    result = asyncio.run(sweep(options)) if options.sweep else compare(options)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
