"""The platform itself on a stage: its brain, its outbox and its dispatcher, in a time of our own.

Nothing here decides anything. What is heard goes in as readings, what the ledger holds goes out as
messages to channels that only nod; in between works exactly what works every night. Nothing is
ever sent: a stage has no socket, no secret and no address of a provider.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from pydantic import BaseModel

from alerts.brain import Brain
from alerts.judge import is_fast
from alerts.rehearsed import Letter
from alerts.storm import Crossed, Event, Heard, Taken
from alerts.telling import TellingPolicy
from alerts.topology import Topology, ports_of
from core.channel import Channel
from core.clock import LOCAL
from core.errors import Conflict
from core.incident import Incident, Message, Notification
from core.inventory import Rule
from core.labels import Series
from core.losses import LEAST_LOSS, needed
from core.outcome import Memory
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check, Confirm, Estate
from inventory.compiled import LookingDefaults
from runtime.digest_letters import DailyLetters, Desk
from runtime.dispatcher import Dispatcher, DispatchOptions
from runtime.escalator import Escalator
from runtime.estate_feed import Edition, EstateFeed
from runtime.outlet import Outlet
from runtime.pipeline import Outlets, Pipeline
from storage.ledger import Ledger

TOGETHER = timedelta(seconds=0.5)  # what is known so close is judged as one batch
_BURST = timedelta(seconds=1.5)  # the least that the probes on a suspicion take
_PROBES = needed(LEAST_LOSS) + 1
_NEVER = 10**7  # intervals without a look before a check is overdue: nothing is, here
_ROUNDS = 1000  # of one dispatcher at one instant; more, and something spins
_ONCE = Confirm(failures=1, window=1, missed=_NEVER)
_DAY = timedelta(days=1)
_LOOK_AGAIN = timedelta(seconds=12)  # at neighbours that nobody looks at every second
_STILL = timedelta(seconds=3.5)  # after something came back: what is silent then, is so itself
_TICK = timedelta(seconds=1)  # between two looks at a wait that has run out to no avail


class StageClock:
    """A clock that stands still until it is moved."""

    def __init__(self, begin: datetime) -> None:
        self._begin = self._now = begin

    def now(self) -> datetime:
        """Return the instant that is played."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds that have been played."""
        return (self._now - self._begin).total_seconds()

    def move(self, to: datetime) -> None:
        """Go on to an instant; never back."""
        self._now = max(self._now, to)


class Nothing(BaseModel):
    """The parameters of a channel that says nothing."""


async def nod(params: BaseModel, message: Message, timeout: float) -> str:
    """Take a message as delivered, and do nothing with it."""
    return "rehearsal"


@dataclass(slots=True)
class Witness:
    """The product's own escalation, and who it left in peace until when."""

    escalator: Escalator
    left_in_peace: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def messages(
        self,
        promise: Notification,
        incident: Incident,
        topology: Topology,
        told: Sequence[Notification],
        now: datetime,
    ) -> list[Notification]:
        """Return the messages that a step becomes."""
        return await self.escalator.messages(promise, incident, topology, told, now)

    async def otherwise(self, failed: Notification, now: datetime) -> list[Notification]:
        """Return the other ways to a person."""
        return await self.escalator.otherwise(failed, now)

    async def quiet_until(
        self, message: Notification, incident: Incident, now: datetime
    ) -> datetime | None:
        """Return until when a person is left in peace, and remember it."""
        until = await self.escalator.quiet_until(message, incident, now)
        if until is not None:
            self.left_in_peace.setdefault((message.recipient, incident.id), until)
        return until


@dataclass(frozen=True, slots=True)
class Manners:
    """How the settings want people told, as far as it is rehearsed."""

    policy: TellingPolicy
    looking: LookingDefaults
    together: int
    deadline: float
    letters_at: time | None  # of every morning's digest, local; None: nobody gets it
    letters_to: tuple[str, ...] = ()


