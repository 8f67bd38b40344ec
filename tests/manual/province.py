"""The province of the manual's pictures: two months of history, and the line cut this morning."""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from api.app import create_app
from api.context import Context, Health, Web
from core.channel import Standing
from core.incident import (
    Delivery,
    Incident,
    IncidentNote,
    IncidentState,
    Member,
    Notification,
    NotificationState,
    Purpose,
    Severity,
)
from core.inventory import Changes, Contact, Rule
from core.labels import Series
from core.outcome import Outcome
from core.reading import Reading
from core.rota import Swap
from core.silence import Scope
from core.status import Status, Transition
from core.text import Text
from core.watching import Estate, TargetKind
from inventory.compiled import LookingDefaults, compile_estate
from inventory.publicdays import proposed
from lab import province
from reports.render.letterhead import Letterhead
from runtime import reporting
from storage.ledger import Ledger, open_ledger
from storage.silences import Wanted
from tests.api.world import World
from tests.databases import migrated
from tests.factories import FakeClock

SINCE = datetime(2026, 8, 31, 17, tzinfo=UTC)  # 1 September, local time
NOW = datetime(2026, 11, 2, 1, 12, tzinfo=UTC)  # Monday, 08:12 local time
HANDOVER = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)  # 07:30 local time: duty passes on
CUT = "kenh-cum-bu-gia-map"
REPORT = "/reports?about=unit:dong-nai-75&every=month&on=2026-10-31"
INCIDENT = "SC-20261102-0001"
ON_DUTY = Contact(slug="lan", name="Nguyễn Thị Lan", email="lan@dongnai.example")
_CERTIFICATES = {"cong-thong-tin": 5.4, "mot-cua": 212.0, "van-ban": 340.0, "thu-dien-tu": 26.0}
_DAY = 86_400.0


def lost_behind(estate: Estate, root: str) -> list[str]:
    """Return what is lost while a line is down: all whose ways up lead through it."""
    lost = {root}
    while True:
        fresh = {
            one.slug
            for one in estate.targets
            if one.slug not in lost and _fails(one.kind, one.uplinks, one.members, lost)
        }
        if not fresh:
            return sorted(lost - {root})
        lost |= fresh


def _fails(
    kind: TargetKind, uplinks: tuple[str, ...], members: tuple[str, ...], lost: set[str]
) -> bool:
    if kind in {TargetKind.SITE, TargetKind.ROOM}:
        return bool(members) and set(members) <= lost
    return bool(uplinks) and set(uplinks) <= lost


def _changes(
    estate: Estate, root: str, at: datetime, status: Status | None
) -> Iterator[Transition]:
    """Yield the transitions of a cut (None: of its mending) decided two seconds later."""
    decided = at + timedelta(seconds=2)
    behind = Status.UNREACHABLE
    for slug in (root, *lost_behind(estate, root)):
        bad = Status.DOWN if slug == root else behind
        if status is None:
            yield Transition(slug, bad, Status.UP, at, decided, "answers_again")
        elif slug == root:
            yield Transition(slug, Status.UP, bad, at, decided, "port_up_silent")
        else:
            yield Transition(slug, Status.UP, bad, at, decided, "parent_failed", root)


async def _remember(ledger: Ledger, clock: FakeClock, estate: Estate) -> None:
    """Write two months in which lines were cut and mended, as the pipeline would have."""
    first = [
        Transition(t.slug, Status.UNKNOWN, Status.UP, SINCE, SINCE, "first_observation")
        for t in estate.targets
    ]
    await ledger.brain.commit(Outcome(transitions=first), clock.now(), {"center": SINCE})
    dice = random.Random(75)
    lines = [t.slug for t in estate.targets if t.kind is TargetKind.LINK and t.slug != CUT]
    at = SINCE
    while (at := at + timedelta(hours=dice.uniform(20, 70))) < NOW - timedelta(hours=8):
        line, ended = dice.choice(lines), at + timedelta(minutes=dice.uniform(4, 190))
        for when, status in ((at, Status.DOWN), (ended, None)):
            clock.advance((when - clock.now()).total_seconds() + 3)
            told = Outcome(transitions=list(_changes(estate, line, when, status)))
            await ledger.brain.commit(told, clock.now(), {"center": clock.now()})
        at = ended


