"""What would today's rules have told of last month, or of a storm? Played, counted, compared."""

import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from pathlib import Path
from typing import cast, get_args

from alerts import rehearsed
from alerts.rehearsed import Count, Rehearsed
from alerts.rules import Firing
from alerts.storm import Crossed, Event, Heard, Ready, Storm, Taken, events, ready, things
from alerts.topology import Topology
from core.clock import LOCAL
from core.errors import Invalid, Problem, Unavailable
from core.incident import Incident
from core.status import Status, Transition
from core.text import Text
from core.watching import TargetKind
from inventory.compiled import compile_estate
from runtime import registries
from runtime.assembly import looking_defaults, telling_policy
from runtime.rule_trial import tried
from runtime.sandbox import Manners, Stage, StageClock
from runtime.series import reading_side
from runtime.settings import Settings
from runtime.storm_file import read
from storage.ledger import Ledger
from storage.scratch import scratch

Told = Callable[[float], None]  # the share that is done, 0…1

_PORTION = 300  # incidents that are in memory with their messages
_EARLIER = timedelta(days=7)  # an outage that was open before is played from there at most
_SILENT = frozenset({Status.DOWN, Status.UNREACHABLE})
_ANSWERING = frozenset({Status.UP, Status.DEGRADED})
_MOMENT = timedelta(seconds=1)

_UNKNOWN = Text(
    "Lúc không quan sát được thì coi như tình trạng trước đó vẫn giữ nguyên.",
    "Time in which nobody looked is taken to have been as it was before.",
)
_NOT_WATCHED = Text(
    "{0} đối tượng của khi ấy nay không còn theo dõi: {1} lần thay đổi bị bỏ qua.",
    "{0} targets of then are no longer watched: {1} of their changes were left out.",
)
_NO_RULES = Text(
    "Không diễn tập các ngưỡng: chưa có máy chuỗi thời gian trả lời.",
    "Rules were not rehearsed: no time series engine answers.",
)


@dataclass(frozen=True, slots=True)
class Month:
    """A local month, from its first day."""

    begin: datetime
    end: datetime

    @classmethod
    def of(cls, text: str, now: datetime) -> "Month":
        """Return the month of `2026-10`; the one before the present where nothing is said.

        Invalid if it is none, or has not begun. One that is not over ends now.
        """
        today = now.astimezone(LOCAL).date()
        try:
            first = date.fromisoformat(f"{text}-01") if text else _before(today)
        except ValueError:
            first = today + timedelta(days=1)
        if first > today:
            raise Invalid(
                [
                    Problem(
                        file="rehearsal",
                        key="month",
                        what=Text(
                            f'"{text}" không phải tháng đã qua', f'"{text}" is no past month'
                        ),
                        mend=Text("Ghi dạng 2026-10", "Write it like 2026-10"),
                    )
                ]
            )
        following = (first + timedelta(days=32)).replace(day=1)
        return cls(_midnight(first), min(_midnight(following), now))


