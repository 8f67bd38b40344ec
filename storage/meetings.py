"""Meetings: asked for, moved and called off, never removed; what was found out about their rooms.

A readiness run and the messages about it are one transaction, and a run happens once: whoever
starts again after a crash neither loses it nor tells it twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.callquality import QualitySpan
from core.clock import LOCAL
from core.errors import Conflict, Invalid, NotFound, Problem
from core.incident import Notification
from core.meeting import (
    DEVICES,
    LONGEST,
    PRESENT,
    Attendance,
    Beat,
    Clash,
    GoingOn,
    Meeting,
    Presence,
    ReadinessRun,
    Said,
    Taken,
    Tick,
    Wanted,
    clashes,
)
from core.model import Model
from core.outcome import Event
from core.people import AuditRow
from core.text import Text
from storage.audit import last_of, write_audit
from storage.brain import add_notifications
from storage.checking import YEARS, made
from storage.database import Database, upsert
from storage.database import insert as insert_or
from storage.events import Draft, write_events
from storage.tables import (
    attendances,
    meetings,
    presences,
    quality_spans,
    readiness_runs,
    room_beats,
    room_links,
    room_ticks,
)
from storage.tokens import hashed, matches, new_token
from storage.unbroken import unbroken

MOST_ROOMS = 5_000
_CANCEL = "meeting.cancel"  # of the audit trail
_NOT_ON = Text("Cuộc họp không đang diễn ra", "The meeting does not go on now")
_TOLD = ("registered", "in_call", "client", *DEVICES)  # of a beat: what pages show at once
_M, _R, _T, _P, _L = meetings.c, readiness_runs.c, room_ticks.c, presences.c, room_links.c
_Row = TypeVar("_Row", bound=Model)


class RoomLink(NamedTuple):
    """What a link of a room's own is good for."""

    meeting: str
    room: str
    expires_at: datetime


class Gathered(NamedTuple):
    """What a list or a calendar did to the meetings."""

    added: tuple[Meeting, ...]
    changed: tuple[Meeting, ...]
    cancelled: tuple[Meeting, ...]
    events: list[Event]


