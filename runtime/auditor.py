"""Is every promise kept? What is late is driven on by other ways, and said on another path."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from alerts.incidents import Fold
from alerts.telling import TellingPolicy, notifications
from alerts.topology import Topology
from core.clock import LOCAL, Clock
from core.errors import Unavailable
from core.incident import Incident, Notification
from core.inventory import Contact
from core.text import Text
from runtime.bugs import Bugs
from runtime.caretakers import Caretakers
from runtime.dispatcher import LATE

log = logging.getLogger(__name__)

PERIOD = 60.0  # seconds between two audits
SAID_AGAIN = timedelta(hours=1)  # as long as it lasts
STEPS = ""  # where a step of a chain hangs: before any channel
FORGOTTEN = "forgotten"  # where nothing was ever written down
UNREACHED = "unreached"  # where nobody is left who could be told
BROKEN = "broken"  # where a fault of ours keeps them
_NAMED = 5  # incidents whose codes are said


class PromiseBook(Protocol):
    """The part of the ledger that holds what was promised."""

    async def undelivered(self, since: datetime) -> list[Notification]:
        """Return what was due by then and has not gone out."""

    async def untold(self, since: datetime) -> list[Incident]:
        """Return what is open since then and nobody was ever to be told of."""

    async def unreached(self, since: datetime) -> list[Incident]:
        """Return what is open since then and whose messages reached nobody, nor will."""

    async def add(self, notification: Notification) -> int | None:
        """Add one message; None if it is there already."""


@dataclass(slots=True)
class AuditStats:
    """What the last audit found, and what all of them did."""

    late: int = 0  # messages and steps
    forgotten: int = 0  # incidents without any message
    unreached: int = 0  # incidents of which every message was given up or led to nobody
    broken: int = 0  # faults of ours that keep messages from being made, of the spell that lasts
    redriven: int = 0  # messages made because another was late or missing
    told: int = 0  # times that the administrators were told
    audited_at: datetime | None = None

    @property
    def kept(self) -> bool:
        """Say whether the last audit found every promise kept."""
        return not (self.late or self.forgotten or self.unreached or self.broken)


def by_place(
    late: Sequence[Notification],
    owed: Sequence[Notification],
    unreached: Sequence[Incident] = (),
    broken: int = 0,
) -> dict[str, int]:
    """Return how many promises hang where: on a channel, in a chain, or nowhere at all.

    `broken`: so many times a fault of ours kept one from being made.
    """
    places: dict[str, int] = {}
    for row in late:
        place = row.channel if row.step is None else STEPS
        places[place] = places.get(place, 0) + 1
    if owed:
        places[FORGOTTEN] = len({row.incident for row in owed})
    if unreached:
        places[UNREACHED] = len(unreached)
    if broken:
        places[BROKEN] = broken
    return places


def to_say(
    places: Mapping[str, int], said: Mapping[str, datetime], now: datetime
) -> tuple[str, ...]:
    """Return of which places the administrators are to hear now: new ones, and once an hour."""
    return tuple(
        place for place in sorted(places) if place not in said or now - said[place] >= SAID_AGAIN
    )


def owed(
    incident: Incident,
    topology: Topology,
    policy: TellingPolicy,
    contacts: Sequence[Contact],
    now: datetime,
) -> list[Notification]:
    """Return what should have been written down when an incident opened, and is due by now."""
    told = notifications(Fold(opened=[incident]), topology, policy, contacts, now)
    first = [row for row in told.notifications if row.due_at <= now - LATE]
    return told.notifications if first else []


@dataclass(slots=True)
class Auditor:
    """Audits every minute, until cancelled. `pass_on` tells a person by another way."""

    book: PromiseBook
    pass_on: Callable[[Notification], Awaitable[int]]
    caretakers: Caretakers
    topology: Callable[[], Topology]
    clock: Clock
    wake: Callable[[], None]
    bugs: Bugs = field(default_factory=Bugs)  # of the dispatcher
    stats: AuditStats = field(default_factory=AuditStats)
    _said: dict[str, datetime] = field(default_factory=dict)
    _driven: set[int | None] = field(default_factory=set)  # late, and driven on once

    async def run(self) -> None:
        """Audit again and again; the first time when the dispatcher has had its chance."""
        while True:
            await asyncio.sleep(PERIOD)
            try:
                await self.turn()
            except (OSError, Unavailable) as trouble:
                log.warning("the promises cannot be audited: %s", trouble)

    async def turn(self) -> None:
        """Find what is late, drive it on, and say of what stays late."""
        now = self.clock.now()
        late = await self.book.undelivered(now - LATE)
        missing = await self._missing(now)
        unreached = await self.book.unreached(now - LATE)
        for row in missing:
            self.stats.redriven += await self.book.add(row) is not None
        for row in late:
            if row.step is None and row.id not in self._driven:
                self.stats.redriven += await self.pass_on(row)
        self._driven = {row.id for row in late}
        if late or missing:
            self.wake()
        self.stats.late = len(late)
        self.stats.forgotten = len({row.incident for row in missing})
        self.stats.unreached = len(unreached)
        self.stats.broken = self.bugs.lasting(now)
        self.stats.audited_at = now
        await self._say(late, missing, unreached, now)

    async def _missing(self, now: datetime) -> list[Notification]:
        untold = await self.book.untold(now - LATE)
        if not untold:
            return []
        topology, contacts = self.topology(), self.caretakers.contacts()
        return [
            row
            for incident in untold
            for row in owed(incident, topology, self.caretakers.policy, contacts, now)
        ]

    async def _say(
        self,
        late: Sequence[Notification],
        missing: Sequence[Notification],
        unreached: Sequence[Incident],
        now: datetime,
    ) -> None:
        broken = self.stats.broken
        places = by_place(late, missing, unreached, broken)
        news = to_say(places, self._said, now)
        if news:
            due = [row.due_at for row in (*late, *missing)]
            fell = [self.bugs.since] if broken and self.bugs.since is not None else []
            since = min([*due, *(one.decided_at for one in unreached), *fell])
            log.error("promises are late since %s: %s", since, places)
            what = f"late {now.isoformat()}"
            self.stats.told += 1
            codes = [one.id for one in unreached]
            title = _NOT_MADE if places.keys() == {BROKEN} else _LATE
            await self.caretakers.tell(what, title, _listed(places, codes, since), besides=places)
            self._said |= dict.fromkeys(news, now)
        elif self._said and not places:
            log.warning("every promise is kept again")
            await self.caretakers.tell(f"kept {now.isoformat()}", _KEPT, _ALL)
            self._said.clear()


def _listed(places: Mapping[str, int], unreached: Sequence[str], since: datetime) -> Text:
    """Return what hangs where, a line each; `unreached`: the codes of what reached nobody."""
    at = f"{since.astimezone(LOCAL):%H:%M %d/%m/%Y}"
    codes = ", ".join(unreached[:_NAMED]) + (" …" if len(unreached) > _NAMED else "")
    nobody = Text(f"{_NOBODY.vi} ({codes})", f"{_NOBODY.en} ({codes})")
    words = {STEPS: _IN_CHAINS, FORGOTTEN: _NEVER, UNREACHED: nobody, BROKEN: _BROKEN}
    lines = [
        (words.get(place) or Text(f"kênh {place}", f"channel {place}"), n)
        for place, n in sorted(places.items())
    ]
    return Text(
        vi="\n".join([f"Chậm từ {at}:", *(f"- {where.vi}: {n}" for where, n in lines)]),
        en="\n".join([f"Late since {at}:", *(f"- {where.en}: {n}" for where, n in lines)]),
    )


_LATE = Text(
    vi="Có tin báo chưa đến được người nhận sau hơn 2 phút",
    en="Messages have not reached anybody for more than 2 minutes",
)
_NOT_MADE = Text(
    vi="Phần mềm lỗi, có tin báo không soạn được",
    en="A fault of the software keeps messages back",
)
_KEPT = Text(vi="Các tin báo lại đến nơi", en="Messages arrive again")
_ALL = Text(vi="Không còn tin nào chậm.", en="None is late any more.")
_IN_CHAINS = Text(vi="bước báo tiếp theo của chuỗi báo", en="next steps of chains")
_NEVER = Text(
    vi="sự cố đang mở mà chưa có tin nào (đã lập lại tin)",
    en="open incidents without any message (now written)",
)
_NOBODY = Text(
    vi="sự cố đang mở mà không còn ai nhận được tin, hãy tự báo",
    en="open incidents of which nobody can be told any more: tell somebody",
)
_BROKEN = Text(
    vi="số lần phần mềm lỗi nên không soạn được tin; xem nhật ký của thongsuot, hãy tự báo",
    en="times that a fault of the software kept a message from being made: see its log, and "
    "tell people yourself",
)