@dataclass(frozen=True, slots=True)
class Past:
    """What the ledger holds of a month, as events for a stage."""

    ledger: Ledger
    month: Month
    firings: Sequence[tuple[str, Firing]] = ()  # of which rule
    gone: dict[str, int] = field(default_factory=dict)  # targets of then → changes left out

    async def first(self) -> list[Heard]:
        """Return what was silent when the month began, from when it fell silent."""
        begin = self.month.begin
        known = sorted(await self.ledger.status.states())
        earliest = begin - _EARLIER
        found = [
            Heard(max(row.at, earliest), max(row.recorded_at, earliest), row.target, answers=False)
            for row in await self.ledger.status.as_of(begin, known)
            if _answers(row) is False
        ]
        return sorted(found, key=lambda event: event.known_at)

    async def events(self, topology: Topology, first: Sequence[Heard]) -> AsyncIterator[Event]:
        """Yield all that happened, by when it was known."""
        begin, end = self.month.begin, self.month.end
        silent = {event.target for event in first if event.target in topology.reach}
        for early in first:
            if early.target in silent:
                yield early
        beside = merge(await self._taken(), self._crossings(), key=lambda event: event.known_at)
        other = next(beside, None)
        last = 0
        while rows := await self.ledger.status.recorded(begin, end, last):
            last = rows[-1].id or 0
            for row in rows:
                for event in self._heard(row, topology, silent):
                    while other is not None and other.known_at <= event.known_at:
                        yield other
                        other = next(beside, None)
                    yield event
        while other is not None:
            yield other
            other = next(beside, None)

    def _heard(self, row: Transition, topology: Topology, silent: set[str]) -> list[Event]:
        """Return what a change of status says of a target's own answers."""
        if row.target not in topology.targets:
            self.gone[row.target] = self.gone.get(row.target, 0) + 1
            return []
        answers = _answers(row)
        if answers is None:
            return []
        known = max(row.recorded_at, row.at)
        found: list[Event] = []
        is_line = topology.targets[row.target].kind is TargetKind.LINK
        if is_line and row.target in topology.ported and (answers or row.reason == "port_down"):
            found.append(Heard(row.at, known, row.target, answers, port=True))
        if row.target in topology.reach and answers is (row.target in silent):
            (silent.discard if answers else silent.add)(row.target)
            found.append(Heard(row.at, known, row.target, answers, detail=row.detail))
        return found

    async def _taken(self) -> list[Event]:
        """Return who took what on, as it was."""
        found = []
        async for some in _pages(self.ledger, self.month.begin - _EARLIER, self.month.end):
            found += [
                Taken(one.acked_at, one.root, one.acked_by)
                for one in some
                if one.acked_at is not None and one.acked_by is not None
            ]
        return sorted(found, key=lambda event: event.known_at)

    def _crossings(self) -> list[Event]:
        found: list[Event] = []
        for rule, firing in self.firings:
            found.append(Crossed(firing.begin, firing.fired_at, firing.target, rule))
            if firing.end is not None:
                found.append(Crossed(firing.end, firing.end, firing.target, rule, over=True))
        return sorted(found, key=lambda event: event.known_at)


async def rehearse_month(
    source: Ledger,
    settings: Settings,
    month: Month,
    now: datetime,
    *,
    firings: Sequence[tuple[str, Firing]] | None = None,
    progress: Told = lambda _share: None,
) -> Rehearsed:
    """Return what would have been told of a month, beside what was.

    `firings` are what today's rules would have found in it; None: nobody could say.
    """
    manners = manners_of(settings)
    past = Past(source, month, firings or ())
    first = await past.first()
    with tempfile.TemporaryDirectory(prefix="thongsuot-rehearsal-") as folder:
        clock = StageClock(min([month.begin, *(event.at for event in first)]) - _MOMENT)
        ledger = await _scratch(source, Path(folder), now, clock)
        try:
            stage = Stage(ledger, manners, clock)
            topology = await stage.open()
            await stage.play(
                past.events(topology, first), month.begin, month.end, _share(month, progress)
            )
            count = await counted(ledger, month.begin, month.end, manners, stage)
        finally:
            await ledger.aclose()
    was = Count(month.begin, month.end, manners.policy.night, listed=False)
    async for some in _pages(source, month.begin - _EARLIER, month.end):
        was.take(some, await source.outbox.for_incidents([one.id for one in some]))
    was.said()
    notes = [_UNKNOWN]
    if past.gone:
        changes = sum(past.gone.values())
        notes.append(
            Text(
                _NOT_WATCHED.vi.format(len(past.gone), changes),
                _NOT_WATCHED.en.format(len(past.gone), changes),
            )
        )
    if firings is None and any(rule.enabled for rule in topology.rules.values()):
        notes.append(_NO_RULES)
    name = f"{month.begin.astimezone(LOCAL):%Y-%m}"
    return _result(name, month.begin, month.end, count, stage, told=was, notes=notes)


