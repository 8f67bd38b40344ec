"""Is a bad line ever taken for a dead one? A simulated week of lines that lose packets.

`python -m benchmarks.week --lines 3321 --days 7 --seed 1` gives every line its own share of loss
between 0 and 30 %, which begins at once some time during the first day, and bursts of up to a
second in which everything is lost. The sweep decides when to probe and what to tell, the judge what
it proves; both are the product's own, only the time and the wire are not. The minutes after the
onset are played probe by probe. Of all later ones only the suspicions that could end in a false
alarm are drawn, by geometric skipping: `LEAST` losses in a row, and the bursts that a probe falls
into.
"""

import argparse
import asyncio
import json
import logging
import math
import random
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from alerts.judge import LOSSY_FROM, judge
from collectors._icmp.host import SUMMARY
from collectors._icmp.sweep import TICK, Sweep
from collectors._icmp.wire import Place, Protocol, Reply
from core.clock import from_epoch
from core.collector import Kit, Sockets
from core.reading import Reading
from core.status import Streak, Verdict
from core.watching import Check, Verify

BEGIN = datetime(2026, 11, 23, tzinfo=UTC)
WORST = 0.30  # share lost
LONGEST_BURST = 1.0  # seconds
BURSTS = 20  # a day
LEAST = 6  # losses in a row from which on a suspicion is drawn
ONSET = 240.0  # seconds played probe by probe after the loss began
WINDOWS = 4  # summaries drawn before a suspicion: what the judge remembers of a line's loss
RTT = 0.005
_DAY = 86400.0
_SURELY_LOSSY = 0.08  # such a line must be degraded by the end


@dataclass
class Air:
    """A wire whose packets are lost as the line wishes; its wall clock may jump ahead."""

    chance: random.Random
    now: float = 0.0  # monotonic
    ahead: float = 0.0  # seconds since 1970 at monotonic zero
    loss: float = 0.0
    forced: int = 0  # probes still to be lost whatever comes
    deaf_from: float = math.inf
    deaf_until: float = -math.inf
    sent: int = 0
    lost: int = 0
    buffer: int = 1 << 24
    raw: bool = True
    replies: list[tuple[float, Reply]] = field(default_factory=list)

    @property
    def wall(self) -> float:
        """Return the seconds since 1970."""
        return self.ahead + self.now

    def send(self, counter: int, place: Place) -> int:
        """Take a probe: lose it, or answer it a little later."""
        stamp = int(self.wall * 1e9)
        self.sent += 1
        self.forced -= 1
        deaf = self.deaf_from <= self.now < self.deaf_until
        if self.forced >= 0 or deaf or self.chance.random() < self.loss:
            self.lost += 1
        else:
            self.replies.append((self.now + RTT, (counter, place[0], stamp + int(RTT * 1e9))))
        return stamp

    def drain(self) -> list[Reply]:
        """Return the replies that have come in."""
        due = [reply for at, reply in self.replies if at <= self.now]
        self.replies = [one for one in self.replies if one[0] > self.now]
        return due

    def drops(self) -> int:
        """Return 0: our own buffer is large enough."""
        return 0

    def close(self) -> None:
        """Nothing is to be closed."""


class Clock:
    """The air's time."""

    def __init__(self, air: Air) -> None:
        self._air = air

    def now(self) -> datetime:
        """Return the present instant."""
        return from_epoch(self._air.wall)

    def monotonic(self) -> float:
        """Return the sweep's seconds."""
        return self._air.now


@dataclass
class Feed:
    """One check, never changed."""

    check: Check
    version: int = 1

    def current(self) -> Sequence[Check]:
        """Return the check."""
        return (self.check,)

    def hints(self) -> Sequence[str]:
        """Return none."""
        return ()


class Nothing:
    """There is no network here, and no secret."""

    def open(self, family: socket.AddressFamily, kind: int, proto: int = 0) -> socket.socket:
        """Refuse."""
        raise PermissionError(family, kind, proto)

    def reveal(self, name: str) -> str | None:  # noqa: ARG002  (as others do)
        """Return None."""
        return None


@dataclass
class Told:
    """What became of one line."""

    loss: float
    probes: int = 0
    suspicions: int = 0
    longest: int = 0  # losses in a row
    down: int = 0
    degraded: bool = False  # at the end
    ever_degraded: bool = False


