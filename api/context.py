"""What the web faces are handed: one frozen value, built by runtime, never looked up."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from prometheus_client import CollectorRegistry

from alerts.rehearsed import Rehearsed
from alerts.rules import Tried
from alerts.signals import Signals
from api.fleet import FleetPage
from api.live import Live
from core.alert import Alert, Heard
from core.channel import Posted, Standing
from core.clock import Clock
from core.collector import Collector
from core.discovery import Terms
from core.finding import CATEGORIES, Category
from core.incident import Decision, Notification
from core.inventory import Contact
from core.meeting import Meeting
from core.proof import Proof
from core.reading import Reading
from core.text import Language, Text
from core.watching import Check, Estate
from reports.annex import Prices
from reports.capacity import Week
from reports.render.formats import render
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.report import Report
from reports.request import UptimeRequest
from storage.ledger import Ledger
from storage.optics import Light
from storage.port_quality import PortQuality
from storage.series import SeriesReader


@dataclass(frozen=True, slots=True)
class Web:
    """How the web faces are served.

    `hosts` are the names (without port) that a Host header may carry; empty: any, which is
    right only behind a proxy that checks them. `open_without_login` holds while no user exists
    and never beyond loopback.
    """

    base_url: str = "http://127.0.0.1:8080"
    grafana: str | None = None  # the address of a Grafana that has our boards
    language: Language = "vi"
    secure_cookies: bool = False
    open_without_login: bool = False
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-For is believed
    public_metrics: bool = False  # /metrics and /sd without login
    session_lifetime: float = 12 * 3600.0  # seconds
    body_limit: int = 256 * 1024  # bytes
    prometheus_limit: int = 20 * 1024 * 1024  # bytes of one proxied answer


@dataclass(frozen=True, slots=True)
class Health:
    """How the platform itself is. `observed_until`: the last instant at which we looked."""

    observed_until: datetime | None = None
    series_ok: bool | None = None  # None: no engine is configured
    ready: bool = True
    troubles: tuple[Text, ...] = ()


def _well() -> Health:
    return Health()


def _not_measured() -> Week | None:
    return None


def _not_looked() -> Sequence[Light] | None:
    return None


def _nothing_said(_target: str, _collector: str) -> list[str] | None:
    return None


BuildReport = Callable[[UptimeRequest], Awaitable[Report]]
PrintReport = Callable[[Report, Language, Format], Awaitable[bytes]]


async def _printed_here(report: Report, language: Language, form: Format) -> bytes:
    return await asyncio.to_thread(render, report, Letterhead(), language, form)


T = TypeVar("T")


class Work(Protocol):
    """Runs a function of values away from the event loop, in another process where there is one."""

    def __call__(self, work: Callable[..., T], *arguments: object) -> Awaitable[T]:
        """Return what the function returns."""


async def _worked_here(work: Callable[..., T], *arguments: object) -> T:
    return await asyncio.to_thread(work, *arguments)


class Wish(NamedTuple):
    """What somebody wants rehearsed: a month (empty: the last), a ready storm, or a script."""

    month: str = ""
    storm: str | None = None
    script: str | None = None
    on: str = ""  # the local day of a storm, 2026-12-01; empty: tomorrow


class Glimpse(NamedTuple):
    """What one look saw that nobody keeps."""

    check: Check
    reading: Reading
    lines: tuple[str, ...]  # what was said


class LookOnce(Protocol):
    """Runs a check at once and keeps nothing."""

    def __call__(self, check: Check, secret: str | None = None) -> Awaitable[Glimpse]:
        """Return what was seen; `secret` is what its credential says, None: that which is kept."""


Rehearse = Callable[[Wish, Callable[[float], None]], Awaitable[Rehearsed]]
Metadata = Mapping[str, Sequence[Mapping[str, str]]]
BoardsFile = Callable[[str], bytes]


class BoardTitle(NamedTuple):
    """A board for Grafana: what it is called, and the question that it answers."""

    slug: str
    title: str
    question: str


def _no_boards(_language: Language) -> Sequence[BoardTitle]:
    return ()


Prove = Callable[[Contact, str, str], Awaitable[list[Proof]]]
ReportAlerts = Callable[[Sequence[Alert], int], Awaitable[Heard]]
HearAnswer = Callable[[str, Posted], Awaitable[bytes]]


AskRooms = Callable[[Meeting, Mapping[str, str], datetime], Awaitable[int]]


class ByHand(Protocol):
    """Takes to the judge what people decide about open incidents; DomainError if it cannot be."""

    async def merge(self, stays: str, others: Sequence[str], why: Decision) -> None:
        """Let one incident stay for several, all named by their codes."""

    async def split(self, incident: str, member: str, why: Decision) -> str:
        """Make a member an incident of its own; return its code."""


class TryRule(Protocol):
    """Puts the stored samples of a span through a rule once more."""

    def __call__(
        self, rule: str, begin: datetime, end: datetime, told: Callable[[float], None]
    ) -> Awaitable[Tried]:
        """Return when it would have fired, telling the share that is done.

        NotFound if there is no such rule; Unavailable if the engine does not answer.
        """


class SendTest(Protocol):
    """Puts test messages into the outbox: one per way to a contact, or by one channel alone."""

    def __call__(
        self, contact: str, actor: str, now: datetime, channel: str | None = None
    ) -> Awaitable[list[Notification]]:
        """Return them; NotFound if no way leads to the contact."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a request may need.

    `transcript(target, collector)` returns the lines of the last look, None if there is none.
    `channels()` says how every configured channel stands.
    `report_alerts(alerts, left_out)` returns when what came of them is written.
    `prove(contact, actor, origin)` sends codes at once and returns what the channels said.
    `hear(channel, request)` takes what a provider posts; LookupError, NotTheirs.
    `by_hand` merges and splits open incidents (None: nobody judges here). `causes` are the kinds
    of cause that people choose from.
    `metadata` is what Prometheus' API says of every series, by name. `boards(url)` returns the
    zip archive of files for a Grafana that is to read from a URL, None where there are none.
    `ask_rooms(meeting, contacts by room, now)` puts a link of its own for each room into the
    outbox; returns how many.
    `try_rule` looks when a rule would have fired; None: this hub keeps no series.
    `rehearse` plays what was wished for, telling the share that is done; None: this hub cannot.
    `line_use()` returns how lines were used in the 7 days that have ended, None before it is known;
    `line_quality()` how cleanly the ports of each line work; `fading()` which optical sensors show
    ever less light, None before it is known.
    `build_report` counts (None: this hub cannot), `print_report` makes a file of a report.
    """

    ledger: Ledger
    clock: Clock
    estate: Callable[[], Estate]
    series: SeriesReader | None = None
    settings: Web = field(default_factory=Web)
    live: Live = field(default_factory=Live)
    fleet: FleetPage = field(default_factory=FleetPage)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    health: Callable[[], Health] = _well
    transcript: Callable[[str, str], list[str] | None] = _nothing_said
    send_test: SendTest | None = None
    channels: Callable[[], Sequence[Standing]] = tuple
    hear: HearAnswer | None = None
    prove: Prove | None = None
    report_alerts: ReportAlerts | None = None
    by_hand: ByHand | None = None
    causes: Mapping[str, Category] = field(default_factory=lambda: dict(CATEGORIES))
    metadata: Metadata = field(default_factory=dict)
    boards: BoardsFile | None = None
    board_titles: Callable[[Language], Sequence[BoardTitle]] = _no_boards
    build_report: BuildReport | None = None
    print_report: PrintReport = _printed_here
    letterhead: Letterhead = field(default_factory=Letterhead)
    work: Work = _worked_here
    try_rule: TryRule | None = None
    rehearse: Rehearse | None = None
    glance: LookOnce | None = None  # None: this hub does not look
    discovery: Terms | None = None  # what may be swept; None: this hub sweeps nothing
    collectors: Mapping[str, Collector] | None = None  # those there are; None: any will do
    travel: Prices = field(default_factory=Prices)  # what meetings save
    ask_rooms: AskRooms | None = None  # None: this hub tells nobody
    hint: Callable[[str, str], bool] | None = None  # takes (device, token); is the token right?
    signals: Signals = field(default_factory=Signals)  # what equipment says of calls
    line_use: Callable[[], Week | None] = _not_measured
    line_quality: Callable[[], Mapping[str, PortQuality]] = dict
    fading: Callable[[], Sequence[Light] | None] = _not_looked
