"""Gathers an uptime report: the inventory of its days, what the ledger holds, the count."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from core.clock import LOCAL
from core.errors import Conflict, Unavailable
from core.history import STATUSES, History
from core.status import Status
from core.text import Text
from core.unitfigures import Declared
from inventory.figures import KNOWN_FOR
from reports import compose
from reports.capacity import Crowding
from reports.compose import Draft, Gathered, seconds
from reports.report import PeriodKind, Report, ScopeKind
from reports.request import UptimeRequest
from reports.works import newest, occurrences
from runtime.indicators import indicators, within
from runtime.line_use import crowded, is_asked
from runtime.timekeeping import WRITTEN
from storage.histories import Touch
from storage.ledger import Ledger
from storage.series import SeriesReader

Progress = Callable[[int, int], None]  # (done, of how many): targets read
_SHORT = frozenset({PeriodKind.DAY, PeriodKind.WEEK})
_LAG = timedelta(minutes=1)  # a hub that wrote so lately still looks


async def build(
    ledger: Ledger,
    request: UptimeRequest,
    now: datetime,
    *,
    progress: Progress | None = None,
    series: SeriesReader | None = None,
) -> Report:
    """Return the report; the same facts in the ledger give the same one, whenever it is made.

    `series` is asked for the lines beyond their capacity; without an answer their section says so.
    A period that has not ended is counted until now. NotFound if the scope or calendar is not
    in the inventory; Conflict if the period has not begun.
    """
    observed = await ledger.histories.observed_until()
    end = _counted_until(request, now, observed)
    inventory = await ledger.inventory.load()
    plan = await asyncio.to_thread(compose.plan, inventory, request, end)
    history = await ledger.histories.read(
        plan.targets, plan.since, plan.end, request.as_known_at, progress
    )
    if observed is not None and seconds(observed) < end and not _looks(observed, now):
        history = _unseen_since(history, seconds(observed))
    first = request.period.begin if not request.compare else plan.previous.begin
    announced = await ledger.maintenance.find(first, request.period.end)
    works = occurrences(announced, first, request.period.end)
    told = await asyncio.to_thread(newest, works, plan.all_lives)
    doubt = await _unsynchronised(ledger, request, end, now)
    noted = [until + WRITTEN for _, until in doubt]
    draft = await asyncio.to_thread(compose.draft, plan, history, works)
    incidents = await _incidents(ledger, draft, request)
    found = await ledger.findings.latest(list(incidents.values()), request.as_known_at)
    noted += [finding.at for finding in found.values()]
    declared = await _declared(ledger, plan)
    noted += [row.at for row in declared]
    known = _known_at(request, end, history.newest, told, *noted)
    gathered = Gathered(
        as_known_at=known,
        whys=await _whys(ledger, draft, request),
        incidents=incidents,
        findings=found,
        unsynchronised=doubt,
        crowding=await _crowding(series, plan, now),
        crowding_asked=series is not None and is_asked(plan.lines, request.period),
        indicators=indicators(declared, {row.unit for row in declared}, _last(request)),
    )
    return await asyncio.to_thread(draft.report, gathered)


async def _declared(ledger: Ledger, plan: compose.Plan) -> list[Declared]:
    """Return what was declared of a unit and all below it, for reports of a month and more."""
    request, last = plan.request, _last(plan.request)
    if request.scope is not ScopeKind.UNIT or request.period.kind in _SHORT:
        return []
    units = within(plan.inventory, request.key, last)
    rows = await ledger.unit_figures.as_known(last - KNOWN_FOR, last, request.as_known_at)
    return [row for row in rows if row.unit in units]


def _last(request: UptimeRequest) -> date:
    """Return the last local day of the period."""
    return request.period.end.astimezone(LOCAL).date() - timedelta(days=1)


async def _crowding(
    series: SeriesReader | None, plan: compose.Plan, now: datetime
) -> Crowding | None:
    if series is None or not is_asked(plan.lines, plan.request.period):
        return None
    try:
        return await crowded(series, plan.lines, plan.request.period, now)
    except Unavailable:
        return None


def _counted_until(request: UptimeRequest, now: datetime, observed: datetime | None) -> int:
    """Return the second up to which is counted: the period's end, or what is known by now."""
    known = min(request.as_known_at or now, now)
    if request.as_known_at is None and observed is not None and _looks(observed, now):
        known = min(known, observed) if known < request.period.end else known
    end = seconds(min(request.period.end, known))
    if end <= seconds(request.period.begin):
        name = request.period.name
        raise Conflict(
            Text(
                vi=f"{name.vi} chưa bắt đầu hoặc chưa có số liệu",
                en=f"{name.en} has not begun, or there is nothing of it yet",
            )
        )
    return end


