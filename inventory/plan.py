"""What turns one inventory into another? Pure: told the day, it returns every row to write.

A table without a file is left as it is (`tables`). Rows of the past that the folder does not
mention stay. A row that is missing is retired today; one that comes back under an old key
begins anew today, so that the time in which it was retired stays true.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.inventory import (
    EPOCH,
    CalendarSpan,
    Changes,
    Dated,
    EscalationStep,
    Inventory,
    Shift,
    SpecialDay,
    Succession,
)
from core.model import Model
from inventory.cells import written
from inventory.tables import TABLES, AnyRow, Identity, Key, identity, key, named, rows

MOST_RETIRED = 0.10  # share of a table's live rows that goes without being asked


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a row before and after, as cells of a file."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Step:
    """One row that is added, changed or retired, for people."""

    table: str
    name: str
    row: AnyRow
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do: steps for people, `changes` for the ledger, the `result`."""

    added: tuple[Step, ...]
    changed: tuple[Step, ...]
    retired: tuple[Step, ...]
    changes: Changes
    result: Inventory
    retiring: Mapping[str, tuple[int, int]]  # table → (rows that end, live rows before)
    keys_in_folder: Mapping[tuple[str, Key], Key]  # of rows whose first day the ledger gave

    @property
    def empty(self) -> bool:
        """Say whether there is nothing to do."""
        return self.changes.empty

    def excessive(self, most: float = MOST_RETIRED) -> tuple[str, ...]:
        """Return the tables that would lose more than a share `most` of their live rows."""
        return tuple(t for t, (gone, live) in self.retiring.items() if live and gone > most * live)


def holds(row: AnyRow, on: date) -> bool:
    """Say whether a row holds on a day; successions, special days and shifts to come do."""
    if isinstance(row, Succession | SpecialDay):
        return True
    if isinstance(row, Shift):
        return not is_past(row, on)
    return row.valid_from <= on and (row.valid_to is None or row.valid_to > on)


def is_past(row: AnyRow, on: date) -> bool:
    """Say whether a row has ended by a day; a shift may go on into the next."""
    if isinstance(row, Shift):
        return row.on < on - timedelta(days=1)
    return isinstance(row, Dated) and row.valid_to is not None and row.valid_to <= on


def plan(
    current: Inventory, desired: Inventory, on: date, tables: Collection[str] | None = None
) -> Plan:
    """Return what turns `current` into `desired` on a day; only `tables`, or all."""
    pieces = {
        table.name: _weigh(rows(current, table.name), rows(desired, table.name), on)
        for table in TABLES
        if tables is None or table.name in tables
    }
    changes = Changes(
        put=_inventory({name: piece.put for name, piece in pieces.items()}),
        drop=_inventory({name: piece.drop for name, piece in pieces.items()}),
    )
    steps = list(pieces.items())
    result = applied(current, changes)
    return Plan(
        added=tuple(Step(name, named(row), row) for name, piece in steps for row in piece.added),
        changed=tuple(
            Step(name, named(new), new, differences(old, new))
            for name, piece in steps
            for old, new in piece.changed
        ),
        retired=tuple(
            Step(name, named(row), row) for name, piece in steps for row in piece.retired
        ),
        changes=changes,
        result=result,
        keys_in_folder={
            (name, new): old for name, piece in steps for new, old in piece.anchored.items()
        },
        retiring={name: _ending(rows(current, name), rows(result, name), on) for name in pieces},
    )


def applied(current: Inventory, changes: Changes) -> Inventory:
    """Return an inventory after changes: drops first, then puts by key; rows sorted by key."""
    tables: dict[str, tuple[AnyRow, ...]] = {}
    for table in TABLES:
        kept = {key(row): row for row in rows(current, table.name)}
        for row in rows(changes.drop, table.name):
            kept.pop(key(row), None)
        kept.update((key(row), row) for row in rows(changes.put, table.name))
        tables[table.name] = tuple(kept[k] for k in sorted(kept))
    return Inventory.model_validate(tables)


def as_of(inventory: Inventory, on: date) -> Inventory:
    """Return the rows that hold on a day."""
    return _inventory(
        {t.name: [row for row in rows(inventory, t.name) if holds(row, on)] for t in TABLES}
    )


