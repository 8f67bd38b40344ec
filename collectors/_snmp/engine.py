"""Ask thousands of SNMP agents from one socket, one request at a time each.

No socket, task or timer per device: a device that is being asked is one `Flight`. The reader
drains the socket, hands each reply to its flight and sends the next request at once; one tick
sees to the deadlines.
"""

import asyncio
import heapq
import logging
import os
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from collectors._net.channel import LARGEST, Channel, Sockaddr, is_full, kind_of
from collectors._snmp import ber, message
from collectors._snmp.agent import (
    ENVELOPE,
    FEW,
    GROUP,
    LEAST,
    Agent,
    Leg,
    Patience,
    Plan,
    Route,
    Trouble,
    Walk,
)
from collectors._snmp.ber import Junk, Value
from collectors._snmp.form import POPULAR, Form
from collectors._snmp.layout import Lessons
from collectors._snmp.recording import kept
from collectors._snmp.session import Session
from collectors._snmp.usm import User
from core.reading import FailureKind

if TYPE_CHECKING:
    from core.collector import Record, Sockets

log = logging.getLogger(__name__)

TICK = 0.05  # seconds between two looks at the deadlines
BATCH = 256  # datagrams per wake-up, so that others get their turn
MOST_IN_FLIGHT = 4096  # devices; more hold memory and make nothing faster
REFUSAL_PAUSE = 0.2  # seconds until a refused request is repeated: the service may be restarting
RENEWALS = 4  # of an engine's id or clock, in the course of one list of requests
REFUSALS = 16  # names of one list that an agent may refuse to tell
EXCUSES = 3  # tries that our own overflow may cost before the look is given up as our fault
_FIRST_ID, _LAST_ID = 0x01000000, 0x7FFFFFFF  # ids that always take four octets
_id_octets = struct.Struct(">I").pack

USUAL = Patience()

Bindings = list[tuple[bytes, int, Value]]


@dataclass(slots=True)
class Counts:
    """What the engine has done, for its own metrics."""

    sent: int = 0
    replies: int = 0
    retries: int = 0
    timeouts: int = 0
    junk: int = 0  # from an address that was asked, but not the answer
    strays: int = 0  # from anyone else, or too late
    dropped: int = 0  # by the kernel, because our buffer was full
    by_pattern: int = 0  # replies read by a learned layout or form, not by the strict decoder
    reports: int = 0  # what the security of version 3 said instead of a reply


@dataclass(slots=True, eq=False)
class Flight:
    """One agent being asked: a route of requests, one of them outstanding."""

    agent: Agent
    route: Route
    patience: Patience
    done: "asyncio.Future[None]"
    bulk: bool = False
    place: int = 0  # in the route
    tries: int = 0  # of this request, the first included
    excuses: int = 0  # tries that our own overflow has cost
    pardoned: bool = False  # a try that brought only junk was not counted
    request_id: bytes = b""
    mark: bytes = b""  # what of our datagram an ICMP error will quote: its id, unencrypted
    renewals: int = 0  # of what we know of the agent's engine
    earlier: tuple[bytes, ...] = ()  # ids of this request's former tries: a late reply is welcome
    sent_at: float = 0.0
    deadline: float = 0.0
    values: list[Value] = field(default_factory=list)
    bindings: Bindings | None = None
    junk: bool = False  # came since this try was sent
    too_big: Leg | None = None  # said once of this request
    trouble: tuple[FailureKind, str] | None = None  # what stood in the way, if silence follows


