"""The letters that gather what no single message told: every morning's, and the week's."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from alerts.digest import Hidden, Names, Night, daily, weekly
from alerts.pausing import paused
from alerts.topology import Topology
from core.clock import LOCAL
from core.incident import IncidentState, Message
from core.people import Role, User, called
from core.sending import DIGEST
from core.silence import Holder, Silence
from core.text import Language
from runtime.estate_feed import Edition
from runtime.mailing import Compose, Letters, Reader, addressed, mark
from runtime.settings import Settings
from storage.ledger import Ledger

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Desk:
    """What both letters need: the ledger, the estate, and where the settings want them to go."""

    ledger: Ledger
    edition: Callable[[], Edition]
    at: time  # local
    to: tuple[str, ...] = ()  # contacts or addresses; nobody: the administrators
    language: Language = "vi"
    base_url: str = ""

    @classmethod
    def of(cls, settings: Settings, ledger: Ledger, edition: Callable[[], Edition]) -> Self:
        """Return the desk that the settings describe."""
        digest = settings.telling.digest
        return cls(
            ledger, edition, digest.at, digest.to, settings.web.language, settings.web.address
        )

    def last(self, now: datetime, weekday: int | None = None) -> datetime:
        """Return the last time that a letter was due, of a day of the week if one is given."""
        local = now.astimezone(LOCAL)
        day = local.date() if local.time() >= self.at else local.date() - _DAY
        while weekday is not None and day.isoweekday() != weekday:
            day -= _DAY
        return datetime.combine(day, self.at, LOCAL).astimezone(UTC)

    async def everybody(self, name: str) -> list[Reader]:
        """Return whom the settings name, else the administrators that can be reached."""
        contacts = self.edition().contacts
        if self.to:
            return addressed(name, self.to, contacts, self.language)
        users = await self.ledger.people.users()
        admins = [u for u in users if u.role is Role.ADMIN and not u.disabled]
        return [reader for user in admins for reader in self.reach(user.name, {user.name: user})]

    def reach(self, name: str, users: dict[str, User]) -> list[Reader]:
        """Return the address of an account or a contact, if it has one."""
        user = users.get(name)
        meant = user.contact if user is not None and user.contact else name
        for contact in self.edition().contacts:
            if contact.slug == meant and contact.email:
                return [(contact.email, "en" if contact.language == "en" else "vi")]
        return []

    async def names(self) -> Names:
        """Return what things and people are called."""
        edition = self.edition()
        users = {user.name: user for user in await self.ledger.people.users()}
        contacts = {contact.slug: contact.name for contact in edition.contacts}
        return Names(
            await asyncio.to_thread(Topology, edition.estate),
            {unit.slug: unit.name for unit in edition.units},
            lambda name: called(name, users.get(name), contacts),
        )


@dataclass(frozen=True, slots=True)
class DailyLetters:
    """Every morning: what happened, who was told, what is open, what is silenced."""

    desk: Desk
    name: str = f"{DIGEST}daily"
    channel: str | None = None

    def period(self, now: datetime) -> str:
        """Return the morning, by its local day."""
        return f"day {_day(self.desk.last(now))}"

    async def readers(self, now: datetime) -> list[Reader]:  # noqa: ARG002  (the week's need it)
        """Return whom the settings name, else the administrators."""
        return await self.desk.everybody(self.name)

    async def write(self, now: datetime) -> Compose:
        """Look up the last day; what is open is told as it stands now."""
        end = self.desk.last(now)
        ledger, names = self.desk.ledger, await self.desk.names()
        incidents = await ledger.incidents.during(end - _DAY, end)
        silences = [s for s in await ledger.silences.find(now) if s.holds_until(now) is not None]
        holders: list[Holder] = [*silences, *await ledger.maintenance.find(now)]
        targets = names.topology.targets
        pauses = {
            one.id: pause
            for one in incidents
            if one.state is IncidentState.OPEN
            and (pause := paused(one, targets, holders, now)) is not None
        }
        fates = await ledger.outbox.fates([one.id for one in incidents])
        night = Night(end - _DAY, end, incidents, fates, pauses, silences)
        period = self.period(now)

        def compose(address: str, language: Language) -> Message:
            subject, body = daily(night, names, language, self.desk.base_url)
            return Message(f"digest.{mark(self.name, period, address)}", address, subject, body)

        return compose


@dataclass(frozen=True, slots=True)
class WeeklyLetters:
    """Every Monday: what each silence hid, to its owner; to the administrators all of them."""

    desk: Desk
    name: str = f"{DIGEST}weekly"
    channel: str | None = None

    def period(self, now: datetime) -> str:
        """Return the Monday on which the week is told."""
        return f"week {_day(self.desk.last(now, 1))}"

    async def readers(self, now: datetime) -> list[Reader]:
        """Return the owners of the week's silences and whom the settings name; nobody if none."""
        silences = await self._of_the_week(now)
        if not silences:
            return []
        users = {user.name: user for user in await self.desk.ledger.people.users()}
        owners = sorted({one.owner for one in silences})
        readers = [reader for name in owners for reader in self.desk.reach(name, users)]
        return list(dict([*readers, *await self.desk.everybody(self.name)]).items())

    async def write(self, now: datetime) -> Compose:
        """Look up the week's silences and what they held back."""
        end, ledger = self.desk.last(now, 1), self.desk.ledger
        silences = await self._of_the_week(now)
        held = await ledger.silences.hidden([one.id for one in silences])
        incidents = {one.id: one for one in await ledger.incidents.during(end - _WEEK, end)}
        hidden = [
            Hidden(one, [incidents[code] for code in held[one.id] if code in incidents])
            for one in silences
        ]
        users = {user.name: user for user in await ledger.people.users()}
        everybody = {address for address, _ in await self.desk.everybody(self.name)}
        names, period = await self.desk.names(), self.period(now)

        def mine(address: str, one: Silence) -> bool:
            return address in {known for known, _ in self.desk.reach(one.owner, users)}

        def compose(address: str, language: Language) -> Message:
            theirs = [h for h in hidden if address in everybody or mine(address, h.silence)]
            subject, body = weekly(theirs, end, names, language, self.desk.base_url)
            return Message(f"digest.{mark(self.name, period, address)}", address, subject, body)

        return compose

    async def _of_the_week(self, now: datetime) -> Sequence[Silence]:
        end = self.desk.last(now, 1)
        found = await self.desk.ledger.silences.find(end - _WEEK)
        return [one for one in found if one.begin < end]


def digests(settings: Settings, desk: Desk) -> list[Letters]:
    """Return the letters that the settings want; none where no e-mail channel can carry them."""
    wanted = settings.telling.digest
    if not any(way.kind == "email" for way in settings.channels.values()):
        return []
    letters: list[Letters] = []
    if wanted.daily:
        letters.append(DailyLetters(desk))
    if wanted.weekly:
        letters.append(WeeklyLetters(desk))
    return letters


def _day(at: datetime) -> date:
    return at.astimezone(LOCAL).date()
