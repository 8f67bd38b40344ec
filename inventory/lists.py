"""One file in, a plan and every problem out: a workbook, a CSV or YAML file as somebody has it."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath

from core.errors import Invalid, Problem
from core.inventory import Dated, Inventory
from core.text import Language, Text
from inventory import givenback, refusals, rowmaking, sheets, workbook, yamlfiles
from inventory.csvfiles import Folder
from inventory.intake import Proposal, weigh
from inventory.leaving import orphans
from inventory.listed import Listed, Options, sheets_of
from inventory.plan import Plan, Step, holds
from inventory.tables import BY_NAME, TABLES, AnyRow, identity, key, rows
from inventory.vocabulary import TABS
from inventory.workbook import Book, Progress, RawSheet, Row, Unreadable

_ROUNDS = 50  # of leaving out what does not fit once others were left out
_TEXT_FILES = frozenset({".csv", ".txt", ".tsv"})
_OTHER_KINDS = {
    ".xls": "Excel 97-2003 (.xls)",
    ".xlsb": "Excel Binary (.xlsb)",
    ".ods": "OpenDocument (.ods)",
    ".doc": "Word (.doc)",
    ".docx": "Word (.docx)",
    ".pdf": "PDF",
}
_FILE = re.compile(rf"\b({'|'.join(BY_NAME)})\.csv\b")
_TABLE = {f"{name}.csv": name for name in BY_NAME}


@dataclass(frozen=True, slots=True)
class ListProposal:
    """What importing a list would do.

    `problems` forbid it; of a partial import `left_out` are the problems of the rows that are
    left out. `notices` tell what was mended, matched, passed over.
    """

    proposal: Proposal
    listed: Listed
    notices: tuple[Problem, ...] = ()
    left_out: tuple[Problem, ...] = ()
    rows_left_out: int = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what forbids the import."""
        return self.proposal.problems


def opened(
    name: str, content: bytes, progress: Progress | None = None, *, hidden: bool = False
) -> Book:
    """Return the sheets of a file by its name and content; Invalid with why it cannot be read."""
    try:
        return _opened(name, content, progress, hidden=hidden)
    except Unreadable as error:
        raise Invalid([Problem(name, error.fault.what, error.fault.mend)]) from error


def _opened(name: str, content: bytes, progress: Progress | None, *, hidden: bool) -> Book:
    suffix = PurePath(name).suffix.lower()
    zipped = content.startswith(b"PK")
    if suffix in {".yaml", ".yml"}:
        return yamlfiles.book(name, content)
    if suffix in _TEXT_FILES and not zipped and not content.startswith(b"\xd0\xcf"):
        return _csv_book(name, content)
    if suffix in {".xlsx", ".xlsm", *_TEXT_FILES} or (zipped and suffix == ".xls"):
        return workbook.read(name, content, progress, hidden=hidden)
    if suffix in _OTHER_KINDS:
        raise Unreadable(refusals.old_workbook(_OTHER_KINDS[suffix]))
    raise Unreadable(refusals.wrong_extension(suffix or name[:40]))


def _csv_book(name: str, content: bytes) -> Book:
    if len(content) > workbook.MOST_BYTES:
        raise Unreadable(refusals.too_large(len(content), workbook.MOST_BYTES))
    if max(content.count(mark.encode()) for mark in sheets.SEPARATORS) > workbook.MOST_CELLS:
        raise Unreadable(refusals.too_many_cells(workbook.MOST_CELLS))
    cut = sheets.cut(name, content)
    if cut.problems:
        raise Invalid(cut.problems)
    if len(cut.records) > workbook.MOST_ROWS:
        raise Unreadable(refusals.too_many_rows(workbook.MOST_ROWS))
    widest = max((len(cells) for _, cells in cut.records), default=0)
    if max(len(cut.header), widest) > workbook.MOST_COLUMNS:
        raise Unreadable(refusals.too_many_columns(name, workbook.MOST_COLUMNS))
    stem = PurePath(name).stem
    sheet = RawSheet(stem, table=stem.lower() if stem.lower() in BY_NAME else None)
    sheet.rows = [Row(cut.header_line, list(cut.header))]
    sheet.rows += [Row(line, list(cells)) for line, cells in cut.records]
    return Book(name, [sheet], single=True, shielded=True, converted=cut.converted)


def propose(
    name: str,
    content: bytes,
    current: Inventory,
    on: date,
    *,
    options: Options | None = None,
    collectors: Collection[str] | None = None,
    replacing: bool = False,
    partial: bool = False,
    progress: Progress | None = None,
) -> ListProposal:
    """Return what importing a file on a day would do; Invalid where it cannot be read at all.

    `replacing`: what a table of the file does not mention is retired, as with a folder of CSV
    files; else it stays. `partial`: rows with problems are left out, and nothing is retired.
    `progress` may raise to cancel.
    """
    options = options or Options()
    listed, pieces = sheets_of(opened(name, content, progress), options)
    rowmaking.make(listed, pieces, current, on, options=options, progress=progress)
    if partial:
        return _partly(listed, current, on, collectors)
    found = listed.folder
    if not replacing:
        found = replace(found, inventory=completed(found, current, on))
    proposal = weigh(found, current, on, collectors)
    return _proposed(listed, proposal, [*listed.folder.problems, *_among(listed, proposal)])


