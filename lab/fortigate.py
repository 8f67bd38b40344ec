"""What a FortiGate says of itself by FORTINET-FORTIGATE-MIB: sessions, VPN, intrusions, SD-WAN.

Columns, types and the form of texts are those of a recorded FortiGate 60F; values swell and ebb
as in an office that works.
"""

from collections.abc import Iterator, Sequence

from pysnmp.proto.api import v2c

from core.clock import Clock
from lab.mib import Live, Oid, Value
from lab.swell import Swell

MODEL: Oid = (12356, 101, 1, 644)  # fgt60f, below `enterprises`
WANS = ("wan1", "wan2")
_FORTINET: Oid = (1, 3, 6, 1, 4, 1, 12356)
_GATE: Oid = (*_FORTINET, 101)
_SYSTEM: Oid = (*_GATE, 4, 1)
_WAY: Oid = (*_GATE, 4, 9, 2, 1)  # fgVWLHealthCheckLinkEntry
_IPS: Oid = (*_GATE, 9, 2, 1, 1)
_WEB: Oid = (*_GATE, 10, 1, 2, 1, 1)
_VPN: Oid = (*_GATE, 12)
_TUNNEL: Oid = (*_VPN, 2, 2, 1)
_SSL: Oid = (*_VPN, 2, 3, 1)
_TUNNELS = ("tslcd-trung-uong", "so-y-te", "so-giao-duc")
_RESTLESS = 2  # place of the tunnel that is built anew now and then
_MEMORY_KB = 1_963_972
_UP, _DOWN = 2, 1
Row = tuple[Oid, Value | Live]


def rows(seed: str, clock: Clock) -> Iterator[Row]:
    """Yield everything that is Fortinet's own."""
    swell = Swell(clock, seed)
    yield from _health(swell)
    yield from _tunnels(swell, clock)
    yield from _ways(swell)
    yield from _blocked(clock)


def _gauge(swell: Swell, mean: float, share: float, seconds: float) -> Live:
    return lambda: v2c.Gauge32(max(0, round(swell.at(mean, share, seconds))))


def _health(swell: Swell) -> Iterator[Row]:
    yield (*_FORTINET, 100, 1, 1, 1, 0), v2c.OctetString("FGT60FTK00000000")
    yield (*_SYSTEM, 1, 0), v2c.OctetString("v7.2.6,build1575,230926 (GA.F)")
    yield (*_SYSTEM, 3, 0), _gauge(swell, 18, 0.6, 420)
    yield (*_SYSTEM, 4, 0), _gauge(swell, 46, 0.08, 3600)
    yield (*_SYSTEM, 5, 0), v2c.Gauge32(_MEMORY_KB)
    yield (*_SYSTEM, 8, 0), _gauge(swell, 5200, 0.4, 600)
    for column in (11, 12, 13, 14):
        yield (*_SYSTEM, column, 0), _gauge(swell, 85, 0.4, 600)


def _tunnels(swell: Swell, clock: Clock) -> Iterator[Row]:
    """Yield IPsec tunnels, one of which is down for a minute of each quarter of an hour; SSL."""

    def rebuilding() -> bool:
        return clock.monotonic() % 900 < 60  # noqa: PLR2004

    def up() -> Value:
        return v2c.Integer32(len(_TUNNELS) - rebuilding())

    yield (*_VPN, 1, 1, 0), up
    for number, name in enumerate(_TUNNELS, 1):
        state: Value | Live = v2c.Integer32(_UP)
        if number == _RESTLESS:
            state = lambda: v2c.Integer32(_DOWN if rebuilding() else _UP)  # noqa: E731
        yield (*_TUNNEL, 2, number), v2c.OctetString(name)
        yield (*_TUNNEL, 3, number), v2c.OctetString(name)
        yield (*_TUNNEL, 20, number), state
    yield (*_SSL, 1, 1), v2c.Integer32(2)  # enabled
    yield (*_SSL, 2, 1), _gauge(swell, 24, 0.5, 900)
    yield (*_SSL, 6, 1), _gauge(swell, 24, 0.5, 900)


def _ways(swell: Swell) -> Iterator[Row]:
    """Yield two lines to the Internet as the firewall tests them; the second loses a little."""
    for number, (port, delay, lost) in enumerate(
        zip(WANS, (4.2, 11.5), (0.05, 0.9), strict=True), 1
    ):
        yield (*_WAY, 2, number), v2c.OctetString("Internet")
        yield (*_WAY, 4, number), v2c.Integer32(0)  # alive
        yield (*_WAY, 5, number), _words(swell, delay, 0.3)
        yield (*_WAY, 6, number), _words(swell, delay / 12, 0.5)
        yield (*_WAY, 9, number), _words(swell, lost, 0.8)
        yield (*_WAY, 14, number), v2c.OctetString(port)


def _words(swell: Swell, mean: float, share: float) -> Live:
    return lambda: v2c.OctetString(f"{max(0.0, swell.at(mean, share, 300)):.3f}")


def _blocked(clock: Clock) -> Iterator[Row]:
    """Yield counters of intrusions and of pages that are not for the office."""

    def grown(pace: float) -> Live:
        return lambda: v2c.Counter32(int(clock.monotonic() * pace) & 0xFFFFFFFF)

    paces: Sequence[float] = (0.21, 0.2, 0.01, 0.03, 0.07, 0.06, 0.04, 0.18, 0.03)
    for column, pace in enumerate(paces, 1):
        yield (*_IPS, column, 1), grown(pace)
    for column, pace in enumerate((0.02, 0.3, 0.01, 0.15, 0.0, 0.0, 0.0), 1):
        yield (*_WEB, column, 1), grown(pace)