def differences(old: AnyRow, new: AnyRow) -> tuple[Difference, ...]:
    """Return the fields in which two rows of one model differ, in the model's order."""
    return tuple(
        Difference(name, written(getattr(old, name)), written(getattr(new, name)))
        for name in type(old).model_fields
        if getattr(old, name) != getattr(new, name)
    )


@dataclass(slots=True)
class _Piece:
    """The part of a plan that concerns one table."""

    added: list[AnyRow]
    changed: list[tuple[AnyRow, AnyRow]]
    retired: list[AnyRow]
    put: list[AnyRow]
    drop: list[AnyRow]
    anchored: dict[Key, Key]  # new → as asked


def _weigh(current: Sequence[AnyRow], desired: Sequence[AnyRow], on: date) -> _Piece:
    piece = _Piece([], [], [], [], [], {})
    known = {key(row): row for row in current}
    spans = _by_identity(current)
    asked = {key(row) for row in desired}
    wanted: dict[Key, AnyRow] = {}
    for row in desired:
        settled = row
        if isinstance(row, Dated) and (row.valid_to is None or row.valid_to > on):
            settled = _anchored(row, spans[identity(row)], asked, on)
        if settled is not row:
            piece.anchored[key(settled)] = key(row)
        wanted.setdefault(key(settled), settled)
    for k in sorted(wanted):
        old, new = known.get(k), wanted[k]
        if old is None:
            piece.added.append(new)
            piece.put.append(new)
        elif old != new:
            piece.changed.append((old, new))
            piece.put.append(new)
    successors = _by_identity(wanted.values())
    for k in sorted(known.keys() - wanted.keys()):
        _end(piece, known[k], successors[identity(known[k])], on)
    return piece


def _by_identity(records: Iterable[AnyRow]) -> defaultdict[Identity, list[AnyRow]]:
    found: defaultdict[Identity, list[AnyRow]] = defaultdict(list)
    for row in records:
        found[identity(row)].append(row)
    return found


def _anchored(row: Dated, spans: Sequence[AnyRow], asked: set[Key], on: date) -> AnyRow:
    """Return a live desired row with the first day that the ledger's rows give it.

    "Since ever" (no valid_from in the file) means the span that holds now, whenever it began.
    A key whose span has ended is not revived: its row goes on in the present span, or opens
    one today.
    """
    dated = [span for span in spans if isinstance(span, Dated)]
    same = next((span for span in dated if span.valid_from == row.valid_from), None)
    if not dated or (same is not None and not is_past(same, on)):
        return row
    if same is None and row.valid_from != EPOCH:
        return row
    live = next((span for span in dated if holds(span, on)), None)
    if live is not None:
        begin = row.valid_from if key(live) in asked else live.valid_from
    else:
        begin = on if any(is_past(span, on) for span in dated) else row.valid_from
    return row if begin == row.valid_from else row.model_copy(update={"valid_from": begin})


def _end(piece: _Piece, row: AnyRow, successors: Sequence[AnyRow], on: date) -> None:
    """Retire a row that the folder no longer has; the past stays, the unborn vanishes."""
    if isinstance(row, Shift) and is_past(row, on):
        return
    if not isinstance(row, Dated):
        piece.retired.append(row)
        piece.drop.append(row)
        return
    if is_past(row, on):
        return
    listed = [s for s in successors if isinstance(s, Dated)]
    followed = any(not is_past(s, on) for s in listed)
    end = min([on, *(s.valid_from for s in listed if s.valid_from > row.valid_from)])
    covered = any(holds(s, row.valid_from) for s in listed)
    if covered or row.valid_from >= end:
        piece.drop.append(row)
        if not followed:
            piece.retired.append(row)
        return
    ended = row.model_copy(update={"valid_to": end})
    piece.put.append(ended)
    if followed:
        piece.changed.append((row, ended))
    else:
        piece.retired.append(ended)


def _ending(before: Sequence[AnyRow], after: Sequence[AnyRow], on: date) -> tuple[int, int]:
    """Count the identities that hold before, and those of them that no longer do after."""
    live = {_counted(row) for row in before if holds(row, on)}
    return len(live - {_counted(row) for row in after if holds(row, on)}), len(live)


def _counted(row: AnyRow) -> object:
    return row.slug if isinstance(row, CalendarSpan | EscalationStep) else identity(row)


def _inventory(tables: Mapping[str, Sequence[Model]]) -> Inventory:
    return Inventory.model_validate({name: tuple(found) for name, found in tables.items()})
