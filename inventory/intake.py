"""A folder and the ledger's rows in, a plan and every problem out: what an import decides."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.collector import Collector
from core.errors import Invalid, Problem
from core.inventory import Inventory
from inventory import csvfiles, validate
from inventory.csvfiles import Folder, Progress
from inventory.doubts import doubts
from inventory.plan import Plan, plan
from inventory.tables import TABLES, AnyRow, key

_ORDER = {table.file: place for place, table in enumerate(TABLES)}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an import would do; nothing of it may be applied while there are problems."""

    plan: Plan
    problems: tuple[Problem, ...]
    present: frozenset[str]  # tables that have a file; the others are left as they are
    warnings: tuple[Problem, ...] = ()  # what is applied all the same


def propose(
    folder: Path,
    current: Inventory,
    on: date,
    *,
    collectors: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Proposal:
    """Return what importing a folder on a day would do to the current inventory."""
    return weigh(csvfiles.parse(folder, progress), current, on, collectors)


def weigh(
    found: Folder, current: Inventory, on: date, collectors: Collection[str] | None = None
) -> Proposal:
    """Return what rows that were read would do, and what is wrong with them among the others."""
    proposed = plan(current, found.inventory, on, found.present)

    def where(table: str, row: AnyRow) -> int | None:
        now = key(row)
        return found.lines.get((table, proposed.keys_in_folder.get((table, now), now)))

    among = validate.problems(
        proposed.result,
        on,
        where=where,
        broken=found.broken,
        unread=found.unread,
        collectors=collectors,
    )
    told = sorted([*found.problems, *among], key=_place)
    doubtful = doubts(proposed.result, on, where)
    return Proposal(proposed, tuple(told), found.present, tuple(doubtful))


def fitted(
    current: Inventory,
    desired: Inventory,
    on: date,
    tables: Collection[str],
    collectors: Mapping[str, Collector] | None = None,
) -> Plan:
    """Return the plan of an edit; Invalid with the problems that the edit brings in.

    What was wrong before does not stand in the way of it.
    """
    found = plan(current, desired, on, tables)
    before = {one.said("en") for one in validate.problems(current, on, collectors=collectors)}
    wrong = validate.problems(found.result, on, collectors=collectors)
    if fresh := [problem for problem in wrong if problem.said("en") not in before]:
        raise Invalid(fresh)
    return found


def _place(problem: Problem) -> tuple[int, int]:
    return _ORDER.get(problem.file, -1), problem.line or 0
