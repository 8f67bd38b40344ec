"""What is watched, compiled from the inventory: targets, and the checks that look at them."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from pydantic import Field

from core.inventory import Rule
from core.model import Model


class TargetKind(StrEnum):
    """What a target is; links, sites and rooms have a status derived from what they carry."""

    SITE = "site"
    LINK = "link"
    DEVICE = "device"
    ROOM = "room"
    SERVICE = "service"
    GROUP = "group"  # what lines or sites share and may lose at once: a carrier, ring, POP, feeder


class Hours(Model):
    """A span of local time on given days of the week (1 = Monday).

    On dates of `off_on` it does not hold; on dates of `also_on` it holds whatever their day.
    """

    days: tuple[int, ...]
    begin: time
    end: time
    off_on: tuple[date, ...] = ()
    also_on: tuple[date, ...] = ()


class Target(Model):
    """Anything with a status.

    `uplinks` are ordered alternatives: the target is reachable while one of them is. A
    device's uplinks are links or other devices, a link's its near device. Empty: the
    target stands beside the vantage.
    """

    slug: str
    kind: TargetKind
    name: str
    name_en: str | None = None
    site: str | None = None
    unit: str | None = None
    unit_path: tuple[str, ...] = ()  # unit slugs from the province down
    role: str  # device kind, "link", or the site's role
    address: str | None = None
    uplinks: tuple[str, ...] = ()
    # Of a site: its devices, gateway first; of a link: its far device; of a room: its endpoint,
    # or the site that speaks for it; of a group: the links or sites that share it.
    members: tuple[str, ...] = ()
    carrier: str | None = None
    circuit: str | None = None
    expected: tuple[Hours, ...] = ()  # empty: always on
    vendor: str | None = None
    model: str | None = None
    capacity_mbps: float | None = None
    medium: str | None = None
    valid_from: date | None = None
    needs: tuple[tuple[str, ...], ...] = ()  # of a service: of each of these one
    risks: tuple[str, ...] = ()  # groups that a link or site belongs to, the nearest first
    aliases: tuple[str, ...] = ()  # of a room: what bridges call it


class Confirm(Model):
    """When a check's failures count: `failures` of the last `window` runs.

    For reach checks that are probed fast the judge uses its sequential test instead.
    """

    failures: int = Field(default=3, ge=1)
    window: int = Field(default=3, ge=1)
    missed: int = Field(default=3, ge=1)  # intervals without a reading before "unknown"


class Verify(Model):
    """The burst on suspicion: probe the suspect and these checks' targets fast.

    A burst of fewer probes than the judge's sequential test needs (a TCP connection is no
    cheap probe) only brings the next runs forward; then `Confirm` decides.
    """

    uplinks: tuple[str, ...] = ()  # slugs of the reach checks of every target above
    spacing: float = 0.075  # seconds between two probes of one address
    probes: int = 40  # at the most; about 23 misses suffice


class PortFact(Model):
    """A port of the looked-at device that carries a link, so that its state speaks of the link."""

    port: str  # ifName
    link: str  # target slug


class Check(Model):
    """One way of looking at one target; the unit of scheduling, all an agent needs to know."""

    slug: str  # "<target>/<collector>"
    target: str
    collector: str
    address: str
    params: Mapping[str, object] = Field(default_factory=dict)
    vantage: str = "center"
    interval: float = 60.0  # seconds
    timeout: float = 10.0  # seconds, for the whole run
    reach: bool = False  # does it decide up and down? Others only degrade.
    confirm: Confirm = Confirm()
    verify: Verify | None = None
    ports: tuple[PortFact, ...] = ()
    secret: str | None = None
    labels: tuple[tuple[str, str], ...] = ()  # identity labels of every sample: instance, site, …


class DaysOff(Model):
    """The days around today on which offices are not open as on others of the week."""

    closed: tuple[date, ...] = ()  # holidays, and days off in lieu
    worked: tuple[date, ...] = ()  # make-up days


class Booking(Model):
    """A meeting that is near or going on, and all that it depends on."""

    meeting: str
    title: str
    begin: datetime
    end: datetime
    rooms: tuple[str, ...]
    officer: str | None = None
    bridge: str | None = None
    path: frozenset[str] = frozenset()  # rooms, sites, lines, devices, up to the vantage; bridge


class Estate(Model):
    """The compiled whole: every target and check of one version of the inventory."""

    targets: tuple[Target, ...] = ()
    checks: tuple[Check, ...] = ()
    days_off: DaysOff = DaysOff()
    rules: tuple[Rule, ...] = ()  # enabled or not
    calendars: Mapping[str, tuple[Hours, ...]] = Field(default_factory=dict)  # that rules name
    bookings: tuple[Booking, ...] = ()  # meetings that are near or going on
    vantages: Mapping[str, str] = Field(default_factory=dict)  # slug → what people call the place


MISS_GRACE = timedelta(seconds=5)  # lateness of our own that is not yet a missed check
