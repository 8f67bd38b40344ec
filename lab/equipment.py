"""What does each pretend device say of itself? Ports, neighbours, health, parts, light, UPS."""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence

from pysnmp.proto.api import v2c

from core.clock import Clock
from core.inventory import Device, Link
from core.text import ascii_only
from lab import fortigate
from lab.fabric import Fabric
from lab.machine_room import CABLES
from lab.mib import Live, Mib, Oid, Value
from lab.swell import Swell
from lab.world import World

Row = tuple[Oid, Value | Live]
Truth = Callable[[], World]

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
_INTERFACES: Oid = (1, 3, 6, 1, 2, 1, 2)
_IF_ENTRY: Oid = (*_INTERFACES, 2, 1)
_IFX_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
_UPS: Oid = (1, 3, 6, 1, 2, 1, 33, 1)
_HOST: Oid = (1, 3, 6, 1, 2, 1, 25)
_ENTITY: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
_SENSOR: Oid = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
_ALIASES: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 3, 2, 1, 2)  # entity → port
_BGP: Oid = (1, 3, 6, 1, 2, 1, 15, 3, 1)
_PING: Oid = (1, 3, 6, 1, 2, 1, 80, 1)  # DISMAN-PING-MIB
_SLA: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 42, 1)  # CISCO-RTTMON-MIB
_BRIDGE: Oid = (1, 3, 6, 1, 2, 1, 17, 2)
_PRINTER: Oid = (1, 3, 6, 1, 2, 1, 43)
_LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)
_MEMORY_KB = 524_288
# Private enterprise numbers as assigned by IANA; the rest answers as a net-snmp on Linux.
_ENTERPRISES = {
    "APC": 318,
    "Brother": 2435,
    "Cisco": 9,
    "Dell": 674,
    "HPE": 232,
    "Hikvision": 39165,
    "Huawei": 2011,
    "MikroTik": 14988,
    "Poly": 13885,
}
_MODELS = {"Fortinet": fortigate.MODEL, "Microsoft": (311, 1, 1, 3, 1, 2)}  # which say more
_NET_SNMP_LINUX: Oid = (1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)
_ETHERNET = 6  # ifType ethernetCsmacd
_UP, _DOWN = 1, 2
_TESTED, _PACKETS = 4, 10  # lines of a core that it tests by itself, packets of a test
_SPEAKS_LLDP = ("gateway", "router", "switch", "firewall")
_DAY = 86_400.0
_PACKET = 700  # bytes of a middling packet


class Traffic:
    """Octets and packets of one direction of a port, growing while it carries."""

    def __init__(self, seed: str, capacity: float) -> None:
        chance = random.Random(seed)  # noqa: S311  (traffic, not secrecy)
        self._mean = capacity * 1e6 / 8 * chance.uniform(0.04, 0.35)  # bytes per second
        self._phase = chance.uniform(0, 2 * math.pi)
        self._octets = chance.uniform(1e9, 4e12)
        self._read_at: float | None = None

    def octets(self, now: float, *, carrying: bool) -> int:
        """Return the counter at monotonic time `now`; rates swell and ebb within minutes."""
        if self._read_at is not None and carrying:
            swell = 1 + 0.5 * math.sin(2 * math.pi * now / 600 + self._phase)
            ripple = 1 + 0.15 * math.sin(2 * math.pi * now / 37 + 3 * self._phase)
            self._octets += self._mean * swell * ripple * (now - self._read_at)
        self._read_at = now
        return int(self._octets)


class _Changes:
    """When a state was seen to change last, as sysUpTime of that moment."""

    def __init__(self, state: Live, clock: Clock, booted: float) -> None:
        self._state, self._clock, self._booted = state, clock, booted
        self._before, self._ticks = state(), 0

    def last(self) -> Value:
        """Return the moment, in hundredths of a second."""
        now = self._state()
        if now != self._before:
            self._before = now
            self._ticks = int((self._clock.monotonic() - self._booted) * 100) & 0xFFFFFFFF
        return v2c.TimeTicks(self._ticks)


