"""What is a report about, and which lives belong to it?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from core.errors import NotFound
from core.inventory import Dated, Inventory, Succession, Unit
from core.text import Text, nfc, vietnamese_order
from core.watching import TargetKind
from reports.lives import Life, Units
from reports.periods import second
from reports.report import Scope, ScopeKind

_D = TypeVar("_D", bound=Dated)
_DAY = timedelta(days=1)
_TABLES = {
    TargetKind.SITE: "sites",
    TargetKind.DEVICE: "devices",
    TargetKind.LINK: "links",
    TargetKind.ROOM: "rooms",
    TargetKind.SERVICE: "services",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A scope, what it counts by default, and where a life stands in it.

    `branch` returns the groups below the whole that a life belongs to, from the top down (unit
    slugs, or the words of a carrier or link class), None if it does not belong at all.
    """

    scope: Scope
    kind: TargetKind
    branch: Callable[[Life], tuple[str, ...] | None]
    unit: str | None = None  # slug, of a unit


def find(inventory: Inventory, units: Units, kind: ScopeKind, key: str, end: int) -> Found:
    """Return the scope that was asked for, named as it was just before `end`; NotFound."""
    finders: dict[ScopeKind, Callable[[], Found | None]] = {
        ScopeKind.UNIT: lambda: _unit(units, key, end),
        ScopeKind.ORGANISATION: lambda: _organisation(inventory, key, end),
        ScopeKind.NETWORK: lambda: _network(inventory, key),
        ScopeKind.CARRIER: lambda: _carrier(inventory, key),
        ScopeKind.TARGET: lambda: _target(inventory, key, end),
    }
    found = finders[kind]()
    if found is None:
        raise NotFound(
            Text(
                vi=f"Không có {_KINDS[kind].vi} “{key}” trong danh mục",
                en=f"There is no {_KINDS[kind].en} “{key}” in the inventory",
            )
        )
    return found


_KINDS = {
    ScopeKind.UNIT: Text(vi="đơn vị", en="unit"),
    ScopeKind.ORGANISATION: Text(vi="cơ quan", en="organisation"),
    ScopeKind.NETWORK: Text(vi="loại mạng", en="link class"),
    ScopeKind.CARRIER: Text(vi="nhà mạng", en="carrier"),
    ScopeKind.TARGET: Text(vi="đối tượng giám sát", en="target"),
}


def _unit(units: Units, key: str, end: int) -> Found | None:
    slug = key if key in units.rows else _of_code(units, key, end)
    row = slug and units.last(slug, end)
    if not slug or not row:
        return None

    def branch(life: Life) -> tuple[str, ...] | None:
        if slug not in life.path:
            return None
        return life.path[life.path.index(slug) + 1 :]

    scope = Scope(ScopeKind.UNIT, slug, named(row), code=row.code)
    return Found(scope, TargetKind.SITE, branch, unit=slug)


def _of_code(units: Units, code: str, end: int) -> str | None:
    """Return the unit that bore a code last before a moment, else the first to bear it."""
    rows = [row for rows in units.rows.values() for row in rows if row.code == code]
    begun = [row for row in rows if second(row.valid_from) < end]
    if begun:
        return max(begun, key=lambda row: (row.valid_to or date.max, row.valid_from, row.slug)).slug
    return min(rows, key=lambda row: (row.valid_from, row.slug)).slug if rows else None


def _organisation(inventory: Inventory, key: str, end: int) -> Found | None:
    row = last_row(inventory.organisations, key, end)
    if row is None:
        return None
    scope = Scope(ScopeKind.ORGANISATION, key, Text(vi=row.name, en=row.name))
    return Found(scope, TargetKind.SITE, lambda life: () if life.organisation == key else None)


def _network(inventory: Inventory, key: str) -> Found | None:
    words = spellings(link.network for link in inventory.links).get(alike(key))
    if words is None:
        return None
    carriers = spellings(link.carrier for link in inventory.links)
    return Found(
        Scope(ScopeKind.NETWORK, words, Text(vi=words, en=words)),
        TargetKind.LINK,
        lambda life: _branch(carriers, life.carrier) if alike(life.network) == alike(key) else None,
    )


def _carrier(inventory: Inventory, key: str) -> Found | None:
    words = spellings(link.carrier for link in inventory.links).get(alike(key))
    if words is None:
        return None
    networks = spellings(link.network for link in inventory.links)
    return Found(
        Scope(ScopeKind.CARRIER, words, Text(vi=words, en=words)),
        TargetKind.LINK,
        lambda life: _branch(networks, life.network) if alike(life.carrier) == alike(key) else None,
    )


def _target(inventory: Inventory, key: str, end: int) -> Found | None:
    for kind, table in _TABLES.items():
        rows: Sequence[Dated] = getattr(inventory, table)
        row = last_row(rows, key, end)
        if row is not None:
            name = str(getattr(row, "name", key))
            other = getattr(row, "name_en", None)
            scope = Scope(ScopeKind.TARGET, key, Text(vi=name, en=other or name))
            return Found(scope, kind, lambda life: () if life.target == key else None)
    return None


def _branch(known: Mapping[str, str], words: str | None) -> tuple[str]:
    return (known.get(alike(words), ""),)


def spellings(known: Iterable[str | None]) -> dict[str, str]:
    """Return how each name is written, by what makes it one name: the first of its spellings."""
    found: dict[str, str] = {}
    for words in sorted({words for words in known if words}):
        found.setdefault(alike(words), words)
    return found


def alike(words: str | None) -> str:
    """Return what names have in common that differ only in case or spaces."""
    return nfc(words or "").casefold()


def named(row: Unit) -> Text:
    """Return the name of a unit."""
    return Text(vi=row.name, en=row.name_en or row.name)


def last_row(rows: Sequence[_D], slug: str, end: int) -> _D | None:
    """Return how something was last known before a moment, else as it begins."""
    known = sorted((row for row in rows if row.slug == slug), key=lambda row: row.valid_from)
    begun = [row for row in known if second(row.valid_from) < end]
    return begun[-1] if begun else known[0] if known else None


def fate(
    units: Units, successions: Sequence[Succession], slug: str, begin: int, end: int
) -> Text | None:
    """Return since or until when a unit was, if not throughout [begin, end), and its successors."""
    rows = units.rows.get(slug, [])
    if not rows:
        return None
    ended = rows[-1].valid_to
    vi, en = [], []
    if begin < second(rows[0].valid_from) < end:
        vi.append(f"từ {rows[0].valid_from:%d/%m/%Y}")
        en.append(f"from {rows[0].valid_from:%d/%m/%Y}")
    if ended is not None and second(ended) < end:
        vi.append(f"đến {ended - _DAY:%d/%m/%Y}")
        en.append(f"until {ended - _DAY:%d/%m/%Y}")
        heirs = _heirs(units, successions, slug)
        if heirs:
            vi.append("nay là " + ", ".join(h.vi for h in heirs))
            en.append("now " + ", ".join(h.en for h in heirs))
    return Text(vi=", ".join(vi), en=", ".join(en)) if vi else None


def _heirs(units: Units, successions: Sequence[Succession], slug: str) -> list[Text]:
    """Return the names of the successors of a unit, as they were when they took over."""
    found = []
    for row in successions:
        heir = units.at(row.new, second(row.on)) if row.old == slug else None
        if heir is not None:
            name = named(heir)
            part = (" (một phần)", " (in part)") if row.partial else ("", "")
            found.append(Text(vi=name.vi + part[0], en=name.en + part[1]))
    return sorted(found, key=lambda name: vietnamese_order(name.vi))
