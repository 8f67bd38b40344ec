"""The frame of a look at conference equipment by SNMP: objects asked for, tables read by row."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from collectors._snmp.agent import Agent, Trouble
from collectors._snmp.ber import Value
from collectors._snmp.client import Params, agent_of, engine_of
from collectors._vc.looking import Course, concluded
from core.collector import Kit, Transcript
from core.reading import Failure, Reading, Sample
from core.watching import Check

_ROWS = 2000
Row = Mapping[int, Value]  # column → value


@dataclass(frozen=True, slots=True)
class Questions:
    """Asks one agent during one look; Trouble when it stays silent."""

    agent: Agent
    kit: Kit
    params: Params
    transcript: Transcript

    async def values(self, oids: Sequence[str]) -> dict[str, Value]:
        """Return objects by name, None for what the agent does not have."""
        engine = engine_of(self.kit)
        found = await engine.get(self.agent, engine.plan(oids), self.params.patience)
        for oid, value in zip(oids, found, strict=True):
            self.transcript.note("%s = %r", oid, value)
        return dict(zip(oids, found, strict=True))

    async def column(self, root: str) -> dict[tuple[int, ...], Value]:
        """Return what stands below a name, by the numbers that follow it."""
        walk = await engine_of(self.kit).walk(self.agent, root, self.params.patience, _ROWS)
        self.transcript.note("%s: %d objects%s", root, len(walk.rows), walk.stopped or "")
        return dict(walk.rows)

    async def table(self, entry: str) -> dict[tuple[int, ...], Row]:
        """Return the rows of a table: index → column → value."""
        rows: defaultdict[tuple[int, ...], dict[int, Value]] = defaultdict(dict)
        for (column, *index), value in (await self.column(entry)).items():
            rows[tuple(index)][column] = value
        return dict(sorted(rows.items()))


Visit = Callable[[Questions], Awaitable[list[Sample]]]


async def asked(
    check: Check, kit: Kit, transcript: Transcript, params: Params, visit: Visit
) -> Reading:
    """Return the reading of one visit to an agent."""
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    told: list[Sample] = []
    try:
        agent = await agent_of(check, kit, params)
        told = await visit(Questions(agent, kit, params, transcript))
    except Trouble as trouble:
        failure = trouble.failure
    return concluded(check, Course(at, begun, told, failure), kit, transcript)


def whole(value: Value) -> int | None:
    """Return a number, None for anything else."""
    return value if isinstance(value, int) else None


def total(rows: Mapping[tuple[int, ...], Row], *columns: int) -> int | None:
    """Return the sum of columns over all rows, None where there is no number."""
    found = [n for row in rows.values() for c in columns if (n := whole(row.get(c))) is not None]
    return sum(found) if found else None
