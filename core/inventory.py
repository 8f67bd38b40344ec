"""What people edit: units, organisations, sites, devices, links, rooms, services, calendars …

Identity is a slug that never changes. Everything else is valid-time: a row holds from
`valid_from` (inclusive) to `valid_to` (exclusive, None = still), so that a reform or a
rename breaks no history. Dates are local days of Asia/Ho_Chi_Minh.
"""

import re
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from core.model import Line, Model, Slug

EPOCH = date(1976, 1, 1)  # "always": before any unit of today was formed
ProvinceCode = Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
DutyRole = Annotated[str, StringConstraints(pattern="^(primary|secondary)$")]
HANDOVER = time(7, 30)  # when duty passes on, where nothing else is said
Matcher = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*!?=[^\s,;|]*$")]
SERIES_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,199}")
UnitCode = Annotated[str, StringConstraints(pattern=r"^(\d{2}|\d{3}|\d{5})$")]


class UnitLevel(StrEnum):
    """The tiers of local government; `district` ended on 30 June 2025."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class Dated(Model):
    """A row that holds for a span of days."""

    slug: Slug
    valid_from: date = EPOCH
    valid_to: date | None = None


class Unit(Dated):
    """An administrative area. Codes are zero-padded text of 2, 3 or 5 digits (QĐ 19/2025)."""

    code: UnitCode
    level: UnitLevel
    name: Line  # "Phường Bình Phước"
    name_en: Line | None = None
    parent: Slug | None = None
    province_code: ProvinceCode


class Succession(Model):
    """`old` became (part of) `new` on a day; many to many. A row is its own identity."""

    old: Slug
    new: Slug
    on: date
    partial: bool = False


class Organisation(Dated):
    """Who sits in a unit: government, Party, union, school, clinic."""

    name: Line
    kind: Line = "government"
    unit: Slug


class Site(Dated):
    """A place with equipment. Its unit is where it lies; its calendar when it is expected on."""

    name: Line
    name_en: Line | None = None
    unit: Slug
    organisation: Slug | None = None
    role: Annotated[str, StringConstraints(pattern="^(center|hub|site)$")] = "site"
    address: Line | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    calendar: Slug | None = None
    contact: Slug | None = None
    feeder: Line | None = None  # the power feeder it hangs on


class Device(Dated):
    """Anything with an address: gateway, switch, server, endpoint, bridge, UPS."""

    name: Line
    site: Slug
    kind: Annotated[
        str,
        StringConstraints(
            pattern="^(gateway|router|switch|firewall|server|endpoint|bridge|ups|other)$"
        ),
    ]
    vendor: Line | None = None
    model: Line | None = None
    address: Line  # IPv4, IPv6 or a host name
    profile: Slug | None = None  # None: by kind and vendor
    secret: Slug | None = None  # the name of a credential, never the credential
    uplinks: tuple[
        Slug, ...
    ] = ()  # links or devices, ordered alternatives; empty: the site's gateway
    calendar: Slug | None = None


class Link(Dated):
    """A line between two devices, of a carrier. `near` is the side of the centre."""

    name: Line
    near: Slug
    far: Slug
    near_port: Line | None = None  # ifName at `near`: what its SNMP agent calls the port
    far_port: Line | None = None
    carrier: Line | None = None
    circuit: Line | None = None  # the carrier's own id of the line
    capacity_mbps: Annotated[float, Field(gt=0)] | None = None
    medium: Line | None = None
    network: Line | None = None  # "TSLCD cấp II", "Internet"
    # What answers only over this line, where there is such an address; several: `any:…,…`.
    address: Line | None = None
    order: Annotated[int, Field(ge=1)] = 1  # 1 = main line of `far`, 2 = its first reserve
    ring: Line | None = None  # of the carrier: lines of one ring fail together
    pop: Line | None = None  # the carrier's station that the line comes from


_ALIAS = r"^[^\s;,|=+\-@'][^\s;,|]{0,199}$"  # nothing that begins like a formula


class Room(Dated):
    """A điểm cầu: a room that joins meetings, with or without equipment of its own."""

    name: Line
    name_en: Line | None = None
    site: Slug
    device: Slug | None = None  # its endpoint; None: joins by PC, is as its site is
    seats: Annotated[int, Field(ge=1)] | None = None
    contact: Slug | None = None  # whom to phone
    calendar: Slug | None = None
    # What bridges call it: SIP URIs, numbers, accounts.
    aliases: tuple[Annotated[str, StringConstraints(pattern=_ALIAS)], ...] = ()


_NEED = r"^[a-z0-9][a-z0-9._-]{0,62}(\|[a-z0-9][a-z0-9._-]{0,62})*$"


class Service(Dated):
    """What people use: a website, a portal, mail, DNS. Its `url` says how it is looked at.

    Schemes: `https://…`, `http://…`, `tls://host:port`, `tcp://host:port`,
    `dns://server[:port]/name?type=A`, `ntp://host[:port]`, `sip:host[:port][;transport=tcp]`,
    `any:address,address[:port][?need=1]`.
    """

    name: Line
    name_en: Line | None = None
    kind: Annotated[
        str,
        StringConstraints(pattern="^(website|portal|application|mail|dns|ntp|sip|other)$"),
    ] = "website"
    url: Line
    unit: Slug | None = None  # the area it serves; None: that of its organisation or site
    organisation: Slug | None = None  # who owns it
    site: Slug | None = None  # where it stands; None: outside our sites
    device: Slug | None = None  # the server it runs on, whose failure explains its own
    keyword: Line | None = None  # what a web page must contain
    contact: Slug | None = None
    calendar: Slug | None = None
    vantage: Slug | None = None  # from where it is looked at; None: from where this platform stands
    # Services, devices and sites that it cannot do without; `a|b`: one of them is enough.
    depends_on: tuple[Annotated[str, StringConstraints(pattern=_NEED)], ...] = ()

    @property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """Return what it cannot do without: of each tuple one."""
        return tuple(tuple(need.split("|")) for need in self.depends_on)


class Measure(Dated):
    """A way of looking at a service or device beside what its kind brings: a template, filled in.

    `params` are the template's fields, `field=value; field=value`; what is secret is only named.
    """

    target: Slug  # a service or a device
    template: Slug
    params: Annotated[str, StringConstraints(max_length=4000)] | None = None
    address: Line | None = None  # whom to ask; None: the target's own
    secret: Slug | None = None
    interval: Annotated[int, Field(ge=10, le=86_400)] | None = None  # seconds; None: the template's


class Contact(Dated):
    """A person who is told.

    In the hours of `quiet`, a calendar, only critical incidents are told, unless the person is
    on duty; the others when those hours end, if they still hold.
    """

    name: Line
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?\d{9,15}$")] | None = None
    language: Annotated[str, StringConstraints(pattern="^(vi|en)$")] = "vi"
    unit: Slug | None = None  # told of this subtree only; None = of everything
    quiet: Slug | None = None


class CalendarSpan(Dated):
    """One span of a calendar of hours; a calendar is all rows of one slug.

    `days` are 1 (Monday) … 7 (Sunday). `begin` before `end`, local time; an `end` of 23:59:59
    or later is midnight. It follows the special days unless it is `open_on_holidays`.
    """

    name: Line
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...]
    begin: time
    end: time
    open_on_holidays: bool = False


class SpecialDay(Model):
    """A day that is not like its day of the week. Its date is its identity.

    `holiday` (nghỉ lễ) and `substitute` (nghỉ bù, hoán đổi) are off; `working` (làm bù) is
    worked like the day of the week `like` (1 = Monday).
    """

    on: date
    kind: Annotated[str, StringConstraints(pattern="^(holiday|substitute|working)$")] = "holiday"
    name: Line
    like: Annotated[int, Field(ge=1, le=7)] = 1


class Rota(Dated):
    """A duty rota (lịch trực). Who is on duty follows from its rules, shifts and swaps.

    `calendar` are the hours in which somebody must be on duty; None: day and night.
    """

    name: Line
    owner: Slug | None = None  # a contact, who is to hear of gaps, overlaps and doubles
    calendar: Slug | None = None


class RotaRule(Dated):
    """People who take turns on a rota, from `start` on, in their order.

    On every duty day one of them is on duty from `begin` to `end`, local time; an `end` that is
    not after `begin` lies on the next day. A turn is one duty day, or a week counted from
    `start`. `holidays`: `any` = special days are like any other, `skip` = no duty on days off and
    a make-up day is like the day that it stands for, `only` = days off alone.
    """

    name: Line
    rota: Slug
    role: DutyRole = "primary"
    people: tuple[Slug, ...]  # contacts
    start: date
    turn: Annotated[str, StringConstraints(pattern="^(day|week)$")] = "day"
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5, 6, 7)
    begin: time = HANDOVER
    end: time = HANDOVER
    holidays: Annotated[str, StringConstraints(pattern="^(any|skip|only)$")] = "any"


class Shift(Model):
    """Who is on duty on one day of a rota, as a list says it; over whatever its rules say.

    A row is its own identity but for the person: rota, day, begin and role. An `end` that is
    not after `begin` lies on the next day.
    """

    rota: Slug
    on: date
    role: DutyRole = "primary"
    contact: Slug
    begin: time = HANDOVER
    end: time = HANDOVER


class EscalationStep(Dated):
    """One step of a chain of who is told; a chain is all rows of one slug.

    `after` minutes from when the first is told, while nobody has acknowledged, `tell` says whom:
    who is on duty on `rota` (`primary`, `secondary`), a `contact`, the contact of the `site`, or
    everybody whom the incident is `concerned` with. What `severities` and `unit` the chain is for
    is said by its first step.
    """

    name: Line
    step: Annotated[int, Field(ge=1)] = 1
    after: Annotated[int, Field(ge=0)] = 0  # minutes
    tell: Annotated[
        str, StringConstraints(pattern="^(primary|secondary|contact|site|concerned)$")
    ] = "primary"
    rota: Slug | None = None
    contact: Slug | None = None
    channels: tuple[Slug, ...] = ()  # empty: every channel
    severities: tuple[
        Annotated[str, StringConstraints(pattern="^(critical|major|warning|info)$")], ...
    ] = ()  # empty: every severity
    unit: Slug | None = None  # of incidents in this subtree only; None: anywhere


class Rule(Dated):
    """A bound on a measured value: what is beyond it for `duration` degrades its target.

    `metric` and `labels` (`name=value` or `name!=value`) select series; `value` says what is
    compared: the `last` sample, its `mean` over the window, the `rate` per second of a counter,
    or the share `of_capacity` (per cent) of the link that a counter of octets takes. It ends at
    `recovery`, which lies on the good side of `threshold`. With the value `expression` the `metric`
    is PromQL instead, asked of the engine; each of its series names a target by its labels.
    `unit`, `kind` and `role` narrow what it holds for. `source`: whether the number is `law`, a
    `proposal` of ours, or one's `own`.
    """

    name: Line
    name_en: Line | None = None
    metric: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    labels: tuple[Matcher, ...] = ()
    value: Annotated[
        str, StringConstraints(pattern="^(last|mean|rate|of_capacity|expression)$")
    ] = "last"
    window: Annotated[int, Field(ge=0, le=1440)] = 0  # minutes, of all but `last`
    comparison: Annotated[str, StringConstraints(pattern="^(above|below)$")] = "above"
    threshold: float
    recovery: float | None = None  # None: the threshold itself
    duration: Annotated[int, Field(ge=0)] = 0  # minutes
    calendar: Slug | None = None  # hours in which it holds; None: always
    severity: Annotated[str, StringConstraints(pattern="^(critical|major|warning|info)$")] = (
        "warning"
    )
    unit: Slug | None = None
    kind: Annotated[str, StringConstraints(pattern="^(device|link|service)$")] | None = None
    role: Line | None = None  # of a device: router, endpoint …
    enabled: bool = False
    source: Annotated[str, StringConstraints(pattern="^(law|proposal|own)$")] = "own"

    @model_validator(mode="after")
    def _names_a_series(self) -> Self:
        if self.value != "expression" and not SERIES_NAME.fullmatch(self.metric):
            raise ValueError("metric must be the name of a series")
        return self


class Certificate(Dated):
    """A digital certificate (chứng thư số) of a person, an organisation or a server.

    `ends` is the last day on which it may be used. Who is told before that is its `contact`.
    """

    name: Line  # of whom it is for
    kind: Annotated[str, StringConstraints(pattern="^(person|organisation|server|other)$")] = (
        "person"
    )
    serial: Line  # as its authority writes it, hexadecimal as a rule
    issuer: Line | None = None
    begins: date | None = None
    ends: date
    unit: Slug | None = None
    organisation: Slug | None = None
    contact: Slug | None = None  # the owner, who is told before it ends
    note: Line | None = None


class Inventory(Model):
    """All rows of a folder, or of the ledger, at once."""

    units: tuple[Unit, ...] = ()
    successions: tuple[Succession, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    sites: tuple[Site, ...] = ()
    devices: tuple[Device, ...] = ()
    links: tuple[Link, ...] = ()
    rooms: tuple[Room, ...] = ()
    services: tuple[Service, ...] = ()
    contacts: tuple[Contact, ...] = ()
    calendars: tuple[CalendarSpan, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    rotas: tuple[Rota, ...] = ()
    rota_rules: tuple[RotaRule, ...] = ()
    shifts: tuple[Shift, ...] = ()
    escalations: tuple[EscalationStep, ...] = ()
    rules: tuple[Rule, ...] = ()
    measures: tuple[Measure, ...] = ()
    certificates: tuple[Certificate, ...] = ()


class Changes(Model):
    """What turns one inventory into another: rows to write by their key, rows to remove.

    The key of a dated row is (table, slug, valid_from), of a succession (old, new, on), of a
    calendar span (slug, valid_from, days, begin), of a special day its date, of a shift (rota, on,
    begin, role), of a step (slug, valid_from, step). Retiring is a `put` with `valid_to`.
    """

    put: Inventory = Inventory()
    drop: Inventory = Inventory()

    @property
    def empty(self) -> bool:
        """Say whether there is nothing to do."""
        return self == Changes()
