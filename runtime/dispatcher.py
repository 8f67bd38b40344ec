"""Who says it? Claims what is due, looks once more whether it still holds, speaks, settles.

At least once: what a provider has taken but not answered when we die is sent again, under the
same id.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial

from alerts.answering import written
from alerts.breaker import Breaker
from alerts.escalation import not_before, recoveries
from alerts.gathering import MANY, SOON, TOGETHER, Gathering
from alerts.night import Night
from alerts.setback import SET_BACK
from alerts.together import TOLD, together
from alerts.topology import Topology
from core.channel import GiveUp, Retry
from core.clock import LOCAL, Clock
from core.errors import Unavailable
from core.incident import (
    Delivery,
    Incident,
    Message,
    Notification,
    NotificationState,
    Purpose,
)
from core.watching import Estate
from runtime.books import Books, Escalation, Letters
from runtime.bugs import Bugs, worded
from runtime.composing import Composer
from runtime.outlet import Outlet
from runtime.receipts import Receipts
from runtime.second_look import SETTLING, Held, Postponed, SecondLook, Verdict

log = logging.getLogger(__name__)

POLL = 1.0  # seconds between two looks into the outbox when nothing wakes us
LEASE = 60.0  # seconds for which a claim holds: longer than one attempt
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0  # seconds between two attempts
JITTER = 0.2
LATE = timedelta(minutes=2)  # undelivered for so long is said aloud
NIGHT = Night()
_LOOK_FOR_LATE = 30.0  # seconds
_Way = tuple[str, str, str, Purpose]  # recipient, channel, address
Composed = tuple[Message, str | None]  # a message, and the secret part of its link
_REDACTED = "…"
_JOINED = frozenset({Purpose.PROBLEM, Purpose.RECOVERY})


@dataclass(frozen=True, slots=True)
class DispatchOptions:
    """How the dispatcher insists, and what its links look like. Durations in seconds."""

    base_url: str = ""
    deadline: float = 4 * 3600.0  # after which a message is given up
    ack_lifetime: float = 24 * 3600.0
    timeout: float = 20.0  # of one attempt
    per_channel: int = 8  # messages under way at the same time
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
    bugs: Bugs = field(default_factory=Bugs)  # messages that broke us
    channels: dict[str, Breaker] = field(default_factory=dict)
    turned_at: datetime | None = None  # the outbox last answered

    @property
    def broken(self) -> dict[str, str]:
        """Return the channels that rest, and why."""
        return {name: one.why for name, one in self.channels.items() if one.since is not None}


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
        receipts: Receipts | None = None,
        meetings: Letters | None = None,
        unrest: Callable[[Purpose, datetime], int] = lambda _purpose, _now: 0,
    ) -> None:
        self.stats = DispatchStats(channels={name: Breaker() for name in outlets})
        self._ledger = ledger
        self._outlets = outlets
        self._estate = estate
        self._clock = clock
        self._told = told
        self._options = options
        self._escalation = escalation
        self._receipts = receipts or Receipts()
        self._unrest = unrest
        self._look = SecondLook(ledger, self._topology, clock, options.night, escalation, meetings)
        self._composer = Composer(
            ledger,
            self._topology,
            options.base_url,
            options.ack_lifetime,
            person,
            meetings,
            self._reply_to,
        )
        self._random = random.Random()  # noqa: S311  (spreads retries, guards nothing)
        self._under_way: dict[asyncio.Task[None], tuple[Notification, ...]] = {}
        self._gathering = Gathering()
        self._drawn: tuple[Estate, Topology] | None = None
        self._looked_for_late = float("-inf")
        self._latest = clock.now()

    def _reply_to(self, channel: str) -> str | None:
        outlet = self._outlets.get(channel)
        return outlet.reply_to if outlet is not None else None

    async def run(self) -> None:
        """Dispatch until cancelled; what is under way then gets a moment to end."""
        troubled, released = False, False
        try:
            while True:
                self._told.clear()
                try:
                    if not released:
                        await self._hand_in_receipts()
                        await self._ledger.outbox.release(self._options.worker, self._clock.now())
                        released = True
                    await self.turn()
                    troubled = False
                except (OSError, Unavailable) as trouble:
                    if not troubled:
                        troubled = True
                        log.warning("the outbox does not answer, trying again: %s", trouble)
                with suppress(TimeoutError):
                    async with asyncio.timeout(await self._pause()):
                        await self._told.wait()
        finally:
            await self._stop()

    async def turn(self) -> None:
        """Claim what is due now and set it on its way."""
        await self._mind_the_clock()
        await self._hand_in_receipts()
        for group in await self._grouped(await self._claim()):
            task = asyncio.create_task(self._carry(group))
            self._under_way[task] = group
            task.add_done_callback(self._under_way.pop)
        self.stats.turned_at = self._clock.now()
        await self._look_for_late()

    async def _claim(self) -> list[Notification]:
        """Take what is sent at once and no more: nothing of ours waits under a claim."""
        groups = list(self._under_way.values())
        return await self._ledger.outbox.claim(
            self._options.worker,
            self._clock.now(),
            self._options.per_channel,
            LEASE,
            busy=Counter(group[0].channel for group in groups),
            # whoever set the clock forward has ended no lease of ours
            besides={notification.id or 0 for group in groups for notification in group},
        )

    async def _pause(self) -> float:
        """Return for how many seconds there is nothing to do, unless somebody tells us."""
        if self._told.is_set():
            return 0.0
        now = self._clock.now()
        try:
            due = await self._ledger.outbox.next_due(now)
        except (OSError, Unavailable):
            return POLL
        return POLL if due is None else min(POLL, (due - now).total_seconds())

    async def _grouped(self, claimed: Sequence[Notification]) -> list[tuple[Notification, ...]]:
        """Put together what goes to one person at once, and what will in a moment.

        A storm's causes are found one after the other. What a meeting needs waits for none of
        them, and takes along what there is.
        """
        if not self._options.together:
            return [(notification,) for notification in claimed]
        groups: list[tuple[Notification, ...]] = []
        by_person: dict[_Way, list[Notification]] = {}
        for notification in claimed:
            if _may_join(notification):
                by_person.setdefault(_way(notification), []).append(notification)
            else:
                groups.append((notification,))
        now = self._clock.now()
        unrest = cache(lambda purpose: self._unrest(purpose, now))
        for way, group in by_person.items():
            wait = self._gathering.wait(way, now, partial(unrest, group[0].purpose))
            until, soon = (now + TOGETHER, now + SOON) if wait is None else (now, now)
            more = MANY - len(group)
            with suppress(OSError, Unavailable):  # those that we have go out all the same
                outbox = self._ledger.outbox
                rest = await outbox.join(group[0], until, now, LEASE, many=more, further=soon)
                group.extend(rest)
            if wait is not None and all(one.because != "meeting" for one in group):
                await self._ledger.outbox.postpone(group, now + wait)
                continue
            self._gathering.told(way, now)
            if len(group) < self._options.together:
                groups += [(notification,) for notification in group]
            else:
                groups.append(tuple(group))
        return groups

    async def _mind_the_clock(self) -> None:
        """Keep no message waiting for a time that the clock, set back, will reach again."""
        now = self._clock.now()
        by = self._latest - now
        if by > SET_BACK:
            log.warning("the clock was set back by %s", by)
            await self._ledger.outbox.set_back(by, now)
            self._gathering.forget()
            for breaker in self.stats.channels.values():
                breaker.set_back(by)
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
            if len(group) == 1:
                await self._deliver(group[0])
            else:
                await self._deliver_together(group)
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

    async def _stumble(self, notification: Notification, bug: Exception) -> None:
        """Put aside for a while a message that breaks us, so that it cannot spin the loop.

        The same fault is written down once: how often it was met stands at the message.
        """
        now = self._clock.now()
        self.stats.bugs.add(bug, now)
        words = f"it could not be made: {worded(bug)}"
        with suppress(OSError, Unavailable):
            known = await self._ledger.outbox.get(notification.id or 0)
            told = known is not None and bool(known[1]) and known[1][-1].receipt == words
            failed = Delivery(notification=notification.id or 0, at=now, ok=False, receipt=words)
            await self._again(notification, None if told else failed, None)

    async def _deliver(self, notification: Notification) -> None:
        now = self._clock.now()
        incident, verdict = await self._look.still_holds(notification)
        if verdict is not None:
            self._gathering.untold(_way(notification))
            await self._settle(notification, verdict)
            return
        if notification.step is not None and incident is not None:
            await self._unfold(notification, incident, now)
            return
        if (wait := await self._look.in_peace(notification, incident, now)) is not None:
            self._gathering.untold(_way(notification))
            await self._settle(notification, wait)
            return
        outlet = self._outlets.get(notification.channel)
        if outlet is None:
            gone = Delivery(
                notification=notification.id or 0, at=now, ok=False, receipt="no such channel"
            )
            await self._fail(notification, gone)
            return
        if not await self._may_try(notification, now):
            await self._set_aside(notification, now)
            return
        code = await self._composer.code([notification], now)
        composed = await self._composer.compose(notification, incident, now, code)
        await self._attempt([notification], outlet, composed[0], [composed])

    async def _deliver_together(self, group: Sequence[Notification]) -> None:
        """Say in one message what still holds of several; few are said each by itself."""
        now = self._clock.now()
        outlet = self._outlets.get(group[0].channel)
        holding: list[tuple[Notification, Incident | None]] = []
        for notification in group:
            incident, verdict = await self._look.still_holds(notification)
            verdict = verdict or await self._look.in_peace(notification, incident, now)
            if verdict is not None:
                await self._settle(notification, verdict)
            else:
                holding.append((notification, incident))
        if not holding:
            self._gathering.untold(_way(group[0]))
        rests = group[0].channel in self.stats.broken
        if len(holding) < self._options.together or outlet is None or rests:
            for notification, _ in holding:
                await self._deliver(notification)
            return
        code = await self._composer.code([one for one, _ in holding], now)
        composed = [
            await self._composer.compose(one, incident, now, code, linked=number < TOLD)
            for number, (one, incident) in enumerate(holding)
        ]
        said = [message for message, _ in composed]
        first = group[0]
        message = together(said, first.language, self._options.base_url, first.purpose)
        rows = [notification for notification, _ in holding]
        await self._attempt(rows, outlet, message, composed)

    async def _may_try(self, notification: Notification, now: datetime) -> bool:
        """Say whether the channel works; after its rest one message finds out for the others.

        Whoever asks for a test message wants to know now.
        """
        breaker = self._breaker(notification.channel)
        if breaker.since is None or notification.purpose is Purpose.TEST:
            return True
        if breaker.rests(now):
            return False
        breaker.tried(now)
        await self._ledger.outbox.reschedule(notification.channel, breaker.again_at or now)
        return True

    async def _set_aside(self, notification: Notification, now: datetime) -> None:
        """Keep a message until its channel is tried again, and tell by other ways meanwhile."""
        breaker = self._breaker(notification.channel)
        known = await self._ledger.outbox.get(notification.id or 0)
        untried = known is None or not known[1]
        since = f"{(breaker.since or now).astimezone(LOCAL):%H:%M %d/%m/%Y}"
        words = f"not tried, the channel rests since {since}: {breaker.why}"
        noted = Delivery(notification=notification.id or 0, at=now, ok=False, receipt=words)
        rest = ((breaker.again_at or now) - now).total_seconds()
        await self._again(notification, noted if untried else None, rest)
        await self.pass_on(notification)

    async def _unfold(self, promise: Notification, incident: Incident, now: datetime) -> None:
        """Let the messages of a step go on in its place; the step itself says nothing."""
        if promise.purpose is Purpose.RECOVERY:
            told = await self._ledger.outbox.told_of(incident.id)
            if any(n.state is NotificationState.CLAIMED for n in told):
                await self._settle(promise, Postponed(SETTLING))
                return
            rows = recoveries(promise, told, now)
        elif self._escalation is not None:
            told = await self._ledger.outbox.about(incident.id)
            if incident.chain is not None:
                others = [row for row in told if row.id != promise.id]
                earliest = not_before(promise, incident.chain, others, now)
                if earliest > now:
                    await self._settle(promise, Postponed((earliest - now).total_seconds()))
                    return
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
        incident, verdict = await self._look.still_holds(failed)
        if incident is None or incident.chain is None or verdict is not None:
            return 0
        now = self._clock.now()
        others = await self._escalation.otherwise(failed, now)
        added = [await self._ledger.outbox.add(row) for row in others]
        if not any(added):
            await self._ledger.outbox.hasten(incident.id, now, self.stats.broken)
        return sum(number is not None for number in added)

    async def _attempt(
        self,
        group: Sequence[Notification],
        outlet: Outlet,
        message: Message,
        composed: Sequence[Composed],
    ) -> None:
        """Send one message, and settle all that it stands for; of each its own words are kept."""
        now = self._clock.now()
        subject, said = outlet.says(message)
        if said == message.body:  # of each its own part
            bodies = [_without(own.body, [(own, secret)]) for own, secret in composed]
        else:  # an SMS is about all of them
            bodies = [_without(said, composed)] * len(composed)

        def deliveries(receipt: str, *, ok: bool) -> list[tuple[Notification, Delivery]]:
            one = Delivery(notification=0, at=now, ok=ok, receipt=receipt, subject=subject)
            return [
                (n, one.model_copy(update={"notification": n.id or 0, "body": body}))
                for n, body in zip(group, bodies, strict=True)
            ]

        try:
            receipt = await outlet.send(message, self._options.timeout)
        except Retry as trouble:
            self._gathering.untold(_way(group[0]))
            await self._not_now(deliveries(str(trouble), ok=False), trouble)
        except GiveUp as refusal:
            self._gathering.untold(_way(group[0]))
            await self._refused(deliveries(str(refusal), ok=False), refusal)
        else:
            taken = deliveries(receipt, ok=True)
            for notification, delivery in taken:
                self._receipts.keep(notification, delivery)
            self.stats.sent += 1
            rested = self._breaker(group[0].channel).took()
            await self._hand_in(taken)
            if rested:
                await self._works_again(group[0].channel)

    async def _hand_in(self, taken: Sequence[tuple[Notification, Delivery]]) -> None:
        """Settle what went out; what the ledger does not take now is handed in later."""
        try:
            await self._ledger.outbox.sent(taken)
        except (OSError, Unavailable):
            for notification, _ in taken:
                self._receipts.refused(notification)
            raise
        for notification, _ in taken:
            self._receipts.settled(notification)

    async def _hand_in_receipts(self) -> None:
        """Settle what went out in an earlier life, or while the ledger took nothing.

        Before any claim, or it could go out again.
        """
        for notification, taken in self._receipts.untaken():
            known = await self._ledger.outbox.get(notification.id or 0)
            if (
                known is not None
                and _same(known[0], notification)
                and all(one.at != taken.at for one in known[1])
            ):
                await self._ledger.outbox.sent([(notification, taken)])
            self._receipts.settled(notification)

    async def _not_now(
        self, attempts: Sequence[tuple[Notification, Delivery]], trouble: Retry
    ) -> None:
        """Try messages again later; the channel rests if its provider has failed too often."""
        name, now = attempts[0][0].channel, self._clock.now()
        if trouble.only_this:
            rested, opened = self._breaker(name).took(), False
        else:
            rested, opened = False, self._breaker(name).failed(str(trouble), now)
        for notification, failed in attempts:
            await self._again(notification, failed, trouble.after)
        if opened:
            await self._rests(name, [notification for notification, _ in attempts])
        if rested:
            await self._works_again(name)

    async def _refused(
        self, attempts: Sequence[tuple[Notification, Delivery]], refusal: GiveUp
    ) -> None:
        """Give messages up, or put them off where it is the channel that is broken."""
        name, now = attempts[0][0].channel, self._clock.now()
        breaker = self._breaker(name)
        if not refusal.channel_broken:
            rested = breaker.took()
            for notification, failed in attempts:
                await self._fail(notification, failed)
            if rested:
                await self._works_again(name)
            return
        opened = breaker.failed(str(refusal), now, broken=True)
        rest = ((breaker.again_at or now) - now).total_seconds()
        for notification, failed in attempts:
            await self._again(notification, failed, max(0.0, rest))
        if opened:
            await self._rests(name, [notification for notification, _ in attempts])

    async def _rests(self, name: str, failed: Sequence[Notification]) -> None:
        """Let the messages of a channel wait for its next trial, and go by other ways now."""
        breaker = self._breaker(name)
        log.error("channel %s is disabled: %s", name, breaker.why)
        await self._ledger.outbox.reschedule(name, breaker.again_at or self._clock.now())
        for notification in failed:
            await self.pass_on(notification)

    async def _works_again(self, name: str) -> None:
        log.warning("channel %s works again", name)
        await self._ledger.outbox.reschedule(name, self._clock.now())

    def _breaker(self, name: str) -> Breaker:
        return self.stats.channels.setdefault(name, Breaker())

    async def _settle(self, notification: Notification, verdict: Verdict) -> None:
        if isinstance(verdict, Held):
            self.stats.held += 1
            await self._ledger.outbox.hold(notification, verdict.pause, verdict.due)
            return
        if isinstance(verdict, Postponed):
            due = self._clock.now() + timedelta(seconds=verdict.seconds)
            await self._ledger.outbox.postpone([notification], due)
            return
        self.stats.cancelled += 1
        await self._ledger.outbox.settle(notification, None, verdict)

    async def _again(
        self, notification: Notification, delivery: Delivery | None, after: float | None
    ) -> None:
        """Try again later, unless it has been tried for too long and somebody knows anyhow."""
        now = self._clock.now()
        wait = after if after is not None else backoff(notification.attempts)
        wait *= 1 + JITTER * self._random.random()
        late = now + timedelta(seconds=wait) > await self._deadline(notification, now)
        if late and not await self._is_the_last_hope(notification):
            await self._fail(notification, delivery)
            return
        self.stats.retried += 1
        due = now + timedelta(seconds=wait)
        await self._ledger.outbox.settle(notification, delivery, NotificationState.PENDING, due)

    async def _is_the_last_hope(self, notification: Notification) -> bool:
        """Say whether nobody has heard yet of a problem that is still there."""
        if notification.incident is None or notification.purpose is not Purpose.PROBLEM:
            return False
        rows = await self._ledger.outbox.about(notification.incident)
        sent, problem = NotificationState.SENT, Purpose.PROBLEM
        return not any(row.state is sent and row.purpose is problem for row in rows)

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

    def _topology(self) -> Topology:
        estate = self._estate()
        if self._drawn is None or self._drawn[0] is not estate:
            self._drawn = (estate, Topology(estate))
        return self._drawn[1]


def _may_join(notification: Notification) -> bool:
    """Say whether a message may be said together with others: to a person, of a problem or end."""
    in_person = notification.recipient != notification.channel
    return notification.purpose in _JOINED and notification.step is None and in_person


def _way(notification: Notification) -> _Way:
    """Return who is told what kind of thing, and where."""
    return (
        notification.recipient,
        notification.channel,
        notification.address,
        notification.purpose,
    )


def _without(body: str, composed: Sequence[Composed]) -> str:
    """Return what may be kept of a message: not the secret of a link nor the code of an answer."""
    for message, secret in composed:
        body = body.replace(secret, _REDACTED) if secret else body
        if message.short is not None and message.short.code:
            body = body.replace(written(message.short.code), written(_REDACTED))
    return body


def _same(row: Notification, other: Notification) -> bool:
    """Say whether two rows of one number are one message: a ledger may have been restored."""
    return (row.incident, row.purpose, row.recipient, row.channel) == (
        other.incident,
        other.purpose,
        other.recipient,
        other.channel,
    )


def backoff(attempts: int) -> float:
    """Return the seconds to wait after so many attempts: doubling, up to five minutes."""
    return min(FIRST_WAIT * 2.0 ** max(0, min(attempts, 20) - 1), LONGEST_WAIT)
