"""Which rows of which tables does a device have, and what are they called? Asked rarely.

One round of GetNext says which columns are there at all; only those are walked. What has been
learned is kept, so that a survey that ran out of time goes on where it stopped.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from collectors._snmp.agent import Agent, Patience
from collectors._snmp.ber import Value
from collectors._snmp.descriptor import (
    Entry,
    Family,
    FirstOf,
    Info,
    Measure,
    Pool,
    Quantity,
    Source,
    Where,
    Words,
)
from collectors._snmp.engine import Engine
from collectors._snmp.gauges import Cells, Filling, Guard, Level, Sign, Told
from collectors._snmp.octets import address, spoken, text
from collectors._snmp.ports import Ports
from collectors._snmp.vocabulary import HARDWARE, STATE, STATUS
from core.collector import Transcript
from core.labels import Series

Ids = tuple[int, ...]
Labels = tuple[tuple[str, str], ...]

DESCRIPTION, OBJECT = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0"  # sysDescr, sysObjectID (RFC 3418)
ROWS = 4096  # of one column; more are left out
CELLS = 4000  # of one device


class Survey:
    """What a device has, as far as it is known yet."""

    def __init__(self, engine: Engine, agent: Agent, patience: Patience) -> None:
        self.engine, self.agent, self._patience = engine, agent, patience
        self._columns: dict[str, Mapping[Ids, Value]] = {}
        self._ports = Ports(self._column)

    @property
    def size(self) -> int:
        """Return how many objects it is known of whether the device has them."""
        return len(self._columns)

    async def introduced(self) -> tuple[str, str]:
        """Return the device's sysObjectID and sysDescr, empty where it does not say."""
        await self._know((OBJECT, DESCRIPTION))
        named = self._columns[OBJECT].get((0,))
        return str(named or ""), text(self._columns[DESCRIPTION].get((0,)))

    async def cells(
        self, tables: Sequence[Sequence[Entry | Info]], labels: Labels, transcript: Transcript
    ) -> Cells:
        """Return what to ask for from now on, and the series that each answer becomes.

        `tables`: the entries of each family.
        """
        await self._know([oid for table in tables for entry in table for oid in _roots(entry)])
        drawing = _Drawing(labels)
        for table in tables:
            drawing.turn()
            for entry in table:
                await self._draw(drawing, entry)
                if drawing.cells.size > CELLS:
                    transcript.note("more than %d values: the rest is left out", CELLS)
                    return drawing.cells
        return drawing.cells

    async def hardware(self, families: Sequence[Family], labels: Labels) -> Series:
        """Return the info series of what the device says it is, by the first family that knows.

        A device that tells neither model nor serial number is still of the family, or at least
        of the vendor, that its sysObjectID leaves no doubt about.
        """
        told: dict[str, str] = {}
        whose: Family | None = None
        for one in families:
            for name in ("model", "serial", "software"):
                if not told.get(name):
                    told[name] = await self._fact(getattr(one.facts, name))
            if whose is None and one.objects and any(told.values()):
                whose = one
        likely = [whose] if whose else [one for one in families if one.objects]
        return Series.of(
            HARDWARE.metric,
            labels,
            family=_only(one.name for one in likely),
            vendor=_only(one.vendor for one in likely),
            **told,
        )

    # What to ask.

    async def _know(self, oids: Iterable[str]) -> None:
        """Find out which of these objects are there at all."""
        unknown = [oid for oid in dict.fromkeys(oids) if oid not in self._columns]
        scalars = [oid for oid in unknown if _is_scalar(oid)]
        if scalars:
            found = await self.engine.get_some(self.agent, scalars, self._patience)
            for oid in scalars:
                value = found.get(oid)
                self._columns[oid] = {} if value is None else {(0,): value}
        columns = [oid for oid in unknown if not _is_scalar(oid)]
        async for oid in self.engine.absent(self.agent, columns, self._patience):
            self._columns[oid] = {}

    async def _column(self, oid: str) -> Mapping[Ids, Value]:
        if oid not in self._columns:
            if _is_scalar(oid):
                await self._know((oid,))
            else:
                walk = await self.engine.walk(self.agent, oid, self._patience, ROWS)
                self._columns[oid] = dict(walk.rows)
        return self._columns[oid]

    async def _beginning(self, oid: str, under: str) -> Mapping[Ids, Value]:
        """Return the rows of a column whose index begins with `under`."""
        if not under:
            return await self._column(oid)
        await self._know((oid,))
        if self._columns.get(oid) == {}:
            return {}
        key = f"{oid}|{under}"
        if key not in self._columns:
            first = tuple(map(int, under.split(".")))
            walk = await self.engine.walk(self.agent, f"{oid}.{under}", self._patience, ROWS)
            self._columns[key] = {(*first, *ids): value for ids, value in walk.rows}
        return self._columns[key]

    # What it means.

    async def _draw(self, drawing: "_Drawing", entry: Entry | Info) -> bool:
        """Add an entry's rows; say whether it has any."""
        if isinstance(entry, FirstOf):
            for alternative in entry.alternatives:
                found = [await self._draw(drawing, one) for one in alternative]
                if any(found):
                    return True
            return False
        if isinstance(entry, Info):
            return await self._draw_info(drawing, entry)
        if entry.fallback and drawing.has(entry):
            return False
        if isinstance(entry, Pool):
            return await self._draw_pool(drawing, entry)
        return await self._draw_measure(drawing, entry)

    async def _draw_measure(self, drawing: "_Drawing", measure: Measure) -> bool:
        rows: list[tuple[Ids, tuple[str, ...], float]] = []
        column = await self._column(measure.oid)
        for ids in await self._newest(measure) if measure.runs else column:
            said = measure.read(column[ids])
            if said is None or not measure.low <= said <= measure.high:
                continue
            if not measure.runs and not await self._meant(measure.where, ids):
                continue
            factor = await self._factor(measure, ids)
            if factor:
                labels = [
                    await self._words(named, ids) for named in (measure.named, *measure.others)
                ]
                rows.append((ids, tuple(labels), factor))
        for (ids, words, factor), name in zip(rows, _apart(rows), strict=True):
            drawing.measure(measure, ids, (name, *words[1:]), factor)
        drawing.cells.growing |= bool(measure.runs and column)
        return bool(rows)

    async def _newest(self, measure: Measure) -> list[Ids]:
        """Return the newest row of each test among those that are meant."""
        newest: dict[Ids, Ids] = {}
        for ids in await self._column(measure.oid):
            test = ids[: -measure.runs]
            if ids > newest.get(test, ()) and await self._meant(measure.where, ids):
                newest[test] = ids
        return list(newest.values())

    async def _draw_pool(self, drawing: "_Drawing", pool: Pool) -> bool:
        rows: list[tuple[Ids, tuple[str, ...], float]] = []
        for ids in await self._column(pool.oids[0]):
            if not await self._meant(pool.where, ids):
                continue
            units = (await self._column(pool.units)).get(ids) if pool.units else 1
            if isinstance(units, int) and units > 0:
                rows.append((ids, (await self._words(pool.named, ids),), units * pool.unit))
        less: tuple[Ids, ...] = ()
        if pool.less and rows:
            told = await self._column(pool.less.column)
            less = tuple(i for i, value in told.items() if text(value) in pool.less.words)
        has = [oid for oid in (*pool.oids, *pool.spare) if await self._column(oid)]
        for (ids, _, unit), name in zip(rows, _apart(rows), strict=True):
            drawing.pool(pool, ids, name, has=has, unit=unit, less=less)
        return bool(rows)

    async def _draw_info(self, drawing: "_Drawing", info: Info) -> bool:
        found = False
        for ids in await self._beginning(info.oid, info.under):
            if await self._meant(info.where, ids):
                words = [await self._words(named, ids) for named in info.named]
                drawing.info(info, ids, words)
                found = True
        return found

    async def _meant(self, conditions: Iterable[Where], ids: Ids) -> bool:
        for where in conditions:
            key = _part(ids, where.skip, where.keep)
            value = (await self._column(where.column)).get(key) if where.column else _dotted(key)
            said = value if isinstance(value, int) else text(value)
            if said in where.but or (where.among is not None and said not in where.among):
                return False
            if where.like is not None and not re.search(where.like, str(said)):
                return False
        return True

    async def _factor(self, measure: Measure, ids: Ids) -> float:
        """Return what a row's raw numbers are multiplied with, 0 where it has no value."""
        factor = measure.factor
        for times in measure.times:
            said = (await self._column(times.column)).get(_part(ids, 0, times.keep))
            if times.over:
                factor = factor / said if isinstance(said, int) and said > 0 else 0.0
            elif isinstance(said, int):
                factor *= times.powers.get(said, 1.0) if times.powers else said
        return factor

    async def _words(self, choices: Sequence[Words], ids: Ids) -> str:
        """Return what the first of these says of a row."""
        for words in choices:
            said = await self._said(words, ids)
            if said:
                return _filled(words.form, said, ids)
        return ""

    async def _said(self, words: Words, ids: Ids) -> str:
        if words.where and not await self._meant(words.where, ids):
            return ""
        key = _part(ids, words.skip, words.keep)
        if words.via is not None:
            pointer = (await self._column(words.via)).get(key)
            if not isinstance(pointer, int):
                return ""
            key = (pointer,)
        if words.port:
            return await self._ports.of(key[0]) if key else ""
        if words.column is None:
            return _spelled(key) if words.spelled else _dotted(key)
        if _is_scalar(words.column):
            key = (0,)
        value = (await self._column(words.column)).get(key)
        if words.told is not None:
            return words.told.get(value, "") if isinstance(value, int) else ""
        said = address(value) if words.address else spoken(value)
        found = re.search(words.only, said) if words.only else None
        return found[1] if found else said

    async def _fact(self, sources: Iterable[Source]) -> str:
        for source in sources:
            if isinstance(source, str):
                _, description = await self.introduced()
                found = re.search(source, description)
                said = found[1].strip() if found else ""
            else:
                said = await self._first(source)
            if said:
                return said
        return ""

    async def _first(self, words: Words) -> str:
        """Return the words of the first row that has any."""
        if words.column is None:
            return ""
        await self._know((words.column,))
        for ids in await self._column(words.column):
            said = await self._said(words, ids)
            if said:
                return _filled(words.form, said, ids)
        return ""


