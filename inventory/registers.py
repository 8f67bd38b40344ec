"""Which slug has what a list calls by name, and which does a new row get?"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from core.inventory import Dated, Inventory
from core.text import nfc
from inventory import search
from inventory.cells import as_host, slugged
from inventory.tables import rows

PREFIXES = {
    "devices": "tb-",
    "links": "kt-",
    "rooms": "ph-",
    "services": "dv-",
}
# What belongs to one row alone, as a rule: by it a row is known again.
MARKS = {
    "units": ("code",),
    "devices": ("address",),
    "links": ("circuit",),
    "services": ("url",),
    "contacts": ("email", "phone"),
}
_SHARED = ("sites", "devices", "links", "rooms", "services")  # their slugs may not collide
_LONGEST = 63
key = lru_cache(maxsize=1 << 15)(search.key)
bare = lru_cache(maxsize=1 << 15)(search.bare)
_MOST = 5


def marked(mark: str, value: str) -> str:
    """Return a mark as it is compared: telephone numbers by their digits, addresses canonical."""
    if mark == "phone":
        return re.sub(r"[^0-9+]", "", value)
    return (as_host(value) if mark == "address" else None) or value.strip().casefold()


@dataclass(frozen=True, slots=True)
class Named:
    """What a name came to: a slug, or the names it may mean."""

    slug: str | None
    literal: bool = False
    candidates: tuple[str, ...] = ()
    ambiguous: bool = False


class Register:
    """The rows of one table by their slugs, their names and what else is theirs alone."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.live: dict[str, Dated] = {}  # of the ledger, on the day
        self.slugs: set[str] = set()  # of all times
        self._names: dict[str, dict[str, None]] = defaultdict(dict)
        self._marks: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._said: dict[str, str] = {}

    def add(self, slug: str, name: str | None, marks: Mapping[str, object]) -> None:
        """Take note of a row: its slug, its name, and what may be its own alone."""
        self.slugs.add(slug)
        if name:
            self._said[slug] = name
            for form in {nfc(name), key(name), bare(name)}:
                self._names[form][slug] = None
        for mark in MARKS.get(self.table, ()):
            if value := marks.get(mark):
                self._marks[mark, marked(mark, str(value))][slug] = None

    def by_mark(self, mark: str, value: str) -> str | None:
        """Return the only slug with a circuit, an address, a telephone number …"""
        found = self._marks.get((mark, marked(mark, value)), {}) if value else {}
        return next(iter(found)) if len(found) == 1 else None

    def named(self, name: str) -> list[str]:
        """Return the slugs of the rows with a name, as it is searched."""
        return list(self._names.get(key(name), ()))

    def find(self, text: str) -> Named:
        """Return what a reference means."""
        if text in self.slugs:
            return Named(text, literal=True)
        for form in (nfc(text), key(text), bare(text)):
            found = list(self._names.get(form, ()))
            if len(found) == 1:
                return Named(found[0], literal=form == nfc(text))
            if found:
                return Named(None, candidates=self._shown(found), ambiguous=True)
        for mark in MARKS.get(self.table, ()):
            if (slug := self.by_mark(mark, text)) is not None:
                return Named(slug, literal=True)
        near = get_close_matches(key(text), self._names, n=_MOST, cutoff=0.75)
        slugs = dict.fromkeys(slug for name in near for slug in self._names[name])
        return Named(None, candidates=self._shown(slugs))

    def _shown(self, slugs: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"{self._said[slug]} ({slug})" for slug in list(slugs)[:_MOST])


class Registers:
    """One register for each table, and the slugs that are taken."""

    def __init__(self, current: Inventory, live: Inventory) -> None:
        self._of: dict[str, Register] = {}
        for table in Inventory.model_fields:
            register = self._of[table] = Register(table)
            register.slugs.update(
                row.slug for row in rows(current, table) if isinstance(row, Dated)
            )
            for row in rows(live, table):
                if isinstance(row, Dated):
                    register.add(row.slug, getattr(row, "name", None), dict(row))
                    register.live[row.slug] = row

    def __getitem__(self, table: str) -> Register:
        return self._of[table]

    def taken(self, table: str, slug: str) -> bool:
        """Say whether a new row of a table may not have a slug."""
        tables = _SHARED if table in _SHARED else (table,)
        return any(slug in self._of[name].slugs for name in tables)

    def fresh(self, table: str, name: str, hint: str = "") -> str:
        """Return a new slug made of a name: the same name, the same slug, while it is free."""
        stem = PREFIXES.get(table, "") + slugged(key(name))
        for slug in (stem[:_LONGEST], f"{stem[: _LONGEST - 1 - len(hint)]}-{hint}".rstrip("-")):
            if not self.taken(table, slug):
                return slug
        return self.free(table, stem[: _LONGEST - 6])

    def free(self, table: str, slug: str) -> str:
        """Return a slug, or the first of slug-2, slug-3 … that is free."""
        count, tried = 1, slug
        while self.taken(table, tried):
            count += 1
            tried = f"{slug}-{count}"
        return tried
