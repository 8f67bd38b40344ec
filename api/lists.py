"""Somebody's list, weighed for the import page: a value small enough to show and to send about."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from core.errors import Invalid, Problem
from core.inventory import Changes, Inventory
from core.text import Language, Text
from inventory import lists
from inventory.listed import Options
from inventory.plan import Plan, Step
from inventory.tables import TABLES, rows

MOST_STEPS = 200  # of one action that are shown; the given-back workbook has every problem
MOST_PROBLEMS = 300
MOST_CHANGES = 100_000  # rows of the ledger: they wait in the hub's memory until applied


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it came, and how it shall be read."""

    name: str
    content: bytes = field(repr=False)
    options: Options = field(default_factory=Options)
    partial: bool = False
    replacing: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a sheet: its text, what it is taken for, whether it means nothing to us."""

    text: str
    target: str | None
    known: bool = True


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """How a sheet was understood; without headings it was passed over."""

    label: str
    table: str | None
    records: int
    headings: tuple[Heading, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """What importing a list would do, the long parts cut; `changes` are whole."""

    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    notices: tuple[Problem, ...] = ()
    left_out: tuple[Problem, ...] = ()
    rows_left_out: int = 0
    sheets: tuple[SheetSeen, ...] = ()
    added: tuple[Step, ...] = ()
    changed: tuple[Step, ...] = ()
    retired: tuple[Step, ...] = ()
    counts: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)  # table → of each
    excessive: tuple[str, ...] = ()  # tables that would lose more than they should
    changes: Changes = field(default_factory=Changes)

    @property
    def applicable(self) -> bool:
        """Say whether there is something to do and nothing forbids it."""
        return not self.problem_count and bool(self.counts)


def weighed(
    sent: Sent, current: Inventory, on: date, collectors: Sequence[str] | None = None
) -> Weighed:
    """Return what a list would do to an inventory on a day; what cannot be read is a problem."""
    try:
        found = lists.propose(
            sent.name,
            sent.content,
            current,
            on,
            options=sent.options,
            collectors=collectors,
            replacing=sent.replacing,
            partial=sent.partial,
        )
    except Invalid as invalid:
        return Weighed(
            problems=invalid.problems[:MOST_PROBLEMS], problem_count=len(invalid.problems)
        )
    plan = lists.sound(found)
    if (count := size(plan.changes)) > MOST_CHANGES:
        return Weighed(problems=(_too_long(sent.name, count),), problem_count=1)
    return Weighed(
        problems=found.problems[:MOST_PROBLEMS],
        problem_count=len(found.problems),
        notices=found.notices[:MOST_PROBLEMS],
        left_out=found.left_out[:MOST_PROBLEMS],
        rows_left_out=found.rows_left_out,
        sheets=_sheets(found),
        added=plan.added[:MOST_STEPS],
        changed=plan.changed[:MOST_STEPS],
        retired=plan.retired[:MOST_STEPS],
        counts=_counts(plan),
        excessive=tuple(plan.excessive()),
        changes=plan.changes,
    )


def size(changes: Changes) -> int:
    """Return how many rows are written or taken away."""
    return sum(
        len(rows(part, table.name)) for part in (changes.put, changes.drop) for table in TABLES
    )


def _too_long(name: str, count: int) -> Problem:
    return Problem(
        name,
        Text(
            vi=f"danh sách này đổi {count} dòng của danh mục; trang này nhận tối đa {MOST_CHANGES}",
            en=f"this list changes {count} rows; this page takes {MOST_CHANGES} at the most",
        ),
        Text(
            vi="Nhập bằng dòng lệnh thongsuot import, hoặc chia thành nhiều tệp",
            en="Use the command thongsuot import, or cut it into several files",
        ),
    )


def given_back(
    sent: Sent,
    current: Inventory,
    on: date,
    language: Language,
    collectors: Sequence[str] | None = None,
) -> bytes:
    """Return the workbook that was sent, with its problems; Invalid if it cannot be read."""
    found = lists.propose(
        sent.name,
        sent.content,
        current,
        on,
        options=sent.options,
        collectors=collectors,
        replacing=sent.replacing,
        partial=sent.partial,
    )
    return lists.given_back(sent.content, found, language)


def _counts(plan: Plan) -> dict[str, tuple[int, int, int]]:
    found = [
        Counter(step.table for step in steps) for steps in (plan.added, plan.changed, plan.retired)
    ]
    return {
        table.name: (found[0][table.name], found[1][table.name], found[2][table.name])
        for table in TABLES
        if any(one[table.name] for one in found)
    }


def _sheets(found: lists.ListProposal) -> tuple[SheetSeen, ...]:
    seen = []
    for read in found.listed.sheets:
        layout = read.layout
        if layout is None:
            seen.append(SheetSeen(read.label, None, 0, (), ""))
            continue
        strange = {column for column, _ in layout.unknown}
        headings = tuple(
            Heading(text, layout.targets.get(column), column not in strange)
            for column, text in sorted(layout.headings.items())
            if column != layout.ordinal
        )
        seen.append(SheetSeen(read.label, layout.table, read.records, headings, layout.fingerprint))
    return tuple(seen)
