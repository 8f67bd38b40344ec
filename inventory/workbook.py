"""What stands in the cells of an .xlsx file? Read as a stream, within limits, nothing evaluated.

An .xlsx is a zip of XML (ECMA-376). What is damaged, hostile or too large ends as one `Fault`.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import IO
from xml.parsers import expat

from inventory import refusals
from inventory.faults import Fault
from inventory.legacy import Tongue

Progress = Callable[[str, int, int], None]  # what, done, in all; may raise to cancel

MOST_BYTES = 64 * 2**20  # of the file
MOST_UNPACKED = 768 * 2**20  # of all parts that are read
MOST_RATIO = 250  # unpacked to packed, of a part of more than a megabyte
MOST_PARTS = 2_000
MOST_SHEETS = 100
MOST_ROWS = 200_000  # of all sheets
MOST_CELLS = 4_000_000  # of all sheets
MOST_COLUMNS = 200
MOST_STRINGS = 2_000_000
MOST_LETTERS = 100_000_000  # of all shared strings
MOST_MERGES = 50_000
MOST_FILLED = 2_000_000  # cells under merged ones
OWN_MARK = "thong-suot-export"  # custom property of workbooks that hold the ledger's rows
LONGEST = 32_767  # letters in a cell (ECMA-376)
_STEP = 2_000
_CHUNK = 1 << 16
_MEGABYTE = 1 << 20
_BASES = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001
_SURROGATES = range(0xD800, 0xE000)
_OTHERS = {
    "content.xml": "OpenDocument (.ods)",
    "xl/workbook.bin": "Excel Binary (.xlsb)",
    "word/document.xml": "Word (.docx)",
}
_LAST_SERIAL = 2_958_465  # 31 December 9999
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # ECMA-376 18.8.30
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9]\d{0,6})")


class Sick(StrEnum):
    """A cell that has no usable value."""

    ERROR = "error"  # #N/A, #REF! …
    NOT_COMPUTED = "not computed"  # a formula that was saved without its result


@dataclass(frozen=True, slots=True)
class Bad:
    """What a sick cell shows."""

    kind: Sick
    text: str = ""


Value = str | float | bool | date | time | Bad | None


@dataclass(slots=True)
class Row:
    """One row: its number (from 1), its cells from the first column, whether it is hidden."""

    number: int
    cells: list[Value]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells: rows and columns from 1, inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class RawSheet:
    """The rows of a sheet that hold anything, in order."""

    name: str
    rows: list[Row] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    hidden: bool = False
    hidden_columns: set[int] = field(default_factory=set)  # from 0
    table: str | None = None  # what the file itself says it is
    sparse: bool = False  # a cell that is not there says nothing, not "empty"
    tongue: Tongue | None = None  # the old font that its top was found to be typed for
    old_fonts: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column) → as sent


@dataclass(slots=True)
class Book:
    """All sheets of a file; `macros` were in it and are not looked at."""

    name: str
    sheets: list[RawSheet] = field(default_factory=list)
    macros: bool = False
    single: bool = False  # one sheet without a name: a CSV file
    converted: str | None = None  # the old encoding that a text file was in
    unicode: bool = False  # surely: it was written by us, or is YAML
    shielded: bool = False  # text may bear the apostrophe that keeps formulas text


class Unreadable(Exception):
    """A file that cannot be read; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what.en)
        self.fault = fault


def read(
    name: str, content: bytes, progress: Progress | None = None, *, hidden: bool = False
) -> Book:
    """Return what the cells of an .xlsx or .xlsm show; Unreadable with the one reason why not.

    The cells of hidden sheets are read only if `hidden` says so.
    """
    _refuse_others(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _Package(package).book(name, progress, with_hidden=hidden)
    except Unreadable:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        EOFError,
        OSError,
        NotImplementedError,
        LookupError,
        ValueError,
        OverflowError,
        RuntimeError,  # zipfile's word for an encrypted part
    ) as error:
        raise Unreadable(refusals.broken_workbook(type(error).__name__)) from error


def _refuse_others(content: bytes) -> None:
    """Refuse what is plainly another kind of file."""
    if len(content) > MOST_BYTES:
        raise Unreadable(refusals.too_large(len(content), MOST_BYTES))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unreadable(refusals.encrypted())
        raise Unreadable(refusals.old_workbook("Excel 97-2003 (.xls)"))
    if not content.startswith(b"PK"):
        raise Unreadable(refusals.not_a_workbook())


