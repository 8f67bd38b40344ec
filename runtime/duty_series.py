"""How telling and duty stand, as series: channels, acknowledgements, who is on duty, silences."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from alerts.pausing import concerns
from alerts.rota import gaps, on_duty, rosters
from core.clock import LOCAL, Clock
from core.incident import Incident
from core.labels import Series
from core.reading import Sample
from core.text import Text
from runtime.estate_feed import Edition
from storage.ledger import Ledger
from storage.tellings import Tellings

AHEAD = timedelta(days=30)
MOST = 50  # silences, rotas and channels, each: a chart can show no more
_MOMENT = timedelta(seconds=1)

MESSAGES = "thongsuot_channel_messages_total"
TIMED = "thongsuot_channel_timed_total"
DELAY = "thongsuot_channel_delay_seconds_total"
UP = "thongsuot_channel_up"
ACKS = "thongsuot_acks_total"
ACK_DELAY = "thongsuot_ack_delay_seconds_total"
UNTAKEN = "thongsuot_incidents_untaken"
ON_DUTY = "thongsuot_on_duty"
GAPS = "thongsuot_rota_gap_seconds"
NEXT_GAP = "thongsuot_rota_next_gap_seconds"
SILENCE = "thongsuot_silence_left_seconds"
HIDES = "thongsuot_silence_hides"
SERIES: tuple[tuple[str, str, Text, tuple[str, ...]], ...] = (
    (
        MESSAGES,
        "counter",
        Text("Lần gửi theo kênh và kết quả", "Attempts by channel and outcome"),
        ("channel", "outcome"),
    ),
    (TIMED, "counter", Text("Tin báo sự cố đã đi", "Problems that went out"), ("channel",)),
    (
        DELAY,
        "counter",
        Text("Tổng thời gian từ lúc quyết định đến lúc tin đi", "Time from decision to message"),
        ("channel",),
    ),
    (
        UP,
        "gauge",
        Text("Kênh có dùng được không", "Whether a channel is not disabled"),
        ("channel",),
    ),
    (ACKS, "counter", Text("Số lần tiếp nhận", "Incidents taken on"), ()),
    (
        ACK_DELAY,
        "counter",
        Text("Tổng thời gian từ lúc quyết định đến lúc tiếp nhận", "Time until they were taken on"),
        (),
    ),
    (UNTAKEN, "gauge", Text("Sự cố đang mở chưa ai tiếp nhận", "Open, and taken on by nobody"), ()),
    (
        ON_DUTY,
        "gauge",
        Text("Ai đang trực, luôn bằng 1", "Who is on duty, always 1"),
        ("rota", "role", "contact", "name"),
    ),
    (
        GAPS,
        "gauge",
        Text("Thời gian không ai trực trong 30 ngày tới", "Time without duty in 30 days"),
        ("rota", "name"),
    ),
    (
        NEXT_GAP,
        "gauge",
        Text("Còn bao lâu thì không có ai trực", "Time until nobody is on duty"),
        ("rota", "name"),
    ),
    (
        SILENCE,
        "gauge",
        Text("Tạm dừng báo còn bao lâu", "How long a silence still holds"),
        ("silence", "owner", "reason"),
    ),
    (
        HIDES,
        "gauge",
        Text("Sự cố đang mở mà nó che", "Open incidents that a silence hides"),
        ("silence", "owner", "reason"),
    ),
)
Row = tuple[str, tuple[tuple[str, str], ...], float]  # a name, its labels, its value


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of, by which channels, and which of those are disabled."""

    incidents: Callable[[], Sequence[Incident]]
    channels: Collection[str]
    broken: Callable[[], Collection[str]]


class DutySeries(Collector):
    """Looked up when somebody asks for it by `refresh`; what was found is given out until then."""

    def __init__(
        self, ledger: Ledger, telling: Telling, edition: Callable[[], Edition], clock: Clock
    ) -> None:
        self._ledger = ledger
        self._telling = telling
        self._edition = edition
        self._clock = clock
        self._counts = Tellings()
        self._rows: list[Row] = []

    async def refresh(self) -> None:
        """Look it all up; Unavailable if the ledger does not answer."""
        now = self._clock.now()
        await self._ledger.tellings.count(self._counts, now)
        self._rows = [
            *self._of_channels(),
            *self._of_incidents(),
            *await self._of_rotas(now),
            *await self._of_silences(now),
        ]

    def samples(self, base: tuple[tuple[str, str], ...]) -> list[Sample]:
        """Return what was found as samples for the engine; `base` are the series' labels."""
        return [(Series.of(name, (*base, *labels)), value) for name, labels, value in self._rows]

    def collect(self) -> Iterator[Metric]:
        """Yield what was found, for /metrics."""
        for name, kind, words, labels in SERIES:
            family = (
                CounterMetricFamily(name.removesuffix("_total"), words.en, labels=labels)
                if kind == "counter"
                else GaugeMetricFamily(name, words.en, labels=labels)
            )
            for found, pairs, value in self._rows:
                if found == name:
                    family.add_metric([dict(pairs).get(label, "") for label in labels], value)
            yield family

    def _of_channels(self) -> Iterator[Row]:
        broken, counts = self._telling.broken(), self._counts
        for channel in sorted(self._telling.channels)[:MOST]:
            of_it = (("channel", channel),)
            yield UP, of_it, float(channel not in broken)
            yield TIMED, of_it, float(counts.timed[channel])
            yield DELAY, of_it, counts.delay_s.get(channel, 0.0)
            for outcome, found in (
                ("sent", counts.sent),
                ("refused", counts.refused),
                ("given_up", counts.given_up),
            ):
                yield MESSAGES, (*of_it, ("outcome", outcome)), float(found[channel])

    def _of_incidents(self) -> Iterator[Row]:
        yield ACKS, (), float(self._counts.acks)
        yield ACK_DELAY, (), self._counts.ack_delay_s

    async def _of_rotas(self, now: datetime) -> list[Row]:
        rows = await self._ledger.rota.rows(now, now + AHEAD)
        names = {contact.slug: contact.name for contact in self._edition().contacts}
        titles = {rota.slug: rota.name for rota in rows.rotas}
        found: list[Row] = []
        for slug, roster in sorted(rosters(rows, now.astimezone(LOCAL).date()).items())[:MOST]:
            of_it = (("rota", slug), ("name", titles[slug]))
            holes = gaps(roster, now, now + AHEAD)
            missing = sum((hole.end - hole.begin).total_seconds() for hole in holes)
            found.append((GAPS, of_it, missing))
            first = holes[0].begin if holes else now + AHEAD
            found.append((NEXT_GAP, of_it, max(0.0, (first - now).total_seconds())))
            for role, people in on_duty(roster, now).items():
                for contact in people:
                    who = (("contact", contact), ("name", names.get(contact, contact)))
                    found.append((ON_DUTY, (("rota", slug), ("role", role), *who), 1.0))
        return found

    async def _of_silences(self, now: datetime) -> list[Row]:
        targets = {target.slug: target for target in self._edition().estate.targets}
        present = self._telling.incidents()
        taken = await self._ledger.incidents.untaken()
        found: list[Row] = [(UNTAKEN, (), float(taken))]
        for one in (await self._ledger.silences.find(now))[:MOST]:
            until = one.holds_until(now)
            if until is None:
                continue
            of_it = (("silence", one.id), ("owner", one.owner), ("reason", one.reason))
            hidden = sum(concerns(one.scope, incident, targets) for incident in present)
            found.append((SILENCE, of_it, (until - now).total_seconds()))
            found.append((HIDES, of_it, float(hidden)))
        return found