class _Drawing:
    """The cells as they are drawn, and what has been drawn already."""

    def __init__(self, labels: Labels) -> None:
        self.cells = Cells()
        self._labels = labels
        self._drawn: set[Series] = set()
        self._metrics: set[str] = set()
        self._before: frozenset[str] = frozenset()

    def turn(self) -> None:
        """Go on to another family."""
        self._before = frozenset(self._metrics)

    def has(self, entry: Measure | Pool) -> bool:
        """Say whether another family has brought the same quantity."""
        quantity = entry.space.ratio if isinstance(entry, Pool) else entry.quantity
        return quantity.metric in self._before

    def measure(self, measure: Measure, ids: Ids, words: Sequence[str], factor: float) -> None:
        place = self.cells.place(_instance(measure.oid, ids))
        if measure.meaning is not None:
            whose = (words[0], measure.kind) if measure.quantity is STATE else words
            state = self._series(measure.quantity, whose)
            status = self._series(STATUS, (words[0], measure.kind))
            if state and status:
                self.cells.signs.append(
                    Sign(
                        place,
                        state,
                        status,
                        measure.read,
                        measure.meaning,
                        measure.low,
                        measure.high,
                    )
                )
            return
        quantity = measure.quantity
        series = self._series(quantity, words, bare=True)
        if series:
            low = max(measure.low, quantity.low / factor)
            high = min(measure.high, quantity.high / factor)
            guards = tuple(
                Guard(self.cells.place(_instance(where.column, ids)), where.but)
                for where in measure.where
                if where.always
            )
            self.cells.levels.append(Level(place, series, measure.read, factor, low, high, guards))

    def pool(
        self,
        pool: Pool,
        ids: Ids,
        name: str,
        *,
        has: Sequence[str],
        unit: float,
        less: Sequence[Ids],
    ) -> None:
        used, size, ratio = (
            self._series(quantity, (name,))
            for quantity in (pool.space.used, pool.space.size, pool.space.ratio)
        )
        if not (used and size and ratio):
            return
        places = {oid: self.cells.place(_instance(oid, ids)) for oid in has}
        taken = [places[oid] for oid in pool.spare if oid in places]
        if pool.used:
            taken += [self.cells.place(_instance(pool.used, row)) for row in less]
        self.cells.fillings.append(
            Filling(
                used=places.get(pool.used or ""),
                free=places.get(pool.free or ""),
                size=places.get(pool.size or ""),
                percent=places.get(pool.percent or ""),
                less=tuple(taken),
                unit=unit,
                series=(used, size, ratio),
            )
        )

    def info(self, info: Info, ids: Ids, words: Sequence[str]) -> None:
        series = self._series(info.quantity, words)
        if series:
            self.cells.told.append(Told(self.cells.place(_instance(info.oid, ids)), series))

    def _series(
        self, quantity: Quantity, words: Sequence[str], *, bare: bool = False
    ) -> Series | None:
        """Return the series of these labels, None if another row has it already.

        `bare`: without the labels that have no words.
        """
        named = dict(zip(quantity.labels, words, strict=False))
        if bare:
            named = {name: said for name, said in named.items() if said}
        series = Series.of(quantity.metric, self._labels, **named)
        if series in self._drawn:
            return None
        self._drawn.add(series)
        self._metrics.add(quantity.metric)
        return series