@unbroken
class MeetingBook:
    """Meetings, and what became of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, wanted: Wanted, actor: str, now: datetime, *, source: str = "page", origin: str = ""
    ) -> tuple[Meeting, list[Event]]:
        """Keep a meeting; return it with its id, and the events to publish.

        Invalid if it ends before it begins, has no title or no room, or the year makes no sense;
        Conflict if its mark is known.
        """
        try:
            async with self._database.writing() as connection:
                row = await _added(connection, wanted, actor, now, source, origin)
                return row, await write_events(connection, [_draft(row)], now)
        except IntegrityError as fault:
            raise Conflict(
                Text(
                    vi=f"Cuộc họp có mã {wanted.mark} đã được ghi",
                    en=f"A meeting with the mark {wanted.mark} is there already",
                )
            ) from fault

    async def change(
        self, meeting: str, wanted: Wanted, actor: str, now: datetime, origin: str = ""
    ) -> tuple[Meeting, list[Event]]:
        """Let a meeting be otherwise. NotFound; Conflict if it was called off.

        One that is moved is looked at anew: what earlier runs found was of another hour.
        """
        async with self._database.writing() as connection:
            before = await _read(connection, meeting)
            row = await _changed(connection, before, wanted, actor, now, origin)
            return row, await write_events(connection, [_draft(row)], now)

    async def until(
        self, meeting: str, longer: timedelta, actor: str, now: datetime, origin: str = ""
    ) -> tuple[Meeting, list[Event]]:
        """Let a meeting that goes on last so much longer; by nothing, it is over now.

        NotFound; Conflict if it does not go on.
        """
        async with self._database.writing() as connection:
            before = await _read(connection, meeting)
            if before.cancelled_at is not None or not before.begin <= now < before.end:
                raise Conflict(_NOT_ON)
            end = before.end + longer if longer else now
            wanted = Wanted(**before.model_dump(include=set(Wanted.model_fields)) | {"end": end})
            row = await _changed(connection, before, wanted, actor, now, origin)
            return row, await write_events(connection, [_draft(row)], now)

    async def cancel(
        self, meeting: str, actor: str, now: datetime, origin: str = ""
    ) -> tuple[Meeting, list[Event]]:
        """Call a meeting off. NotFound; Conflict if that was done before."""
        async with self._database.writing() as connection:
            row = await _cancelled(connection, await _read(connection, meeting), actor, now, origin)
            return row, await write_events(connection, [_draft(row)], now)

    async def gather(
        self,
        found: Sequence[Wanted],
        source: str,
        actor: str,
        now: datetime,
        *,
        until: datetime | None = None,
        called_off: Collection[str] = (),
        dry_run: bool = False,
    ) -> Gathered:
        """Bring the meetings of a source up to what it says now, known by their marks.

        `called_off`: marks of those that it says are not held. `until`: it speaks for all of its
        meetings that begin before then and have not begun; those that it no longer has are called
        off too. What the source itself called off it may bring back; a meeting that is over or
        that people have called off here stays as it is. `dry_run`: only say what would be done.
        """
        async with self._database.writing() as connection:
            done = await _gathered(connection, found, source, actor, now, until, called_off)
            if dry_run:
                await connection.rollback()
                return done
            drafts = [*map(_draft, (*done.added, *done.changed, *done.cancelled))]
            return done._replace(events=await write_events(connection, drafts, now))

    async def get(self, meeting: str) -> Meeting:
        """Return one meeting; NotFound."""
        async with self._database.reading() as connection:
            return await _read(connection, meeting)

    async def find(
        self, begin: datetime, end: datetime, *, called_off: bool = False
    ) -> list[Meeting]:
        """Return the meetings that lie within [begin, end) in part, by begin."""
        query = select(meetings).where(_M.begin < end, _M.end > begin).order_by(_M.begin, _M.id)
        if not called_off:
            query = query.where(_M.cancelled_at.is_(None))
        async with self._database.reading() as connection:
            return await _all(connection, Meeting, query)

    async def clashing(self, rows: Sequence[Meeting], now: datetime, taken: Taken) -> list[Clash]:
        """Return where these meetings want what another has at the same hour; each pair once.

        They are taken as given, whether or not they are kept (so).
        """
        if not rows:
            return []
        begin, end = min(row.begin for row in rows), max(row.end for row in rows)
        around = {row.id: row for row in (*await self.find(begin, end), *rows)}.values()
        told: set[frozenset[str]] = set()
        found: list[Clash] = []
        for clash in (one for row in rows for one in clashes(row, around, now, taken)):
            pair = frozenset((clash.meeting.id, clash.other.id))
            if pair not in told:
                told.add(pair)
                found.append(clash)
        return found

    # readiness

    async def runs(self, meeting: str) -> list[ReadinessRun]:
        """Return the readiness runs of a meeting, the first first."""
        query = select(readiness_runs).where(_R.meeting == meeting).order_by(_R.stage.desc())
        async with self._database.reading() as connection:
            return await _all(connection, ReadinessRun, query)

    async def ran(
        self, run: ReadinessRun, notifications: Sequence[Notification], now: datetime
    ) -> list[Event] | None:
        """Keep a run and what is to be told of it; None if that was done before."""
        async with self._database.writing() as connection:
            kept = await connection.execute(
                insert_or(connection, readiness_runs)
                .values(run.model_dump(mode="json", exclude={"at"}) | {"at": run.at})
                .on_conflict_do_nothing()
            )
            if not kept.rowcount:
                return None
            await add_notifications(connection, notifications)
            told = {"stage": run.stage, "notified": len(notifications)}
            return await write_events(connection, [("meeting", run.meeting, told)], now)

    # what people and clients say

    async def tick(self, tick: Tick) -> list[Event]:
        """Keep what a person says of a thing in a room, in place of what was said before.

        NotFound if there is no such meeting, or the room is none of its rooms.
        """
        async with self._database.writing() as connection:
            await _invited(connection, tick.meeting, tick.room)
            await upsert(connection, room_ticks, [tick.model_dump()])
            told = {"room": tick.room, "item": tick.item, "good": tick.good}
            return await write_events(connection, [("meeting", tick.meeting, told)], tick.at)

    async def beat(self, beat: Beat) -> list[Event]:
        """Keep what a room's client says, in place of what it said before.

        Pages hear of it where it says something new.
        """
        async with self._database.writing() as connection:
            return await keep_beat(connection, beat)

    async def said(self, meeting: str | None) -> Said:
        """Return what people said in a meeting's rooms, and what clients said last anywhere."""
        ticks: dict[str, dict[str, Tick]] = {}
        async with self._database.reading() as connection:
            if meeting is not None:
                query = select(room_ticks).where(_T.meeting == meeting)
                for tick in await _all(connection, Tick, query):
                    ticks.setdefault(tick.room, {})[tick.item] = tick
            beats = await _all(connection, Beat, select(room_beats))
        return Said(ticks, {beat.room: beat for beat in beats})

    async def going_on(self, meeting: Meeting, now: datetime) -> tuple[GoingOn, ...]:
        """Return the meetings that go on now, this one among them if it does.

        None where no other does: then all calls of its rooms are its own.
        """
        query = select(meetings).where(_M.begin <= now, _M.end > now, _M.cancelled_at.is_(None))
        async with self._database.reading() as connection:
            found = await _all(connection, Meeting, query.order_by(_M.begin, _M.id))
            if all(one.id == meeting.id for one in found):
                return ()
            known: dict[str, dict[str, Presence]] = {one.id: {} for one in found}
            moves = select(presences).where(_P.meeting.in_(known)).order_by(_P.at, _P.id)
            for row in await _all(connection, Presence, moves):
                known[row.meeting][row.room] = row
            said: dict[str, dict[str, Tick]] = {one.id: {} for one in found}
            ticks = select(room_ticks).where(_T.meeting.in_(said), _T.item == PRESENT)
            for tick in await _all(connection, Tick, ticks):
                said[tick.meeting][tick.room] = tick
        return tuple(GoingOn(one, known[one.id], said[one.id]) for one in found)

    # a link of a room's own

    async def room_link(self, meeting: str, room: str, now: datetime) -> str:
        """Return the token of a new link with which whoever is in a room says how it is there.

        It is good until the meeting is over. NotFound if the room is none of the meeting's.
        """
        return (await self.room_links(meeting, [room], now))[room]

    async def room_links(self, meeting: str, rooms: Sequence[str], now: datetime) -> dict[str, str]:
        """Return new tokens of many rooms, as `room_link` does of one."""
        made: dict[str, str] = {}
        rows: list[dict[str, object]] = []
        async with self._database.writing() as connection:
            for room in dict.fromkeys(rooms):
                row = await _invited(connection, meeting, room)
                made[room], kept = new_token()
                rows.append(
                    {
                        "hash": kept,
                        "meeting": meeting,
                        "room": room,
                        "created_at": now,
                        "expires_at": row.end,
                    }
                )
            if rows:
                await connection.execute(insert(room_links), rows)
        return made

    async def behind(self, token: str, now: datetime) -> RoomLink:
        """Return what a link is good for; NotFound if it never was, or the meeting is over."""
        query = select(room_links).where(_L.hash == hashed(token))
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None or not matches(token, row.hash) or row.expires_at <= now:
            raise NotFound(
                Text(
                    vi="Liên kết không tồn tại hoặc cuộc họp đã kết thúc",
                    en="The link does not exist, or the meeting is over",
                )
            )
        return RoomLink(row.meeting, row.room, row.expires_at)

    # who was there

    async def present(self, rows: Sequence[Presence], now: datetime) -> list[Event]:
        """Keep that rooms came in or left."""
        if not rows:
            return []
        async with self._database.writing() as connection:
            values = [row.model_dump(exclude={"id"}) for row in rows]
            await connection.execute(insert(presences), values)
            drafts: list[Draft] = [
                ("meeting", row.meeting, {"room": row.room, "present": row.present}) for row in rows
            ]
            return await write_events(connection, drafts, now)

    async def presences(self, meeting: str) -> list[Presence]:
        """Return who came in and left, in order."""
        query = select(presences).where(_P.meeting == meeting).order_by(_P.at, _P.id)
        async with self._database.reading() as connection:
            return await _all(connection, Presence, query)

    # how it sounded

    async def sounded(self, rows: Sequence[QualitySpan], now: datetime) -> list[Event]:
        """Keep how rooms sound, in place of what was kept of the same spans.

        Pages hear of each meeting once.
        """
        if not rows:
            return []
        async with self._database.writing() as connection:
            await upsert(connection, quality_spans, [row.model_dump() for row in rows])
            met = dict.fromkeys(row.meeting for row in rows)
            drafts: list[Draft] = [("meeting", meeting, {"heard": True}) for meeting in met]
            return await write_events(connection, drafts, now)

    async def qualities(self, meeting: str) -> list[QualitySpan]:
        """Return how the rooms of a meeting sounded, by begin."""
        columns = quality_spans.c
        query = select(quality_spans).where(columns.meeting == meeting)
        async with self._database.reading() as connection:
            return await _all(connection, QualitySpan, query.order_by(columns.begin, columns.room))

    async def attended(self, row: Attendance, origin: str = "") -> None:
        """Keep how many took part in a room, audited. NotFound as of `tick`."""
        async with self._database.writing() as connection:
            await _invited(connection, row.meeting, row.room)
            await upsert(connection, attendances, [row.model_dump()])
            await write_audit(
                connection,
                AuditRow(
                    at=row.at,
                    actor=row.by,
                    action="meeting.delegates",
                    subject=row.meeting,
                    detail=f"{row.room}: {row.delegates}",
                    origin=origin,
                ),
            )

    async def attendances(self, meeting: str) -> Mapping[str, Attendance]:
        """Return how many took part, by room."""
        query = select(attendances).where(attendances.c.meeting == meeting)
        async with self._database.reading() as connection:
            return {row.room: row for row in await _all(connection, Attendance, query)}


