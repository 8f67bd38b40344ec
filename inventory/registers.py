"""Which slug has what a list calls by name, and which does a new row get?"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice

from core.inventory import Dated, Inventory
from core.text import nfc
from inventory import search
from inventory.cells import as_host, slugged
from inventory.spelling import canonical, may_be, same_marks
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
    "certificates": ("serial",),
}
_SHARED = ("sites", "devices", "links", "rooms", "services")  # their slugs may not collide
_LONGEST = 63
key = lru_cache(maxsize=1 << 15)(search.key)
bare = lru_cache(maxsize=1 << 15)(search.bare)
_MOST = 5
MOST_GUESSES, MOST_COMPARED = 200, 2_000  # searches for what is similar, and names in each
_MOST_NAMESAKES = 500  # that are looked at one by one
_FEW = 8  # namesakes of whom one can still be the only one with its marks
_Slugs = str | dict[str, None]  # one slug, or several in order


def marked(mark: str, value: str) -> str:
    """Return a mark as it is compared: telephone numbers by their digits, addresses canonical."""
    if mark == "phone":
        return re.sub(r"^(?:\+84|84(?=\d{9}))", "0", re.sub(r"[^0-9+]", "", value))
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
        self._names: dict[str, _Slugs] = {}
        self._marks: dict[str, dict[str, _Slugs]] = defaultdict(dict)
        self._known_as: dict[str, dict[str, _Slugs]] = defaultdict(dict)  # by mark and name
        self._said: dict[str, str] = {}
        self._guesses: dict[str, tuple[str, ...]] = {}  # text → slugs of similar names

    def add(self, slug: str, name: str | None, marks: Mapping[str, object]) -> None:
        """Take note of a row: its slug, its name, and what may be its own alone."""
        self.slugs.add(slug)
        if name:
            self._said[slug] = name
            for form in {key(name), bare(name)}:
                _entered(self._names, form, slug)
        for mark in MARKS.get(self.table, ()):
            if value := marks.get(mark):
                own = marked(mark, str(value))
                _entered(self._marks[mark], own, slug)
                _entered(self._known_as[mark], f"{own}\n{key(name or '')}", slug)

    def forget(self) -> None:
        """Let go of names and marks: no row that is still to come can ask for them."""
        self._names = {}
        self._said = {}
        self._marks.clear()
        self._known_as.clear()

    def by_mark(self, mark: str, value: str) -> str | None:
        """Return the only slug with a circuit, an address, a telephone number …"""
        found = self.sharing(mark, value)
        return found[0] if len(found) == 1 else None

    def sharing(self, mark: str, value: str) -> tuple[str, ...]:
        """Return all slugs with a circuit, an address, a telephone number …"""
        found = self._marks[mark].get(marked(mark, value)) if value else None
        return tuple(islice(_slugs(found or {}), _MOST_NAMESAKES))

    def known_as(self, name: str, mark: str, value: str) -> str | None:
        """Return the slug with a mark that a name can mean, best the one that is spelt like it."""
        found = self._known_as[mark].get(f"{marked(mark, value)}\n{key(name)}") if value else None
        alike = self._spelt(tuple(islice(_slugs(found or {}), _MOST_NAMESAKES)), name)
        return alike[0] if alike else None

    def only(self, name: str) -> str | None:
        """Return the slug of the only row with a name, to its marks."""
        slugs = self.slugs_of(name, _FEW + 1)
        found = [slug for slug in slugs if same_marks(name, self._said[slug])]
        return found[0] if len(found) == 1 and len(slugs) <= _FEW else None

    def called(self, name: str) -> Sequence[str]:
        """Return the rows that a name can mean, best those that are spelt like it."""
        return self._spelt(self.slugs_of(name), name)

    def name(self, slug: str) -> str:
        """Return what a row is called."""
        return self._said.get(slug, "")

    def slugs_of(self, name: str, most: int = _MOST_NAMESAKES) -> tuple[str, ...]:
        """Return the slugs of the names that are a name when all marks are taken off."""
        return tuple(islice(_slugs(self._names.get(key(name), {})), most))

    def find(self, text: str) -> Named:
        """Return what a reference means, or the names that are like it."""
        return self.known(text) or Named(None, candidates=self._shown(self._similar(key(text))))

    def known(self, text: str) -> Named | None:
        """Return the row that a reference means, or those that it may; None if there is none."""
        if text in self.slugs:
            return Named(text, literal=True)
        for form in (key(text), bare(text)):
            found = self._spelt(self.slugs_of(form), text)
            if len(found) == 1:
                return Named(found[0], literal=nfc(self._said[found[0]]) == nfc(text))
            if found:
                return Named(None, candidates=self._shown(found), ambiguous=True)
        for mark in MARKS.get(self.table, ()):
            if (slug := self.by_mark(mark, text)) is not None:
                return Named(slug, literal=True)
        return None

    def _spelt(self, found: Sequence[str], text: str) -> Sequence[str]:
        """Return those of some namesakes that are spelt most like the text."""
        tests: tuple[Callable[[str], bool], ...] = (
            lambda said: nfc(said) == nfc(text),
            lambda said: canonical(said) == canonical(text),
            lambda said: may_be(text, said),
        )
        ways = ([slug for slug in found if test(self._said[slug])] for test in tests)
        return next((way for way in ways if way), [])

    def _similar(self, name: str) -> tuple[str, ...]:
        """Return the slugs of similar names; only so often and among so many, for it is slow."""
        if name not in self._guesses:
            if len(self._guesses) >= MOST_GUESSES:
                return ()
            known: Iterable[str] = self._names
            if len(self._names) > MOST_COMPARED:
                alike = (other for other in self._names if other[:3] == name[:3])
                known = list(islice(alike, MOST_COMPARED))
            near = get_close_matches(name, known, n=_MOST, cutoff=0.75)
            slugs = (slug for one in near for slug in _slugs(self._names[one]))
            self._guesses[name] = tuple(islice(slugs, _MOST))
        return self._guesses[name]

    def _shown(self, slugs: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"{self._said[slug]} ({slug})" for slug in islice(slugs, _MOST))


def _entered(book: dict[str, "_Slugs"], form: str, slug: str) -> None:
    """Add a slug to those under a form; nearly always it is the only one, and kept as itself."""
    found = book.setdefault(form, slug)
    if isinstance(found, dict):
        found[slug] = None
    elif found != slug:
        book[form] = {found: None, slug: None}


def _slugs(found: "_Slugs") -> Iterable[str]:
    return (found,) if isinstance(found, str) else found


class Registers:
    """One register for each table, and the slugs that are taken."""

    def __init__(self, current: Inventory, live: Inventory) -> None:
        self._of: dict[str, Register] = {}
        self._counts: dict[tuple[str, str], int] = {}  # (table, slug) → last number tried
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
        count = self._counts.get((table, slug), 1)
        tried = slug if count == 1 else f"{slug}-{count}"
        while self.taken(table, tried):
            count += 1
            tried = f"{slug}-{count}"
        if count > 1:
            self._counts[table, slug] = count
        return tried