class Line:
    """One line, its sweep and its judge."""

    def __init__(self, number: int, seed: int) -> None:
        self._chance = random.Random(f"{seed}/{number}")
        self.air = Air(self._chance, ahead=BEGIN.timestamp())
        self._check = Check(
            slug=f"line-{number}/icmp",
            target=f"line-{number}",
            collector="icmp",
            address="192.0.2.1",
            interval=1.0,
            timeout=1.0,
            reach=True,
            verify=Verify(),
        )
        kit = Kit(Clock(self.air), Nothing(), Nothing(), logging.getLogger(__name__))
        self._sweep = Sweep(Feed(self._check), kit, self._hear, self._wire)
        self._streak = Streak(self._check.slug)
        self.told = Told(self._chance.uniform(0.0, WORST))

    def _wire(self, _: Sockets, __: Protocol) -> Air:
        return self.air

    def _hear(self, readings: Sequence[Reading]) -> None:
        for reading in readings:
            before = self._streak.verdict
            now = from_epoch(self.air.wall)
            self._streak = judge(self._streak, reading, self._check, now)
            self.told.longest = max(self.told.longest, self._streak.fails)
            verdict = self._streak.verdict
            self.told.down += verdict is Verdict.FAILED and before is not Verdict.FAILED
            self.told.ever_degraded |= verdict is Verdict.LOSSY

    async def play(self, days: float) -> Told:
        """Live through so many days."""
        await self._pass(SUMMARY + 5)
        self._jump(self._chance.uniform(0.0, _DAY))
        self.air.loss = self.told.loss
        await self._pass(ONSET)
        elapsed = self.air.wall - BEGIN.timestamp()
        for at, burst in self._troubles(elapsed, days * _DAY):
            self._jump(at - (self.air.wall - BEGIN.timestamp()))
            await self._suspect(burst)
        self._windows(WINDOWS)
        self.told.degraded = self._streak.verdict is Verdict.LOSSY
        self.told.probes = self.air.sent
        return self.told

    def _troubles(self, begin: float, end: float) -> Iterator[tuple[float, float]]:
        """Yield when a suspicion begins, and the seconds that a burst lasts (0: random loss)."""
        found = []
        at, seldom = begin, self.told.loss**LEAST
        while seldom and (at := at + _skipped(self._chance, seldom)) < end:
            found.append((at, 0.0))
        found += [
            (self._chance.uniform(begin, end), self._chance.uniform(0.0, LONGEST_BURST))
            for _ in range(int((end - begin) / _DAY * BURSTS))
        ]
        yield from sorted(found)

    async def _suspect(self, burst: float) -> None:
        """Let one suspicion begin, and wait until it is over."""
        self._windows(WINDOWS)
        if burst:
            self.air.deaf_from = self.air.now + self._chance.random()
            self.air.deaf_until = self.air.deaf_from + burst
        else:
            self.air.forced = LEAST
        self.told.suspicions += 1
        await self._pass(2.0)
        while self._streak.verdict in {Verdict.SUSPECT, Verdict.FAILED}:
            await self._pass(0.5)

    def _windows(self, count: int) -> None:
        """Let the judge hear what the sweep sums up in calm windows."""
        for _ in range(count):
            self._jump(SUMMARY)
            lost = sum(self._chance.random() < self.told.loss for _ in range(int(SUMMARY)))
            at = from_epoch(self.air.wall)
            self._hear([Reading(self._check.slug, "center", at, loss=lost / SUMMARY)])

    async def _pass(self, seconds: float) -> None:
        """Let time pass, tick by tick."""
        until = self.air.now + seconds
        while self.air.now < until:
            self.air.now += TICK
            await self._sweep.turn(self.air.now)

    def _jump(self, seconds: float) -> None:
        """Skip time in which nothing happens."""
        self.air.ahead += max(0.0, seconds)


def _skipped(chance: random.Random, share: float) -> float:
    """Return the seconds until something happens that each probe, one a second, may begin."""
    return 1.0 + math.floor(math.log(1.0 - chance.random()) / math.log1p(-share))


async def week(lines: int, days: float, seed: int) -> dict[str, object]:
    """Simulate, and return what became of all lines."""
    began = time.process_time()
    told = [await Line(number, seed).play(days) for number in range(lines)]
    bad = [one for one in told if one.loss >= _SURELY_LOSSY]
    return {
        "lines": lines,
        "days": days,
        "seed": seed,
        "probes": sum(one.probes for one in told),
        "suspicions": sum(one.suspicions for one in told),
        "longest_run": max(one.longest for one in told),
        "false_downs": sum(one.down for one in told),
        "bad": len(bad),
        "bad_degraded": sum(one.degraded for one in bad),
        "lossy_ever_degraded": sum(one.ever_degraded for one in told if one.loss >= LOSSY_FROM),
        "lossy": sum(one.loss >= LOSSY_FROM for one in told),
        "cpu_s": round(time.process_time() - began, 1),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse options, simulate, print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=3321)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args(arguments)
    print(json.dumps(asyncio.run(week(wish.lines, wish.days, wish.seed))))


if __name__ == "__main__":
    main()
