"""A small province in a real ledger, and the application over it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from api.app import create_app
from api.context import Context, Health, Web
from core.clock import Clock
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
from core.inventory import Changes, Contact, Inventory, Site, Unit, UnitLevel
from core.outcome import Event, Outcome
from core.people import Role
from core.status import Status, Transition
from core.watching import Check, Estate, PortFact, Target, TargetKind
from storage.ledger import Ledger, open_ledger
from storage.vault import Vault
from tests.databases import migrated
from tests.factories import DAWN, FakeClock

PROVINCE = "dong-nai"
COMMUNES = (
    ("binh-phuoc", "25195", "Phường Bình Phước"),
    ("dong-xoai", "25198", "Phường Đồng Xoài"),
    ("an-loc", "25320", "Phường An Lộc"),
    ("ba-gia-map", "25222", "Xã Bù Gia Mập"),
    ("dak-o", "25228", "Xã Đăk Ơ"),
    ("phu-nghia", "25231", "Xã Phú Nghĩa"),
)
HUB = "hub-an-loc"
PASSWORD = "một mật khẩu đủ dài"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def inventory() -> Inventory:
    """Return one province with six communes, a centre and a hub."""
    units = [
        Unit(
            slug=PROVINCE,
            code="75",
            level=UnitLevel.PROVINCE,
            name="Tỉnh Đồng Nai",
            name_en="Đồng Nai Province",
            province_code="75",
        )
    ]
    units += [
        Unit(
            slug=slug,
            code=code,
            level=UnitLevel.COMMUNE,
            name=name,
            parent=PROVINCE,
            province_code="75",
        )
        for slug, code, name in COMMUNES
    ]
    contacts = (
        Contact(slug="lan", name="Nguyễn Thị Lan", email="lan@example.vn"),
        Contact(slug="minh", name="Trần Văn Minh", email="minh@example.vn", language="en"),
    )
    sites = (
        Site(slug="center", name="Trung tâm tích hợp dữ liệu", unit="binh-phuoc", role="center"),
    )
    return Inventory(units=tuple(units), contacts=contacts, sites=sites)


def _site(slug: str, name: str, commune: str, role: str, members: tuple[str, ...]) -> Target:
    return Target(
        slug=slug,
        kind=TargetKind.SITE,
        name=name,
        role=role,
        site=slug,
        unit=commune,
        unit_path=(PROVINCE, commune),
        members=members,
    )


def _device(slug: str, name: str, site: Target, role: str, uplinks: tuple[str, ...]) -> Target:
    return Target(
        slug=slug,
        kind=TargetKind.DEVICE,
        name=name,
        role=role,
        site=site.slug,
        unit=site.unit,
        unit_path=site.unit_path,
        address=f"10.75.0.{len(slug)}",
        uplinks=uplinks,
        vendor="Cisco",
        model="ISR4331",
    )


def _link(slug: str, near: str, far: Target, carrier: str) -> Target:
    return Target(
        slug=slug,
        kind=TargetKind.LINK,
        name=f"Kênh TSLCD {far.name}",
        role="link",
        site=far.site,
        unit=far.unit,
        unit_path=far.unit_path,
        uplinks=(near,),
        members=(far.slug,),
        carrier=carrier,
        circuit=f"TSL-{slug[-6:]}",
        capacity_mbps=50.0,
        medium="quang",
    )


def estate() -> Estate:
    """Return centre → hub An Lộc → the communes behind it; Đồng Xoài hangs on the centre."""
    center = _site(
        "center", "Trung tâm tích hợp dữ liệu", "binh-phuoc", "center", ("core-1", "mcu-1")
    )
    targets = [
        center,
        _device("core-1", "Định tuyến lõi 1", center, "router", ()),
        _device("mcu-1", "MCU trung tâm", center, "bridge", ("core-1",)),
    ]
    for slug, _, name in COMMUNES[1:]:
        hub = slug == "an-loc"
        site_slug = HUB if hub else f"ubnd-{slug}"
        role = "hub" if hub else "site"
        title = f"Điểm nút {name}" if hub else f"UBND {name}"
        gateway, endpoint, line = f"gw-{slug}", f"vc-{slug}", f"link-{slug}"
        site = _site(site_slug, title, slug, role, (gateway, endpoint))
        near = "core-1" if slug in {"an-loc", "dong-xoai"} else "gw-an-loc"
        router = _device(gateway, f"Gateway {name}", site, "gateway", (line,))
        targets += [
            site,
            router,
            _device(endpoint, f"Thiết bị họp {name}", site, "endpoint", (gateway,)),
            _link(line, near, router, "VNPT" if hub else "Viettel"),
        ]
    checks = [
        Check(
            slug=f"{one.slug}/icmp",
            target=one.slug,
            collector="icmp",
            address=one.address or "",
            interval=1.0,
            reach=True,
            labels=(("instance", one.slug), ("job", "thongsuot")),
        )
        for one in targets
        if one.kind is TargetKind.DEVICE
    ]
    ports = tuple(
        PortFact(port=f"Gi0/{n}", link=f"link-{c[0]}") for n, c in enumerate(COMMUNES[1:])
    )
    checks.append(
        Check(
            slug="core-1/snmp_interfaces",
            target="core-1",
            collector="snmp_interfaces",
            address="10.75.0.1",
            ports=ports,
            labels=(("instance", "core-1"), ("job", "thongsuot")),
        )
    )
    return Estate(targets=tuple(targets), checks=tuple(checks))


def changed(
    target: str, new: Status, at: datetime, reason: str, cause: str | None = None
) -> Transition:
    """Return a transition decided two seconds after it began."""
    old = Status.UNKNOWN if new is Status.UP else Status.UP
    return Transition(target, old, new, at, at + timedelta(seconds=2), reason, cause)


def all_up(at: datetime, but: tuple[str, ...] = ()) -> Outcome:
    """Return the outcome in which everything was seen well."""
    return Outcome(
        transitions=[
            changed(t.slug, Status.UP, at, "first_observation")
            for t in estate().targets
            if t.slug not in but
        ]
    )


BEHIND = ("ba-gia-map", "dak-o", "phu-nghia")


def hub_cut(at: datetime) -> Outcome:
    """Return the outcome of the cut of the hub's line: one root, everything behind unreachable."""
    lost = [HUB, "gw-an-loc", "vc-an-loc"]
    lost += [f"{kind}-{slug}" for slug in BEHIND for kind in ("ubnd", "gw", "vc", "link")]
    root = "link-an-loc"
    incident = Incident(
        id="SC-20261122-0001",
        root=root,
        severity=Severity.CRITICAL,
        began_at=at,
        decided_at=at + timedelta(seconds=2),
        cause="silence",
        members=tuple(Member(target=slug, joined_at=at) for slug in (root, *lost)),
    )
    return Outcome(
        transitions=[
            changed(root, Status.DOWN, at, "confirmed_silence"),
            *[changed(slug, Status.UNREACHABLE, at, "parent_failed", root) for slug in lost],
        ],
        incidents=[incident],
        notes=[
            IncidentNote(incident=incident.id, at=incident.decided_at, kind="opened", text=root)
        ],
        notifications=[
            Notification(
                incident=incident.id,
                purpose=Purpose.PROBLEM,
                recipient="lan",
                address="lan@example.vn",
                channel="email",
                reason="opened",
                due_at=at,
            )
        ],
    )


