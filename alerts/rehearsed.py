"""What came of a rehearsal: who would have been told what, when, and who would have slept.

Pure. The same counting is done on what was rehearsed and on what really was told, so that both
may stand side by side.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from alerts.night import Night
from core.incident import (
    ASKING,
    Delivery,
    Incident,
    IncidentState,
    Notification,
    NotificationState,
    Purpose,
)
from core.text import Text

_MOMENT = timedelta(seconds=1)
MOST_LINES = 1000  # incidents that a result lists, the worst and first of them
MOST_SAID = 20_000  # messages that a result lists; all are counted


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it would have been sent."""

    at: datetime
    readers: tuple[str, ...]  # addresses
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Said:
    """One message as its reader would have got it; of several problems where they became one."""

    at: datetime
    recipient: str  # a contact, or the name of a channel
    channel: str
    purpose: str
    reason: str
    because: str  # why not before: delay night day_off silence works
    subject: str
    incidents: tuple[str, ...]
    night: date | None = None  # the evening of the night in which it came


@dataclass(frozen=True, slots=True)
class Line:
    """One incident, and what became of telling it.

    `why`: why it was told when it was, or not told at all: a reason of `Said.because`, `ended`
    (before its hour), `taken` (somebody had it), `waits`, `failed`, or `nobody` (to tell).
    """

    id: str
    root: str
    kind: str
    severity: str
    cause: str
    began_at: datetime
    decided_at: datetime
    recovered_at: datetime | None
    members: int
    told_at: datetime | None  # the first message
    people: tuple[str, ...]
    why: str
    taken_by: str | None
    held_by: tuple[str, ...] = ()  # silences and works
    left_in_peace: tuple[str, ...] = ()  # by their quiet hours


@dataclass(slots=True)
class Person:
    """One reader's share."""

    recipient: str
    messages: int = 0
    problems: int = 0
    by_night: int = 0
    nights: set[date] = field(default_factory=set)
    left_in_peace: int = 0  # incidents that waited for the end of quiet hours