class _Package:
    """The parts of an opened file, by name."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._zip = package
        parts = package.infolist()
        if len(parts) > MOST_PARTS:
            raise Unreadable(refusals.suspicious_workbook(f"{len(parts)} > {MOST_PARTS}"))
        self._parts = {part.filename.replace("\\", "/").lstrip("/").lower(): part for part in parts}
        self._unpacked = 0

    def book(self, name: str, progress: Progress | None, *, with_hidden: bool) -> Book:
        for part, kind in _OTHERS.items():
            if part in self._parts:
                raise Unreadable(refusals.old_workbook(kind))
        main = self._main()
        listing = _Listing()
        self._feed(main, listing)
        targets = self._targets(main)
        if not listing.sheets:
            raise Unreadable(refusals.broken_workbook("no sheets"))
        if len(listing.sheets) > MOST_SHEETS:
            raise Unreadable(refusals.too_many_sheets(len(listing.sheets), MOST_SHEETS))
        strings, dates = _Strings(), _Styles()
        for kind, reader in (("sharedStrings", strings), ("styles", dates)):
            for part in (p for p, k in targets.values() if k == kind and p in self._parts):
                self._feed(part, reader)
        book = Book(name, macros=any(part.endswith("vbaproject.bin") for part in self._parts))
        book.unicode = self._is_ours()
        rows_left, cells_left, letters_left = MOST_ROWS, MOST_CELLS, MOST_LETTERS
        for title, link, hidden in listing.sheets:
            part, kind = targets.get(link, ("", ""))
            if kind != "worksheet":  # a chart sheet, a dialog
                continue
            sheet = RawSheet(title, hidden=hidden)
            if with_hidden or not hidden:
                cells = _Cells(sheet, strings.texts, dates.dated, _BASES[listing.since_1904])
                cells.rows_left, cells.cells_left = rows_left, cells_left
                cells.letters_left = letters_left
                cells.progress = progress
                self._feed(part, cells)
                cells.settle()
                rows_left, cells_left = cells.rows_left, cells.cells_left
                letters_left = cells.letters_left
            book.sheets.append(sheet)
        return book

    def _is_ours(self) -> bool:
        """Say whether the workbook was written by us, with Unicode in every cell."""
        info = self._parts.get("docprops/custom.xml")
        if info is None or info.file_size > _CHUNK:
            return False
        return f'"{OWN_MARK}"'.encode() in self._zip.read(info)

    def _main(self) -> str:
        for path, kind in self._targets("").values():
            if kind == "officeDocument":
                return path
        raise Unreadable(refusals.broken_workbook("no workbook"))

    def _targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Return relation id → (part, kind of it) of a part."""
        folder, _, file = part.rpartition("/")
        relations = f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
        links = _Relations()
        self._feed(relations.lower(), links)
        found = {}
        for link, target, kind in links.found:
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            found[link] = (_flat(path).lower(), kind)
        return found

    def _feed(self, part: str, reader: "_Reader") -> None:
        """Parse one part; no document types, so no entities."""
        info = self._parts.get(part)
        if info is None:
            raise Unreadable(refusals.broken_workbook(f"{part} missing"))
        self._unpacked += info.file_size
        packed = max(info.compress_size, 1)
        if self._unpacked > MOST_UNPACKED or (
            info.file_size > _MEGABYTE and info.file_size / packed > MOST_RATIO
        ):
            raise Unreadable(refusals.suspicious_workbook(f"{part}: {info.file_size >> 20} MB"))
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.text
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.EntityDeclHandler = _no_doctype
        with self._zip.open(info) as stream:
            for chunk in _chunks(stream):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)


def _no_doctype(*_: object) -> None:
    raise Unreadable(refusals.suspicious_workbook("DOCTYPE"))


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _flat(path: str) -> str:
    """Return a part's name without "." and ".."."""
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _Reader:
    """What hears the elements of one part."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear an element begin."""

    def end(self, name: str) -> None:
        """Hear an element end."""

    def text(self, data: str) -> None:
        """Hear text."""


