"""Which row is the header of a sheet, which table is it, and which column means what?"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from core.text import fold
from inventory.cells import nearest
from inventory.search import key
from inventory.tables import BY_NAME, TABLES
from inventory.vocabulary import HINTS, IGNORED, RESERVE_WORDS, TAB_NAMES, WIDE, words_of
from inventory.workbook import RawSheet, Row, shown

WIDE_LIST = "wide"  # the layout of a sheet whose rows hold several tables at once
_TOP = 40  # rows in which a header is looked for
_LEAST = 2  # headings that make a row a header
_MOST_HEADING = 120  # letters
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_BETWEEN = " – "  # the rows of a header
_NUMBERING = re.compile(r"\(?\s*(?:\d{1,3}|[a-zA-Z])\s*\)?|\[\d+\]|\d+\s*=.*")
# What can be found out from the rest of a row.
_DERIVED = {
    "units": {"level", "province_code"},
    "sites": {"unit"},
    "links": {"name", "near"},
    "rooms": {"name"},
    "devices": {"name"},
}
WIDE_TARGETS = frozenset(WIDE.values()) - {IGNORED}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is read.

    `targets` are column (from 0) → "table.column"; of a table's sheet all of that table.
    `headings` are the texts above them, `unknown` those that mean nothing to us.
    """

    table: str  # a table's name, or WIDE_LIST
    first: int  # number of the header's first row
    last: int  # … and last: what follows are rows
    headings: Mapping[int, str]
    targets: Mapping[int, str]
    ordinal: int | None = None  # the column of running numbers
    unknown: tuple[tuple[int, str], ...] = ()
    repeated: tuple[tuple[int, str], ...] = ()  # a second column with the same meaning
    missing: tuple[str, ...] = ()  # columns that must be there

    def meant(self, heading: str) -> str | None:
        """Return the target that an unknown heading is most like, of those that are left."""
        words = WIDE if self.table == WIDE_LIST else _prefixed(self.table)
        taken = set(self.targets.values())
        asked = heading_key(heading.rsplit(_BETWEEN, maxsplit=1)[-1])
        if self.table == WIDE_LIST and (hint := HINTS.get(asked)):
            return hint
        reserve = RESERVE_WORDS.search(key(heading)) is not None
        left = [
            word
            for word, target in words.items()
            if target not in taken and (reserve or not target.startswith("reserve."))
        ]
        near = nearest(fold(heading), left)
        return near and words[near]

    def belonging(self, mapping: Mapping[str, str]) -> dict[str, str]:
        """Return the part of heading → target that is about headings of this sheet."""
        mine = {
            way
            for heading in self.headings.values()
            for way in ways_of(heading.split(_BETWEEN), heading)
        }
        return {name: target for name, target in mapping.items() if heading_key(name) in mine}

    @property
    def fingerprint(self) -> str:
        """Return what stays the same in every list with these headings."""
        return fingerprint(self.headings.values())


def fingerprint(headings: Iterable[str]) -> str:
    """Return the digest of a set of headings, in any order."""
    words = sorted({heading_key(text) for text in headings} - {""})
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def heading_key(text: str) -> str:
    """Return a heading as it is compared: folded, without what stands in brackets."""
    bare = key(_BRACKETS.sub(" ", text))
    return bare or key(text)


def is_target(text: str) -> bool:
    """Say whether a text names something that a column can mean."""
    table, _, column = text.partition(".")
    known = table in BY_NAME and column in {c.name for c in BY_NAME[table].columns}
    return text == IGNORED or text in WIDE_TARGETS or known


def find(
    sheet: RawSheet,
    *,
    asked: Mapping[str, str] | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
    table: str | None = None,
) -> Layout | None:
    """Return the layout of a sheet, or None where no header can be found.

    `asked` is heading → "table.column" as given now, `remembered` fingerprint → such a mapping
    as confirmed before, `table` what the user says the sheet is.
    """
    best: tuple[float, Layout] | None = None
    top = sheet.rows[:_TOP]
    heads = {row.number for row in top}
    sheet = replace(sheet, rows=top, merges=[m for m in sheet.merges if m.top in heads])
    for place, row in enumerate(top):
        filled = sum(1 for cell in row.cells if shown(cell).strip())
        if filled < (1 if table else _LEAST):
            continue
        for depth in (1, 2):
            if place + depth > len(top):
                continue
            found = _read(sheet, top[place : place + depth], asked or {}, remembered or {}, table)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
    return best[1] if best else None


def _read(
    sheet: RawSheet,
    rows: list[Row],
    asked: Mapping[str, str],
    remembered: Mapping[str, Mapping[str, str]],
    table: str | None,
) -> tuple[float, Layout] | None:
    """Return what a header of these rows would mean, and how much of it is understood."""
    stacks = stacks_of(sheet, rows)
    if not stacks:
        return None
    headings = {column: _BETWEEN.join(stack) for column, stack in stacks.items()}
    given = {heading_key(name): target for name, target in asked.items()}
    known = remembered.get(fingerprint(headings.values()), {})
    given = {heading_key(name): target for name, target in known.items()} | given
    layouts = []
    for name in [table] if table else [*BY_NAME, WIDE_LIST]:
        words = WIDE if name == WIDE_LIST else _prefixed(name)
        layout = _laid(name, rows, stacks, headings, given=given, words=words)
        layouts.append((_weight(layout, sheet, len(rows), forced=table is not None), layout))
    weight, layout = max(layouts, key=lambda found: found[0])
    understood = [t for t in layout.targets.values() if t != IGNORED]
    if not understood or (len(layout.targets) < _LEAST and not table):
        return None
    return weight, layout


