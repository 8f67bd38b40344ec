"""What the sweep remembers of one check: its window of answers, its misses, its burst."""

import math
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from collectors._icmp.wire import Medium, Place, Protocol
from core.labels import Series
from core.losses import proven
from core.reading import STALE, Failure, Reading, Sample
from core.watching import Check, Verify

SUMMARY = 30.0  # seconds of probes that one summary reading closes
SHORTEST_WAIT = 0.150  # seconds until silence is a miss, at least
FIRST_WAIT = 1.0  # while nothing is known of a target's RTT
PATIENCE = 3.0  # times the recent p95

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
ICMP_DURATION = "probe_icmp_duration_seconds"
RTT_MIN = "probe_icmp_rtt_min_seconds"
RTT_MEAN = "probe_icmp_rtt_mean_seconds"
RTT_P95 = "probe_icmp_rtt_p95_seconds"
RTT_MAX = "probe_icmp_rtt_max_seconds"
JITTER = "probe_icmp_jitter_seconds"
LOSS = "probe_loss_ratio"


class Host:
    """One check of the sweep. Times are the loop's monotonic seconds unless they end in `_ns`."""

    __slots__ = (
        "answered_ns",
        "check",
        "cleared_ns",
        "doubt",
        "enlisted",
        "failed_ns",
        "failure",
        "gone",
        "had_rtts",
        "helping",
        "interval",
        "last_ns",
        "left",
        "loss",
        "lost",
        "misses",
        "next_regular",
        "next_summary",
        "phase",
        "place",
        "protocol",
        "rtts",
        "series",
        "slot",
        "told_at",
        "uplinks",
        "verify",
        "wait",
        "wire",
    )

    def __init__(self, check: Check, now: float) -> None:
        self.phase = phase(check)
        self.check = check
        self.place: Place = ("", 0)  # numeric, as the kernel says it; empty = not known yet
        self.protocol: Protocol | None = None
        self.wire: Medium | None = None  # once it has been asked
        self.gone = False  # no longer in the feed
        self.verify = check.verify or (Verify() if check.reach else None)
        self.interval = check.interval
        self.series = _SeriesOf(check)
        self.uplinks: Sequence[Host] = ()
        # When to probe.
        self.slot = -1  # of the wheel; -1 = in none
        self.next_regular = now + self.phase * check.interval
        self.next_summary = 0.0
        self.wait = min(FIRST_WAIT, check.timeout)
        # The window.
        self.rtts: list[float] = []
        self.lost = 0
        self.had_rtts = False
        self.loss = 0.0  # of the last closed window
        # What is known.
        self.misses = 0  # in a row
        self.failed_ns = 0  # when the first of them was sent
        self.cleared_ns = 0  # when the answer was asked for that ended the misses before
        self.failure: Failure | None = None  # of the last settled probe
        self.last_ns = 0  # when the last settled probe was sent; 0 = none was yet
        self.answered_ns = 0  # when the youngest answered probe was sent
        self.told_at = -math.inf  # when a miss was last emitted
        # The burst.
        self.left = 0  # probes of its own burst still to send
        self.enlisted: Sequence[Host] = ()  # who is probed fast because of it
        self.doubt = 0  # answers in a row still wanted as the proof of a recovery
        self.helping = 0  # bursts of others that it is probed fast for

    def stands_at(self, protocol: Protocol, address: str) -> None:
        """Learn the numeric address."""
        if self.protocol is not protocol:
            self.wire = None
        self.protocol, self.place = protocol, (address, 0)

    @property
    def window(self) -> int:
        """Return how many probes of the regular rhythm the open window holds."""
        return len(self.rtts) + self.lost

    @property
    def is_closable(self) -> bool:
        """Say whether the window may be closed: a spotless one must not hide a suspicion."""
        return self.lost > 0 or (not self.misses and bool(self.rtts))

    @property
    def fast(self) -> bool:
        """Say whether it is being probed in a burst, its own or another's."""
        return self.left > 0 or self.helping > 0

    @property
    def is_proven(self) -> bool:
        """Say whether the misses suffice for the judge, so that more would tell it nothing.

        Soon after an earlier suspicion only the judge knows how much the path loses.
        """
        if self.failed_ns - self.cleared_ns < SUMMARY * 1e9:
            return False
        lasted = timedelta(microseconds=(self.last_ns - self.failed_ns) // 1000)
        return proven(self.misses, lasted, self.loss)

    def answered(self, sent_ns: int, rtt: float | None, regular: bool, late: bool) -> None:
        """Book an answer. `rtt` None: the clock was set meanwhile, nobody knows how long."""
        if regular:
            if rtt is not None:
                self.rtts.append(rtt)
            if late and self.lost:
                self.lost -= 1
        if rtt is not None and rtt > self.wait:
            self.wait = min(self.check.timeout, PATIENCE * rtt)
        if self.misses:
            self.misses = 0
            self.cleared_ns = sent_ns
        self.failure = None
        self.last_ns = max(self.last_ns, sent_ns)
        self.answered_ns = max(self.answered_ns, sent_ns)

    def missed(self, sent_ns: int, failure: Failure, *, regular: bool) -> bool:
        """Book a miss; say whether it counts: not if a younger probe was answered already."""
        if regular:
            self.lost += 1
        if sent_ns < self.answered_ns:
            return False
        if not self.misses:
            self.failed_ns = sent_ns
        self.misses += 1
        self.failure = failure
        self.last_ns = sent_ns
        return True

    def reading(self, at: datetime, failure: Failure | None, rtt: float | None) -> Reading:
        """Return the reading of one probe."""
        check = self.check
        return Reading(check.slug, check.vantage, at, failure=failure, duration=rtt)

    def summary(self, at: datetime) -> Reading:
        """Close the window, which is not empty: return its reading, and begin the next."""
        rtts, lost = self.rtts, self.lost
        self.rtts, self.lost = [], 0
        reading = self.reading(at, self.failure, rtts[-1] if rtts else None)
        reading.loss = self.loss = lost / (len(rtts) + lost)
        reading.samples = self.series.samples(reading.loss, ok=reading.ok)
        if rtts:
            ordered = sorted(rtts)
            p95 = percentile(ordered, 0.95)
            self.wait = min(self.check.timeout, max(SHORTEST_WAIT, PATIENCE * p95))
            reading.samples += self.series.timings(rtts, ordered, p95)
        elif self.had_rtts:
            reading.samples += self.series.ended()
        self.had_rtts = bool(rtts)
        return reading


def phase(check: Check) -> float:
    """Return where in its interval a check stands, 0…1: the same on every start."""
    return zlib.crc32(check.slug.encode()) / 2**32


class _SeriesOf:
    """The interned series of one check."""

    __slots__ = ("loss", "success", "times")

    def __init__(self, check: Check) -> None:
        labels = tuple(sorted(check.labels))
        self.success = Series(SUCCESS, labels)
        self.loss = Series(LOSS, labels)
        plain = (DURATION, RTT_MIN, RTT_MEAN, RTT_P95, RTT_MAX, JITTER)
        self.times = (
            *(Series(name, labels) for name in plain),
            Series.of(ICMP_DURATION, labels, phase="rtt"),
        )

    def samples(self, loss: float, *, ok: bool) -> list[Sample]:
        return [(self.success, float(ok)), (self.loss, loss)]

    def timings(self, rtts: Sequence[float], ordered: Sequence[float], p95: float) -> list[Sample]:
        mean = sum(rtts) / len(rtts)
        values = (mean, ordered[0], mean, p95, ordered[-1], jitter(rtts), mean)
        return list(zip(self.times, values, strict=True))

    def ended(self) -> list[Sample]:
        return [(series, STALE) for series in self.times]


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of ascending values."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def jitter(rtts: Sequence[float]) -> float:
    """Return the mean difference of consecutive RTTs, 0 for a single one (RFC 3550 unsmoothed)."""
    if len(rtts) < 2:  # noqa: PLR2004  (two make a difference)
        return 0.0
    return sum(abs(b - a) for a, b in pairwise(rtts)) / (len(rtts) - 1)