async def rehearse_storm(
    source: Ledger,
    settings: Settings,
    storm: Callable[[Topology], Storm],
    now: datetime,
    begin: datetime,
    *,
    progress: Told = lambda _share: None,
) -> Rehearsed:
    """Return what would be told of a storm that begins after `begin`.

    `storm` is asked for once it is known what is watched. Invalid if it names what is not.
    """
    manners = manners_of(settings)
    with tempfile.TemporaryDirectory(prefix="thongsuot-rehearsal-") as folder:
        clock = StageClock(begin)
        ledger = await _scratch(source, Path(folder), now, clock)
        try:
            stage = Stage(ledger, manners, clock)
            topology = await stage.open()
            script = storm(topology)
            check(script, topology)
            played = Month(begin, script.until)
            await stage.play(
                _each(events(script, topology)), begin, script.until, _share(played, progress)
            )
            count = await counted(ledger, begin, script.until, manners, stage)
        finally:
            await ledger.aclose()
    return _result(script.name, begin, script.until.astimezone(UTC), count, stage)


def check(storm: Storm, topology: Topology) -> None:
    """Refuse a storm (Invalid) that names what is not watched."""
    problems = [
        Problem(
            file=storm.name,
            key=key,
            what=Text(f'không có "{name}" để làm hỏng', f'there is no "{name}" to fail'),
            mend=Text(
                "Ghi mã đường truyền, thiết bị, điểm cầu, nhóm; hoặc unit:MÃ, carrier:TÊN, all",
                "Write the slug of a line, device, site or group; or unit:SLUG, carrier:NAME, all",
            ),
        )
        for step in storm.steps
        for key, names in (("fails", step.fails), ("restored", step.restored))
        for name in names
        if not things(name, topology)
    ]
    if problems:
        raise Invalid(problems)


def manners_of(settings: Settings) -> Manners:
    """Return how the settings want people told."""
    digest = settings.telling.digest
    mail = any(way.kind == "email" for way in settings.channels.values())
    return Manners(
        # links in a rehearsal would lead nowhere
        telling_policy(settings, registries.channels()).model_copy(update={"base_url": ""}),
        looking_defaults(settings.looking),
        settings.telling.together,
        settings.telling.deadline,
        digest.at if mail and digest.daily else None,
        digest.to,
    )


async def counted(
    ledger: Ledger, begin: datetime, end: datetime, manners: Manners, stage: Stage
) -> Count:
    """Return what a stage's ledger says was told within [begin, end)."""
    count = Count(begin, end, manners.policy.night, stage.witness.left_in_peace)
    async for some in _pages(ledger, begin - _EARLIER, end):
        count.take(some, await ledger.outbox.for_incidents([one.id for one in some]))
    return count


async def _scratch(source: Ledger, folder: Path, now: datetime, clock: StageClock) -> Ledger:
    today = now.astimezone(LOCAL).date()
    return await scratch(source, folder / "ledger.db", today, clock.now(), clock)


async def _pages(ledger: Ledger, begin: datetime, end: datetime) -> AsyncIterator[list[Incident]]:
    """Yield the incidents that were open within [begin, end), some at a time, newest first.

    Of those that began before `begin` only what was not over then.
    """
    cursor: str | None = None
    while True:
        page = await ledger.incidents.find(limit=_PORTION, cursor=cursor)
        yield [one for one in page.items if begin <= one.began_at < end]
        cursor = page.cursor
        if cursor is None or page.items[-1].began_at < begin:
            return


async def _each(found: Sequence[Event]) -> AsyncIterator[Event]:
    for event in found:
        yield event


def _share(month: Month, progress: Told) -> Callable[[datetime], None]:
    whole = (month.end - month.begin).total_seconds() or 1.0
    return lambda at: progress(min(1.0, max(0.0, (at - month.begin).total_seconds() / whole)))


def _result(
    name: str,
    begin: datetime,
    end: datetime,
    count: Count,
    stage: Stage,
    *,
    told: Count | None = None,
    notes: Sequence[Text] = (),
) -> Rehearsed:
    said = count.said()
    lines = rehearsed.worst(count.lines)
    return Rehearsed(
        name,
        begin,
        end,
        count.tally,
        told.tally if told is not None else None,
        tuple(lines[: rehearsed.MOST_LINES]),
        tuple(said[: rehearsed.MOST_SAID]),
        tuple(stage.letters),
        tuple(notes),
        max(0, len(lines) - rehearsed.MOST_LINES),
    )


