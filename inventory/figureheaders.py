"""Which row of a sheet is the header of a list, and are its rows figures, or things to count?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from inventory.figureforms import COMMON, Form, Headings, Layout, meant
from inventory.headers import Layout as Header
from inventory.headers import heading_key, stacks_of, ways_of
from inventory.search import key
from inventory.vocabulary import IGNORED
from inventory.workbook import RawSheet, Row, shown

_TOP = 40  # rows in which a header is looked for
_LOOKED_AT = 30  # rows below it that tell whether a column holds numbers
_ORDINALS = frozenset({"stt", "tt", "so tt", "so thu tu", "no"})
_COUNTED = r"\D?\d.*|[-–]"  # "30 máy", "~30", "(3)": meant as a number, told of where it is none


@dataclass(frozen=True, slots=True)
class Table:
    """A header that is understood. `layout`: rows are things of that kind; None: figures."""

    header: Header
    layout: Layout | None


def table_of(sheet: RawSheet, form: Form) -> Table | None:
    """Return the header that is understood best, None where there is none."""
    best: tuple[float, Table] | None = None
    top = sheet.rows[:_TOP]
    for place in range(len(top)):
        for depth in (1, 2):
            rows = top[place : place + depth]
            if len(rows) < depth or not (stacks := stacks_of(sheet, rows)):
                continue
            for layout in (None, *form.layouts):
                header = _header(rows, stacks, form, layout)
                weight = _weight(header, sheet, form, layout) - 0.05 * depth
                if weight > 0 and (best is None or weight > best[0]):
                    best = (weight, Table(header, layout))
    return best[1] if best else None


def is_headed(sheet: RawSheet, form: Form) -> bool:
    """Say whether there is a row of headings, with figures below it or without."""
    for row in sheet.rows[:_TOP]:
        stacks = stacks_of(sheet, [row])
        said = set(_header([row], stacks, form, None).targets.values()) if stacks else set()
        if "unit" in said and said & form.columns.keys():
            return True
    return False


def _words(form: Form, layout: Layout | None) -> Mapping[str, Headings]:
    own = (
        dict(layout.headings)
        if layout is not None
        else {name: column.headings for name, column in form.columns.items()}
    )
    part = {"part": form.part.headings} if form.part is not None else {}
    return {**own, **part, **COMMON}


def _own_names(form: Form, layout: Layout | None) -> dict[str, str]:
    """Return the folded names of a form's columns, as its template has them."""
    columns = form.columns.items() if layout is None else ()
    return {key(text): name for name, column in columns for text in (column.vi, column.en)}


def _header(
    rows: list[Row], stacks: Mapping[int, list[str]], form: Form, layout: Layout | None
) -> Header:
    words, own = _words(form, layout), _own_names(form, layout)
    targets: dict[int, str] = {}
    headings = {column: " – ".join(stack) for column, stack in stacks.items()}
    ordinal = None
    for column, stack in stacks.items():
        if heading_key(stack[-1]) in _ORDINALS:
            ordinal, targets[column] = column, IGNORED
            continue
        ways = [headings[column], *ways_of(stack, headings[column])]
        target = own.get(key(headings[column])) or meant(ways, words)
        if target is not None and target not in targets.values():
            targets[column] = target
    strange = tuple((c, text) for c, text in headings.items() if c not in targets)
    return Header("", rows[0].number, rows[-1].number, headings, targets, ordinal, strange)


def _weight(header: Header, sheet: RawSheet, form: Form, layout: Layout | None) -> float:
    """Return how well a header is understood; 0 and less: not at all."""
    columns = {target: column for column, target in header.targets.items()}
    below = [row for row in sheet.rows if row.number > header.last][:_LOOKED_AT]
    if layout is None:
        figures = [name for name in form.columns if name in columns]
        if not any(_numbers(below, columns[name], _COUNTED) for name in figures):
            return 0
    elif not columns.keys() >= set(layout.needs) or _numbers(below, columns[layout.needs[0]]):
        return 0
    return len(set(columns) - {IGNORED}) - 0.1 * len(header.unknown)


def _numbers(rows: Iterable[Row], column: int, form: str = r"[\d.,:/ %-]+") -> bool:
    """Say whether most cells of a column are numbers, ages, shares or dates."""
    said = [row.cells[column] for row in rows if column < len(row.cells)]
    said = [value for value in said if shown(value).strip()]
    numeric = [
        value
        for value in said
        if isinstance(value, float | int | date) or re.fullmatch(form, shown(value).strip())
    ]
    return bool(said) and 2 * len(numeric) > len(said)


def titles(sheet: RawSheet, header: Header) -> Iterator[str]:
    """Yield what stands above the header."""
    for row in sheet.rows:
        if row.number >= header.first:
            return
        yield from (text for cell in row.cells if (text := shown(cell).strip()))
