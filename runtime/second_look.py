"""Does it still hold? What a message is about may have ended, or be held back, since it was due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.night import Night
from alerts.pausing import paused
from alerts.telling import not_at_night
from alerts.topology import Topology
from core.clock import Clock
from core.errors import NotFound
from core.incident import (
    ASKING,
    Due,
    Incident,
    IncidentState,
    Notification,
    NotificationState,
    Purpose,
)
from core.silence import Pause
from runtime.books import Books, Escalation, Letters

SETTLING = 2.0  # seconds to wait for the problem's message that is on its way
_INSTANT = timedelta(microseconds=1)
_PEACE = 300.0  # seconds between two looks at a message that waits for quiet hours to end


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not now, but after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Held:
    """A silence or works hold it back until it is due again."""

    pause: Pause
    due: Due


Verdict = Postponed | Held | NotificationState


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Looks once more at the moment of speaking; no verdict: the message is to go out."""

    ledger: Books
    topology: Callable[[], Topology]
    clock: Clock
    night: Night  # what waits for the morning when a silence ends at night
    escalation: Escalation | None = None
    meetings: Letters | None = None

    async def still_holds(
        self, notification: Notification
    ) -> tuple[Incident | None, Verdict | None]:
        """Return what the message is about, and whether that is still so."""
        if notification.incident is None:
            return None, await self._worth_saying(notification)
        try:
            incident = await self.ledger.incidents.get(notification.incident)
        except NotFound:
            return None, NotificationState.CANCELLED
        if notification.purpose in ASKING:
            if incident.state is IncidentState.MERGED:
                incident = await self._taken_in(notification, incident)
            taken = incident.acked_by is not None
            if incident.state is not IncidentState.OPEN or taken:
                return incident, NotificationState.CANCELLED
            held = await self._held(incident)
            return incident, held or self._let_go_by_night(notification, incident)
        if notification.purpose is Purpose.RECOVERY and notification.step is None:
            return incident, await self._problem_was_told(notification)
        return incident, None

    async def _worth_saying(self, notification: Notification) -> NotificationState | None:
        """Look once more at what is about no incident: a test always is, a meeting may be off."""
        if notification.meeting is None or self.meetings is None:
            return None
        holds = await self.meetings.holds(notification, self.clock.now())
        return None if holds else NotificationState.CANCELLED

    async def in_peace(
        self, notification: Notification, incident: Incident | None, now: datetime
    ) -> Postponed | None:
        """Look again every few minutes while a person is left in peace: it may become worse."""
        if self.escalation is None or incident is None:
            return None
        until = await self.escalation.quiet_until(notification, incident, now)
        if until is None:
            return None
        return Postponed(min((until - now).total_seconds(), _PEACE))

    async def _taken_in(self, notification: Notification, incident: Incident) -> Incident:
        """Return what a message is about now, which somebody may have merged by hand since."""
        known = await self.ledger.outbox.get(notification.id or 0)
        if known is None or known[0].incident in {None, incident.id}:
            return incident
        return await self.ledger.incidents.get(known[0].incident or "")

    async def _held(self, incident: Incident) -> Held | None:
        """Say whether a problem is held back now; how it ended is told all the same."""
        now = self.clock.now()
        silences = await self.ledger.silences.find(now)
        works = await self.ledger.maintenance.find(now, now + _INSTANT)
        pause = paused(incident, self.topology().targets, [*silences, *works], now)
        if pause is None:
            return None
        over = Due(pause.until, pause.kind)
        return Held(pause, not_at_night(over, incident, self.topology(), self.night))

    def _let_go_by_night(self, notification: Notification, incident: Incident) -> Postponed | None:
        """Wait for the morning with what somebody's silence let go before its time."""
        if notification.held_by is None:
            return None
        now = self.clock.now()
        due = not_at_night(Due(now, notification.because), incident, self.topology(), self.night)
        return Postponed((due.at - now).total_seconds()) if due.at > now else None

    async def _problem_was_told(
        self, notification: Notification
    ) -> Postponed | NotificationState | None:
        way = (notification.recipient, notification.channel)
        told = await self.ledger.outbox.told_of(notification.incident or "")
        states = {other.state for other in told if (other.recipient, other.channel) == way}
        if NotificationState.SENT in states:
            return None
        if NotificationState.CLAIMED in states:
            return Postponed(SETTLING)
        return NotificationState.CANCELLED