@dataclass(slots=True)
class NightCount:
    """One night, named by its evening."""

    evening: date
    messages: int = 0
    woken: set[str] = field(default_factory=set)
    left_in_peace: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Tally:
    """Counts of messages, whoever told them."""

    incidents: int = 0
    told: int = 0  # incidents of which anybody heard
    messages: int = 0
    by_night: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    people: dict[str, Person] = field(default_factory=dict)
    nights: dict[date, NightCount] = field(default_factory=dict)

    def person(self, recipient: str) -> Person:
        """Return somebody's share."""
        return self.people.setdefault(recipient, Person(recipient))

    def night(self, evening: date) -> NightCount:
        """Return the counts of a night."""
        return self.nights.setdefault(evening, NightCount(evening))

    def hear(self, said: Said) -> None:
        """Count one message."""
        person = self.person(said.recipient)
        person.messages += 1
        person.problems += said.purpose in ASKING
        self.messages += 1
        self.channels[said.channel] += 1
        if said.night is not None:
            self.by_night += 1
            person.by_night += 1
            person.nights.add(said.night)
            night = self.night(said.night)
            night.messages += 1
            if said.recipient != said.channel:
                night.woken.add(said.recipient)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The whole. `told` is what really was told in the same time, None of a storm."""

    name: str
    begin: datetime
    end: datetime
    tally: Tally
    told: Tally | None
    lines: tuple[Line, ...]
    said: tuple[Said, ...]
    letters: tuple[Letter, ...] = ()
    notes: tuple[Text, ...] = ()  # what was not, or could not be, rehearsed
    left_off: int = 0  # incidents that `lines` leaves out


class Count:
    """Takes in incidents with their messages, some at a time, and keeps what is told of them."""

    def __init__(
        self,
        begin: datetime,
        end: datetime,
        night: Night,
        left_in_peace: Mapping[tuple[str, str], datetime] | None = None,
        *,
        listed: bool = True,
    ) -> None:
        self.tally = Tally()
        self.lines: list[Line] = []
        self._begin, self._end, self._night, self._listed = begin, end, night, listed
        self._peace: dict[str, list[str]] = {}
        self._said: dict[tuple[datetime, str, str, str, str], Said] = {}
        for (recipient, incident), until in (left_in_peace or {}).items():
            if begin <= until:
                self._peace.setdefault(incident, []).append(recipient)
                self.tally.person(recipient).left_in_peace += 1
                evening = night.evening(until) or night.evening(until - _MOMENT)
                if evening is not None:
                    self.tally.night(evening).left_in_peace.add(recipient)

    def take(
        self,
        incidents: Iterable[Incident],
        told: Iterable[tuple[Notification, Sequence[Delivery]]],
    ) -> None:
        """Count some incidents and all that was told of them."""
        by_incident: dict[str, list[tuple[Notification, Sequence[Delivery]]]] = {}
        for row, tries in told:
            by_incident.setdefault(row.incident or "", []).append((row, tries))
        for incident in incidents:
            rows = by_incident.get(incident.id, [])
            for row, tries in rows:
                self._hear(row, tries)
            if incident.state is IncidentState.MERGED or not self._is_ours(incident):
                continue
            line = self._line(incident, [row for row, _ in rows])
            self.tally.incidents += 1
            self.tally.told += line.told_at is not None
            if self._listed:
                self.lines.append(line)

    def said(self) -> list[Said]:
        """Return every message once, by time, and count them."""
        found = sorted(self._said.values(), key=lambda one: (one.at, one.recipient, one.channel))
        for one in found:
            self.tally.hear(one)
        return found

    def _is_ours(self, incident: Incident) -> bool:
        over = incident.recovered_at
        return incident.began_at < self._end and (over is None or over >= self._begin)

    def _hear(self, row: Notification, tries: Sequence[Delivery]) -> None:
        """Keep a message; what went out as one is one."""
        good = next((one for one in tries if one.ok), None)
        if good is None or not self._begin <= good.at < self._end:
            return
        key = (good.at, row.recipient, row.channel, good.subject, good.body)
        known = self._said.get(key)
        codes = (*(known.incidents if known else ()), row.incident or "")
        self._said[key] = Said(
            good.at,
            row.recipient,
            row.channel,
            row.purpose.value,
            row.reason,
            row.because,
            good.subject,
            codes,
            self._night.evening(good.at),
        )

    def _line(self, incident: Incident, rows: Sequence[Notification]) -> Line:
        asking = [row for row in rows if row.purpose in ASKING]
        sent = sorted(
            (row for row in asking if row.state is NotificationState.SENT and row.step is None),
            key=lambda row: (row.settled_at or row.due_at, row.id or 0),
        )
        return Line(
            incident.id,
            incident.root,
            incident.kind,
            incident.severity.value,
            incident.cause,
            incident.began_at,
            incident.decided_at,
            incident.recovered_at,
            len(incident.members),
            (sent[0].settled_at or sent[0].due_at) if sent else None,
            tuple(dict.fromkeys(row.recipient for row in sent)),
            _why_then(rows, sent[0]) if sent else _why_not(incident, asking),
            incident.acked_by,
            tuple(sorted({row.held_by for row in asking if row.held_by})),
            tuple(sorted(self._peace.get(incident.id, ()))),
        )


_RANK = {"critical": 0, "major": 1, "warning": 2, "info": 3}


def worst(lines: Iterable[Line]) -> list[Line]:
    """Return incidents worst first, then by time."""
    return sorted(lines, key=lambda line: (_RANK.get(line.severity, 9), line.began_at, line.id))


def _why_then(rows: Sequence[Notification], first: Notification) -> str:
    """Return why the first message went out when it did; of a chain its first step knows."""
    steps = [row for row in rows if row.step is not None and row.purpose is Purpose.PROBLEM]
    return first.because or next((row.because for row in steps if row.because), "")


def _why_not(incident: Incident, rows: Sequence[Notification]) -> str:
    """Return why nobody was told."""
    states = {row.state for row in rows}
    if not states:
        return "nobody"
    if NotificationState.FAILED in states:
        return "failed"
    if states & {NotificationState.PENDING, NotificationState.CLAIMED}:
        return "waits"
    if incident.acked_by is not None:
        return "taken"
    return "ended" if incident.state is not IncidentState.OPEN else "nobody"
