"""An inventory as a folder of CSV files: read with every fault at once, written canonically."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import Invalid, Problem
from core.inventory import Inventory
from core.text import fold
from inventory import cells, faults, sheets
from inventory.refusals import legacy_bytes
from inventory.tables import HEADINGS, TABLES, AnyRow, Key, Table, key, rows

Progress = Callable[[str, int, int], None]  # file, rows read, rows in all
_STEP = 2_000  # rows between two signs of progress
_LONGEST_CELL = 20_000  # letters; what is longer is not normalised before it is refused


@dataclass(slots=True)
class Folder:
    """What a folder holds: good rows, where each stands, and what is wrong with the others."""

    inventory: Inventory = field(default_factory=Inventory)
    present: frozenset[str] = frozenset()  # tables that have a file
    lines: dict[tuple[str, Key], int] = field(default_factory=dict)  # (table, key) → line
    problems: list[Problem] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=dict)  # table → slugs of unreadable rows
    unread: set[str] = field(default_factory=set)  # tables whose file could not be read whole
    notices: list[Problem] = field(default_factory=list)  # what was converted


def parse(folder: Path, progress: Progress | None = None) -> Folder:
    """Return the rows of every file of a folder, and every problem of form and cell."""
    found = Folder()
    if not folder.is_dir():
        fault = faults.not_a_folder(str(folder))
        found.problems.append(Problem(str(folder), fault.what, fault.mend))
        return found
    files = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    _strangers(found, files)
    tables: dict[str, tuple[AnyRow, ...]] = {}
    for table in TABLES:
        if (path := files.get(table.file)) is not None:
            tables[table.name] = _table(found, table, path.read_bytes(), progress)
    if not tables and not found.problems:
        fault = faults.no_files([table.file for table in TABLES])
        found.problems.append(Problem(str(folder), fault.what, fault.mend))
    found.present = frozenset(tables)
    found.inventory = Inventory.model_validate(tables)
    return found


def read(folder: Path) -> Inventory:
    """Return the inventory of a folder's files alone; Invalid with every problem at once."""
    found = parse(folder)
    if found.problems:
        raise Invalid(found.problems)
    return found.inventory


