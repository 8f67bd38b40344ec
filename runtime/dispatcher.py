"""Who says it? Claims what is due, looks once more whether it still holds, speaks, settles.

At least once: a crash between sending and settling sends again, under the same id.
"""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel

from alerts.escalation import recoveries
from alerts.night import Night
from alerts.pausing import paused
from alerts.setback import SET_BACK
from alerts.telling import not_at_night
from alerts.together import together
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.channel import Channel, GiveUp, Retry
from core.clock import Clock
from core.errors import NotFound, Unavailable
from core.incident import (
    ASKING,
    Delivery,
    Due,
    Incident,
    IncidentNote,
    IncidentState,
    Message,
    Notification,
    NotificationState,
    Purpose,
)
from core.maintenance import Maintenance
from core.silence import Pause, Silence
from core.watching import Estate

log = logging.getLogger(__name__)

POLL = 1.0  # seconds between two looks into the outbox when nothing wakes us
LEASE = 60.0  # seconds for which a claim holds: longer than queueing and one attempt
QUEUEING = 20.0  # seconds to stand before a busy channel
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0  # seconds between two attempts
JITTER = 0.2
DISABLED_FOR = 300.0  # seconds before a broken channel is tried again
LATE = timedelta(minutes=2)  # undelivered for so long is said aloud
NIGHT = Night()
_LOOK_FOR_LATE = 30.0  # seconds
_INSTANT = timedelta(microseconds=1)
_SETTLING = 2.0  # seconds to wait for the problem's message that is on its way
_PEACE = 300.0  # seconds between two looks at a message that waits for quiet hours to end
_TOGETHER = 5.0  # seconds by which a message may go out early to go with others
_REDACTED = "…"


class OutboxBook(Protocol):
    """The part of the ledger that holds messages."""

    async def claim(
        self,
        worker: str,
        now: datetime,
        limit: int,
        lease_s: float,
        *,
        besides: Collection[int] = (),
    ) -> list[Notification]:
        """Take what is due, but for some."""

    async def join(
        self, first: Notification, until: datetime, now: datetime, lease_s: float
    ) -> list[Notification]:
        """Take what will be due soon for the same person by the same channel."""

    async def release(self, worker: str, now: datetime) -> int:
        """End the leases that an earlier life of the worker left."""

    async def set_back(self, by: timedelta, now: datetime) -> None:
        """Bring forward what a clock that has been set back would make wait."""

    async def settle(
        self,
        notification: Notification,
        delivery: Delivery | None,
        state: NotificationState,
        next_due: datetime | None = None,
    ) -> bool:
        """Write how an attempt ended."""

    async def hold(self, notification: Notification, pause: Pause, due: Due) -> bool:
        """Keep a claimed message back until it is due again."""

    async def add(self, notification: Notification) -> int | None:
        """Add one message; None if it is there already."""

    async def unfold(
        self, promise: Notification, rows: Sequence[Notification], now: datetime
    ) -> list[int]:
        """Put messages in the place of a promise."""

    async def hasten(self, incident: str, now: datetime) -> bool:
        """Bring the next step forward if nobody was reached."""

    async def for_incident(self, incident: str) -> list[tuple[Notification, list[Delivery]]]:
        """Return an incident's notifications."""

    async def get(self, number: int) -> tuple[Notification, list[Delivery]] | None:
        """Return one notification with its attempts."""

    async def undelivered(self, since: datetime) -> list[Notification]:
        """Return what was due by then and has not gone out."""


class Escalation(Protocol):
    """Finds who is meant, now that it is to be said."""

    async def messages(
        self,
        promise: Notification,
        incident: Incident,
        topology: Topology,
        told: Sequence[Notification],
        now: datetime,
    ) -> list[Notification]:
        """Return the messages that a step of a chain becomes."""

    async def quiet_until(
        self, message: Notification, incident: Incident, now: datetime
    ) -> datetime | None:
        """Return until when a person is left in peace."""

    async def otherwise(self, failed: Notification, now: datetime) -> list[Notification]:
        """Return the other ways to a person."""


class IncidentBook(Protocol):
    """The part of the ledger that holds incidents."""

    async def get(self, incident: str) -> Incident:
        """Return one incident; NotFound."""

    async def notes(self, incident: str) -> list[IncidentNote]:
        """Return its timeline."""


class LinkBook(Protocol):
    """The part of the ledger that makes acknowledgement links."""

    async def ack_link(
        self, incident: str, contact: str, now: datetime, lifetime: timedelta
    ) -> str:
        """Return a token."""


