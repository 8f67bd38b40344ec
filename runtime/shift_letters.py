"""Whoever comes on duty gets what the last shift left, once, when the shift begins."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.handing_over import Standing, letter
from alerts.notice import notice
from alerts.rota import Roster, Turn, rosters, turns
from alerts.telling import TellingPolicy, addresses
from core.channel import GiveUp, Retry
from core.clock import LOCAL, Clock
from core.errors import Unavailable
from core.incident import IncidentState, Message
from core.inventory import Contact, Rota
from core.rota import HandOver
from core.sending import DIGEST, ReportSending
from reports.works import occurrences
from runtime.digest_letters import Desk
from runtime.outlet import Outlet
from storage.ledger import Ledger

log = logging.getLogger(__name__)

LOOK = 60.0  # seconds between two looks at the clock
LATE = timedelta(hours=1)  # after which nobody wants to be told any more how the shift began
NOTED = timedelta(hours=12)  # a note older than that, when a shift begins, was for another one
AHEAD = timedelta(days=2)  # in which works are told
TIMEOUT = 20.0  # seconds for one channel
_INCIDENTS = 500


def begun(roster: Roster, now: datetime) -> list[Turn]:
    """Return the turns on first duty that began lately, with other people than those before."""
    found = [
        turn
        for turn in turns(roster, now - LATE - timedelta(days=8), now + timedelta(seconds=1))
        if turn.role == "primary"
    ]
    before: Turn | None = None
    fresh = []
    for turn in found:
        others = before is None or before.people != turn.people
        if others and now - LATE < turn.begin <= now:
            fresh.append(turn)
        before = turn
    return fresh


async def standing(ledger: Ledger, now: datetime) -> Standing:
    """Return how things stand now."""
    found = await ledger.incidents.find(IncidentState.OPEN, limit=_INCIDENTS)
    silences = [s for s in await ledger.silences.find(now) if s.holds_until(now) is not None]
    announced = await ledger.maintenance.find(now, now + AHEAD)
    live = [row for row in announced if row.cancelled_at is None]
    return Standing(now, found.items, silences, occurrences(live, now, now + AHEAD))


@dataclass(frozen=True, slots=True)
class ShiftLetters:
    """Tells people that their shift has begun, until cancelled."""

    desk: Desk
    outlets: Mapping[str, Outlet]
    policy: TellingPolicy
    contacts: Callable[[], tuple[Contact, ...]]
    clock: Clock

    async def run(self) -> None:
        """Look at the clock again and again."""
        while True:
            try:
                await self.turn()
            except (OSError, Unavailable) as trouble:
                log.warning("the shifts are not looked at: %s", trouble)
            await asyncio.sleep(LOOK)

    async def turn(self) -> None:
        """Tell whoever has come on duty and does not know yet how things stand."""
        now = self.clock.now()
        rows = await self.desk.ledger.rota.rows(now - LATE - timedelta(days=8), now + AHEAD)
        contacts = {contact.slug: contact for contact in self.contacts()}
        known = rosters(rows, now.astimezone(LOCAL).date())
        for rota in {row.slug: row for row in rows.rotas if row.slug in known}.values():
            for turn in begun(known[rota.slug], now):
                name = f"{DIGEST}shift.{rota.slug}"
                period = f"shift {turn.begin.astimezone(LOCAL):%Y-%m-%dT%H:%M}"
                reached = await self.desk.ledger.sendings.reached(name, period)
                for slug in turn.people:
                    if slug not in reached and slug in contacts:
                        await self._tell(rota, turn, contacts[slug], (name, period))

    async def _tell(
        self, rota: Rota, turn: Turn, person: Contact, known_as: tuple[str, str]
    ) -> None:
        now = self.clock.now()
        note = await self._note(rota.slug, turn)
        names = await self.desk.names()
        state = await standing(self.desk.ledger, now)
        personal = tuple(way for way in self.policy.ways if way.to != "fixed")
        ways = self.policy.model_copy(update={"ways": personal})
        for _, address, channel, language in addresses(ways, [person]):
            subject, body = letter(rota.name, note, state, names, language)
            url = f"{self.policy.base_url}/rota?rota={rota.slug}" if self.policy.base_url else ""
            message = notice(
                "shift",
                "\n".join(known_as),
                to=address,
                subject=subject,
                body=body + (f"\n{url}\n" if url else ""),
                at=now,
                language=language,
                url=url,
                rota=rota.slug,
            )
            receipt = await self._send(channel, message)
            if receipt is not None:
                name, period = known_as
                await self.desk.ledger.sendings.remember(
                    ReportSending(
                        schedule=name, period=period, address=person.slug, sent_at=now,
                        receipt=receipt,
                    )
                )  # fmt: skip
                log.info("%s knows how the shift of %s stands", person.slug, rota.slug)
                return
        log.error("%s could not be told of the shift of %s", person.slug, rota.slug)

    async def _note(self, rota: str, turn: Turn) -> HandOver | None:
        """Return what was left for this shift: the latest note before it, or just after."""
        notes = await self.desk.ledger.rota.notes(rota, 1)
        return notes[0] if notes and notes[0].at > turn.begin - NOTED else None

    async def _send(self, name: str, message: Message) -> str | None:
        """Return the receipt, None if the channel does not take it now."""
        outlet = self.outlets.get(name)
        if outlet is None:
            return None
        try:
            return await outlet.send(message, TIMEOUT)
        except (Retry, GiveUp) as refusal:
            log.warning("the channel %s did not take a word about a shift: %s", name, refusal)
            return None
