"""Everything in one process, built by one straight-line function and taken down in reverse."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from prometheus_client import CollectorRegistry

from alerts.brain import Brain
from alerts.telling import TellingPolicy, Way, addresses
from api.app import create_app
from api.context import Context, Health
from api.fleet import FleetPage
from api.live import Live
from core.channel import Channel
from core.clock import Clock
from core.errors import Conflict, NotFound, Unavailable
from core.incident import Notification, Purpose
from core.inventory import Contact
from core.text import Text
from inventory.compiled import LookingDefaults
from runtime import registries
from runtime.dispatcher import Dispatcher, DispatchOptions, Outlet
from runtime.estate_feed import Edition, EstateFeed
from runtime.infoseries import info_samples, status_samples
from runtime.kit import DirectSockets, DoorSockets, make_kit
from runtime.pipeline import Outlets, Pipeline
from runtime.scheduler import Scheduler
from runtime.selfmetrics import SelfMetrics
from runtime.series import Part, SeriesSide, open_series
from runtime.settings import Looking, Settings, is_loopback
from runtime.transcripts import Run, Transcripts
from runtime.web import bind, make_server, serve, web_settings
from storage import migrations
from storage.ledger import Ledger, open_ledger
from storage.vault import Vault

log = logging.getLogger(__name__)

SELF_PERIOD = 30.0  # seconds between two writings of `*_info` and `*_status`
REFRESH_PERIOD = 2.0  # seconds between two looks at the inventory's version
STALE_AFTER = timedelta(seconds=10)  # judged longer ago, the platform is not well


@dataclass(slots=True)
class Hub:
    """The running platform."""

    settings: Settings
    ledger: Ledger
    brain: Brain
    feed: EstateFeed
    pipeline: Pipeline
    scheduler: Scheduler
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
            await self.pipeline.turn()  # what was looked at is judged and written before we go
        for task in ended:
            await task
            raise RuntimeError(f"{task.get_name()} has ended")


@asynccontextmanager
async def open_hub(settings: Settings, clock: Clock) -> AsyncIterator[Hub]:
    """Build the platform; refuse with a sentence (DomainError) what cannot work."""
    async with AsyncExitStack() as stack:
        listening = bind(settings.web)
        stack.callback(listening.close)
        ledger = await open_books(settings, clock)
        stack.push_async_callback(ledger.aclose)
        notes: list[Text] = []
        nobody = await _nobody_has_a_login(ledger, settings, notes)
        keyring = await ledger.secrets.keyring()
        series = await open_series(settings.series, keyring.reveal, clock, stack)
        notes += series.notes

        feed = EstateFeed(ledger.inventory, looking_defaults(settings.looking), clock)
        await feed.refresh()
        channels = registries.channels()
        policy = telling_policy(settings, channels)
        now = clock.now()
        memory = await ledger.brain.restore(now)
        brain = Brain(feed.estate(), memory, policy, feed.edition.contacts, now)

        live, fleet, told = Live(), FleetPage(), asyncio.Event()
        outlets = Outlets(series.append, fleet.update, live.publish, told.set)
        pipeline = Pipeline(brain, ledger.brain, outlets, clock, settings.looking.vantage)
        door = settings.looking.sockets
        kit = make_kit(clock, DoorSockets(door) if door else DirectSockets(), keyring)
        stack.push_async_callback(kit.aclose)
        transcripts = Transcripts()
        scheduler = Scheduler(feed, pipeline, registries.collectors(), kit, transcripts, clock)
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
            ),
        )

        registry = CollectorRegistry()
        registry.register(SelfMetrics(pipeline, scheduler, dispatcher, series.sender))
        context = Context(
            ledger=ledger,
            clock=clock,
            estate=feed.estate,
            series=series.reader,
            settings=web_settings(settings.web, open_without_login=nobody),
            live=live,
            fleet=fleet,
            registry=registry,
            health=lambda: _health(pipeline, series, clock.now()),
            transcript=lambda target, name: said(transcripts.of(f"{target}/{name}")),
            send_test=TestMessages(ledger, policy, feed, told).send,
        )
        server = make_server(create_app(context), settings.web)
        upkeep = Upkeep(feed, brain, pipeline, transcripts, series, clock)
        parts: dict[str, Part] = {
            "web": lambda: serve(server, listening, live.close),
            **series.parts,
            "dispatcher": dispatcher.run,
            "pipeline": pipeline.run,
            "inventory": upkeep.follow_the_inventory,
            "description": upkeep.describe,
            "scheduler": scheduler.run,
        }
        yield Hub(settings, ledger, brain, feed, pipeline, scheduler, notes, parts)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What is done every few seconds beside looking and judging."""

    feed: EstateFeed
    brain: Brain
    pipeline: Pipeline
    transcripts: Transcripts
    series: SeriesSide
    clock: Clock

    async def follow_the_inventory(self) -> None:
        """Go on with another estate whenever the inventory or the local day has changed."""
        while True:
            await asyncio.sleep(REFRESH_PERIOD)
            with suppress(OSError, Unavailable):
                await self.feed.refresh(self._changed)

    async def _changed(self, edition: Edition) -> None:
        await self.pipeline.apply(
            lambda now: self.brain.replace(edition.estate, edition.contacts, now)
        )
        self.transcripts.forget_all_but([check.slug for check in edition.estate.checks])

    async def describe(self) -> None:
        """Write what may change about targets, and their statuses, as series."""
        while True:
            estate = self.feed.estate()
            samples = [*info_samples(estate), *status_samples(self.brain.states, estate.targets)]
            await self.series.append([(self.clock.now(), samples)])
            await asyncio.sleep(SELF_PERIOD)


