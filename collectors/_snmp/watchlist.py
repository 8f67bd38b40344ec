"""What is watched of one device by its tables, from one poll to the next.

The rows are found by a survey at first, again every hour, and whenever the device says
that they may have changed; in between, plain GETs of one plan bring every value.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

from collectors._snmp import client
from collectors._snmp.agent import Agent, Plan, Trouble
from collectors._snmp.ber import Value
from collectors._snmp.client import agent_of, engine_of
from collectors._snmp.descriptor import Entry, Family, Info
from collectors._snmp.engine import REFUSALS, Engine
from collectors._snmp.families import recognised
from collectors._snmp.gauges import Cells
from collectors._snmp.survey import Survey
from collectors._snmp.uptime import Uptime
from core.collector import Kit, Transcript
from core.labels import Series
from core.reading import STALE, Failure, FailureKind, Reading, Sample
from core.watching import Check

LESSON = 3600.0  # seconds that a survey holds
REST = 5  # polls between two surveys for rows that have gone
SHARE = 0.7  # of a check's timeout that a survey may take; it goes on the next time
UPTIME = "1.3.6.1.2.1.1.3.0"

Chosen = Callable[[Family], Sequence[Entry | Info]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a collector reads of every family, and the objects that say when rows change."""

    name: str
    entries: Chosen
    signs: tuple[str, ...] = ()
    hardware: bool = False


@dataclass(slots=True)
class Lesson:
    """What a survey found."""

    agent: Agent
    plan: Plan
    cells: Cells
    always: tuple[Series, ...]
    lasts: int
    polls: int = 0
    signs: tuple[Value, ...] | None = None
    missing: int | None = None


@dataclass(slots=True)
class Watchlist:
    """One device's values, kept between polls."""

    labels: tuple[tuple[str, str], ...]
    lesson: Lesson | None = None
    survey: Survey | None = None
    uptime: Uptime = field(default_factory=Uptime)
    shown: list[Series] = field(default_factory=list)

    async def read(
        self, subject: Subject, check: Check, kit: Kit, params: client.Params, notes: Transcript
    ) -> list[Sample]:
        """Return the samples of one poll, none while the survey goes on. Raises Trouble."""
        engine, agent = engine_of(kit), await agent_of(check, kit, params)
        now = kit.clock.monotonic()
        values: list[Value] = []
        if self.lesson is not None and self.lesson.agent is not agent:
            self.lesson = None  # another device stands there now
        if self.lesson is not None and self.lesson.polls < self.lesson.lasts:
            values = await self._told(self.lesson, engine, agent, params)
            why = self._outdated(self.lesson, values, now)
            if why:
                notes.note("the tables are surveyed anew: %s", why)
                values = []
        if not values:
            if self.survey is None or self.survey.agent is not agent:
                self.survey = Survey(engine, agent, params.patience)
            if not await self._learned(subject, self.survey, check, notes):
                return []
            assert self.lesson is not None  # noqa: S101  (it has just been learned)
            values = await self._told(self.lesson, engine, agent, params)
        return self._samples(values, now)

    async def _told(
        self, lesson: Lesson, engine: Engine, agent: Agent, params: client.Params
    ) -> list[Value]:
        """Return the values of a poll; what the agent refuses to tell is asked no more."""
        for _ in range(REFUSALS):
            try:
                return await engine.get(agent, lesson.plan, params.patience)
            except Trouble as trouble:
                if trouble.name not in lesson.cells.oids:
                    raise
                size = lesson.cells.size
                agent.forget(lesson.plan)
                lesson.cells = lesson.cells.without(trouble.name)
                lesson.plan = engine.plan([*lesson.cells.oids, *lesson.plan.oids[size:]])
        return await engine.get(agent, lesson.plan, params.patience)

    def _samples(self, values: list[Value], now: float) -> list[Sample]:
        lesson = self.lesson
        assert lesson is not None  # noqa: S101  (the caller has read its plan)
        size = lesson.cells.size
        lesson.polls += 1
        lesson.signs = tuple(values[size + 1 :])
        missing = values[:size].count(None)
        lesson.missing = missing if lesson.missing is None else max(missing, lesson.missing)
        self.uptime.see(values[size], now)
        samples: list[Sample] = [(series, 1.0) for series in lesson.always]
        samples += lesson.cells.samples(values)
        shown = [series for series, _ in samples]
        if shown != self.shown:  # the same objects, poll after poll
            samples += [(series, STALE) for series in set(self.shown) - set(shown)]
            self.shown = shown
        return samples

    def _outdated(self, lesson: Lesson, values: list[Value], now: float) -> str:
        """Say why the rows may no longer be the device's, empty if they are."""
        size = lesson.cells.size
        if self.uptime.began_anew(values[size], now):
            return "the agent has restarted"
        if lesson.signs is not None and tuple(values[size + 1 :]) != lesson.signs:
            return "the device says that its tables have changed"
        gone = values[:size].count(None)
        if lesson.missing is not None and gone > lesson.missing and lesson.polls >= REST:
            return "rows have gone"
        return ""

    async def _learned(
        self, subject: Subject, survey: Survey, check: Check, notes: Transcript
    ) -> bool:
        """Survey the device; False if that takes longer than one poll. Raises Trouble."""
        known = survey.size
        try:
            async with asyncio.timeout(check.timeout * SHARE):
                object_id, description = await survey.introduced()
                families = recognised(object_id, description)
                tables = [subject.entries(family) for family in families]
                cells = await survey.cells(tables, self.labels, notes)
                always = (await survey.hardware(families, self.labels),) if subject.hardware else ()
        except TimeoutError:
            if survey.size == known:
                detail = f"no answer within {check.timeout * SHARE:g} s"
                raise Trouble(FailureKind.TIMEOUT, detail) from None
            notes.note("the survey takes long: it goes on at the next poll")
            return False
        if self.lesson is not None:
            survey.agent.forget(self.lesson.plan)
        notes.note(
            "%s: %s; %d values",
            object_id or "no sysObjectID",
            ", ".join(f.name for f in families if f.objects) or "no known family",
            cells.size,
        )
        # At the start a whole fleet is surveyed at once: the next time shall be spread.
        lasts = max(2, int(LESSON / check.interval))
        early = 0 if self.lesson else crc32(repr(self.labels).encode()) % (lasts // 2)
        plan = survey.engine.plan([*cells.oids, UPTIME, *subject.signs])
        polls = 1 if cells.growing else lasts - early
        self.lesson = Lesson(survey.agent, plan, cells, always, polls)
        self.survey = None
        cells.settle()
        return True


@dataclass(slots=True)
class Watchlists:
    """The watchlist of each check."""

    known: dict[str, Watchlist] = field(default_factory=dict)

    def of(self, check: Check) -> Watchlist:
        """Return the check's watchlist, a new one if its labels have changed."""
        found = self.known.get(check.slug)
        if found is None or found.labels != check.labels:
            found = self.known[check.slug] = Watchlist(check.labels)
        return found

    async def aclose(self) -> None:
        """Forget them."""
        self.known.clear()


async def look(subject: Subject, check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read what a subject is about from the check's device."""
    params = client.Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    samples: list[Sample] = []
    try:
        watchlist = _watchlists(subject, kit).of(check)
        samples = await watchlist.read(subject, check, kit, params, transcript)
    except Trouble as trouble:
        failure = trouble.failure
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


def _watchlists(subject: Subject, kit: Kit) -> Watchlists:
    watchlists = kit.engine(subject.name, lambda _: Watchlists())
    if not isinstance(watchlists, Watchlists):
        raise TypeError(f"the kit's engine {subject.name!r} is something else")
    return watchlists
