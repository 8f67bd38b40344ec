"""Which rows of a sheet are records? Not the titles, sections, totals, notes and examples."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.text import Text
from inventory import legacy
from inventory.headers import Layout, is_numbering
from inventory.places import levels_in
from inventory.search import key
from inventory.vocabulary import IGNORED, MARKED_ROWS
from inventory.workbook import RawSheet, Row, Value, shown

_TOTALS = re.compile(
    r"(?:tong cong|tong so|tong|cong)(?:\s+(?:so|cac|toan|cong|chung|cuoi|\d).*)?|"
    r"(?:toan|ca) (?:tinh|huyen|thanh pho|xa|phuong)(?:\s.*)?|(?:grand |sub ?)?total"
)
_NOTES = re.compile(
    r"(?:ghi chu|luu y|nguoi lap|noi nhan|nguoi tong hop|thu truong|giam doc|chu tich|ky ten|"
    r"nguon|danh sach nay|xac nhan)\b.*"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*\.?")
_FEW = 2  # cells of a row that is a section, a total or a note
_TOP = 40  # rows in which a header is looked for
_SPAN = 3  # columns that a section's merged cell covers at least


@dataclass(slots=True)
class Record:
    """One row of a list: "table.column" → its cell, and the district it stands under."""

    row: int
    values: dict[str, Value]
    section: str = ""


@dataclass(slots=True)
class Gathered:
    """The records of a sheet, and what a person should know of how they were read."""

    records: list[Record] = field(default_factory=list)
    notes: list[tuple[int | None, str | None, Text]] = field(default_factory=list)


def gathered(sheet: RawSheet, layout: Layout, *, unicode: bool = False) -> Gathered:
    """Return the records below a header; old fonts are looked for unless it is `unicode`."""
    found = Gathered()
    rows = [row for row in sheet.rows if row.number > layout.last]
    if rows and is_numbering(rows[0]):
        rows = rows[1:]
    if not unicode:
        _converted(sheet, rows, layout, found)
    _hidden(sheet, rows, layout, found)
    section = ""
    wide = {
        row for area in sheet.merges if area.right - area.left + 1 >= _SPAN for row in (area.top,)
    }
    for row, kind, text in _kinds(rows, layout, wide):
        if kind == "record":
            values = {
                target: row.cells[column]
                for column, target in layout.targets.items()
                if target != IGNORED and column < len(row.cells)
            }
            if any(shown(value).strip() for value in values.values()):
                found.records.append(Record(row.number, values, section))
        elif kind == "section":
            district = levels_in(text) in {"district", "city"}
            section = text if district else ""
            found.notes.append((row.number, None, _under(text) if district else _skipped(text)))
        elif kind != "example":
            found.notes.append((row.number, None, _skipped(text)))
    return found


def _skipped(text: str) -> Text:
    said = text[:60]
    return Text(
        vi=f'"{said}" không phải là một dòng danh mục nên bỏ qua',
        en=f'"{said}" is no row of the list and was passed over',
    )


def _under(text: str) -> Text:
    said = text[:60]
    return Text(
        vi=f'các dòng dưới "{said}" được hiểu là thuộc địa bàn đó',
        en=f'the rows below "{said}" are taken to lie there',
    )


def _kinds(rows: Iterable[Row], layout: Layout, wide: set[int]) -> Iterator[tuple[Row, str, str]]:
    """Yield each row with what it is, and the text that told so."""
    for row in rows:
        texts = [
            (column, text)
            for column, cell in enumerate(row.cells)
            if (text := " ".join(shown(cell).split()))
        ]
        if not texts:
            continue
        ordinal = layout.ordinal
        number = next((text for column, text in texts if column == ordinal), "")
        others = [text for column, text in texts if column != ordinal]
        first = number if number and not _NUMBER.fullmatch(number) else ""
        first = first if _TOTALS.fullmatch(key(first)) or not others else others[0]
        if ordinal is not None and key(number) in MARKED_ROWS:
            yield row, "example", first
        elif _TOTALS.fullmatch(key(first)) and not _NUMBER.fullmatch(number):
            yield row, "total", first
        elif _NOTES.fullmatch(key(first)) and len(others) <= _FEW:
            yield row, "note", first
        elif len(others) <= _FEW - 1 and _is_section(row, layout, number, wide):
            yield row, "section", first
        else:
            yield row, "record", first


def _is_section(row: Row, layout: Layout, number: str, wide: set[int]) -> bool:
    if len(layout.targets) <= _FEW:
        return False
    if layout.ordinal is not None:
        return not _NUMBER.fullmatch(number)
    return row.number in wide


def _converted(sheet: RawSheet, rows: list[Row], layout: Layout, found: Gathered) -> None:
    """Turn text of old fonts into Unicode, column by column; in place."""
    _as_sent(sheet, rows, layout, found)
    texts = {
        column: [cell for row in rows if isinstance(cell := _cell(row, column), str)]
        for column, target in layout.targets.items()
        if target != IGNORED
    }
    everything = [text for column in texts.values() for text in column]
    whole = legacy.recognised(everything)
    if whole is None and not legacy.is_mixed(everything):
        whole = sheet.tongue
    for column, cells in texts.items():
        tongue = legacy.recognised(cells) or whole
        if tongue is None:
            continue
        mixed = legacy.is_mixed(cells)
        changed = 0
        for row in rows:
            cell = _cell(row, column)
            if isinstance(cell, str):
                new = legacy.converted(cell, tongue, mixed=mixed)
                changed += new != cell
                row.cells[column] = new
        if changed:
            text = Text(
                vi=f"{changed} ô viết bằng bảng mã cũ {tongue.name} đã chuyển sang Unicode",
                en=f"{changed} cells written in the old encoding {tongue.name} were converted",
            )
            found.notes.append((None, layout.headings.get(column), text))


def _as_sent(sheet: RawSheet, rows: list[Row], layout: Layout, found: Gathered) -> None:
    """Put back the letters of the rows that were looked through for a header.

    They are judged with the rest of their column, and told like it; a header's are told here.
    """
    targets = {column for column, target in layout.targets.items() if target != IGNORED}
    for row in rows[:_TOP]:
        for column in targets:
            if (sent := sheet.old_fonts.get((row.number, column))) is not None:
                row.cells[column] = sent
    heads = range(layout.first, layout.last + 1)
    if sheet.tongue is not None and any(line in heads for line, _ in sheet.old_fonts):
        text = Text(
            vi=f"tiêu đề viết bằng bảng mã cũ {sheet.tongue.name} đã chuyển sang Unicode",
            en=f"headings written in the old encoding {sheet.tongue.name} were converted",
        )
        found.notes.append((layout.last, None, text))


def _cell(row: Row, column: int) -> Value:
    return row.cells[column] if column < len(row.cells) else None


def _hidden(sheet: RawSheet, rows: list[Row], layout: Layout, found: Gathered) -> None:
    count = sum(row.hidden for row in rows)
    if count:
        text = Text(vi=f"{count} dòng ẩn cũng được đọc", en=f"{count} hidden rows were read too")
        found.notes.append((None, None, text))
    for column in sorted(sheet.hidden_columns & set(layout.targets)):
        if layout.targets[column] != IGNORED:
            text = Text(vi="cột ẩn cũng được đọc", en="the hidden column was read too")
            found.notes.append((None, layout.headings.get(column), text))


def decoded_headings(sheet: RawSheet) -> None:
    """Turn the top of a sheet typed for old fonts into Unicode, so that its header is found."""
    top = sheet.rows[:_TOP]
    texts = [cell for row in top for cell in row.cells if isinstance(cell, str)]
    tongue = legacy.recognised(texts)
    if tongue is None:
        return
    sheet.tongue = tongue
    mixed = legacy.is_mixed(texts)
    for row in top:
        for place, cell in enumerate(row.cells):
            if isinstance(cell, str):
                new = legacy.converted(cell, tongue, mixed=mixed)
                if new != cell:
                    sheet.old_fonts[row.number, place] = cell
                    row.cells[place] = new


def in_unicode(sheet: RawSheet, layout: Layout) -> None:
    """Turn a sheet as it was sent into Unicode where `gathered` does; in place."""
    decoded_headings(sheet)
    rows = [row for row in sheet.rows if row.number > layout.last]
    _converted(sheet, rows, layout, Gathered())
