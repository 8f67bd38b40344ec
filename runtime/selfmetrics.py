"""How the platform itself is, for /metrics: read from plain counters when someone asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from alerts.breaker import Breaker
from core.channel import Balance
from core.labels import Series
from core.reading import Sample
from core.text import Text
from runtime.answers import AnswerStats
from runtime.auditor import AuditStats
from runtime.balance_watch import BalanceStats
from runtime.dispatcher import DispatchStats
from runtime.heartbeat import HeartbeatStats
from runtime.hints import HintStats
from runtime.pipeline import PipelineStats
from runtime.publications import PublicationStats
from runtime.reports_of_others import AlertStats
from runtime.scheduler import Stats
from runtime.timekeeping import ClockStats
from storage.sender import SenderStats

Counts_co = TypeVar("Counts_co", covariant=True)


class Counting(Protocol[Counts_co]):
    """A part that counts what it does."""

    @property
    def stats(self) -> Counts_co:
        """Return the counts since the start."""


@dataclass(frozen=True, slots=True)
class _Still(Generic[Counts_co]):
    """A part that does nothing: for the names of the metrics alone."""

    stats: Counts_co


class SelfMetrics(Collector):
    """The counters of the pipeline, the scheduler, the dispatcher, the sender and the clock."""

    def __init__(
        self,
        pipeline: Counting[PipelineStats],
        scheduler: Counting[Stats],
        dispatcher: Counting[DispatchStats],
        sender: Counting[SenderStats] | None,
        clock: Counting[ClockStats] | None = None,
        *,
        auditor: Counting[AuditStats] | None = None,
        heartbeat: Counting[HeartbeatStats] | None = None,
        balance: Counting[BalanceStats] | None = None,
        hints: Counting[HintStats] | None = None,
        answers: Counting[AnswerStats] | None = None,
        reports: Counting[AlertStats] | None = None,
        published: Counting[PublicationStats] | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._scheduler = scheduler
        self._dispatcher = dispatcher
        self._sender = sender
        self._clock = clock
        self._auditor = auditor
        self._heartbeat = heartbeat
        self._balance = balance
        self._hints = hints
        self._answers = answers
        self._reports = reports
        self._published = published

    def collect(self) -> Iterator[Metric]:
        """Yield every self metric."""
        for name, words, value in self._counters():
            yield CounterMetricFamily(f"thongsuot_{name}", words, value=value)
        for name, words, value in self._gauges():
            yield GaugeMetricFamily(f"thongsuot_{name}", words, value=value)
        yield from self._of_channels()

    def samples(self, base: tuple[tuple[str, str], ...]) -> list[Sample]:
        """Return every self metric as a sample for the engine; `base` are the series' labels."""
        return [
            (Series.of(sample.name, base, **sample.labels), float(sample.value))
            for metric in self.collect()
            for sample in metric.samples
        ]

    def _counters(self) -> Iterator[tuple[str, str, float]]:
        pipeline, runs = self._pipeline.stats, self._scheduler.stats
        yield "readings", "Readings taken in.", pipeline.readings
        yield (
            "readings_dropped",
            "Readings lost because the ledger did not answer.",
            pipeline.dropped,
        )
        yield "batches", "Batches judged.", pipeline.batches
        yield "ledger_retries", "Writes that had to be tried again.", pipeline.retries
        yield "lapses", "Times the whole process had no turn for 0.3 s.", pipeline.lapses
        yield "checks_started", "Runs of checks begun.", runs.started
        yield "checks_failed", "Runs that brought a failure.", runs.failed
        yield "checks_deadline", "Runs ended because their time was over.", runs.deadlines
        yield "checks_skipped", "Runs left out because the one before was not done.", runs.skipped
        yield "collector_bugs", "Runs that broke for a fault of ours.", runs.bugs
        yield (
            "checks_lateness_seconds",
            "Time by which runs began late, summed.",
            runs.lateness_sum_s,
        )
        told = self._dispatcher.stats
        yield "messages_sent", "Messages a channel has taken.", told.sent
        yield "messages_retried", "Attempts that have to be made again.", told.retried
        yield (
            "messages_cancelled",
            "Messages whose reason was gone before they went.",
            told.cancelled,
        )
        yield (
            "messages_held",
            "Messages held back until a silence or announced works are over.",
            told.held,
        )
        yield "messages_failed", "Messages given up.", told.failed
        yield "message_bugs", "Times a fault of ours kept a message back.", told.bugs.count
        if self._auditor is not None:
            audit = self._auditor.stats
            words = "Messages made because another was late or missing."
            yield "promises_redriven", words, audit.redriven
        if self._answers is not None:
            answered = self._answers.stats
            yield "answers", "Answers that came in by channels.", sum(answered.taken.values())
        if self._reports is not None:
            others = self._reports.stats
            yield "alerts", "Alerts that an Alertmanager has told us of.", others.heard
            yield "alerts_refused", "Alerts left out because too many were open.", others.refused
            yield "alerts_truncated", "Alerts that their sender left out.", others.truncated
        if self._heartbeat is not None:
            beats = self._heartbeat.stats
            yield "heartbeats_sent", "Pings that the watcher outside has taken.", beats.sent
            yield "heartbeats_failed", "Pings that did not arrive.", beats.failed
        yield from self._of_hearing()
        if self._published is not None:
            yield from _of_publications(self._published.stats)
        if self._sender is not None:
            sent = self._sender.stats
            yield "samples_sent", "Samples the engine has taken.", sent.sent_samples
            yield "samples_refused", "Samples the engine will never take.", sent.refused_samples
            yield (
                "samples_dropped",
                "Samples the spool had to let go, full or without a disk.",
                sent.dropped_samples,
            )
            yield (
                "samples_replayed",
                "Samples sent again after the engine restarted.",
                sent.replayed_samples,
            )

    def _gauges(self) -> Iterator[tuple[str, str, float]]:
        runs, told = self._scheduler.stats, self._dispatcher.stats
        yield "messages_late", "Messages waiting for more than two minutes.", told.late
        if self._auditor is not None:
            audit = self._auditor.stats
            words = "Messages and steps of chains late at the last audit."
            yield "promises_late", words, audit.late
            words = "Open incidents without any message at the last audit."
            yield "promises_forgotten", words, audit.forgotten
            words = "Open incidents whose messages reached nobody, nor will."
            yield "promises_unreached", words, audit.unreached
        if self._heartbeat is not None:
            withheld = bool(self._heartbeat.stats.withheld)
            yield "heartbeat_withheld", "Whether the heartbeat does not go out.", float(withheld)
        yield "channels_broken", "Channels that are disabled.", len(told.broken)
        if self._answers is not None:
            words = "Channels whose answers cannot be heard now."
            yield "channels_deaf", words, len(self._answers.stats.deaf)
        yield "checks_running", "Runs in progress.", runs.running
        yield "checks_waiting", "Runs waiting for their turn.", runs.waiting
        if self._clock is not None:
            yield from _of_clock(self._clock.stats)
        yield "batch_seconds", "How long the last batch took.", self._pipeline.stats.last_batch_s

    def _of_hearing(self) -> Iterator[tuple[str, str, float]]:
        if self._hints is None:
            return
        heard = self._hints.stats
        yield "hints_heard", "Traps and syslog lines received.", heard.heard
        yield (
            "hints_junk",
            "What came there and was neither, was half a line, or broken TLS.",
            heard.junk,
        )
        words = "Traps and lines from addresses that are not watched."
        yield "hints_strangers", words, heard.strangers
        yield "hints_given", "Checks that a trap or a line brought forward.", heard.given
        yield "hints_held", "Hints that came too soon after another.", heard.held
        words = "Traps and lines that came too fast to be read, or were too many to be kept."
        yield "remarks_dropped", words, heard.dropped
        yield "remarks_kept", "Remarks of devices written, repeated ones once.", heard.kept
        words = "Connections for syslog that were not let in."
        yield "syslog_turned_away", words, heard.turned_away

    def _of_channels(self) -> Iterator[Metric]:
        words = "Whether a channel rests because its provider takes nothing (1), or works (0)."
        rests = GaugeMetricFamily("thongsuot_channel_rests", words, labels=["channel"])
        for name, breaker in sorted(self._dispatcher.stats.channels.items()):
            rests.add_metric([name], float(breaker.since is not None))
        yield rests
        if self._balance is None:
            return
        words = "What is left to spend with a channel's provider, in its own unit."
        left = GaugeMetricFamily("thongsuot_channel_balance", words, labels=["channel"])
        for name, balance in sorted(self._balance.stats.balances.items()):
            left.add_metric([name], balance.amount)
        yield left


