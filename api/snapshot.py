"""The present picture that every page draws from: estate, names, statuses, open incidents.

It is read from the ledger once per change (every status change and incident leaves an event
there), not once per request.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from alerts.pausing import paused
from api.context import Context
from api.ground import Ground
from core.clock import LOCAL
from core.incident import Incident, IncidentState, Severity
from core.inventory import Contact, Unit
from core.people import User, called
from core.silence import Holder, Pause
from core.status import Status, TargetState
from core.text import Language, fold, vietnamese_order
from core.watching import Estate, Target, TargetKind

_SEVERITIES = (Severity.CRITICAL, Severity.MAJOR, Severity.WARNING, Severity.INFO)
OPEN_LIMIT = 500  # open incidents shown at once
FEW = 2000  # events between two pictures, after which all states are read rather than the changed


@dataclass(frozen=True, eq=False)
class Picture:
    """Everything as it stands at one event of the ledger."""

    key: tuple[object, ...]
    event: int
    estate: Estate
    states: Mapping[str, TargetState]
    incidents: tuple[Incident, ...]
    units: Mapping[str, Unit]
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    haystacks: Mapping[str, str] = field(default_factory=dict)  # target → what a search looks in
    surface: Ground | None = None  # None: made of the estate and the units
    pauses: Mapping[str, Pause] = field(default_factory=dict)  # open incident → what hides it
    holding: tuple[Holder, ...] = ()  # what holds pages back now, whatever is open
    phones: Mapping[str, str] = field(default_factory=dict)  # room or site → its contact

    @cached_property
    def ground(self) -> Ground:
        """Return what changes with the inventory alone."""
        return self.surface or Ground(self.estate, self.units)

    @property
    def targets(self) -> dict[str, Target]:
        """Return the targets by slug."""
        return self.ground.targets

    @property
    def sites(self) -> list[Target]:
        """Return the sites."""
        return self.ground.by_kind[TargetKind.SITE]

    @property
    def by_site(self) -> dict[str, list[Target]]:
        """Return the devices of each site, in the site's own order (gateway first)."""
        return self.ground.by_site

    @cached_property
    def sited(self) -> frozenset[str]:
        """Return the slugs of the units with a site within: those that have a page."""
        return frozenset(slug for site in self.sites for slug in site.unit_path)

    @cached_property
    def services(self) -> list[Target]:
        """Return the services, worst first."""
        found = self.ground.by_kind[TargetKind.SERVICE]
        return sorted(found, key=lambda t: (-self.status(t.slug).badness, vietnamese_order(t.name)))

    @cached_property
    def well(self) -> frozenset[str]:
        """Return the targets that are up."""
        return frozenset(s for s, state in self.states.items() if state.status is Status.UP)

    def status(self, slug: str) -> Status:
        """Return how a target is; unknown if nothing was ever observed."""
        state = self.states.get(slug)
        return state.status if state else Status.UNKNOWN

    def since(self, slug: str) -> datetime | None:
        """Return since when it is so."""
        state = self.states.get(slug)
        return state.since if state else None

    def unit_name(self, slug: str, language: Language) -> str:
        """Return a unit's name in a language, the slug if its row is missing."""
        unit = self.units.get(slug)
        if unit is None:
            return slug
        return unit.name_en or unit.name if language == "en" else unit.name

    def person(self, name: str) -> str:
        """Return the full name of a user or a contact."""
        return called(name, self.users.get(name), self._contact_names)

    @cached_property
    def _contact_names(self) -> dict[str, str]:
        return {slug: contact.name for slug, contact in self.contacts.items()}

    def incident_of(self, slug: str) -> Incident | None:
        """Return the open incident that a target is part of."""
        return next((one for one in self.incidents if slug in one.present), None)


def worst_first(incidents: Sequence[Incident]) -> list[Incident]:
    """Return incidents by severity, then by how many they touch, then the oldest first."""
    return sorted(
        incidents,
        key=lambda one: (
            _SEVERITIES.index(one.severity),
            one.acked_by is not None,
            -len(one.present),
            one.began_at,
        ),
    )


