"""Which rows of a list go with those that are left out? Whatever refers to them, step by step."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from core.inventory import Dated, Inventory
from inventory.csvfiles import Folder
from inventory.tables import TABLES, AnyRow, key, named, rows
from inventory.validate import REFERENCES, slugs_in

_Row = tuple[str, str]  # table, slug
_COLUMNS = {
    table.name: [column for asker, column in REFERENCES if asker == table.name] for table in TABLES
}


@dataclass(frozen=True, slots=True)
class Orphan:
    """A row that refers to one that is left out: its spot, the column, the slug in it."""

    spot: int
    table: str
    column: str
    slug: str


@dataclass(slots=True)
class _Web:
    """Who is there (and how often), who asks for whom, and who may be gone."""

    there: Counter[_Row]
    waiting: list[_Row]
    asking: defaultdict[str, list[tuple[int, str, str]]]  # slug → spot, table, column
    held: defaultdict[int, list[_Row]]  # spot → its rows

    def misses(self, gone: _Row, table: str, column: str) -> bool:
        """Say whether a reference to something gone finds nothing else of that slug."""
        targets = REFERENCES[table, column]
        return gone[0] in targets and not any(self.there[name, gone[1]] > 0 for name in targets)

    def leave(self, spot: int) -> None:
        """Take away the rows of a spot."""
        for own in self.held[spot]:
            self.there[own] -= 1
        self.waiting += self.held[spot]


def orphans(found: Folder, current: Inventory, dropped: set[int]) -> Iterator[Orphan]:
    """Yield the rows that cannot stay without the dropped ones; adds their spots to `dropped`.

    What the ledger has under a slug stands in for a row of the list that is left out.
    """
    web = _web(found, current, dropped)
    while web.waiting:
        gone = web.waiting.pop()
        if web.there[gone] > 0:
            continue
        for spot, table, column in web.asking.get(gone[1], ()):
            if spot not in dropped and web.misses(gone, table, column):
                dropped.add(spot)
                yield Orphan(spot, table, column, gone[1])
                web.leave(spot)


def _web(found: Folder, current: Inventory, dropped: set[int]) -> _Web:
    there: Counter[_Row] = Counter(
        (table.name, row.slug)
        for table in TABLES
        for row in rows(current, table.name)
        if isinstance(row, Dated)
    )
    gone = [(table, slug) for table, slugs in found.broken.items() for slug in slugs]
    web = _Web(there, gone, defaultdict(list), defaultdict(list))
    for table in TABLES:
        for row in rows(found.inventory, table.name):
            spot = found.lines.get((table.name, key(row)), 0)
            own = (table.name, named(row))
            if spot in dropped:
                web.waiting.append(own)
                continue
            web.there[own] += 1
            web.held[spot].append(own)
            for column, slug in _references(table.name, row):
                web.asking[slug].append((spot, table.name, column))
    return web


def _references(table: str, row: AnyRow) -> Iterator[tuple[str, str]]:
    for column in _COLUMNS[table]:
        for slug in slugs_in(getattr(row, column)):
            yield column, slug
