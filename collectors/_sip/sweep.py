"""Thousands of peers on one socket, each asked now and then.

A request is repeated after 0.5, 1.5 and 3.5 s (RFC 3261 §17.1.2.2), never longer than the check's
timeout. Every outcome is a reading of its own: peers are asked twice a minute, so a summary would
save nothing. After a failure the peer of a reach check is asked again soon, up to the number of
probes that `Check.verify` grants; the judge counts.
"""

import asyncio
import heapq
import itertools
import logging
import math
import socket
from collections.abc import Coroutine

from collectors._net.names import numeric, places
from collectors._net.trouble import Trouble, failure_of, out_of_time
from collectors._sip import meaning, message
from collectors._sip.once import REPEATS, Once
from collectors._sip.outcome import Outcome
from collectors._sip.peer import Asked, Peer
from collectors._sip.wire import Wire
from core.clock import from_epoch
from core.collector import Emitted, Kit, SweepFeed
from core.reading import Failure, FailureKind, Reading

log = logging.getLogger(__name__)

TICK = 0.05  # seconds; the kernel stamps responses, so they may wait for us
GLANCE = 0.2  # seconds between two looks at the feed
AGAIN, RETRY = 300.0, 10.0  # seconds until a name is looked up again; after it failed
SUSPICION = 1.0  # seconds between two requests to a peer under suspicion, at least
CONNECTIONS = 100  # by TCP, at once
REOPEN = 5.0  # seconds until a refused socket is asked for again
CLOCK_SLACK = 0.1  # seconds an RTT may exceed what the monotonic clock saw, before it is void
OVERFLOW = Failure(FailureKind.LOCAL, "our SIP receive buffer overflowed")


_Timer = tuple[float, int, Peer, Asked | None]


