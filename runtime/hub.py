"""Everything in one process, built by one straight-line function and taken down in reverse."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

from alerts.brain import Brain
from alerts.legs import Legs
from alerts.reported import Reporting
from alerts.signals import Signals
from alerts.telling import TellingPolicy
from alerts.topology import Topology
from api.app import create_app
from api.context import Context, Health, TryRule
from api.fleet import FleetPage
from api.live import Live
from collectors._backup.words import words_of
from collectors._vq.inbox import inbox_of
from core.clock import Clock
from core.collector import Kit, Sockets
from core.errors import Conflict, Unavailable
from core.people import called
from core.reading import Reading
from core.text import Text
from reports.annex import Prices
from runtime import registries
from runtime.answers import Answers
from runtime.assembly import (
    bands,
    categories,
    letterhead,
    looking_defaults,
    open_books,
    outlets_of,
    places_of,
    telling_policy,
)
from runtime.auditor import Auditor
from runtime.balance_watch import BalanceWatch
from runtime.boards import GrafanaSite, archive, board_titles, grafana_files
from runtime.bugs import broken_by
from runtime.by_hand import ByHand
from runtime.caretakers import Caretakers
from runtime.catalogue import metadata
from runtime.certificate_watch import CertificateWatch
from runtime.channel_watch import ChannelWatch, standings
from runtime.description import Description
from runtime.digest_letters import Desk, digests
from runtime.dispatcher import Dispatcher, DispatchOptions
from runtime.duty_series import DutySeries, Telling
from runtime.escalator import Escalator
from runtime.estate_feed import Edition, EstateFeed
from runtime.feedback import Feedback
from runtime.figure_series import FigureSeries
from runtime.glance import Glance
from runtime.hearing import Listener, open_ear
from runtime.heartbeat import Heartbeat, vitals
from runtime.hints import Hints
from runtime.housekeeping import Housekeeping
from runtime.job_feed import JobFeed
from runtime.kit import DirectSockets, DoorSockets, make_kit
from runtime.lines import Lines
from runtime.mailing import Mailing
from runtime.meeting_feeds import MeetingFeeds
from runtime.meeting_letters import MeetingLetters
from runtime.meeting_series import MeetingSeries
from runtime.meeting_watch import MeetingWatch
from runtime.pipeline import Outlets, Pipeline
from runtime.press import Press
from runtime.proving import Prover
from runtime.publications import Places, Publications
from runtime.quality_watch import QualityWatch
from runtime.receipts import Receipts
from runtime.rehearsing import Rehearsing
from runtime.report_letters import ReportLetters
from runtime.reports_of_others import Reports
from runtime.room_left import RoomLeft
from runtime.room_requests import RoomRequests
from runtime.room_series import RoomSeries
from runtime.rota_watch import RotaWatch
from runtime.rule_asking import RuleAsking
from runtime.rule_trying import RuleTrying
from runtime.scheduler import Scheduler
from runtime.sections.kinds import is_loopback
from runtime.sections.telling import revealed
from runtime.selfmetrics import SelfMetrics
from runtime.series import Part, SeriesSide, open_series
from runtime.settings import Settings
from runtime.shelf import Shelf
from runtime.shift_letters import ShiftLetters
from runtime.sweeping import Sweeper, terms_of
from runtime.tally import Tally
from runtime.timekeeping import Timekeeper
from runtime.transcripts import Run, Transcripts
from runtime.trial import Trial
from runtime.web import bind, make_server, serve, web_settings
from storage.hold import held
from storage.ledger import Ledger
from storage.secrets import Keyring

log = logging.getLogger(__name__)

SELF_PERIOD = 30.0  # seconds between two writings of `*_info` and `*_status`
REFRESH_PERIOD = 2.0  # seconds between two looks at the inventory's version
FAREWELL = 10.0  # seconds for the last batch when we are told to stop
STALE_AFTER = timedelta(seconds=10)  # judged longer ago, the platform is not well


_MESSAGES = Text("Có tin báo không soạn được", "A fault of ours keeps messages back")
_LETTERS = Text("Có thư định kỳ không soạn được", "A fault of ours keeps scheduled letters back")
_IN_THE_CLEAR = Text(
    vi="Trang mở ra ngoài không qua HTTPS: mật khẩu đi trên mạng không được mã hoá; đặt "
    "[web] certificate và key, hoặc base_url của proxy HTTPS",
    en="Pages are open to others without HTTPS: passwords cross the network unencrypted; set "
    "[web] certificate and key, or the base_url of an HTTPS proxy",
)


@dataclass(slots=True)
class Hub:
    """The running platform."""

    settings: Settings
    ledger: Ledger
    brain: Brain
    feed: EstateFeed
    pipeline: Pipeline
    scheduler: Scheduler
    series: SeriesSide
    notes: list[Text]
    parts: Mapping[str, Part]

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop. A part that ends by itself ends the whole, with its error."""
        tasks = [asyncio.create_task(part(), name=name) for name, part in self.parts.items()]
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = [task for task in tasks if task.done()]
            for task in (*reversed(tasks), stopping):
                task.cancel()
                await asyncio.wait([task])
            await self._farewell()
        for task in ended:
            await task
            raise RuntimeError(f"{task.get_name()} has ended")

    async def _farewell(self) -> None:
        """Judge and write what was looked at before we go; wait for no ledger that is away."""
        try:
            async with asyncio.timeout(FAREWELL):
                await self.pipeline.turn()
        except TimeoutError:
            log.error("the ledger does not take the last batch, going without")  # noqa: TRY400