class Engine:
    """The SNMP side of the platform, v2c and v3: `get` and `walk` by any number of callers."""

    def __init__(
        self, sockets: "Sockets", window: int | None = None, record: "Record | None" = None
    ) -> None:
        """Take sockets from `sockets` when first needed; `window` bounds the devices in flight.

        `record` takes every exchange; then every reply is read by the strict decoder.
        """
        self.counts = Counts()
        self.lessons = Lessons()
        self._sockets = sockets
        self._asked_window = window
        self._record = record
        self._window = window or 0
        self._channels: dict[socket.AddressFamily, Channel] = {}
        self._agents: dict[tuple[str, int, bytes | User], Agent] = {}
        self._plans: WeakValueDictionary[tuple[str, ...], Plan] = WeakValueDictionary()
        self._alive = Plan(("1.3.6.1.2.1.1.3.0",))  # sysUpTime: every agent has it
        self._pending: dict[Sockaddr, Flight] = {}
        self._behind: dict[Sockaddr, deque[Flight]] = {}  # waiting for their own agent
        self._ready: deque[Flight] = deque()  # waiting for room in the window
        self._unsent: deque[Flight] = deque()  # waiting for room in the send queue
        self._deadlines: list[tuple[float, int, Flight]] = []
        self._order = 0
        self._next_id = _FIRST_ID
        self._dropped: dict[Channel, int] = {}
        self._overflowed_at = -1.0
        self._wondered_at = -1.0
        self._ticking: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def window(self) -> int:
        """Return how many devices may be in flight; 0 before the first socket is open."""
        return self._window

    def plan(self, oids: Sequence[str]) -> Plan:
        """Return the plan of these names, shared by all who ask for the same."""
        key = tuple(oids)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = Plan(key)
        return plan

    async def agent(self, address: str, port: int, access: str | User) -> Agent:
        """Return the agent at an address or host name; Trouble where there is none.

        `access` is a community, or a user of version 3.
        """
        who = access if isinstance(access, User) else access.encode()
        agent = self._agents.get((address, port, who))
        if agent is None:
            # A name may move: it is resolved every time, and the agent kept by its address.
            family, sockaddr = await _resolved(address, port)
            agent = self._agents.get((sockaddr[0], port, who))
            if agent is None:
                agent = self._made(self._channel(family), sockaddr, who)
                self._agents[sockaddr[0], port, who] = agent
        return agent

    def _made(self, channel: Channel, sockaddr: Sockaddr, who: bytes | User) -> Agent:
        if isinstance(who, User):
            return Agent(channel, sockaddr, b"", Session(who), group=GROUP - ENVELOPE)
        return Agent(channel, sockaddr, who)

    async def get(self, agent: Agent, plan: Plan, patience: Patience = USUAL) -> list[Value]:
        """Return the values of a plan in its order, None for what the agent does not have.

        An agent that has no answer to so many names is asked for fewer, and that is remembered.
        Raises Trouble when the agent stays silent or names an error.
        """
        flight = self._launch(agent, agent.route(plan), patience)
        try:
            await flight.done
        except asyncio.CancelledError:
            self._abandon(flight)
            raise
        except Trouble as trouble:
            many = min(agent.group, len(plan.heads)) > LEAST
            if not many or not await self._lives(agent, patience, trouble):
                raise
            agent.ask_less()
            return await self.get(agent, plan, patience)
        values, flight.values = flight.values, []  # the flight may outlive us in the heap
        return values

    async def get_some(
        self, agent: Agent, oids: Sequence[str], patience: Patience = USUAL
    ) -> dict[str, Value]:
        """Return the values of these names once, but of those that the agent refuses to tell.

        Some agents answer a GET by an error for the sake of one of its names. Raises Trouble
        like `get` where it is not that, or too many.
        """
        asked = list(oids)
        while True:
            plan = self.plan(asked)
            try:
                values = await self.get(agent, plan, patience)
            except Trouble as trouble:
                if trouble.name not in asked or len(oids) - len(asked) >= REFUSALS:
                    raise
                asked.remove(trouble.name)
            else:
                return dict(zip(asked, values, strict=True))
            finally:
                agent.forget(plan)

    async def absent(
        self, agent: Agent, roots: Sequence[str], patience: Patience = USUAL
    ) -> AsyncIterator[str]:
        """Yield those subtrees that the agent has nothing of, by GetNext of several at once.

        Raises Trouble when the agent stays silent.
        """
        left = list(roots)
        while left:
            some = left[: min(FEW, agent.group)]
            heads = [ber.oid(root) for root in some]
            try:
                bindings = await self._page(
                    agent, message.get_next(agent.community, heads), patience
                )
            except _ErrorStatus:
                bindings = []  # a walk of each will tell
            except Trouble as trouble:
                if not await self._lives(agent, patience, trouble) or not agent.ask_less():
                    raise
                continue
            del left[: len(some)]
            for root, head, (name, tag, _) in zip(some, heads, bindings, strict=False):
                top = ber.subids(head[2:])
                if tag == ber.END_OF_MIB_VIEW or ber.subids(name)[: len(top)] != top:
                    yield root

    async def walk(
        self, agent: Agent, root: str, patience: Patience = USUAL, rows: int = 4096
    ) -> Walk:
        """Return the rows of a subtree by GetBulk.

        It ends at the subtree's end, at names that do not increase, at an error status, or at
        `rows`. An agent that has no answer to so many rows at once is asked for fewer, and that
        is remembered. Raises Trouble when the agent stays silent.
        """
        walk = Walk()
        top = ber.subids(ber.oid(root)[2:])
        head = ber.oid(root)
        while True:
            ask = message.get_bulk(agent.community, head, agent.repetitions)
            try:
                bindings = await self._page(agent, ask, patience)
            except _ErrorStatus as error:
                if error.status == message.TOO_BIG and agent.repetitions > 1:
                    agent.repetitions //= 2
                    continue
                walk.stopped = None if error.status == message.NO_SUCH_NAME else str(error)
                return walk
            except Trouble as trouble:
                if not await self._lives(agent, patience, trouble) or not agent.walk_less():
                    raise
                continue
            head = _gather(walk, top, bindings, rows)
            if not head:
                return walk

    async def aclose(self) -> None:
        """Give up every request and close the sockets."""
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        waiting = [*self._pending.values(), *self._ready]
        for queue in self._behind.values():
            waiting.extend(queue)
        self._pending.clear()
        self._ready.clear()
        self._behind.clear()
        self._deadlines.clear()
        self._unsent.clear()
        for flight in waiting:
            if not flight.done.done():
                flight.done.set_exception(Trouble(FailureKind.LOCAL, "the engine was closed"))
        for channel in self._channels.values():
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(channel.socket)
                self._loop.remove_writer(channel.socket)
            channel.close()
        self._channels.clear()
        self._agents.clear()

    # A flight's life: waiting, in the air, landed.

    async def _page(self, agent: Agent, ask: message.Ask, patience: Patience) -> Bindings:
        flight = self._launch(agent, Route(_NO_PLAN, [Leg(ask)]), patience, bulk=True)
        try:
            await flight.done
        except asyncio.CancelledError:
            self._abandon(flight)
            raise
        return flight.bindings or []

    async def _lives(self, agent: Agent, patience: Patience, trouble: Trouble) -> bool:
        """Say whether an agent that was silent to a large request answers to a small one.

        So is one whose answer is of no use: it may cut off what is too long for it.
        """
        silent = isinstance(trouble, _Silence) and trouble.failure.kind in _SILENT
        if not silent or not agent.heard:
            return False
        agent.heard = False  # asked once: a device that is down shall not cost twice
        flight = self._launch(agent, agent.route(self._alive), Patience(patience.wait, retries=0))
        try:
            await flight.done
        except asyncio.CancelledError:
            self._abandon(flight)
            raise
        except Trouble:
            return False
        return True

    def _launch(
        self, agent: Agent, route: Route, patience: Patience, *, bulk: bool = False
    ) -> Flight:
        flight = Flight(agent, route, patience, asyncio.get_running_loop().create_future(), bulk)
        if route.legs:
            self._start(flight)
        else:
            flight.done.set_result(None)
        return flight

    def _start(self, flight: Flight) -> None:
        address = flight.agent.sockaddr
        if address in self._pending:
            self._behind.setdefault(address, deque()).append(flight)
        elif len(self._pending) >= self._window:
            self._ready.append(flight)
        else:
            self._pending[address] = flight
            self._send(flight)
            if not flight.done.done():
                self._order += 1
                heapq.heappush(self._deadlines, (flight.deadline, self._order, flight))
                self._wind()

    def _land(self, flight: Flight, trouble: Exception | None = None) -> None:
        address = flight.agent.sockaddr
        if self._pending.get(address) is flight:
            del self._pending[address]
        if not flight.done.done():
            if trouble is None:
                flight.done.set_result(None)
            else:
                flight.done.set_exception(trouble)
        self._release(address)
        while self._ready and len(self._pending) < self._window:
            follower = self._ready.popleft()
            if follower.done.done():  # its caller has gone; who waited behind it has not
                self._release(follower.agent.sockaddr)
            else:
                self._start(follower)

    def _release(self, address: Sockaddr) -> None:
        queue = self._behind.get(address)
        if queue:
            self._ready.append(queue.popleft())
            if not queue:
                del self._behind[address]

    def _abandon(self, flight: Flight) -> None:
        if self._is_pending(flight):
            self._land(flight)

    # Sending.

    def _send(self, flight: Flight) -> None:
        assert self._loop is not None  # noqa: S101  (a channel exists, so a loop does)
        agent = flight.agent
        ask = flight.route.legs[flight.place].ask
        flight.junk = False
        self._next_id = self._next_id + 1 if self._next_id < _LAST_ID else _FIRST_ID
        flight.request_id = _id_octets(self._next_id)
        flight.tries += 1
        flight.sent_at = self._loop.time()
        flight.deadline = flight.sent_at + flight.patience.wait
        if agent.session is None:
            flight.mark = flight.request_id
            datagram = ask.prefix + flight.request_id + ask.suffix
        else:
            flight.mark = agent.session.message_id(flight.request_id)
            pdu = ask.pdu(flight.request_id)
            datagram = agent.session.request(pdu, flight.request_id, flight.sent_at)
        try:
            agent.channel.socket.sendto(datagram, agent.sockaddr)
        except OSError as error:
            self._put_again(flight, datagram, error)
        self.counts.sent += 1

    def _put_again(self, flight: Flight, datagram: bytes, error: OSError) -> None:
        agent = flight.agent
        for _ in range(EXCUSES):
            if is_full(error):
                self._wait_for_room(flight)
                return
            # On this socket an error may be an old one, of another device: then it is on the
            # error queue, and sending again succeeds.
            if not self._read_errors(agent.channel):
                break
            try:
                agent.channel.socket.sendto(datagram, agent.sockaddr)
            except OSError as another:
                error = another
            else:
                return
        flight.trouble = (kind_of(error.errno or 0), _said(error))
        flight.deadline = min(flight.deadline, flight.sent_at + REFUSAL_PAUSE)

    def _wait_for_room(self, flight: Flight) -> None:
        if self._loop is not None and not self._unsent:
            channel = flight.agent.channel
            self._loop.add_writer(channel.socket, self._resume, channel)
        self._unsent.append(flight)

    def _resume(self, channel: Channel) -> None:
        if self._loop is not None:
            self._loop.remove_writer(channel.socket)
        waiting, self._unsent = self._unsent, deque()
        for flight in waiting:
            if self._is_pending(flight):
                flight.tries -= 1
                self._send(flight)

    # Receiving.

    def _drain(self, channel: Channel) -> bool:
        """Take what has arrived, a batch at the most; say whether that was all."""
        receive, pending, counts = channel.socket.recvfrom, self._pending, self.counts
        for _ in range(BATCH):
            try:
                data, source = receive(LARGEST)
            except BlockingIOError:
                return True
            except OSError:
                self._read_errors(channel)
                continue
            flight = pending.get(source)
            if flight is None:
                counts.strays += 1
                self._wonder(source, data)
                continue
            session = flight.agent.session
            if session is None:
                self._read(flight, data)
            elif (taken_out := self._taken_out(flight, session, data)) is not None:
                self._read(flight, taken_out)
        return False

    def _wonder(self, source: Sockaddr, data: bytes) -> None:
        """Note where a device with several addresses answers from another than was asked.

        Such an answer is not taken, for anybody could send it; but it explains the silence.
        """
        assert self._loop is not None  # noqa: S101  (a channel exists, so a loop does)
        if self._loop.time() < self._wondered_at + TICK:
            return  # strangers may send what they like: few are looked into
        self._wondered_at = self._loop.time()
        try:
            reply = message.opened(data)
        except Junk:
            return
        for flight in self._pending.values():
            known = {flight.request_id, *flight.earlier}
            if reply.request_id in known and reply.community == flight.agent.community:
                what = f"the answers come from {source[0]}, not from the address that was asked"
                flight.trouble = (FailureKind.TIMEOUT, what)

    def _read(self, flight: Flight, data: bytes) -> None:
        """Read a reply by what has been learned of its form, else strictly."""
        leg = flight.route.legs[flight.place]
        if self._record is not None:
            self._study(flight, leg, data, lesson=False)
            return
        layout, form = leg.layout, leg.ask.form
        values = None
        if layout is not None and layout.size == len(data):
            values = layout.read(data, flight.request_id)
        lesson = False
        if values is None:
            lesson = self.lessons.due(rarely=form is not None)
            if form is not None and not lesson:
                values = form.read(data, flight.request_id)
        if values is None:
            self._study(flight, leg, data, lesson=lesson)
        else:
            self.counts.by_pattern += 1
            self._advance(flight, values)

    def _advance(self, flight: Flight, values: list[Value]) -> None:
        self.counts.replies += 1
        flight.agent.heard = True
        if flight.values:
            flight.values += values
        else:
            flight.values = values
        flight.place += 1
        if flight.place == len(flight.route.legs):
            self._land(flight)
            return
        flight.tries = 0
        flight.earlier = ()
        flight.pardoned = False
        flight.trouble = None
        self._send(flight)

    def _taken_out(self, flight: Flight, session: Session, data: bytes) -> bytes | None:
        """Return what is in the envelope of version 3; None where it is no reply."""
        assert self._loop is not None  # noqa: S101
        now = self._loop.time()
        try:
            said = session.opened(data, (flight.request_id, *flight.earlier), now)
        except Junk as junk:
            self._junk(flight, junk)
            return None
        if isinstance(said, bytes):
            return said
        self.counts.reports += 1
        refused = session.heed(said, now)
        if refused is None and flight.renewals >= RENEWALS:
            refused = session.stubborn(said)
        if refused is None:
            flight.renewals += 1
            flight.tries -= 1  # it was heard, and answered in its way
            flight.earlier = (*flight.earlier, flight.request_id)
            self._send(flight)
        elif flight.tries <= min(1, flight.patience.retries):
            self._repeat(flight)  # a report may be forged, or of the moment before
        else:
            self._land(flight, Trouble(*refused))
        return None

    def _junk(self, flight: Flight, junk: Junk) -> None:
        self.counts.junk += 1
        flight.junk = True
        flight.trouble = (FailureKind.PROTOCOL, f"no usable answer: {junk}")

    def _study(self, flight: Flight, leg: Leg, data: bytes, *, lesson: bool) -> None:
        """Read a datagram by the strict decoder, and learn from it if it is its turn."""
        try:
            reply = message.opened(data)
            _compare(reply, flight)
            if self._record is not None:
                self._record(kept(leg.ask, reply, data))
            late = reply.request_id != flight.request_id
            if reply.status:
                self._refused(flight, reply.status, reply.index)
            elif flight.bulk:
                flight.bindings = message.bindings(data, reply.begin, reply.end)
                if late:  # to fewer yet it would be no faster: a slow agent is slow to anything
                    flight.agent.walk_less(LEAST)
                self._advance(flight, [])
            else:
                values, tags = message.matched(data, reply.begin, reply.end, leg.ask.heads)
                leg.ask.read += 1
                if leg.ask.read == POPULAR:
                    leg.ask.form = Form(leg.ask, data, tags)
                if lesson:
                    leg.layout = self.lessons.learn(data, reply.request_id_at, tags, values)
                if late and leg.end - leg.begin > FEW:
                    # It needs longer than we wait: the next time it is asked for half as much.
                    flight.agent.split(flight.route, flight.place)
                    flight.place += 1
                self._advance(flight, values)
        except Junk as junk:
            self._junk(flight, junk)

    def _refused(self, flight: Flight, status: int, index: int) -> None:
        """Take an error status: halve what was too big, else ask again, else name it."""
        self.counts.replies += 1
        if status != message.TOO_BIG and flight.tries <= flight.patience.retries:
            self._repeat(flight)
            return
        if flight.bulk:
            self._land(flight, _ErrorStatus(status, ""))
            return
        if status == message.TOO_BIG and self._made_smaller(flight):
            flight.tries = 0
            flight.earlier = ()
            self._send(flight)
            return
        leg = flight.route.legs[flight.place]
        place = leg.begin + index - 1
        name = flight.route.plan.oids[place] if leg.begin <= place < leg.end else ""
        self._land(flight, _ErrorStatus(status, name))

    def _made_smaller(self, flight: Flight) -> bool:
        """Ask the same again, then halve it; False if neither is left to do.

        What was learned stays learned, so one odd answer shall not halve a good request.
        """
        if flight.too_big == flight.route.legs[flight.place]:
            flight.too_big = None
            return flight.agent.split(flight.route, flight.place)
        flight.too_big = flight.route.legs[flight.place]
        return True

    def _read_errors(self, channel: Channel) -> bool:
        """Note what ICMP says of devices in flight; say whether anything was queued."""
        found = False
        for asked, sent, number in channel.errors():
            found = True
            flight = self._pending.get(asked)
            if flight is None or flight.mark not in sent:
                continue
            kind = kind_of(number)
            flight.trouble = (kind, _said(OSError(number, "")))
            if kind is FailureKind.REFUSED:
                flight.deadline = min(flight.deadline, flight.sent_at + REFUSAL_PAUSE)
                self._order += 1
                heapq.heappush(self._deadlines, (flight.deadline, self._order, flight))
        return found

    # Deadlines.

    def _wind(self) -> None:
        if self._ticking is None and self._loop is not None:
            self._ticking = self._loop.call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._ticking = None
        # What has arrived while we were busy is no silence of the device.
        for channel in self._channels.values():
            for _ in range(channel.window // BATCH + 1):
                if self._drain(channel):
                    break
        self._watch_drops()
        self._expire()
        if self._pending:
            self._wind()

    def _watch_drops(self) -> None:
        assert self._loop is not None  # noqa: S101
        for channel in self._channels.values():
            total = channel.drops()
            if total != self._dropped[channel]:
                self.counts.dropped += total - self._dropped[channel]
                self._dropped[channel] = total
                self._overflowed_at = self._loop.time()
                self._window = max(16, self._window * 3 // 4)
                log.warning(
                    "our receive buffer overflowed (%d datagrams lost so far): "
                    "at most %d devices in flight from now on",
                    total,
                    self._window,
                )

    def _expire(self) -> None:
        assert self._loop is not None  # noqa: S101
        now = self._loop.time()
        heap = self._deadlines
        if len(heap) > 2 * len(self._pending) + 1000:  # most have landed long before they are due
            heap = [entry for entry in heap if self._is_pending(entry[2])]
            heapq.heapify(heap)
            self._deadlines = heap
        while heap and heap[0][0] <= now:
            _, order, flight = heapq.heappop(heap)
            if not self._is_pending(flight):
                continue
            if flight.deadline <= now:
                self._missed(flight)
            if self._is_pending(flight):
                heapq.heappush(heap, (flight.deadline, order, flight))

    def _is_pending(self, flight: Flight) -> bool:
        return self._pending.get(flight.agent.sockaddr) is flight

    def _missed(self, flight: Flight) -> None:
        if self._overflowed_at >= flight.sent_at:
            flight.excuses += 1
            if flight.excuses > EXCUSES:
                detail = "our receive buffer overflowed; the reply may have been lost here"
                self._land(flight, Trouble(FailureKind.LOCAL, detail))
                return
            flight.tries -= 1
        elif flight.junk and not flight.pardoned:
            # Something answers there, if nothing usable: that is worth one try more.
            flight.pardoned = True
            flight.tries -= 1
        elif flight.tries > flight.patience.retries:
            self.counts.timeouts += 1
            self._land(flight, _silence(flight))
            return
        self._repeat(flight)

    def _repeat(self, flight: Flight) -> None:
        self.counts.retries += 1
        flight.earlier = (*flight.earlier, flight.request_id)
        self._send(flight)

    def _channel(self, family: socket.AddressFamily) -> Channel:
        if family not in self._channels:
            self._loop = asyncio.get_running_loop()
            try:
                channel = Channel(self._sockets, family)
            except OSError as error:
                raise Trouble(FailureKind.LOCAL, f"no socket: {_said(error)}") from None
            self._channels[family] = channel
            self._dropped[channel] = channel.drops()
            wanted = self._asked_window or MOST_IN_FLIGHT
            granted = min(opened.window for opened in self._channels.values())
            self._window = min(wanted, MOST_IN_FLIGHT, granted)
            self._loop.add_reader(channel.socket, self._drain, channel)
        return self._channels[family]


_NO_PLAN = Plan(())


class _ErrorStatus(Trouble):
    """The agent answered with an error status."""

    def __init__(self, status: int, name: str) -> None:
        kind = FailureKind.PROTOCOL
        if status == message.AUTHORIZATION_ERROR:
            kind = FailureKind.AUTH
        said = message.error_name(status)
        super().__init__(kind, f"{said} for {name}" if name else said, name)
        self.status = status


class _Silence(Trouble):
    """Nothing came that is an answer."""


_SILENT = {FailureKind.TIMEOUT, FailureKind.PROTOCOL}  # and not: there is no way, nobody listens


def _compare(reply: message.Reply, flight: Flight) -> None:
    if reply.community != flight.agent.community:
        raise Junk("another community")
    if reply.request_id != flight.request_id and reply.request_id not in flight.earlier:
        raise Junk("another request id")


def _silence(flight: Flight) -> _Silence:
    if flight.trouble is not None:
        return _Silence(*flight.trouble)
    session = flight.agent.session
    if session is not None and (why := session.unheard()) is not None:
        return _Silence(*why)
    part = flight.place + 1
    whole = len(flight.route.legs)
    where = f" (part {part} of {whole})" if whole > 1 else ""
    detail = f"no answer to {flight.tries} requests of {flight.patience.wait:g} s{where}"
    return _Silence(FailureKind.TIMEOUT, detail)


def _said(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)


def _gather(walk: Walk, top: tuple[int, ...], bindings: Bindings, rows: int) -> bytes:
    """Add a page of bindings to a walk; return the name to go on from, empty at the end."""
    last = top + walk.rows[-1][0] if walk.rows else top
    for name, tag, value in bindings:
        ids = ber.subids(name)
        if tag == ber.END_OF_MIB_VIEW or ids[: len(top)] != top:
            if ids <= last and tag != ber.END_OF_MIB_VIEW:
                walk.stopped = "names that do not increase"
            return b""
        if ids <= last:
            walk.stopped = "names that do not increase"
            return b""
        if len(walk.rows) >= rows:
            walk.stopped = f"more than {rows} rows"
            return b""
        walk.rows.append((ids[len(top) :], value))
        last = ids
    if not bindings:
        walk.stopped = "an empty page"
        return b""
    return ber.tlv(ber.OID, bindings[-1][0])


async def _resolved(address: str, port: int) -> tuple[socket.AddressFamily, Sockaddr]:
    """Return family and socket address, spelled as received datagrams will spell it."""
    try:
        return socket.AF_INET, (socket.inet_ntoa(socket.inet_pton(socket.AF_INET, address)), port)
    except OSError:
        pass  # an IPv6 address or a name
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(address, port, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise Trouble(FailureKind.UNREACHABLE, f"{address}: {error.strerror}") from None
    family, _, _, _, sockaddr = found[0]
    return socket.AddressFamily(family), sockaddr