class Sweep:
    """The sweep of one feed; `run` until cancelled."""

    def __init__(self, feed: SweepFeed, kit: Kit, emit: Emitted) -> None:
        self._feed = feed
        self._kit = kit
        self._emit = emit
        self._version: int | None = None
        self._peers: dict[str, Peer] = {}
        self._wires: dict[socket.AddressFamily, Wire] = {}
        self._closed_until: dict[socket.AddressFamily, float] = {}
        self._flight: dict[bytes, Asked] = {}
        self._timers: list[_Timer] = []
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._readings: list[Reading] = []
        self._now = 0.0

    async def run(self) -> None:
        """Ask until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._now = loop.time()
                self._follow_feed()
                self._hear()
                self._work_off()
                if self._readings:
                    readings, self._readings = self._readings, []
                    self._emit(readings)
                await asyncio.sleep(self._pause(loop.time()))
        finally:
            for wire in self._wires.values():
                wire.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _pause(self, now: float) -> float:
        if self._flight or not self._timers:
            return TICK if self._flight else GLANCE
        # What is due nearly together is done together: waking up costs more than asking.
        return max(TICK, min(GLANCE, self._timers[0][0] - now))

    # The feed

    def _follow_feed(self) -> None:
        if self._feed.version != self._version:
            self._version = self._feed.version
            self._bind()
        for slug in self._feed.hints():
            peer = self._peers.get(slug)
            if peer is not None:
                self._plan(peer, self._now)

    def _bind(self) -> None:
        checks = {check.slug: check for check in self._feed.current()}
        for slug, peer in list(self._peers.items()):
            if checks.get(slug) != peer.check:
                peer.gone = True
                del self._peers[slug]
        for slug, check in checks.items():
            if slug not in self._peers:
                peer = self._peers[slug] = Peer(check, self._now)
                self._learn(peer)
                self._plan(peer, peer.anchor)

    def _learn(self, peer: Peer) -> None:
        known = numeric(peer.check.address)
        if known is not None:
            peer.places = [known]
        elif peer.params.transport == "udp":
            self._spawn(self._follow(peer), f"name of {peer.check.slug}")

    async def _follow(self, peer: Peer) -> None:
        """Look the peer's name up again and again."""
        while not peer.gone:
            try:
                found = await places(peer.check.address, socket.SOCK_DGRAM)
            except Trouble as trouble:
                peer.unknown = trouble.failure
                found = []
            if set(found) != set(peer.places):  # their order is what we have learnt
                peer.places, peer.form = found, None
            await asyncio.sleep(AGAIN if found else RETRY)

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # When

    def _plan(self, peer: Peer, due: float) -> None:
        peer.due = due
        heapq.heappush(self._timers, (due, next(self._numbers), peer, None))

    def _await(self, asked: Asked, until: float) -> None:
        heapq.heappush(self._timers, (until, next(self._numbers), asked.peer, asked))

    def _work_off(self) -> None:
        while self._timers and self._timers[0][0] <= self._now:
            when, _, peer, asked = heapq.heappop(self._timers)
            if asked is not None:
                if asked.branch in self._flight:
                    self._repeat(asked)
            elif when == peer.due and not peer.gone:
                self._plan(peer, peer.after(self._now))
                if peer.asked is None:
                    self._ask(peer)

    # Asking

    def _ask(self, peer: Peer) -> None:
        spared = peer.wrong or peer.spares(self._now)
        outcome = Outcome(self._kit.clock.now(), 0.0, failure=spared)
        if spared is not None:
            self._settle(peer, outcome)
        elif peer.params.transport != "udp":
            self._spawn(self._by_tcp(peer, outcome), peer.check.slug)
        elif not peer.places:
            outcome.failure = peer.unknown
            self._settle(peer, outcome)
        else:
            self._by_udp(peer, outcome)

    def _by_udp(self, peer: Peer, outcome: Outcome) -> None:
        try:
            if peer.form is None:
                peer.form = self._form(peer)
        except OSError as error:
            outcome.failure = failure_of(error)
            self._settle(peer, outcome)
            return
        branch = message.new_branch()
        request = peer.form.request(branch)
        asked = peer.asked = Asked(peer, peer.places[0], branch, request, self._now, outcome)
        self._flight[branch] = asked
        self._send(asked)

    def _form(self, peer: Peer) -> message.Form:
        place, params = peer.places[0], peer.params
        wire = self._wire(place.family)
        asked = message.uri(params.domain or place.address, params.port, params.user, "udp")
        return message.Form.of(asked, "udp", (wire.local(place, params.port), wire.port))

    def _send(self, asked: Asked) -> None:
        peer, outcome, place = asked.peer, asked.outcome, asked.place
        try:
            asked.last_ns = self._wire(place.family).send(asked.request, place, peer.params.port)
        except BlockingIOError:
            self._await(asked, self._now + TICK)
            return
        except OSError as error:
            outcome.failure = failure_of(error)
            self._end(asked)
            return
        if not outcome.sent:
            outcome.at = from_epoch(asked.last_ns / 1e9)
        asked.last = self._now
        repeat = REPEATS[outcome.sent] if outcome.sent < len(REPEATS) else math.inf
        outcome.sent += 1
        self._await(asked, min(self._now + repeat, asked.begun + peer.check.timeout))

    def _repeat(self, asked: Asked) -> None:
        if self._now < asked.begun + asked.peer.check.timeout:
            self._send(asked)
            return
        asked.outcome.failure = out_of_time(asked.peer.check.timeout)
        self._end(asked)

    async def _by_tcp(self, peer: Peer, outcome: Outcome) -> None:
        async with self._slots:
            outcome.at = self._kit.clock.now()
            await Once(peer.check, peer.params, self._kit, _Silence(), outcome).run()
        if not peer.gone:
            self._settle(peer, outcome)

    def _wire(self, family: socket.AddressFamily) -> Wire:
        wire = self._wires.get(family)
        if wire is None:
            if self._now < self._closed_until.get(family, 0.0):
                raise OSError(0, "no SIP socket can be opened")
            try:
                wire = self._wires[family] = Wire(self._kit.sockets, family)
            except OSError as error:
                log.warning("no SIP socket for %s: %s", family.name, error)
                self._closed_until[family] = self._now + REOPEN
                raise OSError(0, f"no SIP socket can be opened: {error}") from error
        return wire

    # Hearing

    def _hear(self) -> None:
        for wire in self._wires.values():
            for octets, received_ns in wire.responses():
                response = message.read(octets)
                asked = self._flight.get(response.branch) if response else None
                if response is not None and asked is not None and response.is_final:
                    self._answered(asked, response, received_ns)
            for branch, failure in wire.refusals():
                asked = self._flight.get(branch)
                if asked is not None:
                    asked.outcome.failure = failure
                    self._end(asked)
            if wire.has_overflowed():
                log.warning("%s", OVERFLOW.detail)
                for asked in tuple(self._flight.values()):
                    asked.outcome.failure = OVERFLOW
                    self._end(asked)

    def _answered(self, asked: Asked, response: message.Response, received_ns: int) -> None:
        peer, outcome = asked.peer, asked.outcome
        outcome.response = response
        rtt = (received_ns - asked.last_ns) / 1e9
        if 0.0 <= rtt <= self._now - asked.last + CLOCK_SLACK:
            outcome.rtt = rtt
        outcome.failure = meaning.failure_of(
            response, peer.params.user, any_answer=peer.params.any_answer
        )
        self._end(asked)

    def _end(self, asked: Asked) -> None:
        del self._flight[asked.branch]
        peer, outcome = asked.peer, asked.outcome
        peer.asked = None
        outcome.took = asked.last - asked.begun + outcome.rtt if outcome.rtt is not None else 0.0
        outcome.took = outcome.took or self._now - asked.begun
        if outcome.failure is not None:
            peer.form = None  # the way there may lead through another address of ours now
        if not peer.gone:
            self._settle(peer, outcome)

    def _settle(self, peer: Peer, outcome: Outcome) -> None:
        self._readings.append(peer.scribe.reading(outcome))
        peer.rest(outcome, self._now)
        if outcome.failure is not None and len(peer.places) > 1:
            # localhost may be ::1 first where only 127.0.0.1 listens: the next address is next.
            peer.places, peer.form = [*peer.places[1:], peer.places[0]], None
        if peer.is_unsettled(outcome.failure) and peer.check.verify is not None:
            soon = self._now + max(SUSPICION, peer.check.verify.spacing)
            self._plan(peer, min(peer.due, soon))


class _Silence:
    """A transcript that nobody reads: the scheduler retells a sweep's readings."""

    def note(self, line: str, *args: object) -> None:
        """Drop the line."""
