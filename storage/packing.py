# ruff: noqa: S608  (statements are put together from words of this file alone; values are bound)

"""Two million transitions without an object each: the database packs the rows of a target.

One value per target holds its rows as numbers, `at * 8 + status`, in text (SQLite) or binary
(PostgreSQL), and last when the newest of them was recorded; numpy takes all of them at once. To
ask of every row whether it still holds would double the work: of many targets the replaced rows,
few, are read apart and taken out.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.history import STATUSES
from storage.columns import to_micros

Progress = Callable[[int, int], None]  # (done, of how many)
Ints = NDArray[np.int64]
SECOND = 1_000_000  # microseconds
AT_ONCE = 1_000  # targets of one statement: between two, others get their turn
FEW = 500  # targets of which each row is asked whether it holds
_CODE = {status.value: number for number, status in enumerate(STATUSES)}
_VALUE = "t.at * 8 + CASE t.new {} END".format(
    " ".join(f"WHEN '{status}' THEN {number}" for status, number in _CODE.items())
)
_MOST = 1 << 59  # a key of (target, time) must stay below it, eight times for the status


@dataclass(frozen=True, slots=True)
class Held:
    """The conditions under which a row `t` counts: recorded by then, and not replaced by then."""

    known: str
    lasting: str
    by_then: str  # of replacements `o`
    bound: Mapping[str, int]

    @property
    def both(self) -> str:
        """Return the whole condition, to be appended to others."""
        return f"{self.known} {self.lasting}"


async def held(connection: AsyncConnection, as_known_at: datetime | None) -> Held:
    """Return the conditions; nothing to ask where no row was ever replaced."""
    known = "" if as_known_at is None else "AND t.recorded_at <= :known"
    bound = {} if as_known_at is None else {"known": to_micros(as_known_at)}
    if not await connection.scalar(text("SELECT EXISTS (SELECT 1 FROM overridden)")):
        return Held(known, "", "", bound)
    by_then = "" if as_known_at is None else "AND o.recorded_at <= :known"
    gone = f"SELECT 1 FROM overridden o WHERE o.transition = t.id {by_then}"
    return Held(known, f"AND NOT EXISTS ({gone})", by_then, bound)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Microseconds (begin, end), and which rows of them count."""

    begin: int
    end: int
    rules: Held


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows of targets, `at * 8 + status` in microseconds; those of target i from `first[i]` on."""

    first: Ints
    values: Ints
    newest: int | None  # microseconds


async def read(
    connection: AsyncConnection,
    targets: Sequence[str],
    asked: Stretch,
    progress: Progress | None = None,
) -> Packed:
    """Return the rows within a stretch that hold, and the last one before it, by target.

    `newest` is when the last of these facts, replacements among them, was recorded.
    """
    rules = asked.rules
    if not rules.lasting:
        return await _read(connection, targets, asked, rules.known, progress)
    if len(targets) <= FEW:
        packed = await _read(connection, targets, asked, rules.both, progress)
        return _as_new_as(packed, await _last_replaced(connection, targets, asked))
    packed = await _read(connection, targets, asked, rules.known, progress)
    gone = await _gone(connection, targets, asked)
    packed = _as_new_as(packed, gone.newest)
    kept, unsure = await asyncio.to_thread(_without, packed, gone, asked)
    if not unsure:
        return kept
    some = [targets[place] for place in unsure]
    return _spliced(kept, unsure, await _read(connection, some, asked, rules.both, None))


async def _last_replaced(
    connection: AsyncConnection, targets: Sequence[str], asked: Stretch
) -> int | None:
    """Return when a row of these targets was last put out of force, in microseconds."""
    among = (
        "t.target = ANY(CAST(:targets AS text[]))"
        if _is_postgres(connection)
        else "t.target IN (SELECT value FROM json_each(:targets))"
    )
    last = await connection.scalar(
        text(
            "SELECT max(o.recorded_at) FROM transitions t CROSS JOIN overridden o"
            f" WHERE o.transition = t.id AND {among} AND t.at < :end"
            f" {asked.rules.known} {asked.rules.by_then}"
        ),
        {"targets": names(connection, targets), "end": asked.end, **asked.rules.bound},
    )
    return None if last is None else int(last)


def _as_new_as(packed: Packed, instant: int | None) -> Packed:
    known = [at for at in (packed.newest, instant) if at is not None]
    return replace(packed, newest=max(known, default=None))


def names(connection: AsyncConnection, targets: Sequence[str]) -> object:
    """Return targets as a parameter of `json_each` or `unnest`."""
    return list(targets) if _is_postgres(connection) else json.dumps(list(targets))


def _is_postgres(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "postgresql"


async def _read(
    connection: AsyncConnection,
    targets: Sequence[str],
    asked: Stretch,
    inside: str,
    progress: Progress | None,
) -> Packed:
    written = _postgres if _is_postgres(connection) else _sqlite
    statement = text(written(asked.rules.both, inside))
    bound = {"begin": asked.begin, "end": asked.end, **asked.rules.bound}
    parts: list[Packed] = []
    for start in range(0, len(targets), AT_ONCE):
        some = targets[start : start + AT_ONCE]
        asked_of = {"targets": names(connection, some), **bound}
        rows = await connection.execute(statement, asked_of)
        parts.append(_unpacked(len(some), [piece for row in rows for piece in row]))
        if progress is not None:
            progress(start + len(some), len(targets))
    return _joined(parts)


def _postgres(before: str, inside: str) -> str:
    """Return a row per target: the last row before the span, and all within it."""
    return (
        f"SELECT (SELECT int8send({_VALUE}) || int8send(t.recorded_at) FROM transitions t"
        f" WHERE t.target = s.target {before} AND t.at <= :begin"
        " ORDER BY t.at DESC, t.id DESC LIMIT 1),"
        f" (SELECT string_agg(int8send(v), ''::bytea) || int8send(max(r)) FROM"
        f" (SELECT {_VALUE} AS v, t.recorded_at AS r FROM transitions t"
        f" WHERE t.target = s.target {inside} AND t.at > :begin AND t.at < :end"
        " ORDER BY t.at, t.id) i)"
        " FROM unnest(CAST(:targets AS text[])) WITH ORDINALITY AS s (target, n) ORDER BY s.n"
    )


def _sqlite(before: str, inside: str) -> str:
    """Return the same for SQLite."""
    return (
        f"SELECT (SELECT ({_VALUE}) || ',' || t.recorded_at FROM transitions t"
        f" WHERE t.target = s.value {before} AND t.at <= :begin"
        " ORDER BY t.at DESC, t.id DESC LIMIT 1),"
        " (SELECT group_concat(v) || ',' || max(r) FROM"
        f" (SELECT {_VALUE} AS v, t.recorded_at AS r FROM transitions t"
        f" WHERE t.target = s.value {inside} AND t.at > :begin AND t.at < :end"
        " ORDER BY t.at, t.id))"
        ' FROM json_each(:targets) s ORDER BY s."key"'
    )


def _unpacked(targets: int, pieces: Sequence[Any]) -> Packed:
    """Return arrays of pieces: before and inside of each target in turn, None where empty."""
    values, counts = _numbers(pieces)
    filled = counts > 0
    last = np.cumsum(counts)[filled] - 1  # each piece ends with the time of its last recording
    recorded = values[last]
    kept = np.ones(len(values), np.bool_)
    kept[last] = False
    first = np.zeros(targets + 1, np.int64)
    np.cumsum((counts - filled).reshape(-1, 2).sum(axis=1), out=first[1:])
    return Packed(first, values[kept], int(recorded.max()) if len(recorded) else None)


def _joined(parts: Sequence[Packed]) -> Packed:
    """Return the rows of all targets, those of the first part first."""
    counts = [np.diff(part.first) for part in parts]
    known = [part.newest for part in parts if part.newest is not None]
    return Packed(
        np.concatenate([[0], np.cumsum(np.concatenate([*counts, []]))]).astype(np.int64),
        np.concatenate([np.zeros(0, np.int64), *(part.values for part in parts)]),
        max(known, default=None),
    )


def _numbers(pieces: Sequence[Any]) -> tuple[Ints, Ints]:
    """Return all numbers of the pieces in one array, and how many each piece holds."""
    filled = [piece for piece in pieces if piece is not None]
    if filled and isinstance(filled[0], str):
        counts = [0 if piece is None else piece.count(",") + 1 for piece in pieces]
        numbers = np.fromstring(",".join(filled), dtype=np.int64, sep=",")
    else:
        counts = [0 if piece is None else len(piece) // 8 for piece in pieces]
        numbers = np.frombuffer(b"".join(filled), dtype=">i8").astype(np.int64)
    return numbers, np.array(counts, np.int64)


@dataclass(frozen=True, slots=True)
class _Gone:
    """Replaced rows: the places of their targets, their values; when the last was replaced."""

    owner: Ints
    value: Ints
    newest: int | None


async def _gone(connection: AsyncConnection, targets: Sequence[str], asked: Stretch) -> _Gone:
    places = {target: place for place, target in enumerate(targets)}
    rows = await connection.execute(
        text(
            # SQLite keeps the order of a CROSS JOIN: from the few replaced rows to the many.
            f"SELECT t.target, {_VALUE}, o.recorded_at FROM overridden o CROSS JOIN transitions t"
            f" WHERE t.id = o.transition AND t.at < :end {asked.rules.known} {asked.rules.by_then}"
        ),
        {"end": asked.end, **asked.rules.bound},
    )
    found = [(places[target], value, at) for target, value, at in rows if target in places]
    owner, value, recorded = np.array(found, np.int64).reshape(-1, 3).T
    inside = value >> 3 > asked.begin
    newest = int(recorded.max()) if len(recorded) else None
    return _Gone(owner[inside], value[inside], newest)


def _without(packed: Packed, gone: _Gone, asked: Stretch) -> tuple[Packed, list[int]]:
    """Return what is left without the replaced rows, and the targets of which that is unsure.

    Replaced rows are known by target, time and status. Where rows of one instant are left that
    differ, only the database can tell their order.
    """
    parts: list[Packed] = []
    unsure: list[int] = []
    for start in range(0, len(packed.first) - 1, AT_ONCE):
        edges = packed.first[start : start + AT_ONCE + 1]
        some = Packed(edges - edges[0], packed.values[edges[0] : edges[-1]], packed.newest)
        mine = (gone.owner >= start) & (gone.owner < start + AT_ONCE)
        of_these = _Gone(gone.owner[mine] - start, gone.value[mine], gone.newest)
        part, doubtful = _portion_without(some, of_these, asked)
        parts.append(part)
        unsure += [start + place for place in doubtful]
    return _joined(parts), unsure


def _portion_without(packed: Packed, gone: _Gone, asked: Stretch) -> tuple[Packed, list[int]]:
    owner, value, begin = gone.owner, gone.value, asked.begin
    width = asked.end - begin + 1
    count = len(packed.first) - 1
    if count * width >= _MOST:
        return packed, sorted(set(owner.tolist()))
    rows = np.repeat(np.arange(count, dtype=np.int64), np.diff(packed.first))
    keys = rows * width + np.maximum((packed.values >> 3) - begin, 0)
    wanted = owner * width + (value >> 3) - begin
    near = _places(keys, np.unique(wanted))
    exact = keys[near] * 8 + (packed.values[near] & 7)
    order = np.argsort(exact, kind="stable")
    near, exact = near[order], exact[order]
    removed = _among(exact, wanted * 8 + (value & 7))
    kept = np.ones(len(keys), np.bool_)
    kept[near[removed]] = False
    left = exact[~removed]
    mixed = left[1:][(left[1:] >> 3 == left[:-1] >> 3) & (left[1:] != left[:-1])] >> 3
    first = np.concatenate(([0], np.cumsum(np.bincount(rows[kept], minlength=count))))
    unsure = sorted(set((mixed // width).tolist()))
    return Packed(first, packed.values[kept], packed.newest), unsure


def _places(keys: Ints, wanted: Ints) -> Ints:
    """Return where the wanted keys stand among sorted ones, every place of each."""
    low = np.searchsorted(keys, wanted, "left")
    lengths = np.searchsorted(keys, wanted, "right") - low
    starts = np.cumsum(lengths) - lengths
    return np.repeat(low - starts, lengths) + np.arange(int(lengths.sum()))


def _among(values: Ints, removed: Ints) -> NDArray[np.bool_]:
    """Say of sorted values which are to go: of equal ones as many as `removed` holds."""
    places = np.arange(len(values))
    fresh = np.ones(len(values), np.bool_)
    fresh[1:] = values[1:] != values[:-1]
    rank = places - np.maximum.accumulate(np.where(fresh, places, 0))
    kinds, counts = np.unique(removed, return_counts=True)
    if not len(kinds):
        return np.zeros(len(values), np.bool_)
    place = np.minimum(np.searchsorted(kinds, values), len(kinds) - 1)
    gone: NDArray[np.bool_] = rank < np.where(kinds[place] == values, counts[place], 0)
    return gone


def _spliced(packed: Packed, places: Sequence[int], again: Packed) -> Packed:
    """Return rows with those of some targets put in anew."""
    parts = np.split(packed.values, packed.first[1:-1])
    for place, part in zip(places, np.split(again.values, again.first[1:-1]), strict=True):
        parts[place] = part
    first = np.concatenate(([0], np.cumsum([len(part) for part in parts])))
    return Packed(first, np.concatenate(parts), packed.newest)