class Pictures:
    """Keeps the newest picture."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._newest: Picture | None = None
        self._read_at = 0.0  # monotonic: when reading the newest began
        self._names: _Names | None = None
        self._holders: tuple[int, list[Holder]] = (-1, [])  # as of an event
        self._reading = asyncio.Lock()

    async def now(self) -> Picture:
        """Return the present picture, read anew only if something changed, by one at a time.

        Whoever waits for another's reading that began after the question takes its answer.
        """
        asked = self._context.clock.monotonic()
        async with self._reading:
            if self._newest is None or self._read_at <= asked:
                begun = self._context.clock.monotonic()
                self._newest = await self._now()
                self._read_at = begun
            return self._newest

    async def _now(self) -> Picture:
        ledger = self._context.ledger
        event = await ledger.events.last_event_id()
        estate = self._context.estate()
        version = await ledger.inventory.version()
        now = self._context.clock.now()
        today = now.astimezone(LOCAL).date()
        holders = await self._holding(event, now)
        key = (
            event,
            version,
            today,
            id(estate),
            tuple((one.id, one.holds_until(now)) for one in holders),
        )
        if self._newest is not None and self._newest.key == key:
            return self._newest
        names = await self._named((version, today, id(estate)), estate, today)
        states = await self._states(event)
        found = await ledger.incidents.find(state=IncidentState.OPEN, limit=OPEN_LIMIT)
        pauses = {
            one.id: pause
            for one in found.items
            if (pause := paused(one, names.surface.targets, holders, now)) is not None
        }
        return Picture(
            key=key,
            event=event,
            estate=estate,
            states=states,
            incidents=tuple(worst_first(found.items)),
            units=names.units,
            contacts=names.contacts,
            haystacks=names.haystacks,
            phones=names.phones,
            users={user.name: user for user in await ledger.people.users()},
            surface=names.surface,
            pauses=pauses,
            holding=tuple(holders),
        )

    async def _holding(self, event: int, now: datetime) -> list[Holder]:
        """Return what holds pages back now: silences and works. A new one leaves an event."""
        if self._holders[0] != event:
            ledger = self._context.ledger
            works = await ledger.maintenance.find(now)
            self._holders = (event, [*await ledger.silences.find(now), *works])
        return [one for one in self._holders[1] if one.holds_until(now) is not None]

    async def _states(self, event: int) -> Mapping[str, TargetState]:
        """Return how everything is; of what changed little since the last time, only that is read.

        A country has tens of thousands of states, and a cut changes ten of them.
        """
        ledger, before = self._context.ledger, self._newest
        if before is None or not 0 <= event - before.event <= FEW:
            return await ledger.status.states()
        news = await ledger.events.events_after(before.event, FEW + 1)
        touched = {one.subject for one in news if one.kind == "status"}
        if not touched:
            return before.states
        return {**before.states, **await ledger.status.states(touched)}

    async def _named(self, key: object, estate: Estate, today: date) -> "_Names":
        if self._names is None or self._names.key != key:
            inventory = await self._context.ledger.inventory.load(today)
            units = {unit.slug: unit for unit in inventory.units}
            contacts = {contact.slug: contact for contact in inventory.contacts}
            surface = Ground(estate, units)
            haystacks = await asyncio.to_thread(_haystacks, estate, units)
            places = {site.slug: site.contact for site in inventory.sites}
            places |= {room.slug: room.contact for room in inventory.rooms}
            phones = {place: who for place, who in places.items() if who in contacts and who}
            self._names = _Names(key, units, contacts, haystacks, surface, phones)
        return self._names


@dataclass(frozen=True, slots=True)
class _Names:
    """What changes with the inventory alone."""

    key: object
    units: Mapping[str, Unit]
    contacts: Mapping[str, Contact]
    haystacks: Mapping[str, str]
    surface: Ground
    phones: Mapping[str, str]


def where(units: Mapping[str, Unit], path: Sequence[str]) -> str:
    """Return where something lies, the nearest unit first: `Xã Đăk Ơ – Tỉnh Đồng Nai`."""
    return " – ".join(units[slug].name if slug in units else slug for slug in reversed(path))


def _haystacks(estate: Estate, units: Mapping[str, Unit]) -> dict[str, str]:
    found = {}
    for target in estate.targets:
        parts = (
            target.name,
            target.name_en,
            target.slug,
            target.address,
            target.circuit,
            where(units, target.unit_path),
        )
        found[target.slug] = fold(" ".join(part for part in parts if part))
    return found


def fresh(observed_until: datetime | None, now: datetime) -> bool:
    """Say whether we are looking: observed within the last 15 s (it is noted every second)."""
    return observed_until is not None and now - observed_until < timedelta(seconds=15)
