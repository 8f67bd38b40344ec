"""What the platform writes over a province of the lab, and engines that hold hours of it.

The samples come from the real hub watching real lines: a quiet start, then cuts and loss. Its
minute is then stretched over the past: gauges stand as they stood, counters go on at their rate.
"""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.scenario import prepare
from core.clock import LOCAL, SystemClock
from core.incident import NotificationState
from core.inventory import EPOCH, Contact, Inventory, Organisation, Room, Rota, RotaRule, UnitLevel
from core.labels import Series
from core.meeting import Wanted as Meeting
from core.reading import STALE, Sample, is_stale
from core.silence import Scope
from core.status import Status
from core.unitfigures import UnitFigures
from inventory.figureforms import forms
from lab import serving, synthetic
from lab.conferencing import LOGIN, with_logins
from lab.lab import Lab
from lab.mailbox import Webhook
from lab.network import Kind, Ports
from runtime import settings as settings_file
from runtime.hub import Hub, open_hub
from runtime.sections.telling import Delays
from runtime.series import Batch, SeriesSide
from storage.silences import Wanted
from tests.grafana import equipment
from tests.ports import free_port

HUBS, COMMUNES = 11, 104
STEP = timedelta(seconds=30)
STEPS = 48
QUIET = 0.5  # share of the stretched time before anything is cut
CUT_HUB, CUT_COMMUNE, LOSSY = "huyen-02", "xa-001", "xa-004"
DUTY = {
    "contacts": (Contact(slug="an", name="Nguyễn Văn An", email="an@example.vn"),),
    "rotas": (Rota(slug="cntt", name="Trực CNTT"), Rota(slug="hop", name="Trực họp")),
    "rota_rules": (
        RotaRule(slug="cntt", name="CNTT", rota="cntt", people=("an",), start=EPOCH),
        RotaRule(
            slug="hop", name="Họp", rota="hop", people=("an",), start=EPOCH, days=(1, 2, 3, 4, 5)
        ),
    ),
}
ROOMS, LOGIN_NAME = 5, "thiet-bi-hop"  # rooms with a codec that is asked, and its secret
RENAMED, NEW_NAME = "huyen-02", "Tên mới"  # of a site, its line and its devices, at the end
RENAMED_FOR = 3  # steps; less than the engines look back, so that both names are found


@dataclass(frozen=True, slots=True)
class Captured:
    """Every series that was written, with its values before and after the cuts, in order."""

    before: dict[Series, list[tuple[datetime, float]]]
    after: dict[Series, list[tuple[datetime, float]]]

    def stretched(self, end: datetime) -> Iterator[tuple[datetime, list[Sample]]]:
        """Yield (instant, samples) every `STEP` up to `end`, oldest first."""
        counters = self._counters()
        renamed = {one: _anew(one) for one in self.after if _belongs_to_the_renamed(one)}
        for number in range(STEPS):
            at = end - STEP * (STEPS - 1 - number)
            quiet = number < STEPS * QUIET
            samples: list[Sample] = []
            anew = number >= STEPS - RENAMED_FOR
            for series in self.before.keys() | self.after.keys():
                if series in counters:
                    first, rate = counters[series]
                    samples.append(
                        (series, float(int(first + rate * STEP.total_seconds() * number)))
                    )
                    continue
                points = (self.before if quiet else self.after).get(series)
                if points is None:
                    continue
                value = points[-1][1]
                if not is_stale(value) or number == int(STEPS * QUIET):
                    samples.append((renamed.get(series, series) if anew else series, value))
            yield at, samples

    def _counters(self) -> dict[Series, tuple[float, float]]:
        """Return the first value and the rate of every series that only grows."""
        found = {}
        for series in self.before.keys() & self.after.keys():
            if not series.name.endswith(("_total", "Octets", "Pkts", "Errors", "Discards")):
                continue
            (begin, first), (until, last) = self.before[series][0], self.after[series][-1]
            if is_stale(first) or is_stale(last):
                continue
            span = max(1.0, (until - begin).total_seconds())
            found[series] = (first, max(0.0, last - first) / span)
        return found


def _belongs_to_the_renamed(series: Series) -> bool:
    kinds = {"site_info", "link_info", "device_info"}
    return series.name in kinds and ("site", RENAMED) in series.labels


def _anew(series: Series) -> Series:
    """Return an info series under another name, as a hub writes it that was just restarted."""
    labels = dict(series.labels)
    return Series.of(series.name, tuple({**labels, "name": f"{NEW_NAME} {labels['name']}"}.items()))