async def keep_beat(connection: AsyncConnection, beat: Beat) -> list[Event]:
    """Keep a beat in place of the one before; return events where it says something new."""
    query = select(room_beats).where(room_beats.c.room == beat.room)
    before = (await connection.execute(query)).mappings().first()
    await upsert(connection, room_beats, [beat.model_dump()])
    told = {name: getattr(beat, name) for name in _TOLD}
    if before is not None and all(before[name] == said for name, said in told.items()):
        return []
    return await write_events(connection, [("beat", beat.room, told)], beat.at)


async def _all(connection: AsyncConnection, model: type[_Row], query: Select[Any]) -> list[_Row]:
    return [model(**row) for row in (await connection.execute(query)).mappings()]


async def _read(connection: AsyncConnection, meeting: str) -> Meeting:
    rows = await _all(connection, Meeting, select(meetings).where(_M.id == meeting))
    if not rows:
        raise NotFound(Text(vi=f"Không có cuộc họp {meeting}", en=f"There is no meeting {meeting}"))
    return rows[0]


async def _invited(connection: AsyncConnection, meeting: str, room: str) -> Meeting:
    row = await _read(connection, meeting)
    if room not in row.rooms:
        raise NotFound(
            Text(
                vi=f"Điểm cầu {room} không dự cuộc họp {meeting}",
                en=f"The room {room} is not invited to the meeting {meeting}",
            )
        )
    return row