def settled(estate: Estate) -> Estate:
    """Return an estate whose checks and rules take a single word as the last one.

    What is played are conclusions that were drawn once; drawing them again would need every
    sample of the month.
    """
    return estate.model_copy(
        update={
            "checks": tuple(c.model_copy(update={"confirm": _ONCE}) for c in estate.checks),
            "rules": tuple(map(_at_a_word, estate.rules)),
        }
    )


def _at_a_word(rule: Rule) -> Rule:
    plain = {"labels": (), "value": "last", "window": 0, "duration": 0, "calendar": None}
    return rule.model_copy(update={"metric": _metric(rule.slug), **plain})


def _metric(rule: str) -> str:
    return f"rehearsed:{rule}"


class Readings:
    """What looks bring when something is heard."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._ports = {
            link: (check, port)
            for check in topology.checks.values()
            for port, link in ports_of(check).items()
        }
        self._silent: set[str] = set()

    def all_well(self, at: datetime) -> list[Reading]:
        """Return a first good look at everything."""
        looked_at = self._topology.reach.keys() | self._topology.others.keys()
        found = [reading for slug in sorted(looked_at) for reading in self._answer(slug, at)]
        ports = (_of(check, at, [(_oper(port), 1.0)]) for check, port in self._ports.values())
        return [*found, *ports]

    def of(self, event: Heard | Crossed) -> list[Reading]:
        """Return the readings that say it; none where nobody looks."""
        if isinstance(event, Crossed):
            return self._crossing(event)
        if event.port:
            check_and_port = self._ports.get(event.target)
            if check_and_port is None:
                return []
            check, port = check_and_port
            return [_of(check, event.at, [(_oper(port), 1.0 if event.answers else 2.0)])]
        if event.answers:
            self._silent.discard(event.target)
            return self._answer(event.target, event.at)
        self._silent.add(event.target)
        return [
            reading
            for check in self._topology.reach.get(event.target, ())
            for reading in _silence(check, event)
        ]

    def around(self, target: str, at: datetime) -> list[Reading]:
        """Return good looks at what is near and answers, where nobody looks every second."""
        if target not in self._topology.uplinks:
            return []
        site = self._topology.site_of(target)
        near = {*self._topology.nearest(target), *self._topology.uplinks[target]}
        near |= set(self._topology.by_site.get(site.slug, ()) if site is not None else ())
        return [
            _of(check, at)
            for slug in sorted(near - self._silent - {target})
            for check in self._topology.reach.get(slug, ())
            if not is_fast(check)
        ]

    def still_silent(self, at: datetime) -> list[Reading]:
        """Return one more failed look at everything that does not answer."""
        return [
            _of(check, at, failure=Failure(FailureKind.TIMEOUT, "no reply"))
            for slug in sorted(self._silent)
            for check in self._topology.reach.get(slug, ())
        ]

    def _answer(self, slug: str, at: datetime) -> list[Reading]:
        checks = self._topology.reach.get(slug) or self._topology.others.get(slug, ())[:1]
        return [_of(c, at, loss=0.0 if is_fast(c) else None) for c in checks]

    def _crossing(self, event: Crossed) -> list[Reading]:
        rule = self._topology.rules.get(event.rule)
        if rule is None:
            return []
        labels: tuple[tuple[str, str], ...] = ()
        if event.target in self._ports:
            check, port = self._ports[event.target]
            labels = (("ifName", port),)
        else:
            checks = (c for c in self._topology.checks.values() if c.target == event.target)
            found = next(checks, None)
            if found is None:
                return []
            check = found
        beyond = 1.0 if rule.comparison == "above" else -1.0
        back = rule.threshold if rule.recovery is None else rule.recovery
        value = back if event.over else rule.threshold + beyond * (abs(rule.threshold) or 1.0)
        series = Series.of(_metric(rule.slug), labels)
        return [_of(check, event.at, [(series, value)])]


def _oper(port: str) -> Series:
    return Series.of("ifOperStatus", ifName=port)


def _of(
    check: Check,
    at: datetime,
    samples: Sequence[Sample] = (),
    *,
    failure: Failure | None = None,
    loss: float | None = None,
) -> Reading:
    return Reading(check.slug, check.vantage, at, list(samples), failure=failure, loss=loss)


def _silence(check: Check, event: Heard) -> list[Reading]:
    kind, _, detail = event.detail.partition(": ")
    try:
        failure = Failure(FailureKind(kind), detail)
    except ValueError:
        failure = Failure(FailureKind.TIMEOUT, event.detail)
    if not is_fast(check):
        return [_of(check, event.at, failure=failure)]
    spacing = max(event.known_at - event.at, _BURST) / _PROBES
    return [_of(check, event.at + n * spacing, failure=failure) for n in range(_PROBES)]


class Stage:
    """A platform that is played."""

    def __init__(self, ledger: Ledger, manners: Manners, clock: StageClock) -> None:
        self.letters: list[Letter] = []
        self.feed = EstateFeed(ledger.inventory, manners.looking, clock)
        self._ledger = ledger
        self._manners = manners
        self._clock = clock
        self._letters_from: datetime | None = None
        self.witness = Witness(Escalator(ledger.rota, lambda: self.feed.edition, manners.policy))
        self.dispatcher = Dispatcher(
            ledger,
            {way.name: _outlet(way.name, way.to) for way in manners.policy.ways},
            self.feed.estate,
            clock,
            told=asyncio.Event(),
            options=DispatchOptions(
                deadline=manners.deadline,
                together=manners.together,
                night=manners.policy.night,
                worker="rehearsal",
            ),
            escalation=self.witness,
            unrest=lambda what, now: self.brain.unrest(what, now),  # noqa: PLW0108  (made later)
        )

    async def open(self) -> Topology:
        """Begin with everything well; return what is watched."""
        await self.feed.refresh()
        edition, now = self.feed.edition, self._clock.now()
        self.brain = Brain(
            settled(edition.estate),
            Memory(),
            self._manners.policy,
            edition.contacts,
            now,
            escalations=edition.escalations,
        )
        self.pipeline = Pipeline(
            self.brain, self._ledger.brain, _deaf(), self._clock, self._manners.looking.vantage
        )
        self._readings = Readings(self.brain.topology)
        self._around: list[tuple[datetime, str]] = []
        self._still_at: datetime | None = None
        self.pipeline.put(self._readings.all_well(now))
        await self.pipeline.turn()
        return self.brain.topology

    async def play(
        self,
        events: AsyncIterator[Event],
        begin: datetime,
        end: datetime,
        progress: Callable[[datetime], None] = lambda _at: None,
    ) -> None:
        """Play what happens until `end`; letters are written from `begin` on."""
        self._letters_from = begin
        batch: list[Event] = []
        async for event in events:
            if event.known_at >= end:
                break
            if batch and event.known_at - batch[0].known_at > TOGETHER:
                await self._take(batch)
                progress(self._clock.now())
                batch = []
            batch.append(event)
        if batch:
            await self._take(batch)
        await self._until(end)

    async def _take(self, batch: Sequence[Event]) -> None:
        """Let what is known at about one time be heard at its end."""
        await self._until(batch[-1].known_at)
        for event in batch:
            if isinstance(event, Taken):
                await self._acknowledge(event)
                continue
            self.pipeline.put(self._readings.of(event))
            if isinstance(event, Heard) and not event.answers:
                self._around.append((self._clock.now() + _LOOK_AGAIN, event.target))
            elif isinstance(event, Heard) and self._still_at is None:
                self._still_at = self._clock.now() + _STILL
        await self._turn()

    async def _until(self, to: datetime) -> None:
        """Let time pass, stopping wherever the platform has something to do."""
        while True:
            due = await self._next()
            if due > to:
                break
            self._clock.move(due)
            await self._turn()
        self._clock.move(to)

    async def _next(self) -> datetime:
        """Return the next instant at which something is due by itself; soon, if it is late."""
        now = self._clock.now()
        waits = self.brain.waits_until
        if waits is not None and waits <= now:
            waits = now + _TICK
        letter, message = self._next_letter(now), await self._ledger.outbox.next_due()
        times = (_midnight(now), waits, message, letter, self._still_at)
        around = [at for at, _ in self._around[:1]]
        return max(min([*around, *(t for t in times if t is not None)]), now)

    async def _turn(self) -> None:
        """Do what is due now: a new day, a look around, judging, telling, a letter."""
        now = self._clock.now()
        if self.feed.edition.day != now.astimezone(LOCAL).date():
            await self.feed.refresh(self._changed)
        if self._still_at is not None and self._still_at <= now:
            self._still_at = None
            self.pipeline.put(self._readings.still_silent(now))
        while self._around and self._around[0][0] <= now:
            self.pipeline.put(self._readings.around(self._around.pop(0)[1], now))
        await self.pipeline.turn()
        for _ in range(_ROUNDS):
            due = await self._ledger.outbox.next_due()
            if due is None or due > now:
                break
            await self.dispatcher.turn()
            await self.dispatcher.settled()
        else:
            raise RuntimeError(f"messages are due without end at {now}")
        await self._write_letter(now)

    async def _changed(self, edition: Edition) -> None:
        await self.pipeline.apply(
            lambda now: self.brain.replace(
                settled(edition.estate), edition.contacts, now, escalations=edition.escalations
            )
        )

    async def _acknowledge(self, event: Taken) -> None:
        for incident in self.brain.incidents:
            if event.target == incident.root or event.target in incident.present:
                with suppress(Conflict):  # somebody has it already
                    await self._ledger.incidents.acknowledge(
                        incident.id, event.by, self._clock.now()
                    )
                return

    def _next_letter(self, now: datetime) -> datetime | None:
        at, since = self._manners.letters_at, self._letters_from
        if at is None or since is None:
            return None
        first = max(since, now + timedelta(milliseconds=1)).astimezone(LOCAL)
        due = datetime.combine(first.date(), at, LOCAL)
        return (due if due >= first else due + _DAY).astimezone(UTC)

    async def _write_letter(self, now: datetime) -> None:
        """Write the morning's letter as its first reader would get it."""
        at, since = self._manners.letters_at, self._letters_from
        due = datetime.combine(now.astimezone(LOCAL).date(), at or time.min, LOCAL)
        if (
            at is None
            or since is None
            or now < since
            or not due <= now < due + timedelta(seconds=1)
        ):
            return
        if self.letters and self.letters[-1].at >= due:
            return
        desk = Desk(self._ledger, lambda: self.feed.edition, at, self._manners.letters_to)
        letters = DailyLetters(desk)
        readers = await letters.readers(now)
        compose = await letters.write(now)
        address, language = readers[0] if readers else ("", self._manners.policy.language)
        message = compose(address, language)
        names = tuple(reader for reader, _ in readers)
        self.letters.append(Letter(due.astimezone(UTC), names, message.subject, message.body))


def _outlet(name: str, to: str) -> Outlet:
    channel = Channel(name, Text(vi=name, en=name), Nothing, nod, to)  # type: ignore[arg-type]
    return Outlet(channel, Nothing)


def _deaf() -> Outlets:
    """Return outlets that keep nothing: of samples, readings and events nobody reads here."""

    async def samples(_some: object) -> None:
        return

    return Outlets(samples, lambda _: None, lambda _: None, lambda: None)


def _midnight(now: datetime) -> datetime:
    local = now.astimezone(LOCAL)
    return datetime.combine(local.date() + _DAY, time.min, LOCAL).astimezone(UTC)