def _answers(row: Transition) -> bool | None:
    """Say whether a status means that a target answered; None: nobody knows."""
    if row.new in _ANSWERING:
        return True
    if row.new in _SILENT or row.reason == "off_hours":
        return False
    return None


def _before(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), LOCAL).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be rehearsed: a month, a storm that was written down, or one that is at hand."""

    month: Month | None = None
    script: Storm | None = None
    ready: tuple[Ready, str | None] | None = None
    on: date | None = None  # the day of a storm that is at hand


def asked(  # noqa: PLR0917
    month: str | None,
    script: str | None,
    file: str,
    storm: str | None,
    on: date | None,
    now: datetime,
) -> Asked:
    """Return what somebody means; Invalid says what cannot be meant. Nothing means last month."""
    day = on or now.astimezone(LOCAL).date() + timedelta(days=1)
    if script is not None:
        return Asked(script=read(script, file, day))
    if storm is not None:
        which, _, name = storm.partition(":")
        if which not in get_args(Ready):
            raise Invalid([_no_storm(storm)])
        return Asked(ready=(cast("Ready", which), name or None), on=day)
    return Asked(month=Month.of(month or "", now))


async def rehearsed_as(
    wanted: Asked, source: Ledger, settings: Settings, now: datetime, progress: Told
) -> Rehearsed:
    """Return what comes of it; DomainError says what cannot be rehearsed."""
    if wanted.month is not None:
        firings = await firings_of(source, settings, wanted.month, now)
        return await rehearse_month(
            source, settings, wanted.month, now, firings=firings, progress=progress
        )
    if wanted.script is not None:
        script = wanted.script
        begin = script.steps[0].at.astimezone(UTC) - timedelta(minutes=1)
        return await rehearse_storm(
            source, settings, lambda _: script, now, begin, progress=progress
        )
    which, name = wanted.ready or ("uplink", None)
    day = wanted.on or now.astimezone(LOCAL).date()

    def storm(topology: Topology) -> Storm:
        try:
            return ready(which, topology, day, name)
        except LookupError as missing:
            raise Invalid([_no_storm(f"{which}:{name}" if name else which)]) from missing

    begin = _midnight(day) + timedelta(hours=2, minutes=12)
    return await rehearse_storm(source, settings, storm, now, begin, progress=progress)


async def firings_of(
    source: Ledger, settings: Settings, month: Month, now: datetime
) -> list[tuple[str, Firing]] | None:
    """Return when today's rules would have fired in a month; None if no engine can say."""
    today = now.astimezone(LOCAL).date()
    inventory = await source.inventory.load(on=today)
    topology = Topology(compile_estate(inventory, today, looking_defaults(settings.looking)))
    enabled = [rule for rule in topology.rules.values() if rule.enabled]
    if not enabled:
        return []
    keyring = await source.secrets.keyring()
    found: list[tuple[str, Firing]] = []
    reader = reading_side(settings.series, keyring.reveal)
    try:
        for rule in enabled:
            one = await tried(
                rule,
                month.begin,
                month.end,
                topology=topology,
                collectors=registries.collectors(),
                reader=reader,
                statuses=source.status,
            )
            found += [(rule.slug, firing) for firing in (*one.firings, *one.hidden)]
    except Unavailable:
        return None
    finally:
        await reader.aclose()
    return found


def _no_storm(name: str) -> Problem:
    return Problem(
        file="rehearsal",
        key="storm",
        what=Text(f'không có tình huống "{name}" ở đây', f'there is no storm "{name}" here'),
        mend=Text(
            "Chọn uplink (hoặc uplink:MÃ-ĐIỂM-TRUNG-TÂM-HUYỆN), carrier (hoặc carrier:TÊN), all",
            "Choose uplink (or uplink:HUB), carrier (or carrier:NAME), or all",
        ),
    )
