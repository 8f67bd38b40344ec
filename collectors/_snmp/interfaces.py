"""The interfaces of one device between two polls: which there are, and what to ask of each.

Rows are found by GetBulk at first, again every `LESSON` polls, and whenever the device says
that its table may have changed; in between, one plan of plain GETs brings every cell. The
identity of an interface is its name, never its ifIndex, which a restart may deal anew.
"""

from collections import Counter
from dataclasses import dataclass, field
from zlib import crc32

from collectors._snmp.agent import Agent, Patience, Plan
from collectors._snmp.ber import Value
from collectors._snmp.engine import Engine
from collectors._snmp.octets import text
from collectors._snmp.uptime import WRAP, Uptime
from core.collector import Transcript
from core.labels import Series
from core.reading import STALE, Sample

LESSON = 60  # polls
MOST = 1024  # interfaces
INFO = "interface_info"

_IF, _IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"  # ifEntry, ifXEntry (RFC 2863)
_DESCR, _TYPE, _NAME, _ALIAS = f"{_IF}.2", f"{_IF}.3", f"{_IFX}.1", f"{_IFX}.18"
_BEYOND = 2**32 - 1  # of ifSpeed: more than it can say
# sysUpTime, ifNumber, ifTableLastChange: asked last, so that a change during the poll shows.
_SIGNS = ("1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.2.1.0", "1.3.6.1.2.1.31.1.5.0")


@dataclass(frozen=True, slots=True)
class Column:
    """One metric of an interface: its column, what stands in where the agent lacks it."""

    name: str
    oid: str
    instead: str | None = None
    instead_factor: float = 1.0
    counter: bool = True
    wide: bool = False  # 64 bits; what stands in for it has 32
    coarse: bool = False  # it says 0 of what is less than one of its units


COLUMNS = (
    Column("ifAdminStatus", f"{_IF}.7", counter=False),
    Column("ifOperStatus", f"{_IF}.8", counter=False),
    Column("ifLastChange", f"{_IF}.9", counter=False),
    Column("ifHighSpeed", f"{_IFX}.15", f"{_IF}.5", 1e-6, counter=False, coarse=True),
    Column("ifHCInOctets", f"{_IFX}.6", f"{_IF}.10", wide=True),
    Column("ifHCOutOctets", f"{_IFX}.10", f"{_IF}.16", wide=True),
    Column("ifHCInUcastPkts", f"{_IFX}.7", f"{_IF}.11", wide=True),
    Column("ifHCOutUcastPkts", f"{_IFX}.11", f"{_IF}.17", wide=True),
    Column("ifInErrors", f"{_IF}.14"),
    Column("ifOutErrors", f"{_IF}.20"),
    Column("ifInDiscards", f"{_IF}.13"),
    Column("ifOutDiscards", f"{_IF}.19"),
)


@dataclass(slots=True)
class Cell:
    """One value of the plan: its series, how to make a sample of it."""

    oid: str
    series: Series
    factor: float = 1.0
    narrow: bool = False  # a 32-bit counter: we carry its wraps
    last: int | None = None
    carried: int = 0

    def carry(self, value: int, *, restarted: bool) -> float:
        """Return a narrow counter as a number that only a restart lets fall."""
        if self.last is not None and value < self.last:
            # A wrap goes forward by less than half the range; anything else that falls was
            # cleared, and rate() understands a counter that begins anew.
            wrapped = not restarted and (value - self.last) % WRAP < WRAP // 2
            self.carried = self.carried + WRAP if wrapped else 0
        elif restarted:
            self.carried = 0
        self.last = value
        return float(self.carried + value)


@dataclass(slots=True)
class Form:
    """What is asked of one device, and what it said of its table when that was learned."""

    plan: Plan
    cells: list[Cell]
    infos: list[Series]
    signs: tuple[Value, Value] | None = None  # ifNumber, ifTableLastChange
    polls: int = 0
    lasts: int = LESSON  # polls until it is learned anew