def _of_publications(said: PublicationStats) -> Iterator[tuple[str, str, float]]:
    yield "publications_heard", "Requests at the door where rooms publish.", said.heard
    yield "publications_refused", "Publications answered with an error.", said.refused
    words = "Publications from addresses that are not watched."
    yield "publications_strangers", words, said.strangers
    words = "Publications beyond the rate, and connections beyond their number, left unanswered."
    yield "publications_held", words, said.held
    yield "publications_junk", "What came there and is no SIP, or no TLS.", said.junk


def _of_clock(clock: ClockStats) -> Iterator[tuple[str, str, float]]:
    if clock.synchronised is not None:
        words = "Whether something keeps this machine's clock right."
        yield "clock_synchronised", words, float(clock.synchronised)
    if clock.offset_s is not None:
        yield "clock_offset_seconds", "What the kernel still corrects of its clock.", clock.offset_s
    if clock.max_error_s is not None:
        words = "By how much this machine's clock may be wrong, at most."
        yield "clock_max_error_seconds", words, clock.max_error_s
    yield "clock_steps", "How often the clock was set since the start.", clock.steps


def descriptions() -> list[tuple[str, str, Text, tuple[str, ...]]]:
    """Return name, kind (gauge or counter), help and labels of every self metric's series."""
    still = SelfMetrics(
        _Still(PipelineStats()),
        _Still(Stats()),
        _Still(DispatchStats(channels={"": Breaker()})),
        _Still(SenderStats()),
        _Still(ClockStats(synchronised=True, offset_s=0.0, max_error_s=0.0)),
        auditor=_Still(AuditStats()),
        heartbeat=_Still(HeartbeatStats()),
        balance=_Still(BalanceStats(balances={"": Balance(0.0)})),
        hints=_Still(HintStats()),
        answers=_Still(AnswerStats()),
        reports=_Still(AlertStats()),
        published=_Still(PublicationStats()),
    )
    return [
        (
            sample.name,
            metric.type,
            Text(metric.documentation, metric.documentation),
            tuple(sample.labels),
        )
        for metric in still.collect()
        for sample in metric.samples
    ]
