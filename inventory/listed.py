"""Somebody's workbook, CSV or YAML: which rows of which tables does it hold, and what is wrong?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.errors import Problem
from core.text import Text
from inventory import cells, headers, refusals, vocabulary
from inventory.csvfiles import Folder
from inventory.faults import Fault
from inventory.headers import WIDE_LIST, Layout
from inventory.records import Record, decoded_headings, gathered
from inventory.search import key as search_key
from inventory.tables import BY_NAME
from inventory.vocabulary import SKIPPED_TABS
from inventory.widelist import Piece, split
from inventory.workbook import Book, RawSheet, shown

_EACH = 3  # remarks of one kind on one column that are told row by row
_OTHERWISE = {"devices": "endpoint", "links": "reserve"}  # parts of a wide list, by table
_MACROS = Text(vi="tệp có macro: không chạy, không đọc", en="the macros in it are not looked at")
_HIDDEN = Text(vi="trang ẩn nên bỏ qua", en="the sheet is hidden and was passed over")
_NO_HEADER = Text(
    vi="không nhận ra dòng tiêu đề nên bỏ qua trang này",
    en="no row of headings was recognised: the sheet was passed over",
)
_NO_SUCH_HEADING = Text(
    vi="đã chỉ ra cột này nhưng không trang nào có tiêu đề như vậy",
    en="this column was named, yet no sheet has such a heading",
)
_COMPARE = Text(vi="So lại với tiêu đề trong tệp", en="Compare it with the headings of the file")
_LOOK = Text(vi="Xem lại cho chắc", en="Have a look to be sure")
_SHOW = Text(vi="Nếu cần trang này thì cho hiện trang", en="Unhide the sheet if it is to be read")
_NAME_IT = Text(
    vi="Nếu cần, chỉ ra bảng bằng --table TRANG=sites", en="If it matters, say --table SHEET=sites"
)


@dataclass(frozen=True, slots=True)
class Options:
    """How a list shall be read.

    `mapping`: heading → "table.column", or "-"; `remembered`: fingerprint of headings → such a
    mapping, confirmed before; `tables`: sheet → table ("" = every sheet); `near`: the device at
    the centre where the lines of a wide list begin.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    near: str | None = None


@dataclass(frozen=True, slots=True)
class SheetRead:
    """How a sheet was understood; `layout` None: it was passed over."""

    label: str  # the `file` of its problems
    sheet: RawSheet
    layout: Layout | None
    records: int = 0


@dataclass(slots=True)
class Listed:
    """What a list holds. The lines of `folder` are spots: places of `spots`, from 1."""

    book: Book
    folder: Folder = field(default_factory=Folder)
    spots: list[tuple[int, int]] = field(default_factory=list)  # (sheet, row)
    sheets: list[SheetRead] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    remarks: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def where(self, spot: int, target: str) -> tuple[str, int, str]:
        """Return file, line and heading of a problem with a row."""
        place, row = self.spots[spot - 1]
        read = self.sheets[place]
        return read.label, row, heading_of(read.layout, target)

    def notice(  # noqa: PLR0917
        self, label: str, row: int | None, heading: str | None, kind: str, what: Text, mend: Text
    ) -> None:
        """Note what was done or passed over; of many alike the first few, then their number."""
        alike = (label, heading or "", kind)
        self.remarks[alike] += 1
        if self.remarks[alike] <= _EACH:
            self.notices.append(Problem(label, what, mend, row, heading))

    def told(self) -> list[Problem]:
        """Return the notices, with how many more of each kind there are."""
        more = [
            Problem(
                label,
                Text(vi=f"và {count - _EACH} chỗ nữa như vậy", en=f"and {count - _EACH} more"),
                _LOOK,
                None,
                heading or None,
            )
            for (label, heading, _), count in self.remarks.items()
            if count > _EACH
        ]
        return [*self.notices, *more]


def heading_of(layout: Layout | None, target: str) -> str:
    """Return the heading under which a target stands, or the one that it would have."""
    if layout is not None:
        part, _, named = target.partition(".")
        ways = [target, f"{_OTHERWISE.get(part, part)}.{named}"]
        if layout.table == WIDE_LIST and named in {"slug", "name", "site", "far", "unit"}:
            ways.append("sites.name")
        places = {meant: place for place, meant in layout.targets.items()}
        for way in ways:
            if way in places:
                return layout.headings[places[way]]
    table, _, column = target.partition(".")
    if table in BY_NAME and column in {c.name for c in BY_NAME[table].columns}:
        return vocabulary.heading(table, column).vi
    if target in headers.WIDE_TARGETS:
        return vocabulary.told(target).vi
    return target