@asynccontextmanager
async def open_hub(settings: Settings, clock: Clock) -> AsyncIterator[Hub]:
    """Build the platform; refuse with a sentence (DomainError) what cannot work."""
    async with AsyncExitStack() as stack:
        listening = bind(settings.web)
        stack.callback(listening.close)
        ledger = await open_books(settings, clock)
        stack.push_async_callback(ledger.aclose)
        hold = await stack.enter_async_context(held(settings.ledger.url))
        notes: list[Text] = []
        nobody = await _nobody_has_a_login(ledger, settings, notes)
        keyring = await ledger.secrets.keyring()
        series = await open_series(settings.series, keyring.reveal, clock, stack)
        notes += series.notes
        room = series.room = RoomLeft(settings, clock)

        feed = EstateFeed(
            ledger.inventory,
            looking_defaults(settings.looking, settings.hearing),
            clock,
            ledger.meetings,
            lead=timedelta(seconds=settings.meetings.lead),
        )
        await feed.refresh()
        channels = registries.channels()
        policy = telling_policy(settings, channels)
        brain = await _brain(settings, ledger, feed, policy, clock.now())

        live, fleet, told, signals = (
            Live(),
            FleetPage(),
            asyncio.Event(),
            Signals(Legs(bands(settings.quality))),
        )
        pipeline = Pipeline(
            brain,
            ledger.brain,
            Outlets(series.append, heard_by(fleet.update, signals.hear), live.publish, told.set),
            clock,
            settings.looking.vantage,
        )
        kit = make_kit(
            clock, _sockets(settings.looking.sockets), keyring, settings.series.spool.parent
        )
        stack.push_async_callback(kit.aclose)
        transcripts = Transcripts()
        tally = Tally(pipeline)
        shelf = Shelf(tally, ledger.configurations, series.append, feed.estate, clock)
        scheduler = Scheduler(feed, shelf, registries.collectors(), kit, transcripts, clock)
        listener, published = await _listeners(
            settings, ledger, keyring, feed, kit, scheduler.hint, stack
        )
        dispatcher = Dispatcher(
            ledger,
            outlets_of(settings, channels, keyring.reveal),
            feed.estate,
            clock,
            told=told,
            options=DispatchOptions(
                base_url=settings.web.address,
                deadline=settings.telling.deadline,
                ack_lifetime=settings.telling.ack_lifetime,
                night=policy.night,
                together=settings.telling.together,
            ),
            person=lambda name: _called(name, ledger, feed),
            escalation=Escalator(ledger.rota, lambda: feed.edition, policy),
            receipts=stack.enter_context(
                closing(Receipts(settings.series.spool.with_name("receipts")))
            ),
            meetings=MeetingLetters(
                ledger.meetings, lambda: feed.edition.contacts, settings.web.address
            ),
            unrest=brain.unrest,
        )

        head = letterhead(settings.reports)
        press = Press(settings.ledger.url, head, clock, series.reading)
        stack.push_async_callback(press.aclose)
        rehearsing = await stack.enter_async_context(aclosing(Rehearsing(settings, clock)))
        mailing = Mailing(
            [
                *(
                    ReportLetters(
                        name, schedule, press, lambda: feed.edition.contacts, settings.web.address
                    )
                    for name, schedule in settings.reports.schedules.items()
                ),
                *digests(settings, Desk.of(settings, ledger, lambda: feed.edition)),
            ],
            outlets_of(settings, channels, keyring.reveal),
            ledger.sendings,
            clock,
        )

        caretakers = Caretakers(
            ledger.people.users,
            lambda: feed.edition.contacts,
            policy,
            outlets_of(settings, channels, keyring.reveal),
            clock,
        )
        auditor = Auditor(
            ledger.outbox,
            dispatcher.pass_on,
            caretakers,
            lambda: Topology(feed.estate()),
            clock,
            told.set,
            dispatcher.stats.bugs,
        )
        heartbeat = Heartbeat(
            settings.heartbeat,
            lambda: vitals(pipeline.stats, dispatcher.stats, auditor.stats),
            ledger.people,
            caretakers,
            keyring.reveal,
            clock,
        )

        balance = BalanceWatch(
            outlets_of(settings, channels, keyring.reveal), ledger.people, caretakers, clock
        )
        others = Reports(brain, pipeline)
        answers = Answers(
            ledger.answers,
            outlets_of(settings, channels, keyring.reveal),
            lambda: feed.edition.contacts,
            lambda name: _called(name, ledger, feed),
            live.publish,
            clock,
        )
        timekeeper = Timekeeper(clock, ledger.timekeeping)
        of_ourselves = SelfMetrics(
            pipeline,
            scheduler,
            dispatcher,
            series.sender,
            timekeeper,
            auditor=auditor,
            heartbeat=heartbeat if settings.heartbeat.url else None,
            balance=balance,
            hints=listener.ear.hints if listener.ports or settings.hearing.feedback else None,
            published=published if published.listens else None,
            answers=answers if answers.listens else None,
            reports=others,
        )
        duty = DutySeries(
            ledger,
            Telling(
                lambda: brain.incidents, tuple(settings.channels), lambda: dispatcher.stats.broken
            ),
            lambda: feed.edition,
            clock,
        )
        met = MeetingSeries(ledger.meetings, brain, lambda: feed.edition, signals, clock)
        rooms, declared = RoomSeries(ledger, clock), FigureSeries(ledger, clock)
        lines = Lines.of(series.reader, feed.estate, clock)
        context = Context(
            ledger=ledger,
            clock=clock,
            estate=feed.estate,
            series=series.reader,
            settings=web_settings(settings.web, open_without_login=nobody),
            live=live,
            fleet=fleet,
            registry=_registry(of_ourselves, room, duty, met),
            health=lambda: _health(
                pipeline,
                series,
                timekeeper,
                clock.now(),
                [*heartbeat.troubles(), *answers.troubles()],
                parts=(
                    (_MESSAGES, dispatcher.stats.bugs.latest(clock.now())),
                    (_LETTERS, mailing.bug),
                ),
            ),
            transcript=lambda target, name: said(transcripts.of(f"{target}/{name}")),
            send_test=Trial(ledger, policy, feed, told).send,
            channels=lambda: standings(
                balance.outlets,
                dispatcher.stats.channels,
                balance.stats.balances,
                places_of(settings),
            ),
            hear=answers.hear,
            report_alerts=others.take,
            prove=Prover(
                ledger.proofs, outlets_of(settings, channels, keyring.reveal), policy, clock
            ).prove,
            by_hand=ByHand(brain, pipeline),
            causes=categories(settings.incidents),
            metadata=metadata(),
            boards=lambda url: archive(grafana_files(GrafanaSite(url))),
            board_titles=board_titles,
            build_report=press.build,
            print_report=press.printed,
            letterhead=head,
            work=press.run,
            try_rule=await _trying(settings, series, feed, stack),
            rehearse=lambda wish, told: rehearsing.rehearse(*wish, told),
            collectors=dict(registries.collectors()),  # a plain dict crosses to a process of work
            travel=Prices(**settings.meetings.travel.model_dump()),
            ask_rooms=RoomRequests(ledger.outbox, policy, lambda: feed.edition.contacts, told).ask,
            hint=Feedback(listener.ear.hints, keyring.reveal, settings.hearing.feedback).take,
            signals=signals,
            line_use=lines.week,
            line_quality=lines.qualities,
            fading=lines.fading,
            discovery=terms_of(settings),
            glance=Glance(
                registries.collectors(),
                lambda secrets: make_kit(clock, _sockets(settings.looking.sockets), secrets),
                keyring,
            ).look,
        )
        server = make_server(create_app(context), settings.web)
        upkeep = Upkeep(
            ledger,
            keyring,
            feed,
            brain,
            pipeline,
            transcripts,
            series,
            clock,
            Description(
                feed,
                brain,
                of_ourselves,
                tally,
                settings.looking.vantage,
                beside=(
                    duty.samples,
                    met.samples,
                    rooms.samples,
                    declared.samples,
                    lambda _: lines.samples(),
                ),
            ),
            (duty, met, rooms, declared),
        )
        parts: dict[str, Part] = {
            "web": lambda: serve(server, listening, live.close),
            **series.parts,
            "dispatcher": dispatcher.run,
            "auditor": auditor.run,
            **({"answers": answers.run} if answers.listens else {}),
            **({"heartbeat": heartbeat.run} if settings.heartbeat.url else {}),
            "channels": ChannelWatch(lambda: dispatcher.stats.channels, caretakers, clock).run,
            "balance": balance.run,
            "samples": pipeline.carry,
            "pipeline": pipeline.run,
            "attention": pipeline.attend,
            "ledger": upkeep.follow_the_ledger,
            "description": upkeep.describe,
            "reports": mailing.run,
            "rota": RotaWatch(
                ledger.rota,
                outlets_of(settings, channels, keyring.reveal),
                policy,
                caretakers,
                lambda: feed.edition.contacts,
                clock,
            ).run,
            "certificates": CertificateWatch(
                ledger.inventory.load,
                ledger.sendings,
                outlets_of(settings, channels, keyring.reveal),
                policy,
                lambda: feed.edition.contacts,
                clock,
            ).run,
            "meetings": MeetingWatch(
                ledger.meetings,
                brain,
                lambda: feed.edition,
                signals,
                policy,
                clock,
                live.publish,
                told.set,
                stages=tuple(round(s / 60) for s in settings.meetings.stages),
            ).run,
            "quality": QualityWatch(
                ledger.meetings, brain, lambda: feed.edition, signals, clock, live.publish
            ).run,
            "calendars": MeetingFeeds(
                settings.meetings.feeds,
                ledger.meetings,
                ledger.inventory.load,
                lambda url: str(revealed(url, keyring.reveal)),
                clock,
                live.publish,
            ).run,
            **_asking(series, brain, pipeline, clock),
            **lines.parts(),
            "shifts": ShiftLetters(
                Desk.of(settings, ledger, lambda: feed.edition),
                outlets_of(settings, channels, keyring.reveal),
                policy,
                lambda: tuple(feed.edition.contacts),
                clock,
            ).run,
            "room": room.run,
            "configurations": shelf.run,
            "jobs": JobFeed(ledger.jobs.known, words_of(kit), feed.estate, scheduler.hint).run,
            **_sweeping(settings, ledger, keyring, clock),
            "hold": hold,
            "housekeeping": Housekeeping(
                ledger.pruning, transcripts, settings.retention, clock
            ).run,
            "clock": timekeeper.run,
            "scheduler": scheduler.run,
            **({"hints": listener.run} if listener.ports else {}),
            **({"publications": published.run} if published.listens else {}),
        }
        yield Hub(settings, ledger, brain, feed, pipeline, scheduler, series, notes, parts)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What is done every few seconds beside looking and judging."""

    ledger: Ledger
    keyring: Keyring
    feed: EstateFeed
    brain: Brain
    pipeline: Pipeline
    transcripts: Transcripts
    series: SeriesSide
    clock: Clock
    description: Description
    described: Sequence[DutySeries | MeetingSeries | RoomSeries | FigureSeries]

    async def follow_the_ledger(self) -> None:
        """Go on with what people changed: the inventory, the local day, credentials."""
        said = ""
        while True:
            await asyncio.sleep(REFRESH_PERIOD)
            with suppress(OSError, Unavailable):
                said = await self._refresh_secrets(said)
                await self.feed.refresh(self._changed)

    async def _refresh_secrets(self, said: str) -> str:
        """Take up changed credentials; keep those we have while one cannot be opened."""
        try:
            await self.ledger.secrets.refresh(self.keyring)
        except Conflict as refusal:
            if str(refusal) != said:
                log.error("going on with the secrets as they were: %s", refusal)  # noqa: TRY400
            return str(refusal)
        return ""

    async def _changed(self, edition: Edition) -> None:
        await self.pipeline.apply(
            lambda now: self.brain.replace(
                edition.estate, edition.contacts, now, escalations=edition.escalations
            )
        )
        self.transcripts.forget_all_but([check.slug for check in edition.estate.checks])

    async def describe(self) -> None:
        """Write what may change about targets, statuses, incidents and ourselves, as series."""
        while True:
            for one in self.described:
                with suppress(OSError, Unavailable):  # what was found last stands
                    await one.refresh()
            for samples in self.description.parts():
                await self.series.append([(self.clock.now(), samples)])
            await asyncio.sleep(SELF_PERIOD)


async def _brain(
    settings: Settings, ledger: Ledger, feed: EstateFeed, policy: TellingPolicy, now: datetime
) -> Brain:
    """Return the brain as the ledger remembers it."""
    return Brain(
        feed.estate(),
        await ledger.brain.restore(now),
        policy,
        feed.edition.contacts,
        now,
        escalations=feed.edition.escalations,
        reporting=Reporting(
            labels=settings.alertmanager.labels,
            patience=settings.alertmanager.patience,
        ),
    )


async def _listeners(  # noqa: PLR0917
    settings: Settings,
    ledger: Ledger,
    keyring: Keyring,
    feed: EstateFeed,
    kit: Kit,
    hint: Callable[[str], None],
    stack: AsyncExitStack,
) -> tuple[Listener, Publications]:
    """Return what hears devices: their traps and lines, and the quality that rooms publish."""
    hints = Hints(feed, hint, kit.clock)
    ear = await open_ear(settings.hearing, hints, keyring, ledger.remarks, kit.clock)
    places = Places.of(settings)
    listener = stack.enter_context(closing(Listener(settings.hearing, ear, kit.sockets)))
    published = Publications(places, feed, inbox_of(kit), hint, kit.clock)
    return listener, stack.enter_context(closing(published))


def _asking(series: SeriesSide, brain: Brain, pipeline: Pipeline, clock: Clock) -> dict[str, Part]:
    """Return what asks the rules that are PromQL, where there is an engine to ask."""
    if series.reader is None:
        return {}
    return {"rules": RuleAsking(series.reader, brain, pipeline.apply, clock).run}


async def _trying(
    settings: Settings, series: SeriesSide, feed: EstateFeed, stack: AsyncExitStack
) -> TryRule | None:
    """Return what tries rules over the history, where there is an engine that holds one."""
    if series.reading is None:
        return None
    trying = RuleTrying(settings.ledger.url, series.reading, feed.estate)
    return (await stack.enter_async_context(aclosing(trying))).tried


def _sweeping(
    settings: Settings, ledger: Ledger, keyring: Keyring, clock: Clock
) -> dict[str, Part]:
    """Return what looks for devices, where the settings allow any range."""
    if not settings.discovery.ranges:
        return {}
    collectors = registries.collectors()
    sockets = _sockets(settings.looking.sockets)
    sweeper = Sweeper(
        ledger.discoveries,
        collectors,
        lambda: make_kit(clock, sockets, keyring),
        terms_of(settings),
        clock,
    )
    return {"discovery": sweeper.run}


async def _called(name: str, ledger: Ledger, feed: EstateFeed) -> str:
    """Return the full name of the person behind an account or a contact."""
    contacts = {contact.slug: contact.name for contact in feed.edition.contacts}
    return called(name, await ledger.people.user(name), contacts)


def _sockets(door: Path | None) -> Sockets:
    """Return who opens the sockets of probes: we, or a door that leads into another network."""
    return DoorSockets(door) if door else DirectSockets()


def _registry(*collectors: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    for one in collectors:
        registry.register(one)
    return registry


def heard_by(*ears: Callable[[Sequence[Reading]], None]) -> Callable[[Sequence[Reading]], None]:
    """Return what hands every batch of readings to several listeners."""

    def hear(batch: Sequence[Reading]) -> None:
        for ear in ears:
            ear(batch)

    return hear


def said(runs: Sequence[Run]) -> list[str] | None:
    """Return what was said in runs, newest first; None if there were none."""
    return [line for run in runs for line in run.lines] if runs else None


async def _nobody_has_a_login(ledger: Ledger, settings: Settings, notes: list[Text]) -> bool:
    """Say whether pages open without login: only while nobody has one, only on loopback."""
    if await ledger.people.users():
        if not is_loopback(settings.web.listen) and settings.web.address.startswith("http:"):
            notes.append(_IN_THE_CLEAR)
        return False
    if not is_loopback(settings.web.listen):
        raise Conflict(
            Text(
                vi=f"Chưa có người dùng nào nên không mở {settings.web.listen} ra ngoài; "
                "chạy `thongsuot user add TÊN --role admin` trước, hoặc đặt [web] listen về "
                "127.0.0.1",
                en=f"No user exists, so {settings.web.listen} is not opened to others; run "
                "`thongsuot user add NAME --role admin` first, or set [web] listen to 127.0.0.1",
            )
        )
    notes.append(
        Text(
            vi="Chưa có người dùng: ai ở máy này cũng xem được; thêm bằng `thongsuot user add`",
            en="No user yet: anyone on this machine may look; add one by `thongsuot user add`",
        )
    )
    return True


def _health(
    pipeline: Pipeline,
    series: SeriesSide,
    timekeeper: Timekeeper,
    now: datetime,
    promises: Sequence[Text] = (),
    *,
    parts: Sequence[tuple[Text, str]] = (),  # what breaks for a fault of ours, and that
) -> Health:
    judged = pipeline.stats.judged_at
    keeping_up = judged is not None and now - judged <= STALE_AFTER
    troubles = [*series.notes, *(series.room.troubles() if series.room else ()), *promises]
    broken = [broken_by(part, bug) for part, bug in parts if bug]
    troubles += broken
    if not keeping_up:
        troubles.append(Text(vi="Bộ xét trạng thái không chạy kịp", en="Judging does not keep up"))
    doubtful = timekeeper.trouble(now)
    if doubtful is not None:
        troubles.append(doubtful)
    trouble = series.sender.stats.trouble if series.sender else None
    if trouble:
        troubles.append(
            Text(
                vi=f"Chưa ghi được chuỗi thời gian: {trouble}",
                en=f"Time series cannot be written: {trouble}",
            )
        )
    if series.spool is not None and series.spool.overflowing:
        troubles.append(
            Text(
                vi=f"Tệp đệm mẫu đo đã đầy, {series.spool.dropped} mẫu cũ nhất đã bị bỏ",
                en=f"The spool of samples is full, its oldest {series.spool.dropped} are dropped",
            )
        )
    return Health(
        observed_until=judged,
        series_ok=series.sender is not None and trouble is None if series.spool else None,
        ready=keeping_up and not broken,
        troubles=tuple(troubles),
    )
