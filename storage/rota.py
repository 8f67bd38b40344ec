"""Who takes over duty, what is handed over, and every row that says who is on duty when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Select, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import LOCAL
from core.errors import Conflict, Invalid, NotFound, Problem
from core.inventory import CalendarSpan, Rota, RotaRule, Shift, SpecialDay
from core.model import Model
from core.people import AuditRow
from core.rota import DutyRows, HandOver, RotaWarning, Swap
from core.text import Text
from storage.audit import write_audit
from storage.database import Database
from storage.database import insert as insert_or
from storage.tables import (
    calendars,
    hand_overs,
    rota_rules,
    rota_warnings,
    rotas,
    shifts,
    special_days,
    swaps,
)
from storage.unbroken import unbroken

_M = TypeVar("_M", bound=Model)
_S, _H, _W = swaps.c, hand_overs.c, rota_warnings.c
_DAY = timedelta(days=1)
YEARS = (2000, 2100)  # in which duty is swapped


@unbroken
class RotaBook:
    """Swaps and hand-over notes: added, swaps cancelled, never removed, each with who did it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, begin: datetime, end: datetime) -> DutyRows:
        """Return all that says who is on duty within [begin, end)."""
        first, last = begin.astimezone(LOCAL).date() - _DAY, end.astimezone(LOCAL).date()
        async with self._database.reading() as connection:
            return DutyRows(
                rotas=await _all(connection, Rota, select(rotas)),
                rules=await _all(connection, RotaRule, select(rota_rules)),
                shifts=await _all(
                    connection, Shift, select(shifts).where(shifts.c.on.between(first, last))
                ),
                swaps=await _all(
                    connection, Swap, select(swaps).where(_S.begin < end, _S.end > begin)
                ),
                calendars=await _all(connection, CalendarSpan, select(calendars)),
                special_days=await _all(connection, SpecialDay, select(special_days)),
            )

    async def swap(self, swap: Swap, origin: str = "") -> Swap:
        """Keep a swap; return it with its id.

        Invalid if it ends before it begins or says no reason; Conflict if there is no such rota
        or person.
        """
        problems = _problems(swap)
        if problems:
            raise Invalid(problems)
        try:
            async with self._database.writing() as connection:
                number = await connection.scalar(
                    insert(swaps).values(swap.model_dump(exclude={"id"})).returning(_S.id)
                )
                await write_audit(
                    connection,
                    AuditRow(
                        at=swap.recorded_at,
                        actor=swap.by,
                        action="rota.swap",
                        subject=swap.rota,
                        detail=f"{swap.role} {swap.begin.isoformat()} – {swap.end.isoformat()}: "
                        f"{swap.contact}, {swap.reason}",
                        origin=origin,
                    ),
                )
        except IntegrityError as fault:
            raise Conflict(
                Text(
                    vi="Không có lịch trực hoặc người này",
                    en="There is no such rota or no such person",
                )
            ) from fault
        return swap.model_copy(update={"id": number})

    async def cancel(self, number: int, actor: str, now: datetime, origin: str = "") -> Swap:
        """Take a swap back; NotFound, or Conflict if that was done before."""
        async with self._database.writing() as connection:
            found = await connection.execute(select(swaps).where(_S.id == number))
            row = found.mappings().one_or_none()
            if row is None:
                raise NotFound(
                    Text(vi=f"Không có lần đổi ca {number}", en=f"There is no swap {number}")
                )
            if row["cancelled_at"] is not None:
                raise Conflict(
                    Text(
                        vi=f"Lần đổi ca {number} đã được huỷ trước đó",
                        en=f"The swap {number} has been taken back already",
                    )
                )
            await connection.execute(update(swaps).where(_S.id == number).values(cancelled_at=now))
            await write_audit(
                connection,
                AuditRow(
                    at=now,
                    actor=actor,
                    action="rota.swap.cancel",
                    subject=row["rota"],
                    detail=f"swap {number}: {row['contact']}",
                    origin=origin,
                ),
            )
        return Swap(**row).model_copy(update={"cancelled_at": now})

    async def hand_over(
        self, rota: str, text: str, actor: str, now: datetime, origin: str = ""
    ) -> HandOver:
        """Keep what one leaves to the next; Invalid without words, Conflict without such a rota."""
        try:
            note = HandOver(rota=rota, at=now, by=actor, text=text)
        except ValidationError as fault:
            raise Invalid(
                [
                    _problem(
                        "text",
                        Text(vi="nội dung bàn giao không dùng được", en="the note cannot be used"),
                        Text(
                            vi="Ghi từ 1 đến 2000 ký tự", en="Write between 1 and 2000 characters"
                        ),
                    )
                ]
            ) from fault
        try:
            async with self._database.writing() as connection:
                fields = note.model_dump(exclude={"id"})
                number = await connection.scalar(insert(hand_overs).values(fields).returning(_H.id))
                await write_audit(
                    connection,
                    AuditRow(
                        at=now,
                        actor=actor,
                        action="rota.hand_over",
                        subject=rota,
                        detail=note.text[:200],
                        origin=origin,
                    ),
                )
        except IntegrityError as fault:
            raise Conflict(
                Text(vi=f"Không có lịch trực {rota}", en=f"There is no rota {rota}")
            ) from fault
        return note.model_copy(update={"id": number})

    async def warned(self, rota: str) -> set[tuple[str, date]]:
        """Return the flaws of a rota that its owner was told of: kind with its hour, and day."""
        query = select(_W.kind, _W.on).where(_W.rota == rota)
        async with self._database.reading() as connection:
            return {(row.kind, row.on) for row in await connection.execute(query)}

    async def warn(self, warnings: Sequence[RotaWarning]) -> None:
        """Keep that an owner was told; what is kept already stays as it is."""
        async with self._database.writing() as connection:
            for warning in warnings:
                await connection.execute(
                    insert_or(connection, rota_warnings)
                    .values(warning.model_dump())
                    .on_conflict_do_nothing()
                )

    async def notes(self, rota: str | None = None, limit: int = 10) -> list[HandOver]:
        """Return the latest hand-over notes, of one rota or of all, newest first."""
        query = select(hand_overs).order_by(_H.at.desc(), _H.id.desc()).limit(limit)
        if rota is not None:
            query = query.where(_H.rota == rota)
        async with self._database.reading() as connection:
            return [HandOver(**row) for row in (await connection.execute(query)).mappings()]


async def _all(connection: AsyncConnection, model: type[_M], query: Select[Any]) -> tuple[_M, ...]:
    return tuple(model(**row) for row in (await connection.execute(query)).mappings())


def _problems(swap: Swap) -> list[Problem]:
    found = []
    if not (YEARS[0] <= swap.begin.year and swap.end.year <= YEARS[1]):
        found.append(
            _problem(
                "begin",
                Text(vi="năm không hợp lý", en="the year makes no sense"),
                Text(vi="Ghi năm đúng của ca trực", en="Write the year of the shift"),
            )
        )
    if swap.end <= swap.begin:
        found.append(
            _problem(
                "end",
                Text(vi="kết thúc không sau bắt đầu", en="it does not end after it begins"),
                Text(vi="Ghi giờ kết thúc sau giờ bắt đầu", en="Give an end after the begin"),
            )
        )
    if not swap.reason:
        found.append(
            _problem(
                "reason",
                Text(vi="chưa nêu lý do", en="no reason is given"),
                Text(vi="Ghi lý do đổi ca", en="Say why the duty is swapped"),
            )
        )
    return found


def _problem(key: str, what: Text, mend: Text) -> Problem:
    return Problem(file="rota", key=key, what=what, mend=mend)
