"""Thousands of targets on one socket: calm probing, and the burst that verifies a suspicion.

A wheel of 25 ms slots says who is probed when and which silence has become a miss. Nothing is
woken by a reply: the kernel stamps it, so it may lie in the buffer until the next tick without
its RTT growing.

On the first miss the suspect and its uplinks are probed fast and every outcome is emitted, until
the misses suffice; the judge decides. A probe that is answered after it was declared missed is
emitted as good, and the target is given more time from then on.
"""

import asyncio
import errno
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from collectors._icmp.host import SUMMARY, Host, phase
from collectors._icmp.names import Names
from collectors._icmp.wire import Medium, Protocol, Wire, failure_of
from core.clock import from_epoch
from core.collector import Emitted, Kit, Sockets, SweepFeed
from core.reading import Failure, FailureKind, Reading

log = logging.getLogger(__name__)

TICK = 0.025  # seconds; a third of a burst's spacing. Waking up costs as much as ten probes.
BATCH = 128  # packets sent in a row
PACE = 20e-6  # seconds per packet, kept on average over batches
FLUSH = 0.050  # seconds between two emitted batches, at least
AT_LENGTH = 100  # misses in a row that are all told: enough for any test of the judge
THIN = 5.0  # seconds between two emitted misses of a target that is down already
SPACING = 0.075  # seconds between the probes of a burst, where the check names none
REOPEN = 5.0  # seconds until a refused socket is asked for again
LEAST_BUFFER = 1024 * 1024  # bytes; less is worth a word to the operator
CLOCK_SLACK = 0.050  # seconds an RTT may exceed what the monotonic clock saw, before it is void
LONG_SILENCE = 5  # misses in a row after which the target has to prove its recovery:
RECOVERY = 5  # by so many answers in a row, probed fast and all told
# Bursts share this many probes a second: when hundreds of targets are under suspicion at once,
# their spacing is stretched, and neither the network nor the judge is flooded.
BURST_RATE = 8000.0
UPLINK_RATE = 20_000.0  # an uplink stands for many, so it waits less: roots are known first
GONE = 1 << 62  # a slot that never comes
OVERFLOW = Failure(FailureKind.LOCAL, "our ICMP receive buffer overflowed")

_FULL = {errno.EAGAIN, errno.ENOBUFS}

# host, sent (ns since 1970), sent (monotonic), of the regular rhythm?, to be emitted?
Probe = tuple[Host, int, float, bool, bool]


@dataclass(slots=True)
class Stats:
    """Counted since the sweep began."""

    sent: int = 0
    answered: int = 0
    missed: int = 0
    strays: int = 0  # replies that answer nothing we still ask
    refused: int = 0  # probes that could not be sent
    voided: int = 0  # probes thrown away because our buffer overflowed
    bursts: int = 0