@dataclass(slots=True)
class Table:
    """One device's interfaces, kept between polls."""

    labels: tuple[tuple[str, str], ...]
    most: int = MOST
    form: Form | None = None
    uptime: Uptime = field(default_factory=Uptime)
    shown: list[Series] = field(default_factory=list)

    async def read(
        self, engine: Engine, agent: Agent, patience: Patience, now: float, transcript: Transcript
    ) -> list[Sample]:
        """Return the samples of one poll; `now` is monotonic seconds. Raises Trouble."""
        form = self.form
        restarted = False
        values: list[Value] = []
        if form is not None and form.polls < form.lasts:
            values = await engine.get(agent, form.plan, patience)
            restarted = self.uptime.began_anew(values[-len(_SIGNS)], now)
            why = _outdated(form, values, restarted=restarted)
            if why:
                transcript.note("the table is learned anew: %s", why)
                form = None
        else:
            form = None
        if form is None:
            form = await self._learn(engine, agent, patience, transcript)
            values = await engine.get(agent, form.plan, patience)
            restarted = restarted or self.uptime.began_anew(values[-len(_SIGNS)], now)
        return self._samples(form, values, now, restarted=restarted)

    def _samples(
        self, form: Form, values: list[Value], now: float, *, restarted: bool
    ) -> list[Sample]:
        form.polls += 1
        uptime, *signs = values[len(form.cells) :]
        form.signs = (signs[0], signs[1])
        self.uptime.see(uptime, now)
        samples: list[Sample] = [(series, 1.0) for series in form.infos]
        for cell, value in zip(form.cells, values, strict=False):
            if isinstance(value, int):
                if not cell.narrow:  # most are: they are spared a call
                    said = value * cell.factor
                elif value == cell.last and not restarted:  # so are errors, which seldom grow
                    said = float(cell.carried + value)
                else:
                    said = cell.carry(value, restarted=restarted)
                samples.append((cell.series, said))
        shown = [series for series, _ in samples]
        if shown != self.shown:  # the same objects, poll after poll
            samples += [(series, STALE) for series in set(self.shown) - set(shown)]
            self.shown = shown
        return samples

    async def _learn(
        self, engine: Engine, agent: Agent, patience: Patience, transcript: Transcript
    ) -> Form:
        if self.form is not None:
            agent.forget(self.form.plan)
        # Whoever answers to a little is asked for less when it has no answer to much.
        await engine.get(agent, engine.plan(_SIGNS), patience)
        columns: list[dict[int, Value]] = []
        for root in (_DESCR, _NAME, _ALIAS, _TYPE):
            walk = await engine.walk(agent, root, patience, self.most)
            if walk.stopped:
                transcript.note("walk of %s ended early: %s", root, walk.stopped)
            columns.append({ids[0]: value for ids, value in walk.rows if len(ids) == 1})
        descrs, names, aliases, types = columns
        rows = _identities({i: (text(names.get(i)), text(descrs.get(i))) for i in descrs | names})
        transcript.note("%d interfaces: %s", len(rows), ", ".join(rows.values()))
        cells = await self._cells(engine, agent, patience, rows)
        infos = [
            Series.of(
                INFO,
                self.labels,
                ifName=name,
                ifIndex=str(i),
                ifDescr=text(descrs.get(i)),
                ifAlias=text(aliases.get(i)),
                ifType=text(types.get(i)),
            )
            for i, name in rows.items()
        ]
        plan = engine.plan([*(cell.oid for cell in cells), *_SIGNS])
        # At the start a whole fleet is learned at once: the next time shall be spread.
        early = 0 if self.form else crc32(repr(self.labels).encode()) % (LESSON // 2)
        self.form = Form(plan, cells, infos, lasts=LESSON - early)
        return self.form

    async def _cells(
        self, engine: Engine, agent: Agent, patience: Patience, rows: dict[int, str]
    ) -> list[Cell]:
        """Find out which cells the agent has, and in which width."""
        known = {cell.series: cell for cell in self.form.cells} if self.form else {}
        asked = [(column, i, name) for column in COLUMNS for i, name in rows.items()]
        first = await self._have(engine, agent, patience, [f"{c.oid}.{i}" for c, i, _ in asked])
        lacking = [
            f"{c.instead}.{i}"
            for c, i, _ in asked
            if c.instead and (_oid(c, i) not in first or (c.coarse and not first[_oid(c, i)]))
        ]
        second = await self._have(engine, agent, patience, lacking)
        cells: list[Cell] = []
        for column, i, name in asked:
            series = Series.of(column.name, self.labels, ifName=name)
            finer = (
                column.coarse
                and 0 < second.get(f"{column.instead}.{i}", 0) < 1 / column.instead_factor
            )
            if _oid(column, i) in first and not finer:
                narrow = column.counter and not column.wide
                cell = Cell(_oid(column, i), series, narrow=narrow)
            elif column.coarse and second.get(f"{column.instead}.{i}") == _BEYOND:
                continue
            elif column.instead and f"{column.instead}.{i}" in second:
                oid = f"{column.instead}.{i}"
                cell = Cell(oid, series, column.instead_factor, narrow=column.counter)
            else:
                continue
            before = known.get(series)
            if before is not None and before.narrow and cell.narrow:
                cell.last, cell.carried = before.last, before.carried
            cells.append(cell)
        return cells

    async def _have(
        self, engine: Engine, agent: Agent, patience: Patience, oids: list[str]
    ) -> dict[str, int]:
        plan = engine.plan(oids)
        values = await engine.get(agent, plan, patience)
        agent.forget(plan)
        return {o: value for o, value in zip(oids, values, strict=True) if isinstance(value, int)}


def _oid(column: Column, index: int) -> str:
    return f"{column.oid}.{index}"


def _outdated(form: Form, values: list[Value], *, restarted: bool) -> str:
    """Say why the learned rows may no longer be the device's, empty if they are."""
    if restarted:
        return "the agent has restarted"
    _, number, changed = values[-len(_SIGNS) :]
    if form.signs is not None and (number, changed) != form.signs:
        return "ifNumber or ifTableLastChange has changed"
    if form.polls > 1 and None in values[: len(form.cells)]:
        return "a row is gone"
    return ""


def _identities(rows: dict[int, tuple[str, str]]) -> dict[int, str]:
    """Return what each interface is called: ifName, else ifDescr, else ifIndex; never twice."""
    called: dict[int, str] = {}
    for choice in (0, 1):
        often = Counter(said[choice] for said in rows.values())
        taken = set(called.values())
        for i, said in rows.items():
            wish = said[choice]
            if i not in called and wish and often[wish] == 1 and wish not in taken:
                called[i] = wish
    taken = set(called.values())
    for i in rows.keys() - called.keys():
        called[i] = str(i) if str(i) not in taken else f"#{i}"
    return dict(sorted(called.items()))