def completed(found: Folder, current: Inventory, on: date) -> Inventory:
    """Return the rows of a list with those of the ledger that it does not speak of."""
    tables: dict[str, tuple[AnyRow, ...]] = {}
    for table in TABLES:
        mine = rows(found.inventory, table.name)
        if table.name not in found.present:
            continue
        asked = {key(row) for row in mine}
        spoken = {identity(row) for row in mine}
        tables[table.name] = mine + tuple(
            row
            for row in rows(current, table.name)
            if key(row) not in asked
            and (identity(row) not in spoken or (isinstance(row, Dated) and not holds(row, on)))
        )
    return Inventory.model_validate(tables)


def _among(listed: Listed, proposal: Proposal) -> list[Problem]:
    """Return the problems among rows, at the places that a person sees."""
    own = {id(problem) for problem in listed.folder.problems}
    return [_placed(listed, problem) for problem in proposal.problems if id(problem) not in own]


def _placed(listed: Listed, problem: Problem) -> Problem:
    """Return a problem with a row of a table at its place in the list."""
    table = _TABLE.get(problem.file, "")
    what, mend = _without_files(problem.what), _without_files(problem.mend)
    if problem.line is None or not table:
        return Problem(listed.book.name, what, mend, None, problem.key)
    label, row, heading = listed.where(problem.line, f"{table}.{problem.key}")
    return Problem(label, what, mend, row, heading)


def _without_files(text: Text) -> Text:
    """Speak of tables as the workbook does, not of CSV files."""
    return Text(
        vi=_FILE.sub(lambda found: f'bảng "{TABS[found[1]].vi}"', text.vi),
        en=_FILE.sub(lambda found: f'the table "{TABS[found[1]].en}"', text.en),
    )


def _proposed(
    listed: Listed,
    proposal: Proposal,
    problems: list[Problem],
    left_out: tuple[Problem, ...] = (),
    rows_left_out: int = 0,
) -> ListProposal:
    order = {read.label: place for place, read in enumerate(listed.sheets)}
    told = sorted(problems, key=lambda p: (order.get(p.file, -1), p.line or 0))
    notices = listed.told() + [_placed(listed, doubt) for doubt in proposal.warnings]
    return ListProposal(
        replace(proposal, problems=tuple(told), warnings=()),
        listed,
        tuple(notices),
        left_out,
        rows_left_out,
    )


def sound(found: ListProposal) -> Plan:
    """Return the plan without the rows of places that have problems."""
    plan, folder = found.proposal.plan, found.listed.folder
    faulty = _faulty(found.listed, found.problems)
    if not faulty:
        return plan

    def is_sound(step: Step) -> bool:
        own = key(step.row)
        asked = plan.keys_in_folder.get((step.table, own), own)
        return folder.lines.get((step.table, asked)) not in faulty

    added, changed = (tuple(filter(is_sound, steps)) for steps in (plan.added, plan.changed))
    return replace(plan, added=added, changed=changed)


def _faulty(listed: Listed, problems: Iterable[Problem]) -> set[int]:
    """Return the spots of the rows that have problems."""
    spots = {
        (listed.sheets[place].label, row): number
        for number, (place, row) in enumerate(listed.spots, start=1)
    }
    return {spot for p in problems if p.line is not None and (spot := spots.get((p.file, p.line)))}


def _partly(
    listed: Listed, current: Inventory, on: date, collectors: Collection[str] | None
) -> ListProposal:
    """Leave out the rows that have problems, then those that refer to them, until none is left."""
    left = list(listed.folder.problems)
    dropped = _faulty(listed, left)
    blocking: list[Problem] = []
    for _ in range(_ROUNDS):
        left += _orphaned(listed, current, dropped)
        kept = _without(listed.folder, dropped)
        whole = replace(kept, inventory=completed(kept, current, on))
        proposal = weigh(whole, current, on, collectors)
        fresh = {problem.line for problem in proposal.problems if problem.line is not None}
        blocking = [_placed(listed, p) for p in proposal.problems if p.line is None]
        if not fresh:
            break
        left += [_placed(listed, p) for p in proposal.problems if p.line is not None]
        dropped |= fresh
    else:
        blocking += [_placed(listed, p) for p in proposal.problems]
    if blocking:
        fault = refusals.cannot_partly()
        blocking.append(Problem(listed.book.name, fault.what, fault.mend))
    order = {read.label: place for place, read in enumerate(listed.sheets)}
    left.sort(key=lambda p: (order.get(p.file, -1), p.line or 0))
    return _proposed(listed, proposal, blocking, tuple(left), len(dropped))


def _orphaned(listed: Listed, current: Inventory, dropped: set[int]) -> list[Problem]:
    """Drop what refers to what was dropped, and say so."""
    found = []
    for orphan in orphans(listed.folder, current, dropped):
        label, row, heading = listed.where(orphan.spot, f"{orphan.table}.{orphan.column}")
        fault = refusals.refers_to_left_out(orphan.slug)
        found.append(Problem(label, fault.what, fault.mend, row, heading))
    return found


def _without(found: Folder, dropped: set[int]) -> Folder:
    """Return the good rows whose spots were not dropped, and nobody's word taken on trust."""
    tables = {
        table.name: tuple(
            row
            for row in rows(found.inventory, table.name)
            if found.lines.get((table.name, key(row))) not in dropped
        )
        for table in TABLES
    }
    return Folder(Inventory.model_validate(tables), found.present, found.lines)


def given_back(content: bytes, found: ListProposal, language: Language = "vi") -> bytes:
    """Return the file that was sent as a workbook with its problems and suggestions."""
    book = opened(found.listed.book.name, content, hidden=True)
    return givenback.given_back(
        found.listed, book.sheets, [*found.problems, *found.left_out], language
    )
