"""A country's estate for benchmarks: sites with five devices each, in provinces, all made up.

Gateways have real addresses of 127/8, so that their reach is a real sweep of the kernel's
answers; what the devices themselves would say is played by a collector of this module.
"""

import socket
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pydantic import BaseModel

from core.collector import Collector, Emit, Kit, Transcript
from core.inventory import EPOCH, Device, Inventory, Link, Site, Unit, UnitLevel
from core.labels import Series
from core.reading import Reading, Sample
from core.text import Text
from core.watching import Check, Estate

DEVICES = 5  # of a site, its gateway first
PORTS = ("Gi0/0", "Gi0/1", "Gi0/2", "Gi0/3")
COUNTERS = ("ifHCInOctets", "ifHCOutOctets", "ifHCInUcastPkts", "ifHCOutUcastPkts")
ERRORS = ("ifInErrors", "ifOutErrors", "ifInDiscards")
STATES: Mapping[str, float] = MappingProxyType(
    {"ifOperStatus": 1.0, "ifAdminStatus": 1.0, "ifHighSpeed": 1000.0}
)
SERIES = len(PORTS) * (len(COUNTERS) + len(ERRORS) + len(STATES))  # of a device: 40
INTERVAL = 30.0  # seconds
KINDS = ("gateway", "switch", "server", "endpoint", "ups")
_NAMES = ("Định tuyến", "Chuyển mạch", "Máy chủ", "Thiết bị đầu cuối", "Lưu điện")
_PLACES = ("Tân", "Phú", "Bình", "Long", "Đông", "Thạnh", "Mỹ", "Hòa", "An", "Vĩnh", "Xuân")
_WORDS = ("Ơ", "Lộc", "Sơn", "Hải", "Giang", "Khánh", "Thành", "Đức", "Quới", "Ứng", "Yên")


def address(number: int) -> str:
    """Return the address of a gateway; all of 127/8 answers on this machine."""
    return f"127.{1 + (number >> 15)}.{(number >> 7) & 255}.{1 + (number & 127)}"


def inventory(sites: int, provinces: int = 34) -> Inventory:
    """Return `sites` sites in `provinces` provinces: one centre, a hub each, communes behind it."""
    units: list[Unit] = []
    places: list[Site] = []
    devices: list[Device] = []
    links: list[Link] = []
    for number in range(sites):
        province = number % provinces
        above = f"tinh-{province:02d}"
        first = number < provinces
        unit = above if first else f"xa-{number:04d}"
        units.append(_unit(unit, number, province, None if first else above))
        role = "center" if number == 0 else "hub" if first else "site"
        site = f"diem-{number:04d}"
        places.append(Site(slug=site, name=units[-1].name, unit=unit, role=role))
        gateway = f"{site}.gw"
        for rank, (kind, name) in enumerate(zip(KINDS, _NAMES, strict=True)):
            devices.append(
                Device(
                    slug=gateway if not rank else f"{site}.d{rank}",
                    name=f"{name} {units[-1].name}",
                    site=site,
                    kind=kind,
                    vendor="Cisco",
                    model="ISR 1100",
                    address=address(number)
                    if not rank
                    else f"10.{rank}.{number >> 8}.{number & 255}",
                )
            )
        if number:
            near = f"diem-{0 if first else province:04d}.gw"
            links.append(
                Link(
                    slug=f"tuyen-{number:04d}",
                    name=f"Đường {units[-1].name}",
                    near=near,
                    far=gateway,
                    carrier=("VNPT", "Viettel")[number % 2],
                    circuit=f"TSL-{number:05d}",
                    capacity_mbps=50,
                    medium="fiber",
                )
            )
    return Inventory(
        units=tuple(units), sites=tuple(places), devices=tuple(devices), links=tuple(links)
    )


