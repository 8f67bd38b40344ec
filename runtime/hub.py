"""Everything in one process, built by one straight-line function and taken down in reverse."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry

from alerts.brain import Brain
from alerts.topology import Topology
from api.app import create_app
from api.context import Context, Health
from api.fleet import FleetPage
from api.live import Live
from core.clock import Clock
from core.errors import Conflict, Unavailable
from core.people import called
from core.text import Text
from runtime import registries
from runtime.assembly import (
    categories,
    letterhead,
    looking_defaults,
    open_books,
    outlets_of,
    telling_policy,
)
from runtime.auditor import Auditor
from runtime.boards import GrafanaSite, archive, grafana_files
from runtime.by_hand import ByHand
from runtime.caretakers import Caretakers
from runtime.catalogue import metadata
from runtime.description import Description
from runtime.digest_letters import Desk, digests
from runtime.dispatcher import Dispatcher, DispatchOptions
from runtime.escalator import Escalator
from runtime.estate_feed import Edition, EstateFeed
from runtime.heartbeat import Heartbeat, vitals
from runtime.housekeeping import Housekeeping
from runtime.kit import DirectSockets, DoorSockets, make_kit
from runtime.mailing import Mailing
from runtime.pipeline import Outlets, Pipeline
from runtime.press import Press
from runtime.report_letters import ReportLetters
from runtime.room_left import RoomLeft
from runtime.rota_watch import RotaWatch
from runtime.scheduler import Scheduler
from runtime.selfmetrics import SelfMetrics
from runtime.series import Part, SeriesSide, open_series
from runtime.settings import Settings, is_loopback
from runtime.shift_letters import ShiftLetters
from runtime.tally import Tally
from runtime.timekeeping import Timekeeper
from runtime.transcripts import Run, Transcripts
from runtime.trial import Trial
from runtime.ways_out import ways_out
from runtime.web import bind, make_server, serve, web_settings
from storage.hold import held
from storage.ledger import Ledger
from storage.secrets import Keyring

log = logging.getLogger(__name__)

SELF_PERIOD = 30.0  # seconds between two writings of `*_info` and `*_status`
REFRESH_PERIOD = 2.0  # seconds between two looks at the inventory's version
FAREWELL = 10.0  # seconds for the last batch when we are told to stop
STALE_AFTER = timedelta(seconds=10)  # judged longer ago, the platform is not well


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
        stack.enter_context(held(settings.ledger.url))
        notes: list[Text] = []
        nobody = await _nobody_has_a_login(ledger, settings, notes)
        keyring = await ledger.secrets.keyring()
        series = await open_series(settings.series, keyring.reveal, clock, stack)
        notes += series.notes
        room = series.room = RoomLeft(settings, clock)

        feed = EstateFeed(ledger.inventory, looking_defaults(settings.looking), clock)
        await feed.refresh()
        channels = registries.channels()
        policy = telling_policy(settings, channels)
        now = clock.now()
        memory = await ledger.brain.restore(now)
        brain = Brain(
            feed.estate(),
            memory,
            policy,
            feed.edition.contacts,
            now,
            escalations=feed.edition.escalations,
        )

        live, fleet, told = Live(), FleetPage(), asyncio.Event()
        outlets = Outlets(series.append, fleet.update, live.publish, told.set)
        pipeline = Pipeline(brain, ledger.brain, outlets, clock, settings.looking.vantage)
        door = settings.looking.sockets
        kit = make_kit(clock, DoorSockets(door) if door else DirectSockets(), keyring)
        stack.push_async_callback(kit.aclose)
        transcripts = Transcripts()
        tally = Tally(pipeline)
        scheduler = Scheduler(feed, tally, registries.collectors(), kit, transcripts, clock)
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
        )

        head = letterhead(settings.reports)
        press = Press(settings.ledger.url, head, clock)
        stack.push_async_callback(press.aclose)
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

        rota_watch = RotaWatch(
            ledger.rota,
            outlets_of(settings, channels, keyring.reveal),
            policy,
            lambda: feed.edition.contacts,
            clock,
        )

        shift_letters = ShiftLetters(
            Desk.of(settings, ledger, lambda: feed.edition),
            outlets_of(settings, channels, keyring.reveal),
            policy,
            lambda: tuple(feed.edition.contacts),
            clock,
        )
        caretakers = Caretakers(
            ledger.people.users,
            lambda: feed.edition.contacts,
            policy,
            outlets_of(settings, channels, keyring.reveal),
        )
        auditor = Auditor(
            ledger.outbox,
            dispatcher.pass_on,
            caretakers,
            lambda: Topology(feed.estate()),
            clock,
            told.set,
        )
        heartbeat = Heartbeat(
            settings.heartbeat,
            lambda: vitals(pipeline.stats, dispatcher.stats, auditor.stats),
            ledger.people,
            caretakers,
            keyring.reveal,
            clock,
        )

        registry = CollectorRegistry()
        timekeeper = Timekeeper(clock, ledger.timekeeping)
        of_ourselves = SelfMetrics(
            pipeline,
            scheduler,
            dispatcher,
            series.sender,
            timekeeper,
            auditor=auditor,
            heartbeat=heartbeat if settings.heartbeat.url else None,
        )
        registry.register(of_ourselves)
        registry.register(room)
        context = Context(
            ledger=ledger,
            clock=clock,
            estate=feed.estate,
            series=series.reader,
            settings=web_settings(settings.web, open_without_login=nobody),
            live=live,
            fleet=fleet,
            registry=registry,
            health=lambda: _health(pipeline, series, timekeeper, clock.now(), heartbeat.troubles()),
            transcript=lambda target, name: said(transcripts.of(f"{target}/{name}")),
            send_test=Trial(ledger, policy, feed, told).send,
            outlets=lambda: ways_out(settings, channels, dispatcher.stats.broken),
            by_hand=ByHand(brain, pipeline),
            causes=categories(settings.incidents),
            metadata=metadata(),
            boards=lambda url: archive(grafana_files(GrafanaSite(url))),
            build_report=press.build,
            print_report=press.printed,
            letterhead=head,
            work=press.run,
            collectors=tuple(registries.collectors()),
        )
        server = make_server(create_app(context), settings.web)
        described = Description(feed, brain, of_ourselves, tally, settings.looking.vantage)
        upkeep = Upkeep(
            ledger, keyring, feed, brain, pipeline, transcripts, series, clock, described
        )
        parts: dict[str, Part] = {
            "web": lambda: serve(server, listening, live.close),
            **series.parts,
            "dispatcher": dispatcher.run,
            "auditor": auditor.run,
            **({"heartbeat": heartbeat.run} if settings.heartbeat.url else {}),
            "samples": pipeline.carry,
            "pipeline": pipeline.run,
            "ledger": upkeep.follow_the_ledger,
            "description": upkeep.describe,
            "reports": mailing.run,
            "rota": rota_watch.run,
            "shifts": shift_letters.run,
            "room": room.run,
            "housekeeping": Housekeeping(
                ledger.pruning, transcripts, settings.retention, clock
            ).run,
            "clock": timekeeper.run,
            "scheduler": scheduler.run,
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
            for samples in self.description.parts():
                await self.series.append([(self.clock.now(), samples)])
            await asyncio.sleep(SELF_PERIOD)


async def _called(name: str, ledger: Ledger, feed: EstateFeed) -> str:
    """Return the full name of the person behind an account or a contact."""
    contacts = {contact.slug: contact.name for contact in feed.edition.contacts}
    return called(name, await ledger.people.user(name), contacts)


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
) -> Health:
    judged = pipeline.stats.judged_at
    keeping_up = judged is not None and now - judged <= STALE_AFTER
    troubles = [*series.notes, *(series.room.troubles() if series.room else ()), *promises]
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
        ready=keeping_up,
        troubles=tuple(troubles),
    )