class Sweep:
    """The sweep of one feed; `run` until cancelled.

    All it decides is decided in `turn`, which knows no other time than it is given.
    """

    def __init__(
        self,
        feed: SweepFeed,
        kit: Kit,
        emit: Emitted,
        wire: Callable[[Sockets, Protocol], Medium] = Wire,
    ) -> None:
        """Make it; `wire` opens what probes leave by."""
        self.stats = Stats()
        self._feed = feed
        self._kit = kit
        self._emit = emit
        self._new_wire = wire
        self._version: int | None = None
        self._hosts: dict[str, Host] = {}
        self._names = Names()
        self._wires: dict[int, Medium] = {}
        self._drops: dict[int, int] = {}
        self._closed_until: dict[int, float] = {}
        self._why_closed: dict[int, str] = {}
        self._counter = 0
        self._flight: dict[int, Probe] = {}  # asked, still in time
        self._overdue: dict[int, Probe] = {}  # declared missed, an answer would still be heard
        self._wheel: dict[int, list[Host]] = {}
        self._deadlines: dict[int, list[int]] = {}
        self._slot = 0  # the last one worked off
        self._now = 0.0
        self._fast: set[Host] = set()
        self._readings: list[Reading] = []
        self._flushed = 0.0

    async def run(self) -> None:
        """Probe until cancelled."""
        loop = asyncio.get_running_loop()
        self._slot = int(loop.time() / TICK)
        try:
            while True:
                await self.turn(loop.time())
                await asyncio.sleep(max(0.0, (self._slot + 1) * TICK - loop.time()))
        finally:
            for wire in self._wires.values():
                wire.close()
            await self._names.aclose()

    async def turn(self, now: float) -> None:
        """Hear, give up waiting, probe and tell, as is due by now (monotonic seconds)."""
        self._now = now
        self._follow_feed()
        self._hear()
        slots = range(self._slot + 1, int(now / TICK) + 1)
        self._slot = max(self._slot, slots.stop - 1)
        self._expire(slots)
        await self._probe([h for s in slots for h in self._wheel.pop(s, ()) if h.slot == s])
        self._flush()

    def _follow_feed(self) -> None:
        if self._feed.version != self._version:
            self._version = self._feed.version
            self._bind()
        for slug in self._feed.hints():
            host = self._hosts.get(slug)
            if host and not host.fast:
                host.left = RECOVERY
                self._hurry(host)

    def _bind(self) -> None:
        # In the order of their phases, so that neighbours in time are neighbours in memory.
        checks = {c.slug: c for c in sorted(self._feed.current(), key=phase)}
        for slug, host in list(self._hosts.items()):
            if checks.get(slug) != host.check:
                host.gone, host.left, host.slot = True, 0, GONE
                self._release(host)
                self._fast.discard(host)
                del self._hosts[slug]
        fresh = [
            Host(check, self._now) for slug, check in checks.items() if slug not in self._hosts
        ]
        for host in fresh:
            self._hosts[host.check.slug] = host
            self._names.learn(host)
            self._place(host, host.next_regular)
        for host in self._hosts.values():
            above = host.verify.uplinks if host.verify else ()
            known = (self._hosts.get(slug) for slug in above)
            host.uplinks = tuple(up for up in known if up is not None and up is not host)

    # When: the wheel and the bursts.

    def _place(self, host: Host, when: float) -> None:
        slot = int(when / TICK + 0.5)
        if slot <= self._slot:
            slot = self._slot + 1
        host.slot = slot
        due = self._wheel.get(slot)
        if due is None:
            self._wheel[slot] = [host]
        else:
            due.append(host)

    def _hurry(self, host: Host) -> None:
        if host not in self._fast and not host.gone:
            self._fast.add(host)
            self._place(host, self._now)

    def _suspect(self, host: Host) -> None:
        if host.verify is None:
            return
        self.stats.bursts += 1
        self._release(host)
        host.left = host.verify.probes
        host.enlisted = host.uplinks
        for up in host.enlisted:
            up.helping += 1
            self._hurry(up)
        self._hurry(host)

    def _release(self, host: Host) -> None:
        for up in host.enlisted:
            up.helping -= 1
            if not up.fast:
                self._fast.discard(up)
        host.enlisted = ()
        if not host.fast:
            self._fast.discard(host)

    # What: ask, hear, give up waiting.

    async def _probe(self, due: Sequence[Host]) -> None:
        for start in range(0, len(due), BATCH):
            if start:
                await asyncio.sleep(BATCH * PACE)
                self._now = asyncio.get_running_loop().time()
                self._hear()
            for host in due[start : start + BATCH]:
                self._ask(host)

    def _ask(self, host: Host) -> None:
        if host.slot > self._slot:
            return  # hurried into this slot twice, or no longer in the feed
        now = self._now
        regular = now >= host.next_regular - TICK / 2
        told = host.left > 0 or host.helping > 0
        if not (regular or told):
            self._place(host, host.next_regular)
            return
        counter = self._counter = (self._counter + 1) & 0xFFFFFFFF
        try:
            sent_ns = (host.wire or self._wire_of(host)).send(counter, host.place)
        except OSError as error:
            if error.errno in _FULL:  # our own queue is: a moment later, nothing booked
                self._place(host, now + TICK)
                return
            self._refused(host, error, regular=regular)
        else:
            self.stats.sent += 1
            self._flight[counter] = (host, sent_ns, now, regular, told)
            self._await(counter, now + host.wait)
        if regular:
            due = host.next_regular + host.interval
            host.next_regular = due if due > now else _skipped(due, host.interval, now)
            if now >= host.next_summary and host.is_closable:
                self._summarise(host)
        if told:
            self._told(host)
        else:
            self._place(host, host.next_regular)

    def _await(self, counter: int, until: float) -> None:
        slot = int(until / TICK) + 1
        if slot <= self._slot:
            slot = self._slot + 1
        counters = self._deadlines.get(slot)
        if counters is None:
            self._deadlines[slot] = [counter]
        else:
            counters.append(counter)

    def _told(self, host: Host) -> None:
        """Count down a burst of the host's own, and say when it is probed next."""
        if host.left:
            host.left -= 1
            if not host.left:
                self._release(host)
        if host.fast:
            spacing = host.verify.spacing if host.verify else SPACING
            rate = UPLINK_RATE if host.helping else BURST_RATE
            self._place(host, self._now + max(spacing, len(self._fast) / rate))
        else:
            self._place(host, host.next_regular)

    def _wire_of(self, host: Host) -> Medium:
        if host.protocol is None:
            raise OSError(errno.EDESTADDRREQ, f"the name {host.check.address} is not known")
        family = host.protocol.family
        wire = self._wires.get(family)
        if wire is None:
            if self._now < self._closed_until.get(family, 0.0):
                raise OSError(errno.EPERM, self._why_closed[family])
            wire = self._wires[family] = self._open(host.protocol)
        host.wire = wire
        return wire

    def _open(self, protocol: Protocol) -> Medium:
        family = protocol.family
        try:
            wire = self._new_wire(self._kit.sockets, protocol)
        except OSError as error:
            if family not in self._why_closed:
                log.warning("no ICMP socket for %s: %s", family.name, error)
            self._closed_until[family] = self._now + REOPEN
            self._why_closed[family] = failure_of(error).detail
            raise
        if self._why_closed.pop(family, None):
            log.info("the ICMP socket for %s is open", family.name)
        if not wire.raw:
            log.info("raw ICMP is refused, using a datagram socket for %s", family.name)
        if wire.buffer < LEAST_BUFFER:
            log.warning(
                "the ICMP receive buffer is only %d bytes; CAP_NET_ADMIN or a larger "
                "net.core.rmem_max lets it grow",
                wire.buffer,
            )
        self._drops[family] = wire.drops()
        return wire

    def _hear(self) -> None:
        for family, wire in self._wires.items():
            for counter, sender, received_ns in wire.drain():
                self._answered(counter, sender, received_ns)
            drops = wire.drops()
            if drops != self._drops[family]:
                self._void(family, drops - self._drops[family])
                self._drops[family] = drops

    def _void(self, family: int, dropped: int) -> None:
        """Forget what is unanswered: the kernel threw replies away, and nobody knows whose."""
        of_family = [
            (counter, probe[0], probe[1])
            for counter, probe in self._flight.items()
            if probe[0].protocol is None or probe[0].protocol.family == family
        ]
        for counter, host, sent_ns in of_family:
            del self._flight[counter]
            self._excuse(host, sent_ns, OVERFLOW)
        if not self.stats.voided:
            log.warning("the ICMP receive buffer overflowed, %d replies were lost by us", dropped)
        self.stats.voided += len(of_family)

    def _answered(self, counter: int, sender: str, received_ns: int) -> None:
        probe = self._flight.pop(counter, None)
        late = probe is None
        if probe is None:
            probe = self._overdue.pop(counter, None)
            if probe is None:
                self.stats.strays += 1
                return
        host, sent_ns, sent, regular, told = probe
        if sender != host.place[0]:
            self.stats.strays += 1
            (self._overdue if late else self._flight)[counter] = probe
            return
        self.stats.answered += 1
        rtt: float | None = (received_ns - sent_ns) / 1e9
        if rtt is not None and not 0.0 <= rtt <= self._now - sent + CLOCK_SLACK:
            rtt = None
        first, silence = not host.last_ns, host.misses
        host.answered(sent_ns, rtt, regular, late)
        if told or silence or late or first or host.doubt:
            self._edge(host, sent_ns, rtt, first=first, silence=silence)

    def _edge(
        self, host: Host, sent_ns: int, rtt: float | None, *, first: bool, silence: int
    ) -> None:
        """Emit an answer that is not routine; end a suspicion, begin to confirm a recovery."""
        if host.gone:
            return
        if first and host.window:
            self._summarise(host)
        else:
            self._readings.append(host.reading(from_epoch(sent_ns / 1e9), None, rtt))
        host.doubt = max(0, host.doubt - 1)
        if silence or host.doubt:
            host.left = host.doubt
            self._release(host)
            if host.left:
                self._hurry(host)

    def _expire(self, slots: Iterable[int]) -> None:
        for slot in slots:
            for counter in self._deadlines.pop(slot, ()):
                probe = self._flight.get(counter)
                if probe is None:
                    self._overdue.pop(counter, None)
                    continue
                host, _, sent, _, _ = probe
                if sent + host.wait > self._now:  # it was given more time meanwhile
                    self._await(counter, sent + host.wait)
                    continue
                del self._flight[counter]
                self._silent(counter, probe)

    def _silent(self, counter: int, probe: Probe) -> None:
        host, sent_ns, sent, regular, told = probe
        self.stats.missed += 1
        if host.gone:
            return
        if sent + host.check.timeout > self._now:
            self._overdue[counter] = probe
            self._await(counter, sent + host.check.timeout)
        failure = Failure(FailureKind.TIMEOUT, f"no answer within {host.wait * 1000:.0f} ms")
        self._missed(host, sent_ns, failure, regular=regular, told=told)

    def _refused(self, host: Host, error: OSError, *, regular: bool) -> None:
        self.stats.refused += 1
        failure = failure_of(error)
        sent_ns = int(self._kit.clock.now().timestamp() * 1e9)
        if failure.kind is FailureKind.UNREACHABLE:
            self._missed(host, sent_ns, failure, regular=regular, told=host.fast)
        else:
            self._excuse(host, sent_ns, failure)

    def _missed(
        self, host: Host, sent_ns: int, failure: Failure, *, regular: bool, told: bool
    ) -> None:
        if not host.missed(sent_ns, failure, regular=regular):
            return
        if host.doubt or host.misses == LONG_SILENCE:
            host.doubt = RECOVERY
        if told or host.misses <= AT_LENGTH or self._now - host.told_at >= THIN:
            host.told_at = self._now
            self._tell(host, sent_ns, failure)
        if host.misses == 1:
            self._suspect(host)
        elif host.verify and host.misses <= host.verify.probes and host.is_proven:
            host.left = 0  # of the suspicion's burst; a later hint asks anew
            self._release(host)

    # Telling

    def _excuse(self, host: Host, sent_ns: int, failure: Failure) -> None:
        """Emit, now and then, that we did not look."""
        if self._now - host.told_at >= THIN:
            host.told_at = self._now
            self._tell(host, sent_ns, failure)

    def _tell(self, host: Host, sent_ns: int, failure: Failure | None) -> None:
        self._readings.append(host.reading(from_epoch(sent_ns / 1e9), failure, None))

    def _summarise(self, host: Host) -> None:
        """Emit the window; windows end at the host's own phase, so that they do not crowd."""
        if not host.next_summary:
            host.next_summary = self._now + host.phase * SUMMARY
        else:
            host.next_summary = max(host.next_summary + SUMMARY, self._now)
        self._readings.append(host.summary(from_epoch(host.last_ns / 1e9)))

    def _flush(self) -> None:
        if self._readings and self._now - self._flushed >= FLUSH:
            self._flushed = self._now
            readings, self._readings = self._readings, []
            self._emit(readings)


def _skipped(due: float, interval: float, now: float) -> float:
    """Return the first instant of the rhythm after now: we were late, and never stack."""
    return due + interval * ((now - due) // interval + 1)
