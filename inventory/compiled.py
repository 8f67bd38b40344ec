"""From what people wrote down to what is looked at: targets, and the checks upon them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from pydantic import Field

from core.inventory import Dated, Device, Inventory, Link, Room, Service, Site, Unit
from core.model import Model, Slug
from core.risks import Risk, risks_of_line, risks_of_site
from core.watching import Check, Confirm, Estate, Hours, PortFact, Target, TargetKind, Verify
from inventory import command_lines, templating
from inventory.hours import days_off, hours_of
from inventory.plan import as_of
from inventory.profiles import MAPPED, PUBLISHING, REACH, ProfileCheck, profile_of
from inventory.uplinks import Ways, all_above, ways
from inventory.urls import Way, cut

JOB = "thongsuot"
DatedRow = TypeVar("DatedRow", bound=Dated)
_REACH_BY_CONNECTION = 10.0  # seconds: a device logs every connection, so not each second
_SPACING = 1.0  # seconds between two connections on suspicion
# What is looked at more seldom than every five minutes has no value in between (Prometheus).
_INTERVALS = MappingProxyType({"tcp": 30.0, "snmp_neighbours": 240.0, "snmp_inventory": 240.0})
_TIMEOUTS = MappingProxyType(
    {
        "icmp": 2.0,
        "tcp": 3.0,
        "any_of": 5.0,
        "snmp_system": 10.0,
        "snmp_neighbours": 30.0,
        "snmp_inventory": 30.0,
    }
)
_INTERVAL, _TIMEOUT = 60.0, 20.0  # seconds, of any other collector
_SERVICE_TIMEOUTS = MappingProxyType({"http": 10.0})
_SERVICE_TIMEOUT = 5.0  # seconds, of any other service


class LookingDefaults(Model):
    """What holds for every check that neither its profile nor its device says otherwise about.

    Intervals are seconds, by collector; reach checks run every `reach_interval`.
    """

    vantage: Slug = "center"
    vantages: Mapping[str, str] = Field(default_factory=dict)  # slug → its name
    reach_interval: float = Field(default=1.0, gt=0)
    icmp_blocked: bool = False
    reach_port: int = Field(default=443, ge=1, le=65535)  # of profiles without a tcp check
    snmp_port: int = Field(default=161, ge=1, le=65535)
    snmp_secret: Slug | None = "snmp-default"  # noqa: S105  (a name, of devices that name none)
    snmp_community: str | None = None  # in plain sight instead, for labs
    intervals: Mapping[str, float] = Field(default_factory=dict)
    pauses: Mapping[str, float] = Field(default_factory=dict)  # no meeting makes them shorter
    maps: str | None = None  # a folder of maps of objects, for equipment of which we know none
    authorities: str | None = None  # of services by TLS: a PEM file, instead of the system's
    published: bool = False  # whether rooms may publish the quality of their calls
    cli_secret: Slug | None = None  # the login of command lines; None: they are not asked
    cli_port: int = Field(default=22, ge=1, le=65535)
    cli_secrets: Mapping[str, str] = Field(default_factory=dict)  # by device, of those with another


def compile_estate(inventory: Inventory, on: date, settings: LookingDefaults) -> Estate:
    """Return the targets and checks of a day; the same rows give the same estate.

    Rows should have passed `validate.problems`. Of those that did not, a device without its
    site, a link without one of its ends, a room without its site and a service whose address
    says nothing are left out rather than stop the watch.
    """
    return _Compiler(as_of(inventory, on), on, settings).estate()


class _Compiler:
    """The lookups that one compilation shares."""

    def __init__(self, today: Inventory, on: date, settings: LookingDefaults) -> None:
        self.settings = settings
        self.units = {unit.slug: unit for unit in today.units}
        self.offices = {office.slug: office.unit for office in today.organisations}
        self.sites = {site.slug: site for site in today.sites}
        self.devices = {d.slug: d for d in _sorted(today.devices) if d.site in self.sites}
        self.links = {
            link.slug: link
            for link in _sorted(today.links)
            if link.near in self.devices and link.far in self.devices
        }
        self.rooms = [room for room in _sorted(today.rooms) if room.site in self.sites]
        self.services = [
            (service, way)
            for service in _sorted(today.services)
            if isinstance(way := cut(service.url), Way)
        ]
        self.ways: Ways = ways(
            today.sites, tuple(self.devices.values()), tuple(self.links.values())
        )
        self.measures = _sorted(today.measures)
        self.hours = hours_of(today, on)
        self.rules = _sorted(today.rules)
        self.days_off = days_off(today, on)
        self.paths: dict[str, tuple[str, ...]] = {}
        self.members: defaultdict[str, list[str]] = defaultdict(list)
        self.ports: defaultdict[str, list[PortFact]] = defaultdict(list)
        for device in self.devices.values():
            first = self.ways.gateway.get(device.site) == device.slug
            self.members[device.site].insert(0 if first else len(self.devices), device.slug)
        for link in self.links.values():
            for device_slug, port in ((link.near, link.near_port), (link.far, link.far_port)):
                if port is not None:
                    self.ports[device_slug].append(PortFact(port=port, link=link.slug))
        self.reach = {device.slug: self._reach(device) for device in self.devices.values()}
        line = self._reach_by(profile_of("other", None).checks)
        self.reach |= {link.slug: line for link in self.links.values() if link.address}
        self.several = {
            link.slug: way
            for link in self.links.values()
            if isinstance(way := cut(link.address or ""), Way) and way.collector == "any_of"
        }
        self.reach |= {s: ProfileCheck(w.collector, w.params) for s, w in self.several.items()}

    def estate(self) -> Estate:
        targets = [self._site(site) for site in _sorted(list(self.sites.values()))]
        targets += [self._link(link) for link in self.links.values()]
        targets += [self._device(device) for device in self.devices.values()]
        targets += [self._room(room) for room in self.rooms]
        targets += [self._service(service, way) for service, way in self.services]
        targets += self._groups()
        checks = [
            self._check(device, check)
            for device in self.devices.values()
            for check in self._checks(device)
        ]
        checks += [c for device in self.devices.values() for c in self._command_lines(device)]
        checks += [self._line_check(link) for link in self.links.values() if link.address]
        checks += [self._service_check(service, way) for service, way in self.services]
        checks += self._measures()
        return Estate(
            targets=tuple(targets),
            checks=tuple(checks),
            days_off=self.days_off,
            rules=tuple(self.rules),
            calendars={r.calendar: self._expected(r.calendar) for r in self.rules if r.calendar},
            vantages=self.settings.vantages,
        )

    def _site(self, site: Site) -> Target:
        return Target(
            slug=site.slug,
            kind=TargetKind.SITE,
            name=site.name,
            name_en=site.name_en,
            site=site.slug,
            unit=site.unit,
            unit_path=self._path(site.unit),
            role=site.role,
            members=tuple(self.members[site.slug]),
            expected=self._expected(site.calendar),
            valid_from=site.valid_from,
            risks=tuple(risk.slug for risk in risks_of_site(site)),
        )

    def _link(self, link: Link) -> Target:
        far = self.devices[link.far]
        site = self.sites[far.site]
        return Target(
            slug=link.slug,
            kind=TargetKind.LINK,
            name=link.name,
            site=site.slug,
            unit=site.unit,
            unit_path=self._path(site.unit),
            role="link",
            address=link.address,
            uplinks=self.ways.uplinks[link.slug],
            members=(link.far,),
            carrier=link.carrier,
            circuit=link.circuit,
            expected=self._expected(far.calendar or site.calendar),
            capacity_mbps=link.capacity_mbps,
            medium=link.medium,
            valid_from=link.valid_from,
            risks=tuple(risk.slug for risk in risks_of_line(link)),
        )

    def _device(self, device: Device) -> Target:
        site = self.sites[device.site]
        return Target(
            slug=device.slug,
            kind=TargetKind.DEVICE,
            name=device.name,
            site=site.slug,
            unit=site.unit,
            unit_path=self._path(site.unit),
            role=device.kind,
            address=device.address,
            uplinks=self.ways.uplinks[device.slug],
            expected=self._expected(device.calendar or site.calendar),
            vendor=device.vendor,
            model=device.model,
            valid_from=device.valid_from,
        )

    def _groups(self) -> list[Target]:
        """Return what several lines or sites share; what only one has is no shared risk."""
        risks: dict[str, Risk] = {}  # the same words may be written in several ways
        members: defaultdict[str, list[Link | Site]] = defaultdict(list)
        for link in self.links.values():
            for risk in risks_of_line(link):
                members[risks.setdefault(risk.slug, risk).slug].append(link)
        for site in _sorted(list(self.sites.values())):
            for risk in risks_of_site(site):
                members[risks.setdefault(risk.slug, risk).slug].append(site)
        return [
            self._group(risks[slug], found)
            for slug, found in sorted(members.items())
            if len(found) > 1
        ]

    def _group(self, risk: Risk, members: Sequence[Link | Site]) -> Target:
        """Return a group; its unit is the least that holds all its members."""
        sites = [
            member if isinstance(member, Site) else self.sites[self.devices[member.far].site]
            for member in members
        ]
        path = _shared([self._path(site.unit) for site in sites])
        return Target(
            slug=risk.slug,
            kind=TargetKind.GROUP,
            name=risk.name.vi,
            name_en=risk.name.en,
            unit=path[-1] if path else None,
            unit_path=path,
            role=risk.kind,
            members=tuple(member.slug for member in members),
            carrier=risk.carrier,
        )

    def _room(self, room: Room) -> Target:
        """Return a room: as its endpoint is, or its site where it has none."""
        site, device = self.sites[room.site], self.devices.get(room.device or "")
        calendar = room.calendar or (device.calendar if device else None) or site.calendar
        return Target(
            slug=room.slug,
            kind=TargetKind.ROOM,
            name=room.name,
            name_en=room.name_en,
            site=site.slug,
            unit=site.unit,
            unit_path=self._path(site.unit),
            role="room",
            members=(device.slug if device else site.slug,),
            expected=self._expected(calendar),
            valid_from=room.valid_from,
            aliases=room.aliases,
        )

    def _service(self, service: Service, way: Way) -> Target:
        """Return a service: behind its server, else its site's gateway, else outside."""
        site = self._place(service)
        unit = (
            service.unit
            or self.offices.get(service.organisation or "")
            or (site.unit if site else None)
        )
        return Target(
            slug=service.slug,
            kind=TargetKind.SERVICE,
            name=service.name,
            name_en=service.name_en,
            site=site.slug if site else None,
            unit=unit,
            unit_path=self._path(unit) if unit else (),
            role=service.kind,
            address=way.host,
            uplinks=self._above(service),
            needs=self._needs(service),
            expected=self._expected(service.calendar),
            valid_from=service.valid_from,
        )

    def _needs(self, service: Service) -> tuple[tuple[str, ...], ...]:
        """Return what a service cannot do without; a site stands for its gateway, or its devices.

        What is not watched explains nothing, and is left out.
        """
        watched = {one.slug for one, _ in self.services} | self.devices.keys()
        meant = (
            tuple(
                dict.fromkeys(
                    found
                    for slug in need
                    for found in (self._entrance(slug) if slug in self.sites else (slug,))
                    if found in watched
                )
            )
            for need in service.needs
        )
        return tuple(need for need in meant if need)

    def _entrance(self, site: str) -> tuple[str, ...]:
        gateway = self.ways.gateway.get(site)
        return (gateway,) if gateway else tuple(self.members[site])

    def _place(self, service: Service) -> Site | None:
        device = self.devices.get(service.device or "")
        return self.sites.get(service.site or (device.site if device else ""))

    def _above(self, service: Service) -> tuple[str, ...]:
        if service.device in self.devices:
            return (service.device,)
        gateway = self.ways.gateway.get(service.site or "")
        return (gateway,) if gateway else ()

    def _path(self, unit: str) -> tuple[str, ...]:
        """Return the units from the province down to a unit."""
        if unit not in self.paths:
            path = [unit]
            above: Unit | None = self.units.get(unit)
            while above and above.parent in self.units and above.parent not in path:
                path.insert(0, above.parent)
                above = self.units[above.parent]
            self.paths[unit] = tuple(path)
        return self.paths[unit]

    def _expected(self, calendar: str | None) -> tuple[Hours, ...]:
        return self.hours.get(calendar or "", ())

    def _reach(self, device: Device) -> ProfileCheck:
        """Return the check that decides whether a device can be reached."""
        return self._reach_by(profile_of(device.kind, device.vendor, device.profile).checks)

    def _reach_by(self, checks: Sequence[ProfileCheck]) -> ProfileCheck:
        usable = [check for check in checks if check.collector in REACH]
        if self.settings.icmp_blocked:
            usable = [check for check in usable if check.collector != "icmp"]
        return usable[0] if usable else ProfileCheck("tcp", {"port": self.settings.reach_port})

    def _checks(self, device: Device) -> list[ProfileCheck]:
        """Return the checks of a device, its reach check first."""
        reach = self.reach[device.slug]
        profile = profile_of(device.kind, device.vendor, device.profile)
        others = [
            check
            for check in profile.checks
            if check.collector != reach.collector
            and not (check.collector == "icmp" and self.settings.icmp_blocked)
            and (device.secret is not None or not check.needs_secret)
            and (self.settings.maps is not None or check.collector != MAPPED)
        ]
        if self.settings.published and device.kind == "endpoint":
            others.append(PUBLISHING)
        return [reach, *others]

    def _command_lines(self, device: Device) -> Iterator[Check]:
        settings = self.settings
        secret = command_lines.login_of(device, settings.cli_secret, settings.cli_secrets)
        labels = _labels(device.slug, device.site, settings.vantage)
        return command_lines.checks(
            device, secret, settings.vantage, settings.intervals, labels, port=settings.cli_port
        )

    def _line_check(self, link: Link) -> Check:
        """Return the reach check of a link with an address that answers over it alone."""
        check, several = self.reach[link.slug], self.several.get(link.slug)
        return Check(
            slug=f"{link.slug}/{check.collector}",
            target=link.slug,
            collector=check.collector,
            address=several.host if several else link.address or "",
            params=check.params,
            vantage=self.settings.vantage,
            interval=self._interval(check, reach=True),
            timeout=self._timeout(check),
            reach=True,
            verify=self._verify(link.slug, check),
            labels=_labels(link.slug, self.devices[link.far].site, self.settings.vantage),
        )

    def _service_check(self, service: Service, way: Way) -> Check:
        """Return the one check of a service: what its address asks for decides up and down."""
        http = way.collector == "http"
        keyword = {"keyword": service.keyword} if http and service.keyword else {}
        wanted = self.settings.intervals.get(way.collector, _INTERVAL)
        site, above = self._place(service), self._above(service)
        vantage = service.vantage or self.settings.vantage
        return Check(
            slug=f"{service.slug}/{way.collector}",
            target=service.slug,
            collector=way.collector,
            address=way.host,
            params={**way.params, **keyword, **self._authorities(way)},
            vantage=vantage,
            interval=max(wanted, self.settings.reach_interval),
            timeout=_SERVICE_TIMEOUTS.get(way.collector, _SERVICE_TIMEOUT),
            reach=True,
            verify=Verify(
                uplinks=(
                    *self._checks_of((*above, *self._all_above(above))),
                    *self._checks_needed(service),
                ),
                spacing=_SPACING,
                probes=Confirm().failures,
            ),
            labels=_labels(service.slug, site.slug if site else None, vantage),
        )

    def _measures(self) -> Iterator[Check]:
        """Yield the checks of templates in use: of services and devices that are there."""
        hosts = {service.slug: (way.host, service) for service, way in self.services}
        for measure in self.measures:
            if measure.target in hosts:
                host, service = hosts[measure.target]
                site = self._place(service)
                place, vantage = site.slug if site else None, service.vantage
            elif (device := self.devices.get(measure.target)) is not None:
                host, place, vantage = device.address, device.site, None
            else:
                continue
            where = vantage or self.settings.vantage
            labels = _labels(measure.target, place, where)
            yield from templating.checks(measure, host, where, labels, self.settings.authorities)

    def _authorities(self, way: Way) -> Mapping[str, object]:
        by_tls = way.collector in {"http", "tls"} or way.params.get("transport") == "tls"
        secure = by_tls and self.settings.authorities
        return {"ca": self.settings.authorities} if secure else {}

    def _all_above(self, targets: Sequence[str]) -> tuple[str, ...]:
        return tuple(up for target in targets for up in all_above(target, self.ways.uplinks))

    def _checks_needed(self, service: Service) -> Iterator[str]:
        """Yield the checks of what a service needs: on suspicion they run too."""
        ways = {one.slug: way.collector for one, way in self.services}
        for slug in dict.fromkeys(one for need in self._needs(service) for one in need):
            collector = ways.get(slug) or self.reach[slug].collector
            yield f"{slug}/{collector}"

    def _checks_of(self, targets: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"{up}/{self.reach[up].collector}" for up in targets if up in self.reach)

    def _check(self, device: Device, check: ProfileCheck) -> Check:
        snmp = check.collector.startswith("snmp_")
        reach = check is self.reach[device.slug]
        return Check(
            slug=f"{device.slug}/{check.collector}",
            target=device.slug,
            collector=check.collector,
            address=device.address,
            params=self._params(device, check) if snmp else self._trusting(check),
            vantage=self.settings.vantage,
            interval=self._interval(check, reach=reach),
            timeout=self._timeout(check),
            reach=reach,
            verify=self._verify(device.slug, check) if reach else None,
            ports=tuple(self.ports[device.slug]) if check.collector == "snmp_interfaces" else (),
            secret=self._secret(device) if snmp else device.secret if check.needs_secret else None,
            labels=_labels(device.slug, device.site, self.settings.vantage),
        )

    def _verify(self, target: str, check: ProfileCheck) -> Verify:
        """Return the burst over every path above a target, nearest first."""
        uplinks = self._checks_of(all_above(target, self.ways.uplinks))
        if check.collector == "icmp":
            return Verify(uplinks=uplinks)
        return Verify(uplinks=uplinks, spacing=_SPACING, probes=Confirm().failures)

    def _timeout(self, check: ProfileCheck) -> float:
        return check.timeout or _TIMEOUTS.get(check.collector, _TIMEOUT)

    def _interval(self, check: ProfileCheck, *, reach: bool) -> float:
        if reach and check.collector == "icmp":
            return self.settings.reach_interval
        if reach:
            wanted = self.settings.intervals.get(check.collector, _REACH_BY_CONNECTION)
            return max(wanted, self.settings.reach_interval)
        asked = check.interval or self.settings.intervals.get(check.collector)
        return asked or _INTERVALS.get(check.collector, _INTERVAL)

    def _params(self, device: Device, check: ProfileCheck) -> Mapping[str, object]:
        params = {"port": self.settings.snmp_port, **check.params}
        if device.secret is None and self.settings.snmp_community:
            params["community"] = self.settings.snmp_community
        if check.collector == MAPPED:
            params["maps"] = self.settings.maps
        return params

    def _trusting(self, check: ProfileCheck) -> Mapping[str, object]:
        """Return the parameters of a check; one that shows a login trusts our authorities."""
        trust = check.needs_secret and self.settings.authorities
        return {**check.params, "ca": self.settings.authorities} if trust else check.params

    def _secret(self, device: Device) -> str | None:
        if device.secret is None and self.settings.snmp_community:
            return None
        return device.secret or self.settings.snmp_secret


def _sorted(items: Sequence[DatedRow]) -> list[DatedRow]:
    return sorted(items, key=lambda item: item.slug)


def _labels(instance: str, site: str | None, vantage: str) -> tuple[tuple[str, str], ...]:
    where = (("site", site),) if site else ()
    return (("instance", instance), ("job", JOB), *where, ("vantage", vantage))


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the units that all paths begin with."""
    same = [level[0] for level in zip(*paths, strict=False) if len(set(level)) == 1]
    return tuple(same)