@dataclass(frozen=True, slots=True)
class TestMessages:
    """Puts test messages into the outbox."""

    ledger: Ledger
    policy: TellingPolicy
    feed: EstateFeed
    told: asyncio.Event

    async def send(self, contact: str, actor: str, now: datetime) -> list[Notification]:
        """Add one test per channel that reaches the contact; NotFound if none does."""
        log.info("%s asks for a test message to %s", actor, contact)
        rows = await add_tests(self.ledger, self.policy, self.feed.edition.contacts, contact, now)
        self.told.set()
        return rows


async def add_tests(
    ledger: Ledger,
    policy: TellingPolicy,
    contacts: Sequence[Contact],
    wanted: str,
    now: datetime,
) -> list[Notification]:
    """Add a test message per channel that reaches `wanted` to the outbox; NotFound if none does."""
    rows = [
        Notification(
            incident=None,
            purpose=Purpose.TEST,
            recipient=recipient,
            address=address,
            channel=channel,
            language=language,
            reason="test",
            due_at=now,
        )
        for recipient, address, channel, language in addresses(policy, contacts)
        if recipient == wanted
    ]
    if not rows:
        raise NotFound(
            Text(
                vi=f'Không có kênh nào đến được "{wanted}": xem contacts.csv và [channels.…]',
                en=f'No channel reaches "{wanted}": see contacts.csv and [channels.…]',
            )
        )
    return [row.model_copy(update={"id": await ledger.outbox.add(row)}) for row in rows]


def looking_defaults(looking: Looking) -> LookingDefaults:
    """Return what compiling an estate needs to know of the settings."""
    return LookingDefaults(
        vantage=looking.vantage,
        reach_interval=looking.reach_interval,
        icmp_blocked=looking.icmp_blocked,
        reach_port=looking.reach_port,
        snmp_port=looking.snmp_port,
        snmp_secret=looking.snmp_secret,
        snmp_community=looking.snmp_community or None,
        intervals=dict(looking.intervals),
    )


def telling_policy(settings: Settings, channels: Mapping[str, Channel]) -> TellingPolicy:
    """Return delays, ways and the address of links, as the brain wants them."""
    return TellingPolicy(
        delays=settings.telling.delays.model_dump(),
        ways=tuple(
            Way(name=name, to=channels[way.kind].to, address=str(way.params.get("url", "")))
            for name, way in settings.channels.items()
        ),
        base_url=settings.web.address,
        language=settings.web.language,
    )


def outlets_of(
    settings: Settings,
    channels: Mapping[str, Channel],
    reveal: Callable[[str], str | None],
) -> dict[str, Outlet]:
    """Return every configured channel; secrets are filled in when it speaks."""
    return {
        name: Outlet(channels[way.kind], partial(way.filled, channels[way.kind], reveal))
        for name, way in settings.channels.items()
    }


def said(runs: Sequence[Run]) -> list[str] | None:
    """Return what was said in runs, newest first; None if there were none."""
    return [line for run in runs for line in run.lines] if runs else None


async def open_books(settings: Settings, clock: Clock) -> Ledger:
    """Return the ledger of the settings, brought to this version."""
    vault = Vault.open(settings.secrets.key_file)
    await migrations.upgrade(settings.ledger.url)
    return await open_ledger(settings.ledger.url, vault, clock)


async def _nobody_has_a_login(ledger: Ledger, settings: Settings, notes: list[Text]) -> bool:
    """Say whether pages open without login: only while nobody has one, only on loopback."""
    if await ledger.people.users():
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


def _health(pipeline: Pipeline, series: SeriesSide, now: datetime) -> Health:
    judged = pipeline.stats.judged_at
    keeping_up = judged is not None and now - judged <= STALE_AFTER
    troubles = list(series.notes)
    if not keeping_up:
        troubles.append(Text(vi="Bộ xét trạng thái không chạy kịp", en="Judging does not keep up"))
    trouble = series.sender.stats.trouble if series.sender else None
    if trouble:
        troubles.append(
            Text(
                vi=f"Chưa ghi được chuỗi thời gian: {trouble}",
                en=f"Time series cannot be written: {trouble}",
            )
        )
    return Health(
        observed_until=judged,
        series_ok=series.sender is not None and trouble is None if series.spool else None,
        ready=keeping_up,
        troubles=tuple(troubles),
    )