class SilenceBook(Protocol):
    """The part of the ledger that says what nobody wants to hear now."""

    async def find(self, since: datetime | None = None) -> list[Silence]:
        """Return the silences that were not over then."""


class WorksBook(Protocol):
    """The part of the ledger that knows announced works."""

    async def find(
        self, begin: datetime | None = None, end: datetime | None = None
    ) -> list[Maintenance]:
        """Return works that lie within [begin, end) in part."""


class Books(Protocol):
    """What the dispatcher needs of the ledger."""

    @property
    def outbox(self) -> OutboxBook:
        """Messages on their way."""

    @property
    def incidents(self) -> IncidentBook:
        """What they are about."""

    @property
    def links(self) -> LinkBook:
        """How they are answered."""

    @property
    def silences(self) -> SilenceBook:
        """What is held back because somebody wants it so."""

    @property
    def maintenance(self) -> WorksBook:
        """What is held back because it was announced."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """A configured channel. `params` fills in the secrets; LookupError names a missing one."""

    channel: Channel
    params: Callable[[], BaseModel]


@dataclass(frozen=True, slots=True)
class DispatchOptions:
    """How the dispatcher insists, and what its links look like. Durations in seconds."""

    base_url: str = ""
    deadline: float = 4 * 3600.0  # after which a message is given up
    ack_lifetime: float = 24 * 3600.0
    timeout: float = 20.0  # of one attempt
    at_once: int = 64  # messages under way at the same time
    per_channel: int = 8
    together: int = 0  # so many messages at once to one person become one; 0: none ever do
    grace: float = 5.0  # for what is under way when we are told to stop
    worker: str = "hub"
    night: Night = NIGHT  # what waits for the morning when a silence ends at night


@dataclass(slots=True)
class DispatchStats:
    """Counted since the start, for the self metrics."""

    sent: int = 0
    retried: int = 0
    cancelled: int = 0
    held: int = 0  # back in the outbox until a silence or works are over
    failed: int = 0
    late: int = 0  # waiting longer than `LATE` now
    broken: dict[str, str] = field(default_factory=dict)  # channels that are disabled, and why
    turned_at: datetime | None = None  # the outbox last answered


class Dispatcher:
    """Sends what the outbox holds, until cancelled. `told` wakes it when there is more."""

    def __init__(
        self,
        ledger: Books,
        outlets: Mapping[str, Outlet],
        estate: Callable[[], Estate],
        clock: Clock,
        *,
        told: asyncio.Event,
        options: DispatchOptions = DispatchOptions(),
        person: Callable[[str], Awaitable[str]] | None = None,  # account or contact → full name
        escalation: Escalation | None = None,
    ) -> None:
        self.stats = DispatchStats()
        self._ledger = ledger
        self._outlets = outlets
        self._estate = estate
        self._clock = clock
        self._told = told
        self._options = options
        self._called = person
        self._escalation = escalation
        self._random = random.Random()  # noqa: S311  (spreads retries, guards nothing)
        self._under_way: dict[asyncio.Task[None], tuple[int, ...]] = {}  # and its messages
        self._receipts: list[tuple[Notification, Delivery]] = []  # that the ledger has not taken
        self._turns = defaultdict[str, asyncio.Semaphore](
            lambda: asyncio.Semaphore(options.per_channel)
        )
        self._retest: dict[str, datetime] = {}
        self._drawn: tuple[Estate, Topology] | None = None
        self._looked_for_late = float("-inf")
        self._latest = clock.now()

    async def run(self) -> None:
        """Dispatch until cancelled; what is under way then gets a moment to end."""
        troubled, released = False, False
        try:
            while True:
                self._told.clear()
                try:
                    if not released:
                        await self._ledger.outbox.release(self._options.worker, self._clock.now())
                        released = True
                    await self.turn()
                    troubled = False
                except (OSError, Unavailable) as trouble:
                    if not troubled:
                        troubled = True
                        log.warning("the outbox does not answer, trying again: %s", trouble)
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._told.wait()
        finally:
            await self._stop()

    async def turn(self) -> None:
        """Claim what is due now and set it on its way."""
        await self._mind_the_clock()
        await self._hand_in_receipts()
        while (room := self._options.at_once - len(self._under_way)) > 0:
            claimed = await self._ledger.outbox.claim(
                self._options.worker,
                self._clock.now(),
                room,
                LEASE,
                # whoever set the clock forward has ended no lease of ours
                besides={number for group in self._under_way.values() for number in group},
            )
            for group in await self._grouped(claimed):
                task = asyncio.create_task(self._carry(group))
                self._under_way[task] = tuple(n.id or 0 for n in group)
                task.add_done_callback(self._under_way.pop)
            if not claimed:
                break
        self.stats.turned_at = self._clock.now()
        await self._look_for_late()

    async def _grouped(self, claimed: Sequence[Notification]) -> list[tuple[Notification, ...]]:
        """Put together what goes to one person at once, and what will in a moment."""
        if not self._options.together:
            return [(notification,) for notification in claimed]
        alone: list[tuple[Notification, ...]] = []
        by_person: dict[tuple[str, str, str], list[Notification]] = {}
        for notification in claimed:
            if _may_join(notification):
                way = (notification.recipient, notification.channel, notification.address)
                by_person.setdefault(way, []).append(notification)
            else:
                alone.append((notification,))
        now = self._clock.now()
        for group in by_person.values():
            until = now + timedelta(seconds=_TOGETHER)
            with suppress(OSError, Unavailable):  # those that we have go out all the same
                group.extend(await self._ledger.outbox.join(group[0], until, now, LEASE))
            if len(group) < self._options.together:
                alone += [(notification,) for notification in group]
            else:
                alone.append(tuple(group))
        return alone

    async def _mind_the_clock(self) -> None:
        """Keep no message waiting for a time that the clock, set back, will reach again."""
        now = self._clock.now()
        by = self._latest - now
        if by > SET_BACK:
            log.warning("the clock was set back by %s", by)
            await self._ledger.outbox.set_back(by, now)
            self._retest = {name: at - by for name, at in self._retest.items()}
        self._latest = now

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    async def _stop(self) -> None:
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=self._options.grace)
        for task in self._under_way:
            task.cancel()
        await self.settled()
        with suppress(OSError, Unavailable):
            await self._hand_in_receipts()

    async def _carry(self, group: Sequence[Notification]) -> None:
        """Bring messages to their end, several as one; a fault of ours leaves them to a claim."""
        try:
            await self._in_turn(group)
        except asyncio.CancelledError:
            # perhaps it went out, perhaps not: whoever starts next says it, under the same id
            with suppress(OSError, Unavailable):
                for notification in group:
                    await self._ledger.outbox.settle(
                        notification, None, NotificationState.PENDING, self._clock.now()
                    )
            raise
        except (OSError, Unavailable) as trouble:
            log.warning("message %s is not settled: %s", group[0].id, trouble)
        except Exception as bug:
            log.exception("message %s could not be made", group[0].id)
            for notification in group:
                await self._stumble(notification, bug)
        finally:
            self._told.set()  # there is room for more

    async def _in_turn(self, group: Sequence[Notification]) -> None:
        """Deliver when the channel has room; a channel that hangs must not outlast the claim."""
        turn = self._turns[group[0].channel]
        try:
            async with asyncio.timeout(QUEUEING):
                await turn.acquire()
        except TimeoutError:
            for notification in group:
                await self._settle(notification, _Postponed(_SETTLING))
            return
        try:
            if len(group) == 1:
                await self._deliver(group[0])
            else:
                await self._deliver_together(group)
        finally:
            turn.release()

    async def _stumble(self, notification: Notification, bug: Exception) -> None:
        """Put aside for a while a message that breaks us, so that it cannot spin the loop."""
        words = f"it could not be made: {type(bug).__name__}: {bug}"
        failed = Delivery(
            notification=notification.id or 0, at=self._clock.now(), ok=False, receipt=words
        )
        with suppress(OSError, Unavailable):
            await self._again(notification, failed, None)

    async def _deliver(self, notification: Notification) -> None:
        now = self._clock.now()
        incident, verdict = await self._still_holds(notification)
        if verdict is not None:
            await self._settle(notification, verdict)
            return
        if notification.step is not None and incident is not None:
            await self._unfold(notification, incident, now)
            return
        if (wait := await self._quiet(notification, incident, now)) is not None:
            await self._settle(notification, wait)
            return
        retest = self._retest.get(notification.channel)
        if retest is not None and now < retest:
            await self._again(notification, None, (retest - now).total_seconds())
            return
        outlet = self._outlets.get(notification.channel)
        if outlet is None:
            gone = Delivery(
                notification=notification.id or 0, at=now, ok=False, receipt="no such channel"
            )
            await self._fail(notification, gone)
            return
        message, secret = await self._compose(notification, incident, now)
        await self._attempt([notification], outlet, message, [secret])

    async def _deliver_together(self, group: Sequence[Notification]) -> None:
        """Say in one message what still holds of several; few are said each by itself."""
        now = self._clock.now()
        outlet = self._outlets.get(group[0].channel)
        holding: list[tuple[Notification, Incident | None]] = []
        for notification in group:
            incident, verdict = await self._still_holds(notification)
            verdict = verdict or await self._quiet(notification, incident, now)
            if verdict is not None:
                await self._settle(notification, verdict)
            else:
                holding.append((notification, incident))
        broken = group[0].channel in self._retest
        if len(holding) < self._options.together or outlet is None or broken:
            for notification, _ in holding:
                await self._deliver(notification)
            return
        composed = [await self._compose(one, incident, now) for one, incident in holding]
        said = [message for message, _ in composed]
        message = together(said, group[0].language, self._options.base_url)
        rows = [notification for notification, _ in holding]
        await self._attempt(rows, outlet, message, [secret for _, secret in composed])

    async def _still_holds(
        self, notification: Notification
    ) -> tuple[Incident | None, "_Verdict | None"]:
        """Look once more, at the moment of speaking: None if the message is to go out."""
        if notification.incident is None:
            return None, None
        try:
            incident = await self._ledger.incidents.get(notification.incident)
        except NotFound:
            return None, NotificationState.CANCELLED
        if notification.purpose in ASKING:
            if incident.state is IncidentState.MERGED:
                incident = await self._taken_in(notification, incident)
            taken = incident.acked_by is not None
            if incident.state is not IncidentState.OPEN or taken:
                return incident, NotificationState.CANCELLED
            return incident, await self._held(incident)
        if notification.purpose is Purpose.RECOVERY and notification.step is None:
            return incident, await self._problem_was_told(notification)
        return incident, None

    async def _taken_in(self, notification: Notification, incident: Incident) -> Incident:
        """Return what a message is about now, which somebody may have merged by hand since."""
        known = await self._ledger.outbox.get(notification.id or 0)
        if known is None or known[0].incident in {None, incident.id}:
            return incident
        return await self._ledger.incidents.get(known[0].incident or "")

    async def _held(self, incident: Incident) -> "_Held | None":
        """Say whether a problem is held back now; how it ended is told all the same."""
        now = self._clock.now()
        silences = await self._ledger.silences.find(now)
        works = await self._ledger.maintenance.find(now, now + _INSTANT)
        pause = paused(incident, self._topology().targets, [*silences, *works], now)
        if pause is None:
            return None
        over = Due(pause.until, pause.kind)
        return _Held(pause, not_at_night(over, incident, self._topology(), self._options.night))

    async def _problem_was_told(
        self, notification: Notification
    ) -> "_Postponed | NotificationState | None":
        for other, _ in await self._ledger.outbox.for_incident(notification.incident or ""):
            same = (other.recipient, other.channel) == (
                notification.recipient,
                notification.channel,
            )
            if not same or other.purpose is not Purpose.PROBLEM:
                continue
            if other.state is NotificationState.SENT:
                return None
            if other.state is NotificationState.CLAIMED:
                return _Postponed(_SETTLING)
        return NotificationState.CANCELLED

    async def _quiet(
        self, notification: Notification, incident: Incident | None, now: datetime
    ) -> "_Postponed | None":
        """Look again every few minutes while a person is left in peace: it may become worse."""
        if self._escalation is None or incident is None:
            return None
        until = await self._escalation.quiet_until(notification, incident, now)
        if until is None:
            return None
        return _Postponed(min((until - now).total_seconds(), _PEACE))

    async def _unfold(self, promise: Notification, incident: Incident, now: datetime) -> None:
        """Let the messages of a step go on in its place; the step itself says nothing."""
        told = [row for row, _ in await self._ledger.outbox.for_incident(incident.id)]
        if promise.purpose is Purpose.RECOVERY:
            claimed = NotificationState.CLAIMED
            if any(n.state is claimed and n.purpose is Purpose.PROBLEM for n in told):
                await self._settle(promise, _Postponed(_SETTLING))
                return
            rows = recoveries(promise, told, now)
        elif self._escalation is not None:
            drawn = self._topology()
            rows = await self._escalation.messages(promise, incident, drawn, told, now)
        else:
            raise LookupError(f"nobody here knows who {promise.recipient} is")
        await self._ledger.outbox.unfold(promise, rows, now)

    async def pass_on(self, failed: Notification) -> int:
        """Tell by the person's other ways, then the next, what one way does not deliver.

        Return how many messages that made. Without a chain everybody is told by all ways anyhow.
        """
        if self._escalation is None or failed.purpose is not Purpose.PROBLEM:
            return 0
        incident, verdict = await self._still_holds(failed)
        if incident is None or incident.chain is None or verdict is not None:
            return 0
        now = self._clock.now()
        others = await self._escalation.otherwise(failed, now)
        added = [await self._ledger.outbox.add(row) for row in others]
        if not any(added):
            await self._ledger.outbox.hasten(incident.id, now)
        return sum(number is not None for number in added)

    async def _compose(
        self, notification: Notification, incident: Incident | None, now: datetime
    ) -> tuple[Message, str | None]:
        """Return the message, and the secret part of its link (never kept)."""
        base, token, merged, retired = self._options.base_url, None, [], False
        if incident is not None:
            notes = await self._ledger.incidents.notes(incident.id)
            if incident.state is not IncidentState.MERGED:
                merged = [
                    n.text.partition(":")[0] for n in notes if n.kind in {"merged", "taken_in"}
                ]
            retired = any(n.kind == "recovered" and n.text == "retired" for n in notes)
            in_person = notification.recipient != notification.channel
            if notification.purpose in ASKING and base and in_person:
                lifetime = timedelta(seconds=self._options.ack_lifetime)
                token = await self._ledger.links.ack_link(
                    incident.id, notification.recipient, now, lifetime
                )
        telling = Telling(
            purpose=notification.purpose,
            incident=incident,
            now=now,
            base_url=base,
            ack_url=f"{base}/a/{token}" if token else None,
            merged=merged,
            retired=retired,
            taken_by=await self._person(incident.acked_by) if incident is not None else None,
        )
        subject = incident.id if incident is not None else "test"
        message = render(
            telling,
            self._topology(),
            notification.language,
            message_id=f"{subject}.{notification.purpose}.{notification.id}",
            to=notification.address,
        )
        return message, token

    async def _attempt(
        self,
        group: Sequence[Notification],
        outlet: Outlet,
        message: Message,
        secrets: Sequence[str | None],
    ) -> None:
        """Send one message, and settle all that it stands for."""
        now = self._clock.now()
        body = message.body
        for secret in filter(None, secrets):
            body = body.replace(secret, _REDACTED)

        def deliveries(receipt: str, *, ok: bool) -> list[tuple[Notification, Delivery]]:
            one = Delivery(
                notification=0, at=now, ok=ok, receipt=receipt, subject=message.subject, body=body
            )
            return [(n, one.model_copy(update={"notification": n.id or 0})) for n in group]

        try:
            receipt = await self._send(outlet, message)
        except Retry as trouble:
            for notification, failed in deliveries(str(trouble), ok=False):
                await self._again(notification, failed, trouble.after)
        except GiveUp as refusal:
            await self._refused(deliveries(str(refusal), ok=False), refusal)
        else:
            self._enable(group[0].channel)
            self.stats.sent += 1
            await self._hand_in(deliveries(receipt, ok=True))

    async def _hand_in(self, taken: Sequence[tuple[Notification, Delivery]]) -> None:
        """Settle what went out; what the ledger does not take now is handed in later."""
        unwritten: Exception | None = None
        for notification, receipt in taken:
            try:
                await self._ledger.outbox.settle(notification, receipt, NotificationState.SENT)
            except (OSError, Unavailable) as trouble:
                self._receipts.append((notification, receipt))
                unwritten = trouble
        if unwritten is not None:
            raise unwritten

    async def _refused(
        self, attempts: Sequence[tuple[Notification, Delivery]], refusal: GiveUp
    ) -> None:
        """Give messages up, or put them off where it is the channel that is broken."""
        if refusal.channel_broken:
            self._disable(attempts[0][0].channel, str(refusal))
        for notification, failed in attempts:
            if refusal.channel_broken:
                await self._again(notification, failed, DISABLED_FOR)
            else:
                await self._fail(notification, failed)

    async def _hand_in_receipts(self) -> None:
        """Settle what went out while the ledger took nothing, before it could go out again."""
        while self._receipts:
            notification, taken = self._receipts[0]
            known = await self._ledger.outbox.get(notification.id or 0)
            if known is not None and all(one.at != taken.at for one in known[1]):
                await self._ledger.outbox.settle(notification, taken, NotificationState.SENT)
            self._receipts.pop(0)

    async def _send(self, outlet: Outlet, message: Message) -> str:
        timeout = self._options.timeout
        try:
            params = outlet.params()
        except LookupError as missing:
            raise GiveUp(f"the secret {missing} is not set", channel_broken=True) from missing
        try:
            async with asyncio.timeout(timeout + 1):
                return await outlet.channel.send(params, message, timeout)
        except TimeoutError as late:
            raise Retry(f"no answer within {timeout:g} s") from late
        except (Retry, GiveUp):
            raise
        except Exception as bug:
            log.exception("channel %s broke", outlet.channel.name)
            raise Retry(f"{type(bug).__name__}: {bug}") from bug

    async def _settle(self, notification: Notification, verdict: "_Verdict") -> None:
        if isinstance(verdict, _Held):
            self.stats.held += 1
            await self._ledger.outbox.hold(notification, verdict.pause, verdict.due)
            return
        if isinstance(verdict, _Postponed):
            due = self._clock.now() + timedelta(seconds=verdict.seconds)
            await self._ledger.outbox.settle(notification, None, NotificationState.PENDING, due)
            return
        self.stats.cancelled += 1
        await self._ledger.outbox.settle(notification, None, verdict)

    async def _again(
        self, notification: Notification, delivery: Delivery | None, after: float | None
    ) -> None:
        """Try again later, unless it has been tried for too long."""
        now = self._clock.now()
        wait = after if after is not None else backoff(notification.attempts)
        wait *= 1 + JITTER * self._random.random()
        if now + timedelta(seconds=wait) > await self._deadline(notification, now):
            await self._fail(notification, delivery)
            return
        self.stats.retried += 1
        due = now + timedelta(seconds=wait)
        await self._ledger.outbox.settle(notification, delivery, NotificationState.PENDING, due)

    async def _deadline(self, notification: Notification, now: datetime) -> datetime:
        known = await self._ledger.outbox.get(notification.id or 0)
        first = known[1][0].at if known is not None and known[1] else now
        return first + timedelta(seconds=self._options.deadline)

    async def _fail(self, notification: Notification, delivery: Delivery | None) -> None:
        self.stats.failed += 1
        log.error(
            "message %s (%s of %s) to %s by %s is given up: %s",
            notification.id,
            notification.purpose,
            notification.incident or "a test",
            notification.recipient,
            notification.channel,
            delivery.receipt if delivery is not None else "the deadline has passed",
        )
        await self._ledger.outbox.settle(notification, delivery, NotificationState.FAILED)
        await self.pass_on(notification)

    def _disable(self, name: str, why: str) -> None:
        if name not in self._retest:
            log.error("channel %s is disabled: %s", name, why)
        self._retest[name] = self._clock.now() + timedelta(seconds=DISABLED_FOR)
        self.stats.broken[name] = why

    def _enable(self, name: str) -> None:
        if self._retest.pop(name, None) is not None:
            log.warning("channel %s works again", name)
            self.stats.broken.pop(name, None)

    async def _look_for_late(self) -> None:
        if self._clock.monotonic() - self._looked_for_late < _LOOK_FOR_LATE:
            return
        self._looked_for_late = self._clock.monotonic()
        late = len(await self._ledger.outbox.undelivered(self._clock.now() - LATE))
        if late and not self.stats.late:
            log.error("%d messages have been waiting for more than two minutes", late)
        if self.stats.late and not late:
            log.warning("no message is waiting any more")
        self.stats.late = late

    async def _person(self, name: str | None) -> str | None:
        return name if name is None or self._called is None else await self._called(name)

    def _topology(self) -> Topology:
        estate = self._estate()
        if self._drawn is None or self._drawn[0] is not estate:
            self._drawn = (estate, Topology(estate))
        return self._drawn[1]


def _may_join(notification: Notification) -> bool:
    """Say whether a message may be said together with others: to a person, about a problem."""
    in_person = notification.recipient != notification.channel
    return notification.purpose is Purpose.PROBLEM and notification.step is None and in_person


@dataclass(frozen=True, slots=True)
class _Postponed:
    seconds: float


@dataclass(frozen=True, slots=True)
class _Held:
    pause: Pause
    due: Due


_Verdict = _Postponed | _Held | NotificationState


def backoff(attempts: int) -> float:
    """Return the seconds to wait after so many attempts: doubling, up to five minutes."""
    return min(FIRST_WAIT * 2.0 ** max(0, min(attempts, 20) - 1), LONGEST_WAIT)
