"""Does somebody outside notice when we fall silent? A ping, only while every promise is kept.

The weekly drill really stops it, so that the watcher's alarm is proved. What a drill is stands
in the audit trail: a restart neither ends nor forgets it.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from alerts.channels import _http as http
from alerts.channels.webhook import signature
from core.channel import GiveUp, Retry
from core.clock import LOCAL, Clock
from core.errors import Unavailable
from core.people import AuditRow
from core.text import Text
from runtime.auditor import AuditStats
from runtime.caretakers import Caretakers
from runtime.dispatcher import DispatchStats
from runtime.pipeline import PipelineStats
from runtime.sections.telling import Drill
from runtime.sections.telling import Heartbeat as Wanted

log = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds of one ping
FRESH = timedelta(seconds=30)  # the judge and the dispatcher last worked
AUDITED = timedelta(minutes=3)  # the promises were last audited
BEGUN, RESUMED = "heartbeat.drill", "heartbeat.resumed"  # in the audit trail
_CATCH_UP = timedelta(hours=1)  # a drill that was missed for longer waits for the next week
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Trail(Protocol):
    """The audit trail."""

    async def audit(self, row: AuditRow) -> None:
        """Add a row."""

    async def last_audit(self, action: str) -> AuditRow | None:
        """Return the newest row of an action."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """When each part last did its work; None: not yet."""

    written_at: datetime | None  # the ledger took what was observed until then
    dispatched_at: datetime | None
    audited_at: datetime | None
    late: int = 0
    forgotten: int = 0
    unreached: int = 0
    broken: int = 0  # faults of ours that keep messages back


def vitals(pipeline: PipelineStats, dispatcher: DispatchStats, audit: AuditStats) -> Vitals:
    """Return when the parts of a hub last did their work."""
    return Vitals(
        pipeline.judged_at,
        dispatcher.turned_at,
        audit.audited_at,
        audit.late,
        audit.forgotten,
        audit.unreached,
        audit.broken,
    )


def unwell(vitals: Vitals, now: datetime) -> list[Text]:
    """Return why the heartbeat must not go out; nothing: every promise is kept."""

    def old(at: datetime | None, limit: timedelta) -> bool:
        return at is None or now - at > limit

    reasons = (
        (old(vitals.written_at, FRESH), _NOT_WRITTEN),
        (old(vitals.dispatched_at, FRESH), _NOT_SENT),
        (old(vitals.audited_at, AUDITED), _NOT_AUDITED),
        (vitals.late > 0, Text(f"{vitals.late} tin báo bị chậm", f"{vitals.late} messages late")),
        (
            vitals.forgotten > 0,
            Text(
                f"{vitals.forgotten} sự cố chưa có tin báo",
                f"{vitals.forgotten} incidents without any message",
            ),
        ),
        (
            vitals.unreached > 0,
            Text(
                f"{vitals.unreached} sự cố không báo được cho ai",
                f"{vitals.unreached} incidents of which nobody can be told",
            ),
        ),
        (vitals.broken, _BROKEN),
    )
    return [words for holds, words in reasons if holds]


def begins(drill: Drill, last: datetime | None, now: datetime) -> bool:
    """Say whether the weekly drill begins now; `last` is when the one before did."""
    local = now.astimezone(LOCAL)
    for day in (local.date(), local.date() - timedelta(days=1)):  # one of 23:30 lasts past midnight
        at = datetime.combine(day, drill.at, LOCAL)
        if _DAYS[day.weekday()] == drill.on and at <= local < at + _CATCH_UP:
            return last is None or last < at
    return False


def a_drill(actor: str, now: datetime, seconds: float) -> AuditRow:
    """Return the row that stops the heartbeat until then."""
    until = now + timedelta(seconds=seconds)
    return AuditRow(at=now, actor=actor, action=BEGUN, detail=until.isoformat())


@dataclass(frozen=True, slots=True)
class _Road:
    proxy: SecretStr | None
    verify: bool
    ca_file: str | None


@dataclass(slots=True)
class HeartbeatStats:
    """Counted since the start, and how it stands."""

    sent: int = 0
    failed: int = 0
    sent_at: datetime | None = None
    withheld: tuple[Text, ...] = ()  # why nothing goes out now
    refused: str = ""  # what the watcher, or the way to it, last said against it


@dataclass(slots=True)
class Heartbeat:
    """Pings until cancelled."""

    wanted: Wanted
    vitals: Callable[[], Vitals]
    trail: Trail
    caretakers: Caretakers
    reveal: Callable[[str], str | None]
    clock: Clock
    stats: HeartbeatStats = field(default_factory=HeartbeatStats)
    _announced: int | None = None  # the drill that the administrators heard of

    async def run(self) -> None:
        """Ping again and again; the first time when the first audit has been."""
        while True:
            await asyncio.sleep(self.wanted.interval)
            await self.turn()

    async def turn(self) -> None:
        """Ping if all is well and no drill holds."""
        now = self.clock.now()
        reasons = unwell(self.vitals(), now)
        try:
            reasons += await self._drilled(now)
        except (OSError, Unavailable) as trouble:
            log.warning("whether there is a drill is not known: %s", trouble)
            reasons.append(_NOT_WRITTEN)
        self._withhold(reasons)
        if not reasons:
            await self._beat(now)

    def troubles(self) -> list[Text]:
        """Return what the administrators should know."""
        found = [
            Text(f"Nhịp tim không gửi: {one.vi}", f"No heartbeat: {one.en}")
            for one in self.stats.withheld
        ]
        if self.stats.refused:
            said = self.stats.refused
            found.append(
                Text(f"Nơi canh không nhận nhịp tim: {said}", f"The watcher takes none: {said}")
            )
        return found

    def _withhold(self, reasons: Sequence[Text]) -> None:
        known = {one.en for one in self.stats.withheld}
        for one in reasons:
            if one.en not in known:
                log.error("the heartbeat does not go out: %s", one.en)
        if known and not reasons:
            log.warning("the heartbeat goes out again")
        self.stats.withheld = tuple(reasons)

    async def _beat(self, now: datetime) -> None:
        discretion = http.Discretion(())
        try:
            request, road = self._request(now, discretion)
            await http.exchange(road, request, TIMEOUT, discretion, judge=http.by_status)
        except LookupError as missing:
            self._failed(f"the secret {missing} is not set")
        except (Retry, GiveUp) as refusal:
            self._failed(str(refusal))
        else:
            self.stats.sent += 1
            self.stats.sent_at, self.stats.refused = now, ""

    def _failed(self, why: str) -> None:
        if why != self.stats.refused:
            log.error("the heartbeat did not arrive: %s", why)
        self.stats.failed += 1
        self.stats.refused = why

    def _request(
        self, now: datetime, discretion: http.Discretion
    ) -> tuple[http.Request, http.Road]:
        wanted = self.wanted
        url, secret, proxy = (
            self._revealed(value, discretion) for value in (wanted.url, wanted.secret, wanted.proxy)
        )
        ca_file: Path | None = wanted.ca_file
        road = _Road(
            SecretStr(proxy) if proxy else None, wanted.verify, str(ca_file) if ca_file else None
        )
        if wanted.method != "POST":
            return http.Request(url or "", method=wanted.method), road
        body = json.dumps({"purpose": "heartbeat", "at": now.isoformat()}).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if secret:
            headers["X-Thongsuot-Signature"] = signature(secret, body, int(now.timestamp()))
        return http.Request(url or "", body, headers=headers), road

    def _revealed(self, value: str | None, discretion: http.Discretion) -> str | None:
        if value is None:
            return None
        plain = value
        if value.startswith("secret:"):
            name = value.removeprefix("secret:")
            found = self.reveal(name)
            if found is None:
                raise LookupError(name)
            plain = found
        discretion.learn(plain)
        return plain

    async def _drilled(self, now: datetime) -> list[Text]:
        """Begin, go on with or end a drill; return that it holds."""
        last = await self.trail.last_audit(BEGUN)
        if begins(self.wanted.drill, last.at if last else None, now):
            await self.trail.audit(a_drill("thongsuot", now, self.wanted.drill.lasts))
            last = await self.trail.last_audit(BEGUN)
        resumed = await self.trail.last_audit(RESUMED)
        if last is None or (resumed is not None and (resumed.id or 0) > (last.id or 0)):
            return []
        until = datetime.fromisoformat(last.detail)
        if now >= until:
            await self.trail.audit(AuditRow(at=now, actor="thongsuot", action=RESUMED))
            await self.caretakers.tell(f"resumed {last.id}", _RESUMED, _told(_WENT_ON, now))
            return []
        if self._announced != last.id:
            self._announced = last.id
            await self.caretakers.tell(f"drill {last.id}", _STOPPED, _told(_UNTIL, until))
        return [_told(_DRILL, until)]


def _told(words: Text, at: datetime) -> Text:
    local = f"{at.astimezone(LOCAL):%H:%M %d/%m/%Y}"
    return Text(words.vi.format(local), words.en.format(local))


_NOT_WRITTEN = Text("sổ cái không ghi được", "the ledger is not written")
_NOT_SENT = Text("bộ gửi tin không chạy", "the dispatcher does not work")
_BROKEN = Text("tin báo không soạn được vì lỗi phần mềm", "a fault of ours keeps messages back")
_NOT_AUDITED = Text("chưa kiểm tra các lời hứa báo tin", "the promises are not audited")
_DRILL = Text("đang diễn tập đến {0}", "a drill until {0}")
_STOPPED = Text(
    "DIỄN TẬP: nhịp tim của Thông Suốt đã ngừng", "DRILL: the heartbeat of Thông Suốt has stopped"
)
_UNTIL = Text(
    "Nơi canh ở ngoài phải báo động. Nhịp tim tự gửi lại lúc {0}. Nếu không có báo động, nơi canh "
    "bị hỏng: sửa trước khi cần đến nó.",
    "The watcher outside must raise its alarm. The heartbeat goes on by itself at {0}. If there is "
    "no alarm the watcher is broken: mend it before it is needed.",
)
_RESUMED = Text("Hết diễn tập: nhịp tim đã gửi lại", "The drill is over: the heartbeat goes on")
_WENT_ON = Text("Gửi lại từ {0}.", "It goes on since {0}.")