def write(inventory: Inventory, folder: Path) -> list[Path]:
    """Write all tables into a folder, each file whole or not at all; the same rows, same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for table in TABLES:
        path = folder / table.file
        fresh = path.with_name(f".{table.file}.new")
        fresh.write_bytes(rendered(table, rows(inventory, table.name)))
        fresh.replace(path)
        paths.append(path)
    return paths


def differing(inventory: Inventory, folder: Path) -> list[Path]:
    """Return the files of a folder that `write` would replace by other bytes."""
    paths = ((folder / table.file, table) for table in TABLES)
    return [
        path
        for path, table in paths
        if path.exists() and path.read_bytes() != rendered(table, rows(inventory, table.name))
    ]


def rendered(table: Table, records: Iterable[AnyRow]) -> bytes:
    """Return the canonical file of a table: rows by key, columns in the order of the docs."""
    names = [column.name for column in table.columns]
    ordered = sorted(records, key=key)
    return sheets.joined(
        names, [[cells.written(getattr(row, name)) for name in names] for row in ordered]
    )


def _strangers(found: Folder, files: Mapping[str, Path]) -> None:
    known = [table.file for table in TABLES]
    for name, path in files.items():
        if name.endswith(".csv") and name not in known:
            fault = faults.unknown_file(cells.nearest(name, known))
            found.problems.append(Problem(path.name, fault.what, fault.mend))


def _table(
    found: Folder, table: Table, content: bytes, progress: Progress | None
) -> tuple[AnyRow, ...]:
    sheet = sheets.cut(table.file, content)
    if sheet.converted is not None:
        told = legacy_bytes(sheet.converted)
        found.notices.append(Problem(table.file, told.what, told.mend))
    layout = _layout(sheet, table)
    good: dict[Key, AnyRow] = {}
    broken = found.broken.setdefault(table.name, set())
    for count, (line, record) in enumerate(sheet.records if layout else ()):
        if progress is not None and count % _STEP == 0:
            progress(table.file, count, len(sheet.records))
        row = _row(sheet, table, layout, line, record)
        if row is None:
            broken.add(_named(layout, record))
            continue
        if (first := good.setdefault(key(row), row)) is not row:
            sheet.fail(faults.repeated_row(found.lines[table.name, key(first)]), line, layout[0][0])
        else:
            found.lines[table.name, key(row)] = line
    if progress is not None:
        progress(table.file, len(sheet.records), len(sheet.records))
    if not layout or any(p.key is None for p in sheet.problems):
        found.unread.add(table.name)
    found.problems.extend(sorted(sheet.problems, key=lambda p: p.line or 0))
    return tuple(good.values())


Layout = list[tuple[str, int]]  # (column, place in the record), canonical order


def _layout(sheet: sheets.Sheet, table: Table) -> Layout:
    """Return where each column stands; empty if the header cannot be used."""
    names = [column.name for column in table.columns]
    if not sheet.header:
        if not sheet.problems:
            sheet.fail(faults.no_header(names), 1)
        return []
    places: dict[str, int] = {}
    usable = True
    for place, cell in enumerate(sheet.header):
        try:
            title = cells.clean(cell)
        except cells.Unfit as unfit:
            sheet.fail(unfit.fault, sheet.header_line, repr(cell))
            continue
        name = title.lower().replace(" ", "_").replace("-", "_")
        if name in places:
            sheet.fail(faults.repeated_column(), sheet.header_line, name)
        elif name in names:
            places[name] = place
        elif title:
            left = [known for known in names if known not in places]
            meant = HEADINGS.get(fold(title))
            meant = meant if meant in left else cells.nearest(name, left)
            sheet.fail(faults.unknown_column(meant), sheet.header_line, title[:80])
    for name in table.required:
        if name not in places:
            sheet.fail(faults.missing_column(), sheet.header_line, name)
            usable = False
    return [(name, places[name]) for name in names if name in places] if usable else []


def _row(
    sheet: sheets.Sheet, table: Table, layout: Layout, line: int, record: list[str]
) -> AnyRow | None:
    """Return the row of a record, or None after noting each of its problems."""
    before = len(sheet.problems)
    if len(record) > len(sheet.header) and any(record[len(sheet.header) :]):
        sheet.fail(
            faults.too_many_cells(len(record), len(sheet.header), sheet.separator),
            line,
            layout[0][0],
        )
        return None
    if len(record) == 1 < len(sheet.header):
        other = max(sheets.SEPARATORS, key=record[0].count)
        if other != sheet.separator and other in record[0]:
            sheet.fail(faults.other_separator(other, sheet.separator), line, layout[0][0])
            return None
    texts = _texts(sheet, layout, line, record)
    values: dict[str, object] = {}
    readers = _READERS[table.name]
    required = _REQUIRED[table.name]
    for name, text in texts.items():
        if not text:
            if name in required:
                sheet.fail(faults.required_empty(), line, name)
            continue
        try:
            values[name] = readers[name](text, texts)
        except cells.Unfit as unfit:
            sheet.fail(unfit.fault, line, name)
    if len(sheet.problems) > before:
        return None
    return table.model.model_validate(values)


def _texts(sheet: sheets.Sheet, layout: Layout, line: int, record: list[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    width = len(record)
    for name, place in layout:
        cell = record[place] if place < width else ""
        if len(cell) > _LONGEST_CELL:
            sheet.fail(faults.too_long(len(cell), cells.LINE_LIMIT), line, name)
            continue
        try:
            texts[name] = cells.clean(cell) if cell else ""
        except cells.Unfit as unfit:
            sheet.fail(unfit.fault, line, name)
    return texts


def _named(layout: Layout, record: list[str]) -> str:
    place = layout[0][1]
    return record[place].strip() if place < len(record) else ""


_READERS = {table.name: {c.name: c.read for c in table.columns} for table in TABLES}
_REQUIRED = {table.name: frozenset(table.required) for table in TABLES}