def mib_of(device: Device, truth: Truth, clock: Clock) -> Mib:
    """Return everything the device's agent knows; live objects ask the truth and the clock."""
    fabric = truth().fabric
    rows = list(_system(device, fabric.sites[device.site].name, clock))
    beside = _beside(device.slug, fabric)
    wans = fortigate.WANS if device.vendor == "Fortinet" else ()
    ports = tuple(dict.fromkeys((*fabric.ports_of(device.slug), *beside, *wans)))
    lan = "LAN" if ports else "eth0"
    for index, port in enumerate((*ports, lan), 1):
        rows.extend(_interface(device, index, port, truth, clock))
    rows.append(((*_INTERFACES, 1, 0), v2c.Integer32(len(ports) + 1)))
    if device.vendor == "Fortinet":
        rows.extend(fortigate.rows(device.slug, clock))
    else:
        rows.extend(_load(device, clock))
    rows.extend(_chassis(device, clock))
    if device.kind in _SPEAKS_LLDP:
        rows.extend(_neighbours(beside))
        rows.extend(_light(device, ports, truth, clock))
    if device.kind == "router":
        rows.extend(_routing(device, truth, clock))
    if device.kind == "switch":
        rows.append(((*_BRIDGE, 3, 0), v2c.TimeTicks(8_640_000)))
        rows.append(((*_BRIDGE, 4, 0), lambda: v2c.Counter32(int(clock.monotonic() // 300))))
    if device.vendor == "Brother":
        rows.extend(_printer(clock))
    if device.kind == "ups":
        rows.extend(_ups(device))
    return Mib(rows)


def _beside(device: str, fabric: Fabric) -> dict[str, tuple[str, str]]:
    """Return who is plugged into each port of a device, and at which port of theirs."""
    found: dict[str, tuple[str, str]] = {}
    for port in fabric.ports_of(device):
        carried = fabric.carries(device, port)
        if carried is not None:
            link, far_side = carried
            other, there = (link.near, link.near_port) if far_side else (link.far, link.far_port)
            found[port] = (other, there or "")
    for one, port, other, there in CABLES:
        if one in fabric.devices and other in fabric.devices:
            if device == one:
                found[port] = (other, there)
            if device == other:
                found[there] = (one, port)
    return found


def _neighbours(beside: Mapping[str, tuple[str, str]]) -> Iterator[Row]:
    """Yield what LLDP has heard at each port (IEEE 802.1AB, 11.5)."""
    yield (*_LLDP, 2, 1, 0), v2c.TimeTicks(100)
    for number, (port, (other, there)) in enumerate(beside.items(), 1):
        yield (*_LLDP, 3, 7, 1, 2, number), v2c.Integer32(5)  # interfaceName
        yield (*_LLDP, 3, 7, 1, 3, number), v2c.OctetString(port)
        yield (*_LLDP, 3, 7, 1, 4, number), v2c.OctetString(port)
        row = (0, number, 1)
        yield (*_LLDP, 4, 1, 1, 4, *row), v2c.Integer32(7)  # local
        yield (*_LLDP, 4, 1, 1, 5, *row), v2c.OctetString(other)
        yield (*_LLDP, 4, 1, 1, 6, *row), v2c.Integer32(5)
        yield (*_LLDP, 4, 1, 1, 7, *row), v2c.OctetString(there)
        yield (*_LLDP, 4, 1, 1, 8, *row), v2c.OctetString(there)
        yield (*_LLDP, 4, 1, 1, 9, *row), v2c.OctetString(other)


def _routing(device: Device, truth: Truth, clock: Clock) -> Iterator[Row]:
    """Yield a BGP session with the router at each line's far end, and a test towards some."""
    fabric = truth().fabric
    tests = _ip_sla if device.vendor == "Cisco" else _ping
    below = [link for link in fabric.links.values() if link.near == device.slug]
    for number, link in enumerate(below):
        far = fabric.devices[link.far]
        peer = tuple(map(int, (link.address or far.address).split(".")))

        def state(link: Link = link) -> Value:
            carries = link.slug not in truth().cuts and link.far not in truth().silent
            return v2c.Integer32(6 if carries else 3)  # established, active

        yield (*_BGP, 2, *peer), state
        yield (*_BGP, 3, *peer), v2c.Integer32(2)  # started
        yield (*_BGP, 9, *peer), v2c.Integer32(65_000 + number)
        if number < _TESTED:
            yield from tests(number + 1, far, truth, clock)


def _ip_sla(number: int, far: Device, truth: Truth, clock: Clock) -> Iterator[Row]:
    """Yield a UDP jitter operation towards another: ways there and back differ, as lines do."""
    swell = Swell(clock, f"{far.slug}/sla")

    def lost() -> float:
        return 1.0 if far.slug in truth().silent else truth().quality(far.slug).loss

    def shown(mean: float, *, of_line: float = 0.0) -> Live:
        """Return milliseconds of a mean, and a share of what the line adds."""

        def now() -> Value:
            quality = truth().quality(far.slug)
            added = 1000 * (quality.jitter + quality.delay) * of_line
            return v2c.Gauge32(0 if lost() == 1.0 else round(swell.at(mean, 0.4, 240) + added))

        return now

    def packets(share: float) -> Live:
        return lambda: v2c.Gauge32(round(10 * _PACKETS * lost() * share))

    yield (*_SLA, 2, 1, 1, 3, number), v2c.OctetString(far.slug)
    yield (
        (*_SLA, 2, 2, 1, 2, number),
        v2c.OctetString(hexValue=bytes(map(int, far.address.split("."))).hex()),
    )
    yield (*_SLA, 2, 10, 1, 1, number), shown(5, of_line=2)
    yield (*_SLA, 2, 10, 1, 2, number), lambda: v2c.Integer32(4 if lost() == 1.0 else 1)
    yield (*_SLA, 5, 2, 1, 1, number), lambda: v2c.Gauge32(round(10 * _PACKETS * (1 - lost())))
    for column, share in ((26, 0.6), (27, 0.3), (29, 0.1)):
        yield (*_SLA, 5, 2, 1, column, number), packets(share)
    for column, mean in ((46, 3.0), (47, 4.0), (48, 2.0)):
        yield (*_SLA, 5, 2, 1, column, number), shown(mean, of_line=0.5)


def _ping(_number: int, far: Device, truth: Truth, clock: Clock) -> Iterator[Row]:
    """Yield a test that the device runs towards another, by an owner and a name."""
    row = tuple(
        one for word in ("demo", far.slug[:20]) for one in (len(word), *word.encode("ascii"))
    )

    def round_trip() -> Value:
        swell = 1 + 0.2 * math.sin(2 * math.pi * clock.monotonic() / 240)
        return v2c.Gauge32(round(1000 * truth().quality(far.slug).delay + 4 * swell))

    def answered() -> Value:
        lost = 1.0 if far.slug in truth().silent else truth().quality(far.slug).loss
        return v2c.Gauge32(round(_PACKETS * (1 - lost)))

    peer = bytes(map(int, far.address.split("."))).hex()
    yield (*_PING, 2, 1, 4, *row), v2c.OctetString(hexValue=peer)
    yield (*_PING, 3, 1, 6, *row), round_trip
    yield (*_PING, 3, 1, 7, *row), answered
    yield (*_PING, 3, 1, 8, *row), v2c.Gauge32(_PACKETS)


def _printer(clock: Clock) -> Iterator[Row]:
    """Yield the supplies of a printer and its pages (RFC 3805)."""
    for number, (words, left) in enumerate((("Black Toner", 12), ("Drum Unit", 64)), 1):
        yield (*_PRINTER, 11, 1, 1, 6, 1, number), v2c.OctetString(words)
        yield (*_PRINTER, 11, 1, 1, 8, 1, number), v2c.Integer32(100)
        yield (*_PRINTER, 11, 1, 1, 9, 1, number), v2c.Integer32(left)
    yield (*_PRINTER, 10, 2, 1, 4, 1, 1), lambda: v2c.Counter32(int(clock.monotonic() // 20))


def _light(device: Device, ports: Sequence[str], truth: Truth, clock: Clock) -> Iterator[Row]:
    """Yield the light that comes in from lines of fibre: none while one is cut."""
    for index, port in enumerate(ports, 1):
        carried = truth().fabric.carries(device.slug, port)
        if carried is None or carried[0].medium != "cáp quang":
            continue
        link, chance = carried[0], random.Random(f"{device.slug}/{port}/rx")  # noqa: S311
        strong, phase = chance.uniform(-17, -8), chance.uniform(0, 2 * math.pi)

        def power(link: str = link.slug, strong: float = strong, phase: float = phase) -> Value:
            if link in truth().cuts:
                return v2c.Integer32(-400)
            swell = math.sin(2 * math.pi * clock.monotonic() / 700 + phase)
            return v2c.Integer32(round(10 * (strong + 0.3 * swell)))

        holder, sensor = 100 + index, 200 + index
        yield (*_ENTITY, 4, holder), v2c.Integer32(1)
        yield (*_ENTITY, 5, holder), v2c.Integer32(10)  # port
        yield (*_ENTITY, 7, holder), v2c.OctetString(port)
        yield (*_ALIASES, holder, 0), v2c.ObjectIdentifier((*_IF_ENTRY, 1, index))
        yield (*_ENTITY, 4, sensor), v2c.Integer32(holder)
        yield (*_ENTITY, 5, sensor), v2c.Integer32(8)  # sensor
        yield (*_ENTITY, 7, sensor), v2c.OctetString(f"{port} Rx Power")
        # Type dBm, scale units, one decimal, it works.
        for column, number in ((1, 14), (2, 9), (3, 1), (5, 1)):
            yield (*_SENSOR, column, sensor), v2c.Integer32(number)
        yield (*_SENSOR, 4, sensor), power


def _booted(device: Device, clock: Clock) -> float:
    """Return the monotonic time at which a device was last started."""
    return clock.monotonic() - random.Random(device.slug).uniform(1, 90) * _DAY  # noqa: S311


def _system(device: Device, place: str, clock: Clock) -> Iterator[Row]:
    make = f"{device.vendor or ''} {device.model or ''}".strip()
    vendor = device.vendor or ""
    number = _ENTERPRISES.get(vendor)
    model = _MODELS.get(vendor, (number, 1) if number else ())
    identity = (1, 3, 6, 1, 4, 1, *model) if model else _NET_SNMP_LINUX
    booted = _booted(device, clock)

    def uptime() -> Value:
        return v2c.TimeTicks(int((clock.monotonic() - booted) * 100) & 0xFFFFFFFF)

    yield (*_SYSTEM, 1, 0), v2c.OctetString(make or device.slug)
    yield (*_SYSTEM, 2, 0), v2c.ObjectIdentifier(identity)
    yield (*_SYSTEM, 3, 0), uptime
    yield (*_SYSTEM, 4, 0), v2c.OctetString("Thong Suot lab: a pretend device")
    yield (*_SYSTEM, 5, 0), v2c.OctetString(device.slug)
    yield (*_SYSTEM, 6, 0), v2c.OctetString(place.encode())
    yield (*_SYSTEM, 7, 0), v2c.Integer32(72)


def _interface(device: Device, index: int, port: str, truth: Truth, clock: Clock) -> Iterator[Row]:
    carried = truth().fabric.carries(device.slug, port)
    capacity = (carried[0].capacity_mbps if carried else None) or 1000.0
    inward = Traffic(f"{device.slug}/{port}/in", capacity)
    outward = Traffic(f"{device.slug}/{port}/out", capacity)
    errors = random.Random(f"{device.slug}/{port}").randrange(40)  # noqa: S311

    def carrying() -> bool:
        world = truth()
        cut = carried is not None and carried[0].slug in world.cuts
        return not cut and world.port(device.slug, port).oper_up

    def octets(traffic: Traffic) -> int:
        return traffic.octets(clock.monotonic(), carrying=carrying())

    def admin() -> Value:
        return v2c.Integer32(_UP if truth().port(device.slug, port).admin_up else _DOWN)

    def oper() -> Value:
        return v2c.Integer32(_UP if truth().port(device.slug, port).oper_up else _DOWN)

    def low(traffic: Traffic, divisor: int = 1) -> Live:
        return lambda: v2c.Counter32(octets(traffic) // divisor & 0xFFFFFFFF)

    def high(traffic: Traffic, divisor: int = 1) -> Live:
        return lambda: v2c.Counter64(octets(traffic) // divisor)

    changes = _Changes(oper, clock, _booted(device, clock))
    alias = f"{carried[0].carrier} {carried[0].circuit}" if carried else "LAN"
    table: dict[int, Value | Live] = {
        1: v2c.Integer32(index),
        2: v2c.OctetString(port),
        3: v2c.Integer32(_ETHERNET),
        4: v2c.Integer32(1500),
        5: v2c.Gauge32(min(int(capacity * 1e6), 0xFFFFFFFF)),
        6: v2c.OctetString(hexValue=_hardware_address(device.slug, index)),
        7: admin,
        8: oper,
        9: lambda: changes.last(),  # noqa: PLW0108  (the agent knows functions alone)
        10: low(inward),
        11: low(inward, _PACKET),
        13: v2c.Counter32(0),
        14: v2c.Counter32(errors),
        16: low(outward),
        17: low(outward, _PACKET),
        19: v2c.Counter32(0),
        20: v2c.Counter32(0),
    }
    extended: dict[int, Value | Live] = {
        1: v2c.OctetString(port),
        6: high(inward),
        7: high(inward, _PACKET),
        8: v2c.Counter64(0),
        9: v2c.Counter64(0),
        10: high(outward),
        11: high(outward, _PACKET),
        12: v2c.Counter64(0),
        13: v2c.Counter64(0),
        14: v2c.Integer32(1),
        15: v2c.Gauge32(int(capacity)),
        16: v2c.Integer32(2),
        17: v2c.Integer32(1),
        18: v2c.OctetString(ascii_only(alias)),
        19: v2c.TimeTicks(0),
    }
    for column, value in table.items():
        yield (*_IF_ENTRY, column, index), value
    for column, value in extended.items():
        yield (*_IFX_ENTRY, column, index), value


def _hardware_address(device: str, index: int) -> str:
    chance = random.Random(f"{device}/{index}")  # noqa: S311
    return f"02{chance.getrandbits(40):010x}"  # 02: locally administered


def _load(device: Device, clock: Clock) -> Iterator[Row]:
    """Yield a processor and memory, by the standards."""
    chance = random.Random(f"{device.slug}/load")  # noqa: S311
    busy, used = chance.uniform(5, 45), chance.uniform(0.3, 0.7)
    swell = Swell(clock, device.slug)

    def load() -> Value:
        return v2c.Integer32(max(1, round(swell.at(busy, 0.4, 480))))

    def memory() -> Value:
        return v2c.Integer32(int(swell.at(_MEMORY_KB * used, 0.06, 3600)))

    yield (*_HOST, 3, 3, 1, 2, 1), load
    yield (*_HOST, 3, 2, 1, 3, 1), v2c.OctetString("processor")
    yield (*_HOST, 2, 3, 1, 2, 1), v2c.ObjectIdentifier((*_HOST, 2, 1, 2))  # hrStorageRam
    yield (*_HOST, 2, 3, 1, 3, 1), v2c.OctetString("memory")
    yield (*_HOST, 2, 3, 1, 4, 1), v2c.Integer32(1024)
    yield (*_HOST, 2, 3, 1, 5, 1), v2c.Integer32(_MEMORY_KB)
    yield (*_HOST, 2, 3, 1, 6, 1), memory


def _chassis(device: Device, clock: Clock) -> Iterator[Row]:
    """Yield the chassis and its temperature."""
    chance = random.Random(f"{device.slug}/chassis")  # noqa: S311
    heat, swell = chance.uniform(34, 48), Swell(clock, device.slug)

    def temperature() -> Value:
        return v2c.Integer32(round(10 * swell.at(heat, 0.03, 1800)))

    said = {2: device.model or device.kind, 7: "chassis", 11: f"LAB{chance.randrange(10**8):08d}"}
    said |= {10: "1.0", 13: device.model or device.kind}
    for column, words in said.items():
        yield (*_ENTITY, column, 1), v2c.OctetString(ascii_only(words))
    yield (*_ENTITY, 7, 2), v2c.OctetString("board")
    yield (*_ENTITY, 5, 1), v2c.Integer32(3)  # chassis
    yield (*_ENTITY, 5, 2), v2c.Integer32(8)  # sensor
    # Type celsius, scale units, one decimal, it works.
    for column, number in ((1, 8), (2, 9), (3, 1), (5, 1)):
        yield (*_SENSOR, column, 2), v2c.Integer32(number)
    yield (*_SENSOR, 4, 2), temperature


def _ups(device: Device) -> Iterator[Row]:
    chance = random.Random(device.slug)  # noqa: S311
    identity = (device.vendor or "", device.model or "", "1.0", "1.0", device.slug)
    for column, text in enumerate(identity, 1):
        yield (*_UPS, 1, column, 0), v2c.OctetString(text)
    yield (*_UPS, 2, 1, 0), v2c.Integer32(2)  # batteryNormal
    yield (*_UPS, 2, 2, 0), v2c.Integer32(0)  # seconds on battery
    yield (*_UPS, 2, 3, 0), v2c.Integer32(chance.randrange(20, 90))  # minutes remaining
    yield (*_UPS, 2, 4, 0), v2c.Integer32(100)  # charge, percent
    yield (*_UPS, 3, 2, 0), v2c.Integer32(1)  # input lines
    yield (*_UPS, 3, 3, 1, 3, 1), v2c.Integer32(chance.randrange(216, 228))  # volts
    yield (*_UPS, 4, 1, 0), v2c.Integer32(3)  # output from the mains
    yield (*_UPS, 4, 4, 1, 5, 1), v2c.Integer32(chance.randrange(10, 60))  # load, percent