@cache
def _prefixed(table: str) -> dict[str, str]:
    return {
        word: column if column == IGNORED else f"{table}.{column}"
        for word, column in words_of(table).items()
    }


def _weight(layout: Layout, sheet: RawSheet, depth: int, *, forced: bool) -> float:
    """Return how likely a layout is; one that cannot be used weighs little."""
    named = TAB_NAMES.get(key(sheet.name))
    targets = set(layout.targets.values()) - {IGNORED}
    weight = len(targets) + 0.3 * (layout.ordinal is not None) - 0.1 * len(layout.unknown)
    weight -= 0.05 * (depth - 1) + 1.0 * len(layout.repeated)
    if layout.table == named:
        weight += 1.0
    if layout.table == WIDE_LIST:
        parts = {target.partition(".")[0] for target in targets}
        weight += 0.5 if "sites.name" in targets and len(parts) > 1 else -3.0
    if layout.missing and not forced:
        weight -= 0.6 * len(layout.missing)
    return weight


def stacks_of(sheet: RawSheet, rows: list[Row]) -> dict[int, list[str]]:
    """Return column → the texts above it, of a header of one or two rows."""
    width = max(len(row.cells) for row in rows)
    texts = [[_text(row, column) for column in range(width)] for row in rows]
    for row, line in zip(rows, texts, strict=True):
        for area in sheet.merges:
            if area.top == row.number and area.right > area.left and area.left <= len(line):
                for column in range(area.left, min(area.right + 1, width)):
                    line[column] = line[column] or _text(row, area.left)
    if len(rows) > 1:
        under = [c for c, text in enumerate(texts[1]) if text and text != texts[0][c]]
        spread = any(area.top == rows[0].number for area in sheet.merges)
        if not under or not spread or any(not _worded(texts[1][c]) for c in under):
            return {}
    found: dict[int, list[str]] = {}
    for column in range(width):
        stack = list(dict.fromkeys(line[column] for line in texts if line[column]))
        if stack:
            found[column] = stack
    if any(len(text) > _MOST_HEADING for stack in found.values() for text in stack):
        return {}
    return found


def _text(row: Row, column: int) -> str:
    if column >= len(row.cells) or not isinstance(row.cells[column], str):
        return ""
    return " ".join(shown(row.cells[column]).replace("\u00a0", " ").split())


def _worded(text: str) -> bool:
    return any(char.isalpha() for char in text) and not _NUMBERING.fullmatch(text)


def _laid(
    table: str,
    rows: list[Row],
    stacks: Mapping[int, list[str]],
    headings: Mapping[int, str],
    *,
    given: Mapping[str, str],
    words: Mapping[str, str],
) -> Layout:
    targets: dict[int, str] = {}
    unknown, repeated = [], []
    ordinal = None
    taken: set[str] = set()
    for column, stack in stacks.items():
        target = _meant(stack, headings[column], given, words)
        if target is None:
            unknown.append((column, headings[column]))
            continue
        if target == IGNORED:
            is_ordinal = heading_key(stack[-1]) in {"stt", "tt", "so tt", "so thu tu", "no"}
            ordinal = column if ordinal is None and is_ordinal else ordinal
        elif target in taken:
            repeated.append((column, headings[column]))
            continue
        taken.add(target)
        targets[column] = target
    return Layout(
        table=table,
        first=rows[0].number,
        last=rows[-1].number,
        headings=headings,
        targets=targets,
        ordinal=ordinal,
        unknown=tuple(unknown),
        repeated=tuple(repeated),
        missing=_missing(table, taken),
    )


def _meant(
    stack: list[str], whole: str, given: Mapping[str, str], words: Mapping[str, str]
) -> str | None:
    """Return what a heading means: as the user says, else by the most telling of its parts."""
    ways = ways_of(stack, whole)
    for way in ways:
        if way in given:
            return given[way]
    return next((words[way] for way in ways if way in words), None)


def ways_of(stack: list[str], whole: str) -> list[str]:
    """Return a heading as it may be known, the most telling first."""
    parts = [heading_key(text) for text in stack]
    ways = [key(whole), heading_key(whole)]
    ways += [f"{b} {a}" for a, b in [(parts[0], parts[-1])] if a != b]
    return [*ways, parts[-1], parts[0]]


def _missing(table: str, taken: set[str]) -> tuple[str, ...]:
    if table == WIDE_LIST:
        return () if "sites.name" in taken else ("sites.name",)
    derived = _DERIVED.get(table, set()) | {"slug"}
    required = BY_NAME[table].required
    return tuple(
        f"{table}.{name}"
        for name in required
        if name not in derived and f"{table}.{name}" not in taken
    )


def is_numbering(row: Row) -> bool:
    """Say whether a row only numbers the columns: (1) (2) (3) or A B C."""
    texts = [shown(cell).strip() for cell in row.cells]
    found = [text for text in texts if text]
    if len(found) < _LEAST + 1 or not all(_NUMBERING.fullmatch(text) for text in found):
        return False
    numbers = [int(digits[0]) for text in found if (digits := re.findall(r"\d+", text))]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True


ALL_TARGETS = (
    *(f"{table.name}.{column.name}" for table in TABLES for column in table.columns),
    *sorted(WIDE_TARGETS - {f"{t.name}.{c.name}" for t in TABLES for c in t.columns}),
    IGNORED,
)