async def _of_source(connection: AsyncConnection, source: str) -> list[Meeting]:
    query = select(meetings).where(_M.source == source, _M.mark.is_not(None))
    return await _all(connection, Meeting, query)


async def _gathered(  # noqa: PLR0917
    connection: AsyncConnection,
    found: Sequence[Wanted],
    source: str,
    actor: str,
    now: datetime,
    until: datetime | None,
    called_off: Collection[str],
) -> Gathered:
    """Do what `MeetingBook.gather` says."""
    added: list[Meeting] = []
    changed: list[Meeting] = []
    gone: list[Meeting] = []
    known = {row.mark: row for row in await _of_source(connection, source)}
    found = [_again(wanted, known.get(wanted.mark), now) for wanted in found]
    marks = {wanted.mark for wanted in found}
    for wanted in found:
        before = known.get(wanted.mark)
        if before is None:
            added.append(await _added(connection, wanted, actor, now, source, ""))
            continue
        if before.end <= now:
            continue
        if before.cancelled_at is not None:
            last = await last_of(connection, _CANCEL, before.id)
            if until is None or last is None or last.actor != actor:
                continue
            before = before.model_copy(update={"cancelled_at": None})
        elif not _differ(before, wanted):
            continue
        changed.append(await _changed(connection, before, wanted, actor, now, ""))
    for row in known.values():
        if row.cancelled_at is not None or row.mark in marks:
            continue
        missed = until is not None and now < row.begin < until
        if missed or (row.mark in called_off and now < row.end):
            gone.append(await _cancelled(connection, row, actor, now, ""))
    return Gathered(tuple(added), tuple(changed), tuple(gone), [])


