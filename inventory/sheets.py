"""How is a CSV file, as spreadsheets really write it, cut into a header and numbered rows?"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.errors import Problem
from inventory import faults
from inventory.cells import LINE_LIMIT
from inventory.encodings import decoded
from inventory.faults import Fault

MOST_LINES = 50  # of one row; a quote that stays open longer was never meant to span lines
SEPARATORS = ",;\t"
_ASCII = 0x7F


@dataclass(slots=True)
class Sheet:
    """The cells of a file; `records` are (line number of the row's first line, cells)."""

    file: str
    separator: str = ","
    header: list[str] = field(default_factory=list)
    header_line: int = 1
    records: list[tuple[int, list[str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    converted: str | None = None  # the old encoding that the file was in

    def fail(self, fault: Fault, line: int | None = None, key: str | None = None) -> None:
        """Note a problem at a place of this file."""
        self.problems.append(Problem(self.file, fault.what, fault.mend, line, key))


def cut(file: str, content: bytes) -> Sheet:
    """Return a file's rows, and every problem of its form."""
    sheet = Sheet(file)
    text = _decoded(sheet, content)
    if text is None:
        return sheet
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = 0
    if hint := re.fullmatch(r"sep=([,;\t])", lines[0], re.IGNORECASE):  # Excel's own
        sheet.separator, start = hint[1], 1
    else:
        first = next((row for row in lines if row.strip() and not row.startswith("#")), "")
        sheet.separator = max(SEPARATORS, key=first.count)
    _gather(sheet, lines, start)
    if sheet.records:
        sheet.header_line, sheet.header = sheet.records.pop(0)
    return sheet


def _decoded(sheet: Sheet, content: bytes) -> str | None:
    found = decoded(content)
    if found is not None:
        sheet.converted = found.encoding
        return found.text.removeprefix("\ufeff")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        sheet.fail(faults.utf16(), 1)
        return None
    lines = content.split(b"\n")
    suffering = [number for number, line in enumerate(lines) if not _is_utf8(line)]
    first = next((byte for byte in lines[suffering[0]] if byte > _ASCII), 0) if suffering else 0
    sheet.fail(faults.not_utf8(first, len(suffering)), suffering[0] + 1 if suffering else 1)
    return None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _gather(sheet: Sheet, lines: list[str], start: int) -> None:
    """Read all rows; after a broken one go on with the line behind its first."""
    while start < len(lines):
        source = _Source(lines, start)
        reader = csv.reader(source, delimiter=sheet.separator, strict=True)
        try:
            while True:
                source.fresh = True
                cells = next(reader)
                if any(cell and not cell.isspace() for cell in cells):
                    sheet.records.append((source.began, cells))
        except StopIteration:
            return
        except csv.Error as error:
            sheet.fail(_formal(str(error), lines[source.began - 1]), source.began)
            start = source.began


def _formal(error: str, line: str) -> Fault:
    """Return the fault behind a message of the csv module."""
    if "expected after" in error:
        return faults.text_after_quote()
    if "field limit" in error:
        return faults.too_long(len(line), LINE_LIMIT)
    return faults.unclosed_quote()


class _Source(Iterator[str]):
    """Lines for a csv reader: skips comments between rows and knows where a row began."""

    def __init__(self, lines: list[str], start: int) -> None:
        self.lines = lines
        self.at = start  # number of lines handed out or skipped
        self.began = start  # number (from 1) of the present row's first line
        self.fresh = True

    def __next__(self) -> str:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if self.fresh and (line.startswith("#") or not line):
                continue
            if self.fresh:
                self.began, self.fresh = self.at, False
            elif self.at - self.began >= MOST_LINES:
                raise csv.Error("a row of too many lines")
            return line + "\n"
        raise StopIteration


def joined(header: list[str], records: list[list[str]]) -> bytes:
    """Return the canonical file: UTF-8 with the mark that Excel needs, commas, LF."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(records)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
