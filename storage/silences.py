"""Silences: added and ended, never removed, each with whose it is and why."""

import asyncio
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import LOCAL
from core.errors import Conflict, Invalid, NotFound, Problem
from core.incident import IncidentNote
from core.outcome import Event
from core.people import AuditRow
from core.recurrence import BadRule, normal, over_at
from core.silence import Scope, Silence
from core.text import Text
from storage.audit import write_audit
from storage.checking import made, odd_years
from storage.database import Database, take
from storage.events import write_events
from storage.incidents import read_incident, write_notes
from storage.outbox import HELD, let_go
from storage.tables import incident_notes, notifications, silences
from storage.unbroken import unbroken

LONGEST = timedelta(days=366)  # of one time: what has no end in sight is forgotten
FARTHEST = timedelta(days=5 * 366)  # from now, of the last time

_S = silences.c
_N = notifications.c
_T = incident_notes.c


class Wanted(NamedTuple):
    """A silence as it is asked for."""

    begin: datetime
    end: datetime
    reason: str
    scope: Scope
    rule: str | None = None


@unbroken
class SilenceBook:
    """Who wanted to hear nothing of what, until when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, wanted: Wanted, owner: str, now: datetime, *, actor: str = "", origin: str = ""
    ) -> tuple[Silence, list[Event]]:
        """Keep a silence; return it with its id, and the events to publish.

        Invalid if it does not end, means nothing, has no reason, or its rule has no end. The
        incidents that it names say so in their timelines; NotFound if there is none of a name.
        """
        # A rule that never fits takes a second to see through; others need not wait for it.
        problems = odd_years("silence", begin=wanted.begin, end=wanted.end)
        problems = problems or await asyncio.to_thread(_problems, wanted, now)
        if problems:
            raise Invalid(problems)
        rule = normal(wanted.rule, wanted.begin) if wanted.rule else None
        async with self._database.writing() as connection:
            row = made(
                Silence,
                "silence",
                id=await _next_id(connection, wanted.begin),
                begin=wanted.begin.astimezone(UTC),
                end=wanted.end.astimezone(UTC),
                rule=rule,
                until=over_at(wanted.begin, wanted.end, rule).astimezone(UTC),
                owner=owner,
                reason=wanted.reason,
                units=wanted.scope.units,
                carriers=wanted.scope.carriers,
                circuits=wanted.scope.circuits,
                targets=wanted.scope.targets,
                incidents=wanted.scope.incidents,
                recorded_at=now,
            )
            await connection.execute(insert(silences).values(row.model_dump()))
            events = await _tell(
                connection, row, _audited(row, "silence.add", actor or owner, now, origin)
            )
        return row, events

    async def end(
        self, silence_id: str, actor: str, now: datetime, origin: str = ""
    ) -> tuple[Silence, list[Event]]:
        """End a silence now: what it holds back is due. NotFound; Conflict if it is over."""
        async with self._database.writing() as connection:
            row = await _read(connection, silence_id)
            if row.over(now):
                raise Conflict(
                    Text(
                        vi=f"Đợt tạm dừng {row.id} đã kết thúc",
                        en=f"The silence {row.id} is over already",
                    )
                )
            ended = row.model_copy(update={"ended_at": now, "ended_by": actor})
            await connection.execute(
                update(silences)
                .where(_S.id == row.id)
                .values(ended_at=ended.ended_at, ended_by=ended.ended_by)
            )
            await let_go(connection, row.id, now)
            events = await _tell(
                connection, ended, _audited(ended, "silence.end", actor, now, origin)
            )
        return ended, events

    async def get(self, silence_id: str) -> Silence:
        """Return one silence; NotFound."""
        async with self._database.reading() as connection:
            return await _read(connection, silence_id)

    async def find(self, since: datetime | None = None) -> list[Silence]:
        """Return the silences that were not over at `since`, those yet to begin too, by begin."""
        query = select(silences).order_by(_S.begin, _S.id)
        if since is not None:
            query = query.where(_S.until > since, _S.ended_at.is_(None) | (_S.ended_at > since))
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [Silence(**row) for row in rows.mappings()]

    async def hidden(self, ids: Collection[str]) -> dict[str, list[str]]:
        """Return the codes of the incidents whose messages each silence (or works) held back."""
        found: dict[str, set[str]] = {one: set() for one in ids}
        messages = select(_N.held_by, _N.incident).where(
            _N.held_by.in_(found), _N.incident.is_not(None)
        )
        ever = select(_N.incident).where(_N.held_by.is_not(None))  # whoever held them since
        lines = select(_T.text, _T.incident).where(_T.kind == HELD, _T.incident.in_(ever))
        async with self._database.reading() as connection:
            for query in (messages, lines):
                for text, incident in await connection.execute(query.distinct()):
                    found.get(text.partition(":")[0], set()).add(incident)
        return {one: sorted(incidents) for one, incidents in found.items()}


async def _tell(connection: AsyncConnection, row: Silence, audited: AuditRow) -> list[Event]:
    """Write who did it: on the audit trail, in the timelines of named incidents, for live pages."""
    kind = "silenced" if audited.action == "silence.add" else "unsilenced"
    text = f"{row.id}: {row.reason}"
    notes = []
    for code in row.incidents:
        await read_incident(connection, code)
        line = IncidentNote(incident=code, at=audited.at, kind=kind, actor=audited.actor, text=text)
        notes.append(line)
    drafts = await write_notes(connection, notes)
    await write_audit(connection, audited)
    drafts.append(("silence", row.id, row.model_dump(mode="json", exclude={"id"})))
    return await write_events(connection, drafts, audited.at)


def _audited(row: Silence, action: str, actor: str, now: datetime, origin: str) -> AuditRow:
    detail = f"{', '.join(row.scope.named)}: {row.reason}"
    return AuditRow(
        at=now, actor=actor, action=action, subject=row.id, detail=detail, origin=origin
    )


def lacking(scope: Scope, reason: str) -> list[Problem]:
    """Return what a silence cannot be without and was not said."""
    found = []
    if not scope.named:
        found.append(
            _problem(
                "units",
                Text(vi="chưa nêu phạm vi", en="nothing is meant"),
                Text(
                    vi="Nêu ít nhất một đơn vị, nhà mạng, kênh, đối tượng hoặc sự cố",
                    en="Name at least one unit, carrier, circuit, target or incident",
                ),
            )
        )
    if not reason.strip():
        found.append(
            _problem(
                "reason",
                Text(vi="chưa nêu lý do", en="it has no reason"),
                Text(vi="Ghi vì sao tạm dừng báo", en="Say why nobody is to be told"),
            )
        )
    return found


def _problems(wanted: Wanted, now: datetime) -> list[Problem]:
    found = []
    if wanted.end <= wanted.begin:
        found.append(
            _problem(
                "end",
                Text(vi="kết thúc không sau bắt đầu", en="it does not end after it begins"),
                Text(vi="Ghi giờ kết thúc sau giờ bắt đầu", en="Give an end after the begin"),
            )
        )
    found += lacking(wanted.scope, wanted.reason)
    try:
        rule = normal(wanted.rule, wanted.begin) if wanted.rule else None
    except BadRule as bad:
        return [*found, _problem("rule", bad.what, bad.mend)]
    return found or list(_odd_times(wanted, rule, now))


def _odd_times(wanted: Wanted, rule: str | None, now: datetime) -> Iterator[Problem]:
    until = over_at(wanted.begin, wanted.end, rule)
    if until <= now:
        yield _problem(
            "end",
            Text(vi="đã qua rồi", en="it lies in the past"),
            Text(vi="Ghi giờ kết thúc sau bây giờ", en="Give an end that is yet to come"),
        )
    if wanted.end - wanted.begin > LONGEST or until - now > FARTHEST:
        yield _problem(
            "end",
            Text(vi="kéo dài quá lâu", en="it lasts too long"),
            Text(
                vi="Mỗi lần không quá một năm, lần cuối không quá năm năm nữa",
                en="A time may last a year, the last one end five years from now",
            ),
        )


async def _read(connection: AsyncConnection, silence_id: str) -> Silence:
    found = await connection.execute(select(silences).where(_S.id == silence_id))
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(
            Text(vi=f"Không có đợt tạm dừng {silence_id}", en=f"There is no silence {silence_id}")
        )
    return Silence(**row)


async def _next_id(connection: AsyncConnection, begin: datetime) -> str:
    """Return the next code of a local day; in a storm several people silence at once."""
    day = f"{begin.astimezone(LOCAL):%Y%m%d}"
    return f"TD-{day}-{await take(connection, f'silences {day}'):04}"


def _problem(key: str, what: Text, mend: Text) -> Problem:
    return Problem(file="silence", key=key, what=what, mend=mend)