def _again(wanted: Wanted, before: Meeting | None, now: datetime) -> Wanted:
    """Return a meeting by a mark of its own, where its mark is that of one that is over.

    Who keeps a calendar moves last month's meeting to the next: that is another one.
    """
    if before is None or before.end > now or wanted.end <= now:
        return wanted
    mark = f"{wanted.mark} {wanted.begin.astimezone(LOCAL):%Y-%m-%d}"
    return wanted.model_copy(update={"mark": mark})


def _differ(before: Meeting, wanted: Wanted) -> bool:
    return any(getattr(before, name) != getattr(wanted, name) for name in Wanted.model_fields)


async def _added(  # noqa: PLR0917
    connection: AsyncConnection,
    wanted: Wanted,
    actor: str,
    now: datetime,
    source: str,
    origin: str,
) -> Meeting:
    _refuse(wanted)
    row = made(
        Meeting,
        "meeting",
        **_fields(wanted),
        id=await _next_id(connection, wanted.begin.astimezone(LOCAL).date()),
        source=source,
        by=actor,
        recorded_at=now,
    )
    await connection.execute(insert(meetings).values(row.model_dump()))
    await _audited(connection, row, "meeting.add", actor, now, origin)
    return row


async def _changed(  # noqa: PLR0917
    connection: AsyncConnection,
    before: Meeting,
    wanted: Wanted,
    actor: str,
    now: datetime,
    origin: str,
) -> Meeting:
    if before.cancelled_at is not None:
        raise _called_off(before)
    _refuse(wanted)
    row = before.model_copy(update=_fields(wanted))
    await connection.execute(update(meetings).where(_M.id == row.id).values(row.model_dump()))
    if row.begin != before.begin:
        await connection.execute(delete(readiness_runs).where(_R.meeting == row.id))
    await connection.execute(
        update(room_links).where(_L.meeting == row.id).values(expires_at=row.end)
    )
    await _audited(connection, row, "meeting.change", actor, now, origin)
    return row


async def _cancelled(
    connection: AsyncConnection, row: Meeting, actor: str, now: datetime, origin: str
) -> Meeting:
    if row.cancelled_at is not None:
        raise _called_off(row)
    await connection.execute(update(meetings).where(_M.id == row.id).values(cancelled_at=now))
    await _audited(connection, row, _CANCEL, actor, now, origin)
    return row.model_copy(update={"cancelled_at": now})