def hub_back(at: datetime, cut_at: datetime) -> Outcome:
    """Return the outcome of the line's return."""
    cut = hub_cut(cut_at)
    incident = cut.incidents[0]
    over = incident.model_copy(
        update={
            "state": IncidentState.RECOVERED,
            "recovered_at": at,
            "version": 2,
            "members": tuple(m.model_copy(update={"left_at": at}) for m in incident.members),
        }
    )
    return Outcome(
        transitions=[
            Transition(t.target, t.new, Status.UP, at, at, "answers_again") for t in cut.transitions
        ],
        incidents=[over],
        notes=[IncidentNote(incident=over.id, at=at, kind="recovered")],
    )


@dataclass
class World:
    """The application, its ledger and clock, and a client that speaks to it in process."""

    app: FastAPI
    context: Context
    ledger: Ledger
    clock: Clock
    client: httpx.AsyncClient
    tokens: dict[Role, str] = field(default_factory=dict)

    async def commit(self, outcome: Outcome) -> list[Event]:
        """Write an outcome and tell the open pages, as the pipeline does."""
        events = await self.ledger.brain.commit(outcome, self.clock.now())
        self.context.live.publish(events)
        return events

    async def add_user(self, name: str, role: Role, full_name: str = "") -> None:
        """Create a user with the password of all our tests."""
        await self.ledger.people.create_user(
            name, full_name or name, role, QUICK.hash(PASSWORD), self.clock.now()
        )

    async def token(self, role: Role) -> dict[str, str]:
        """Return the headers of a program with that role."""
        if role not in self.tokens:
            self.tokens[role] = await self.ledger.people.create_token(
                f"program-{role.value}", role, "an", self.clock.now()
            )
        return {"authorization": f"Bearer {self.tokens[role]}"}


async def told(world: World) -> None:
    """Settle the waiting notification as sent with a receipt."""
    for one in await world.ledger.outbox.claim("w", world.clock.now(), 10, 60):
        receipt = Delivery(
            notification=one.id or 0, at=world.clock.now(), ok=True, receipt="250 2.0.0 queued"
        )
        await world.ledger.outbox.settle(one, receipt, NotificationState.SENT, None)


@asynccontextmanager
async def a_world(
    folder: Path,
    clock: Clock | None = None,
    settings: Web | None = None,
    vault: Vault | None = None,
    url: str = "",
    **changes: object,
) -> AsyncIterator[World]:
    """Yield a world with the small province in it, over a new SQLite ledger or that of `url`."""
    clock = clock or FakeClock()
    if not url:
        url = f"sqlite:///{folder}/ledger.db"
        migrated(url)
    ledger = await open_ledger(url, vault, clock)
    try:
        await ledger.inventory.apply(Changes(put=inventory()), "test", clock.now())
        known = estate()
        context = Context(
            ledger=ledger,
            clock=clock,
            estate=lambda: known,
            settings=settings or Web(base_url="http://thongsuot.test"),
            health=lambda: Health(observed_until=clock.now()),
        )
        context = replace(context, **changes)  # type: ignore[arg-type]
        app = create_app(context)
        transport = httpx.ASGITransport(app, client=("192.0.2.7", 50000))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://thongsuot.test"
        ) as client:
            yield World(app, context, ledger, clock, client)
    finally:
        await ledger.aclose()


__all__ = ["DAWN", "PASSWORD", "World", "a_world"]