def _looks(observed: datetime, now: datetime) -> bool:
    """Say whether the hub still looks: then what it is about to write is not yet unknown."""
    return now - observed < _LAG


def _known_at(request: UptimeRequest, end: int, *newest: datetime | None) -> datetime:
    """Return up to when facts were taken in, without asking the clock where it does not matter.

    `newest` are the moments at which the last observation and the last works were recorded, by
    which doubtful time was written down, and at which causes were stated.
    """
    counted = datetime.fromtimestamp(end, UTC)
    if request.as_known_at is not None:
        return request.as_known_at
    if counted < request.period.end:
        return counted
    known = max([counted, *(moment for moment in newest if moment is not None)])
    return datetime.fromtimestamp(math.ceil(known.timestamp()), UTC)  # files print whole seconds


def _unseen_since(history: History, second: int) -> History:
    """Return a history in which nothing is known from a second on: nobody looked."""
    count = len(history.targets)
    owner = np.repeat(np.arange(count), np.diff(history.first))
    kept = history.at < second
    rows = np.bincount(owner[kept], minlength=count) + 1
    first = np.concatenate(([0], np.cumsum(rows)))
    at = np.full(int(first[-1]), second, np.int64)
    status = np.full(int(first[-1]), STATUSES.index(Status.UNKNOWN), np.int8)
    places = np.delete(np.arange(int(first[-1])), first[1:] - 1)
    at[places], status[places] = history.at[kept], history.status[kept]
    return replace(history, first=first, at=at, status=status)


async def _whys(
    ledger: Ledger, draft: Draft, request: UptimeRequest
) -> Mapping[int, Sequence[compose.Why]]:
    found: dict[int, list[compose.Why]] = {}
    for row in await ledger.histories.details(draft.spans, request.as_known_at):
        found.setdefault(row.span, []).append((row.at, row.status, row.reason, row.cause))
    return found


async def _incidents(ledger: Ledger, draft: Draft, request: UptimeRequest) -> Mapping[int, str]:
    """Return the incident of each listed outage: the first that held its target meanwhile.

    One that a person split off goes before the one that it was a part of.
    """
    spans = draft.spans
    if not spans:
        return {}
    begin, end = min(span.begin for span in spans), max(span.end for span in spans)
    targets = sorted({span.target for span in spans})
    touches: dict[str, list[Touch]] = {}
    for touch in await ledger.histories.touches(targets, begin, end, request.as_known_at):
        touches.setdefault(touch.target, []).append(touch)
    found: dict[int, str] = {}
    for number, span in enumerate(spans):
        for touch in touches.get(span.target, ()):
            within = touch.begin < span.end and (touch.until is None or touch.until > span.begin)
            if within and (touch.apart or number not in found):
                found[number] = touch.incident
    return found


async def _unsynchronised(
    ledger: Ledger, request: UptimeRequest, end: int, now: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """Return when our own clock was not to be trusted, within what was counted.

    Spans grow in the ledger and do not say when; so what is not certainly written by the moment
    of the report is left out, and the same moment gives the same spans.
    """
    counted = datetime.fromtimestamp(end, UTC)
    known = request.as_known_at or (counted if counted < request.period.end else now)
    settled = (known - WRITTEN).replace(microsecond=0)
    return tuple(await ledger.timekeeping.spans(request.period.begin, min(counted, settled)))