def _unit(slug: str, number: int, province: int, parent: str | None) -> Unit:
    code = f"{province:02d}"
    word = f"{_PLACES[number % 11]} {_WORDS[number // 11 % 11]} {number}"
    return Unit(
        slug=slug,
        code=f"{number:05d}" if parent else code,
        level=UnitLevel.COMMUNE if parent else UnitLevel.PROVINCE,
        name=f"Xã {word}" if parent else f"Tỉnh {word}",
        parent=parent,
        province_code=code,
        valid_from=EPOCH,
    )


def watched(estate: Estate) -> Estate:
    """Return the estate with the reach of its gateways, and one played check of every device."""
    checks: list[Check] = []
    for check in estate.checks:
        if not check.reach:
            continue
        if check.target.endswith(".gw"):
            checks.append(check)
        checks.append(
            Check(
                slug=f"{check.target}/played",
                target=check.target,
                collector="played",
                address=check.address,
                interval=INTERVAL,
                labels=check.labels,
            )
        )
    return estate.model_copy(update={"checks": tuple(checks)})


@dataclass(slots=True)
class _Played:
    """The counters of a device. They are the device's, not ours: so they take little room."""

    series: list[Series]
    values: "array[float]"
    rounds: int = 0


@dataclass(slots=True)
class Player:
    """Plays every device: 40 series as a table of interfaces brings them, made once a check."""

    known: dict[str, _Played] = field(default_factory=dict)
    readings: int = 0

    async def look(self, check: Check, kit: Kit, transcript: Transcript) -> Reading:
        """Return the next values of a device: counters move, states seldom do."""
        device = self.known.get(check.slug)
        if device is None:
            device = self.known[check.slug] = _learned(check)
        else:
            transcript.note("%d values", len(device.series))
        device.rounds += 1
        values, step = device.values, 1_000_003 + 7919 * (device.rounds % 13)
        for index in range(len(PORTS) * len(COUNTERS)):
            values[index] += step * (index + 1)
        self.readings += 1
        samples: list[Sample] = list(zip(device.series, values, strict=True))
        return Reading(check.slug, check.vantage, kit.clock.now(), samples)

    def collector(self) -> Collector:
        """Return it as a way of looking."""
        names = (*COUNTERS, *ERRORS, *STATES)
        return Collector(
            name="played",
            help=Text("Thiết bị đóng giả", "A played device"),
            params=BaseModel,
            emits=tuple(Emit(name, Text(name, name), labels=("ifName",)) for name in names),
            look=self.look,
            interval=INTERVAL,
        )


def _learned(check: Check) -> _Played:
    begin = float(sum(check.slug.encode()) * 1_000_003)
    moving = [Series.of(name, check.labels, ifName=p) for name in COUNTERS for p in PORTS]
    still = [Series.of(name, check.labels, ifName=p) for name in ERRORS for p in PORTS]
    states = [Series.of(name, check.labels, ifName=p) for name in STATES for p in PORTS]
    values = [begin] * len(moving) + [0.0] * len(still)
    values += [value for value in STATES.values() for _ in PORTS]
    return _Played([*moving, *still, *states], array("d", values))


class CutSocket(socket.socket):
    """A socket that loses what is sent to an address that is cut."""

    cut: frozenset[str] = frozenset()

    def sendto(self, data: bytes, place: tuple[str, int]) -> int:  # type: ignore[override]
        """Send, or say that it was sent."""
        return len(data) if place[0] in self.cut else super().sendto(data, place)


class CutSockets:
    """Direct sockets, with addresses that can be cut and mended."""

    def __init__(self) -> None:
        self._made: list[CutSocket] = []
        self.cut: frozenset[str] = frozenset()

    def open(self, family: socket.AddressFamily, kind: int, proto: int = 0) -> socket.socket:
        """Return a new non-blocking socket."""
        made = CutSocket(family, kind, proto)
        made.setblocking(False)
        made.cut = self.cut
        self._made.append(made)
        return made

    def lose(self, addresses: frozenset[str]) -> None:
        """Lose all that goes to these addresses from now on, and to no other."""
        self.cut = addresses
        for made in self._made:
            made.cut = addresses