def cut(estate: Estate, at: datetime) -> Outcome:
    """Return the outcome of the cut: one root, all behind it, one message that is due."""
    behind = lost_behind(estate, CUT)
    incident = Incident(
        id=INCIDENT,
        root=CUT,
        severity=Severity.CRITICAL,
        began_at=at,
        decided_at=at + timedelta(seconds=2),
        cause="port_up_silent",
        members=tuple(Member(target=slug, joined_at=at) for slug in (CUT, *behind)),
    )
    message = Notification(
        incident=INCIDENT,
        purpose=Purpose.PROBLEM,
        recipient=ON_DUTY.slug,
        address=ON_DUTY.email or "",
        channel="email",
        reason="opened",
        due_at=at,
    )
    opened = IncidentNote(incident=INCIDENT, at=incident.decided_at, kind="opened", text=CUT)
    return Outcome(
        transitions=list(_changes(estate, CUT, at, Status.DOWN)),
        incidents=[incident],
        notes=[opened],
        notifications=[message],
    )


def mended(estate: Estate, began: datetime, at: datetime) -> Outcome:
    """Return the outcome of the line's return."""
    over = cut(estate, began).incidents[0]
    over = over.model_copy(
        update={
            "state": IncidentState.RECOVERED,
            "recovered_at": at,
            "acked_by": ON_DUTY.slug,
            "acked_at": at - timedelta(minutes=5),
            "version": 3,
            "members": tuple(m.model_copy(update={"left_at": at}) for m in over.members),
        }
    )
    return Outcome(
        transitions=list(_changes(estate, CUT, at, None)),
        incidents=[over],
        notes=[IncidentNote(incident=INCIDENT, at=at, kind="recovered")],
    )


def services_read(estate: Estate, now: datetime) -> list[Reading]:
    """Return what the newest look at every service brought; one certificate ends this week."""
    readings = []
    services = {t.slug for t in estate.targets if t.kind is TargetKind.SERVICE}
    for number, check in enumerate(one for one in estate.checks if one.target in services):
        labels = (("instance", check.target),)
        samples = [(Series.of("probe_duration_seconds", labels), 0.018 + 0.031 * number)]
        if check.target in _CERTIFICATES:
            ends = now.timestamp() + _CERTIFICATES[check.target] * _DAY
            samples.append((Series.of("probe_ssl_earliest_cert_expiry", labels), ends))
        readings.append(Reading(check.slug, "center", now, samples))
    return readings


async def announce(ledger: Ledger) -> None:
    """Record what a carrier announced in time, and what we do ourselves at short notice."""
    letter = NOW - timedelta(days=3)
    night = NOW.replace(hour=15, minute=0)  # 22:00 local time
    await ledger.maintenance.add(
        night + timedelta(days=18),
        night + timedelta(days=18, hours=4),
        "Thay tủ cáp quang khu vực Bù Gia Mập",
        "ha",
        NOW,
        scope=Scope(carriers=("VNPT",)),
        announced_at=letter,
        reference="123/VNPT-KT",
    )
    await ledger.maintenance.add(
        night + timedelta(days=3),
        night + timedelta(days=3, hours=1),
        "Nâng cấp phần mềm thiết bị định tuyến trung tâm",
        "ha",
        NOW,
        scope=Scope(targets=("trung-tam",)),
    )


RULES = (
    Rule(
        slug="duong-truyen-day",
        name="Đường truyền đầy",
        name_en="A full line",
        metric="ifHCInOctets",
        value="of_capacity",
        window=5,
        threshold=90,
        recovery=75,
        duration=10,
        kind="link",
        enabled=True,
    ),
    Rule(
        slug="do-tre-cao",
        name="Độ trễ cao",
        name_en="A long round trip",
        metric="probe_duration_seconds",
        value="mean",
        window=5,
        threshold=0.15,
        recovery=0.1,
        duration=5,
        enabled=True,
        source="proposal",
    ),
)