def _roots(entry: Entry | Info) -> Iterator[str]:
    """Yield the objects that say whether an entry is there."""
    if isinstance(entry, FirstOf):
        for alternative in entry.alternatives:
            for one in alternative:
                yield from _roots(one)
    elif isinstance(entry, Pool):
        yield from entry.oids
    else:
        yield entry.oid


def _apart(rows: Sequence[tuple[Ids, tuple[str, ...], float]]) -> list[str]:
    """Return the rows' names, with the index added to those that several rows bear."""
    often = Counter(words for _, words, _ in rows)
    return [
        words[0] if words[0] and often[words] == 1 else f"{words[0]} {_dotted(ids)}".strip()
        for ids, words, _ in rows
    ]


def _filled(form: str, said: str, ids: Ids) -> str:
    """Return words in their form; an index with fewer numbers than it should have stands alone."""
    try:
        return form.format(said, *ids, index=_dotted(ids)).strip()
    except IndexError:
        return f"{said} {_dotted(ids)}".strip()


def _is_scalar(oid: str) -> bool:
    return oid.endswith(".0")


def _instance(oid: str, ids: Ids) -> str:
    return oid if _is_scalar(oid) else f"{oid}.{_dotted(ids)}"


def _part(ids: Ids, skip: int, keep: int | None) -> Ids:
    return ids[skip:][:keep]


def _spelled(ids: Ids) -> str:
    """Return the texts that an index holds, each after its length, with spaces between them."""
    found: list[str] = []
    at = 0
    while at < len(ids) and 0 < ids[at] < len(ids) - at:
        part = ids[at + 1 : at + 1 + ids[at]]
        found.append(text(bytes(octet & 0xFF for octet in part)))
        at += 1 + ids[at]
    return " ".join(found)


def _dotted(ids: Ids) -> str:
    return ".".join(map(str, ids))


def _only(words: Iterable[str]) -> str:
    """Return the one word that all of these are, or nothing where they differ."""
    different = set(words)
    return different.pop() if len(different) == 1 else ""