class _Relations(_Reader):
    def __init__(self) -> None:
        self.found: list[tuple[str, str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found.append((attributes.get("Id", ""), attributes.get("Target", ""), kind))


class _Listing(_Reader):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []  # title, relation, hidden
        self.since_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "workbookPr":
            self.since_1904 = attributes.get("date1904") in {"1", "true"}
        elif local == "sheet":
            link = next((v for k, v in attributes.items() if _local(k) == "id" and " " in k), "")
            title = attributes.get("name", "")[:100]
            self.sheets.append((title, link, attributes.get("state", "visible") != "visible"))


class _Strings(_Reader):
    """The shared strings; of rich text its runs, of phonetic text nothing."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._letters = 0
        self._heard = False
        self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        local = _local(name)
        if local == "si":
            self._parts = []
        elif local == "rPh":
            self._phonetic = True
        elif local == "t":
            self._heard = not self._phonetic

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "t":
            self._heard = False
        elif local == "rPh":
            self._phonetic = False
        elif local == "si":
            self.texts.append(_unescaped("".join(self._parts)))
            if len(self.texts) > MOST_STRINGS:
                raise Unreadable(refusals.suspicious_workbook(f"> {MOST_STRINGS} strings"))

    def text(self, data: str) -> None:
        if self._heard:
            self._letters += len(data)
            if self._letters > MOST_LETTERS:
                raise Unreadable(refusals.suspicious_workbook(f"> {MOST_LETTERS} letters"))
            self._parts.append(data)


def _unescaped(text: str) -> str:
    """Return a string without `_x000D_` and its like."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: _letter(int(found[1], 16)), text)


def _letter(code: int) -> str:
    return "\ufffd" if code in _SURROGATES else chr(code)


class _Styles(_Reader):
    """Which cell formats show a day or a time?"""

    def __init__(self) -> None:
        self.dated: list[bool] = []
        self._own: dict[str, bool] = {}
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "numFmt":
            code = _QUOTED.sub("", attributes.get("formatCode", "")).split(";")[0].lower()
            self._own[attributes.get("numFmtId", "")] = bool(re.search("[ymdhs]", code))
        elif local == "cellXfs":
            self._inside = True
        elif local == "xf" and self._inside:
            number = attributes.get("numFmtId", "0")
            known = number.isascii() and number.isdigit() and int(number[:9]) in _DATES
            self.dated.append(self._own.get(number, known))

    def end(self, name: str) -> None:
        if _local(name) == "cellXfs":
            self._inside = False


class _Cells(_Reader):
    """The cells of one sheet."""

    def __init__(
        self, sheet: RawSheet, strings: list[str], dated: list[bool], base: datetime
    ) -> None:
        self.sheet = sheet
        self.rows_left = MOST_ROWS
        self.cells_left = MOST_CELLS
        self.letters_left = MOST_LETTERS  # of texts that are no shared strings
        self.progress: Progress | None = None
        self._strings = strings
        self._dated = dated
        self._base = base
        self._own: dict[str, str] = {}  # inline strings that repeat are kept once
        self._row = Row(0, [])
        self._column = -1
        self._kind = "n"
        self._style = ""
        self._formula = False
        self._valued = False
        self._parts: list[str] = []
        self._length = 0
        self._heard = False
        self._phonetic = False
        self._filled = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "c":
            self._begin_cell(attributes)
        elif local == "v":
            self._heard = self._valued = True
        elif local == "t":
            self._heard = not self._phonetic
        elif local == "f":
            self._formula = True
        elif local == "row":
            self._begin_row(attributes)
        elif local == "rPh":
            self._phonetic = True
        elif local == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif local == "col" and attributes.get("hidden") in {"1", "true"}:
            first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
            self.sheet.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "c":
            self._end_cell()
        elif local in {"v", "t"}:
            self._heard = False
        elif local == "rPh":
            self._phonetic = False
        elif local == "row":
            self._end_row()

    def text(self, data: str) -> None:
        if self._heard:
            self._length += len(data)
            if self._length > LONGEST * 2:
                raise Unreadable(refusals.suspicious_workbook(f"> {LONGEST} letters"))
            self._parts.append(data)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._row.number + 1))
        if number <= self._row.number:
            raise Unreadable(refusals.broken_workbook("row order"))
        hidden = attributes.get("hidden") in {"1", "true"}
        self._row = Row(number, [], hidden)
        self._column = -1

    def _end_row(self) -> None:
        if not any(_shown(cell) for cell in self._row.cells):
            return
        self.rows_left -= 1
        if self.rows_left < 0:
            raise Unreadable(refusals.too_many_rows(MOST_ROWS))
        self.sheet.rows.append(self._row)
        if self.progress is not None and len(self.sheet.rows) % _STEP == 0:
            self.progress(self.sheet.name, len(self.sheet.rows), 0)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        self._column = _place(reference)[1] if reference else self._column + 1
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._formula = self._valued = self._heard = False
        self._parts = []
        self._length = 0

    def _end_cell(self) -> None:
        value = self._value()
        if value is None or value == "":
            return
        if self._column >= MOST_COLUMNS:
            raise Unreadable(refusals.too_many_columns(self.sheet.name, MOST_COLUMNS))
        self.cells_left -= 1
        if self.cells_left < 0:
            raise Unreadable(refusals.too_many_cells(MOST_CELLS))
        cells = self._row.cells
        cells.extend([None] * (self._column + 1 - len(cells)))
        cells[self._column] = value

    def _value(self) -> Value:  # noqa: PLR0911  (one for each kind of cell)
        text = "".join(self._parts)
        if self._kind == "e":
            return Bad(Sick.ERROR, text[:20])
        if self._formula and not text and not (self._valued and self._kind == "str"):
            return Bad(Sick.NOT_COMPUTED)
        if self._kind == "s":
            return self._strings[_index(text, len(self._strings))] if text else None
        if self._kind in {"str", "inlineStr"}:
            text = _unescaped(text)
            self.letters_left -= len(text)
            if self.letters_left < 0:
                raise Unreadable(refusals.suspicious_workbook(f"> {MOST_LETTERS} letters"))
            return self._own.setdefault(text, text) if len(self._own) < _MEGABYTE else text
        if not text:
            return None
        if self._kind == "b":
            return text.strip() in {"1", "true"}
        if self._kind == "d":
            return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
        return self._number(text)

    def _number(self, text: str) -> Value:
        number = float(text)
        if not abs(number) < 1e300:  # noqa: PLR2004  (also what is no number at all)
            raise Unreadable(refusals.broken_workbook("number"))
        if not (self._style and self._dated):
            return number
        style = _index(self._style, len(self._dated))
        if not self._dated[style] or not 0 <= number <= _LAST_SERIAL:
            return number
        moment = self._base + timedelta(seconds=round(number * 86_400))
        if number < 1:
            return moment.time()
        return moment.date() if moment.time() == time() else moment

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (top, left), (bottom, right) = _place(first), _place(last or first)
        if len(self.sheet.merges) >= MOST_MERGES:
            raise Unreadable(refusals.suspicious_workbook(f"> {MOST_MERGES} merges"))
        area = Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
        self.sheet.merges.append(area)

    def settle(self) -> None:
        """Give every row of a merge down one column the value of its first."""
        rows = {row.number: row for row in self.sheet.rows} if self.sheet.merges else {}
        for area in self.sheet.merges:
            head = rows.get(area.top)
            if head is None or area.left != area.right or area.left >= len(head.cells):
                continue
            value = head.cells[area.left]
            last = min(area.bottom, self.sheet.rows[-1].number)
            self._filled += last - area.top
            if self._filled > MOST_FILLED:
                raise Unreadable(refusals.suspicious_workbook("merges"))
            for number in range(area.top + 1, last + 1):
                if (row := rows.get(number)) is not None:
                    row.cells.extend([None] * (area.left + 1 - len(row.cells)))
                    row.cells[area.left] = value


def _shown(cell: Value) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


def _index(text: str, count: int) -> int:
    index = int(text)
    if not 0 <= index < count:
        raise Unreadable(refusals.broken_workbook("index"))
    return index


def _place(reference: str) -> tuple[int, int]:
    """Return the row (from 1) and the column (from 0) of "C12"."""
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    if found is None:
        raise Unreadable(refusals.broken_workbook("reference"))
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column - 1


def shown(value: Value) -> str:  # noqa: PLR0911  (one for each kind of value)
    """Return a cell as the text a person would have typed; of a sick one what it shows."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes" if not value.second else "seconds")
        case Bad():
            return value.text
        case _:
            return value