async def captured() -> Captured:
    """Run the hub over the lab, cut two lines and spoil one; return what was written."""
    written: list[tuple[datetime, Sequence[Sample]]] = []

    async def append(_side: SeriesSide, samples: Batch) -> None:
        written.extend(samples)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SeriesSide, "append", append)
        patch.setattr("runtime.hub.SELF_PERIOD", 1.0)
        patch.setattr("collectors._icmp.sweep.SUMMARY", 3.0)
        patch.setattr("inventory.booked.OTHERS", 4.0)  # seconds between looks at the rooms
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="boards-")))
            lab = await stack.enter_async_context(
                Lab(
                    _furnished(),
                    network=Kind.FLAT,
                    socket=folder / "lab.sock",
                )
            )
            hook = await stack.enter_async_context(Webhook())
            (folder / "authorities.pem").write_text(str(lab.facts["authorities"]))
            settings = settings_file.build(_tables(lab, hook.url), folder)
            await prepare(settings, _asked(lab), SystemClock())
            hub = await stack.enter_async_context(open_hub(settings, SystemClock()))
            await _met(hub, lab)
            stop = asyncio.Event()
            running = asyncio.create_task(hub.run(stop))
            try:
                await _settled(hub)
                await _described(written)
                await _joined(written, ROOMS - 1, {"joined", "measured", "good"})
                cut_at = SystemClock().now()
                await _spoil(lab, hub, hook)
                await _described(written)
                await _joined(written, ROOMS - 2, {"joined"})  # one hangs on the hub that was cut
            finally:
                stop.set()
                await running
    begun = cut_at - timedelta(hours=1)
    written += [
        (at, equipment.said(lab.inventory, at, begun))
        for at in (cut_at - timedelta(seconds=1), SystemClock().now())
    ]
    return _sorted_out(written, cut_at)


def _furnished() -> Inventory:
    """Return a province with rooms, services, and a bridge that tells how full it is."""
    whole = synthetic.inventory(HUBS, COMMUNES)
    pexip = {"vendor": "Pexip", "model": "Infinity"}
    devices = tuple(
        one.model_copy(update=pexip) if one.kind == "bridge" else one for one in whole.devices
    )
    codecs = [one for one in devices if (one.kind, one.vendor) == ("endpoint", "Poly")][:ROOMS]
    rooms = tuple(
        Room(slug=f"ph-{one.site}", name=f"Phòng họp {one.site}", site=one.site, device=one.slug)
        for one in codecs
    )
    office = Organisation(slug="van-phong", name="Văn phòng", unit="gia-lap", valid_from=EPOCH)
    return whole.model_copy(
        update={
            "devices": devices,
            "rooms": rooms,
            "organisations": (office,),
            "services": serving.services(whole, office.slug, EPOCH),
            **DUTY,
        }
    )


def _asked(lab: Lab) -> Inventory:
    """Return the province with its bridge and the codecs of its rooms asked by a login."""
    inventory = lab.inventory
    asked = {one.device for one in inventory.rooms}
    known = {d.slug: d for d in with_logins(inventory, LOGIN_NAME, Ports()).devices}
    devices = tuple(
        known[one.slug] if one.slug in asked or one.kind == "bridge" else one
        for one in inventory.devices
    )
    return inventory.model_copy(update={"devices": devices})


async def _met(hub: Hub, lab: Lab) -> None:
    """Let a meeting go on in the rooms, but for one that nobody has joined from."""
    now, rooms = SystemClock().now(), lab.inventory.rooms
    await hub.ledger.secrets.set_secret(LOGIN_NAME, LOGIN, "an", now)
    for room in rooms[:-1]:
        await asyncio.to_thread(lab.client.join, room.device or "", "giao-ban")
    bridge = next(d.slug for d in lab.inventory.devices if d.kind == "bridge")
    wanted = Meeting(
        title="Giao ban",
        begin=now - timedelta(minutes=10),
        end=now + timedelta(hours=1),
        rooms=tuple(room.slug for room in rooms),
        officer="an",
        bridge=bridge,
    )
    await hub.ledger.meetings.add(wanted, "an", now)
    await hub.ledger.unit_figures.gather(list(_declared(lab, now)), "tep.xlsx", "an", now)


def _declared(lab: Lab, now: datetime) -> Iterator[UnitFigures]:
    """Yield what others say of each commune: every figure of every list, no two alike."""
    today = now.astimezone(LOCAL).date()
    communes = [unit for unit in lab.inventory.units if unit.level is UnitLevel.COMMUNE]
    for number, unit in enumerate(communes, 1):
        for form in forms().values():
            values = {
                name: number / 200 if column.kind == "ratio" else float(number)
                for name, column in form.columns.items()
            }
            yield UnitFigures(
                list=form.name,
                unit=unit.slug,
                part=next(iter(form.part.names)) if form.part is not None else "",
                begin=today if form.span == "day" else today.replace(day=1),
                span=form.span,
                values=values,
            )


