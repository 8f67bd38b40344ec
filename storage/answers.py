"""Answers from phones: the codes that pages carry, and what people sent back with them."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.answer import Answer, Outcome, Received, Replies, Verdict
from core.errors import Conflict
from core.incident import ASKING, Incident, IncidentState, NotificationState
from core.outcome import Event
from core.people import AuditRow
from storage.audit import write_audit
from storage.codes import draw_code
from storage.database import Database
from storage.incidents import acknowledge, read_incident
from storage.proofs import prove, waiting_for
from storage.tables import answer_codes, answers, deliveries, notifications
from storage.unbroken import unbroken

_A, _C, _N = answers.c, answer_codes.c, notifications.c
_KEPT = 300  # characters of an answer
_MERGES = 10  # incidents that speak for each other, one for the next
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Coming:
    """An answer on its way into the ledger: by which channel, and who that may be."""

    channel: str
    answer: Answer
    people: frozenset[str]  # contacts who have this number, or whom the channel names
    code: str | None  # None: it says nothing that we understand


@unbroken
class AnswerBook:
    """Codes and answers. What is answered is acknowledged in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def code(self, incidents: Sequence[str], now: datetime, lifetime: timedelta) -> str:
        """Return the code that stands for just these incidents, good for so long from now.

        It stands for nothing else until it has been forgotten, long after its end.
        """
        wanted = sorted(set(incidents))
        async with self._database.writing() as connection:
            code = await _known(connection, wanted, now)
            if code is None:
                code = await draw_code(connection)
                rows = [
                    {"code": code, "incident": one, "created_at": now, "expires_at": now + lifetime}
                    for one in wanted
                ]
                await connection.execute(insert(answer_codes), rows)
            else:
                await connection.execute(
                    update(answer_codes).where(_C.code == code).values(expires_at=now + lifetime)
                )
        return code

    async def take(self, coming: Coming, now: datetime) -> tuple[Outcome, list[Event]]:
        """Keep an answer and do what it says, all or nothing; return the events to publish.

        One that was handed over before does nothing again.
        """
        async with self._database.writing() as connection:
            before = await _before(connection, coming)
            if before is not None:
                return before, []
            found = await _judged(connection, coming, now)
            events: list[Event] = []
            if found.verdict is Verdict.TAKEN:
                taken, events = await _acknowledged(connection, coming, found, now)
                # where somebody else was quicker by a moment, look once more
                found = (
                    replace(found, incidents=taken)
                    if taken
                    else await _judged(connection, coming, now)
                )
            number = await _kept(connection, coming, found, now)
            replies = await _replies(connection, coming, now)
            if found.verdict is not Verdict.STRANGER or not replies.sender_day:
                await _audit(connection, coming, found, now)
            outcome = Outcome(
                found.verdict,
                number,
                found.contact,
                coming.code,
                tuple(one.id for one in found.incidents),
                found.by,
                replies=replies,
            )
        return outcome, events

    async def replied(self, number: int, receipt: str) -> None:
        """Keep what became of our reply to an answer."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(answers).where(_A.id == number).values(replied=True, receipt=receipt)
            )

    async def about(self, incident: str) -> list[Received]:
        """Return the answers that concern an incident, whatever came of them, oldest first.

        By its codes while those are kept, and by what the ledger found then.
        """
        codes = select(_C.code).where(_C.incident == incident)
        mine = or_(_A.incident == incident, and_(_A.code.in_(codes), _A.incident.is_not(None)))
        async with self._database.reading() as connection:
            rows = await connection.execute(select(answers).where(mine).order_by(_A.id))
            return [Received(**row) for row in rows.mappings()]

    async def latest(self, limit: int = 50) -> list[Received]:
        """Return the last answers, newest first."""
        query = select(answers).order_by(_A.id.desc()).limit(limit)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings()
            return [Received(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Judged:
    verdict: Verdict
    contact: str | None = None
    incidents: tuple[Incident, ...] = ()
    by: str | None = None


async def _known(connection: AsyncConnection, wanted: Sequence[str], now: datetime) -> str | None:
    """Return the live code of just these incidents."""
    mine = select(_C.code).where(_C.incident == wanted[0], _C.expires_at > now)
    rows = await connection.execute(
        select(_C.code, _C.incident).where(_C.code.in_(mine)).order_by(_C.code)
    )
    groups: dict[str, set[str]] = {}
    for code, incident in rows:
        groups.setdefault(code, set()).add(incident)
    return next((code for code, group in groups.items() if group == set(wanted)), None)


async def _before(connection: AsyncConnection, coming: Coming) -> Outcome | None:
    row = (
        await connection.execute(
            select(answers).where(_A.channel == coming.channel, _A.message == coming.answer.id)
        )
    ).first()
    if row is None:
        return None
    about = (row.incident,) if row.incident is not None else ()
    return Outcome(Verdict(row.verdict), row.id, row.contact, row.code, about, again=True)


async def _judged(connection: AsyncConnection, coming: Coming, now: datetime) -> _Judged:
    """Say what comes of an answer."""
    if not coming.people:
        return _Judged(Verdict.STRANGER)
    if coming.code is None:
        return _Judged(Verdict.UNCLEAR, min(coming.people))
    proof = await waiting_for(connection, coming.code, coming.people, coming.answer.sender, now)
    if proof is not None:
        await prove(connection, proof, proof.contact, now, _origin(coming))
        return _Judged(Verdict.PROVEN, proof.contact)
    return await _of_code(connection, coming, now)


async def _of_code(connection: AsyncConnection, coming: Coming, now: datetime) -> _Judged:
    """Say what comes of an answer with a code."""
    rows = (await connection.execute(select(answer_codes).where(_C.code == coming.code))).all()
    teller = await _told(connection, coming, [row.incident for row in rows])
    if not rows or teller is None:
        return _Judged(Verdict.UNKNOWN, min(coming.people))
    about = tuple([await _speaking(connection, row.incident) for row in rows])
    if all(row.expires_at <= now for row in rows):
        return _Judged(Verdict.EXPIRED, teller, about)
    free = tuple(one for one in about if _is_free(one))
    if free:
        return _Judged(Verdict.TAKEN, teller, free)
    by = next((one.acked_by for one in about if one.acked_by is not None), None)
    return _Judged(Verdict.ENDED if by is None else Verdict.ALREADY, teller, about, by)


def _origin(coming: Coming) -> str:
    return f"{coming.channel} {coming.answer.sender}"


def _is_free(incident: Incident) -> bool:
    return incident.state is IncidentState.OPEN and incident.acked_by is None


async def _told(
    connection: AsyncConnection, coming: Coming, incidents: Collection[str]
) -> str | None:
    """Return who of the senders was told of one of the incidents; None if nobody was.

    What a provider took without telling us so counts too: it may have come.
    """
    tried = select(deliveries.c.id).where(deliveries.c.notification == _N.id)
    gone = or_(_N.state.in_([NotificationState.SENT, NotificationState.CLAIMED]), tried.exists())
    told = and_(_N.incident.in_(incidents), _N.purpose.in_(ASKING), _N.step.is_(None), gone)
    recipients = set(
        await connection.scalars(
            select(_N.recipient).where(told, _N.recipient.in_([*coming.people, coming.channel]))
        )
    )
    if coming.channel in recipients and coming.answer.contact is not None:
        return coming.answer.contact  # it was said in a room where this person sits
    return min(recipients & coming.people, default=None)


async def _speaking(connection: AsyncConnection, incident: str) -> Incident:
    """Return the incident that speaks for one now."""
    found = await read_incident(connection, incident)
    for _ in range(_MERGES):
        if found.merged_into is None:
            break
        found = await read_incident(connection, found.merged_into)
    return found


async def _acknowledged(
    connection: AsyncConnection, coming: Coming, found: _Judged, now: datetime
) -> tuple[tuple[Incident, ...], list[Event]]:
    """Acknowledge what still can be; return what was, and the events."""
    taken: list[Incident] = []
    events: list[Event] = []
    for one in {incident.id: incident for incident in found.incidents}.values():
        with suppress(Conflict):
            events += await acknowledge(
                connection,
                one.id,
                found.contact or "",
                now,
                note=coming.answer.text[:_KEPT],
                origin=_origin(coming),
            )
            taken.append(one)
    return tuple(taken), events


async def _kept(connection: AsyncConnection, coming: Coming, found: _Judged, now: datetime) -> int:
    row = Received(
        channel=coming.channel,
        message=coming.answer.id,
        sender=coming.answer.sender,
        contact=found.contact,
        text=coming.answer.text[:_KEPT],
        at=now,
        verdict=found.verdict,
        code=coming.code,
        incident=found.incidents[0].id if found.incidents else None,
    )
    number = await connection.scalar(
        insert(answers).values(row.model_dump(exclude={"id"})).returning(_A.id)
    )
    return int(number or 0)


async def _audit(
    connection: AsyncConnection, coming: Coming, found: _Judged, now: datetime
) -> None:
    await write_audit(
        connection,
        AuditRow(
            at=now,
            actor=found.contact or coming.answer.sender,
            action=f"answer.{found.verdict}",
            subject=" ".join(one.id for one in found.incidents) or (coming.code or ""),
            detail=coming.answer.text[:_KEPT],
            origin=_origin(coming),
        ),
    )


async def _replies(connection: AsyncConnection, coming: Coming, now: datetime) -> Replies:
    lately = select(_A.sender, _A.at).where(
        _A.channel == coming.channel, _A.replied, _A.at > now - _DAY
    )
    rows = (await connection.execute(lately)).all()
    mine = [row.at for row in rows if row.sender == coming.answer.sender]
    return Replies(
        sender_hour=sum(at > now - _HOUR for at in mine),
        sender_day=len(mine),
        channel_hour=sum(row.at > now - _HOUR for row in rows),
    )
