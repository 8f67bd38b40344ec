"""An inventory as one YAML file: tables of entries, every value as text, with line numbers.

Only plain maps, lists and scalars: no anchors, no tags, no key twice, so that what is read is
what is seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from core.errors import Invalid, Problem
from core.inventory import Inventory
from inventory import refusals
from inventory.blankbook import plain
from inventory.cells import nearest
from inventory.faults import Fault
from inventory.tables import BY_NAME, TABLES, key, rows
from inventory.workbook import Book, RawSheet, Row, Value

MOST_BYTES = 32 * 2**20
_DEEPEST = 4
_MOST_ENTRIES = 200_000
MOST_NODES = 2_500_000  # texts, lists and maps
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class _Node:
    """A scalar (None: null), a list or a map, and the line (from 1) on which it begins."""

    line: int
    text: str | None = None
    items: "tuple[_Node, ...] | None" = None
    pairs: "tuple[tuple[_Node, _Node], ...] | None" = None


class _Refused(Exception):
    def __init__(self, fault: Fault, line: int, key: str | None = None) -> None:
        super().__init__(fault.what.en)
        self.fault, self.line, self.key = fault, line, key


def book(name: str, content: bytes) -> Book:
    """Return the tables of a YAML file as sheets; Invalid with what is wrong and its line."""
    try:
        return Book(name, list(_sheets(_document(_events(content)))), single=True, unicode=True)
    except _Refused as refused:
        fault, line, at = refused.fault, refused.line, refused.key
    except yaml.MarkedYAMLError as error:
        fault, at = refusals.bad_yaml(error.problem or "?"), None
        mark = error.problem_mark
        line = 1 if mark is None else int(mark.line) + 1
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        fault, line, at = refusals.bad_yaml(type(error).__name__), 1, None
    raise Invalid([Problem(name, fault.what, fault.mend, line, at)])


def rendered(inventory: Inventory) -> bytes:
    """Return all rows of an inventory; the same rows, the same bytes."""
    parts = []
    for table in TABLES:
        entries = [
            {
                column.name: text
                for column in table.columns
                if (text := plain(getattr(row, column.name)))
            }
            for row in sorted(rows(inventory, table.name), key=key)
        ]
        if entries:
            whole = {table.name: entries}
            parts.append(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=200))
    return "\n".join(parts or ["{}\n"]).encode()


def _events(content: bytes) -> Iterator[yaml.Event]:
    if len(content) > MOST_BYTES:
        raise _Refused(refusals.too_large(len(content), MOST_BYTES), 1)
    for count, event in enumerate(yaml.parse(content, Loader=_Loader)):
        if count > MOST_NODES:
            raise _Refused(refusals.too_many_cells(MOST_NODES), _line(event))
        yield event


def _document(events: Iterator[yaml.Event]) -> _Node:
    """Return the one document of a file."""
    root: _Node | None = None
    for event in events:
        if isinstance(event, yaml.NodeEvent):
            if root is not None:
                raise _Refused(refusals.forbidden_yaml("---"), _line(event))
            root = _node(event, events, 0)
    return root or _Node(1, pairs=())


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return 1 if mark is None else int(mark.line) + 1


def _node(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> _Node:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise _Refused(refusals.forbidden_yaml("& *"), line)
    if getattr(event, "tag", None) not in {None, "!"}:
        raise _Refused(refusals.forbidden_yaml("!"), line)
    if isinstance(event, yaml.ScalarEvent):
        is_null = not event.style and event.value in _NULL
        return _Node(line, text=None if is_null else event.value)
    if depth >= _DEEPEST:
        raise _Refused(refusals.forbidden_yaml(f"> {_DEEPEST}"), line)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            items.append(_node(inner, events, depth + 1))
        return _Node(line, items=tuple(items))
    pairs: list[tuple[_Node, _Node]] = []
    seen: set[str | None] = set()
    while not isinstance(inner := next(events), yaml.MappingEndEvent):
        name = _node(inner, events, depth + 1)
        if name.items is not None or name.pairs is not None:
            raise _Refused(refusals.forbidden_yaml("? :"), name.line)
        if name.text in seen:
            raise _Refused(refusals.repeated_key(), name.line, name.text)
        seen.add(name.text)
        pairs.append((name, _node(next(events), events, depth + 1)))
    return _Node(line, pairs=tuple(pairs))


def _sheets(root: _Node) -> Iterator[RawSheet]:
    if root.pairs is None:
        raise _Refused(refusals.bad_yaml("list or text, not tables"), root.line)
    for name, entries in root.pairs:
        table = (name.text or "").lower()
        if table not in BY_NAME:
            near = nearest(table, list(BY_NAME))
            raise _Refused(refusals.unknown_key(list(BY_NAME), near), name.line, name.text)
        yield _sheet(table, name.line, entries)


def _sheet(table: str, line: int, entries: _Node) -> RawSheet:
    """Return a table's entries as rows whose numbers are their lines; absent keys say nothing."""
    columns = [column.name for column in BY_NAME[table].columns]
    sheet = RawSheet(table, table=table, sparse=True)
    sheet.rows.append(Row(line, list(columns)))
    for entry in entries.items or ():
        if entry.pairs is None:
            raise _Refused(refusals.bad_yaml("an entry is no map"), entry.line)
        cells: list[Value] = [None] * len(columns)
        for name, value in entry.pairs:
            if name.text not in columns:
                near = nearest(name.text or "", columns)
                raise _Refused(refusals.unknown_key(columns, near), name.line, name.text)
            cells[columns.index(name.text)] = _text(value)
        number = max(entry.line, sheet.rows[-1].number + 1)  # two entries may share a line
        sheet.rows.append(Row(number, cells))
        if len(sheet.rows) > _MOST_ENTRIES:
            raise _Refused(refusals.too_many_rows(_MOST_ENTRIES), entry.line)
    if entries.pairs is not None or entries.text is not None:
        raise _Refused(refusals.bad_yaml("a table is a list of entries"), entries.line)
    return sheet


def _text(value: _Node) -> str:
    if value.pairs is not None or any(item.text is None for item in value.items or ()):
        raise _Refused(refusals.bad_yaml("a value is a text or a list of texts"), value.line)
    if value.items is not None:
        return " ".join(item.text or "" for item in value.items)
    return value.text or ""