def _tables(lab: Lab, hook: str) -> dict[str, object]:
    return {
        "channels": {"hook": {"kind": "webhook", "url": hook}},
        "telling": {"delays": dict.fromkeys(Delays.model_fields, "0s")},
        "web": {"listen": f"127.0.0.1:{free_port()}"},
        "series": {"write_url": "http://127.0.0.1:9/write", "read_url": "http://127.0.0.1:9"},
        "looking": {
            "sockets": str(lab.socket),
            "snmp_community": "public",
            "intervals": {
                "snmp_system": "6s",
                "snmp_interfaces": "6s",
                "snmp_health": "20s",
                "tcp": "6s",
                **dict.fromkeys(("http", "tls", "dns", "ntp", "sip_options"), "6s"),
            },
            "authorities": "authorities.pem",
        },
    }


async def _settled(hub: Hub) -> None:
    async with asyncio.timeout(60):
        while True:
            states = hub.brain.states
            targets = hub.feed.estate().targets
            if all(t.slug in states and states[t.slug].status is Status.UP for t in targets):
                return
            await asyncio.sleep(0.2)


async def _described(written: list[tuple[datetime, Sequence[Sample]]]) -> None:
    """Wait until the platform has written of everything, twice over."""
    since = len(written)
    wanted = {
        "site_status": 2,
        "probe_loss_ratio": 2,
        "ifHCInOctets": 1,
        "device_cpu_ratio": 1,
        "thongsuot_readings_total": 2,
        "thongsuot_channel_timed_total": 2,  # a counter must be seen before it counts, too
        "vc_bridge_load_ratio": 1,
        "meeting_room_estimated_mos": 2,
    }
    async with asyncio.timeout(120):
        while True:
            seen: defaultdict[str, int] = defaultdict(int)
            for _, samples in written[since:]:
                for name in {series.name for series, _ in samples}:
                    seen[name] += 1
            if all(seen[name] >= count for name, count in wanted.items()):
                return
            await asyncio.sleep(0.5)


async def _joined(
    written: list[tuple[datetime, Sequence[Sample]]], count: int, states: set[str]
) -> None:
    """Wait until so many rooms of the meeting are said to be in each of these states."""
    async with asyncio.timeout(60):
        while True:
            batches = (_rooms(samples) for _, samples in reversed(written))
            newest = next((rooms for rooms in batches if rooms), {})
            if all(newest.get(state) == count for state in states):
                return
            await asyncio.sleep(0.5)


def _rooms(samples: Sequence[Sample]) -> dict[str, float]:
    """Return how many rooms of the meeting are in each state, where samples say so."""
    return {
        dict(series.labels)["state"]: value
        for series, value in samples
        if series.name == "meeting_rooms"
    }


async def _spoil(lab: Lab, hub: Hub, hook: Webhook) -> None:
    """Cut the line of a hub and of a commune, put loss on another; wait until it is told.

    Of the commune nobody wants to hear; the hub's incident is taken on.
    """
    lines = {link.far: link.slug for link in lab.inventory.links}
    now = SystemClock().now()
    quiet = Scope(targets=(lines[f"{CUT_COMMUNE}-gw"],))
    wanted = Wanted(now, now + timedelta(hours=1), "Chờ vật tư", quiet)
    await hub.ledger.silences.add(wanted, "an", now)
    for far in (CUT_HUB, CUT_COMMUNE):
        await asyncio.to_thread(lab.client.cut, lines[f"{far}-gw"])
    await asyncio.to_thread(lab.client.degrade, lines[f"{LOSSY}-gw"], loss=0.3)
    async with asyncio.timeout(60):
        while True:
            states = hub.brain.states
            found = {states[slug].status for slug in (CUT_HUB, CUT_COMMUNE)}
            if Status.UP not in found and len(hub.brain.incidents) > 1 and hook.calls:
                root = lines[f"{CUT_HUB}-gw"]
                incident = next((i for i in hub.brain.incidents if i.root == root), None)
                if incident is not None and await _is_told(hub, incident.id):
                    break
            await asyncio.sleep(0.2)
    await hub.ledger.incidents.acknowledge(incident.id, "an", SystemClock().now())


async def _is_told(hub: Hub, incident: str) -> bool:
    """Say whether its message has gone: who takes it on before that takes it back."""
    rows = await hub.ledger.outbox.for_incident(incident)
    return any(row.state is NotificationState.SENT for row, _ in rows)


def _sorted_out(written: list[tuple[datetime, Sequence[Sample]]], cut_at: datetime) -> Captured:
    result = Captured({}, {})
    for at, samples in sorted(written, key=lambda batch: batch[0]):
        side = result.before if at < cut_at else result.after
        for series, value in samples:
            side.setdefault(series, []).append((at, value))
    for series in result.before:
        result.after.setdefault(series, [(cut_at, STALE)])
    return result