async def live_in(ledger: Ledger) -> None:
    """Let people have lived here: a silence, a note of handing over, a swap, ended outages."""
    wanted = Wanted(
        NOW - timedelta(hours=2),
        NOW + timedelta(hours=7),
        "Thay ắc quy bộ lưu điện",
        Scope(targets=("ups-trung-tam",)),
    )
    await ledger.silences.add(wanted, "ha", NOW)
    await ledger.rota.hand_over(
        "truc-cntt",
        "Đêm yên. VNPT hẹn chiều nay kiểm tra tủ cáp ở Đăk Ơ, nhớ gọi lại trước 15 giờ.",
        "ha",
        NOW - timedelta(minutes=50),
    )
    await ledger.rota.swap(
        Swap(
            rota="truc-cntt",
            contact="vo-thi-hong",
            begin=HANDOVER + timedelta(days=3),
            end=HANDOVER + timedelta(days=4),
            reason="Anh Huy đi tập huấn",
            by="ha",
            recorded_at=NOW,
        )
    )
    past = (("dak-o", 3, 41), ("loc-ninh", 5, 12), ("tan-khai", 9, 95))
    rows = [
        Incident(
            id=f"SC-{NOW - timedelta(days=days):%Y%m%d}-0001",
            root=f"kenh-{place}",
            severity=Severity.MAJOR,
            state=IncidentState.RECOVERED,
            began_at=NOW - timedelta(days=days),
            decided_at=NOW - timedelta(days=days),
            recovered_at=NOW - timedelta(days=days) + timedelta(minutes=minutes),
            cause="port_up_silent",
        )
        for place, days, minutes in past
    ]
    await ledger.brain.commit(Outcome(incidents=rows), NOW)


async def told(ledger: Ledger, now: datetime) -> None:
    """Settle the message that waits as sent, with the receipt of the mail server."""
    for one in await ledger.outbox.claim("w", now, 10, 60):
        receipt = Delivery(notification=one.id or 0, at=now, ok=True, receipt="250 2.0.0 queued")
        await ledger.outbox.settle(one, receipt, NotificationState.SENT, None)


CHANNELS = (
    Standing("email", Text("Thư điện tử qua máy chủ SMTP", "E-mail by an SMTP server"), "email"),
    Standing(
        "sms",
        Text("Tin nhắn qua cổng SMS", "SMS by a gateway"),
        "phone",
        since=NOW - timedelta(minutes=3),
        again_at=NOW + timedelta(minutes=2),
        why="the gateway says: 104 brandname is not registered",
    ),
)


async def _nobody(
    contact: str,
    actor: str,
    now: datetime,
    channel: str | None = None,
) -> list[Notification]:
    return []


@asynccontextmanager
async def a_province(folder: Path) -> AsyncIterator[World]:
    """Yield the province on a Monday morning, all well until somebody commits `cut`."""
    clock = FakeClock(SINCE)
    url = f"sqlite:///{folder}/ledger.db"
    migrated(url)
    ledger = await open_ledger(url, None, clock)
    rows = province.inventory()
    rows = rows.model_copy(
        update={
            "contacts": (*rows.contacts, ON_DUTY),
            "rules": RULES,
            "special_days": tuple(one.day for one in proposed(2026)),
        }
    )
    estate = compile_estate(rows, NOW.date(), LookingDefaults())
    try:
        await ledger.inventory.apply(Changes(put=rows), "ha", clock.now())
        await _remember(ledger, clock, estate)
        clock.advance((NOW - clock.now()).total_seconds())
        await announce(ledger)
        await live_in(ledger)
        context = Context(
            ledger=ledger,
            clock=clock,
            estate=lambda: estate,
            settings=Web(),
            health=lambda: Health(observed_until=clock.now()),
            build_report=lambda asked: reporting.build(ledger, asked, clock.now()),
            letterhead=Letterhead(),
            channels=lambda: CHANNELS,
            send_test=_nobody,
        )
        app = create_app(context)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x.test") as client:
            yield World(app, context, ledger, clock, client)
    finally:
        await ledger.aclose()