async def _audited(  # noqa: PLR0917
    connection: AsyncConnection, row: Meeting, action: str, actor: str, now: datetime, origin: str
) -> None:
    await write_audit(
        connection,
        AuditRow(
            at=now,
            actor=actor,
            action=action,
            subject=row.id,
            detail=f"{row.begin.isoformat()} – {row.end.isoformat()}: {row.title}",
            origin=origin,
        ),
    )


def _called_off(row: Meeting) -> Conflict:
    return Conflict(
        Text(
            vi=f"Cuộc họp {row.id} đã bị huỷ trước đó",
            en=f"The meeting {row.id} has been called off already",
        )
    )


def _fields(wanted: Wanted) -> dict[str, object]:
    fields = {name: getattr(wanted, name) for name in Wanted.model_fields}
    return fields | {
        "begin": wanted.begin.astimezone(UTC),
        "end": wanted.end.astimezone(UTC),
        "rooms": tuple(dict.fromkeys(wanted.rooms)),
    }


def _draft(row: Meeting) -> Draft:
    """Return the event of a meeting that is new or otherwise: pages show who is booked."""
    data = row.model_dump(mode="json", include={"title", "begin", "end", "cancelled_at"})
    return ("meeting", row.id, data)


async def _next_id(connection: AsyncConnection, day: date) -> str:
    prefix = f"HN-{day:%Y%m%d}-"
    query = select(func.max(_M.id)).where(_M.id.startswith(prefix, autoescape=True))
    last = await connection.scalar(query)
    number = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{number:04}"


def _refuse(wanted: Wanted) -> None:
    """Raise Invalid with everything that is wrong with a meeting."""
    problems = list(faults(wanted))
    if problems:
        raise Invalid(problems)


def faults(wanted: Wanted) -> Iterable[Problem]:
    """Yield what is wrong with a meeting by itself, whoever its names mean."""
    if not wanted.title:
        yield _problem("title", _NO_TITLE, _WRITE_TITLE)
    if not (YEARS[0] <= wanted.begin.year and wanted.end.year <= YEARS[1]):
        yield _problem("begin", _NO_YEAR, _RIGHT_YEAR)
    if wanted.end <= wanted.begin:
        yield _problem("end", _BACKWARDS, _END_LATER)
    elif wanted.end - wanted.begin > LONGEST:
        yield _problem("end", _TOO_LONG, _SPLIT)
    if not wanted.rooms:
        yield _problem("rooms", _NOBODY, _NAME_ROOMS)
    elif len(wanted.rooms) > MOST_ROOMS:
        yield _problem("rooms", _TOO_MANY, _SPLIT)


def _problem(key: str, what: Text, mend: Text) -> Problem:
    return Problem(file="meeting", key=key, what=what, mend=mend)


_NO_TITLE = Text(vi="chưa có tên cuộc họp", en="the meeting has no title")
_WRITE_TITLE = Text(vi="Ghi tên cuộc họp", en="Say what the meeting is called")
_NO_YEAR = Text(vi="năm không hợp lý", en="the year makes no sense")
_RIGHT_YEAR = Text(vi="Ghi đúng năm họp", en="Write the year of the meeting")
_BACKWARDS = Text(vi="giờ kết thúc không sau giờ bắt đầu", en="it does not end after it begins")
_END_LATER = Text(vi="Ghi giờ kết thúc sau giờ bắt đầu", en="Give an end after the begin")
_TOO_LONG = Text(vi="cuộc họp dài hơn 7 ngày", en="the meeting is longer than 7 days")
_SPLIT = Text(vi="Ghi thành nhiều cuộc họp", en="Write it as several meetings")
_NOBODY = Text(vi="không có điểm cầu nào dự", en="no room is invited")
_NAME_ROOMS = Text(
    vi="Ghi ít nhất một điểm cầu có trong danh mục", en="Name at least one room of the inventory"
)
_TOO_MANY = Text(vi=f"có hơn {MOST_ROOMS} điểm cầu", en=f"more than {MOST_ROOMS} rooms are invited")