def sheets_of(book: Book, options: Options) -> tuple[Listed, list[Piece]]:
    """Return how the sheets of a book are understood, and the rows-to-be; changes the book."""
    reading = _Sheets(Listed(book), options)
    for name, target in options.mapping.items():
        if not headers.is_target(target):
            near = cells.nearest(target, headers.ALL_TARGETS)
            reading.tell(book.name, refusals.bad_target(target, near), None, name)
    names = [sheet.name for sheet in book.sheets]
    for name in options.tables:
        if name and name not in names:
            reading.tell(book.name, refusals.no_table_sheet(names), None, name)
    if book.macros:
        reading.listed.notice(book.name, None, None, "macros", _MACROS, _LOOK)
    if book.converted is not None:
        told = refusals.legacy_bytes(book.converted)
        reading.listed.notice(book.name, None, None, "bytes", told.what, told.mend)
    for sheet in book.sheets:
        reading.read(sheet, options.tables.get(sheet.name) or options.tables.get("") or sheet.table)
    listed = reading.listed
    _idle(listed, options.mapping)
    if not any(read.layout for read in listed.sheets) and not listed.folder.problems:
        reading.tell(book.name, refusals.no_list(), None, None)
    return listed, reading.pieces


def _idle(listed: Listed, mapping: Mapping[str, str]) -> None:
    """Tell of headings that were named, yet stand nowhere."""
    layouts = [read.layout for read in listed.sheets if read.layout is not None]
    for name in mapping if layouts else ():
        if not any(layout.belonging({name: ""}) for layout in layouts):
            label = listed.book.name
            listed.notice(label, None, name, "mapping", _NO_SUCH_HEADING, _COMPARE)


class _Sheets:
    """The sheets of one book, one after the other."""

    def __init__(self, listed: Listed, options: Options) -> None:
        self.listed = listed
        self.options = options
        self.pieces: list[Piece] = []

    def tell(self, label: str, fault: Fault, row: int | None, heading: str | None) -> None:
        problem = Problem(label, fault.what, fault.mend, row, heading)
        self.listed.folder.problems.append(problem)

    def read(self, sheet: RawSheet, table: str | None) -> None:
        book = self.listed.book
        label = book.name if book.single else f"{book.name}[{sheet.name}]"
        layout = None
        if sheet.hidden:
            self.listed.notice(label, None, None, "hidden", _HIDDEN, _SHOW)
        elif search_key(sheet.name) not in SKIPPED_TABS or table:
            layout = self._layout(sheet, label, table)
        place = len(self.listed.sheets)
        self.listed.sheets.append(SheetRead(label, sheet, layout))
        if layout is None:
            return
        if not self._usable(label, layout):
            self.listed.folder.unread.add(layout.table)
            return
        found = gathered(sheet, layout, unicode=book.unicode)
        for row, heading, text in found.notes:
            self.listed.notice(label, row, heading, "row", text, _LOOK)
        if layout.table != WIDE_LIST:
            self.listed.folder.present |= {layout.table}
        sheet.rows = []  # read; a long list stands in memory once
        count = len(found.records)
        seen: dict[int, int] = {}  # digest of a row → its number
        for record in _emptied(found.records):
            first = seen.setdefault(_digest(record), record.row)
            if first != record.row:
                what = _again(first)
                self.listed.notice(label, record.row, None, "again", what, _LOOK)
                continue
            self.listed.spots.append((place, record.row))
            self.pieces += _pieces(layout, sheet, record, len(self.listed.spots))
        self.listed.sheets[place] = SheetRead(label, sheet, layout, count)

    def _layout(self, sheet: RawSheet, label: str, table: str | None) -> Layout | None:
        if not sheet.rows:
            return None
        if not self.listed.book.unicode:
            decoded_headings(sheet)
        options = self.options
        layout = headers.find(
            sheet, asked=options.mapping, remembered=options.remembered, table=table
        )
        if layout is None:
            self.listed.notice(label, None, None, "no header", _NO_HEADER, _NAME_IT)
        return layout

    def _usable(self, label: str, layout: Layout) -> bool:
        doubts = [
            (text, refusals.unknown_heading(text, layout.meant(text))) for _, text in layout.unknown
        ]
        doubts += [(text, refusals.repeated_heading(text)) for _, text in layout.repeated]
        for text, fault in doubts:
            self.listed.notice(label, layout.last, text, "heading", fault.what, fault.mend)
        for target in layout.missing:
            told = heading_of(None, target)
            self.tell(label, refusals.missing_heading(target, told), layout.last, told)
        return not layout.missing


def _digest(record: Record) -> int:
    said = (
        (target, " ".join(text.casefold().split()))
        for target, value in record.values.items()
        if (text := shown(value))
    )
    return hash((record.section, *said))


def _again(first: int) -> Text:
    return Text(
        vi=f"dòng này giống hệt dòng {first} nên chỉ lấy một lần",
        en=f"this row is the same as row {first} and was taken once",
    )


def _emptied(records: list[Record]) -> Iterator[Record]:
    """Yield records in order, letting go of each."""
    records.reverse()
    while records:
        yield records.pop()


def _pieces(layout: Layout, sheet: RawSheet, record: Record, spot: int) -> list[Piece]:
    if layout.table == WIDE_LIST:
        return split(record, spot)
    own = {
        target.partition(".")[2]: value
        for target, value in record.values.items()
        if not (sheet.sparse and value is None)
    }
    return [Piece(layout.table, layout.table, spot, own, record.section)]
